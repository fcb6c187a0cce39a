//! Names of the organisations that take part and of the people who decide.
//!
//! Always: an organisation is 1 to 40 of `a-z`, `0-9` and `-`, not beginning or ending with `-`
//! (a DNS label, so that a certificate can carry it); a person is `name@organisation`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An organisation: a member, or the coordinator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationId(String);

/// A person who proposes, confirms, approves or refuses, and the organisation answered for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId {
    name: String,
    organisation: OrganisationId,
}

impl OrganisationId {
    /// Tells the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PersonId {
    /// Tells whom the person answers for.
    pub fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }
}

/// Most characters of either name.
const LONGEST: usize = 40;

fn label(text: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let edges = !text.starts_with('-') && !text.ends_with('-');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(letters) && edges
}

impl FromStr for OrganisationId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if label(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err("an organisation is named by 1 to 40 of a-z, 0-9 and -, such as `isp-a`".into())
        }
    }
}

impl FromStr for PersonId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('@').filter(|(name, _)| label(name));
        let (name, organisation) =
            parts.ok_or("a person is named as name@organisation, such as `duty@isp-a`")?;
        Ok(Self {
            name: name.to_owned(),
            organisation: organisation.parse()?,
        })
    }
}

impl TryFrom<String> for OrganisationId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl TryFrom<String> for PersonId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<OrganisationId> for String {
    fn from(organisation: OrganisationId) -> Self {
        organisation.0
    }
}

impl From<PersonId> for String {
    fn from(person: PersonId) -> Self {
        person.to_string()
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}@{}", self.name, self.organisation))
    }
}

#[cfg(test)]
#[path = "organisation_tests.rs"]
mod tests;
