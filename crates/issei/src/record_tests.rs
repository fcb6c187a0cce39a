use super::*;
use crate::examples;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

fn file(records: usize) -> Vec<String> {
    let mut chain = Chain::new();
    let now = Timestamp::from_secs(1_800_000_000);
    let finding = |number: usize| {
        if number.is_multiple_of(2) {
            examples::scan()
        } else {
            examples::contact()
        }
    };
    (0..records)
        .map(|number| {
            chain
                .seal(finding(number), now, Span::from_secs(86_400))
                .line()
        })
        .collect()
}

fn check(lines: &[String]) -> Result<Whole, Broken> {
    verify(lines.join("\n").as_bytes())
}

#[test]
fn a_whole_file_is_whole() {
    let lines = file(5);
    let whole = check(&lines).unwrap();
    assert_eq!(whole.records, 5);
    assert!(lines[4].ends_with(&format!("\"hash\":\"{}\"}}", whole.last)));
    assert_eq!(check(&[]).unwrap().records, 0);
}

#[test]
fn the_hash_can_be_checked_without_us() {
    let line = &file(1)[0];
    let record: Record = serde_json::from_str(line).unwrap();
    let without = line.replace(&format!(",\"hash\":\"{}\"", record.hash), "");
    let hex: String = Sha256::digest(without.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hex, record.hash);
}

#[test]
fn a_chain_goes_on_behind_what_stands_there() {
    let mut lines = file(2);
    let last: Record = serde_json::from_str(&lines[1]).unwrap();
    let next = Chain::after(&last.hash).seal(examples::scan(), Timestamp::default(), Span::ZERO);
    lines.push(next.line());
    assert_eq!(check(&lines).unwrap().records, 3);
}

#[test]
fn every_way_to_tamper_shows() {
    let whole = file(4);
    let mut changed = whole.clone();
    changed[1] = changed[1].replace("192.168.1.196", "192.168.1.197");
    assert!(matches!(check(&changed), Err(Broken::Changed { line: 2 })));
    let mut missing = whole.clone();
    missing.remove(1);
    assert!(matches!(
        check(&missing),
        Err(Broken::Unchained { line: 2 })
    ));
    assert!(matches!(
        check(&whole[1..]),
        Err(Broken::Unchained { line: 1 })
    ));
    let mut moved = whole.clone();
    moved.swap(2, 3);
    assert!(matches!(check(&moved), Err(Broken::Unchained { line: 3 })));
    let mut twice = whole.clone();
    twice.insert(2, whole[1].clone());
    assert!(matches!(check(&twice), Err(Broken::Unchained { line: 3 })));
    let mut torn = whole;
    torn[3].truncate(200);
    assert!(matches!(check(&torn), Err(Broken::NotARecord { line: 4 })));
}

#[test]
fn a_record_reads_back_as_it_was() {
    let record = Chain::new().seal(
        examples::scan(),
        Timestamp::from_secs(1),
        Span::from_secs(90 * 86_400),
    );
    let read: Record = serde_json::from_str(&record.line()).unwrap();
    assert_eq!(read.line(), record.line());
    assert_eq!(read.retain_until, Timestamp::from_secs(1 + 90 * 86_400));
}

#[test]
fn the_schema_takes_what_we_write_and_refuses_what_we_do_not() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in file(2) {
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
        for member in value.as_object().unwrap().keys() {
            let mut lacking = value.clone();
            lacking.as_object_mut().unwrap().remove(member);
            assert!(!validator.is_valid(&lacking), "`{member}` may be missing");
        }
        let mut more = value.clone();
        more["payload"] = "GET /".into();
        assert!(!validator.is_valid(&more));
    }
}

#[test]
fn the_schema_knows_every_rule_and_role() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let listed = |member: &str| -> Vec<String> {
        serde_json::from_value(schema["properties"][member]["enum"].clone()).unwrap()
    };
    assert_eq!(
        listed("rule"),
        issei_model::Rule::ALL
            .iter()
            .map(|rule| rule.code())
            .collect::<Vec<_>>()
    );
    assert_eq!(
        listed("role"),
        issei_model::Role::ALL
            .iter()
            .map(|role| role.code())
            .collect::<Vec<_>>()
    );
    assert_eq!(
        schema["properties"]["schema"]["const"],
        FindingRecord::SCHEMA
    );
}

#[test]
fn what_a_file_holds_and_where_it_was_touched_is_said_in_both_languages() {
    let whole = check(&file(2)).unwrap();
    let path = Path::new("f.jsonl");
    let last = &whole.last;
    assert_eq!(
        shown(path, &whole, EN),
        format!(
            "f.jsonl: 2 records, whole and unchanged\n  the last hash is {last}\n  keep it elsewhere: only beside it \
             shows that nothing was cut off the end\n"
        )
    );
    assert_no_english(&shown(path, &whole, JA));
    for fault in [
        Broken::Unreadable(io::Error::from_raw_os_error(5)),
        Broken::NotARecord { line: 3 },
        Broken::Changed { line: 3 },
        Broken::Unchained { line: 3 },
    ] {
        assert_eq!(fault.said(EN), fault.to_string());
        let said = fault.said(JA);
        let ours = said.split("Input/output error").next().unwrap();
        assert_no_english(ours);
    }
}
