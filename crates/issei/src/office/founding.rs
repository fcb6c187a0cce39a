//! How an office comes into being: a coordinator founds a country, a member joins it with a code.
//!
//! In: a new folder. Out: the folder with keys, certificate, charter and settings. Always: nothing that is
//! there is overwritten; a member trusts what it gets because both sides proved the code.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use issei_host::clock;
use issei_host::exchange::join::{self, Code};
use issei_host::exchange::{Authority, Identity, SigningRequest};
use issei_model::{OrganisationId, PublicKey, Span};

use super::charter::Charter;
use super::coordinator::log_key;
use super::folder::{Folder, Settings};
use super::member::witness_key;
use crate::code::Failure;

/// How long the authority holds, and the coordinator's own certificate.
const AUTHORITY_HOLDS: Span = Span::from_secs(10 * 366 * 86_400);
const COORDINATOR_HOLDS: Span = Span::from_secs(2 * 366 * 86_400);
/// A certificate holds from a little before it is issued: clocks differ.
const BEFORE: Span = Span::from_secs(3_600);

/// Founds a country: a coordinator's folder with its authority and its log's key. So many people approve
/// each order, at least.
///
/// # Errors
/// If the folder is occupied or cannot be written.
pub fn found(
    folder: &Folder,
    name: &OrganisationId,
    approvals: usize,
    settings: &Settings,
) -> Result<Charter, Failure> {
    vacant(folder)?;
    let now = clock::now();
    let (from, until) = (now - BEFORE, now + AUTHORITY_HOLDS);
    let authority = Authority::found(from, until).map_err(Failure::broken)?;
    let own = SigningRequest::new().map_err(Failure::broken)?;
    let identity = Identity::coordinator(name.clone());
    let issued = authority.issue(&identity, &own.request, from, now + COORDINATOR_HOLDS);
    let issued = issued.map_err(Failure::broken)?;
    folder.write(&folder.authority(), authority.root_pem().as_bytes())?;
    folder.write(&folder.authority_key(), authority.key_pem().as_bytes())?;
    folder.write(&folder.certificate(), issued.certificate.as_bytes())?;
    folder.write(&folder.certificate_key(), own.key.as_bytes())?;
    folder.new_seed("log")?;
    folder.write_settings(settings)?;
    let charter = Charter {
        approvals,
        ..Charter::new(name.clone(), log_key(folder, name)?.verifier())
    };
    // Last: a folder with a charter is whole.
    folder.write(&folder.charter(), &charter.canonical())?;
    Ok(charter)
}

/// Joins a country with a code that the coordinator's desk read aloud.
///
/// # Errors
/// If the folder is occupied, or the coordinator refuses, or does not prove that it knows the code.
pub async fn join(
    folder: &Folder,
    name: &OrganisationId,
    address: &str,
    code: &Code,
    settings: Settings,
) -> Result<Charter, Failure> {
    vacant(folder)?;
    let desk = SigningKey::from_bytes(&folder.new_seed("desk")?);
    folder.new_seed("witness")?;
    let witness = witness_key(folder, name)?;
    let keys = BTreeMap::from([
        (
            "desk".to_owned(),
            PublicKey(desk.verifying_key().to_bytes()),
        ),
        ("witness".to_owned(), PublicKey(witness.verifier().key())),
    ]);
    let signing = SigningRequest::new().map_err(Failure::broken)?;
    let joined = join::join(address, code, name, &signing, &keys).await;
    let joined = joined.map_err(Failure::wrong)?;
    let charter = Charter::parse(joined.country.as_bytes()).map_err(Failure::wrong)?;
    if joined.coordinator.organisation != charter.coordinator {
        return Err(Failure::wrong(
            "the charter names another coordinator than the certificate",
        ));
    }
    folder.write(&folder.authority(), joined.roots.as_bytes())?;
    folder.write(&folder.certificate(), joined.certificate.as_bytes())?;
    folder.write(&folder.certificate_key(), signing.key.as_bytes())?;
    folder.write_settings(&Settings {
        member: Some(name.clone()),
        address: Some(address.to_owned()),
        ..settings
    })?;
    folder.write(&folder.charter(), &charter.canonical())?;
    Ok(charter)
}

/// A folder that holds an office is left alone.
fn vacant(folder: &Folder) -> Result<(), Failure> {
    if folder.charter().exists() {
        let place = folder.root().display();
        return Err(Failure::wrong(format!(
            "{place} holds an office already; name a new folder"
        )));
    }
    Ok(())
}

#[cfg(test)]
#[path = "founding_tests.rs"]
mod tests;
