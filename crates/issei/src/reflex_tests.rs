use issei_model::{Language, ReflexRefusal};

use super::samples::view;
use super::*;
use crate::stand_in::{StandIn, in_every_form};

fn office(name: &str, sent: StandingView) -> StandIn {
    StandIn::new(name, move |ask| match ask {
        Ask::Standings => Reply::Standings(vec![sent.clone()]),
        Ask::Standing(_) => Reply::Standing(Box::new(sent.clone())),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    })
}

#[test]
fn a_short_name_finds_its_standing_order_and_no_other() {
    let known = view().id;
    let short: StandingName = known.to_string()[..8].parse().unwrap();
    assert_eq!(short.choose(&[known]), Ok(known));
    assert!(short.choose(&[]).is_err());
    assert!(short.choose(&[known, known]).is_err());
    for wrong in ["", "1234567", "12345678z", &"1".repeat(65)] {
        assert!(wrong.parse::<StandingName>().is_err(), "{wrong}");
    }
    let whole: StandingName = known.to_string().to_uppercase().parse().unwrap();
    assert_eq!(whole.whole(), Some(known));
}

#[test]
fn what_the_office_sends_under_the_name_of_another_is_not_shown_for_signing() {
    let mut sent = view();
    sent.order.at_once = 1_000;
    let office = office("reflex-altered", sent);
    let mut caller = office.caller(Language::English);
    let name = view().id.to_string().parse().unwrap();
    let no = fetch(&mut caller, &name).expect_err("another one was sent");
    assert!(no.to_string().contains("sign nothing"), "{no}");
}

#[test]
fn the_one_that_was_named_is_fetched_by_its_first_digits() {
    let office = office("reflex-named", view());
    let mut caller = office.caller(Language::English);
    let name = view().id.to_string()[..12].parse().unwrap();
    assert_eq!(fetch(&mut caller, &name).unwrap(), view());
}

#[test]
fn a_trigger_is_told_as_of_now_and_a_refusal_says_why() {
    let office = StandIn::new("reflex-told", |_| {
        Reply::Sighted(vec![Err(ReflexRefusal::NotOwn)])
    });
    let mut caller = office.caller(Language::Japanese);
    let telling = Telling {
        line: "203.0.113.7".parse().unwrap(),
        flooding: Some("198.51.100.9:80/udp".parse().unwrap()),
    };
    let no = tell(&mut caller, &telling).expect_err("refused");
    assert_eq!(no.code, code::REFUSED);
    assert!(no.to_string().contains("not-own"), "{no}");
    assert!(no.to_string().contains("自社の回線"), "{no}");
    let heard = office.heard();
    let [Ask::Sightings(seen)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert_eq!(seen[0].victim.unwrap().port, 80);
    let named = Telling {
        flooding: Some("bank.example".parse().unwrap()),
        ..telling
    };
    assert!(tell(&mut caller, &named).is_err());
}

#[test]
fn the_list_has_the_same_standing_orders_in_every_form() {
    let office = office("standing-in-forms", view());
    let mut caller = office.caller(Language::English);
    let (table, rows) = in_every_form(|form| list(&mut caller, form).unwrap());
    assert_eq!((rows, table.lines().count()), (1, 1), "{table}");
}
