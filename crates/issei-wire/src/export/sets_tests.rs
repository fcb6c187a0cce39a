use super::*;

fn walk(bytes: &[u8]) -> Vec<Result<(u16, usize), ProblemKind>> {
    let sets = Sets::new(bytes, 0);
    sets.map(|set| {
        set.map(|set| (set.id, set.body.len()))
            .map_err(|problem| problem.kind)
    })
    .collect()
}

#[test]
fn sets_follow_each_other_by_their_lengths() {
    let bytes = [1, 0, 0, 6, 7, 7, 1, 1, 0, 4];
    assert_eq!(walk(&bytes), [Ok((256, 2)), Ok((257, 0))]);
}

#[test]
fn a_length_shorter_than_the_header_ends_the_walk() {
    for length in 0..4 {
        let bytes = [1, 0, 0, length, 1, 0, 0, 4];
        assert_eq!(walk(&bytes), [Err(ProblemKind::BadLength)]);
    }
}

#[test]
fn a_length_beyond_the_bytes_ends_the_walk() {
    assert_eq!(
        walk(&[1, 0, 0, 9, 7, 7, 7, 7]),
        [Err(ProblemKind::Truncated)]
    );
    assert_eq!(walk(&[1, 0, 0]), [Err(ProblemKind::Truncated)]);
}

#[test]
fn a_blank_end_is_not_a_set() {
    assert_eq!(walk(&[1, 0, 0, 4, 0, 0, 0, 0, 0, 0]), [Ok((256, 0))]);
}

#[test]
fn kinds_are_those_of_each_standard() {
    let kinds = |protocol| [0, 1, 2, 3, 4, 255, 256, 65_535].map(|id| SetKind::of(protocol, id));
    use SetKind::{Data, OptionsTemplates, Reserved, Templates};
    let (first, last) = (Data(256), Data(65_535));
    assert_eq!(
        kinds(Protocol::Netflow9),
        [
            Templates,
            OptionsTemplates,
            Reserved,
            Reserved,
            Reserved,
            Reserved,
            first,
            last
        ]
    );
    assert_eq!(
        kinds(Protocol::Ipfix),
        [
            Reserved,
            Reserved,
            Templates,
            OptionsTemplates,
            Reserved,
            Reserved,
            first,
            last
        ]
    );
}
