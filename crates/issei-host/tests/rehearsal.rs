//! A rehearsed device whose owner is killed at any moment: its table is whole, holds what was
//! acknowledged, and can be stopped with nobody alive.
//!
//! The killed process is this program again, under the ignored test `victim`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use issei_host::clock;
use issei_host::rehearsal::{Lifted, Rehearsal, Standing, resume, stop};
use issei_model::{Digest, OrderId, Span, Timestamp};

/// How often its owner is killed.
const ROUNDS: u64 = 40;
/// Where the victim finds its table.
const PLACE: &str = "ISSEI_TEST_REHEARSAL";

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("issei-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Ends with the test, also if that fails.
struct Victim(Child);

impl Victim {
    fn start(folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--ignored", "--nocapture"])
            .env(PLACE, folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Kills it after so many lines. Tells the last turn that it acknowledged.
    fn killed_after(mut self, lines: u64) -> Turn {
        let said = BufReader::new(self.0.stdout.take().unwrap());
        let mut turns = said.lines().filter_map(|line| Turn::parse(&line.ok()?));
        let last = turns
            .nth(lines as usize)
            .expect("the victim ended by itself");
        self.0.kill().unwrap();
        turns.last().unwrap_or(last)
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the victim does in turn with order after order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Staged(u64),
    Fired(u64),
    Lifted(u64),
}

impl Turn {
    fn parse(line: &str) -> Option<Self> {
        let (word, number) = line.split_once(' ')?;
        let number = number.strip_suffix('.')?.parse().ok()?;
        match word {
            "staged" => Some(Self::Staged(number)),
            "fired" => Some(Self::Fired(number)),
            "lifted" => Some(Self::Lifted(number)),
            _ => None,
        }
    }
}

fn order(number: u64) -> OrderId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    OrderId(Digest(bytes))
}

fn a_minute_on() -> Timestamp {
    clock::now() + Span::from_secs(60)
}

#[test]
#[ignore = "only as the process that is killed"]
fn victim() {
    let Some(folder) = std::env::var_os(PLACE) else {
        return;
    };
    // The harness has begun a line.
    println!();
    let device = Rehearsal::open(Path::new(&folder)).unwrap();
    let mut out = std::io::stdout();
    let mut say = |word: &str, number| {
        writeln!(out, "{word} {number}.")
            .and_then(|()| out.flush())
            .unwrap();
    };
    for number in 1.. {
        device.stage(order(number), a_minute_on()).unwrap();
        say("staged", number);
        device
            .arm(order(number), clock::now(), a_minute_on())
            .unwrap();
        while device.read(order(number)).unwrap() == Standing::Staged {
            std::thread::yield_now();
        }
        say("fired", number);
        device.lift(order(number)).unwrap();
        say("lifted", number);
    }
}

#[test]
fn a_table_whose_owner_is_killed_is_whole_and_holds_what_was_acknowledged() {
    let place = Place::new("device-killed");
    let [seed, _] = clock::random_key().unwrap();
    println!("seed {seed}");
    let mut standing = 0;
    for round in 0..ROUNDS {
        let lines = (seed >> (round % 48)) % 12;
        let last = Victim::start(&place.0).killed_after(lines);
        let device = Rehearsal::open(&place.0).unwrap();
        let found = device.found().unwrap();
        // The next turn may have been done without being acknowledged.
        match last {
            Turn::Staged(number) => {
                assert_eq!(found, [order(number)], "round {round}");
            }
            Turn::Fired(number) => {
                let standing = device.read(order(number)).unwrap();
                assert_ne!(standing, Standing::Staged, "round {round}");
            }
            Turn::Lifted(number) => {
                assert_eq!(
                    device.read(order(number)).unwrap(),
                    Standing::Absent,
                    "round {round}"
                );
                let next = device.read(order(number + 1)).unwrap();
                assert!(
                    matches!(next, Standing::Absent | Standing::Staged),
                    "round {round}"
                );
            }
        }
        standing += device.lift_all().unwrap();
    }
    // Rules did outlive their owner.
    assert!(standing > 0);
}

#[test]
fn a_device_is_stopped_and_resumed_with_its_owner_dead() {
    let place = Place::new("device-stopped");
    // Killed after a staging it leaves a rule behind, after a lifting it may not.
    let left = (0..100).find_map(|lines| {
        Victim::start(&place.0).killed_after(lines);
        let found = Rehearsal::open(&place.0).unwrap().found().unwrap();
        found.first().copied()
    });
    let left = left.expect("no victim left a rule behind");
    let lifted = stop(&place.0).unwrap();
    assert_eq!(
        lifted,
        Lifted {
            rules: 1,
            torn: false
        }
    );
    let device = Rehearsal::open(&place.0).unwrap();
    assert_eq!(device.read(left).unwrap(), Standing::Absent);
    let refused = device.stage(left, a_minute_on()).unwrap_err();
    assert!(
        refused.to_string().contains("refused by the stop file"),
        "{refused}"
    );
    assert!(resume(&place.0).unwrap());
    device.stage(left, a_minute_on()).unwrap();
}
