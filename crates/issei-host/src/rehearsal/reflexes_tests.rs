use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use issei_model::{Digest, Span};

use super::*;
use crate::rehearsal::{Lifted, Rehearsal, resume, stop, stop_file};

/// A folder of a test's own, removed with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-reflexes-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Reflexes {
        Reflexes::open(&self.0).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.0.join("reflexes")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn id(number: u64) -> ReflexRuleId {
    let standing = StandingId(Digest([9; 32]));
    ReflexRuleId { standing, number }
}

fn line() -> Subscriber {
    Subscriber::new("203.0.113.7".parse().unwrap())
}

fn limit() -> ReflexRule {
    ReflexRule::Limit {
        line: line(),
        victim: Endpoint {
            ip: "198.51.100.9".parse().unwrap(),
            port: 80,
            protocol: 17,
        },
        packets: 100,
    }
}

/// One of each kind, of both families.
fn every_kind() -> Vec<ReflexRule> {
    let drop = |to: &str| ReflexRule::Drop {
        to: to.parse().unwrap(),
    };
    vec![
        limit(),
        ReflexRule::Limit {
            line: Subscriber::new("2001:db8:1::".parse().unwrap()),
            victim: Endpoint::host("2001:db8:9::1".parse().unwrap()),
            packets: u32::MAX,
        },
        ReflexRule::DropForged { line: line() },
        drop("198.51.100.0/24:443/tcp"),
        drop("2001:db8::/48"),
    ]
}

fn after(millis: i64) -> Timestamp {
    clock::now() + Span::from_millis(millis)
}

fn refused<T>(result: Result<T, RehearsalError>) -> Fault {
    match result {
        Ok(_) => panic!("nothing was refused"),
        Err(error) => error.fault,
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        let waited = began.elapsed();
        assert!(waited.as_secs() < 30, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn rules_of_every_kind_are_read_back_as_they_were_put_by_whoever_opens_the_table() {
    let place = Place::new();
    let device = place.open();
    let ends = after(60_000);
    for (number, rule) in (0..).zip(every_kind()) {
        device.put(id(number), &rule, ends).unwrap();
    }
    drop(device);
    let found = place.open().found().unwrap();
    assert_eq!(found.len(), every_kind().len());
    for (found, (number, rule)) in found.into_iter().zip((0..).zip(every_kind())) {
        assert_eq!(
            found,
            FoundReflex {
                id: id(number),
                rule,
                ends
            }
        );
    }
}

#[test]
fn a_rule_is_lifted_and_one_that_is_not_there_is_no_trouble() {
    let place = Place::new();
    let device = place.open();
    device.put(id(1), &limit(), after(60_000)).unwrap();
    device.put(id(2), &limit(), after(60_000)).unwrap();
    device.lift(id(1)).unwrap();
    device.lift(id(1)).unwrap();
    assert!(!device.acts(id(1)).unwrap());
    assert!(device.acts(id(2)).unwrap());
}

#[test]
fn nothing_prolongs_a_rule_that_is_there() {
    let place = Place::new();
    let device = place.open();
    let ends = after(60_000);
    device.put(id(1), &limit(), ends).unwrap();
    device.put(id(1), &limit(), after(600_000)).unwrap();
    assert_eq!(device.found().unwrap()[0].ends, ends);
}

#[test]
fn a_rule_ends_by_itself_with_nobody_alive() {
    let place = Place::new();
    let ends = after(300);
    place.open().put(id(1), &limit(), ends).unwrap();
    let text = place.text();
    until("its end", || clock::now() >= ends);
    assert!(!place.open().acts(id(1)).unwrap());
    assert_eq!(place.text(), text, "nobody has touched the file");
}

#[test]
fn a_clock_that_is_set_back_does_not_make_a_rule_last_longer() {
    let place = Place::new();
    place.open().put(id(1), &limit(), after(60_000)).unwrap();
    let text = place.text();
    let row = text.lines().nth(1).unwrap();
    let mut words: Vec<&str> = row.split(' ').collect();
    // The wall shows a minute to go; the time since the start has passed.
    words[3] = "1";
    fs::write(place.file(), text.replace(row, &words.join(" "))).unwrap();
    assert!(!place.open().acts(id(1)).unwrap());
}

#[test]
fn a_table_of_an_earlier_start_of_the_machine_reads_as_empty() {
    let place = Place::new();
    place.open().put(id(1), &limit(), after(60_000)).unwrap();
    let text = place.text();
    let title = text.lines().next().unwrap();
    fs::write(place.file(), text.replace(title, "issei-reflexes 1 before")).unwrap();
    assert!(!place.open().acts(id(1)).unwrap());
}

#[test]
fn a_living_device_takes_the_address_of_a_line_off_the_disk_when_its_rule_ends() {
    let place = Place::new();
    let _firing = Rehearsal::open(&place.0).unwrap();
    let device = place.open();
    device.put(id(1), &limit(), after(200)).unwrap();
    until("the file forgets it", || {
        !place.text().contains("203.0.113.7")
    });
}

#[test]
fn lifting_a_rule_that_has_ended_takes_its_address_off_the_disk() {
    let place = Place::new();
    let device = place.open();
    let ends = after(100);
    device.put(id(1), &limit(), ends).unwrap();
    until("its end", || clock::now() >= ends);
    assert!(place.text().contains("203.0.113.7"));
    device.lift(id(1)).unwrap();
    assert!(!place.text().contains("203.0.113.7"));
}

#[test]
fn only_the_owner_may_read_the_addresses() {
    let place = Place::new();
    place.open().put(id(1), &limit(), after(60_000)).unwrap();
    let mode = fs::metadata(place.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::new();
    let device = Reflexes::open_with(&place.0, 1).unwrap();
    let late = refused(device.put(id(1), &limit(), after(-1)));
    assert!(matches!(late, Fault::Over(..)), "{late:?}");
    device.put(id(1), &limit(), after(60_000)).unwrap();
    let full = refused(device.put(id(2), &limit(), after(60_000)));
    assert!(matches!(full, Fault::Full(1)), "{full:?}");
}

#[test]
fn the_stop_file_empties_the_table_and_lets_nothing_in() {
    let place = Place::new();
    let _firing = Rehearsal::open(&place.0).unwrap();
    let device = place.open();
    device.put(id(1), &limit(), after(60_000)).unwrap();
    fs::write(stop_file(&place.0), "").unwrap();
    assert!(!device.acts(id(1)).unwrap(), "nothing acts from here on");
    let stopped = refused(device.put(id(2), &limit(), after(60_000)));
    assert!(matches!(stopped, Fault::Stopped), "{stopped:?}");
    until("the file is gone", || !place.file().exists());
    assert!(resume(&place.0).unwrap());
    assert_eq!(device.found().unwrap(), []);
    device.put(id(2), &limit(), after(60_000)).unwrap();
}

#[test]
fn stopping_needs_nobody_alive_and_counts_both_tables() {
    let place = Place::new();
    let orders = Rehearsal::open(&place.0).unwrap();
    let order = issei_model::OrderId(Digest([1; 32]));
    orders.stage(order, after(60_000)).unwrap();
    drop(orders);
    let device = place.open();
    device.put(id(1), &limit(), after(60_000)).unwrap();
    device.put(id(2), &limit(), after(60_000)).unwrap();
    let lifted = stop(&place.0).unwrap();
    assert_eq!(
        lifted,
        Lifted {
            rules: 3,
            torn: false
        }
    );
    assert!(!place.file().exists());
    assert!(resume(&place.0).unwrap());
    assert_eq!(device.found().unwrap(), []);
}

#[test]
fn a_torn_table_is_told_and_can_be_emptied() {
    let place = Place::new();
    let device = place.open();
    for (number, rule) in (0..).zip(every_kind()) {
        device.put(id(number), &rule, after(60_000)).unwrap();
    }
    let whole = place.text();
    for cut in 0..whole.len() {
        fs::write(place.file(), &whole[..cut]).unwrap();
        let torn = refused(device.found());
        assert!(matches!(torn, Fault::TornReflexes(_)), "{cut}: {torn:?}");
    }
    for tried in [
        device.put(id(99), &limit(), after(60_000)),
        device.lift(id(1)),
        Reflexes::open(&place.0).map(drop),
    ] {
        assert!(matches!(refused(tried), Fault::TornReflexes(_)));
    }
    assert!(stop(&place.0).unwrap().torn);
    resume(&place.0).unwrap();
    assert_eq!(place.open().found().unwrap(), []);
}

#[test]
fn a_row_is_spelled_one_way_only() {
    let row = Row {
        rule: limit(),
        ends: Timestamp::from_secs(1_800_000_000),
        limit: Limit(77),
    };
    let text = row.line(id(3));
    assert_eq!(Row::parse(&text), Some((id(3), row)));
    let others = [
        text.replace(" 17 80", " 017 80"),
        text.replace(" 3 ", " 03 "),
        format!("{text} "),
        text.replace("limit", "Limit"),
        text.replace("203.0.113.7", "203.0.113.7/32"),
    ];
    for other in others {
        assert_ne!(other, text);
        assert_eq!(Row::parse(&other), None, "{other}");
    }
}
