//! A value with its mark: copies share it, and a mark stands for it where states are told apart.
//!
//! The machines are pure functions, so a step taken once need not be taken again: [`Steps`] keeps
//! what came of it. Always: the step itself is the machine's own; only its outcome is remembered.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

/// A shared value and the digest of all of it.
pub struct Kept<T> {
    value: Arc<T>,
    mark: u64,
}

impl<T: Hash> Kept<T> {
    pub fn new(value: T) -> Self {
        let mark = mark(&value);
        Self {
            value: Arc::new(value),
            mark,
        }
    }
}

impl<T> Kept<T> {
    pub fn mark(&self) -> u64 {
        self.mark
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            mark: self.mark,
        }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Hash for Kept<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.mark);
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl<T: fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Digests a value with a fixed key; 64 bits, as the checker itself uses to tell states apart.
pub fn mark<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Steps taken before, by the mark of everything they depend on.
pub struct Steps<T> {
    taken: RwLock<HashMap<u64, T, BuildHasherDefault<DefaultHasher>>>,
}

impl<T> Default for Steps<T> {
    fn default() -> Self {
        Self {
            taken: RwLock::default(),
        }
    }
}

impl<T: Clone> Steps<T> {
    /// Hands out what came of this step; takes it if it was never taken.
    pub fn take(&self, on: &impl Hash, step: impl FnOnce() -> T) -> T {
        let on = mark(on);
        let before = self.taken.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = before.get(&on) {
            return outcome.clone();
        }
        drop(before);
        let outcome = step();
        let mut taken = self.taken.write().unwrap_or_else(PoisonError::into_inner);
        taken.insert(on, outcome.clone());
        outcome
    }

    /// Tells how many different steps the machines took.
    pub fn len(&self) -> usize {
        let taken = self.taken.read().unwrap_or_else(PoisonError::into_inner);
        taken.len()
    }
}
