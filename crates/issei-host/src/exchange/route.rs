//! The ways into the coordinator, as one type.
//!
//! In: a method and a path. Out: a route, or why there is none.
//! Always: one spelling a route, so that `parse` undoes `Display`; nothing unknown, no query, no
//! `..`; each route says who may call it and how long its body and its reply may be.
//! Not here: what is answered.

use std::fmt;
use std::str::FromStr;

use hyper::Method;
use issei_model::{OrderId, StandingId};

use super::identity::Role;

/// Bytes of a path below `/v1/log/`. The longest of a log of 2^48 entries has 44, a body's 69.
const LONGEST_LOG_PATH: usize = 128;

/// A way into the coordinator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// `GET /v1/country`: who takes part, keys, packs, safeguards.
    Country,
    /// `GET /v1/log/…`: a file of the log (C2SP tlog-tiles).
    Log(LogPath),
    /// `GET /v1/hints`: a stream of JSON lines that say that there is more.
    Hints,
    /// `POST /v1/receipts`: what a member observed.
    Receipts,
    /// `POST /v1/cosignatures`: a member's signature under a checkpoint (C2SP tlog-witness).
    Cosignatures,
    /// `POST /v1/findings`: what a member's detection says.
    Findings,
    /// `GET /v1/questions`: what the coordinator asks about goals.
    Questions,
    /// `POST /v1/answers`: a member's radius and its no.
    Answers,
    /// `GET /v1/drafts`: orders that wait for approvals.
    Drafts,
    /// `GET /v1/drafts/ORDER`: one of them, whole.
    Draft(OrderId),
    /// `POST /v1/drafts/ORDER/approvals`: a person's signature under it.
    Approvals(OrderId),
    /// `POST /v1/orders/ORDER/confirmation`: a person's signature that it goes on.
    Confirmation(OrderId),
    /// `GET /v1/standing`: standing orders, drafted or logged.
    Standings,
    /// `GET /v1/standing/STANDING`: one of them, whole.
    Standing(StandingId),
    /// `POST /v1/standing/proposals`: a member's draft of one.
    StandingProposals,
    /// `POST /v1/standing/STANDING/approvals`: a person's signature under it.
    StandingApprovals(StandingId),
    /// `POST /v1/standing/STANDING/withdrawal`: its member ends it.
    StandingWithdrawal(StandingId),
    /// `POST /v1/reflexes`: what a member's reflexes did.
    Reflexes,
    /// `POST /v1/traffic`: packets between a member's lines and the goals of orders, summed.
    Traffic,
    /// `POST /v1/join`: enrolment with a code; see [`super::join`].
    Join,
}

/// Why a request names no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// Nothing has that path.
    Unknown,
    /// The path exists, with the other method, which is this one.
    OtherMethod(&'static str),
}

impl Route {
    /// Reads a request's method and path.
    ///
    /// # Errors
    /// If nothing has that path, or not with that method.
    pub fn parse(method: &Method, path: &str) -> Result<Self, NoRoute> {
        let route = Self::at(path).ok_or(NoRoute::Unknown)?;
        if *method == route.method() {
            Ok(route)
        } else if route.method() == Method::GET {
            Err(NoRoute::OtherMethod("GET"))
        } else {
            Err(NoRoute::OtherMethod("POST"))
        }
    }

    fn at(path: &str) -> Option<Self> {
        let below = path.strip_prefix("/v1/")?;
        if let Some(file) = below.strip_prefix("log/") {
            return file.parse().ok().map(Self::Log);
        }
        if let Some(draft) = below.strip_prefix("drafts/") {
            return match draft.strip_suffix("/approvals") {
                Some(order) => order.parse().ok().map(Self::Approvals),
                None => draft.parse().ok().map(Self::Draft),
            };
        }
        if let Some(order) = below.strip_prefix("orders/") {
            let order = order.strip_suffix("/confirmation")?;
            return order.parse().ok().map(Self::Confirmation);
        }
        if let Some(standing) = below.strip_prefix("standing/") {
            return Self::at_standing(standing);
        }
        match below {
            "country" => Some(Self::Country),
            "hints" => Some(Self::Hints),
            "receipts" => Some(Self::Receipts),
            "cosignatures" => Some(Self::Cosignatures),
            "findings" => Some(Self::Findings),
            "questions" => Some(Self::Questions),
            "answers" => Some(Self::Answers),
            "drafts" => Some(Self::Drafts),
            "standing" => Some(Self::Standings),
            "reflexes" => Some(Self::Reflexes),
            "traffic" => Some(Self::Traffic),
            "join" => Some(Self::Join),
            _ => None,
        }
    }

    fn at_standing(below: &str) -> Option<Self> {
        match below.split_once('/') {
            None if below == "proposals" => Some(Self::StandingProposals),
            None => below.parse().ok().map(Self::Standing),
            Some((standing, "approvals")) => standing.parse().ok().map(Self::StandingApprovals),
            Some((standing, "withdrawal")) => standing.parse().ok().map(Self::StandingWithdrawal),
            Some(_) => None,
        }
    }

    /// With which method it is called: one each.
    pub const fn method(&self) -> Method {
        match self {
            Self::Country
            | Self::Log(_)
            | Self::Hints
            | Self::Questions
            | Self::Drafts
            | Self::Draft(_)
            | Self::Standings
            | Self::Standing(_) => Method::GET,
            Self::Receipts
            | Self::Cosignatures
            | Self::Findings
            | Self::Answers
            | Self::Approvals(_)
            | Self::Confirmation(_)
            | Self::StandingProposals
            | Self::StandingApprovals(_)
            | Self::StandingWithdrawal(_)
            | Self::Reflexes
            | Self::Traffic
            | Self::Join => Method::POST,
        }
    }

    /// Which roles may call it; none where a certificate is not needed. Another coordinator that
    /// stands by follows the log and takes no other part.
    pub const fn callers(&self) -> Option<&'static [Role]> {
        match self {
            Self::Country | Self::Log(_) | Self::Hints => Some(&[Role::Member, Role::Coordinator]),
            Self::Join => None,
            Self::Receipts
            | Self::Cosignatures
            | Self::Findings
            | Self::Questions
            | Self::Answers
            | Self::Drafts
            | Self::Draft(_)
            | Self::Approvals(_)
            | Self::Confirmation(_)
            | Self::Standings
            | Self::Standing(_)
            | Self::StandingProposals
            | Self::StandingApprovals(_)
            | Self::StandingWithdrawal(_)
            | Self::Reflexes
            | Self::Traffic => Some(&[Role::Member]),
        }
    }

    /// Most bytes of a request's body.
    pub const fn longest_body(&self) -> usize {
        match self {
            Self::Country
            | Self::Log(_)
            | Self::Hints
            | Self::Questions
            | Self::Drafts
            | Self::Draft(_)
            | Self::Standings
            | Self::Standing(_) => 0,
            Self::Cosignatures | Self::StandingWithdrawal(_) | Self::Join => 16 << 10,
            Self::Receipts
            | Self::Approvals(_)
            | Self::Confirmation(_)
            | Self::StandingApprovals(_) => 64 << 10,
            Self::Answers | Self::StandingProposals | Self::Reflexes | Self::Traffic => 256 << 10,
            Self::Findings => 1 << 20,
        }
    }

    /// Most bytes of a reply. The longest file of the log is a body of 2 MiB.
    pub const fn longest_reply(&self) -> usize {
        match self {
            Self::Country
            | Self::Questions
            | Self::Drafts
            | Self::Draft(_)
            | Self::Standings
            | Self::Standing(_) => 4 << 20,
            Self::Log(_) => 2 << 20,
            Self::Join => 5 << 20,
            Self::Hints
            | Self::Receipts
            | Self::Cosignatures
            | Self::Findings
            | Self::Answers
            | Self::Approvals(_)
            | Self::Confirmation(_)
            | Self::StandingProposals
            | Self::StandingApprovals(_)
            | Self::StandingWithdrawal(_)
            | Self::Reflexes
            | Self::Traffic => 64 << 10,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/v1/")?;
        match self {
            Self::Country => f.write_str("country"),
            Self::Log(path) => write!(f, "log/{path}"),
            Self::Hints => f.write_str("hints"),
            Self::Receipts => f.write_str("receipts"),
            Self::Cosignatures => f.write_str("cosignatures"),
            Self::Findings => f.write_str("findings"),
            Self::Questions => f.write_str("questions"),
            Self::Answers => f.write_str("answers"),
            Self::Drafts => f.write_str("drafts"),
            Self::Draft(order) => write!(f, "drafts/{order}"),
            Self::Approvals(order) => write!(f, "drafts/{order}/approvals"),
            Self::Confirmation(order) => write!(f, "orders/{order}/confirmation"),
            Self::Standings => f.write_str("standing"),
            Self::Standing(standing) => write!(f, "standing/{standing}"),
            Self::StandingProposals => f.write_str("standing/proposals"),
            Self::StandingApprovals(standing) => write!(f, "standing/{standing}/approvals"),
            Self::StandingWithdrawal(standing) => write!(f, "standing/{standing}/withdrawal"),
            Self::Reflexes => f.write_str("reflexes"),
            Self::Traffic => f.write_str("traffic"),
            Self::Join => f.write_str("join"),
        }
    }
}

/// The path of a file of the log, below its folder.
///
/// Always: 1 to 128 characters of `a-z`, `0-9`, `.`, `_`, `-` in segments of at least one, none of
/// which begins with a full stop, so it cannot lead out of the folder or to a hidden file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPath(String);

impl LogPath {
    /// Tells the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let segment = |segment: &str| {
            !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(known)
        };
        if text.len() <= LONGEST_LOG_PATH && text.split('/').all(segment) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a file of the log is named like `tile/0/x001/067` or `checkpoint`".into())
        }
    }
}

impl fmt::Display for LogPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
