use super::*;

fn watch() -> Watch {
    Watch::of(SocketAddr::from(([127, 0, 0, 1], 53)))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_764_000_000_000 + millis)
}

#[test]
fn a_lag_is_from_the_serial_given_to_the_serial_heard() {
    let watch = watch();
    watch.expect(Serial(5), at(0));
    watch.hear(Serial(4), at(3));
    assert_eq!(watch.lags(), []);
    watch.hear(Serial(5), at(7));
    watch.hear(Serial(5), at(9));
    assert_eq!(watch.lags(), [Span::from_millis(7)]);
    assert_eq!(watch.since(Serial(5)), Some(at(7)));
}

#[test]
fn an_address_that_is_no_serial_of_ours_is_not_believed() {
    let watch = watch();
    watch.expect(Serial(5), at(0));
    watch.hear(Serial(900), at(3));
    assert_eq!(watch.since(Serial(5)), None);
    watch.hear(Serial(5), at(7));
    assert_eq!(watch.lags(), [Span::from_millis(7)]);
}

#[test]
fn a_serial_that_was_skipped_is_known_by_the_next() {
    let watch = watch();
    watch.hear(Serial(4), at(0));
    watch.hear(Serial(7), at(10));
    assert_eq!(watch.since(Serial(5)), Some(at(10)));
    assert_eq!(watch.since(Serial(8)), None);
}

#[test]
fn the_usual_lag_is_one_that_three_of_four_exceed() {
    let watch = watch();
    assert_eq!(watch.usual_lag(), None);
    for number in 1..=8u32 {
        watch.expect(Serial(number), at(0));
        watch.hear(Serial(number), at(i64::from(number) * 10));
    }
    assert_eq!(watch.usual_lag(), Some(Span::from_millis(30)));
}

#[test]
fn what_is_remembered_is_bounded() {
    let watch = watch();
    for number in 1..2_000u32 {
        watch.expect(Serial(number), at(0));
        watch.hear(Serial(number), at(1));
    }
    assert_eq!(watch.lags().len(), REMEMBERED);
    assert_eq!(watch.state().heard.len(), REMEMBERED);
}

#[test]
fn questions_grow_seldom_with_the_age_of_a_change() {
    let paces = [0, 150, 5_000, 120_000].map(|age| pace(Span::from_millis(age)));
    assert!(paces.windows(2).all(|pair| pair[0] < pair[1]), "{paces:?}");
}
