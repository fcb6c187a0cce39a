use issei_model::{Digest, Ending, OrderId, StandingId};

use super::*;

#[test]
fn each_kind_is_read_as_what_it_was_written_as() {
    let entries = [
        Entry::Order(Decision::Withdrawn {
            order: OrderId(Digest([1; 32])),
            reason: Ending::ByPerson,
        }),
        Entry::Standing(StandingEntry::StandingWithdrawn {
            standing: StandingId(Digest([1; 32])),
        }),
        Entry::Effect(EffectEntry::EffectReported(Vec::new())),
    ];
    for entry in entries {
        assert_eq!(Entry::parse(&entry.canonical()), Some(entry));
    }
    assert_eq!(Entry::parse(b"{}"), None);
}

#[test]
fn a_machine_hears_only_what_is_its_own_and_the_withdrawal_of_everything_both() {
    let reason = Ending::ByPerson;
    let order = OrderId(Digest([1; 32]));
    let one = Entry::Order(Decision::Withdrawn { order, reason });
    assert!(one.decision().is_some() && one.standing().is_none());
    let standing = StandingId(Digest([1; 32]));
    let other = Entry::Standing(StandingEntry::StandingWithdrawn { standing });
    assert!(other.decision().is_none() && other.standing().is_some());
    let effect = Entry::Effect(EffectEntry::EffectReported(Vec::new()));
    assert!(effect.decision().is_none() && effect.standing().is_none());
    let all = Entry::Order(Decision::WithdrawnAll { reason });
    assert_eq!(
        all.standing(),
        Some(StandingEntry::AllStandingWithdrawn { member: None })
    );
    assert!(all.decision().is_some());
}
