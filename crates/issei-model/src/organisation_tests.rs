use super::*;

#[test]
fn a_person_answers_for_an_organisation() {
    let person: PersonId = "duty@isp-a".parse().unwrap();
    assert_eq!(person.organisation().as_str(), "isp-a");
    assert_eq!(person.to_string(), "duty@isp-a");
}

#[test]
fn names_that_could_be_mistaken_or_grow_are_refused() {
    for text in ["", "-a", "a-", "A", "a b", "a.b", "ａ", &"a".repeat(41)] {
        assert!(text.parse::<OrganisationId>().is_err(), "{text}");
        assert!(
            format!("duty@{text}").parse::<PersonId>().is_err(),
            "{text}"
        );
        assert!(
            format!("{text}@isp-a").parse::<PersonId>().is_err(),
            "{text}"
        );
    }
}
