use super::*;
use crate::examples;

/// Looks without colours.
fn table(findings: &[FindingRecord], columns: usize) -> String {
    let view = View {
        columns,
        paint: Paint(false),
        sources: false,
        tongue: words::EN,
    };
    view.table(findings)
}

#[test]
fn a_wide_terminal_shows_who_what_since_when_and_how_sure_on_one_line() {
    let mut contact = examples::contact();
    contact.subject = "192.168.1.50".into();
    let shown = table(&sorted(vec![contact, examples::scan()]), 110);
    assert!(
        shown.contains("  192.168.1.196                 scans many hosts                         2018-12-21 14:43:54  wrong 1 in"),
        "{shown}"
    );
    let (scan, context) = (
        shown.find("1 FINDING").unwrap(),
        shown.find("1 of CONTEXT").unwrap(),
    );
    assert!(scan < context, "{shown}");
    assert!(
        shown.contains(
            "    165 first contacts to tcp/23 in 15 ms, none answered\n    issei explain F-"
        ),
        "{shown}"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [60, 80, 103, 104, 140] {
        let mut long = examples::scan();
        long.summary = "word ".repeat(60);
        long.peer = Some("[2001:db8:1111:2222:3333:4444:5555:6666]:443/tcp".into());
        let shown = table(&[long], columns);
        let widest = shown
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap();
        assert!(widest <= columns.max(61), "{widest} > {columns}\n{shown}");
    }
}

#[test]
fn a_long_table_is_cut_and_says_so() {
    let scan_of = |number: usize| FindingRecord {
        subject: format!("192.0.2.{number}"),
        ..examples::scan()
    };
    let many: Vec<_> = (0..MOST_ROWS + 5).map(scan_of).collect();
    let shown = table(&many, 110);
    assert!(shown.contains("… and 5 more in the file of findings"));
    assert_eq!(shown.matches("issei explain").count(), MOST_ROWS);
}

#[test]
fn hostile_text_in_a_finding_cannot_drive_the_terminal() {
    let mut hostile = examples::scan();
    hostile.summary = "\x1b[2Jgone".into();
    hostile.subject = "a\x1b]0;b".into();
    assert!(!table(&[hostile], 110).contains('\x1b'));
}

#[test]
fn the_weightiest_stand_first() {
    let mut measure = examples::contact();
    measure.level = Level::Measure;
    let order: Vec<_> = sorted(vec![measure, examples::contact(), examples::scan()])
        .iter()
        .map(|f| f.level)
        .collect();
    assert_eq!(order, [Level::Finding, Level::Context, Level::Measure]);
}

#[test]
fn context_about_a_subject_stands_beside_its_finding_and_not_by_itself() {
    let findings = sorted(vec![
        examples::contact(),
        examples::scan(),
        examples::scan(),
    ]);
    let shown = table(&findings, 110);
    assert!(!shown.contains("of CONTEXT"), "{shown}");
    let also = "    also returns again and again: 198.51.100.7:443/tcp (F-00000000)\n";
    assert_eq!(shown.matches(also).count(), 1, "{shown}");

    let many: Vec<_> = std::iter::once(examples::scan())
        .chain((0..MOST_NAMES + 3).map(|_| examples::contact()))
        .collect();
    assert!(table(&many, 110).contains("… and 3 more of context"));
}

#[test]
fn a_service_and_its_host_are_one_subject() {
    for subject in ["192.0.2.1", "192.0.2.1:23/tcp"] {
        let mut finding = examples::scan();
        finding.subject = subject.into();
        assert_eq!(host(&finding), "192.0.2.1");
    }
    for subject in ["2001:db8::1", "[2001:db8::1]:23/tcp"] {
        let mut finding = examples::scan();
        finding.subject = subject.into();
        assert_eq!(host(&finding), "2001:db8::1");
    }
}

#[test]
fn many_findings_of_one_rule_about_one_subject_are_one_row() {
    let many: Vec<_> = (0..9).map(|_| examples::scan()).collect();
    let shown = table(&many, 110);
    assert!(shown.contains("── 9 FINDINGS"), "{shown}");
    assert_eq!(shown.matches("issei explain").count(), 1, "{shown}");
    let name = &examples::scan().id[..SHORT_NAME];
    let names = [name; MOST_NAMES].join(", ");
    assert!(
        shown.contains(&format!("and 8 more like it: {names}, …")),
        "{shown}"
    );
    assert_eq!(table(&many[..2], 110).matches("issei explain").count(), 2);
}

#[test]
fn the_file_or_exporter_is_named_where_there_are_several() {
    let view = View {
        columns: 110,
        paint: Paint(false),
        sources: true,
        tongue: words::EN,
    };
    let shown = view.row(&examples::scan());
    assert!(shown.contains(", seen by capture.pcap\n"), "{shown}");
}

#[test]
fn in_japanese_no_english_sentence_is_left_and_the_columns_stand() {
    let mut finding = examples::scan();
    // What stands inside a finding is part of its sealed record.
    finding.summary = "要約".into();
    if let Some(statistic) = &mut finding.statistic {
        statistic.bound_of = "回線・日".into();
    }
    for columns in [80, 120] {
        let view = View {
            columns,
            paint: Paint(false),
            sources: true,
            tongue: words::JA,
        };
        let all = [
            Level::Finding,
            Level::Candidate,
            Level::Context,
            Level::Measure,
        ];
        let findings = all.map(|level| FindingRecord {
            level,
            ..finding.clone()
        });
        let table = view.table(&findings);
        crate::japanese::assert_no_english(&table);
        let place = |line: &str, part: &str| line.find(part).map(|at| columns::width(&line[..at]));
        let head = table.lines().find_map(|line| place(line, "開始 (UTC)"));
        let since = words::second(finding.since);
        let row = table.lines().find_map(|line| place(line, &since));
        if columns == 120 {
            assert_eq!(head, row, "{table}");
        }
    }
}
