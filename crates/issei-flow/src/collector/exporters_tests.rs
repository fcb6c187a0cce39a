use super::*;

fn key(address: u32, domain: u32) -> DomainKey {
    let from = SocketAddr::from((address.to_be_bytes(), 2055));
    DomainKey::new(from, Protocol::Netflow9, domain)
}

fn table(in_all: usize, of_one_sender: usize) -> Exporters {
    let idle = Span::from_secs(3_600);
    Exporters::new(
        [1, 2],
        Bounds {
            in_all,
            of_one_sender,
            idle,
        },
    )
}

/// Admits a domain and lets it send a record.
fn admit_proven(table: &mut Exporters, key: DomainKey, now: Timestamp) -> Option<usize> {
    let (place, _) = table.admit(key, now)?;
    let domain = table.domain(place)?;
    (domain.origin, domain.seen, domain.records) = (Some(0), now, FEW_RECORDS);
    Some(place)
}

#[test]
fn every_domain_admitted_is_found_and_no_other() {
    let mut table = table(5_000, 5_000);
    for number in 0..5_000 {
        let (place, forgotten) = table
            .admit(key(number, number % 7), Timestamp::MIN)
            .unwrap();
        assert!(forgotten.is_none());
        assert_eq!(table.find(&key(number, number % 7)), Some(place));
    }
    assert!((0..5_000).all(|number| table.find(&key(number, number % 7)).is_some()));
    assert_eq!(table.find(&key(1, 2)), None);
    assert!(table.index.len() >= 2 * table.count());
}

#[test]
fn a_full_table_makes_room_only_for_those_who_sent_nothing() {
    let mut table = table(4, 4);
    let now = Timestamp::from_secs(100);
    for number in 0..3 {
        admit_proven(&mut table, key(number, 0), now).unwrap();
    }
    for number in 3..1_000 {
        assert!(table.admit(key(number, 0), now).is_some());
        assert_eq!(table.count().min(4), table.count());
    }
    assert!((0..3).all(|number| table.find(&key(number, 0)).is_some()));
    let last = table.find(&key(999, 0)).unwrap();
    table.domain(last).unwrap().origin = Some(9);
    assert!(
        table.admit(key(1_000, 0), now).is_none(),
        "all have sent records"
    );
}

#[test]
fn one_sender_takes_room_from_itself_alone() {
    let mut table = table(100, 2);
    table.admit(key(1, 0), Timestamp::MIN).unwrap();
    for domain in 0..1_000 {
        table.admit(key(2, domain), Timestamp::MIN);
    }
    assert_eq!(table.count(), 3);
    assert!(table.find(&key(1, 0)).is_some());
}

#[test]
fn who_was_silent_too_long_makes_room() {
    let mut table = table(1, 1);
    admit_proven(&mut table, key(1, 0), Timestamp::from_secs(0)).unwrap();
    assert!(table.admit(key(2, 0), Timestamp::from_secs(900)).is_none());
    let (_, forgotten) = table.admit(key(2, 0), Timestamp::from_secs(901)).unwrap();
    assert_eq!(forgotten.unwrap().key, key(1, 0));
    assert_eq!(table.find(&key(1, 0)), None);
}

#[test]
fn who_sent_little_so_far_makes_room_sooner() {
    let mut table = table(2, 2);
    admit_proven(&mut table, key(1, 0), Timestamp::from_secs(0)).unwrap();
    let stranger = admit_proven(&mut table, key(2, 0), Timestamp::from_secs(0)).unwrap();
    table.domain(stranger).unwrap().records = 24;
    assert!(table.admit(key(3, 0), Timestamp::from_secs(10)).is_none());
    let (_, forgotten) = table.admit(key(3, 0), Timestamp::from_secs(11)).unwrap();
    assert_eq!(forgotten.unwrap().key, key(2, 0));
}

#[test]
fn idle_ones_are_forgotten_and_their_places_used_again() {
    let mut table = table(100, 100);
    for number in 0..50 {
        let now = Timestamp::from_secs(i64::from(number) * 100);
        admit_proven(&mut table, key(number, 0), now).unwrap();
    }
    // Silent for more than an hour at second 5,000: those seen before second 1,400.
    assert_eq!(table.forget_idle(Timestamp::from_secs(5_000)).len(), 14);
    assert!((0..50).all(|number| table.find(&key(number, 0)).is_some() == (number >= 14)));
    let before = table.bytes();
    for number in 100..114 {
        table
            .admit(key(number, 0), Timestamp::from_secs(5_000))
            .unwrap();
    }
    assert!(table.bytes() <= before + 14 * 200);
}

#[test]
fn a_search_in_a_full_index_ends() {
    let mut table = table(64, 64);
    for number in 0..64 {
        table.admit(key(number, 0), Timestamp::MIN).unwrap();
    }
    assert!((1_000..10_000).all(|number| table.find(&key(number, 0)).is_none()));
}

#[test]
fn an_address_is_the_same_whether_mapped_or_not() {
    let plain = DomainKey::new("192.0.2.1:1".parse().unwrap(), Protocol::Ipfix, 5);
    let mapped = DomainKey::new("[::ffff:192.0.2.1]:1".parse().unwrap(), Protocol::Ipfix, 5);
    assert_eq!(plain, mapped);
}
