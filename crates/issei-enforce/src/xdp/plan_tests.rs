use super::*;

fn slots() -> Slots {
    vec![(3, Slot::default())]
}

fn kinds(plan: Plan) -> String {
    let letter = |step: &Step| match step {
        Step::Count(_) => 'c',
        Step::Bits(_) => 'b',
        Step::Goals(_) => 'g',
        Step::Rows(_) => 'r',
        Step::Wait => 'w',
    };
    plan.into_steps().iter().map(letter).collect()
}

#[test]
fn an_empty_plan_has_no_steps() {
    assert!(Plan::default().is_empty());
    assert_eq!(kinds(Plan::default()), "");
}

#[test]
fn goals_are_named_before_they_are_heeded_and_unheeded_before_they_go() {
    let bits = Some(Bits::of(&crate::xdp::Seeds([1; 7]), []));
    let whole = Plan {
        fresh: RowNumber::new(0x0101).into_iter().collect(),
        bits: bits.clone(),
        named: slots(),
        heeded: slots(),
        rows: Some(Vec::new()),
        unheeded: slots(),
        freed: slots(),
        fewer_bits: bits,
    };
    assert_eq!(kinds(whole), "cbgwgrwgwgwb");
}

#[test]
fn a_change_of_rows_alone_waits_for_packets_that_have_seen_the_old_ones() {
    let rows = Plan {
        rows: Some(Vec::new()),
        ..Plan::default()
    };
    assert_eq!(kinds(rows), "rw");
}
