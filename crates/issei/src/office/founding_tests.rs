//! A country is founded once in a folder, and what was founded fits together.

use super::{Charter, Folder, Settings, found};
use crate::office::coordinator::log_key;
use crate::traffic;

#[test]
fn a_founded_country_has_what_its_coordinator_needs_and_is_not_founded_twice() {
    let place = traffic::Folder::new("founding");
    let folder = Folder::new(place.path());
    let name = "coordinator".parse().unwrap();
    let charter = found(&folder, &name, 2, &Settings::default()).unwrap();
    assert_eq!(
        Charter::parse(&folder.read(&folder.charter()).unwrap()),
        Ok(charter.clone())
    );
    let key = log_key(&folder, &name).unwrap();
    assert_eq!(charter.log, key.verifier().to_string());
    assert_eq!(folder.credentials().unwrap().identity().organisation, name);
    let said = found(&folder, &name, 2, &Settings::default())
        .unwrap_err()
        .to_string();
    assert!(said.contains("holds an office already"), "{said}");
}
