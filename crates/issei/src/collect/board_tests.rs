use super::*;

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
    let text = board.farewell(Timestamp::from_secs(90));
    for part in [
        "after 1 min 30 s",
        "1,000 received, 7 dropped",
        "30,000 decoded, 30,000 judged",
        "12 × sequence-gap",
    ] {
        assert!(text.contains(part), "{text}");
    }
}
