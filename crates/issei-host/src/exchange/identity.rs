//! Who somebody is in the exchange, as one DNS name that a certificate carries.
//!
//! Always: `<organisation>.<role>.issei.internal`, and only in that spelling. `internal` is kept
//! free for private use, so no public authority can vouch for such a name.

use std::fmt;
use std::str::FromStr;

use issei_model::OrganisationId;

/// Where all names of the exchange lie.
pub(super) const ZONE: &str = "issei.internal";

/// What somebody takes part as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Keeps the log and tells the hour.
    Coordinator,
    /// A provider.
    Member,
}

/// An organisation in its role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Who.
    pub organisation: OrganisationId,
    /// As what.
    pub role: Role,
}

impl Identity {
    /// Names the coordinator.
    pub const fn coordinator(organisation: OrganisationId) -> Self {
        Self {
            organisation,
            role: Role::Coordinator,
        }
    }

    /// Names a member.
    pub const fn member(organisation: OrganisationId) -> Self {
        Self {
            organisation,
            role: Role::Member,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Coordinator => "coordinator",
            Self::Member => "member",
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{ZONE}", self.organisation, self.role))
    }
}

impl FromStr for Identity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("a name of the exchange reads `isp-a.member.{ZONE}`");
        let labels = text
            .strip_suffix(ZONE)
            .and_then(|labels| labels.strip_suffix('.'));
        let (organisation, role) = labels
            .and_then(|labels| labels.split_once('.'))
            .ok_or_else(wrong)?;
        let role = match role {
            "coordinator" => Role::Coordinator,
            "member" => Role::Member,
            _ => return Err(wrong()),
        };
        Ok(Self {
            organisation: organisation.parse()?,
            role,
        })
    }
}
