//! The hand of nftables as a process of its own, and what it tells.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::Running;
use crate::run::made;

/// The program, for one router.
#[derive(Debug)]
pub struct Hand<'a> {
    folder: &'a Folder,
    program: &'a Path,
    namespace: String,
    environment: Vec<String>,
}

/// An order as the hand read it back.
#[derive(Debug)]
pub struct Read {
    /// What it said.
    told: Value,
}

impl<'a> Hand<'a> {
    /// Takes a router.
    pub fn of(folder: &'a Folder, program: &'a Path, router: &Namespace) -> Self {
        let namespace = router.name().to_owned();
        Self {
            folder,
            program,
            namespace,
            environment: Vec::new(),
        }
    }

    /// Takes the same with more in its environment, as `NAME=VALUE`.
    pub fn with(&self, environment: &[&str]) -> Self {
        Self {
            folder: self.folder,
            program: self.program,
            namespace: self.namespace.clone(),
            environment: environment.iter().map(|&pair| pair.to_owned()).collect(),
        }
    }

    /// Does something, and tells how many microseconds it took.
    ///
    /// # Errors
    /// If the hand failed.
    pub fn does(&self, words: &[&str]) -> Result<u64, String> {
        let said = self.says(words)?;
        let last = said.last().ok_or("the hand said nothing")?;
        last["took_us"]
            .as_u64()
            .ok_or_else(|| format!("the hand said `{last}`"))
    }

    /// Starts doing something.
    ///
    /// # Errors
    /// If the program cannot start.
    pub fn starts(&self, words: &[&str]) -> Result<Running, String> {
        let command = self.command(words);
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        Running::start(self.folder, &command)
    }

    fn command(&self, words: &[&str]) -> Vec<String> {
        let mut command = Vec::new();
        if !self.environment.is_empty() {
            command.push("env".to_owned());
            command.extend(self.environment.iter().cloned());
        }
        command.extend([self.program.display().to_string(), self.namespace.clone()]);
        command.extend(words.iter().map(|&word| word.to_owned()));
        command
    }

    /// Reads an order back; none if nothing is there.
    ///
    /// # Errors
    /// If the hand failed.
    pub fn reads(&self, order: &str) -> Result<Option<Read>, String> {
        let said = self.says(&["read"])?;
        let of = said.into_iter().find(|told| told["order"] == order);
        Ok(of.map(|told| Read { told }))
    }

    /// Does something and shows each line that it said.
    ///
    /// # Errors
    /// If the hand failed.
    pub fn says(&self, words: &[&str]) -> Result<Vec<Value>, String> {
        let said = self.starts(words)?.finish()?.well()?;
        let lines = said.out.lines().map(serde_json::from_str);
        lines
            .collect::<Result<_, _>>()
            .map_err(|error| format!("the hand said what is no JSON: {error}"))
    }
}

impl Read {
    /// Tells how it stands.
    pub fn standing(&self) -> &str {
        self.told["standing"].as_str().unwrap_or_default()
    }

    /// Tells a figure.
    pub fn figure(&self, name: &str) -> u64 {
        self.told[name].as_u64().unwrap_or(0)
    }
}

/// Makes the program, once.
///
/// # Errors
/// If it cannot be built.
pub fn built() -> Result<PathBuf, String> {
    made("issei-host", Some("nft_hand"), "")
}

/// Names an order.
pub fn order(number: u8) -> String {
    format!("{number:02x}").repeat(32)
}

/// Tells microseconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
