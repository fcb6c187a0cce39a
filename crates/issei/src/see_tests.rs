//! What is listed says what was left out.

use issei_model::FindingRecord;
use issei_window::rows::Form;

use super::*;
use crate::{examples, words};

fn sheaf(findings: Vec<FindingRecord>) -> Sheaf {
    Sheaf {
        findings,
        older: Some(9),
        all: 1_200,
        odd: 3,
        unread: 0,
    }
}

#[test]
fn the_table_says_how_many_there_are_and_how_to_see_the_rest() {
    let shown = page(sheaf(vec![examples::scan()]), words::EN);
    assert!(shown.contains("192.168.1.196"), "{shown}");
    assert!(shown.contains("1 shown of 1,200 findings"), "{shown}");
    assert!(shown.contains("--most NUMBER"), "{shown}");
    assert!(
        shown.contains("3 lines of the file are no findings"),
        "{shown}"
    );
    let none = page(sheaf(Vec::new()), words::EN);
    assert!(none.starts_with("No finding has this in it"), "{none}");
}

#[test]
fn records_are_written_a_line_each() {
    let written = Form::JsonLines.write(&[examples::scan(), examples::contact()]);
    let read: Vec<FindingRecord> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read, [examples::scan(), examples::contact()]);
}
