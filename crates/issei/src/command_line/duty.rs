//! The command line of the duty desk: orders, cases, who takes part, the kill switch.
//!
//! In: words. Out: wishes that cannot be malformed. Not here: what an office makes of them (`order`,
//! `case`, `enrol`, `stop`, `status`).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use issei_case::Closing;
use issei_case::approvals::Role;
use issei_model::{
    Action, Digest, DomainName, Ending, Goal, Objection, OrganisationId, PersonId, PublicKey, Span,
};

use super::show::Printing;
use crate::order::{FactWord, OrderName};

/// What stands under the help of commands that ask an office.
pub(super) const CODES: &str = "\
Exit codes:
  0  done
  2  the command line is wrong, or the ask makes no sense there
  3  a file could not be read
  4  something broke: no office runs there, or it does not answer
  5  a rule said no; the message names the rule and the next step";

/// Which office is asked.
#[derive(Args, Clone, Debug)]
pub struct AtOffice {
    /// The office's folder
    #[arg(long, value_name = "DIR", env = "ISSEI_OFFICE", hide_env_values = true, global = true, value_hint = ValueHint::DirPath)]
    pub office: Option<PathBuf>,
}

/// The options of `ledger export`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct LedgerExport {
    /// Which office is asked: the coordinator's, whether it runs or not
    #[command(flatten)]
    pub at: AtOffice,
    /// A new folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// The options of `order`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Order {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: OrderWish,
}

/// What can be done with orders.
#[derive(Clone, Debug, Subcommand)]
pub enum OrderWish {
    /// Drafts an order in a case, for people to read and sign
    Propose(Propose),
    /// Lists the orders that live, and the drafts
    List(Printing),
    /// Shows what is signed, who signed it, and where the members stand
    Show {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
        /// Write the strip of effect times as a picture instead: SVG, readable in light, dark and print
        #[arg(long)]
        svg: bool,
        /// Print one JSON document
        #[arg(long, conflicts_with = "svg")]
        json: bool,
    },
    /// Shows the text of an order, and signs exactly that
    Approve(Approve),
    /// Signs that an order in force goes on to its end, which would end by itself soon after T otherwise
    Confirm(Approve),
    /// Takes this member out of an order; at the coordinator, takes a draft back
    Refuse {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
        /// Why this member does not take part
        #[arg(long, value_enum, value_name = "REASON")]
        why: Option<ObjectionWord>,
    },
    /// Lets an approved draft that was held go out
    Arm {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
    },
    /// Ends an order everywhere, before its time
    Withdraw {
        /// The order's name, or its first 8 digits or more
        #[arg(required_unless_present = "all")]
        order: Option<OrderName>,
        /// End every order
        #[arg(long, conflicts_with = "order")]
        all: bool,
        /// Why
        #[arg(long, value_enum, value_name = "REASON", default_value_t = EndingWord::ByPerson)]
        reason: EndingWord,
    },
    /// Tells that ordinary traffic suffers here while an order is in force
    Harm {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
    },
    /// Shows the members on their way to the moment T, live, until the order ends
    Watch {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
    },
}

/// The options of `order propose`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Facts:
  yes or no      --fact necessity=yes
  a figure       --fact impact=40
  a moment       --fact requested_at=2026-01-31T09:00:00Z
  words          --fact 'facility=resolver 2'
  a document     --fact request=@FILE, or its SHA-256 in hexadecimal

A fact that the row requires and nobody gave is named with what it has to state.")]
pub struct Propose {
    /// The case; its radius must be measured
    pub case: String,
    /// The row of the pack that the order rests on, such as C1
    #[arg(long, value_name = "ROW")]
    pub ground: String,
    /// Something that must be on record for the row; once for each
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    pub facts: Vec<FactWord>,
    /// Who says that the facts are so
    #[arg(long, value_name = "PERSON")]
    pub stated_by: PersonId,
    /// The second person, who confirms them
    #[arg(long, value_name = "PERSON")]
    pub confirmed_by: Option<PersonId>,
    /// Who proposes, and so may not approve [default: who states the facts]
    #[arg(long = "as", value_name = "PERSON")]
    pub proposer: Option<PersonId>,
    /// What is done: refuse-name, redirect, drop, or rate-limit=PACKETS [default: refuse a name, drop the rest]
    #[arg(long, value_name = "ACTION", value_parser = action)]
    pub action: Option<Action>,
    /// A member that fires first; may be given several times
    #[arg(long, value_name = "MEMBER", required_unless_present = "skip_canary")]
    pub canary: Vec<OrganisationId>,
    /// An approver who answers for it that nobody fires first; two are needed
    #[arg(long, value_name = "PERSON", conflicts_with = "canary")]
    pub skip_canary: Vec<PersonId>,
    /// Share of the members' lines that must be prepared, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 60, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quorum: u8,
    /// A member whose clock may be off by more does not take part
    #[arg(long, value_name = "TIME", default_value = "50ms", value_parser = span)]
    pub clock_limit: Span,
    /// How long from now until it ends everywhere, such as 30m
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub lasts: Span,
    /// How long from now it may fire, such as 5m; after that it is withdrawn
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub fire_within: Span,
    /// How long after the first T an approver must confirm it, such as 10m; else it ends by itself then [default: the office's, if it has one]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub confirm_within: Option<Span>,
    /// Wait for `issei order arm` although everyone has approved
    #[arg(long)]
    pub hold: bool,
}

/// Who signs, and with what.
#[derive(Args, Clone, Debug)]
pub struct Signing {
    /// Who signs
    #[arg(long = "as", value_name = "PERSON")]
    pub person: PersonId,
    /// The key file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "agent")]
    pub key: Option<PathBuf>,
    /// Sign in the ssh-agent; =KEY, in hexadecimal, chooses among several
    #[arg(long, value_name = "KEY", num_args = 0..=1, require_equals = true, conflicts_with_all = ["key", "passphrase_file"])]
    pub agent: Option<Option<PublicKey>>,
    /// Take the passphrase from the first line of this file, and ask nobody
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub passphrase_file: Option<PathBuf>,
    /// Sign without asking, after showing the text
    #[arg(long)]
    pub yes: bool,
}

/// The options of `order approve` and `order confirm`.
#[derive(Args, Clone, Debug)]
pub struct Approve {
    /// The order's name, or its first 8 digits or more
    pub order: OrderName,
    /// Who signs, and with what
    #[command(flatten)]
    pub signing: Signing,
}

/// The options of `case`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Case {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: CaseWish,
}

/// What can be done with cases.
#[derive(Clone, Debug, Subcommand)]
pub enum CaseWish {
    /// Opens a case about a goal, with what members found about it
    Open {
        /// The case's name: letters, digits, - and .
        case: String,
        /// A name, an address, or a service such as 192.0.2.7:23/tcp
        goal: Goal,
    },
    /// Asks the members how many of their lines are in contact with the goals
    Question {
        /// The case
        case: String,
        /// Wait so many seconds for the answers of all
        #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=86_400))]
        wait: u32,
    },
    /// Sums the members' answers: how wide a cut would be
    Assess {
        /// The case
        case: String,
    },
    /// Gathers again in a case whose order left, for a renewal: it needs findings newer than that order
    Reopen {
        /// The case
        case: String,
    },
    /// Shows what a case rests on, and where it stands
    Show {
        /// The case
        case: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Lists the cases
    List(Printing),
    /// Ends a case
    Close {
        /// The case
        case: String,
        /// Why
        #[arg(long, value_enum, value_name = "REASON")]
        why: ClosingWord,
    },
    /// At a member: tells the coordinator which command servers were found, and nothing about a line
    Report {
        /// The findings, or a folder with findings.jsonl; else where `analyze` left them last
        #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
        from: Option<PathBuf>,
        /// A name that commands bots, such as c2.example: told too if it stands for what was found
        #[arg(long = "name", value_name = "NAME")]
        names: Vec<DomainName>,
    },
    /// Lists what members told
    Findings(Printing),
}

/// The options of `appeal`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Appealing {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: AppealWish,
}

/// What can be done with appeals.
#[derive(Clone, Debug, Subcommand)]
pub enum AppealWish {
    /// Lists appeals, those that wait for an answer first
    List(Printing),
    /// Answers one, once; its writer reads the answer under the reference
    Answer {
        /// The appeal's reference
        reference: String,
        /// Who answers
        #[arg(long = "as", value_name = "PERSON")]
        person: PersonId,
        /// What is answered
        words: String,
    },
}

/// The options of `enrol`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Enrol {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: EnrolWish,
}

/// How organisations and people come to take part.
#[derive(Clone, Debug, Subcommand)]
pub enum EnrolWish {
    /// Makes a code with which an organisation joins, once
    Invite {
        /// The organisation, such as isp-a
        member: OrganisationId,
        /// Its subscriber lines: its weight in every quorum
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        lines: u64,
    },
    /// Joins a country in a new folder, with the code that its coordinator's desk reads aloud
    Join {
        /// A new folder for the member's office
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// The member's name, as it was invited
        #[arg(long = "as", value_name = "MEMBER")]
        member: OrganisationId,
        /// Where the coordinator listens, such as 192.0.2.1:7443
        #[arg(long, value_name = "ADDRESS:PORT")]
        coordinator: String,
    },
    /// Enters a person's key into the charter
    Person {
        /// The person, such as duty@isp-a
        person: PersonId,
        /// The key: a .pub file, or 64 hexadecimal digits
        #[arg(long, value_name = "FILE|KEY", value_hint = ValueHint::FilePath)]
        key: String,
        /// What the person may do with it
        #[arg(long, value_enum)]
        role: RoleWord,
    },
    /// Signs for higher ceilings of orders. They hold once two people signed for the same, and a member
    /// accepted them with the charter
    Ceiling {
        /// Lines that one order may hit beside the suspected, at most
        #[arg(long, value_name = "LINES")]
        per_order: u64,
        /// Lines that the orders of a day may hit, at most
        #[arg(long, value_name = "LINES")]
        per_day: u64,
        /// Who signs, and with what
        #[command(flatten)]
        signing: Signing,
    },
    /// Ends a person's key that is lost or not needed any more; what it signs does not count from now on
    Revoke {
        /// The key: a .pub file, or 64 hexadecimal digits
        #[arg(value_name = "FILE|KEY", value_hint = ValueHint::FilePath)]
        key: String,
    },
    /// At a member: shows what the charter that was offered would change
    Review {
        /// Go by the charter of this digest from now on
        #[arg(long, value_name = "DIGEST", value_parser = digest)]
        accept: Option<Digest>,
    },
}

/// The options of `status`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct StatusOf {
    /// Which office
    #[command(flatten)]
    pub at: AtOffice,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The options of `stop`, `resume` and `reload`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Here {
    /// Which office
    #[command(flatten)]
    pub at: AtOffice,
}

/// The options of `window`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct WithWindow {
    /// Which office
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: WindowWish,
}

/// What can be done with the pages of an office.
#[derive(Clone, Debug, Subcommand)]
pub enum WindowWish {
    /// Makes a one-time link by which a person comes; there is no password
    Invite {
        /// The person, such as duty@isp-a
        person: PersonId,
        /// What the person may do; give it several times
        #[arg(long = "role", value_enum, value_name = "ROLE", required = true)]
        roles: Vec<WindowRole>,
    },
    /// Lists who may come, the tokens of machines, and keys that wait to be entered
    People {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Ends all that opens the pages to a person: links, sessions, passkeys, tokens
    Remove {
        /// The person
        person: PersonId,
    },
    /// Makes a token for a machine; it is shown once
    Token {
        /// What it is called: small letters, digits and -
        name: String,
        /// Who answers for it; it is worth no more than that person's own roles
        #[arg(long = "for", value_name = "PERSON")]
        person: PersonId,
        /// What it may do; give it several times
        #[arg(long = "role", value_enum, value_name = "ROLE", required = true)]
        roles: Vec<WindowRole>,
        /// For how many days
        #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
    /// Ends a token
    EndToken {
        /// What it is called
        name: String,
    },
}

/// What a person may do at the pages, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WindowRole {
    /// Looks at the situation and at orders
    Viewer,
    /// Opens cases, drafts orders
    Analyst,
    /// Looks at lines and writes notices
    AbuseDesk,
    /// Signs orders
    Approver,
    /// Arms, lifts, sets up
    Operator,
    /// Reads everything that is logged
    Auditor,
}

impl WindowRole {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => issei_window::Role::Viewer.name(),
            Self::Analyst => issei_window::Role::Analyst.name(),
            Self::AbuseDesk => issei_window::Role::AbuseDesk.name(),
            Self::Approver => issei_window::Role::Approver.name(),
            Self::Operator => issei_window::Role::Operator.name(),
            Self::Auditor => issei_window::Role::Auditor.name(),
        }
    }
}

/// The options of `top`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Top {
    /// Which office
    #[command(flatten)]
    pub at: AtOffice,
    /// Who signs at this terminal, and with what; without it drafts are only shown
    #[command(flatten)]
    pub signing: Option<Signing>,
}

/// Why a member does not take part, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ObjectionWord {
    /// The ground, or an approval, does not hold here
    Legal,
    /// It would hit too many, or something safeguarded
    Collateral,
    /// The devices have no room for the rules
    Capacity,
    /// A clock, a device, a late message
    Technical,
    /// A customer's wish or contract
    Customer,
}

impl From<ObjectionWord> for Objection {
    fn from(word: ObjectionWord) -> Self {
        match word {
            ObjectionWord::Legal => Self::Legal,
            ObjectionWord::Collateral => Self::Collateral,
            ObjectionWord::Capacity => Self::Capacity,
            ObjectionWord::Technical => Self::Technical,
            ObjectionWord::Customer => Self::Customer,
        }
    }
}

/// Why people end an order before its time, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EndingWord {
    /// A person wants it
    ByPerson,
    /// It did not help
    NoEffect,
    /// A goal became safeguarded
    Safeguarded,
}

impl From<EndingWord> for Ending {
    fn from(word: EndingWord) -> Self {
        match word {
            EndingWord::ByPerson => Self::ByPerson,
            EndingWord::NoEffect => Self::NoEffect,
            EndingWord::Safeguarded => Self::Safeguarded,
        }
    }
}

/// Why a case ends, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClosingWord {
    /// The target does no harm
    Harmless,
    /// The owner acted
    OwnerActed,
    /// What the order was for has ended
    Ended,
    /// Another case covers it
    Duplicate,
}

impl From<ClosingWord> for Closing {
    fn from(word: ClosingWord) -> Self {
        match word {
            ClosingWord::Harmless => Self::Harmless,
            ClosingWord::OwnerActed => Self::OwnerActed,
            ClosingWord::Ended => Self::Ended,
            ClosingWord::Duplicate => Self::Duplicate,
        }
    }
}

/// What a person may do, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Approve orders
    Approver,
    /// Propose and withdraw orders, but not approve
    Proposer,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Approver => Self::Approver,
            RoleWord::Proposer => Self::Proposer,
        }
    }
}

/// The units of a length of time and their microseconds; `m` is a minute, as `30m` is said.
const UNITS: &[(&str, i64)] = &[
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

/// Reads `30m`, `90s`, `1h30m`, `50ms`; never nothing.
///
/// # Errors
/// If it is no time.
pub fn span(text: &str) -> Result<Span, String> {
    let wrong = || "write a time with its units, such as 50ms, 90s, 30m, 1h30m or 2d".to_owned();
    let mut micros = 0_i64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, behind) = split(rest, |letter| !letter.is_ascii_digit());
        let (unit, behind) = split(behind, |letter| letter.is_ascii_digit());
        let &(_, size) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let part = number.checked_mul(size).ok_or_else(wrong)?;
        micros = micros.checked_add(part).ok_or_else(wrong)?;
        rest = behind;
    }
    match micros {
        1.. => Ok(Span::from_micros(micros)),
        _ => Err(wrong()),
    }
}

fn split(text: &str, at: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(at).unwrap_or(text.len()))
}

fn action(text: &str) -> Result<Action, String> {
    let wrong =
        || "write refuse-name, redirect, drop, or rate-limit=PACKETS, such as rate-limit=100";
    match text.split_once('=') {
        None => match text {
            "refuse-name" => Ok(Action::RefuseName),
            "redirect" => Ok(Action::Redirect),
            "drop" => Ok(Action::Drop),
            _ => Err(wrong().into()),
        },
        Some(("rate-limit", packets)) => match packets.parse() {
            Ok(packets @ 1..) => Ok(Action::RateLimit(packets)),
            _ => Err(wrong().into()),
        },
        Some(_) => Err(wrong().into()),
    }
}

/// Reads a digest that was copied or typed from what was read aloud: spaces and hyphens do not matter.
fn digest(text: &str) -> Result<Digest, String> {
    let digits = |letter: &char| !letter.is_whitespace() && *letter != '-';
    let text: String = text.chars().filter(digits).collect();
    text.to_ascii_lowercase().parse()
}

#[cfg(test)]
#[path = "duty_tests.rs"]
mod tests;
