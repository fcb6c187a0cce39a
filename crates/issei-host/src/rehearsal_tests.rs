use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use issei_model::Digest;

use super::*;

/// A folder of a test's own, removed with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-rehearsal-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Rehearsal {
        Rehearsal::open(&self.0).unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.0.join("table")).unwrap()
    }

    fn overwrite(&self, text: &str) {
        fs::write(self.0.join("table"), text).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Milliseconds until something happens that must not happen before the test has said what it has to
/// say, also on a busy machine.
const SOON: i64 = 3_000;

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

/// A moment so many milliseconds from now.
fn after(millis: i64) -> Timestamp {
    clock::now() + Span::from_millis(millis)
}

fn refused<T>(result: Result<T, RehearsalError>) -> Fault {
    match result {
        Ok(_) => panic!("nothing was refused"),
        Err(error) => error.fault,
    }
}

/// Waits for something that the firing thread does.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed().as_secs() < 30,
            "waited in vain until {what}"
        );
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Waits until so many rules have fired; the stamp comes after the table.
fn until_fired(device: &Rehearsal, rules: usize) {
    until("rules fire", || device.stamps().len() == rules);
}

fn is_active(device: &Rehearsal, order: OrderId) -> bool {
    matches!(device.read(order).unwrap(), Standing::Active(_))
}

#[test]
fn a_rule_is_staged_then_fires_at_its_time_and_not_before() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    device.stage(order(1), after(60_000)).unwrap();
    assert_eq!(device.read(order(1)).unwrap(), Standing::Staged);
    device.arm(order(1), fires_at, after(60_000)).unwrap();
    until_fired(&device, 1);
    let [stamp] = device.stamps()[..] else {
        panic!("{:?}", device.stamps());
    };
    assert_eq!(
        (stamp.order, stamp.turn, stamp.due),
        (order(1), Turn::Fired, fires_at)
    );
    assert!(stamp.late >= Span::ZERO, "{:?}", stamp.late);
    assert!(stamp.monotonic_ns <= stamp.settled_ns);
    assert_eq!(
        device.read(order(1)).unwrap(),
        Standing::Active(fires_at + stamp.late)
    );
    assert_eq!(device.found().unwrap(), [order(1)]);
}

#[test]
fn a_time_that_has_passed_fires_at_once() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), after(-5_000), after(60_000)).unwrap();
    until_fired(&device, 1);
    assert!(device.stamps()[0].late >= Span::from_secs(5));
}

#[test]
fn orders_of_the_same_time_fire_in_one_go() {
    let place = Place::new();
    let device = place.open();
    (0..50).for_each(|number| device.stage(order(number), after(60_000)).unwrap());
    // Armed at once, however slowly the disk writes.
    let fires_at = after(50);
    let armed = (0..50).map(|number| (order(number), fires_at));
    device.shared.state().armed.extend(armed);
    until_fired(&device, 50);
    let stamps = device.stamps();
    // One write for all of them.
    assert!(
        stamps
            .iter()
            .all(|stamp| stamp.settled_ns == stamps[0].settled_ns)
    );
    assert!(
        stamps
            .iter()
            .all(|stamp| stamp.due == fires_at && stamp.late >= Span::ZERO)
    );
    assert!((0..50).all(|number| is_active(&device, order(number))));
}

#[test]
fn a_rule_ends_by_itself_and_is_stamped() {
    let place = Place::new();
    let device = place.open();
    let ends = after(SOON);
    device.stage(order(1), ends).unwrap();
    device.arm(order(1), after(-1), ends).unwrap();
    until_fired(&device, 1);
    until("the rule ends", || !device.recalls().is_empty());
    assert_eq!(device.read(order(1)).unwrap(), Standing::Absent);
    let stamp = device.recalls()[0];
    assert_eq!(
        (stamp.order, stamp.turn, stamp.due),
        (order(1), Turn::Ended, ends)
    );
    assert!(!place.text().contains(&order(1).to_string()));
}

#[test]
fn a_rule_in_force_that_is_armed_anew_goes_on_to_the_other_end_and_does_not_fire_again() {
    let place = Place::new();
    let device = place.open();
    let (soon, later) = (after(SOON), after(60_000));
    device.stage(order(1), soon).unwrap();
    let fires_at = after(-1);
    device.arm(order(1), fires_at, soon).unwrap();
    until_fired(&device, 1);
    let before = device.read(order(1)).unwrap();
    device.arm(order(1), fires_at, later).unwrap();
    until("the first end", || clock::now() > soon);
    assert_eq!(device.read(order(1)).unwrap(), before);
    assert_eq!(device.stamps().len(), 1);
    drop(device);
    assert_eq!(place.open().read(order(1)).unwrap(), before);
}

#[test]
fn a_rule_ends_with_nobody_alive() {
    let place = Place::new();
    let device = place.open();
    let ends = after(SOON);
    device.stage(order(1), ends).unwrap();
    device.arm(order(1), after(-1), ends).unwrap();
    until_fired(&device, 1);
    drop(device);
    let text = place.text();
    until("the end", || clock::now() >= ends);
    // Nobody has touched the table, and yet it reads as empty.
    assert_eq!(place.text(), text);
    assert!(text.contains(&order(1).to_string()));
    let table = Table::<Row>::of(&place.0);
    assert!(table.rows().unwrap().is_empty());
}

#[test]
fn a_clock_that_is_set_back_does_not_make_a_rule_last_longer() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    drop(device);
    let text = place.text();
    let line = text.lines().nth(1).unwrap();
    let (head, _) = line.rsplit_once(' ').unwrap();
    // The wall shows a minute to go; the time since the start has passed.
    place.overwrite(&text.replace(line, &format!("{head} 1")));
    assert_eq!(place.open().read(order(1)).unwrap(), Standing::Absent);
}

#[test]
fn rules_outlive_the_owner_but_not_the_machines_start() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    device.stage(order(2), after(60_000)).unwrap();
    device.arm(order(2), after(-1), after(60_000)).unwrap();
    until_fired(&device, 1);
    drop(device);
    let device = place.open();
    assert_eq!(device.found().unwrap(), [order(1), order(2)]);
    assert_eq!(device.read(order(1)).unwrap(), Standing::Staged);
    assert!(is_active(&device, order(2)));
    drop(device);
    let text = place.text();
    let start = text.lines().next().unwrap().rsplit(' ').next().unwrap();
    place.overwrite(&text.replace(start, "00000000-0000-0000-0000-000000000000"));
    assert_eq!(place.open().found().unwrap(), []);
}

#[test]
fn an_armed_rule_of_a_dead_owner_stays_inert() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), fires_at, after(60_000)).unwrap();
    drop(device);
    let device = place.open();
    until("its time is past", || {
        clock::now() > fires_at + Span::from_millis(150)
    });
    assert_eq!(device.read(order(1)).unwrap(), Standing::Staged);
}

#[test]
fn what_is_lifted_is_gone_and_never_fires() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    for number in [1, 2] {
        device.stage(order(number), after(60_000)).unwrap();
        device.arm(order(number), fires_at, after(60_000)).unwrap();
    }
    device.lift(order(1)).unwrap();
    device.lift(order(9)).unwrap();
    until_fired(&device, 1);
    assert!(is_active(&device, order(2)));
    assert_eq!(device.read(order(1)).unwrap(), Standing::Absent);
    assert_eq!(device.stamps().len(), 1);
    let lifted: Vec<(OrderId, Turn)> = device
        .recalls()
        .iter()
        .map(|stamp| (stamp.order, stamp.turn))
        .collect();
    assert_eq!(lifted, [(order(1), Turn::Lifted)]);
    assert_eq!(device.lift_all().unwrap(), 1);
    assert_eq!(device.found().unwrap(), []);
}

#[test]
fn staging_anew_takes_the_time_back() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), fires_at, after(60_000)).unwrap();
    device.stage(order(1), after(60_000)).unwrap();
    until("its time is past", || {
        clock::now() > fires_at + Span::from_millis(150)
    });
    assert_eq!(device.read(order(1)).unwrap(), Standing::Staged);
    assert!(device.stamps().is_empty());
}

#[test]
fn an_order_staged_anew_while_the_thread_sets_out_does_not_fire() {
    let place = Place::new();
    // Without the thread, so that the test itself stands between its two steps.
    let shared = Shared {
        table: Table::of(&place.0),
        reflexes: Table::of(&place.0),
        capacity: 2,
        state: Mutex::default(),
        changed: Condvar::new(),
    };
    for number in [1, 2] {
        let armed = shared.change(|rows| {
            rows.insert(order(number), Row::staged(after(60_000)));
            Ok(Then::Arm(order(number), after(-1)))
        });
        armed.unwrap();
    }
    let due = shared.due();
    assert_eq!(due.len(), 2);
    shared.change(|_| Ok(Then::Disarm(order(1)))).unwrap();
    shared.take_effect(&due).unwrap();
    let rows = shared.table.rows().unwrap();
    assert_eq!(rows[&order(1)].standing(), Standing::Staged);
    assert_ne!(rows[&order(2)].standing(), Standing::Staged);
    assert!(shared.due().is_empty());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::new();
    let device = Rehearsal::open_with(&place.0, 2).unwrap();
    assert!(matches!(
        refused(device.arm(order(1), after(5), after(60_000))),
        Fault::NotStaged(_)
    ));
    assert!(matches!(
        refused(device.stage(order(1), after(-1))),
        Fault::Ended(..)
    ));
    device.stage(order(1), after(60_000)).unwrap();
    let ends = after(1_000);
    assert!(matches!(
        refused(device.arm(order(1), ends, ends)),
        Fault::Ended(..)
    ));
    assert!(matches!(
        refused(device.arm(order(1), after(-9), after(-1))),
        Fault::Ended(..)
    ));
    device.stage(order(2), after(60_000)).unwrap();
    let full = device.stage(order(3), after(60_000)).unwrap_err();
    assert!(full.to_string().contains("room for 2 rules"), "{full}");
    // What is there already needs no room.
    device.stage(order(2), after(70_000)).unwrap();
    device.lift(order(1)).unwrap();
    device.stage(order(3), after(60_000)).unwrap();
}

#[test]
fn a_rule_in_force_is_neither_staged_nor_armed_again() {
    let place = Place::new();
    let device = place.open();
    let ends = after(60_000);
    device.stage(order(1), ends).unwrap();
    device.arm(order(1), after(-1), ends).unwrap();
    until_fired(&device, 1);
    let before = place.text();
    device.stage(order(1), after(90_000)).unwrap();
    device.arm(order(1), after(100), ends).unwrap();
    assert_eq!(place.text(), before);
}

#[test]
fn what_a_foreign_hand_does_is_read_back() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    let text = place.text();
    let other = order(7).to_string();
    place.overwrite(&text.replace(&order(1).to_string(), &other));
    assert_eq!(device.found().unwrap(), [order(7)]);
    assert_eq!(device.read(order(1)).unwrap(), Standing::Absent);
    fs::remove_file(place.0.join("table")).unwrap();
    assert_eq!(device.found().unwrap(), []);
}

#[test]
fn a_rule_that_a_foreign_hand_took_away_does_not_fire() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), fires_at, after(60_000)).unwrap();
    fs::remove_file(place.0.join("table")).unwrap();
    until("its time is past", || {
        clock::now() > fires_at + Span::from_millis(150)
    });
    assert_eq!(device.read(order(1)).unwrap(), Standing::Absent);
    assert!(device.stamps().is_empty());
}

#[test]
fn a_torn_table_is_told_and_can_be_emptied() {
    let place = Place::new();
    let device = place.open();
    for number in 0..3 {
        device.stage(order(number), after(60_000)).unwrap();
    }
    let whole = place.text();
    for cut in [1, 30, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
        place.overwrite(&whole[..cut]);
        assert!(matches!(refused(device.found()), Fault::Torn(_)), "{cut}");
        assert!(
            matches!(refused(device.read(order(1))), Fault::Torn(_)),
            "{cut}"
        );
        assert!(
            matches!(
                refused(device.stage(order(9), after(60_000))),
                Fault::Torn(_)
            ),
            "{cut}"
        );
        assert!(
            matches!(refused(device.lift(order(1))), Fault::Torn(_)),
            "{cut}"
        );
        assert!(
            matches!(refused(Rehearsal::open(&place.0)), Fault::Torn(_)),
            "{cut}"
        );
    }
    until("the firing thread tells", || device.take_fault().is_some());
    device.lift_all().unwrap();
    assert_eq!(device.found().unwrap(), []);
    device.stage(order(9), after(60_000)).unwrap();
}

#[test]
fn the_stop_file_empties_the_table_and_lets_nothing_in() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), after(-1), after(60_000)).unwrap();
    until_fired(&device, 1);
    device.stage(order(2), after(60_000)).unwrap();
    device.arm(order(2), after(30_000), after(60_000)).unwrap();
    fs::write(stop_file(&place.0), "").unwrap();
    assert!(matches!(
        refused(device.stage(order(3), after(60_000))),
        Fault::Stopped
    ));
    until("the table is empty", || device.found().unwrap().is_empty());
    assert!(matches!(
        refused(device.arm(order(2), after(5), after(60_000))),
        Fault::Stopped
    ));
    until("both are stamped", || device.recalls().len() == 2);
    assert!(
        device
            .recalls()
            .iter()
            .all(|stamp| stamp.turn == Turn::Stopped)
    );
    assert!(resume(&place.0).unwrap());
    assert!(!resume(&place.0).unwrap());
    device.stage(order(3), after(60_000)).unwrap();
}

#[test]
fn stopping_needs_nobody_alive_and_counts_what_it_took() {
    let place = Place::new();
    let device = place.open();
    for number in 0..3 {
        device.stage(order(number), after(60_000)).unwrap();
    }
    drop(device);
    assert_eq!(
        stop(&place.0).unwrap(),
        Lifted {
            rules: 3,
            torn: false
        }
    );
    assert_eq!(
        stop(&place.0).unwrap(),
        Lifted {
            rules: 0,
            torn: false
        }
    );
    let device = place.open();
    assert_eq!(device.found().unwrap(), []);
    assert!(matches!(
        refused(device.stage(order(1), after(60_000))),
        Fault::Stopped
    ));
    drop(device);
    place.overwrite("torn");
    assert_eq!(
        stop(&place.0).unwrap(),
        Lifted {
            rules: 0,
            torn: true
        }
    );
    assert_eq!(place.open().found().unwrap(), []);
}

#[test]
fn a_stop_just_before_the_time_beats_it() {
    let place = Place::new();
    let device = place.open();
    let fires_at = after(SOON);
    device.stage(order(1), after(60_000)).unwrap();
    device.arm(order(1), fires_at, after(60_000)).unwrap();
    stop(&place.0).unwrap();
    // Even if it is taken back before anybody has looked.
    resume(&place.0).unwrap();
    until("its time is past", || {
        clock::now() > fires_at + Span::from_millis(150)
    });
    assert_eq!(device.found().unwrap(), []);
    assert!(device.stamps().is_empty());
}

#[test]
fn who_holds_the_lock_for_too_long_is_told_and_the_stop_file_is_there_anyhow() {
    let place = Place::new();
    let device = place.open();
    device.stage(order(1), after(60_000)).unwrap();
    let table = Table::<Row>::of(&place.0);
    let held = table.lock().unwrap();
    assert!(matches!(
        refused(device.stage(order(2), after(60_000))),
        Fault::Held
    ));
    assert!(matches!(refused(stop(&place.0)), Fault::Held));
    assert!(stop_file(&place.0).exists());
    drop(held);
    until("the living process empties the table", || {
        device.found().unwrap().is_empty()
    });
}

#[test]
fn old_stamps_make_room_and_are_counted() {
    let mut stamps = Stamps::default();
    let stamp = |number| Stamp {
        order: order(1),
        turn: Turn::Fired,
        due: Timestamp::from_secs(number),
        monotonic_ns: 0,
        settled_ns: 0,
        late: Span::ZERO,
    };
    let many = MOST_STAMPS as i64 + 5;
    (0..many).for_each(|number| stamps.push(stamp(number)));
    assert_eq!((stamps.kept.len(), stamps.forgotten), (MOST_STAMPS, 5));
    assert_eq!(stamps.kept[0].due, Timestamp::from_secs(5));
}
