use issei_case::ground::Pack;
use issei_model::{FactValue, Span};

use super::*;

const PAPER: &str = r#"
reflex = "limit-flood"
packets = 100
scope = ["203.0.113.0/24", "2001:db8:1::/48"]
ground = "A2"
lasts = "5min"
at_once = 20
per_hour = 60
stands = "30d"
proposer = "duty@isp-a"
stated_by = "noc@isp-a"
confirmed_by = "counsel@isp-b"

[facts]
facility = "uplinks at Osaka"
impact = 40
impact_unit = "percent of capacity"
narrowest_match = true
ends_with_cause = "yes"
necessity = true
balance_of_harms = true
present_danger = true
no_subscriber_datum = true
"#;

fn wished(text: &str) -> Result<StandingWish, String> {
    let paper = parse(text)?;
    let pack = Pack::japan();
    wish(&paper, pack.row(&paper.ground).unwrap(), &|path| {
        Err(format!("no document `{path}`"))
    })
}

#[test]
fn the_paper_in_the_documentation_is_one() {
    let page = include_str!("../../../../docs/operating.md");
    let (_, section) = page.split_once("## Act within seconds").unwrap();
    let (_, block) = section.split_once("```toml\n").unwrap();
    let (paper, _) = block.split_once("```").unwrap();
    let wish = wished(paper).unwrap();
    assert_eq!(wish.reflex, Reflex::LimitFlood(100));
}

/// The paper with one line changed.
fn with(line: &str, other: &str) -> String {
    assert!(PAPER.contains(line), "{line}");
    PAPER.replace(line, other)
}

#[test]
fn a_paper_becomes_a_wish_with_facts_of_the_rows_kinds() {
    let wish = wished(PAPER).unwrap();
    assert_eq!(wish.reflex, Reflex::LimitFlood(100));
    assert_eq!(
        (wish.lasts, wish.stands),
        (Span::from_secs(300), Span::from_secs(30 * 86_400))
    );
    assert_eq!(wish.scope.len(), 2);
    assert_eq!(wish.facts["impact"].value, FactValue::Number(40));
    assert_eq!(wish.facts["necessity"].value, FactValue::Flag(true));
    assert_eq!(wish.facts["ends_with_cause"].value, FactValue::Flag(true));
    let facility = &wish.facts["facility"];
    assert_eq!(facility.value, FactValue::Text("uplinks at Osaka".into()));
    assert_eq!(facility.stated_by.to_string(), "noc@isp-a");
    assert_eq!(
        facility.confirmed_by.as_ref().unwrap().to_string(),
        "counsel@isp-b"
    );
}

#[test]
fn what_is_wrong_with_a_paper_is_said() {
    let wrongs = [
        (with("packets = 100", ""), "packets"),
        (with("packets = 100", "packet = 100"), "packet"),
        (
            with("packets = 100", "packets = 100\noperator = \"power\""),
            "operator",
        ),
        (with("limit-flood", "limit-floods"), "drop-forged"),
        (with("\"5min\"", "\"5\""), "lasts"),
        (with("impact = 40\n", ""), "impact"),
        (with("impact = 40", "impact = true"), "impact"),
        (with("203.0.113.0/24", "203.0.113.0"), "scope"),
        (with("duty@isp-a", "duty"), "proposer"),
    ];
    for (text, names) in wrongs {
        let why = wished(&text).expect_err(names);
        assert!(why.contains(names), "{names}: {why}");
    }
}

#[test]
fn each_reflex_takes_what_it_needs_and_nothing_else() {
    let of = |reflex: &str, packets: &str, operator: &str| {
        let text = with("reflex = \"limit-flood\"\npackets = 100\n", "");
        let head = format!("reflex = \"{reflex}\"\n{packets}\n{operator}\n");
        super::reflex(&parse(&(head + &text)).unwrap())
    };
    let power = "operator = \"power\"";
    assert_eq!(of("drop-forged", "", ""), Ok(Reflex::DropForged));
    let drop = Reflex::DropOnRequest("power".parse().unwrap());
    assert_eq!(of("drop-on-request", "", power), Ok(drop));
    assert!(of("drop-on-request", "", "").is_err());
    assert!(of("drop-on-request", "packets = 1", power).is_err());
    assert!(of("drop-forged", "packets = 1", "").is_err());
}
