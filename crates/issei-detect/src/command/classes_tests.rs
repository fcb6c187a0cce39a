use super::*;

#[test]
fn a_class_map_reads_places_and_names() {
    let map = ClassMap::parse(
        "# vendor endpoints\n203.0.113.7:8883 camera-a\n\n198.51.100.0/24 recorder-b # all of it\n",
    )
    .unwrap();
    let class = |ip: &str, port| map.class_of(ip.parse().unwrap(), port);

    assert_eq!(
        (class("203.0.113.7", 8883), class("203.0.113.7", 80)),
        (1, 0)
    );
    assert_eq!(class("198.51.100.77", 443), 2);
    let both = Classes::default().with(2).with(1).with(2);
    assert_eq!(map.name(both), "camera-a + recorder-b");
    assert_eq!(map.name(Classes::UNKNOWN), "unknown");
}

#[test]
fn a_wrong_class_map_is_refused_with_its_line() {
    let refused = |text: &str| ClassMap::parse(text).unwrap_err().to_string();
    assert!(refused("\n203.0.113.7").starts_with("line 2: expected"));
    assert!(refused("203.0.113 a").contains("`203.0.113` is no address"));
    assert!(refused("203.0.113.7 a\n203.0.113.7 b").contains("another class"));
    let many: String = (0..=254)
        .map(|i| format!("10.0.0.{i} class-{i}\n"))
        .collect();
    assert!(refused(&many).starts_with("line 255: more than 254"));
}

#[test]
fn a_line_with_more_than_four_classes_is_mixed() {
    let four = [9, 3, 7, 5]
        .into_iter()
        .fold(Classes::UNKNOWN, Classes::with);
    assert_eq!(four, Classes([3, 5, 7, 9]));
    assert_eq!(four.with(3), four);
    assert_eq!(four.with(4), Classes::MIXED);
    assert_eq!(Classes::MIXED.with(4), Classes::MIXED);
    assert_eq!(
        ClassMap::default().name(Classes::MIXED),
        "mixed (more than four)"
    );
}

#[test]
fn classes_are_kept_for_two_epochs_and_then_forgotten() {
    let mut classes = LineClasses::new(1 << 16);
    classes.begin_epoch(255);
    classes.note(7, 1);
    classes.begin_epoch(256);
    classes.note(8, 2);
    assert_eq!(classes.of(7), Classes::UNKNOWN.with(1));
    classes.begin_epoch(257);
    assert_eq!(classes.of(7), Classes::UNKNOWN);
    assert_eq!(classes.of(8), Classes::UNKNOWN.with(2));
    assert_eq!(classes.all().count(), 1);
    classes.note(7, 3);
    assert_eq!(
        classes.of(7),
        Classes::UNKNOWN.with(3),
        "the old class came back"
    );
}

#[test]
fn a_table_grows_to_its_bound_and_counts_what_finds_no_room() {
    let mut classes = LineClasses::new(4_096);
    for i in 0..20_000_u32 {
        classes.note(i.wrapping_mul(0x9e37_79b9), 1);
    }
    let held = classes.all().count();
    assert!(held > 3_800 && held <= 4_096, "{held}");
    assert_eq!(held as u64 + classes.turned_away, 20_000);
    assert_eq!(classes.bytes(), 4_096 * 12);
}

#[test]
fn line_name_zero_is_a_line_like_any_other() {
    let mut classes = LineClasses::new(1_024);
    assert_eq!(classes.of(0), Classes::UNKNOWN);
    classes.note(0, 4);
    assert_eq!(classes.of(0), Classes::UNKNOWN.with(4));
}
