use issei_model::{Language, Objection};

use super::*;
use crate::office::control::Stands;
use crate::office::folder::Settings;
use crate::stand_in::{StandIn, in_every_form};
use issei_desk::samples::{noon, view};

/// An office that does everything and knows the sample order.
fn willing(name: &str) -> StandIn {
    StandIn::new(name, |ask| match ask {
        Ask::Orders => Reply::Orders(vec![view(Stands::Draft, noon(), Vec::new())]),
        _ => Reply::Done(issei_text::Phrase::same("done")),
    })
}

fn sample() -> OrderId {
    view(Stands::Draft, noon(), Vec::new()).id
}

fn short_name() -> OrderName {
    short(sample()).parse().unwrap()
}

#[test]
fn at_a_member_refusing_is_leaving_and_needs_a_reason() {
    let office = willing("leaving");
    let settings = Settings {
        member: Some("isp-a".parse().unwrap()),
        ..Settings::default()
    };
    office.folder().write_settings(&settings).unwrap();
    let mut caller = office.caller(Language::English);
    let failure = refuse(&mut caller, &short_name(), None).unwrap_err();
    assert!(failure.to_string().contains("--why legal"), "{failure}");
    assert!(office.heard().is_empty(), "nothing was asked");
    refuse(&mut caller, &short_name(), Some(ObjectionWord::Customer)).unwrap();
    let leave = Ask::Leave {
        order: sample(),
        why: Objection::Customer,
    };
    assert_eq!(office.heard(), [Ask::Orders, leave]);
}

#[test]
fn at_the_coordinator_refusing_takes_a_draft_back_without_a_reason() {
    let office = willing("retracting");
    let mut caller = office.caller(Language::English);
    let why = Some(ObjectionWord::Legal);
    let failure = refuse(&mut caller, &short_name(), why).unwrap_err();
    assert!(
        failure.to_string().contains("issei order withdraw"),
        "{failure}"
    );
    assert!(office.heard().is_empty());
    refuse(&mut caller, &short_name(), None).unwrap();
    assert_eq!(office.heard(), [Ask::Orders, Ask::Retract(sample())]);
}

#[test]
fn a_whole_name_needs_no_list() {
    let office = willing("whole");
    let mut caller = office.caller(Language::English);
    let whole = sample().to_string().parse().unwrap();
    assert_eq!(named(&mut caller, &whole).unwrap(), sample());
    assert!(office.heard().is_empty());
}

#[test]
fn an_order_goes_by_no_other_name_than_that_of_its_content() {
    let honest = view(Stands::Draft, noon(), Vec::new());
    assert!(truly(honest.clone(), sample()).is_ok());
    let mut changed = honest.clone();
    changed.order.quorum_percent = 1;
    assert!(truly(changed, sample()).is_err(), "one figure was changed");
    let other = OrderId(issei_model::Digest([9; 32]));
    assert!(
        truly(
            OrderView {
                id: other,
                ..honest.clone()
            },
            sample()
        )
        .is_err()
    );
    assert!(truly(honest, other).is_err());
}

#[test]
fn the_list_has_the_same_orders_in_every_form() {
    let office = willing("orders-in-forms");
    let mut caller = office.caller(Language::English);
    let (table, rows) = in_every_form(|form| list(&mut caller, form).unwrap());
    assert_eq!(rows, 1);
    assert_eq!(table.lines().count(), 1, "{table}");
    assert!(table.starts_with(&short(sample())), "{table}");
}
