//! The kernel's packet filter does what the hand of nftables tells it, on packets that a router forwards.
//!
//! Always: the moments are those that packets carry from their sender, taken from the same clock as T; a
//! bound holds for every packet, and the figures are of this machine. Peer: `nft` of the version that is
//! installed, named in the result.

mod hand;
mod network;
mod traffic;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::said_by;
use super::{Check, Scene};

use hand::{Hand, now, order};
use network::{Network, shell};
use traffic::{Path, Traffic, between, first_from, last_before};

const NEEDS: &[Need] = &[
    Need::Program("nft", "nftables"),
    Need::Program("ip", "iproute2"),
    Need::Program("nsenter", "util-linux"),
    Need::Program("chrt", "util-linux"),
    Need::Namespaces,
];

/// Packets stop at T and pass again at the end, with nobody of ours alive.
pub const FIRES: Check = Check {
    name: "nftables cuts from T to the end with everything of ours killed",
    needs: NEEDS,
    run: fires,
};

/// Five routers stop at the same moment.
pub const SPREAD: Check = Check {
    name: "five routers with nftables cut at the same moment",
    needs: NEEDS,
    run: spread,
};

/// Many goals are one quick transaction, and recall is one too.
pub const MANY: Check = Check {
    name: "nftables takes ten thousand goals in one transaction and lets go of them at once",
    needs: NEEDS,
    run: many,
};

/// A hand that is killed leaves all of a change or nothing.
pub const KILLED: Check = Check {
    name: "a hand of nftables that is killed at any moment leaves all of a change or nothing",
    needs: NEEDS,
    run: killed,
};

/// What others do to a table is found, told and mended.
pub const HARMED: Check = Check {
    name: "what others do to a table of nftables is found, told and mended",
    needs: NEEDS,
    run: harmed,
};

/// Lines are limited to the rate, and reflexes do what they say.
pub const LIMITS: Check = Check {
    name: "nftables limits each line to its rate and carries out reflexes",
    needs: NEEDS,
    run: limits,
};

/// Microseconds of a second.
const SECOND: u64 = 1_000_000;
/// From one packet to the next.
const GAP: u64 = 100;
/// How long a sender may be kept from sending between taking the time and handing the packet over. Only
/// at the end of a cut: a packet whose moment lies after T never passes.
const HELD_UP: u64 = 20_000;

/// What a check works with.
struct Ground {
    folder: Folder,
    hand: PathBuf,
    network: Network,
}

impl Ground {
    fn new(role: &str, routers: u8) -> Result<Self, String> {
        let (folder, hand) = (Folder::new(role)?, hand::built()?);
        let network = Network::new(&folder, routers)?;
        Ok(Self { folder, hand, network })
    }

    fn hand(&self, router: usize) -> Hand<'_> {
        Hand::of(&self.folder, &self.hand, &self.network.routers[router])
    }

    fn traffic(&self, path: Path<'_>) -> Result<Traffic, String> {
        Traffic::begin(&self.folder, &self.hand, path)
    }

    fn at_router(&self, script: &str) -> Result<(), String> {
        shell(&self.folder, &self.network.routers[0], script)
    }
}

/// Names the version of the peer, as a figure: 1.0.6 is 10006.
fn version(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let said = said_by(&ground.folder, &["nft", "--version"])?.out;
    let version = said.split_whitespace().find_map(|word| word.strip_prefix('v')).unwrap_or_default();
    let number = version.split('.').filter_map(|part| part.parse::<u64>().ok()).fold(0, |sum, part| sum * 100 + part);
    comparison.some(&format!("is nft v{version}"), number);
    Ok(())
}

fn wait_until(at: u64) {
    thread::sleep(Duration::from_micros(at.saturating_sub(now())));
}

// ── from T to the end ─────────────────────────────────────────────────────────────────────────────

fn fires(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-fires", 1)?;
    let (line, world) = (&ground.network.line, &ground.network.world);
    let before = ground.network.rules(&ground.folder, 0)?;
    let hand = ground.hand(0);
    let fires = now() + 3 * SECOND;
    let (ends, until) = (fires + SECOND, fires + SECOND + SECOND / 2);
    let (t, end, order) = (fires.to_string(), ends.to_string(), order(1));
    let goals = ["198.18.1.10", "198.18.1.20:2000/udp", "2001:db8:1::10"];

    let to: &[&str] = &["198.18.1.10:2001", "198.18.1.20:2000", "198.18.1.20:2001", "198.18.1.30:2000"];
    let to6: &[&str] = &["[2001:db8:1::10]:2001", "[2001:db8:1::30]:2001"];
    let back: &[&str] = &["10.77.1.2:3001"];
    let begin = fires - SECOND / 2;
    let path = |from, to, gap| Path { from, to, gap, begin, until };
    let there = ground.traffic(path((line, "10.77.1.2:4000"), (world, to), GAP))?;
    let there6 = ground.traffic(path((line, "[fd77:1::2]:4000"), (world, to6), 5 * GAP))?;
    let home = ground.traffic(path((world, "198.18.1.10:2002"), (line, back), 5 * GAP))?;

    hand.does(&[&["stage", &order, "drop", "-", &end], &goals[..]].concat())?;
    let mut arming = hand.starts(&[&["wait", "arm", &order, "drop", &t, &end], &goals[..]].concat())?;
    let said = arming.out().to_owned();
    arming.until("it has armed", |_| fs::read_to_string(&said).is_ok_and(|text| text.contains("took_us")))?;
    drop(arming); // kill -9
    if now() + SECOND / 2 > fires {
        return Err("this machine is too slow: T was near before everything was armed".into());
    }
    let armed = hand.reads(&order)?.ok_or("nothing was armed")?;

    let came = there.end(to.len())?;
    let came6 = there6.end(to6.len())?;
    let came_home = home.end(back.len())?;
    let cut = [&came[0], &came[1], &came6[0], &came_home[0]];
    let spared = [&came[2], &came[3], &came6[1]];
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    comparison.expected("standing when read back before T is `armed`", 1, u64::from(armed.standing() == "armed"));
    comparison.expected("T read back", fires, armed.figure("at_us"));
    for sent in cut {
        comparison.none("packets through after T", between(sent, fires, ends - HELD_UP));
        comparison.some("packets before T", between(sent, 0, fires));
        comparison.some("packets after the end", between(sent, ends, u64::MAX / 1_000));
    }
    for sent in spared {
        comparison.some("packets from T to the end that were not meant", between(sent, fires, ends));
    }
    let worst = |figures: [Option<u64>; 4]| figures.into_iter().max().flatten().unwrap_or(u64::MAX);
    comparison.some("µs at most from the last that passed to T", 1 + worst(cut.map(|sent| last_before(sent, fires))));
    comparison.some("µs at most from the end to the first that passed", 1 + worst(cut.map(|sent| first_from(sent, ends))));
    told_by_the_kernel(&hand, &order, fires, &mut comparison)?;
    is_gone(&ground, &hand, &order, ends, &before, &mut comparison)?;
    Ok(comparison)
}

/// What the kernel noted of the first drop and of the last pass.
fn told_by_the_kernel(hand: &Hand<'_>, order: &str, fires: u64, comparison: &mut Comparison) -> Result<(), String> {
    let read = hand.reads(order)?.ok_or("the table is gone before its end")?;
    comparison.some("packets dropped, says the kernel", read.figure("met"));
    comparison.some("µs from T to the first drop, says the kernel", (read.figure("first_us") + 1).saturating_sub(fires));
    comparison.some("µs from the last pass to T, says the kernel", fires.saturating_sub(read.figure("last_us")));
    Ok(())
}

/// After its end the elements die too; what is left does nothing; and lifted, the router is as it was.
fn is_gone(
    ground: &Ground,
    hand: &Hand<'_>,
    order: &str,
    ends: u64,
    before: &str,
    comparison: &mut Comparison,
) -> Result<(), String> {
    wait_until(ends + 2_200_000);
    let read = hand.reads(order)?.ok_or("the table is gone before it was lifted")?;
    comparison.none("elements 2.2 s after the end", read.figure("goals"));
    comparison.expected("standing after the end is `staged`", 1, u64::from(read.standing() == "staged"));
    hand.does(&["lift", order])?;
    let after = ground.network.rules(&ground.folder, 0)?;
    comparison.expected("the router's rules are as they were", 1, u64::from(after == before));
    comparison.some("bytes of others' rules, unchanged", before.len() as u64);
    Ok(())
}

// ── five routers ──────────────────────────────────────────────────────────────────────────────────

fn spread(_: &Scene) -> Result<Comparison, String> {
    const ROUTERS: u8 = 5;
    let ground = Ground::new("nft-spread", ROUTERS)?;
    let goals: Vec<String> = (1..=ROUTERS).map(|n| format!("198.18.{n}.10")).collect();
    let targets: Vec<String> = goals.iter().map(|goal| format!("{goal}:2000")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let fires = now() + 3 * SECOND;
    let (ends, order) = (fires + 60 * SECOND, order(2));
    let (t, end) = (fires.to_string(), ends.to_string());
    let traffic = ground.traffic(Path {
        from: (&ground.network.line, "0.0.0.0:4000"),
        to: (&ground.network.world, &targets),
        gap: GAP / u64::from(ROUTERS),
        begin: fires - SECOND / 2,
        until: fires + SECOND / 4,
    })?;
    for (router, goal) in goals.iter().enumerate() {
        ground.hand(router).does(&["arm", &order, "drop", &t, &end, goal])?;
    }
    if now() + SECOND / 2 > fires {
        return Err("this machine is too slow: T was near before everything was armed".into());
    }
    let came = traffic.end(targets.len())?;
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    let mut firsts = Vec::new();
    for (router, sent) in came.iter().enumerate() {
        comparison.none("packets through after T", between(sent, fires, u64::MAX / 1_000));
        let read = ground.hand(router).reads(&order)?.ok_or("nothing was armed")?;
        firsts.push(read.figure("first_us").saturating_sub(fires));
    }
    let lasts: Vec<u64> = came.iter().filter_map(|sent| last_before(sent, fires)).collect();
    comparison.expected("routers through which packets came", u64::from(ROUTERS), lasts.len() as u64);
    let spread = |of: &[u64]| of.iter().max().unwrap_or(&0) - of.iter().min().unwrap_or(&0);
    comparison.some("µs between the first and the last router's last packet", 1 + spread(&lasts));
    comparison.some("µs from T to the latest first drop, says the kernel", 1 + firsts.iter().max().unwrap_or(&0));
    comparison.some("µs between packets of one router", GAP);
    Ok(comparison)
}

// ── ten thousand goals ────────────────────────────────────────────────────────────────────────────

/// Goals of a large order.
const LARGE: usize = 10_000;
/// How long their transaction may take.
const TRANSACTION: u64 = 200_000;
/// How long a recall may take.
const RECALL: u64 = SECOND;

fn many(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-many", 1)?;
    let hand = ground.hand(0);
    let kinds: [(&str, fn(usize) -> String); 3] = [
        ("IPv4 hosts", |n| format!("198.19.{}.{}", n / 250, n % 250)),
        ("IPv4 services", |n| format!("198.19.{}.{}:23/tcp", n / 250, n % 250)),
        ("IPv6 services", |n| format!("[2001:db8:19::{n:x}]:23/tcp")),
    ];
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    for (number, (kind, goal)) in kinds.into_iter().enumerate() {
        let goals: Vec<String> = (0..LARGE).map(goal).collect();
        let file = ground.folder.file("goals");
        fs::write(&file, goals.join("\n")).map_err(|error| error.to_string())?;
        let order = order(10 + number as u8);
        large(&ground, &hand, kind, &order, &format!("@{}", file.display()), &mut comparison)?;
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
    comparison.same(&format!("goals read back ({kind})"), LARGE as u64, read.figure("goals"));
    comparison.expected("transactions of a stage", 1, stage.len() as u64);
    comparison.expected("transactions of an arm", 1, arm.len() as u64);
    let micros = |calls: &[u64]| calls.iter().max().copied().unwrap_or(0);
    comparison.some(&format!("µs for the transaction of {LARGE} {kind}"), micros(&stage));
    comparison.some("µs for the transaction that arms them", micros(&arm));
    comparison.none("µs above the bound", micros(&stage).saturating_sub(TRANSACTION));
    Ok(())
}

/// An `nft` that writes down how long each call took.
struct Clocked {
    program: String,
    log: PathBuf,
}

impl Clocked {
    fn new(ground: &Ground) -> Result<Self, String> {
        let (program, log) = (ground.folder.file("clocked"), ground.folder.file("clocked.log"));
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
        hand.with(&[&format!("NFT={}", self.program)]).does(words).map(drop)
    }

    /// Shows the microseconds of each transaction since the last time.
    fn transactions(&self) -> Result<Vec<u64>, String> {
        let text = fs::read_to_string(&self.log).map_err(|error| error.to_string())?;
        let _ = fs::remove_file(&self.log);
        let calls = text.lines().filter_map(|line| line.split_once(' '));
        let transactions = calls.filter(|(_, words)| *words == "-j -f -");
        Ok(transactions.filter_map(|(micros, _)| micros.parse().ok()).collect())
    }
}

/// Takes back an order that acts, beside the large ones, and sees packets pass again.
fn recall(ground: &Ground, hand: &Hand<'_>, comparison: &mut Comparison) -> Result<(), String> {
    let order = order(3);
    let end = (now() + 600 * SECOND).to_string();
    hand.does(&["arm", &order, "drop", &now().to_string(), &end, "198.18.1.10"])?;
    let targets: &[&str] = &["198.18.1.10:2000"];
    let traffic = ground.traffic(Path {
        from: (&ground.network.line, "10.77.1.2:4000"),
        to: (&ground.network.world, targets),
        gap: GAP,
        begin: 0,
        until: now() + 2 * SECOND,
    })?;
    wait_until(now() + SECOND / 2);
    let asked = now();
    hand.does(&["lift", &order])?;
    let done = now();
    let came = traffic.end(1)?;
    comparison.none("packets before the recall", between(&came[0], 0, asked));
    let first = first_from(&came[0], asked).ok_or("no packet came after the recall")?;
    comparison.some("µs from the word to the first packet, the program's start in it", first);
    comparison.some("µs until the recall was read back", done - asked);
    comparison.none("µs above the bound", (done - asked).saturating_sub(RECALL));
    let asked = now();
    let said = hand.says(&["lift-all"])?;
    let orders = said.last().and_then(|said| said["orders"].as_u64()).unwrap_or(0);
    comparison.same("large orders lifted at once", 3, orders);
    comparison.some("µs for that", now() - asked);
    comparison.none("µs above the bound", (now() - asked).saturating_sub(RECALL));
    Ok(())
}

// ── kill -9 ───────────────────────────────────────────────────────────────────────────────────────

/// How often each kind of change is interrupted.
const KILLS: u64 = 40;
/// Goals of the order: enough that `nft` is at work for a while.
const KILLED_GOALS: usize = 2_000;

fn killed(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-killed", 1)?;
    let hand = ground.hand(0);
    let goals: Vec<String> = (0..KILLED_GOALS).map(|n| format!("198.19.{}.{}:23/tcp", n / 250, n % 250)).collect();
    let file = ground.folder.file("goals");
    fs::write(&file, goals.join("\n")).map_err(|error| error.to_string())?;
    let (goals, order) = (format!("@{}", file.display()), order(4));
    let fires = now() + 3_600 * SECOND;
    let (t, end) = (fires.to_string(), (fires + 600 * SECOND).to_string());
    let stage = ["stage", &order, "drop", "-", &end, &goals];
    let arm = ["arm", &order, "drop", &t, &end, &goals];
    let lift = ["lift", &order];
    let longest = hand.does(&stage)?.max(hand.does(&arm)?);
    let mut seen = [0u64; 3];
    let mut comparison = Comparison::default();
    for number in 0..KILLS {
        for task in [&stage[..], &arm, &lift] {
            let running = hand.starts(task)?;
            thread::sleep(Duration::from_micros(longest * number / KILLS));
            drop(running); // kill -9
            settle(&ground)?;
            let read = hand.reads(&order)?;
            match read.as_ref().map(|read| (read.standing(), read.figure("goals"), read.figure("odd"))) {
                None => seen[0] += 1,
                Some(("staged", goals, 0)) if goals == KILLED_GOALS as u64 => seen[1] += 1,
                Some(("armed", goals, 0)) if goals == KILLED_GOALS as u64 => seen[2] += 1,
                Some(half) => return Err(format!("after `{}` was killed there is {half:?}", task[0])),
            }
        }
    }
    version(&ground, &mut comparison)?;
    for (count, what) in seen.into_iter().zip(["nothing", "all of it, staged", "all of it, armed"]) {
        comparison.some(&format!("times {what} was there after kill -9"), count);
    }
    Ok(comparison)
}

/// Waits until no program is left in the router: an `nft` that has the whole text goes on by itself.
fn settle(ground: &Ground) -> Result<(), String> {
    let router = ground.network.routers[0].name();
    for _ in 0..1_000 {
        if said_by(&ground.folder, &["ip", "netns", "pids", router])?.out.trim().is_empty() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("an `nft` does not end".into())
}

// ── what others do ────────────────────────────────────────────────────────────────────────────────

fn harmed(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-harmed", 1)?;
    let hand = ground.hand(0);
    let before = ground.network.rules(&ground.folder, 0)?;
    let order = order(5);
    let (t, end) = (now().to_string(), (now() + 600 * SECOND).to_string());
    let arm = ["arm", &order, "drop", &t, &end, "198.18.1.10", "198.18.1.20:2000/udp"];
    hand.does(&arm)?;
    let table = format!("inet issei-order-{order}");
    let harms = [
        ("a rule taken away", format!("nft delete rule {table} cut handle $(nft -a list chain {table} cut | sed -n 's/.*hosts4.*handle //p' | head -1)")),
        ("an element taken away", format!("nft delete element {table} hosts4 '{{ 198.18.1.10 }}'")),
        ("all elements taken away", format!("nft flush set {table} services4")),
        ("a rule that lets everything pass", format!("nft insert rule {table} to accept")),
        ("another time", format!("nft flush chain {table} to; nft add rule {table} to meta time '>=' '\"2026-01-01 00:00:00\"' goto gone")),
        ("an element of theirs", format!("nft delete element {table} hosts4 '{{ 198.18.1.10 }}'; nft add element {table} hosts4 '{{ 203.0.113.9 }}'")),
        ("a chain of theirs", format!("nft add chain {table} theirs '{{ type filter hook forward priority 0; }}'")),
        ("the table put to sleep", format!("nft add table {table} '{{ flags dormant; }}'")),
        ("everything flushed", "nft flush ruleset".into()),
    ];
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    let flushed = harms.len() - 1;
    for (number, (what, script)) in harms.iter().enumerate() {
        if number == flushed {
            let after = ground.network.rules(&ground.folder, 0)?;
            hand.does(&["lift", &order])?;
            let lifted = ground.network.rules(&ground.folder, 0)?;
            comparison.expected("others' rules after all this", 1, u64::from(lifted == before && after != before));
            hand.does(&arm)?;
        }
        ground.at_router(script)?;
        let asked = now();
        let found = hand.reads(&order)?;
        let whole = found.is_some_and(|found| found.figure("goals") == 2 && found.figure("odd") == 0);
        comparison.expected(&format!("seen: {what}"), 1, u64::from(!whole));
        comparison.none("µs above five seconds to find it", (now() - asked).saturating_sub(5 * SECOND));
        hand.does(&arm)?;
        let mended = hand.reads(&order)?;
        let whole = mended.is_some_and(|found| found.figure("goals") == 2 && found.figure("odd") == 0 && found.standing() == "active");
        comparison.expected(&format!("mended: {what}"), 1, u64::from(whole));
    }
    comparison.some("kinds of harm found and mended", harms.len() as u64);
    without_interface(&ground, &mut comparison)?;
    Ok(comparison)
}

/// An interface that goes and comes back takes no rule with it.
fn without_interface(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let name = ground.network.line.name();
    ground.at_router("ip link del line")?;
    ground.at_router(&format!(
        "ip link add line type veth peer name r1 netns {name}
         ip addr add 10.77.1.1/24 dev line; ip link set line up"
    ))?;
    shell(&ground.folder, &ground.network.line, "ip addr add 10.77.1.2/24 dev r1; ip link set r1 up; ip route add 198.18.1.0/24 via 10.77.1.1")?;
    let targets: &[&str] = &["198.18.1.10:2000", "198.18.1.30:2000"];
    let traffic = ground.traffic(Path {
        from: (&ground.network.line, "10.77.1.2:4000"),
        to: (&ground.network.world, targets),
        gap: 10 * GAP,
        begin: 0,
        until: now() + SECOND,
    })?;
    let came = traffic.end(2)?;
    comparison.none("packets through by an interface that came back", came[0].len() as u64);
    comparison.some("packets by it that were not meant", came[1].len() as u64);
    Ok(())
}

// ── limits and reflexes ───────────────────────────────────────────────────────────────────────────

/// Packets a second that a line may send and receive.
const RATE: u64 = 100;
/// Seconds of the check.
const SECONDS: u64 = 4;

fn limits(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-limits", 1)?;
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    limited_lines(&ground, &mut comparison)?;
    reflexes(&ground, &mut comparison)?;
    Ok(comparison)
}

/// Two lines at once, each with ten times its rate, one of them both ways.
fn limited_lines(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let hand = ground.hand(0);
    let (line, world) = (&ground.network.line, &ground.network.world);
    let order = order(6);
    let began = now();
    let (t, end) = (began.to_string(), (began + 600 * SECOND).to_string());
    hand.does(&["arm", &order, &RATE.to_string(), &t, &end, "198.18.1.10"])?;
    let until = now() + SECONDS * SECOND + SECOND / 2;
    let path = |from, to| Path { from, to, gap: SECOND / RATE / 10, begin: 0, until };
    let one = ground.traffic(path((line, "10.77.1.2:4000"), (world, &["198.18.1.10:2000"])))?;
    let other = ground.traffic(path((line, "10.77.1.3:4000"), (world, &["198.18.1.10:2001"])))?;
    let back = ground.traffic(path((world, "198.18.1.10:2002"), (line, &["10.77.1.3:4001"])))?;
    let sent = [one.end(1)?, other.end(1)?, back.end(1)?].map(|mut came| came.remove(0));
    // The seconds in which all three send, away from the first, in which a full bucket passes too.
    let from = sent.iter().filter_map(|sent| sent.first()).max().map_or(0, |first| first / 1_000) + SECOND;
    let within = |sent: &[u64]| between(sent, from, from + 3 * SECOND);
    let (alone, both) = (within(&sent[0]), within(&sent[1]) + within(&sent[2]));
    for (what, count) in [("one way", alone), ("both ways", both)] {
        comparison.some(&format!("packets of a line in 3 s at {RATE}/s, {what}"), count);
        comparison.none("packets more or less than the rate says", count.abs_diff(3 * RATE).saturating_sub(2));
    }
    hand.does(&["lift", &order])?;
    Ok(())
}

fn reflexes(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let hand = ground.hand(0);
    let (line, world) = (&ground.network.line, &ground.network.world);
    let ends = now() + 5 * SECOND;
    let end = ends.to_string();
    let limit = ["limit", "1", &end, "10.77.1.2", "198.18.1.40", "100"];
    hand.does(&limit)?;
    hand.does(&["forged", "2", &end, "10.77.1.2", "line"])?;
    hand.does(&["to", "3", &end, "198.18.1.64/27"])?;
    let said = hand.says(&["reflexes"])?;
    comparison.expected("reflexes read back", 3, said.iter().filter(|said| said["reflex"].is_u64()).count() as u64);
    hand.does(&limit)?; // putting it twice is putting it once
    let targets: &[&str] = &["198.18.1.40:2000", "198.18.1.70:2000", "198.18.1.96:2000"];
    let until = ends + SECOND;
    let path = |from, to| Path { from, to, gap: SECOND / 1_000, begin: 0, until };
    let own = ground.traffic(path((line, "10.77.1.2:4000"), (world, targets)))?;
    let forged = ground.traffic(path((line, "10.77.1.3:4000"), (world, &["198.18.1.41:2000"])))?;
    let (own, forged) = (own.end(3)?, forged.end(1)?);
    let from = own[0].first().map_or(0, |first| first / 1_000) + SECOND;
    let limited = between(&own[0], from, from + 2 * SECOND);
    comparison.some("packets of a flood in 2 s at 100/s", limited);
    comparison.none("packets more or less than the rate says", limited.abs_diff(200).saturating_sub(2));
    let before = |sent: &[u64]| between(sent, 0, ends - HELD_UP);
    let after = |sent: &[u64]| between(sent, ends, u64::MAX / 1_000);
    comparison.none("packets to a prefix that an operator has dropped", before(&own[1]));
    comparison.some("packets to the next prefix", before(&own[2]));
    comparison.none("packets with a forged source", before(&forged[0]));
    comparison.some("packets to the prefix after the end", after(&own[1]));
    comparison.some("packets with another source after the end", after(&forged[0]));
    for number in ["1", "2", "3"] {
        hand.does(&["unput", number])?;
    }
    let left = hand.says(&["reflexes"])?;
    comparison.none("reflexes after they were taken away", left.iter().filter(|said| said["reflex"].is_u64()).count() as u64);
    Ok(())
}
