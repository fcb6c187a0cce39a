//! Who comes to an office's window, as whoever sits at its machine asks about it.
//!
//! In: a person, what for; a machine's token by its name. Out: a link or a token, told once; who may come. Always:
//! secrets stand in an answer once and in no view. Not here: how they are kept and judged (`issei-window`).

use std::collections::BTreeSet;

use issei_model::{PersonId, PublicKey, Timestamp};
use serde::{Deserialize, Serialize};

/// What is asked about the window itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum WindowAsk {
    /// Make a one-time link by which a person comes.
    Invite {
        /// Who.
        person: PersonId,
        /// What for, by the names of the window's roles.
        roles: BTreeSet<String>,
    },
    /// Who may come, which machines bring tokens, which keys wait.
    People,
    /// End all that opens the window to a person.
    Remove(PersonId),
    /// Make a token for a machine.
    Token {
        /// What it is called.
        name: String,
        /// Who answers for it; it is worth no more than that person's own roles.
        person: PersonId,
        /// What for.
        roles: BTreeSet<String>,
        /// For how many days.
        days: u16,
    },
    /// End a token.
    EndToken(String),
}

/// Who may come to a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowView {
    /// People, with what they are here for.
    pub people: Vec<(PersonId, BTreeSet<String>)>,
    /// Tokens of machines.
    pub tokens: Vec<TokenView>,
    /// Keys that people ask to have entered into the charter.
    pub wanted: Vec<(PersonId, PublicKey)>,
}

/// A machine's token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// What it is called.
    pub name: String,
    /// Who answers for it.
    pub person: PersonId,
    /// What for.
    pub roles: BTreeSet<String>,
    /// Until when.
    pub until: Timestamp,
}
