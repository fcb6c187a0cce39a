//! What kill -9 and other people do to a table.

use std::fs;
use std::thread;
use std::time::Duration;

use super::super::Scene;
use super::super::comparison::Comparison;
use super::super::running::said_by;
use super::hand::{now, order};
use super::network::shell;
use super::traffic::Path;
use super::{GAP, Ground, SECOND, version};

/// How often each kind of change is interrupted.
const KILLS: u64 = 40;
/// Goals of the order: enough that `nft` is at work for a while.
const KILLED_GOALS: usize = 2_000;

pub fn killed(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-killed", 1)?;
    let hand = ground.hand(0);
    let goals: Vec<String> = (0..KILLED_GOALS)
        .map(|n| format!("198.19.{}.{}:23/tcp", n / 250, n % 250))
        .collect();
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
            match read
                .as_ref()
                .map(|read| (read.standing(), read.figure("goals"), read.figure("odd")))
            {
                None => seen[0] += 1,
                Some(("staged", goals, 0)) if goals == KILLED_GOALS as u64 => seen[1] += 1,
                Some(("armed", goals, 0)) if goals == KILLED_GOALS as u64 => seen[2] += 1,
                Some(half) => {
                    return Err(format!("after `{}` was killed there is {half:?}", task[0]));
                }
            }
        }
    }
    version(&ground, &mut comparison)?;
    for (count, what) in seen
        .into_iter()
        .zip(["nothing", "all of it, staged", "all of it, armed"])
    {
        comparison.some(&format!("times {what} was there after kill -9"), count);
    }
    Ok(comparison)
}

/// Waits until no program is left in the router: an `nft` that has the whole text goes on by itself.
fn settle(ground: &Ground) -> Result<(), String> {
    let router = ground.network.routers[0].name();
    for _ in 0..1_000 {
        if said_by(&ground.folder, &["ip", "netns", "pids", router])?
            .out
            .trim()
            .is_empty()
        {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("an `nft` does not end".into())
}

pub fn harmed(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-harmed", 1)?;
    let hand = ground.hand(0);
    let before = ground.network.rules(&ground.folder, 0)?;
    let order = order(5);
    let (t, end) = (now().to_string(), (now() + 600 * SECOND).to_string());
    let cut = [
        &order,
        "drop",
        &t,
        &end,
        "198.18.1.10",
        "198.18.1.20:2000/udp",
    ];
    let arm = [&["arm"], &cut[..]].concat();
    let is_whole = || -> Result<bool, String> {
        let said = hand.says(&[&["drift"], &cut[..]].concat())?;
        let said = said.last().ok_or("the hand said nothing")?;
        Ok(said["gone"] == false && said["drift"] == 0)
    };
    hand.does(&arm)?;
    let table = format!("inet issei-order-{order}");
    let harms = [
        (
            "a rule taken away",
            format!(
                "nft delete rule {table} cut handle $(nft -a list chain {table} cut | sed -n 's/.*hosts4.*handle //p' | head -1)"
            ),
        ),
        (
            "an element taken away",
            format!("nft delete element {table} hosts4 '{{ 198.18.1.10 }}'"),
        ),
        (
            "all elements taken away",
            format!("nft flush set {table} services4"),
        ),
        (
            "a rule that lets everything pass",
            format!("nft insert rule {table} to accept"),
        ),
        (
            "another time",
            format!(
                "nft flush chain {table} to; nft add rule {table} to meta time '>=' '\"2026-01-01 00:00:00\"' goto gone"
            ),
        ),
        (
            "an element of theirs",
            format!(
                "nft delete element {table} hosts4 '{{ 198.18.1.10 }}'; nft add element {table} hosts4 '{{ 203.0.113.9 }}'"
            ),
        ),
        (
            "a chain of theirs",
            format!("nft add chain {table} theirs '{{ type filter hook forward priority 0; }}'"),
        ),
        (
            "the table put to sleep",
            format!("nft add table {table} '{{ flags dormant; }}'"),
        ),
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
            comparison.expected(
                "others' rules after all this",
                1,
                u64::from(lifted == before && after != before),
            );
            hand.does(&arm)?;
        }
        ground.at_router(script)?;
        let asked = now();
        comparison.expected(&format!("seen: {what}"), 1, u64::from(!is_whole()?));
        comparison.none(
            "µs above five seconds to find it",
            (now() - asked).saturating_sub(5 * SECOND),
        );
        hand.does(&arm)?;
        comparison.expected(&format!("mended: {what}"), 1, u64::from(is_whole()?));
    }
    comparison.some("kinds of harm found and mended", harms.len() as u64);
    hand.does(&["stage", &order, "drop", "-", &end, cut[4], cut[5]])?;
    let acts = hand
        .reads(&order)?
        .is_some_and(|read| read.standing() == "active");
    comparison.expected("what acts goes on when it is staged", 1, u64::from(acts));
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
    shell(
        &ground.folder,
        &ground.network.line,
        "ip addr add 10.77.1.2/24 dev r1; ip link set r1 up; ip route add 198.18.1.0/24 via 10.77.1.1",
    )?;
    let targets: &[&str] = &["198.18.1.10:2000", "198.18.1.30:2000"];
    let traffic = ground.traffic(Path {
        from: (&ground.network.line, "10.77.1.2:4000"),
        to: (&ground.network.world, targets),
        gap: 10 * GAP,
        begin: 0,
        until: now() + SECOND,
    })?;
    let came = traffic.end(2)?;
    comparison.none(
        "packets through by an interface that came back",
        came[0].len() as u64,
    );
    comparison.some("packets by it that were not meant", came[1].len() as u64);
    Ok(())
}
