use super::*;

const SAID: &str = "Number of active flows: 0\nPackets processed: 1178\nFragments: 0\n\
Ignored packets: 3 (2 non-IP, 1 too short)\nFlows expired: 67 (0 forced)\n\
Flows exported: 67 (134 records) in 5 packets (0 failures)\n\nExpired flow statistics:  minimum\n";

#[test]
fn the_statistics_are_read() {
    let expected = Exported {
        packets: 1_178,
        ignored: 3,
        records: 134,
        datagrams: 5,
        failures: 0,
    };
    assert_eq!(Exported::parse(SAID), Some(expected));
}

#[test]
fn a_program_that_died_early_has_no_statistics() {
    assert_eq!(Exported::parse(""), None);
    assert_eq!(Exported::parse("Packets processed: 12\n"), None);
}
