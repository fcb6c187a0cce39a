//! Offices die at random moments in the life of an order, as processes do: at once, with `kill -9`.
//!
//! After every restart the state is one that the protocol allows: a rule acts only where the ledger says
//! so, what is withdrawn goes everywhere, and the ledger is whole. `ISSEI_KILLS` sets how many die
//! (a dozen if nothing is said), `ISSEI_SEED` when and who.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use issei::office::control::{Ask, Reply, Stands};
use issei::office::country::{Country, ask, until};
use issei::office::folder::Folder;
use issei::office::rehearsed::{self, People, drafted};
use issei_host::clock;
use issei_host::store::{Owner, Store};
use issei_ledger::{Audit, Strangers, Tiles};
use issei_model::{Decision, Ending, OrderId, Span, Timestamp};

const MEMBERS: usize = 3;

/// A die that gives the same throws for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// A folder that is gone when the test ends.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn set(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

async fn country(place: &Path) -> Country {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_issei"));
    rehearsed::country(place, MEMBERS, Some(program))
        .await
        .unwrap()
}

/// Since when a member's device cuts for an order.
async fn acts(folder: &Folder, order: OrderId) -> Option<Timestamp> {
    match ask(folder, Ask::Order(order)).await {
        Ok(Reply::Order(view)) => view.members.first()?.effect,
        _ => None,
    }
}

/// What was seen: who cut for which order, at some moment.
type Seen = BTreeMap<(OrderId, String), Timestamp>;

async fn look(country: &Country, order: OrderId, seen: &mut Seen) {
    for (name, folder) in &country.members {
        if let Some(since) = acts(folder, order).await {
            seen.insert((order, name.to_string()), since);
        }
    }
}

/// One order's life with one death in it.
async fn one_life(country: &mut Country, number: usize, dice: &mut Dice, seen: &mut Seen) {
    let order = drafted(country, number, Span::from_secs(300))
        .await
        .unwrap();
    People::two().approve(country, order).await.unwrap();
    let folders: Vec<Folder> = country
        .members
        .iter()
        .map(|(_, folder)| folder.clone())
        .chain([country.coordinator.clone()])
        .collect();
    let victim = folders[dice.below(folders.len() as u64) as usize].clone();
    // An order is in force everywhere about three seconds after the last approval.
    tokio::time::sleep(Duration::from_millis(dice.below(4_000))).await;
    country.kill(&victim).await.unwrap();
    look(country, order, seen).await;
    country.start(&victim).await.unwrap();
    for _ in 0..dice.below(40) {
        look(country, order, seen).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    withdrawn(country, order).await;
    for (name, folder) in &country.members {
        let gone = async || Ok(acts(folder, order).await.is_none());
        until(&format!("{name} lifts what was withdrawn"), gone)
            .await
            .unwrap();
    }
}

/// Withdraws an order; one that never reached the log has nothing to withdraw.
async fn withdrawn(country: &Country, order: OrderId) {
    let ended = async || {
        let reason = Ending::ByPerson;
        country.ask(Ask::Withdraw { order, reason }).await?;
        match country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => Ok(matches!(view.stands, Stands::Ended | Stands::Draft)),
            _ => Ok(true),
        }
    };
    until("the order is withdrawn", ended).await.unwrap();
}

/// Reads the ledger from the coordinator's database, checks every file of it, and every rule seen.
async fn judged(coordinator: &Folder, seen: &Seen) -> u64 {
    let charter =
        issei::office::charter::Charter::parse(&std::fs::read(coordinator.charter()).unwrap());
    let policy = charter.unwrap().policy().unwrap().unwrap();
    let store = Store::open(&coordinator.database(), Owner::Coordinator)
        .await
        .unwrap();
    let files = store.files().await.unwrap();
    let verdict = Audit::new(&files, Some(&policy), Strangers::Refused)
        .unwrap()
        .run()
        .unwrap();
    let tiles = Tiles::new(&files, verdict.size);
    let mut armed: BTreeMap<(OrderId, String), Timestamp> = BTreeMap::new();
    for index in 0..verdict.size {
        let bytes = tiles.entry(index).unwrap();
        if let Ok(Decision::Armed {
            order,
            members,
            fires_at,
        }) = Decision::parse(&bytes)
        {
            for member in members {
                armed.insert((order, member.to_string()), fires_at);
            }
        }
    }
    for ((order, member), since) in seen {
        let fires_at = armed.get(&(*order, member.clone()));
        let fires_at =
            fires_at.unwrap_or_else(|| panic!("{member} cut for {order} without an entry"));
        assert!(
            since >= fires_at,
            "{member} cut for {order} before T: {since} < {fires_at}"
        );
    }
    verdict.size
}

#[test]
fn whoever_dies_and_whenever_no_rule_acts_without_its_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let place = Place(std::env::temp_dir().join(format!("issei-kills-{}", std::process::id())));
    std::fs::create_dir_all(&place.0).unwrap();
    runtime.block_on(async {
        let (kills, seed) = (set("ISSEI_KILLS", 12), set("ISSEI_SEED", 1));
        let mut dice = Dice(seed);
        let mut seen = Seen::new();
        let mut country = country(&place.0).await;
        let begun = clock::now();
        for number in 0..kills as usize {
            one_life(&mut country, number, &mut dice, &mut seen).await;
        }
        let coordinator = country.coordinator.clone();
        country.end().await;
        let entries = judged(&coordinator, &seen).await;
        let took = clock::now().since(begun).as_secs_f64();
        println!(
            "{kills} deaths, seed {seed}: {} rules seen, {entries} entries, {took:.0} s",
            seen.len()
        );
        assert!(
            !seen.is_empty(),
            "nothing was ever in force: the test saw nothing"
        );
    });
}
