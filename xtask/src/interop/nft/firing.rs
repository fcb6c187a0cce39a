//! Packets stop at T and pass again at the end, at one router and at five.

use std::fs;

use super::super::Scene;
use super::super::comparison::Comparison;
use super::hand::{Hand, now, order};
use super::traffic::{Path, between, first_from, last_before};
use super::{GAP, Ground, HELD_UP, SECOND, version, wait_until};

pub fn fires(_: &Scene) -> Result<Comparison, String> {
    let ground = Ground::new("nft-fires", 1)?;
    let (line, world) = (&ground.network.line, &ground.network.world);
    let before = ground.network.rules(&ground.folder, 0)?;
    let hand = ground.hand(0);
    let fires = now() + 3 * SECOND;
    let (ends, until) = (fires + SECOND, fires + SECOND + SECOND / 2);
    let (t, end, order) = (fires.to_string(), ends.to_string(), order(1));
    let goals = ["198.18.1.10", "198.18.1.20:2000/udp", "2001:db8:1::10"];

    let to: &[&str] = &[
        "198.18.1.10:2001",
        "198.18.1.20:2000",
        "198.18.1.20:2001",
        "198.18.1.30:2000",
    ];
    let to6: &[&str] = &["[2001:db8:1::10]:2001", "[2001:db8:1::30]:2001"];
    let back: &[&str] = &["10.77.1.2:3001"];
    let begin = fires - SECOND / 2;
    let path = |from, to, gap| Path {
        from,
        to,
        gap,
        begin,
        until,
    };
    let there = ground.traffic(path((line, "10.77.1.2:4000"), (world, to), GAP))?;
    let there6 = ground.traffic(path((line, "[fd77:1::2]:4000"), (world, to6), 5 * GAP))?;
    let home = ground.traffic(path((world, "198.18.1.10:2002"), (line, back), 5 * GAP))?;

    hand.does(&[&["stage", &order, "drop", "-", &end], &goals[..]].concat())?;
    let mut arming =
        hand.starts(&[&["wait", "arm", &order, "drop", &t, &end], &goals[..]].concat())?;
    let said = arming.out().to_owned();
    arming.until("it has armed", |_| {
        fs::read_to_string(&said).is_ok_and(|text| text.contains("took_us"))
    })?;
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
    comparison.expected(
        "standing when read back before T is `armed`",
        1,
        u64::from(armed.standing() == "armed"),
    );
    comparison.expected("T read back", fires, armed.figure("at_us"));
    for sent in cut {
        comparison.none(
            "packets through after T",
            between(sent, fires, ends - HELD_UP),
        );
        comparison.some("packets before T", between(sent, 0, fires));
        comparison.some(
            "packets after the end",
            between(sent, ends, u64::MAX / 1_000),
        );
    }
    for sent in spared {
        comparison.some(
            "packets from T to the end that were not meant",
            between(sent, fires, ends),
        );
    }
    let worst = |figures: [Option<u64>; 4]| figures.into_iter().max().flatten().unwrap_or(u64::MAX);
    comparison.some(
        "µs at most from the last that passed to T",
        1 + worst(cut.map(|sent| last_before(sent, fires))),
    );
    comparison.some(
        "µs at most from the end to the first that passed",
        1 + worst(cut.map(|sent| first_from(sent, ends))),
    );
    told_by_the_kernel(&hand, &order, fires, &mut comparison)?;
    is_gone(&ground, &hand, &order, ends, &before, &mut comparison)?;
    Ok(comparison)
}

/// What the kernel noted of the first drop and of the last pass.
fn told_by_the_kernel(
    hand: &Hand<'_>,
    order: &str,
    fires: u64,
    comparison: &mut Comparison,
) -> Result<(), String> {
    let read = hand
        .reads(order)?
        .ok_or("the table is gone before its end")?;
    comparison.some("packets dropped, says the kernel", read.figure("met"));
    comparison.some(
        "µs from T to the first drop, says the kernel",
        (read.figure("first_us") + 1).saturating_sub(fires),
    );
    comparison.some(
        "µs from the last pass to T, says the kernel",
        fires.saturating_sub(read.figure("last_us")),
    );
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
    let read = hand
        .reads(order)?
        .ok_or("the table is gone before it was lifted")?;
    comparison.none("elements 2.2 s after the end", read.figure("goals"));
    comparison.expected(
        "standing after the end is `staged`",
        1,
        u64::from(read.standing() == "staged"),
    );
    hand.does(&["lift", order])?;
    let after = ground.network.rules(&ground.folder, 0)?;
    comparison.expected(
        "the router's rules are as they were",
        1,
        u64::from(after == before),
    );
    comparison.some("bytes of others' rules, unchanged", before.len() as u64);
    Ok(())
}

pub fn spread(_: &Scene) -> Result<Comparison, String> {
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
        ground
            .hand(router)
            .does(&["arm", &order, "drop", &t, &end, goal])?;
    }
    if now() + SECOND / 2 > fires {
        return Err("this machine is too slow: T was near before everything was armed".into());
    }
    let came = traffic.end(targets.len())?;
    let mut comparison = Comparison::default();
    version(&ground, &mut comparison)?;
    let mut firsts = Vec::new();
    for (router, sent) in came.iter().enumerate() {
        comparison.none(
            "packets through after T",
            between(sent, fires, u64::MAX / 1_000),
        );
        let read = ground
            .hand(router)
            .reads(&order)?
            .ok_or("nothing was armed")?;
        firsts.push(read.figure("first_us").saturating_sub(fires));
    }
    let lasts: Vec<u64> = came
        .iter()
        .filter_map(|sent| last_before(sent, fires))
        .collect();
    comparison.expected(
        "routers through which packets came",
        u64::from(ROUTERS),
        lasts.len() as u64,
    );
    let spread = |of: &[u64]| of.iter().max().unwrap_or(&0) - of.iter().min().unwrap_or(&0);
    comparison.some(
        "µs between the first and the last router's last packet",
        1 + spread(&lasts),
    );
    comparison.some(
        "µs from T to the latest first drop, says the kernel",
        1 + firsts.iter().max().unwrap_or(&0),
    );
    comparison.some("µs between packets of one router", GAP);
    Ok(comparison)
}
