use super::*;
use crate::hashing::name_of;

const KEY: [u64; 2] = [7, 11];

fn table(most: usize, promoted: usize) -> Endpoints<u32> {
    Endpoints::new(Key::new(KEY), most, promoted)
}

fn service(number: u32) -> Service<u32> {
    Service {
        address: 0x2d00_0000 + number,
        port: 443,
        udp: false,
    }
}

fn line(number: u32) -> u32 {
    name_of(Key::new(KEY).line(number))
}

/// A line contacts a service; tells its place.
fn contact(
    table: &mut Endpoints<u32>,
    service: Service<u32>,
    number: u32,
    second: u32,
) -> Option<usize> {
    let hash = Key::new(KEY).service(&service);
    let at = table.find_or_enter(0, hash, &service, second, || 0)?;
    table.contact(at, line(number), second);
    Some(at)
}

fn read(table: &Endpoints<u32>, at: usize) -> (Vec<Contact>, u32, Known<u32>) {
    let mut sample = Vec::new();
    let limit = table.sampled(at, &mut sample);
    let known = table.known(at, sample.len(), limit);
    (sample, limit, known)
}

#[test]
fn a_slot_takes_one_cache_line_and_a_pool_place_thirteen() {
    assert_eq!(size_of::<Slot<u32>>(), 64);
    assert_eq!(size_of::<Slot<u128>>(), 128);
    assert_eq!(size_of::<Promotion>(), 13 * 64);
}

#[test]
fn a_million_services_fit_and_the_memory_stays_under_its_bound() {
    let mut table = table(1 << 20, 57_344);
    for number in 0..1_000_000 {
        contact(&mut table, service(number), number % 1_000, 5);
    }
    for number in 0..60_000 {
        for other in 0..8 {
            contact(&mut table, service(number), 2_000 + other, 6);
        }
    }
    // At 95 % a few in a thousand find both of their groups full, and one goes for another.
    assert!(table.len() > 995_000, "{}", table.len());
    assert_eq!(
        table.len() as u64 + table.tally.evicted,
        table.tally.entered
    );
    assert_eq!(table.tally.turned_away, 0);
    assert!(table.bytes() <= 120_000_000, "{}", table.bytes());
}

#[test]
fn every_service_entered_is_found_again_and_no_other() {
    let mut table = table(1 << 14, 100);
    for number in 0..10_000 {
        contact(&mut table, service(number), 1, 5);
    }
    for number in 0..20_000 {
        let sought = service(number);
        let found = table.find(Key::new(KEY).service(&sought), &sought);
        assert_eq!(found.is_some(), number < 10_000, "{number}");
    }
    let (here, mut there) = (service(5), service(5));
    there.udp = true;
    assert!(table.find(Key::new(KEY).service(&here), &there).is_none());
}

#[test]
fn contacts_are_exact_while_they_are_few() {
    let mut table = table(1_024, 100);
    for number in 0..40 {
        contact(&mut table, service(1), number, 100 + 60 * number);
        contact(&mut table, service(1), number, 9_000);
        let at = contact(&mut table, service(1), 0, 9_000).unwrap();
        let (sample, limit, known) = read(&table, at);
        assert_eq!((sample.len() as u32, limit), (number + 1, u32::MAX));
        assert_eq!(
            (known.distinct.count, known.distinct.standard_error),
            (f64::from(number + 1), 0.0)
        );
        let newest = sample
            .iter()
            .find(|contact| contact.line == line(number))
            .unwrap();
        assert_eq!(newest.since, 100 + 60 * number);
    }
}

#[test]
fn many_contacts_become_a_uniform_sample_with_an_honest_estimate() {
    let mut table = table(1_024, 100);
    let mut at = 0;
    for number in 0..5_000 {
        at = contact(&mut table, service(1), number, 100).unwrap();
    }
    let (sample, limit, known) = read(&table, at);
    let mut names: Vec<u32> = (0..5_000).map(line).collect();
    names.sort_unstable();
    let sampled: Vec<u32> = sample.iter().map(|contact| contact.line).collect();
    assert_eq!(sampled, names[..SAMPLE_ROOM]);
    assert_eq!(limit, names[SAMPLE_ROOM - 1]);
    assert!((known.distinct.count - 5_000.0).abs() < 4.0 * known.distinct.standard_error);
}

#[test]
fn where_the_pool_is_full_a_slot_goes_on_as_a_sample_of_six() {
    let mut table = table(1_024, 0);
    let mut at = 0;
    for number in 0..500 {
        at = contact(&mut table, service(1), number, 100).unwrap();
    }
    let (sample, limit, known) = read(&table, at);
    let mut names: Vec<u32> = (0..500).map(line).collect();
    names.sort_unstable();
    let sampled: Vec<u32> = sample.iter().map(|contact| contact.line).collect();
    assert_eq!(sampled, names[..SLOT_ROOM]);
    assert!(limit == names[5] && known.distinct.standard_error > 0.3 * known.distinct.count);
    assert!(table.tally.crowded > 0);
}

#[test]
fn what_is_read_covers_this_epoch_and_the_one_before() {
    for lines in [3, 40] {
        let mut table = table(1_024, 100);
        table.begin_epoch(255);
        let mut at = 0;
        for number in 0..lines {
            at = contact(&mut table, service(1), number, 100).unwrap();
        }
        table.begin_epoch(256);
        assert_eq!(read(&table, at).0.len() as u32, lines, "not yet touched");
        contact(&mut table, service(1), 0, 7_000);
        contact(&mut table, service(1), 1_000, 7_000);
        let (sample, ..) = read(&table, at);
        assert_eq!(sample.len() as u32, lines + 1);
        let old = sample
            .iter()
            .find(|contact| contact.line == line(0))
            .unwrap();
        assert_eq!(old.since, 100, "the first contact moved");
        table.begin_epoch(257);
        assert_eq!(
            read(&table, at).0.len(),
            2,
            "only those of the epoch before"
        );
        contact(&mut table, service(1), 0, 9_000);
        assert_eq!(read(&table, at).0.len(), 2);
        table.begin_epoch(259);
        assert_eq!(read(&table, at).0.len(), 0);
        table.sweep();
        assert_eq!(table.len(), 0);
    }
}

#[test]
fn a_service_heard_again_after_long_silence_begins_anew() {
    let mut table = table(1_024, 100);
    table.begin_epoch(1);
    let at = contact(&mut table, service(1), 1, 100).unwrap();
    table.sent(at, 5, 500);
    table.begin_epoch(5);
    contact(&mut table, service(1), 2, 900_000);
    let (sample, _, known) = read(&table, at);
    assert_eq!(
        (sample.len(), known.first, known.bytes_out),
        (1, 900_000, 0)
    );
}

#[test]
fn volume_beyond_a_slots_counters_is_carried_on_and_nothing_overflows() {
    for promoted in [0, 10] {
        let mut table = table(1_024, promoted);
        let at = contact(&mut table, service(1), 1, 100).unwrap();
        for _ in 0..4 {
            table.sent(at, 2_000_000_000, 3_000_000_000);
            table.answered(at, 3_000_000_000);
        }
        let (_, _, known) = read(&table, at);
        let seen = (known.packets_out, known.bytes_out, known.bytes_in);
        if promoted == 0 {
            assert_eq!(seen, (4_294_967_295, 4_294_967_295, 4_294_967_295));
        } else {
            assert_eq!(seen, (8_000_000_000, 12_000_000_000, 12_000_000_000));
        }
        table.sent(at, u64::MAX, u64::MAX);
        table.answered(at, u64::MAX);
        table.sent(at, u64::MAX, u64::MAX);
        read(&table, at);
    }
}

#[test]
fn a_full_table_gives_up_cold_single_contacts_and_keeps_shared_and_suspected_services() {
    let mut table = table(1_024, 16);
    for number in 0..300 {
        let at = contact(&mut table, service(number), 1, 5).unwrap();
        contact(&mut table, service(number), 2, 5);
        if number < 100 {
            table.mark_suspected(at);
        }
    }
    for number in 10_000..200_000 {
        contact(&mut table, service(number), 3, 10 + number);
    }
    assert!(table.len() <= 1_024);
    let held = |number| {
        let sought = service(number);
        table
            .find(Key::new(KEY).service(&sought), &sought)
            .is_some()
    };
    assert!((0..300).all(held), "a shared service went for a cold one");
    assert_eq!(
        table.tally.entered,
        table.len() as u64 + table.tally.evicted
    );
}

#[test]
fn what_finds_no_room_is_counted_and_the_search_ends() {
    let mut table = table(1_024, 0);
    for number in 0..50_000 {
        let at = contact(&mut table, service(number), 1, 5);
        let Some(at) = at else { continue };
        table.contact(at, line(2), 5);
        table.mark_suspected(at);
    }
    assert!(table.tally.turned_away > 40_000, "{:?}", table.tally);
    assert_eq!(table.tally.turned_away + table.tally.entered, 50_000);
    assert!(table.len() <= 1_024);
}

#[test]
fn pool_places_of_quiet_services_are_used_again() {
    let mut table = table(1_024, 1);
    table.begin_epoch(1);
    for number in 0..20 {
        contact(&mut table, service(1), number, 100);
    }
    table.begin_epoch(2);
    contact(&mut table, service(1), 0, 200);
    table.begin_epoch(3);
    table.sweep();
    for number in 0..20 {
        contact(&mut table, service(2), number, 300);
    }
    let at = contact(&mut table, service(2), 0, 300).unwrap();
    assert_eq!(read(&table, at).0.len(), 20, "the pool was still full");
    let first = service(1);
    let at = table.find(Key::new(KEY).service(&first), &first).unwrap();
    assert_eq!(read(&table, at).0.len(), 1);
}

#[test]
fn a_tag_search_finds_each_place_of_a_group() {
    let mut table = table(1_024, 0);
    for place in 0..GROUP {
        table.tags.fill(9);
        table.tags[3 * GROUP + place] = 5;
        assert_eq!(first_match(table.matches(3, 5)), place);
        assert_eq!(table.matches(2, 5), 0);
    }
}
