//! The hands of reflexes: a device that takes a small rule for minutes, and is read back.
//!
//! In: rules with their name and end. Out: what the device itself says it holds. Always: a rule acts at
//! once and ends by itself, also with nobody alive; putting one that is there changes nothing, so that
//! nothing prolongs it; what is not ours is never touched; a device that fails says so and is never
//! taken for one that has done it.
//! Not here: when a rule is put (`issei-order`), how wide one may be.

use std::error::Error;
use std::fmt;

use issei_model::{FoundReflex, ReflexRule, ReflexRuleId, Timestamp};

/// A device that rules of reflexes can be put on.
pub trait ReflexDevice: Send {
    /// Tells how many rules it takes at once.
    fn room(&self) -> usize;

    /// Puts a rule there that acts at once, until `ends`.
    ///
    /// # Errors
    /// If the device refuses or fails; then nothing new is there.
    fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError>;

    /// Takes a rule away. One that is not there is no trouble.
    ///
    /// # Errors
    /// If the device fails; then it may still be there.
    fn lift(&mut self, id: ReflexRuleId) -> Result<(), ReflexError>;

    /// Reads back whether a rule is there and acts.
    ///
    /// # Errors
    /// If the device fails or its answer cannot be understood.
    fn acts(&mut self, id: ReflexRuleId) -> Result<bool, ReflexError>;

    /// Reads back every rule of ours, with what it does.
    ///
    /// # Errors
    /// As [`Self::acts`].
    fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError>;
}

/// What a device of reflexes said no to, or how it failed: in its own words.
#[derive(Debug)]
pub struct ReflexError(Box<dyn Error + Send + Sync>);

impl ReflexError {
    /// Takes what a device says.
    pub fn of(cause: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(cause))
    }
}

impl fmt::Display for ReflexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for ReflexError {}
