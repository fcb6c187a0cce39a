//! How much at once is "all at once": real processes, real TLS, real files, one machine.
//!
//! A coordinator and its members each run as a process of their own. Orders go from the last approval
//! to in force, and are withdrawn. Prints first-to-last spread at T from the devices' own monotonic
//! stamps, the time from the last approval to in force (without the canary's watching), and the time
//! from the withdrawal to the last rule gone.
//!
//! `cargo bench -p issei --bench country -- [MEMBERS] [ORDERS] [TOGETHER]`; 20, 200 and 4 if nothing is said.

use std::collections::BTreeMap;
use std::path::PathBuf;

use issei::office::control::{Ask, Reply, Stamp};
use issei::office::country::{Country, ask, done, until};
use issei::office::rehearsed::{self, People};
use issei_host::clock;
use issei_model::{Ending, OrderId, Span};

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let figures: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let figure = |place: usize, usual| figures.get(place).copied().unwrap_or(usual);
    let (members, orders, together) = (figure(0, 20), figure(1, 200), figure(2, 4));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let place = std::env::temp_dir().join(format!("issei-bench-country-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let measured = runtime.block_on(measure(&place, members, orders, together));
    std::fs::remove_dir_all(&place)?;
    print(&measured?, members);
    Ok(())
}

/// What was measured of one order, in milliseconds.
struct Measured {
    spread: f64,
    to_force: f64,
    recall: f64,
}

async fn measure(
    place: &std::path::Path,
    members: usize,
    orders: usize,
    together: usize,
) -> Result<Vec<Measured>, Failed> {
    let people = People::two();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_issei"));
    let country = rehearsed::country(place, members, Some(program)).await?;
    let mut measured = Vec::new();
    let mut number = 0;
    while number < orders {
        let batch = together.min(orders - number);
        let mut drafts = Vec::new();
        for _ in 0..batch {
            drafts.push(rehearsed::drafted(&country, number, Span::from_secs(600)).await?);
            number += 1;
        }
        let approved = approve_all(&country, &people, &drafts).await?;
        measured.extend(judge(&country, &drafts, &approved).await?);
        eprint!("\r{number} of {orders}");
    }
    eprintln!();
    country.end().await;
    Ok(measured)
}

/// Approves each draft, and waits until it is in force everywhere. Gives when the last person approved.
async fn approve_all(
    country: &Country,
    people: &People,
    drafts: &[OrderId],
) -> Result<BTreeMap<OrderId, u64>, Failed> {
    let mut approved = BTreeMap::new();
    for &order in drafts {
        people.approve(country, order).await?;
        approved.insert(order, clock::monotonic());
    }
    let members = country.members.len();
    for &order in drafts {
        let everywhere = async || match country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view
                .members
                .iter()
                .filter(|one| one.effect.is_some())
                .count()
                == members),
            _ => Ok(false),
        };
        until("the order is in force everywhere", everywhere).await?;
    }
    Ok(approved)
}

/// Withdraws the orders and reads every device's stamps.
async fn judge(
    country: &Country,
    drafts: &[OrderId],
    approved: &BTreeMap<OrderId, u64>,
) -> Result<Vec<Measured>, Failed> {
    let mut withdrawn = BTreeMap::new();
    for &order in drafts {
        withdrawn.insert(order, clock::monotonic());
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await?)?;
    }
    let mut stamps: BTreeMap<OrderId, Vec<(String, Stamp)>> = BTreeMap::new();
    for (name, folder) in &country.members {
        let gone = async || {
            let Reply::Stamps(all) = ask(folder, Ask::Stamps).await? else {
                return Ok(false);
            };
            Ok(drafts
                .iter()
                .all(|order| all.iter().any(|one| one.order == *order && !one.fired)))
        };
        until("the rules are gone", gone).await?;
        if let Reply::Stamps(all) = ask(folder, Ask::Stamps).await? {
            for stamp in all.into_iter().filter(|one| drafts.contains(&one.order)) {
                stamps
                    .entry(stamp.order)
                    .or_default()
                    .push((name.to_string(), stamp));
            }
        }
    }
    Ok(drafts
        .iter()
        .map(|order| one(&stamps[order], approved[order], withdrawn[order]))
        .collect())
}

fn one(stamps: &[(String, Stamp)], approved: u64, withdrawn: u64) -> Measured {
    let canary = rehearsed::name(0);
    // T is the same moment for all of the rest; each device says how late it was.
    let rest = stamps
        .iter()
        .filter(|(name, stamp)| stamp.fired && *name != canary);
    let fired: Vec<u64> = rest.map(|(_, stamp)| stamp.monotonic_ns).collect();
    let gone = stamps
        .iter()
        .filter(|(_, stamp)| !stamp.fired)
        .map(|(_, stamp)| stamp.monotonic_ns);
    let (first, last) = (
        fired.iter().min().copied().unwrap_or(0),
        fired.iter().max().copied().unwrap_or(0),
    );
    let ms = |ns: u64| ns as f64 / 1e6;
    Measured {
        spread: ms(last - first),
        to_force: ms(last.saturating_sub(approved)) - f64::from(rehearsed::WATCH_MS),
        recall: ms(gone.max().unwrap_or(0).saturating_sub(withdrawn)),
    }
}

fn print(measured: &[Measured], members: usize) {
    println!(
        "{} orders, {members} members, each a process; milliseconds",
        measured.len()
    );
    println!("{:<44}{:>10}{:>10}{:>10}", "", "median", "95 %", "worst");
    type Figure = fn(&Measured) -> f64;
    let rows: [(&str, Figure); 3] = [
        ("spread at T, first to last", |one| one.spread),
        ("last approval to in force, without watching", |one| {
            one.to_force
        }),
        ("withdrawal to the last rule gone", |one| one.recall),
    ];
    for (what, of) in rows {
        let mut all: Vec<f64> = measured.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        let at = |share: f64| all[((all.len() - 1) as f64 * share).round() as usize];
        println!(
            "{what:<44}{:>10.2}{:>10.2}{:>10.2}",
            at(0.5),
            at(0.95),
            at(1.0)
        );
    }
}
