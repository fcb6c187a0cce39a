//! What can be wrong with a pack, so that it is not loaded: which layer, where, and what to do.

use std::fmt;

use super::ceiling::Excess;

/// The layers of a pack; what a higher one forbids, no lower one allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Shipped with the product.
    Ceiling,
    /// The grounds of a country.
    National,
    /// The member's own rules, which only forbid.
    Own,
}

/// Why a pack was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackError {
    /// The text is longer than a person would review.
    TooLong {
        /// In which layer.
        layer: Layer,
    },
    /// The text is nested deeper than a person can follow, or a policy has too many operators.
    TooDeep {
        /// In which layer.
        layer: Layer,
    },
    /// The schema cannot be read.
    Schema {
        /// What the engine says.
        fault: String,
    },
    /// The policies cannot be read.
    Policies {
        /// In which layer.
        layer: Layer,
        /// What the engine says.
        fault: String,
    },
    /// The policies do not fit the schema: a misspelt fact, a wrong type.
    Validation {
        /// In which layer.
        layer: Layer,
        /// What the engine says.
        fault: String,
    },
    /// A layer that may only forbid holds a permit.
    Permit {
        /// In which layer.
        layer: Layer,
        /// Which one, counted from 0.
        policy: String,
    },
    /// A template: its scope is open, so no one can review what it allows.
    Template {
        /// In which layer.
        layer: Layer,
    },
    /// A permit that is not for exactly the one row that its annotation names.
    Scope {
        /// Which one, counted from 0.
        policy: String,
    },
    /// Two policies carry the same row.
    Repeated {
        /// Which row.
        row: String,
    },
    /// An annotation is missing or has no meaning.
    Annotation {
        /// Of which row.
        row: String,
        /// Which annotation.
        key: String,
    },
    /// The schema has no `order: Shape` and record of facts for a row.
    NoFacts {
        /// Which row.
        row: String,
    },
    /// A fact in the schema is optional, of an unknown type or without words.
    FactRule {
        /// Of which row.
        row: String,
        /// Which fact.
        fact: String,
    },
    /// A row exceeds the ceiling.
    Beyond {
        /// Which row.
        row: String,
        /// In what.
        excess: Excess,
    },
    /// There is no such row to switch on.
    NoSuchRow {
        /// The name given.
        row: String,
    },
}

impl PackError {
    pub(super) fn annotation(row: &str, key: &str) -> Self {
        Self::Annotation {
            row: row.to_owned(),
            key: key.to_owned(),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ceiling => "ceiling",
            Self::National => "national",
            Self::Own => "own",
        })
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { layer } => write!(
                f,
                "the {layer} layer is longer than {} bytes; split or shorten it",
                super::LONGEST_LAYER
            ),
            Self::TooDeep { layer } => write!(
                f,
                "a policy or type of the {layer} layer is nested more than {} deep or has more than {} operators; split it",
                super::nesting::DEEPEST,
                super::nesting::MOST_OPERATORS
            ),
            Self::Schema { fault } => write!(
                f,
                "the schema of the pack cannot be read: `{fault}`; mend it"
            ),
            Self::Policies { layer, fault } => {
                write!(f, "the {layer} layer cannot be read: `{fault}`; mend it")
            }
            Self::Validation { layer, fault } => write!(
                f,
                "the {layer} layer does not fit the schema: `{fault}`; compare the names of its facts with the schema"
            ),
            Self::Permit { layer, policy } => write!(
                f,
                "the {layer} layer may only forbid, and policy `{policy}` permits; remove it"
            ),
            Self::Template { layer } => write!(
                f,
                "the {layer} layer holds a template; write its policies out"
            ),
            Self::Scope { policy } => write!(
                f,
                "policy `{policy}` is not for exactly the row in its `@row`; write `action == Action::\"…\"` with that row"
            ),
            Self::Repeated { row } => write!(
                f,
                "row `{row}` stands twice in the pack; join the two policies"
            ),
            Self::Annotation { row, key } => {
                write!(f, "row `{row}` has no valid `@{key}`; write one")
            }
            Self::NoFacts { row } => write!(
                f,
                "the schema has no `order: Shape` and record `facts` for row `{row}`; add them, even if the record is empty"
            ),
            Self::FactRule { row, fact } => write!(
                f,
                "fact `{fact}` of row `{row}` must be required, of type Bool, Long, Moment, String or Document, with `@en` and `@ja`"
            ),
            Self::Beyond { row, excess } => write!(f, "row `{row}` exceeds the ceiling: {excess}"),
            Self::NoSuchRow { row } => write!(
                f,
                "the pack has no row `{row}` that allows a cut; list the rows with their marks"
            ),
        }
    }
}

impl std::error::Error for PackError {}
