//! A process that is killed at any moment loses nothing that it has acknowledged.
//!
//! The killed process is this program again, under the ignored test `victim`.

#![cfg(feature = "store")]

#[path = "store/writer.rs"]
mod writer;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use issei_host::clock;
use issei_host::store::{Durability, Owner, Store};

/// How often it is killed.
const ROUNDS: u64 = 100;
/// Where the victim finds its store.
const PLACE: &str = "ISSEI_TEST_STORE";

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("issei-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn store(&self) -> PathBuf {
        self.0.join("state.db")
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
    fn start(store: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--ignored", "--nocapture"])
            .env(PLACE, store)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Kills it after so many acknowledgements and a moment more. Tells the last one.
    fn killed_after(mut self, acknowledged: u64, moment: Duration) -> u64 {
        let said = BufReader::new(self.0.stdout.take().unwrap());
        let mut steps = said.lines().filter_map(|line| acknowledgement(&line.ok()?));
        let mut last = steps
            .nth(acknowledged as usize)
            .expect("the victim ended by itself");
        std::thread::sleep(moment);
        // SIGKILL; what it had said before is still in the pipe.
        self.0.kill().unwrap();
        last = steps.last().unwrap_or(last);
        last
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads a whole line; one that the kill tore has acknowledged nothing.
fn acknowledgement(line: &str) -> Option<u64> {
    line.strip_prefix("kept ")?.parse().ok()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

#[test]
#[ignore = "only as the process that is killed"]
fn victim() {
    let Some(store) = std::env::var_os(PLACE) else {
        return;
    };
    // The harness has begun a line.
    println!();
    let mut out = std::io::stdout();
    wait(writer::work(Path::new(&store), Durability::Full, &mut out)).unwrap();
}

#[test]
fn a_process_killed_at_any_moment_loses_nothing_it_acknowledged() {
    let place = Place::new("killed");
    let [seed, _] = clock::random_key().unwrap();
    println!("seed {seed}");
    let mut kept = 0;
    for round in 0..ROUNDS {
        let chance = mixed(seed ^ round);
        let moment = Duration::from_micros(chance >> 32 & 0xfff);
        let acknowledged = Victim::start(&place.store()).killed_after(chance % 40, moment);
        assert!(
            acknowledged > kept,
            "round {round}: {acknowledged} after {kept}"
        );
        kept = wait(writer::check(&place.store())).unwrap();
        // One more may have been kept whose acknowledgement the kill cut off.
        let lost = !(acknowledged..=acknowledged + 1).contains(&kept);
        assert!(
            !lost,
            "round {round}: {acknowledged} was acknowledged, {kept} is there"
        );
    }
    println!("{ROUNDS} kills, {kept} steps");
    assert!(kept > ROUNDS);
}

#[test]
fn a_store_of_a_killed_holder_is_free_at_once_and_of_a_living_one_is_not() {
    let place = Place::new("held");
    let mut victim = Victim::start(&place.store());
    let said = BufReader::new(victim.0.stdout.take().unwrap());
    let mut steps = said.lines().filter_map(|line| acknowledgement(&line.ok()?));
    steps.next().expect("the victim works");
    let refused = wait(Store::open(&place.store(), Owner::Member));
    let said = refused.map(|_| ()).unwrap_err().to_string();
    assert!(
        said.contains(&format!("process {}", victim.0.id())),
        "{said}"
    );
    victim.0.kill().unwrap();
    victim.0.wait().unwrap();
    wait(Store::open(&place.store(), Owner::Member)).unwrap();
}

/// Spreads a number over all bits (the finaliser of splitmix64, by Steele, Lea and Flood).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
