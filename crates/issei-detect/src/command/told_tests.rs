use super::*;

const SERVICE: Service<u32> = Service {
    address: 0x2d00_0001,
    port: 23,
    udp: false,
};

fn news(level: Option<Level>, suspects: u64, secs: i64) -> News {
    News {
        id: FindingId(secs as u64),
        level,
        suspects,
        now: Timestamp::from_secs(secs),
        last: false,
    }
}

/// Tells a story and lists the revisions and levels that come of it.
fn tell(story: &[News]) -> Vec<Option<(u32, Level)>> {
    let mut tellings = Tellings::new(10);
    let each = story.iter().map(|&news| {
        let told = tellings.tell(&SERVICE, Kind::Enrichment, news)?;
        assert_eq!(
            (told.id, told.decided_at),
            (FindingId(1), Timestamp::from_secs(1))
        );
        Some((told.revision, told.level))
    });
    each.collect()
}

#[test]
fn a_finding_is_told_first_and_when_it_has_doubled() {
    let candidate = Some(Level::Candidate);
    let story = [(1, 5), (2, 9), (3, 10), (4, 19), (5, 20)];
    let told = tell(&story.map(|(secs, suspects)| news(candidate, suspects, secs)));
    let expected = [Some(1), None, Some(2), None, Some(3)];
    assert_eq!(told, expected.map(|r| r.map(|r| (r, Level::Candidate))));
}

#[test]
fn an_accusation_that_no_longer_holds_is_taken_back_once() {
    let told = tell(&[
        news(Some(Level::Candidate), 5, 1),
        news(None, 5, 2),
        news(None, 5, 3),
        news(Some(Level::Candidate), 5, 4),
    ]);
    let (candidate, context) = (Level::Candidate, Level::Context);
    assert_eq!(
        told,
        [
            Some((1, candidate)),
            Some((2, context)),
            None,
            Some((3, candidate))
        ]
    );
}

#[test]
fn the_end_tells_the_last_form_if_it_differs() {
    let last = |suspects| News {
        last: true,
        ..news(Some(Level::Candidate), suspects, 9)
    };
    let first = news(Some(Level::Candidate), 5, 1);
    assert_eq!(tell(&[first, last(5)])[1], None);
    assert_eq!(tell(&[first, last(6)])[1], Some((2, Level::Candidate)));
}

#[test]
fn findings_beyond_the_bound_are_counted_and_old_ones_make_room() {
    let mut tellings = Tellings::new(1);
    let candidate = |secs| news(Some(Level::Candidate), 5, secs);
    assert!(
        tellings
            .tell(&SERVICE, Kind::Enrichment, candidate(1))
            .is_some()
    );
    assert!(
        tellings
            .tell(&SERVICE, Kind::Confirmation, candidate(2))
            .is_none()
    );
    assert_eq!(tellings.turned_away, 1);
    tellings.forget(Timestamp::from_secs(2));
    assert!(
        tellings
            .tell(&SERVICE, Kind::Confirmation, candidate(3))
            .is_some()
    );
}
