use issei_model::{Problem, ProblemKind};

use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

#[test]
fn delays_fall_into_the_step_that_holds_them() {
    let mut delays = Delays::default();
    for micros in [0, 100, 101, 1_000, 10_000_000, 10_000_001, -5] {
        delays.note(Span::from_micros(micros));
    }
    assert_eq!(delays.counts, [3, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(delays.count(), 7);
    assert_eq!(delays.below(0.5), Some(200));
    assert_eq!(
        delays.below(1.0),
        None,
        "the longest lies beyond the last step"
    );
    assert_eq!(Delays::default().below(0.5), None);
}

#[test]
fn a_new_sampling_is_seen_once_by_every_receiver() {
    let board = Board::new(2, Timestamp::default());
    let (mut first, mut second) = (0, 0);
    assert!(board.newer_sampling(&mut first).is_none());
    board.set_sampling(crate::configuration::Configuration::default().sampling);
    for seen in [&mut first, &mut second] {
        assert!(board.newer_sampling(seen).is_some());
        assert!(board.newer_sampling(seen).is_none());
    }
}

#[test]
fn the_farewell_names_every_loss() {
    let board = Board::new(2, Timestamp::default());
    let mut taken = Taken {
        datagrams: 1_000,
        dropped: 7,
        records: 30_000,
        handed: 30_000,
        ..Taken::default()
    };
    taken.problems.note_many(
        issei_model::Problem::new(issei_model::ProblemKind::SequenceGap, 0, 0),
        12,
    );
    board.tell_taken(1, taken);
    board.judged(|judged| judged.records = 30_000);
    let text = board.farewell(Timestamp::from_secs(90), EN);
    for part in [
        "after 1 min 30 s",
        "1,000 received, 7 dropped",
        "30,000 decoded, 30,000 judged",
        "12 × sequence-gap",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

/// A board on which everything was met.
fn full() -> Board {
    let board = Board::new(1, Timestamp::default());
    let mut taken = Taken {
        datagrams: 1_000,
        dropped: 7,
        records: 30_000,
        blind: true,
        ..Taken::default()
    };
    for kind in ProblemKind::ALL {
        taken.problems.note(Problem::new(*kind, 0, 0));
    }
    board.tell_taken(0, taken);
    board.judged(|judged| {
        judged.records = 29_000;
        judged.packets = 400_000;
        let findings = [(Level::Finding, 1), (Level::Measure, 1_200)];
        for (level, count) in findings {
            judged.findings.insert((Rule::SampledScan, level), count);
        }
        judged.telling.note(Span::from_millis(3));
    });
    board.set_webhook(Arc::default());
    board.set_sightings(Arc::default());
    board.set_exchanges(Arc::default());
    board
}

#[test]
fn the_farewell_has_every_sum_word_for_word() {
    let text = full().farewell(Timestamp::from_secs(3), EN);
    for line in [
        "\nissei ended after 3.0 s\n",
        "  datagrams  1,000 received, 7 dropped by the kernel\n",
        "  records    30,000 decoded, 29,000 judged, of 400,000 packets\n",
        "  problem    1 × sequence-gap: sequence numbers tell that records or datagrams were lost before they came\n",
        "  problem    the kernel did not tell what it dropped, so loss there is not counted\n",
        "  told       1,201 findings in all: 1 finding, 0 candidate, 0 context, 1200 measure\n",
        "  delay      from datagram to finding below 0.005 s for half of them, below 0.005 s for 99 of 100\n",
        "  webhook    0 delivered, 0 failed, 0 turned away\n",
        "  reflexes   0 acted on, 0 refused, 0 not handed over, 0 turned away\n",
        "  watched traffic 0 shown, 0 lost\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn in_japanese_nothing_of_the_farewell_is_english() {
    let text = full().farewell(Timestamp::from_secs(90), JA);
    assert!(text.contains("  受信       1,000 データグラム"), "{text}");
    assert!(text.contains("1 分 30 秒"), "{text}");
    assert_no_english(&text);
}
