use issei_model::Digest;

use super::*;

fn rows() -> Rows {
    let row = |since| Row {
        since,
        ends: Timestamp::from_secs(1_800_000_000),
        limit: Limit(77),
    };
    Rows::from([
        (OrderId(Digest([1; 32])), row(None)),
        (
            OrderId(Digest([2; 32])),
            row(Some(Timestamp::from_secs(-3))),
        ),
    ])
}

#[test]
fn reading_undoes_writing() {
    let text = format("start", &rows());
    assert_eq!(parse(&text), Ok(("start".into(), rows())));
    let empty = format("start", &Rows::new());
    assert_eq!(parse(&empty), Ok(("start".into(), Rows::new())));
}

#[test]
fn every_shorter_text_is_torn() {
    let text = format("start", &rows());
    for length in 0..text.len() {
        assert!(parse::<Row>(&text[..length]).is_err(), "{length}");
    }
}

#[test]
fn what_is_wrong_is_told_by_its_line() {
    let text = format("start", &rows());
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    assert_eq!(parse::<Row>(&with(0, "issei-rehearsal 2 start")), Err(1));
    assert_eq!(parse::<Row>(&with(1, "rule")), Err(2));
    assert_eq!(parse::<Row>(&with(1, &format!("{} 5", lines[1]))), Err(2));
    assert_eq!(parse::<Row>(&with(2, lines[1])), Err(3));
    assert_eq!(parse::<Row>(&with(3, "end 3")), Err(4));
    assert_eq!(parse::<Row>(&with(3, "")), Err(4));
    assert_eq!(parse::<Row>(""), Err(1));
}
