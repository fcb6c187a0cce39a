use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::super::{Dropping, Holes, Sources};
use super::*;

const RULES: Means = Means::Rules(Dropping::Discard);
const US: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

fn holes() -> Means {
    Means::Holes(Holes {
        within: vec![],
        next_hop4: Some(Ipv4Addr::new(192, 0, 2, 1)),
        next_hop6: Some(Ipv6Addr::LOCALHOST),
        sources: Sources::Checked,
    })
}

fn bird() -> Dialect {
    Dialect::Bird {
        protocol: "issei".into(),
    }
}

fn frr() -> Dialect {
    Dialect::Frr { neighbor: US }
}

fn rule(way: Way, host: &str, protocol: Option<u8>, port: Option<u16>) -> Route {
    let mut conditions: Vec<Condition> = Vec::new();
    conditions.extend(protocol.map(|number| Condition::Protocol(Terms::equal(number))));
    conditions.extend(port.map(|port| match way {
        Way::To => Condition::DestinationPort(Terms::equal(port)),
        Way::From => Condition::SourcePort(Terms::equal(port)),
    }));
    let host = host.parse().expect("an address");
    Route::Rule(Rule::new(way, host, conditions).expect("a rule"))
}

/// What the three listings below hold.
fn four() -> BTreeSet<Route> {
    BTreeSet::from([
        rule(Way::To, "192.0.2.7", Some(6), Some(23)),
        rule(Way::From, "192.0.2.8", Some(17), Some(48_101)),
        rule(Way::To, "192.0.2.8", None, None),
        rule(Way::To, "2001:db8::7", Some(6), Some(23)),
    ])
}

const BIRD: &str = "\
BIRD 2.0.12 ready.
Access restricted
Table master4:

Table flow4tab:
flow4 { src 192.0.2.8/32; proto 17; sport 48101; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]
flow4 { dst 192.0.2.8/32; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]
flow4 { dst 192.0.2.7/32; proto 6; dport 23; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]

Table flow6tab:
flow6 { dst 2001:db8::7/128; next header 6; dport 23; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]
";

const FRR4: &str = r#"{
 "vrfId": 0, "vrfName": "default", "tableVersion": 4, "routerId": "10.9.9.9", "defaultLocPrf": 100, "localAS": 64500,
 "routes": { "from 192.0.2.8/32 proto = 17  srcp = 48101 /13": [{"valid":true,"bestpath":true,"selectionReason":"First path received","pathFrom":"external","from":"192.0.2.8/32","proto":"= 17 ","srcp":"= 48101 ","weight":0,"peerId":"127.0.0.2","path":"64496","origin":"IGP"}]
,"to 192.0.2.8/32/6": [{"valid":true,"bestpath":true,"to":"192.0.2.8/32","peerId":"127.0.0.2"}]
,"to 192.0.2.7/32 proto = 6  dstp = 23 /12": [{"valid":true,"bestpath":true,"to":"192.0.2.7/32","proto":"= 6 ","dstp":"= 23 ","peerId":"127.0.0.2"}]
,"to 192.0.2.66/32/6": [{"valid":true,"bestpath":false,"to":"192.0.2.66/32","peerId":"127.0.0.2"}]
,"to 192.0.2.67/32/6": [{"valid":true,"bestpath":true,"to":"192.0.2.67/32","peerId":"127.0.0.3"}]
 }  }"#;

const FRR6: &str = r#"{ "routes": { "to 2001:db8::7/128 proto = 6": [{"bestpath":true,"to":"2001:db8::7/128/off 0","proto":"= 6 ","dstp":"= 23 ","peerId":"127.0.0.2"}] } }"#;

const GOBGP: &str = "\
   Network                                                              Next Hop             AS_PATH              Age        Attrs
*> [destination: 192.0.2.7/32][protocol: ==tcp][destination-port: ==23] fictitious           64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [discard]}]
*> [destination: 192.0.2.8/32]                                          fictitious           64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [discard]}]
*> [source: 192.0.2.8/32][protocol: ==udp][source-port: ==48101]        fictitious           64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [discard]}]
*> [destination: 2001:db8::7/128/0][protocol: ==tcp][destination-port: ==23] fictitious      64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [discard]}]
*  [destination: 192.0.2.66/32]                                         fictitious           64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [discard]}]
*> [destination: 192.0.2.67/32]                                         fictitious           64496                00:00:00   [{Origin: i} {Communities: no-export} {Extcomms: [rate: 1000.000000]}]
";

#[test]
fn birds_words_are_read() {
    assert_eq!(bird().read(&RULES, BIRD), Ok(four()));
}

#[test]
fn frrs_words_are_read() {
    let mut read = frr().read(&RULES, FRR4).expect("readable");
    read.extend(frr().read(&RULES, FRR6).expect("readable"));
    assert_eq!(read, four());
    assert_eq!(frr().read(&RULES, "\n"), Ok(BTreeSet::new()));
    assert_eq!(frr().read(&RULES, "{ }"), Ok(BTreeSet::new()));
}

#[test]
fn gobgps_words_are_read() {
    assert_eq!(Dialect::Gobgp.read(&RULES, GOBGP), Ok(four()));
    let none = "Network not in table\n";
    assert_eq!(Dialect::Gobgp.read(&RULES, none), Ok(BTreeSet::new()));
}

#[test]
fn blackholes_are_read() {
    let wanted = Ok(BTreeSet::from([Route::Host4(Ipv4Addr::new(192, 0, 2, 9))]));
    let line =
        "192.0.2.9/32         unreachable [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]\n";
    assert_eq!(bird().read(&holes(), line), wanted);
    let json = r#"{"routes": {"192.0.2.9/32": [{"bestpath":true,"prefix":"192.0.2.9","network":"192.0.2.9/32","peerId":"127.0.0.2"}]}}"#;
    assert_eq!(frr().read(&holes(), json), wanted);
    let line = "*> 192.0.2.9/32 192.0.2.1 64496 00:00:00 [{Origin: i} {Communities: blackhole, no-export}]\n";
    assert_eq!(Dialect::Gobgp.read(&holes(), line), wanted);
    let kept = "*> 192.0.2.9/32 192.0.2.1 64496 00:00:00 [{Origin: i} {Communities: blackhole}]\n";
    assert_eq!(Dialect::Gobgp.read(&holes(), kept), Ok(BTreeSet::new()));
}

#[test]
fn a_route_of_our_session_that_we_never_send_is_not_passed_over() {
    let bird_lines = [
        "flow4 { dst 192.0.2.0/24; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]",
        "flow4 { proto 6; }  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]",
        "flow4 { dst 192.0.2.7/32; length 99971; }  [issei 20:18 from 127.0.0.2] * (100) [AS64496i]",
        "flow4 { dst 192.0.2.7/32; dport 23; }  [issei 20:18 from 127.0.0.2] * (100) [AS64496i]",
        "192.0.2.0/24         unreachable [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]",
        "syntax error, unexpected CF_SYM_UNDEFINED",
    ];
    for line in bird_lines {
        assert_eq!(
            bird().read(&RULES, line),
            Err(Unreadable(line.chars().take(120).collect()))
        );
    }
    let frr_paths = [
        r#""to":"192.0.2.0/24""#,
        r#""proto":"= 6 ""#,
        r#""to":"192.0.2.7/32","pktlen":"= 99971 ""#,
        r#""to":"192.0.2.7/32","proto":"= 6 ","dstp":">= 1 ""#,
        r#""network":"192.0.2.0/24""#,
    ];
    for path in frr_paths {
        let json = format!(
            r#"{{"routes": {{"odd": [{{"bestpath":true,"peerId":"127.0.0.2",{path}}}]}}}}"#
        );
        assert_eq!(
            frr().read(&RULES, &json),
            Err(Unreadable("odd".into())),
            "{path}"
        );
    }
    assert!(frr().read(&RULES, "% Unknown command").is_err());
}

#[test]
fn a_route_that_is_not_chosen_does_not_count() {
    let line = "flow4 { dst 192.0.2.8/32; }  [issei 20:18:36.368 from 127.0.0.2] (100) [AS64496i]";
    assert!(bird().read(&RULES, line).is_err());
}

#[test]
fn questions_name_the_families_that_are_spoken() {
    let both = RULES.families();
    assert_eq!(
        bird().questions(&RULES, both)[0].join(" "),
        "show route primary protocol issei table all where (generic, 0x80060000, 0x0) ~ bgp_ext_community"
    );
    let only4 = Families::default().with(Family::Flow4);
    assert_eq!(
        frr().questions(&RULES, only4),
        [["-c", "show bgp ipv4 flowspec json"]]
    );
    assert_eq!(
        Dialect::Gobgp.questions(&holes(), Families::ALL),
        [
            ["global", "rib", "-a", "ipv4"],
            ["global", "rib", "-a", "ipv6"]
        ]
    );
}

proptest! {
    #[test]
    fn any_words_are_read_or_refused(text: String) {
        for dialect in [bird(), frr(), Dialect::Gobgp] {
            let _ = dialect.read(&RULES, &text);
        }
    }

    #[test]
    fn changed_words_never_panic(at in 0usize..2_000, with: char) {
        for (dialect, words) in [(bird(), BIRD), (frr(), FRR4), (Dialect::Gobgp, GOBGP)] {
            let changed: String = words
                .chars()
                .enumerate()
                .map(|(place, kept)| if place == at { with } else { kept })
                .collect();
            let _ = dialect.read(&RULES, &changed);
        }
    }
}
