//! A stand-in office, and records of lines and a watched goal.

use issei_model::{FlowBatch, TerritoryBasis, Timestamp};

use super::*;
use crate::stand_in::StandIn;

const GOAL: &str = "198.51.100.9:23/tcp";
const LINE: [u8; 4] = [203, 0, 113, 7];
const SERVER: [u8; 4] = [198, 51, 100, 9];

fn at() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn territory() -> Territory {
    let ours = ["203.0.113.0/24".parse().expect("a prefix")];
    Territory::new(&ours, &[], TerritoryBasis::Configured)
}

fn board() -> Arc<Board> {
    Arc::new(Board::new(1, at()))
}

fn office(name: &str) -> StandIn {
    StandIn::new(name, |ask| match ask {
        Ask::Goals => Reply::Goals(vec![GOAL.parse().expect("a goal")]),
        _ => Reply::Done(issei_text::Phrase::same("noted")),
    })
}

/// From, to, packets there and back, one in so many sampled.
type Row = (([u8; 4], u16), ([u8; 4], u16), u64, u64, u32);

/// A batch of rows.
fn rows(all: &[Row]) -> FlowBatch {
    let mut batch = FlowBatch::default();
    for &((from, from_port), (to, to_port), sent, back, sampling) in all {
        let rows = &mut batch.v4;
        rows.source.push(u32::from_be_bytes(from));
        rows.destination.push(u32::from_be_bytes(to));
        rows.source_port.push(from_port);
        rows.destination_port.push(to_port);
        rows.protocol.push(6);
        rows.tcp_flags.push(0);
        rows.packets.push(sent);
        rows.bytes.push(40 * sent);
        rows.first.push(at().as_micros());
        rows.last.push(at().as_micros());
        rows.sampling.push(sampling);
        rows.origin.push(0);
        rows.input_interface.push(0);
        rows.output_interface.push(0);
        rows.reverse_packets.push(back);
        rows.reverse_bytes.push(40 * back);
        rows.reverse_flags.push(0);
        rows.marks.push(0);
    }
    batch
}

/// Looks at records once the office has said what it watches, and gives what it was shown.
fn shown(name: &str, batch: &FlowBatch) -> (Vec<Exchange>, u64) {
    let office = office(name);
    let exchanges = Exchanges::begin(office.folder().root(), &board()).expect("a thread");
    let counts = exchanges.counts();
    let begun = Instant::now();
    while exchanges.watched.lock().expect("no panic").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never told");
        std::thread::yield_now();
    }
    exchanges.look(batch, &territory(), at());
    drop(exchanges);
    let all = office.heard().into_iter().filter_map(|ask| match ask {
        Ask::Exchanges(seen) => Some(seen),
        _ => None,
    });
    (all.flatten().collect(), counts.lost.load(Ordering::Relaxed))
}

#[test]
fn both_directions_with_a_watched_goal_are_shown_and_nothing_else() {
    let batch = rows(&[
        ((LINE, 40_000), (SERVER, 23), 3, 0, 1),
        ((SERVER, 23), (LINE, 40_000), 2, 0, 10),
        ((LINE, 40_000), (SERVER, 80), 9, 9, 1),
        ((LINE, 40_000), ([198, 51, 100, 10], 23), 9, 9, 1),
        (([192, 0, 2, 1], 40_000), (SERVER, 23), 9, 9, 1),
    ]);
    let (seen, lost) = shown("exchanges-both", &batch);
    let packets: Vec<(u64, u64)> = seen.iter().map(|one| (one.asked, one.answered)).collect();
    assert_eq!(packets, [(3, 0), (0, 20)], "sampling is reckoned in");
    assert!(
        seen.iter()
            .all(|one| one.goal.to_string() == GOAL && one.at == at())
    );
    assert_eq!(seen[0].line, seen[1].line);
    assert_eq!(lost, 0);
}

#[test]
fn a_line_is_shown_as_a_number_that_another_process_does_not_give_it() {
    let batch = rows(&[((LINE, 40_000), (SERVER, 23), 1, 1, 1)]);
    let (one, _) = shown("exchanges-one", &batch);
    let (other, _) = shown("exchanges-other", &batch);
    assert_ne!(one[0].line, other[0].line);
    assert!(
        !serde_json::to_string(&one)
            .expect("JSON")
            .contains("203.0.113")
    );
}

#[test]
fn without_an_office_nothing_is_watched_and_nothing_waits() {
    let folder = crate::traffic::Folder::new("exchanges-nobody");
    let exchanges = Exchanges::begin(folder.path(), &board()).expect("a thread");
    exchanges.look(
        &rows(&[((LINE, 40_000), (SERVER, 23), 1, 1, 1)]),
        &territory(),
        at(),
    );
    assert_eq!(exchanges.counts().shown.load(Ordering::Relaxed), 0);
    assert_eq!(exchanges.counts().lost.load(Ordering::Relaxed), 0);
}

#[test]
fn what_nobody_takes_is_counted() {
    let office = StandIn::new("exchanges-full", |ask| match ask {
        Ask::Goals => Reply::Goals(vec![GOAL.parse().expect("a goal")]),
        _ => Reply::Wrong(issei_text::Phrase::same("no")),
    });
    let exchanges = Exchanges::begin(office.folder().root(), &board()).expect("a thread");
    let counts = exchanges.counts();
    exchanges.offer(Exchange {
        goal: GOAL.parse().expect("a goal"),
        line: 1,
        at: at(),
        asked: 1,
        answered: 0,
    });
    drop(exchanges);
    assert_eq!(counts.lost.load(Ordering::Relaxed), 1);
}

#[test]
fn who_sends_is_told_with_what_came_and_was_lost() {
    let office = office("exchanges-sensors");
    let exchanges = Exchanges::begin(office.folder().root(), &board()).expect("a thread");
    let origin = |index: u32, lost| Origin {
        index,
        name: format!("192.0.2.{index}"),
        domain: 7,
        sampling_basis: issei_model::SamplingBasis::Announced,
        lost,
    };
    exchanges.introduce(&origin(0, 0), at());
    exchanges.introduce(&origin(1, 0), at());
    let two = [((LINE, 40_000), (SERVER, 23), 1, 1, 1); 2];
    exchanges.look(&rows(&two), &territory(), at());
    // What is known later does not forget what came.
    exchanges.introduce(&origin(0, 3), at());
    let told = |ask: Ask| match ask {
        Ask::Collecting(told) => Some(told),
        _ => None,
    };
    let begun = Instant::now();
    let all = loop {
        let last = office.heard().into_iter().filter_map(told).next_back();
        if let Some(last) = last.filter(|last| last.sensors.iter().any(|one| one.lost == 3)) {
            break last;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "never told");
        std::thread::yield_now();
    };
    let sensors: Vec<(&str, u64, u64)> = all
        .sensors
        .iter()
        .map(|one| (one.name.as_str(), one.records, one.lost))
        .collect();
    assert_eq!(sensors, [("192.0.2.0", 2, 3), ("192.0.2.1", 0, 0)]);
    assert_eq!(all.since, at());
}

#[test]
fn what_finds_no_room_is_counted_and_nobody_waits() {
    let (queue, _waiting) = sync_channel(1);
    let exchanges = Exchanges {
        watched: Watched::default(),
        sensors: Sensors::default(),
        names: RandomState::new(),
        queue: Some(queue),
        counts: Arc::default(),
        thread: None,
    };
    let exchange = Exchange {
        goal: GOAL.parse().expect("a goal"),
        line: 1,
        at: at(),
        asked: 1,
        answered: 0,
    };
    for _ in 0..3 {
        exchanges.offer(exchange.clone());
    }
    assert_eq!(exchanges.counts().lost.load(Ordering::Relaxed), 2);
}
