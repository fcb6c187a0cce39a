use issei_model::{Action, Digest, Goal, OrderId, Span};
use proptest::prelude::*;

use super::*;
use crate::Cut;
use crate::xdp::layout::{Half, ROWS};
use crate::xdp::{Clocks, Seeds, Step};

const CLOCKS: Clocks = Clocks {
    wall: 1_790_000_000_000_000_000,
    boot: 100_000_000_000,
    tai_lead: 0,
};
const HOMES: u32 = 64;

/// What the maps hold of two orders.
fn whole() -> Observed {
    let settings = Settings {
        live: Half::First,
        tai_lead: 0,
        homes: HOMES,
        seeds: Seeds([
            0x9e37_79b9_7f4a_7c15,
            3,
            0xd1b5_4a32_d192_ed03,
            7,
            11,
            13,
            17,
        ]),
    };
    let mut table = Table::new(&settings, Vec::new());
    let (one, two) = (
        cut(1, &["192.0.2.1", "192.0.2.1:23/tcp"]),
        cut(2, &["192.0.2.1", "2001:db8::1"]),
    );
    let (plan, refused) = table.agree(&[&one, &two], &CLOCKS);
    assert!(refused.is_empty());
    let mut maps = Observed {
        settings,
        rows: vec![0; ROWS as usize * ROW],
        goals: vec![0; Table::places_for(HOMES) as usize * SLOT],
        bits: Bits::of(&settings.seeds, []),
    };
    write(&mut maps, plan);
    maps
}

fn write(maps: &mut Observed, plan: Plan) {
    for step in plan.into_steps() {
        match step {
            Step::Bits(bits) => maps.bits = bits,
            Step::Rows(rows) => maps.rows = rows,
            Step::Goals(slots) => slots
                .iter()
                .for_each(|(place, slot)| place_at(maps, *place, &slot.to_bytes())),
            Step::Count(_) | Step::Wait => {}
        }
    }
}

fn place_at(maps: &mut Observed, place: u32, bytes: &[u8; SLOT]) {
    maps.goals[place as usize * SLOT..][..SLOT].copy_from_slice(bytes);
}

fn cut(number: u8, goals: &[&str]) -> Cut {
    let goals: BTreeSet<Goal> = goals.iter().map(|goal| goal.parse().unwrap()).collect();
    Cut {
        order: OrderId(Digest([number; 32])),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: CLOCKS.now() + Span::from_secs(60),
        fires_at: Some(CLOCKS.now()),
    }
}

fn read(maps: &Observed) -> (Table, Plan) {
    maps.clone().into_table(Vec::new()).unwrap()
}

/// Reads, mends, and reads again: then everything must be whole.
fn mended(maps: &mut Observed) -> Table {
    let (table, plan) = read(maps);
    write(maps, plan);
    let (again, plan) = read(maps);
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!(again, table);
    table
}

fn goals(table: &Table) -> Vec<usize> {
    table
        .seen(&CLOCKS)
        .iter()
        .map(|seen| seen.goals.len())
        .collect()
}

#[test]
fn what_is_whole_needs_no_mending() {
    let (table, plan) = read(&whole());
    assert!(plan.is_empty());
    assert_eq!(goals(&table), [2, 2]);
}

#[test]
fn a_goal_without_its_bit_is_not_held() {
    let mut maps = whole();
    maps.bits = Bits::of(&maps.settings.seeds, ["2001:db8::1".parse().unwrap()]);
    assert_eq!(goals(&mended(&mut maps)), [0, 1]);
}

#[test]
fn a_goal_beyond_the_reach_of_its_home_is_not_held() {
    let mut maps = whole();
    let home = read(&maps).0.home("2001:db8::1".parse().unwrap());
    maps.goals[home * SLOT + 21] = 0;
    assert_eq!(goals(&mended(&mut maps))[1], 1);
}

#[test]
fn a_goal_twice_is_held_once() {
    let mut maps = whole();
    let table = read(&maps).0;
    let goal = "2001:db8::1".parse().unwrap();
    let (place, home) = (
        table.place_of(&goal).unwrap(),
        table.home(goal.ip().unwrap()),
    );
    let bytes: [u8; SLOT] = maps.goals[place as usize * SLOT..][..SLOT]
        .try_into()
        .unwrap();
    let free = (home + 1..)
        .find(|at| maps.goals[at * SLOT..][..20] == [0; 20])
        .unwrap();
    let reach = (free - home) as u8 + 1;
    place_at(&mut maps, free as u32, &bytes);
    maps.goals[free * SLOT + 21] = 0;
    maps.goals[home * SLOT + 21] = reach;
    assert_eq!(goals(&mended(&mut maps)), [2, 2]);
}

#[test]
fn an_order_that_has_no_row_is_not_held() {
    let mut maps = whole();
    maps.rows[0x0101 * ROW..][..ROW].fill(0);
    assert_eq!(goals(&mended(&mut maps)), [2]);
}

#[test]
fn a_row_where_none_may_be_is_taken_away() {
    let mut maps = whole();
    let row: Vec<u8> = maps.rows[0x0101 * ROW..][..ROW].to_vec();
    maps.rows[0x0100 * ROW..][..ROW].copy_from_slice(&row);
    // And one more that names an order which has a row already.
    maps.rows[0x0103 * ROW..][..ROW].copy_from_slice(&row);
    assert_eq!(goals(&mended(&mut maps)), [2, 2]);
    assert!(
        maps.rows[0x0100 * ROW..][..ROW]
            .iter()
            .all(|byte| *byte == 0)
    );
    assert!(
        maps.rows[0x0103 * ROW..][..ROW]
            .iter()
            .all(|byte| *byte == 0)
    );
}

#[test]
fn bits_that_no_goal_has_are_cleared() {
    let mut maps = whole();
    let extra = ["192.0.2.1", "2001:db8::1", "203.0.113.5"].map(|ip| ip.parse().unwrap());
    maps.bits = Bits::of(&maps.settings.seeds, extra);
    let table = mended(&mut maps);
    assert!(!maps.bits.has(&maps.settings.seeds, extra[2]) && goals(&table) == [2, 2]);
}

#[test]
fn a_name_that_goes_has_lost_its_orders_before() {
    let mut maps = whole();
    maps.rows.fill(0);
    let (_, plan) = read(&maps);
    let unheeded: BTreeSet<u32> = plan.unheeded.iter().map(|(place, _)| *place).collect();
    let freed: BTreeSet<u32> = plan.freed.iter().map(|(place, _)| *place).collect();
    assert!(freed.len() == 3 && unheeded == freed);
    assert!(
        plan.unheeded
            .iter()
            .all(|(_, slot)| slot.cell.is_some_and(|cell| cell.rows == [None; 4]))
    );
}

#[test]
fn maps_that_are_cut_short_do_not_read() {
    let mut maps = whole();
    maps.goals.truncate(SLOT * 10);
    assert!(maps.clone().into_table(Vec::new()).is_none());
    maps.settings.homes = 0;
    assert!(maps.into_table(Vec::new()).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_strangers_write_is_mended(
        bytes in prop::collection::vec((0..HOMES as usize * SLOT, any::<u8>()), 0..40),
        rows in prop::collection::vec((0..0x0105usize * ROW, any::<u8>()), 0..10),
    ) {
        let mut maps = whole();
        bytes.iter().for_each(|(at, byte)| maps.goals[*at] = *byte);
        rows.iter().for_each(|(at, byte)| maps.rows[*at] = *byte);
        mended(&mut maps);
    }
}
