//! Receiving over the loopback, with every detector on, beside `nfcapd`, which only stores.
//!
//! In one run on one machine: NetFlow v9 datagrams made beforehand are sent at a set rate to the
//! real program, and then to `nfcapd` of Debian's `nfdump` if it is installed. Told are records
//! received, lost and judged, CPU seconds of the receiving process per million records, and how
//! long it took from a datagram to the finding that it led to.
//! The sender needs a core of its own; what it cannot send in time lowers the rate that is told.
//!
//! `cargo bench -p issei --bench receive -- [SECONDS] [MILLION RECORDS A SECOND…]`

mod load;
mod process;

use std::time::Duration;

use load::Load;
use process::{Issei, Nfcapd, Outcome};

/// Rates in millions of records a second, if none is named.
const RATES: [f64; 3] = [1.0, 2.0, 3.0];
/// How long each rate is held, if nothing else is said.
const SECONDS: f64 = 5.0;

fn main() {
    // Cargo adds `--bench`.
    let numbers: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let (seconds, rates) = match numbers.split_first() {
        None => (SECONDS, &RATES[..]),
        Some((&seconds, [])) => (seconds, &RATES[..]),
        Some((&seconds, rates)) => (seconds, rates),
    };
    let held = Duration::from_secs_f64(seconds);
    println!(
        "| receiver | sent, M/s | lost | judged or stored | CPU s per M records | of these to receive and decode | datagram to finding |"
    );
    println!("|---|---|---|---|---|---|---|");
    for &rate in rates {
        let mut issei = Issei::start();
        let sent = Load::to(issei.listen()).send(rate * 1e6, held);
        show("issei, all detectors", &issei.end(&sent), &sent, held);
        match Nfcapd::start() {
            Some(mut nfcapd) => {
                let sent = Load::to(nfcapd.listen()).send(rate * 1e6, held);
                show("nfcapd, storing", &nfcapd.end(&sent), &sent, held);
            }
            None => {
                println!("| nfcapd | not installed (Debian package nfdump): skipped | | | | | |");
            }
        }
    }
}

fn show(name: &str, outcome: &Outcome, sent: &load::Sent, held: Duration) {
    let million = |records: u64| records as f64 / 1e6;
    let lost = sent.records.saturating_sub(outcome.records);
    println!(
        "| {name} | {:.2} | {:.2} % | {:.1} M | {:.3} | {} | {} |",
        million(sent.records) / sent.took.as_secs_f64().max(held.as_secs_f64()),
        lost as f64 / sent.records as f64 * 100.0,
        million(outcome.records),
        outcome.cpu / million(outcome.records).max(1e-6),
        outcome.receiving.map_or("all".into(), |cpu| format!(
            "{:.3}",
            cpu / million(outcome.records).max(1e-6)
        )),
        outcome.delay,
    );
    assert!(
        outcome
            .accounted
            .is_none_or(|accounted| accounted == sent.datagrams),
        "{name}: {} datagrams sent, {:?} accounted for",
        sent.datagrams,
        outcome.accounted
    );
}
