//! The command line of reflexes: standing orders, requests of protected operators, triggers.
//!
//! In: words. Out: wishes that cannot be malformed. Not here: what an office makes of them (`reflex`).

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use issei_model::{Destination, Goal, OrganisationId};

use super::duty::{AtOffice, CODES, Signing};
use super::show::Printing;
use crate::reflex::StandingName;

/// The options of `reflex`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Reflex {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is wished
    #[command(subcommand)]
    pub wish: ReflexWish,
}

/// What can be done about reflexes.
#[derive(Clone, Debug, Subcommand)]
pub enum ReflexWish {
    /// Drafts a standing order for this member from a file, for people to read and sign
    Propose {
        /// The standing order, in TOML; see docs/operating.md
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Lists the standing orders, and the drafts
    List(Printing),
    /// Shows what is signed, who signed it, and where it stands
    Show {
        /// The standing order's name, or its first 8 digits or more
        standing: StandingName,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Shows the text of a standing order, and signs exactly that
    Approve(ApproveStanding),
    /// Ends a standing order before its time, or takes a draft back
    Withdraw {
        /// The standing order's name, or its first 8 digits or more
        #[arg(required_unless_present = "all")]
        standing: Option<StandingName>,
        /// End all of this member; at the coordinator, all of everybody
        #[arg(long, conflicts_with = "standing")]
        all: bool,
    },
    /// Shows what reflexes do at this member, and what they refused
    Status {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Asks, for a protected operator, that packets to its own destination are dropped
    Request(Asking),
    /// Takes such a request back: the packets pass again
    Release(Asking),
    /// Tells of a trigger that other equipment here saw
    Tell(Telling),
}

/// The options of `reflex approve`.
#[derive(Args, Clone, Debug)]
pub struct ApproveStanding {
    /// The standing order's name, or its first 8 digits or more
    pub standing: StandingName,
    /// Who signs, and with what
    #[command(flatten)]
    pub signing: Signing,
}

/// The options of `reflex request` and `reflex release`.
#[derive(Args, Clone, Debug)]
pub struct Asking {
    /// A registered prefix, or a service there: 203.0.113.0/24, 203.0.113.7:443/tcp, [2001:db8::/48]:53/udp
    #[arg(long, value_name = "PREFIX[:PORT/PROTOCOL]")]
    pub to: Destination,
    /// In whose network [default: that of this office]
    #[arg(long, value_name = "MEMBER")]
    pub member: Option<OrganisationId>,
    /// Who signs, and with what
    #[command(flatten)]
    pub signing: Signing,
}

/// The options of `reflex tell`.
#[derive(Args, Clone, Debug)]
pub struct Telling {
    /// The own line: its address, or an address of its IPv6 prefix
    #[arg(long, value_name = "ADDRESS")]
    pub line: IpAddr,
    /// Whom it floods, such as 198.51.100.7 or 198.51.100.7:80/udp; without it, the line sends from addresses that are not its own
    #[arg(long, value_name = "ADDRESS[:PORT/PROTOCOL]")]
    pub flooding: Option<Goal>,
}
