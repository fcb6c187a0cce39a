use issei_case::ground::Pack;
use issei_model::Timestamp;

use super::*;

const ROW: &str = "A2";

fn row(pack: &Pack) -> &Row {
    pack.row(ROW).unwrap()
}

/// A right value for a kind.
fn fitting(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Flag => "yes",
        FactKind::Number => "40",
        FactKind::Moment => "2026-11-01T12:00:00Z",
        FactKind::Text => "resolver 2 = core",
        FactKind::Document => "@request.pdf",
    }
}

fn all(row: &Row) -> Vec<FactWord> {
    let word = |(name, rule): (&String, &FactRule)| FactWord {
        name: name.clone(),
        value: fitting(rule.kind).into(),
    };
    row.facts.iter().map(word).collect()
}

fn made(row: &Row, words: &[FactWord]) -> Result<BTreeMap<String, Fact>, FactsWrong> {
    let (duty, counsel) = (
        "duty@isp-a".parse().unwrap(),
        "counsel@isp-b".parse().unwrap(),
    );
    let document = |path: &str| match path {
        "request.pdf" => Ok(b"please".to_vec()),
        other => Err(format!("document `{other}`: not there")),
    };
    facts(row, words, (&duty, Some(&counsel)), &document)
}

#[test]
fn every_fact_of_every_row_is_read_as_the_kind_that_its_row_names() {
    let pack = Pack::japan();
    for row in pack.rows() {
        let made = made(row, &all(row)).unwrap();
        assert_eq!(made.len(), row.facts.len());
        for (name, rule) in &row.facts {
            let fact = &made[name];
            let expected = match rule.kind {
                FactKind::Flag => FactValue::Flag(true),
                FactKind::Number => FactValue::Number(40),
                FactKind::Moment => {
                    FactValue::Moment(Timestamp::parse("2026-11-01T12:00:00Z").unwrap())
                }
                FactKind::Text => FactValue::Text("resolver 2 = core".into()),
                FactKind::Document => FactValue::Document(digest(b"please")),
            };
            assert_eq!(fact.value, expected, "{} {name}", row.name);
            assert_eq!(fact.stated_by.to_string(), "duty@isp-a");
            assert_eq!(
                fact.confirmed_by.as_ref().unwrap().to_string(),
                "counsel@isp-b"
            );
        }
    }
}

#[test]
fn a_missing_fact_is_told_with_the_words_of_its_row() {
    let pack = Pack::japan();
    let row = row(&pack);
    for missing in row.facts.keys() {
        let mut words = all(row);
        words.retain(|word| word.name != *missing);
        let told = made(row, &words).unwrap_err().to_string();
        let states = &row.facts[missing].states.en;
        assert!(
            told.contains(&format!("`{missing}` is missing: {states}")),
            "{told}"
        );
    }
    let told = made(row, &[]).unwrap_err();
    assert_eq!(told.wrong.len(), row.facts.len(), "all are told at once");
}

#[test]
fn a_value_of_another_kind_is_told_with_an_example() {
    let pack = Pack::japan();
    let row = row(&pack);
    for (name, rule) in &row.facts {
        if rule.kind == FactKind::Text {
            continue; // every word is words
        }
        let mut words = all(row);
        let word = words.iter_mut().find(|word| word.name == *name).unwrap();
        word.value = "perhaps".into();
        let told = made(row, &words).unwrap_err();
        assert_eq!(told.wrong.len(), 1, "{told}");
        assert!(told.wrong[0].contains("`perhaps` is not"), "{told}");
        assert!(told.wrong[0].contains(example(rule.kind)), "{told}");
    }
}

#[test]
fn a_misspelt_a_repeated_and_a_lost_document_are_each_told() {
    let pack = Pack::japan();
    let row = pack.row("A1").unwrap();
    let word = |text: &str| text.parse::<FactWord>().unwrap();
    let mut words = all(row);
    words.push(word("necesity=yes"));
    words.push(word("necessity=yes"));
    words.retain(|word| word.name != "request");
    words.push(word("request=@gone.pdf"));
    let told = made(row, &words).unwrap_err().to_string();
    assert!(told.contains("did you mean `necessity`?"), "{told}");
    assert!(told.contains("`necessity` is given twice"), "{told}");
    assert!(told.contains("document `gone.pdf`: not there"), "{told}");
}

#[test]
fn a_fact_is_a_name_and_a_value() {
    let word: FactWord = "facility = resolver 2 = core ".parse().unwrap();
    assert_eq!(
        (word.name.as_str(), word.value.as_str()),
        ("facility", "resolver 2 = core")
    );
    for wrong in ["necessity", "=yes", "necessity=", " = "] {
        assert!(
            wrong
                .parse::<FactWord>()
                .unwrap_err()
                .contains("NAME=VALUE"),
            "{wrong}"
        );
    }
}
