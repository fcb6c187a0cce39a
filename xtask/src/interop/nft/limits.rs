//! Lines are limited to the rate, and reflexes do what they say.

use super::super::Scene;
use super::super::comparison::Comparison;
use super::hand::{now, order};
use super::traffic::{Path, between};
use super::{Ground, HELD_UP, SECOND, version};

/// Packets a second that a line may send and receive.
const RATE: u64 = 100;
/// Seconds of the check.
const SECONDS: u64 = 4;

pub fn limits(_: &Scene) -> Result<Comparison, String> {
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
    let begin = now() + 2 * SECOND;
    let until = begin + SECONDS * SECOND + SECOND / 2;
    let path = |from, to| Path {
        from,
        to,
        gap: SECOND / RATE / 10,
        begin,
        until,
    };
    let one = ground.traffic(path(
        (line, "10.77.1.2:4000"),
        (world, &["198.18.1.10:2000"]),
    ))?;
    let other = ground.traffic(path(
        (line, "10.77.1.3:4000"),
        (world, &["198.18.1.10:2001"]),
    ))?;
    let back = ground.traffic(path(
        (world, "198.18.1.10:2002"),
        (line, &["10.77.1.3:4001"]),
    ))?;
    let sent = [one.end(1)?, other.end(1)?, back.end(1)?].map(|mut came| came.remove(0));
    // Away from the first second, in which a full bucket passes too.
    let from = begin + SECOND;
    let within = |sent: &[u64]| between(sent, from, from + 3 * SECOND);
    let (alone, both) = (within(&sent[0]), within(&sent[1]) + within(&sent[2]));
    for (what, count) in [("one way", alone), ("both ways", both)] {
        comparison.some(
            &format!("packets of a line in 3 s at {RATE}/s, {what}"),
            count,
        );
        comparison.none(
            "packets more or less than the rate says",
            count.abs_diff(3 * RATE).saturating_sub(2),
        );
    }
    hand.does(&["lift", &order])?;
    Ok(())
}

fn reflexes(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let hand = ground.hand(0);
    let (line, world) = (&ground.network.line, &ground.network.world);
    let begin = now() + 2 * SECOND;
    let ends = begin + 4 * SECOND;
    let end = ends.to_string();
    let limit = ["limit", "1", &end, "10.77.1.2", "198.18.1.40", "100"];
    hand.does(&limit)?;
    hand.does(&["forged", "2", &end, "10.77.1.2", "line"])?;
    hand.does(&["to", "3", &end, "198.18.1.64/27"])?;
    let said = hand.says(&["reflexes"])?;
    comparison.expected(
        "reflexes read back",
        3,
        said.iter().filter(|said| said["reflex"].is_u64()).count() as u64,
    );
    let rules = ground.network.rules(&ground.folder, 0)?;
    hand.does(&limit)?;
    let same = ground.network.rules(&ground.folder, 0)? == rules;
    comparison.expected("putting it twice is putting it once", 1, u64::from(same));
    let targets: &[&str] = &["198.18.1.40:2000", "198.18.1.70:2000", "198.18.1.96:2000"];
    let until = ends + SECOND;
    let path = |from, to| Path {
        from,
        to,
        gap: SECOND / 1_000,
        begin,
        until,
    };
    let own = ground.traffic(path((line, "10.77.1.2:4000"), (world, targets)))?;
    let forged = ground.traffic(path(
        (line, "10.77.1.3:4000"),
        (world, &["198.18.1.41:2000"]),
    ))?;
    let (own, forged) = (own.end(3)?, forged.end(1)?);
    let from = begin + SECOND;
    let limited = between(&own[0], from, from + 2 * SECOND);
    comparison.some("packets of a flood in 2 s at 100/s", limited);
    comparison.none(
        "packets more or less than the rate says",
        limited.abs_diff(200).saturating_sub(2),
    );
    let before = |sent: &[u64]| between(sent, 0, ends - HELD_UP);
    let after = |sent: &[u64]| between(sent, ends, u64::MAX / 1_000);
    comparison.none(
        "packets to a prefix that an operator has dropped",
        before(&own[1]),
    );
    comparison.some("packets to the next prefix", before(&own[2]));
    comparison.none("packets with a forged source", before(&forged[0]));
    comparison.some("packets to the prefix after the end", after(&own[1]));
    comparison.some(
        "packets with another source after the end",
        after(&forged[0]),
    );
    for number in ["1", "2", "3"] {
        hand.does(&["unput", number])?;
    }
    let left = hand.says(&["reflexes"])?;
    comparison.none(
        "reflexes after they were taken away",
        left.iter().filter(|said| said["reflex"].is_u64()).count() as u64,
    );
    Ok(())
}
