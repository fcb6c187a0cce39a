//! Ties findings about addresses to names: a name commands where it stands for what is accused.
//!
//! In: names that a person suspects, what is told about addresses, this member's own resolvers. Out: the same
//! evidence for each name, with every address that it stands for. Always: nobody's word ties a name to an
//! address but that of a resolver that this member's lines ask. Not here: how wide a cut would be (`office::member`).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use issei_host::names::look_up;
use issei_model::{DomainName, Goal};

use crate::code::Failure;
use crate::office::control::Reported;
use crate::office::folder::Folder;

/// Makes of what is told about addresses what is told about these names.
///
/// # Errors
/// If this member names no resolvers, one does not answer, or a name stands for nothing that is accused.
pub fn reported(
    folder: &Folder,
    names: &[DomainName],
    told: &[Reported],
) -> Result<Vec<Reported>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let resolvers = folder.settings()?.resolvers;
    if resolvers.is_empty() {
        return Err(Failure::wrong(
            "settings.toml names no `resolvers`; name those that this member's lines ask, such as resolvers = [\"192.0.2.53:53\"]",
        ));
    }
    let of_names: Result<Vec<Vec<Reported>>, Failure> = names
        .iter()
        .map(|name| of_name(name, &everywhere(&resolvers, name)?, told))
        .collect();
    Ok(of_names?.concat())
}

/// Asks every resolver: they may give different addresses.
fn everywhere(resolvers: &[SocketAddr], name: &DomainName) -> Result<BTreeSet<IpAddr>, Failure> {
    let mut found = BTreeSet::new();
    for &resolver in resolvers {
        found.append(&mut look_up(resolver, name).map_err(Failure::broken)?);
    }
    Ok(found)
}

fn of_name(
    name: &DomainName,
    addresses: &BTreeSet<IpAddr>,
    told: &[Reported],
) -> Result<Vec<Reported>, Failure> {
    let accuses = |one: &&Reported| one.goal.ip().is_some_and(|ip| addresses.contains(&ip));
    let of_name = told.iter().filter(accuses).map(|one| Reported {
        goal: Goal::Name(name.clone()),
        addresses: addresses.clone(),
        ..one.clone()
    });
    let of_name: Vec<Reported> = of_name.collect();
    match of_name.is_empty() {
        false => Ok(of_name),
        true => Err(Failure::wrong(format!(
            "`{name}` stands for {}, and no finding accuses that; nothing is told",
            listed(addresses)
        ))),
    }
}

fn listed(addresses: &BTreeSet<IpAddr>) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    match all.is_empty() {
        true => "no address".into(),
        false => all.join(", "),
    }
}

#[cfg(test)]
#[path = "stands_for_tests.rs"]
mod tests;
