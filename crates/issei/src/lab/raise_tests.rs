use super::*;
use crate::enforcer::devices;

#[test]
fn what_stands_in_devices_toml_is_what_an_enforcer_reads() {
    let folder = crate::traffic::Folder::new("lab-devices");
    for number in topology::numbers() {
        std::fs::write(folder.0.join("devices.toml"), super::devices(number)).expect("the disk");
        let read = devices::Settings::read(&Folder::new(&folder.0)).expect("they read");
        assert_eq!(read.nft.len(), 1);
        assert!(
            read.nft[0].accesses[0]
                .lines
                .contains(&topology::first_bot(number))
        );
    }
}

#[test]
fn two_people_of_two_members_approve() {
    let entries = people().entries();
    let members: std::collections::BTreeSet<String> = entries
        .iter()
        .map(|(person, _, _)| person.organisation().to_string())
        .collect();
    assert_eq!(members, ["m1".to_owned(), "m2".to_owned()].into());
}
