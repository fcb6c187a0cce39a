//! Rows are the same rows in every form.

use serde::Serialize;

use super::*;

#[derive(Serialize)]
struct Row {
    member: &'static str,
    goals: Vec<&'static str>,
    late: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let row = |member, late, why| Row {
        member,
        goals: vec!["192.0.2.7", "192.0.2.8"],
        late,
        why,
    };
    vec![
        row("isp-a", Some(-1.5), None),
        row("=cmd()", None, Some("said \"no\", twice")),
    ]
}

#[test]
fn a_document_and_its_lines_hold_the_same_rows() {
    let document: Vec<Value> = serde_json::from_str(&Form::Json.write(&rows())).unwrap();
    let text = Form::JsonLines.write(&rows());
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(document, lines);
    assert_eq!(document.len(), 2);
    assert_eq!(document[0]["late"], -1.5);
    let nothing: [Row; 0] = [];
    assert_eq!(Form::Json.write(&nothing), "[]\n");
    assert_eq!(Form::JsonLines.write(&nothing), "");
    assert_eq!(Form::Csv.write(&nothing), "");
}

#[test]
fn a_row_that_has_more_than_the_first_keeps_its_cells_under_their_heads() {
    let text = Form::Csv.write(&rows());
    let lines: Vec<&str> = text.split("\r\n").collect();
    let heads: Vec<&str> = lines[0].split(',').collect();
    assert_eq!(heads.len(), 4);
    assert!(heads.contains(&"why"), "{text}");
    let of = |line: &str, head: &str| {
        let at = heads.iter().position(|one| *one == head).unwrap();
        line.split(',').nth(at).unwrap().to_owned()
    };
    assert_eq!(of(lines[1], "member"), "isp-a");
    assert_eq!(of(lines[1], "why"), "");
    assert_eq!(of(lines[1], "goals"), "192.0.2.7 192.0.2.8");
    assert_eq!(of(lines[1], "late"), "-1.5");
}

#[test]
fn a_spreadsheet_takes_foreign_text_for_no_formula_and_quotes_are_doubled() {
    let text = Form::Csv.write(&rows());
    assert!(text.contains("'=cmd()"), "{text}");
    assert!(
        !text.contains(",=cmd()") && !text.contains("\n=cmd()"),
        "{text}"
    );
    assert!(text.contains("\"said \"\"no\"\", twice\""), "{text}");
}

#[test]
fn a_column_with_objects_is_left_to_the_other_forms() {
    let row = |radius: Value| serde_json::json!({ "case": "camera-1", "radius": radius, "why": ["a", "b"] });
    let rows = [row(Value::Null), row(serde_json::json!({ "lines": 12 }))];
    assert_eq!(
        Form::Csv.write(&rows),
        "case,why\r\ncamera-1,a b\r\ncamera-1,a b\r\n"
    );
    assert!(Form::JsonLines.write(&rows).contains("\"lines\":12"));
    let listed = [row(serde_json::json!([{ "lines": 12 }]))];
    assert_eq!(Form::Csv.write(&listed), "case,why\r\ncamera-1,a b\r\n");
}
