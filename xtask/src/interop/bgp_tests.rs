use super::*;
use speaker::Told;

#[test]
fn goals_in_force_are_counted_and_others_are_not() {
    let read =
        "read 2217 1:active@1795725379386953:2 2:armed@1795725379386953:5 3:staged:7 4:active@1:1";
    assert_eq!(goals_of(read), 3);
    assert_eq!(goals_of("read 1387"), 0);
}

#[test]
fn figures_are_found_by_their_place() {
    assert_eq!(figure("armed 1 1795 1796 160", 2), Ok(1_795));
    assert!(figure("measured", 1).is_err());
}

#[test]
fn moments_have_an_offset_both_ways() {
    assert_eq!(off(1_000, 1_500), -500);
    assert_eq!(off(1_500, 1_000), 500);
}

#[test]
fn messages_of_a_watcher_are_read() {
    let told = Told {
        at: 1_795_725_379_387_199,
        come: 2,
        gone: 0,
    };
    assert_eq!(Told::parse("1795725379387199 come 2 gone 0"), Some(told));
    assert_eq!(Told::parse("1795725379387199 as 64500"), None);
}

#[test]
fn each_routers_words_are_found_in_its_listing() {
    let listings = [
        (
            Kind::Bird,
            "BIRD 2.0.12 ready.\nTable rules4:\nflow4 { dst 192.0.2.8/32; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]\n",
            "flow4 { dst 192.0.2.8/32; }",
        ),
        (
            Kind::Frr,
            "   Network          Next Hop            Metric LocPrf Weight Path\n*>  to 192.0.2.7/32 proto = 6  dstp = 23                                         0 64496 i\n",
            "to 192.0.2.7/32 proto = 6 dstp = 23",
        ),
        (
            Kind::Gobgp,
            "   Network   Next Hop\n*> [source: 192.0.2.8/32]   fictitious   64496   00:00:00   [{Origin: i}]\n",
            "[source: 192.0.2.8/32]",
        ),
    ];
    for (kind, listing, rule) in listings {
        assert_eq!(
            kind.rules_in(listing),
            BTreeSet::from([rule.to_owned()]),
            "{kind:?}"
        );
    }
}
