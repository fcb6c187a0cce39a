use super::*;

#[test]
fn two_people_of_two_members_approve() {
    let entries = people().entries();
    let members: std::collections::BTreeSet<String> = entries
        .iter()
        .map(|(person, _, _)| person.organisation().to_string())
        .collect();
    assert_eq!(members, ["m1".to_owned(), "m2".to_owned()].into());
}
