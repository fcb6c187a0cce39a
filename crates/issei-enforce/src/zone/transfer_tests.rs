use proptest::prelude::*;

use super::super::fetch::{Fetch, Wanted};
use super::super::versions::{Bounds, Plan, Timers};
use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

fn key() -> Key {
    Key::new("one.key".parse().expect("a name"), &[1; 32]).expect("a key")
}

fn records(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<Record> {
    let record = |number: u32| {
        let name = format!("name-{number}.of-a-long-list.example");
        let says = match number % 5 {
            0 => Says::Empty,
            1 => Says::A([192, 0, 2, 80].into()),
            2 => Says::Aaaa([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x80].into()),
            _ => Says::Absent,
        };
        Record::of(&name.parse().expect("a name"), says)
    };
    numbers.into_iter().map(record).collect()
}

fn zone(records: BTreeSet<Record>) -> Zone {
    let timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    let bounds = Bounds {
        changes: 50,
        records: 50_000,
    };
    let apex = "hot.rpz.test".parse().expect("a name");
    Zone::new(apex, Serial(7), records, timers, bounds)
}

/// Fetches over a wire that never breaks. Tells how many messages it took.
fn fetched(zone: &Zone, wanted: Wanted, held: &mut BTreeSet<Record>) -> (Serial, usize) {
    let mut fetch = Fetch::new(5, zone.apex(), wanted, Some(key()));
    let bytes = fetch.request(NOW);
    let request = Request::read(&bytes).expect("a request");
    let since = match wanted {
        Wanted::Since(serial) => Some(serial),
        _ => None,
    };
    assert_eq!(request.held, since);
    let mac = super::super::key::Signed::find(&bytes)
        .expect("signed")
        .expect("whole")
        .mac;
    let mut transfer = Transfer::new(request, zone.clone(), since, Some((key(), mac)));
    let (mut messages, mut whole) = (0, false);
    while let Some(message) = transfer.next(NOW) {
        assert!(message.len() <= LONGEST, "{}", message.len());
        assert!(!whole, "nothing follows the end");
        whole = fetch.take(NOW, &message).expect("signed and readable");
        messages += 1;
    }
    assert!(whole, "it ends");
    (fetch.apply(held).expect("in order"), messages)
}

#[test]
fn a_zone_of_many_messages_arrives_whole() {
    let zone = zone(records(0..5_000));
    let mut held = BTreeSet::new();
    let (serial, messages) = fetched(&zone, Wanted::Whole, &mut held);
    assert_eq!((serial, &held), (Serial(7), &**zone.records()));
    assert!(messages > 3, "{messages}");
}

#[test]
fn a_difference_of_many_messages_arrives_whole() {
    let before = records(0..4_000);
    let mut zone = zone(before.clone());
    let after = records(2_000..9_000);
    zone.step(Serial(8), Plan::between(&before, &after));
    let mut held = before;
    let (serial, messages) = fetched(&zone, Wanted::Since(Serial(7)), &mut held);
    assert_eq!((serial, &held), (Serial(8), &after));
    assert!(messages > 3, "{messages}");
}

#[test]
fn who_has_the_latest_gets_one_start_of_authority() {
    let zone = zone(records(0..4));
    let mut held = records(0..4);
    let (serial, messages) = fetched(&zone, Wanted::Since(Serial(7)), &mut held);
    assert_eq!((serial, messages), (Serial(7), 1));
    assert_eq!(held, records(0..4));
}

#[test]
fn a_transfer_shows_the_version_it_began_with() {
    let mut zone = zone(records(0..5_000));
    let request = Fetch::new(5, zone.apex(), Wanted::Whole, None).request(NOW);
    let request = Request::read(&request).expect("a request");
    let mut transfer = Transfer::new(request, zone.clone(), None, None);
    let mut fetch = Fetch::new(5, zone.apex(), Wanted::Whole, None);
    let first = transfer.next(NOW).expect("a message");
    fetch.take(NOW, &first).expect("readable");
    zone.become_at(Serial(8), BTreeSet::new());
    while let Some(message) = transfer.next(NOW) {
        fetch.take(NOW, &message).expect("readable");
    }
    let mut held = BTreeSet::new();
    assert_eq!(fetch.apply(&mut held), Ok(Serial(7)));
    assert_eq!(held, records(0..5_000));
}

proptest! {
    #[test]
    fn what_is_fetched_since_any_serial_equals_the_whole(
        sets in prop::collection::vec(prop::collection::btree_set(0u32..30, 0..20), 1..12),
    ) {
        let mut zone = zone(BTreeSet::new());
        let mut versions = vec![(zone.serial(), BTreeSet::new())];
        for set in sets {
            let wanted = records(set);
            zone.become_at(zone.serial().ahead(1), wanted.clone());
            versions.push((zone.serial(), wanted));
        }
        for (serial, mut held) in versions {
            let (now, _) = fetched(&zone, Wanted::Since(serial), &mut held);
            prop_assert_eq!(now, zone.serial());
            prop_assert_eq!(&held, &**zone.records());
            fetched(&zone, Wanted::Whole, &mut held);
            prop_assert_eq!(&held, &**zone.records());
        }
    }

    #[test]
    fn any_clients_that_opted_out_arrive_as_they_were_sent(bits: u128, length in 0u8..=128, four: bool) {
        let net: ipnet::IpNet = match four {
            true => ipnet::Ipv4Net::new((bits as u32).into(), length.min(32)).expect("a net").into(),
            false => ipnet::Ipv6Net::new(bits.into(), length).expect("a net").into(),
        };
        let zone = zone(BTreeSet::from([Record::passing(net)]));
        let mut held = BTreeSet::new();
        fetched(&zone, Wanted::Whole, &mut held);
        prop_assert_eq!(&held, &**zone.records());
    }
}
