//! Everything that a detector writes into a record is known again and said in Japanese, and nothing else is touched.

use std::collections::BTreeSet;

use super::*;
use crate::finding::{bound_of, kind};
use crate::tests::files_of;

const EN: Text = Text(Language::English);
const JA: Text = Text(Language::Japanese);

/// The detectors' sources: file and literals, in order.
fn detectors() -> Vec<(String, Vec<String>)> {
    let files = files_of("issei-detect").into_iter();
    files
        .map(|(file, text)| {
            let found = literals(&text);
            (file, found)
        })
        .collect()
}

/// The string literals of a source, but those in comments and attributes.
fn literals(source: &str) -> Vec<String> {
    let (mut rest, mut found, mut brackets) = (source, Vec::new(), 0);
    while let Some(letter) = rest.chars().next() {
        let mut next = letter.len_utf8();
        match letter {
            '/' if rest.starts_with("//") => next = rest.find('\n').unwrap_or(rest.len()),
            '#' if rest.starts_with("#[") || rest.starts_with("#![") => {
                (next, brackets) = (rest.find('[').map_or(1, |at| at + 1), 1);
            }
            '[' if brackets > 0 => brackets += 1,
            ']' if brackets > 0 => brackets -= 1,
            '\'' if rest.get(2..3) == Some("'") => next = 3,
            '\'' if rest.starts_with("'\\") => next = rest[2..].find('\'').map_or(2, |at| at + 3),
            '"' => {
                let (literal, length) = literal(&rest[1..]);
                if brackets == 0 {
                    found.push(literal);
                }
                next = length + 1;
            }
            _ => {}
        }
        rest = &rest[next..];
    }
    found
}

/// The literal that begins here, and how long it is with its closing quote.
fn literal(text: &str) -> (String, usize) {
    let mut said = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (said, at + 1),
            '\\' => match letters.next() {
                Some((_, '\n')) => while letters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, other)) => said.push(other),
                None => {}
            },
            _ => said.push(letter),
        }
    }
    (said, text.len())
}

/// The words of a literal between its holes; holes that follow each other are one, and one at an end counts for nothing,
/// because a sentence may be put together of several literals.
fn words(literal: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for part in literal.split_inclusive(['{', '}']) {
        match part.strip_suffix('{') {
            Some(before) => {
                if let Some(last) = found.last_mut() {
                    last.push_str(before);
                }
                if found.last().is_some_and(|last| !last.is_empty()) || found.len() == 1 {
                    found.push(String::new());
                }
            }
            None if part.ends_with('}') => {}
            None => {
                if let Some(last) = found.last_mut() {
                    last.push_str(part);
                }
            }
        }
    }
    found.retain(|part| !part.is_empty());
    found
}

fn words_of(sentence: &Sentence) -> Vec<String> {
    let behind = sentence.holes.iter().map(|hole| hole.behind);
    let all = std::iter::once(sentence.begins).chain(behind);
    all.filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Files of the detectors whose literals no record has, and why.
const ELSEWHERE: [(&str, &str); 3] = [
    (
        "command/known.rs",
        "reads a file that ships; its names are held below",
    ),
    (
        "parameters.rs",
        "reads a file that ships; its origins are held below",
    ),
    ("statistics/distinct.rs", "why a caller is wrong"),
];

/// Names that every language has, and complaints about an operator's file.
const NAMES: [&str; 11] = [
    "portmap",
    "NetBIOS",
    "OpenVPN",
    "Apple remote desktop",
    "WS-Discovery",
    "Sentinel",
    "CoAP",
    "Ubiquiti discovery",
    "memcached",
    "Source engine",
    "DVR discovery",
];
const COMPLAINT: &str = "line {line}: ";

/// Literals of which a sentence is put together, and the sentences.
const TOGETHER: [(&str, &str); 3] = [
    (
        "at {at}",
        "`c2`, said by a list at 2026-11-23T05:00:00.000Z",
    ),
    ("without a date", "`c2`, said by a list without a date"),
    (
        "`{label}`, said by {source} {at}",
        "`c2`, said by a list without a date",
    ),
];

#[test]
fn every_literal_that_a_detector_writes_into_a_record_has_words_in_japanese() {
    let known: BTreeSet<Vec<String>> = SENTENCES.iter().map(words_of).collect();
    let mut met = 0;
    let mut missing = Vec::new();
    for (file, literals) in detectors() {
        if ELSEWHERE.iter().any(|(other, _)| *other == file) {
            continue;
        }
        for literal in literals {
            let own = words(&literal);
            if !own.iter().any(|part| has_a_word(part)) || NAMES.contains(&&*literal) {
                continue;
            }
            met += 1;
            let filled = filled(&literal);
            let has_words = known.contains(&own)
                || bound_of(&filled, JA) != filled
                || kind(&filled, JA) != filled
                || TOGETHER.iter().any(|(part, _)| *part == literal)
                || literal.starts_with(COMPLAINT);
            if !has_words {
                missing.push(format!("{file}: {literal}"));
            }
        }
    }
    assert!(missing.is_empty(), "no Japanese for {missing:#?}");
    assert!(met > 400, "the sources are read: {met}");
    for (_, sentence) in TOGETHER {
        assert_ne!(read(sentence, JA), sentence, "no Japanese for a sentence");
    }
}

/// Tells whether a text has a word of a language in it, and not only names, signs and units.
fn has_a_word(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| {
        let is_name = ["udp", "ln", "s"].contains(&word);
        !is_name && word.contains(|c: char| c.is_ascii_lowercase())
    })
}

/// A literal with a figure in each hole.
fn filled(literal: &str) -> String {
    let mut parts = literal.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('}').map_or("", |(_, behind)| behind));
    rest.fold(first, |said, behind| said + "48" + behind)
}

#[test]
fn literals_are_found_over_line_breaks_and_not_in_comments_or_attributes() {
    let source = r#"
        //! "a comment"
        #[expect(dead_code, reason = "an [attribute]")]
        fn f() -> char {
            g("one, {n} \
               long", '"', 'b', "a \"quoted\" one");
            '\''
        }
        const LAST: &str = "the last";"#;
    assert_eq!(
        literals(source),
        ["one, {n} long", "a \"quoted\" one", "the last"]
    );
    assert_eq!(words("{a}{b} of {c:.2} are {d}"), [" of ", " are "]);
    assert_eq!(words("alone"), ["alone"]);
}

/// What the files that ship have to say: origins of figures, names of services that everybody shares.
#[test]
fn what_ships_with_the_detectors_and_goes_into_records_has_words_in_japanese() {
    let parameters = include_str!("../../issei-detect/data/parameters.toml");
    let told = [
        "innocent_contacts_a_day",
        "busiest_contacts_a_day",
        "blind_openings_a_day",
        "innocent_failures",
        "another_port",
        "innocent_logins",
        "outbound_mean",
        "scatter_mean",
        "scanning_share",
    ];
    for knob in told {
        let line = parameters
            .lines()
            .find(|line| line.split_once(" = ").is_some_and(|(name, _)| name == knob));
        let (_, origin) = line.unwrap().split_once("origin = \"").unwrap();
        let origin = origin.split_once('"').unwrap().0;
        assert_ne!(
            read(origin, JA),
            origin,
            "no Japanese for the origin of {knob}"
        );
    }
    let uses: usize = files_of("issei-detect")
        .iter()
        .map(|(_, text)| text.matches(".origin.clone()").count() + text.matches(".origin,").count())
        .sum();
    assert_eq!(
        uses, 9,
        "another figure's origin goes into records: add it above"
    );
    let services = include_str!("../../issei-detect/data/known-services.toml");
    let names = services.split("\nname = \"").skip(1);
    for name in names.map(|rest| rest.split_once('"').unwrap().0) {
        assert_ne!(read(name, JA), name, "no Japanese for a known service");
    }
}

/// What is put into a hole to try it.
fn sample(takes: Takes, number: usize) -> &'static str {
    match takes {
        Takes::Figure => ["12", "0.25", "6.5e-10", "-13.8", "7", "3", "99", "1.5"][number % 8],
        Takes::Span => ["7 min 58 s", "0.023 s"][number % 2],
        Takes::Anything => "23: 7, 2323: 1",
        Takes::Phrase => ["zq", "qz"][number % 2],
    }
}

#[test]
fn every_message_is_found_again_with_exactly_what_was_put_into_it() {
    let lines = ENGLISH.lines().filter(|line| line.starts_with("record-"));
    assert_eq!(lines.count(), SENTENCES.len());
    assert!(SENTENCES.len() > 400);
    let mut seen = BTreeSet::new();
    for sentence in SENTENCES.iter() {
        let values: Vec<&str> = sentence
            .holes
            .iter()
            .enumerate()
            .map(|(number, hole)| sample(hole.takes, number))
            .collect();
        let with: Vec<(&'static str, &str)> = sentence
            .holes
            .iter()
            .map(|hole| hole.name)
            .zip(values.iter().copied())
            .collect();
        let english = EN.fill(sentence.key, &with);
        assert!(seen.insert(english.clone()), "said twice: {english}");
        let (found, in_it) = known(&english).unwrap();
        assert_eq!((found.key, &in_it), (sentence.key, &values), "{english}");
        let between = sentence.holes.iter().rev().skip(1);
        assert!(
            between.clone().all(|hole| !hole.behind.is_empty()),
            "two holes touch: {}",
            sentence.key
        );
        let japanese = read(&english, JA);
        let ours = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        assert!(japanese.contains(ours), "{japanese}");
        for (hole, value) in sentence.holes.iter().zip(&values) {
            let value = match hole.takes {
                Takes::Span => lasting_in(value, Language::Japanese),
                _ => (*value).to_owned(),
            };
            assert!(japanese.contains(&value), "{value} is lost: {japanese}");
        }
        assert_eq!(read(&english, EN), english, "as the record has it");
    }
}

#[test]
fn sentences_of_several_phrases_are_said_in_japanese_to_the_last() {
    for (english, japanese) in [
        (
            "scans worm ports: 12 of about 200 destinations fail (23: 150, 2323: 50)",
            "ワームポートを走査:宛先 約 200 のうち 12 で失敗(23: 150, 2323: 50)",
        ),
        (
            "returned 40 times to one service on an unusual port, each 2.0 s, never answered",
            "1 つのサービスに 40 回再訪(通常使われないポート、2.0 秒ごと、応答なし)",
        ),
        (
            "flood of packets of other protocols (GRE and the like) with forged sources with fragments: \
             900 packets from 64 sources in 1 min 2 s over 9 addresses",
            "送信元を偽装したその他のプロトコルのパケット(GRE など)によるフラッド(フラグメントを含む):\
             1 分 2 秒に送信元 64 から 900 パケット(9 アドレスにわたる)",
        ),
        (
            "an innocent line opens to 0.06 destinations on worm ports in 24 h on average, by a Poisson law",
            "無実の回線がワームポートで接続を開始する宛先は 24 時間に平均 0.06、ポアソン分布による",
        ),
        (
            "shared by suspects, but protected as public resolver: Quad9",
            "容疑回線に共通の通信先だが、保護対象(公開リゾルバー:Quad9)",
        ),
        (
            "failed within 24 h, of those kept one by one",
            "失敗(24 時間以内、個別に保持した宛先のうち)",
        ),
    ] {
        assert_eq!(read(english, JA), japanese);
        assert_eq!(read(english, EN), english);
    }
}

#[test]
fn what_has_no_words_stays_as_it_is() {
    for text in [
        "",
        "one of two",
        "this was written by hand",
        "scans worm ports: many of 5 destinations fail (23: 5)",
        "packets, scaled by the moon",
        "about twelve",
        "soon after",
        "日本語",
    ] {
        assert_eq!(read(text, JA), text);
    }
    assert_eq!(
        read("class camera-a + 街灯", JA),
        "機器の種類 camera-a + 街灯",
        "a name stays as it is"
    );
    assert_eq!(amount(&Amount::Count(1_234), JA), "1,234");
    assert_eq!(amount(&Amount::Real(0.25), JA), "0.250");
    assert_eq!(amount(&Amount::Text("seen".into()), JA), "観測あり");
}

#[test]
fn hostile_texts_are_read_to_the_end() {
    let separators: Vec<String> = SENTENCES
        .iter()
        .flat_map(|one| one.holes.iter().map(|hole| hole.behind.to_owned()))
        .collect();
    let mut texts = vec![
        "scans worm ports: ".repeat(60_000),
        "\u{0}".repeat(1 << 20),
        "{ $n }{ $n }".into(),
        " of ".into(),
        "±".repeat(LONGEST / 2),
        "flood of ".repeat(LONGEST / 9),
        "a over 1 addresses".repeat(LONGEST / 18),
        format!("flood of {}", "x, never answered".repeat(200)),
        "1 ".repeat(LONGEST / 2),
        format!("`{}", "`, said by ".repeat(300)),
        separators.concat(),
    ];
    texts.extend(separators.iter().map(|one| one.repeat(40)));
    for sentence in SENTENCES.iter() {
        // Every message with nothing in its holes: what fits must not be an empty figure.
        texts.push(words_of(sentence).concat());
    }
    for text in &texts {
        let said = read(text, JA);
        assert!(said.len() < 2 * text.len() + 4096);
    }
    let long = "scans worm ports: ".repeat(60_000);
    assert_eq!(
        read(&long, JA),
        long,
        "beyond the bound nothing is looked at"
    );
    let deep = "flood of ".repeat(100) + "UDP datagrams";
    assert_eq!(read(&deep, JA).matches("によるフラッド").count(), DEEPEST);
}
