use super::*;

#[test]
fn every_kind_has_a_code_and_an_explanation_of_its_own() {
    let mut codes: Vec<&str> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ProblemKind::ALL.len());
    assert!(
        ProblemKind::ALL
            .iter()
            .all(|kind| kind.explanation().len() > 10)
    );
}

#[test]
fn a_flood_of_problems_is_counted_and_not_kept() {
    let mut problems = Problems::default();
    for at in 0..1_000_000 {
        problems.note(Problem::new(ProblemKind::Truncated, at, 0));
    }
    assert_eq!(problems.count(ProblemKind::Truncated), 1_000_000);
    assert_eq!(problems.examples().len(), 3);
}

#[test]
fn absorbing_adds_counts_and_keeps_the_bound_on_examples() {
    let (mut a, mut b) = (Problems::default(), Problems::default());
    a.note_many(Problem::new(ProblemKind::SequenceGap, 1, 0), 10);
    b.note_many(Problem::new(ProblemKind::SequenceGap, 2, 0), 5);
    b.note(Problem::new(ProblemKind::NotIp, 3, 0));
    a.absorb(&b);
    let met: Vec<_> = a.met().collect();
    assert_eq!(
        met,
        [(ProblemKind::SequenceGap, 15), (ProblemKind::NotIp, 1)]
    );
    assert_eq!(a.examples().len(), 2);
}
