//! What somebody outside says against a cut, and what is answered.
//!
//! In: words of a stranger. Out: an appeal, or what is wrong with it. Always: bounded, and no control character in it;
//! how to reach the writer is the writer's choice. Not here: where appeals are kept, and for how long (`issei`).

use std::collections::BTreeSet;

use issei_model::{OrderId, PersonId, Timestamp};
use issei_text::{Phrase, said};
use serde::{Deserialize, Serialize};

/// Under which name an office's status counts appeals that wait for an answer.
pub const WAITING: &str = "appeals waiting";

/// Somebody cannot reach something, or says that a cut is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Appeal {
    /// An address, a name or a web address.
    pub about: String,
    /// What is wrong.
    pub words: String,
    /// How to reach the writer; may be empty.
    pub reach: String,
}

impl Appeal {
    /// Letters of what is said, and of an answer.
    pub const LONGEST: usize = 4_000;
    /// Letters of what it is about, and of how to reach the writer.
    pub const LONGEST_LINE: usize = 300;

    /// Says what is wrong with it, if something is.
    pub fn wrong(&self) -> Option<Phrase> {
        let lines = [("about", &self.about, 1), ("reach", &self.reach, 0)];
        for (name, text, least) in lines {
            let letters = text.trim().chars().count();
            if !(least..=Self::LONGEST_LINE).contains(&letters) {
                let most = Self::LONGEST_LINE;
                return Some(length(name, letters, least, most));
            }
            if text.chars().any(char::is_control) {
                return Some(Phrase::of(|text| said!(text, "says-appeal-line", name)));
            }
        }
        let letters = self.words.trim().chars().count();
        let odd = |one: char| one.is_control() && !matches!(one, '\n' | '\r' | '\t');
        match (1..=Self::LONGEST).contains(&letters) {
            false => Some(length("words", letters, 1, Self::LONGEST)),
            true if self.words.chars().any(odd) => Some(Phrase::say("says-appeal-text")),
            true => None,
        }
    }
}

fn length(name: &str, letters: usize, least: usize, most: usize) -> Phrase {
    Phrase::of(|text| said!(text, "says-appeal-letters", name, letters, least, most))
}

/// An appeal as people here see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealView {
    /// By which its writer asks for the answer.
    pub reference: String,
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub appeal: Appeal,
    /// Orders that acted then on what it is about. Nobody outside is told.
    pub about: BTreeSet<OrderId>,
    /// What was answered.
    pub answered: Option<Answered>,
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: PersonId,
    /// What.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appeal() -> Appeal {
        Appeal {
            about: "shop.example".into(),
            words: "We cannot reach our shop.\nSince noon.".into(),
            reach: String::new(),
        }
    }

    #[test]
    fn what_is_empty_too_long_or_no_text_is_told() {
        type Spoil = fn(&mut Appeal);
        let spoils: [(Spoil, &str); 6] = [
            (|one| one.about = " ".into(), "`about` has 0 letters"),
            (|one| one.about = "a".repeat(301), "`about` has 301 letters"),
            (|one| one.reach = "a\nb".into(), "`reach` is one line"),
            (|one| one.words = "\n".into(), "`words` has 0 letters"),
            (
                |one| one.words = "字".repeat(4_001),
                "`words` has 4001 letters",
            ),
            (|one| one.words = "\u{1b}[2J".into(), "control characters"),
        ];
        assert_eq!(appeal().wrong(), None);
        for (spoil, said) in spoils {
            let mut one = appeal();
            spoil(&mut one);
            let wrong = one.wrong().expect(said);
            assert!(wrong.en.contains(said), "{wrong:?}");
            assert_ne!(wrong.en, wrong.ja);
        }
    }
}
