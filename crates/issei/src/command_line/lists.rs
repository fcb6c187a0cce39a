//! The command line of lists: what others keep is taken over, what vanished is let go.
//!
//! In: words. Out: wishes that cannot be malformed. Not here: what is done with a list (`listing`).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use issei_case::Hint;
use issei_case::safeguards::Kind;
use issei_model::Digest;

/// What can be done with the lists of an office or an enforcer.
#[derive(Clone, Debug, Subcommand)]
pub enum Lists {
    /// Merges a list that others keep into the own one, and tells what of living orders meets it
    Import(Import),
    /// Shows what vanished from the own list and still counts, and lets it go
    Review {
        /// The folder of the office or enforcer
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, env = "ISSEI_OFFICE", hide_env_values = true)]
        folder: PathBuf,
        /// Let go exactly what has this digest
        #[arg(long, value_name = "DIGEST")]
        accept: Option<Digest>,
    },
}

/// The options of `lists import`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Forms:
  one address, prefix or name a line; what stands behind # says why
  a MISP warning list of type cidr, hostname or string

What is imported counts within a second; hints with the next answer. A list that others publish is theirs: see docs/operating.md
for where to get one.")]
pub struct Import {
    /// The list
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// What kind of thing stands in it
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: KindWord,
    /// The folder of the office or enforcer
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "ISSEI_OFFICE", hide_env_values = true)]
    pub into: PathBuf,
    /// What the list is called; else its own name, or the file's
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub source: Option<String>,
    /// Change nothing; only tell what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// A kind of safeguarded thing, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindWord {
    /// What carries the network itself
    ControlPlane,
    /// Resolvers that the public uses
    #[value(alias = "public-resolver")]
    Resolver,
    /// Time servers
    Ntp,
    /// Shared clouds
    Cloud,
    /// Delivery networks
    Cdn,
    /// Operators whose failure harms people
    ProtectedOperator,
    /// Emergency calls and warnings
    Emergency,
    /// Routers, resolvers and mail of the members
    MemberInfrastructure,
    /// This member's own choice
    Own,
    /// A hint for the radius: many sites stand behind each address
    SharedHosting,
    /// A hint for the radius: announced from many places
    Anycast,
    /// A hint for the radius: leased for short times
    LeasedSpace,
}

/// What an imported list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// What stands there is never cut.
    Never(Kind),
    /// What stands there is shared by others.
    Shared(Hint),
}

impl From<KindWord> for Meaning {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::ControlPlane => Self::Never(Kind::ControlPlane),
            KindWord::Resolver => Self::Never(Kind::PublicResolver),
            KindWord::Ntp => Self::Never(Kind::Ntp),
            KindWord::Cloud | KindWord::Cdn => Self::Never(Kind::Cloud),
            KindWord::ProtectedOperator => Self::Never(Kind::ProtectedOperator),
            KindWord::Emergency => Self::Never(Kind::Emergency),
            KindWord::MemberInfrastructure => Self::Never(Kind::MemberInfrastructure),
            KindWord::Own => Self::Never(Kind::Own),
            KindWord::SharedHosting => Self::Shared(Hint::SharedHosting),
            KindWord::Anycast => Self::Shared(Hint::Anycast),
            KindWord::LeasedSpace => Self::Shared(Hint::LeasedSpace),
        }
    }
}
