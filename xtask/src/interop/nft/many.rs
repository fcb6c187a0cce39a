//! Many goals are one quick transaction, and recall is one too.

use std::fs;
use std::path::PathBuf;

use super::super::Scene;
use super::super::comparison::Comparison;
use super::super::running::said_by;
use super::hand::{Hand, now, order};
use super::traffic::{Path, between, first_from};
use super::{GAP, Ground, SECOND, version, wait_until};

/// Goals of a large order.
const LARGE: usize = 10_000;
/// How long their transaction may take.
const TRANSACTION: u64 = 200_000;
/// How long a recall may take.
const RECALL: u64 = SECOND;

/// Goals of a kind: what they are, and the one with this number.
type Goals = (&'static str, fn(usize) -> String);

pub fn many(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-many", 1)?;
    let hand = ground.hand(0);
    let kinds: [Goals; 3] = [
        ("IPv4 hosts", |n| format!("198.19.{}.{}", n / 250, n % 250)),
        ("IPv4 services", |n| {
            format!("198.19.{}.{}:23/tcp", n / 250, n % 250)
        }),
        ("IPv6 services", |n| format!("[2001:db8:19::{n:x}]:23/tcp")),
    ];
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    for (number, (kind, goal)) in kinds.into_iter().enumerate() {
        let goals: Vec<String> = (0..LARGE).map(goal).collect();
        let file = ground.folder.file("goals");
        fs::write(&file, goals.join("\n")).map_err(|error| error.to_string())?;
        let order = order(10 + number as u8);
        large(
            &ground,
            &hand,
            kind,
            &order,
            &format!("@{}", file.display()),
            &mut comparison,
        )?;
    }
    recall(&ground, &hand, &mut comparison)?;
    Ok(comparison)
}

/// Stages, arms and reads a large order, with a clock around every call of `nft`.
fn large(
    ground: &Ground,
    hand: &Hand<'_>,
    kind: &str,
    order: &str,
    goals: &str,
    comparison: &mut Comparison,
) -> Result<(), String> {
    let clocked = Clocked::new(ground)?;
    let fires = now() + 600 * SECOND;
    let (t, end) = (fires.to_string(), (fires + 600 * SECOND).to_string());
    clocked.does(hand, &["stage", order, "drop", "-", &end, goals])?;
    let stage = clocked.transactions()?;
    clocked.does(hand, &["arm", order, "drop", &t, &end, goals])?;
    let arm = clocked.transactions()?;
    let read = hand.reads(order)?.ok_or("the large order is not there")?;
    comparison.same(
        &format!("goals read back ({kind})"),
        LARGE as u64,
        read.figure("goals"),
    );
    comparison.expected("transactions of a stage", 1, stage.len() as u64);
    comparison.expected("transactions of an arm", 1, arm.len() as u64);
    let micros = |calls: &[u64]| calls.iter().max().copied().unwrap_or(0);
    comparison.some(
        &format!("µs for the transaction of {LARGE} {kind}"),
        micros(&stage),
    );
    comparison.some("µs for the transaction that arms them", micros(&arm));
    comparison.none(
        "µs above the bound",
        micros(&stage).saturating_sub(TRANSACTION),
    );
    Ok(())
}

/// An `nft` that writes down how long each call took.
struct Clocked {
    program: String,
    log: PathBuf,
}

impl Clocked {
    fn new(ground: &Ground) -> Result<Self, String> {
        let (program, log) = (
            ground.folder.file("clocked"),
            ground.folder.file("clocked.log"),
        );
        let script = format!(
            "#!/bin/sh\nbegan=$(date +%s%N)\nnft \"$@\"\nended=$?\n\
             echo \"$(( ($(date +%s%N) - began) / 1000 )) $*\" >> {}\nexit $ended\n",
            log.display()
        );
        fs::write(&program, script).map_err(|error| error.to_string())?;
        let program = program.display().to_string();
        said_by(&ground.folder, &["chmod", "+x", &program])?;
        let _ = fs::remove_file(&log);
        Ok(Self { program, log })
    }

    fn does(&self, hand: &Hand<'_>, words: &[&str]) -> Result<(), String> {
        hand.with(&[&format!("NFT={}", self.program)])
            .does(words)
            .map(drop)
    }

    /// Shows the microseconds of each transaction since the last time.
    fn transactions(&self) -> Result<Vec<u64>, String> {
        let text = fs::read_to_string(&self.log).map_err(|error| error.to_string())?;
        let _ = fs::remove_file(&self.log);
        let calls = text.lines().filter_map(|line| line.split_once(' '));
        let transactions = calls.filter(|(_, words)| *words == "-j -f -");
        Ok(transactions
            .filter_map(|(micros, _)| micros.parse().ok())
            .collect())
    }
}

/// Takes back an order that acts, beside the large ones, and sees packets pass again.
fn recall(ground: &Ground, hand: &Hand<'_>, comparison: &mut Comparison) -> Result<(), String> {
    let order = order(3);
    let end = (now() + 600 * SECOND).to_string();
    hand.does(&[
        "arm",
        &order,
        "drop",
        &now().to_string(),
        &end,
        "198.18.1.10",
    ])?;
    let targets: &[&str] = &["198.18.1.10:2000"];
    let traffic = ground.traffic(Path {
        from: (&ground.network.line, "10.77.1.2:4000"),
        to: (&ground.network.world, targets),
        gap: 5 * GAP,
        begin: 0,
        until: now() + 2 * SECOND,
    })?;
    wait_until(now() + SECOND / 2);
    let asked = now();
    let took = hand.does(&["lift", &order])?;
    let came = traffic.end(1)?;
    comparison.none("packets before the recall", between(&came[0], 0, asked));
    let first = first_from(&came[0], asked).ok_or("no packet came after the recall")?;
    comparison.some(
        "µs from the word to the first packet, the program's start in it",
        first,
    );
    comparison.some("µs until the recall was read back", took);
    comparison.none("µs above the bound", first.max(took).saturating_sub(RECALL));
    let asked = now();
    let said = hand.says(&["lift-all"])?;
    let orders = said
        .last()
        .and_then(|said| said["orders"].as_u64())
        .unwrap_or(0);
    comparison.same("large orders lifted at once", 3, orders);
    comparison.some("µs for that", now() - asked);
    comparison.none("µs above the bound", (now() - asked).saturating_sub(RECALL));
    Ok(())
}
