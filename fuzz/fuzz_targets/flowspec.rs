//! FlowSpec rules of both families: what our reader takes is one exact host, has one form, and means the
//! same to the library that reads after us.

#![no_main]

use issei_wire::bgp::flowspec::{Condition, Rule};
use issei_wire::bgp::{Announcement, Message, Route};
use rustbgpd_wire::Afi;
use rustbgpd_wire::flowspec::{FlowSpecRule, decode_flowspec_nlri};

// The first byte chooses the family; the rest is a list of rules that goes.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((&first, nlri)) = input.split_first() else {
        return;
    };
    let (family, afi) = match first & 1 {
        0 => (1, Afi::Ipv4),
        _ => (2, Afi::Ipv6),
    };
    if nlri.len() > 4_000 {
        return;
    }
    let message = going(family, nlri);
    let Ok(Message::Update(update)) = Message::read(&message) else {
        panic!("the frame is right");
    };
    let Ok(Announcement::Go(routes)) = Announcement::read(&update) else {
        return;
    };
    let theirs = decode_flowspec_nlri(nlri, afi).expect("the library takes what we take");
    assert_eq!(theirs.len(), routes.len());
    let mut again = Vec::new();
    Announcement::write_going(&routes, &mut again);
    assert_eq!(again, message, "there is one way to write it");
    for (route, theirs) in routes.iter().zip(&theirs) {
        let Route::Rule(rule) = route else {
            panic!("a family of rules holds rules");
        };
        same(rule, theirs);
    }
});

/// An UPDATE in which these rules go.
fn going(family: u8, nlri: &[u8]) -> Vec<u8> {
    let value = [&[0, family, 133][..], nlri].concat();
    let attribute = [&[0x90, 15][..], &(value.len() as u16).to_be_bytes(), &value].concat();
    let body = [
        &[0, 0][..],
        &(attribute.len() as u16).to_be_bytes(),
        &attribute,
    ]
    .concat();
    let length = (19 + body.len()) as u16;
    [&[0xff; 16][..], &length.to_be_bytes(), &[2], &body].concat()
}

/// The library saw one host, and as many conditions of the same types.
fn same(ours: &Rule, theirs: &FlowSpecRule) {
    let kinds: Vec<u8> = theirs
        .components
        .iter()
        .map(|one| one.type_code())
        .collect();
    let wanted = ours.conditions().iter().map(Condition::kind);
    assert!(kinds[1..].iter().copied().eq(wanted));
    let host = theirs.components[0..1].iter().map(|one| format!("{one:?}"));
    let bits = if ours.host().is_ipv4() {
        "len: 32"
    } else {
        "len: 128"
    };
    for host in host {
        assert!(
            host.contains(bits) && host.contains(&ours.host().to_string()),
            "{host}"
        );
    }
}
