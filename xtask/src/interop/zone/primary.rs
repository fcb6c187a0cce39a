//! Our primary as a process that is told things over its standard input.

use std::process::Command;

use super::super::namespace::Namespace;
use super::super::running::Running;
use super::super::told::Told;
use super::resolvers::{PRIMARY, Peer, SECRET, Setting};

/// The process.
#[derive(Debug)]
pub struct Primary(Told);

/// Medians and worst of what was timed, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Until a name was refused.
    pub refused: (u64, u64),
    /// Until it was answered again.
    pub answered: (u64, u64),
}

impl Primary {
    /// Starts it for these resolvers.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn start(
        namespace: &Namespace,
        setting: &Setting,
        peers: &[&Peer],
    ) -> Result<Self, String> {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace.name(), &setting.program]);
        command.arg(format!("listen={PRIMARY}:53"));
        command.arg(format!("folder={}", setting.folder("primary")));
        command.arg(format!("key=issei.key:{SECRET}"));
        command.args(["passing=127.0.5.0/24", "passing=2001:db8:7::/48", "pulse=1"]);
        for peer in peers {
            command.args(peer.fetchers.iter().map(|word| format!("fetcher={word}")));
            command.arg(format!("resolver={}:53", peer.address));
        }
        let started = Told::start(&mut command);
        started
            .map(Self)
            .map_err(|error| format!("the primary: {error}"))
    }

    /// Tells it something, and shows what it says to that.
    ///
    /// # Errors
    /// If it says that it failed, or nothing.
    pub fn does(&mut self, command: &str) -> Result<String, String> {
        self.0.does(command)
    }

    /// Asks it until what it says is as wished.
    ///
    /// # Errors
    /// If it never is.
    pub fn until(&mut self, command: &str, holds: impl Fn(&str) -> bool) -> Result<(), String> {
        self.0.until(command, holds)
    }

    /// Waits until every resolver uses the zone.
    ///
    /// # Errors
    /// If one of them never does, or has ended.
    pub fn until_read(&mut self, resolvers: &mut [Running]) -> Result<(), String> {
        let error = match self.until("read", |said| said == "read") {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match resolvers.iter_mut().all(Running::is_alive) {
            true => Err(error),
            false => Err(format!("a resolver has ended; {error}")),
        }
    }

    /// Lets it refuse and lift names at a resolver.
    ///
    /// # Errors
    /// If one of them is never refused, or never answered again.
    pub fn rounds(
        &mut self,
        resolver: usize,
        count: &str,
        suffix: &str,
        pause: u64,
    ) -> Result<Figures, String> {
        let said = self.does(&format!("rounds {resolver} {count} {suffix} {pause}"))?;
        Figures::parse(&said).ok_or_else(|| format!("the primary said `{said}`"))
    }

    /// Ends it the hard way.
    ///
    /// # Errors
    /// If it had ended.
    pub fn kill(self) -> Result<(), String> {
        self.0.kill()
    }
}

impl Figures {
    /// Reads `rounds refused LEAST MEDIAN NINTH WORST of N answered …`.
    fn parse(said: &str) -> Option<Self> {
        let (refused, answered) = said
            .strip_prefix("rounds refused ")?
            .split_once(" answered ")?;
        Some(Self {
            refused: median_and_worst(refused)?,
            answered: median_and_worst(answered)?,
        })
    }
}

fn median_and_worst(figures: &str) -> Option<(u64, u64)> {
    let words: Vec<&str> = figures.split(' ').collect();
    let [_, median, _, worst, "of", _] = words[..] else {
        return None;
    };
    Some((median.parse().ok()?, worst.parse().ok()?))
}

#[cfg(test)]
#[path = "primary_tests.rs"]
mod tests;
