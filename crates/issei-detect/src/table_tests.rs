use super::*;

fn table(most: usize) -> Table<u32, u64> {
    Table::new(
        Key::new([7, 9]),
        |key, line| key.line(*line),
        most,
        Span::from_secs(100),
    )
}

fn visit(line: u32) -> Visit {
    Visit::new(0, Key::new([7, 9]).line(line))
}

#[test]
fn what_was_entered_is_found_again_through_every_doubling() {
    let mut table = table(1 << 16);
    for line in 0..50_000u32 {
        *table.find_or_enter(&visit(line), line, 1).unwrap() = u64::from(line) * 3;
    }
    assert_eq!(table.len(), 50_000);
    for line in 0..50_000 {
        let hash = visit(line).hash;
        assert_eq!(table.get(hash, line), Some(&(u64::from(line) * 3)));
    }
    assert_eq!(table.get(visit(50_000).hash, 50_000), None);
    assert_eq!(table.tally().lost, 0);
}

#[test]
fn a_small_table_takes_little_and_a_large_one_keeps_its_bound() {
    let mut table = table(1 << 12);
    let small = table.bytes();
    for line in 0..100_000u32 {
        table.find_or_enter(&visit(line), line, 1);
    }
    assert!(small < 10_000, "{small}");
    assert!(table.bytes() <= (1 << 12) * 25, "{}", table.bytes());
    assert!(table.len() > (1 << 12) * 90 / 100, "{}", table.len());
}

#[test]
fn a_full_table_turns_newcomers_away_and_counts_them() {
    let mut table = table(1 << 10);
    let found = (0..50_000u32)
        .filter(|&line| table.find_or_enter(&visit(line), line, 1).is_some())
        .count();
    let tally = table.tally();
    assert_eq!(found as u64, tally.entered);
    assert_eq!(tally.entered + tally.turned_away, 50_000);
    assert_eq!(table.len() as u64, tally.entered);
    assert!(tally.turned_away > 48_000);
}

#[test]
fn what_is_stale_makes_room_and_what_was_asked_for_stays() {
    let mut table = table(1 << 10);
    for line in 0..50_000u32 {
        table.find_or_enter(&visit(line), line, 1);
    }
    let held: Vec<u32> = table.iter().map(|(line, _, _)| line).collect();
    let (kept, stale) = held.split_at(held.len() / 2);
    for &line in kept {
        *table.see(&visit(line), line, 90).unwrap() = 5;
    }
    // A hundred seconds of silence are not yet too many.
    assert!(table.find_or_enter(&visit(60_001), 60_001, 101).is_none());
    for line in 70_000..170_000u32 {
        table.find_or_enter(&visit(line), line, 102);
    }
    for &line in kept {
        assert_eq!(table.get(visit(line).hash, line), Some(&5));
    }
    let gone = stale
        .iter()
        .filter(|&&line| table.get(visit(line).hash, line).is_none());
    assert_eq!(gone.count(), stale.len());
    let tally = table.tally();
    assert_eq!(tally.entered, table.len() as u64 + tally.replaced);
}

#[test]
fn a_place_that_changes_hands_begins_anew() {
    let mut table = table(1);
    for line in 0..200u32 {
        if let Some(value) = table.find_or_enter(&visit(line), line, 1) {
            *value = 77;
        }
    }
    for line in 1_000..1_200u32 {
        if let Some(value) = table.find_or_enter(&visit(line), line, 1_000) {
            assert_eq!(*value, 0);
        }
    }
    assert!(table.tally().replaced > 0);
}

#[test]
fn a_touched_search_finds_what_an_untouched_one_finds() {
    let mut table = table(1 << 14);
    for line in 0..5_000u32 {
        *table.find_or_enter(&visit(line), line, 1).unwrap() = u64::from(line);
    }
    let mut visits: Vec<Visit> = (0..10_000).map(visit).collect();
    table.touch(&mut visits);
    // Doublings between the touch and the use must not mislead.
    for line in 20_000..32_000u32 {
        table.find_or_enter(&visit(line), line, 1);
    }
    for (line, visit) in (0..10_000).zip(&visits) {
        let expected = (line < 5_000).then_some(u64::from(line));
        assert_eq!(table.see(visit, line, 1).copied(), expected);
    }
}

#[test]
fn a_walk_has_the_same_order_each_time_and_what_is_removed_is_gone() {
    let fill = || {
        let mut table = table(1 << 12);
        for line in 0..3_000u32 {
            *table.find_or_enter(&visit(line), line, 1).unwrap() = u64::from(line);
        }
        table
    };
    let (mut one, other) = (fill(), fill());
    assert!(one.iter().eq(other.iter()));
    one.retain(|line, _, _| line % 3 != 0);
    assert_eq!(one.len(), 2_000);
    assert_eq!(one.get(visit(3).hash, 3), None);
    assert!(one.iter_mut().all(|(line, _, _)| line % 3 != 0));
}

#[test]
fn a_place_in_one_line_begins_with_a_cache_line() {
    assert_eq!(size_of::<Place<u32, [u8; 56], OneLine>>(), 64);
    assert_eq!(align_of::<Place<u32, [u8; 56], OneLine>>(), 64);
    assert_eq!(size_of::<Place<u32, u32, Packed>>(), 12);
}
