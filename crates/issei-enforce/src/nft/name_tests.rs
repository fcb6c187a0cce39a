use issei_model::{Digest, OrderId, ReflexRuleId, StandingId};
use proptest::prelude::*;

use super::Name;

fn name() -> impl Strategy<Value = Name> {
    let digest = any::<[u8; 32]>().prop_map(Digest);
    (digest, any::<Option<u64>>()).prop_map(|(digest, number)| match number {
        None => Name::Order(OrderId(digest)),
        Some(number) => Name::Reflex(ReflexRuleId {
            standing: StandingId(digest),
            number,
        }),
    })
}

proptest! {
    #[test]
    fn a_name_reads_back_and_the_kernel_has_room_for_it(name in name()) {
        let text = name.to_string();
        prop_assert!(text.len() <= 98);
        prop_assert_eq!(text.parse::<Name>(), Ok(name));
    }
}

#[test]
fn tables_of_others_are_never_taken_for_ours() {
    let hex = "ab".repeat(32);
    let others = [
        "filter".to_owned(),
        "issei".into(),
        format!("issei-order-{}", hex.to_uppercase()),
        format!("issei-order-{hex}0"),
        format!("issei-order-{hex}-1"),
        format!("xissei-order-{hex}"),
        format!("issei-reflex-{hex}"),
        format!("issei-reflex-{hex}-+1"),
        format!("issei-reflex-{hex}-01"),
        format!("issei-reflex-{hex}-18446744073709551616"),
    ];
    for other in others {
        assert!(other.parse::<Name>().is_err(), "{other}");
    }
}
