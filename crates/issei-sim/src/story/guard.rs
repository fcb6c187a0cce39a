//! Guards, and the switch that takes one away to show that a story needs it.
//!
//! Always: without the feature `planted` nothing can be switched off, so a shipped build carries no
//! such switch. Guards of the protocol are those of `issei_order`; a gate's rule is switched off by
//! not hearing its no, at the coordinator and at every member; devices and lists by rehearsing worse
//! ones. Not here: what a guard does when it is on.

use std::fmt;

use issei_order::Planted;

use super::language;

/// What keeps a thing from happening, as a page names it.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The line of the page.
    pub line: usize,
    /// What it does, in words.
    pub words: String,
    /// How it is switched off.
    pub switch: Switch,
    /// The step that does not hold without it.
    pub fails_at: String,
}

/// The name of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// A rule of a gate, by the name that its refusal carries.
    Rule(String),
    /// A guard of the protocol, by the name of the bug that is its absence.
    Protocol(String),
    /// Rules that end by themselves on the devices.
    Devices,
    /// Lists of safeguards to which a delivery can only add.
    Lists,
}

impl Guard {
    /// Reads `words (`rule shared-address`)`.
    pub(super) fn read(line: usize, text: &str) -> Result<Self, String> {
        let parts = text.trim().strip_suffix("`)");
        let parts = parts.and_then(|rest| rest.rsplit_once(" (`"));
        let (words, name) = parts.ok_or(
            "a guard is written in words with its name behind, such as \
             `nothing shared is cut (`rule shared-address`)`",
        )?;
        Ok(Self {
            line,
            words: words.to_owned(),
            switch: Switch::read(name)?,
            fails_at: String::new(),
        })
    }
}

impl Switch {
    fn read(name: &str) -> Result<Self, String> {
        let (kind, rest) = name.split_once(' ').unwrap_or((name, ""));
        match (kind, rest) {
            ("rule", rule) if !rule.is_empty() => Ok(Self::Rule(rule.to_owned())),
            ("protocol", guard) if !guard.is_empty() => Ok(Self::Protocol(guard.to_owned())),
            ("devices", "end rules") => Ok(Self::Devices),
            ("lists", "only grow") => Ok(Self::Lists),
            _ => {
                let words = [
                    "rule NAME",
                    "protocol NAME",
                    "devices end rules",
                    "lists only grow",
                ];
                Err(language::not_a_word(name, &words))
            }
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "rule {name}"),
            Self::Protocol(name) => write!(f, "protocol {name}"),
            Self::Devices => f.write_str("devices end rules"),
            Self::Lists => f.write_str("lists only grow"),
        }
    }
}

/// Which guard is off: none, in a shipped build.
#[derive(Clone, Debug, Default)]
pub struct Off {
    planted: Planted,
    #[cfg(feature = "planted")]
    switch: Option<Switch>,
}

impl Off {
    /// Leaves every guard on.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Switches one guard off.
    ///
    /// # Errors
    /// If the protocol has no guard of that name.
    #[cfg(feature = "planted")]
    pub fn one(switch: Switch) -> Result<Self, String> {
        let mut planted = Planted::default();
        if let Switch::Protocol(name) = &switch {
            let named = |bug: &&issei_order::Bug| format!("{bug:?}") == *name;
            let bug = issei_order::Bug::ALL.iter().find(named);
            let bug = bug.ok_or_else(|| {
                let all: Vec<String> = issei_order::Bug::ALL
                    .iter()
                    .map(|b| format!("{b:?}"))
                    .collect();
                language::not_a_word(name, &all.iter().map(String::as_str).collect::<Vec<_>>())
            })?;
            planted = Planted::one(*bug);
        }
        Ok(Self {
            planted,
            switch: Some(switch),
        })
    }

    /// Tells which guard of the protocol is off.
    pub(super) fn planted(&self) -> Planted {
        self.planted
    }

    /// Tells whether the no of this rule is not heard.
    pub(super) fn unheard(&self, rule: &str) -> bool {
        self.is(&Switch::Rule(rule.to_owned()))
    }

    /// Tells whether devices keep rules past their end.
    pub(super) fn endless(&self) -> bool {
        self.is(&Switch::Devices)
    }

    /// Tells whether a delivered list replaces what stands.
    pub(super) fn replaces(&self) -> bool {
        self.is(&Switch::Lists)
    }

    #[cfg(feature = "planted")]
    fn is(&self, switch: &Switch) -> bool {
        self.switch.as_ref() == Some(switch)
    }

    #[cfg(not(feature = "planted"))]
    #[expect(clippy::unused_self, reason = "the same call in both builds")]
    fn is(&self, _switch: &Switch) -> bool {
        false
    }
}
