use super::*;

fn counted(openings: u64) -> Counted {
    Counted {
        openings,
        asked: 20,
        failed: 0,
    }
}

#[test]
fn a_flood_that_is_limited_and_then_dropped_is_what_is_wanted() {
    let soon = Duration::from_millis(200);
    assert!(judge(&counted(1_200), &counted(80), &counted(0), soon).is_ok());
}

#[test]
fn each_figure_that_is_wrong_is_named() {
    let soon = Duration::from_millis(200);
    let unanswered = Counted {
        failed: 5,
        ..counted(80)
    };
    let wrong = [
        judge(&counted(80), &counted(80), &counted(0), soon),
        judge(&counted(1_200), &counted(1_200), &counted(0), soon),
        judge(&counted(1_200), &counted(80), &counted(1), soon),
        judge(&counted(1_200), &counted(80), &counted(0), REQUESTED),
        judge(&counted(1_200), &unanswered, &counted(0), soon),
    ];
    let said = wrong.map(|one| one.unwrap_err().to_string());
    let different: std::collections::BTreeSet<&String> = said.iter().collect();
    assert_eq!(different.len(), said.len(), "{said:?}");
}

#[test]
fn what_is_wished_is_what_the_pack_takes() {
    for (row, reflex) in [
        ("A2", Reflex::LimitFlood(LIMIT)),
        ("A1", Reflex::DropOnRequest("hospital".parse().unwrap())),
    ] {
        let wish = wish(row, reflex, topology::network(MEMBER).into()).unwrap();
        assert!(!wish.facts.is_empty(), "{row}");
    }
    assert_eq!(signed().unwrap().to.port, PORT);
}
