use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

/// A broken file, and what its complaint must say: the line, the key, a part of the mend.
struct Broken(&'static str, usize, &'static str, &'static str);

const BROKEN: &[Broken] = &[
    // Grammar.
    Broken("[territory\nours = []", 1, "", "close it with `]`"),
    Broken("[meter]\nidle = 15s", 2, "", "write `\"15s\"`"),
    Broken(
        "[meter]\nidle = \"15s\"\nidle = \"20s\"",
        3,
        "",
        "keep one of them",
    ),
    Broken("[meter]\n\n\n[meter]\n", 4, "", "under one heading"),
    // Sections.
    Broken(
        "[teritory]\nours = []",
        1,
        "teritory",
        "did you mean `[territory]`?",
    ),
    Broken("\n[Colect]\n", 2, "Colect", "did you mean `[collect]`?"),
    Broken(
        "[kitchen]\nknife = 1",
        1,
        "kitchen",
        "`territory`, `sampling`",
    ),
    Broken(
        "retention = \"30d\"",
        1,
        "retention",
        "write it under `[output]`",
    ),
    Broken(
        "meter = 5",
        1,
        "meter",
        "write `[meter]` on a line of its own",
    ),
    // Knobs.
    Broken(
        "[collect]\nlisten = []\nlistn = []\ninterface = \"eth0\"",
        3,
        "collect.listn",
        "did you mean `listen`?",
    ),
    Broken(
        "[output]\nretentoin = \"30d\"",
        2,
        "output.retentoin",
        "did you mean `retention`?",
    ),
    Broken(
        "[output]\nindicators = []",
        2,
        "output.indicators",
        "belongs under `[detect]`",
    ),
    Broken(
        "[metrics]\nzebra = 1",
        2,
        "metrics.zebra",
        "[metrics] has `listen`",
    ),
    // Kinds.
    Broken(
        "[meter]\nflows = \"many\"",
        2,
        "meter.flows",
        "digits without quotes",
    ),
    Broken("[meter]\nidle = 15", 2, "meter.idle", "`\"10s\"`"),
    Broken(
        "[output]\nterminal = \"yes\"",
        2,
        "output.terminal",
        "`true` or `false` without quotes",
    ),
    Broken(
        "[territory]\nours = 10",
        2,
        "territory.ours",
        "a list in brackets",
    ),
    Broken(
        "[detect]\nclasses = 3",
        2,
        "detect.classes",
        "a path in quotes",
    ),
    Broken(
        "[sampling]\nexporters = 1000",
        2,
        "sampling.exporters",
        "{ \"192.0.2.1\" = 1000 }",
    ),
    // Values.
    Broken(
        "[meter]\nidle = \"15 seconds\"",
        2,
        "meter.idle",
        "did you mean `15s`?",
    ),
    Broken(
        "[meter]\nidle = \"0s\"",
        2,
        "meter.idle",
        "choose from 1s to 1h",
    ),
    Broken(
        "[collect]\nreceivers = 65",
        2,
        "collect.receivers",
        "choose from 1 to 64",
    ),
    Broken(
        "[collect]\nreceivers = -1",
        2,
        "collect.receivers",
        "choose from 1 to 64",
    ),
    Broken(
        "[collect]\nbuffer = \"64MB\"",
        2,
        "collect.buffer",
        "did you mean `64MiB`?",
    ),
    Broken(
        "[collect]\nbuffer = \"1KiB\"",
        2,
        "collect.buffer",
        "choose from 64KiB to 1GiB",
    ),
    Broken(
        "[output]\nlevel = \"contxt\"",
        2,
        "output.level",
        "did you mean `context`?",
    ),
    Broken(
        "[output]\nlevel = \"loud\"",
        2,
        "output.level",
        "`measure`, `context`, `candidate` or `finding`",
    ),
    Broken(
        "[territory]\nours = [\n  \"192.0.2.0/24\",\n  \"198.51.100.0\",\n]",
        4,
        "territory.ours",
        "did you mean `198.51.100.0/32`?",
    ),
    Broken(
        "[territory]\nours = [\"192.0.2.7/24\"]",
        2,
        "territory.ours",
        "did you mean `192.0.2.0/24`",
    ),
    Broken(
        "[territory]\nours = [\"10.0.0/8\"]",
        2,
        "territory.ours",
        "`\"192.0.2.0/24\"`",
    ),
    Broken(
        "[collect]\nlisten = [\"2055\"]",
        2,
        "collect.listen",
        "did you mean `0.0.0.0:2055`?",
    ),
    Broken(
        "[collect]\nlisten = [\"::1\"]",
        2,
        "collect.listen",
        "write `[::1]:PORT`",
    ),
    Broken(
        "[collect]\nlisten = [\"localhost:2055\"]",
        2,
        "collect.listen",
        "`\"0.0.0.0:2055\"`",
    ),
    Broken(
        "[collect]\ninterface = \"an interface/with\"",
        2,
        "collect.interface",
        "`ip link` lists them",
    ),
    Broken(
        "[sampling]\nexporters = { router = 1000 }",
        2,
        "sampling.exporters",
        "{ \"192.0.2.1\" = 1000 }",
    ),
    Broken(
        "[sampling]\n[sampling.exporters]\n\"192.0.2.1\" = 0",
        3,
        "sampling.exporters",
        "choose from 1 to 1000000",
    ),
    Broken(
        "[webhook]\nurl = \"desk.example\"",
        2,
        "webhook.url",
        "https://desk.example/findings",
    ),
    Broken(
        "[webhook]\nurl = \"https://me:secret@desk.example/\"",
        2,
        "webhook.url",
        "an address of its own",
    ),
    // Combinations.
    Broken(
        "[meter]\nactive = \"10s\"\nidle = \"20s\"",
        3,
        "meter.idle",
        "at most `active`",
    ),
    Broken(
        "[territory]\nours = [\"0.0.0.0/0\"]",
        2,
        "territory.ours",
        "name your own prefixes",
    ),
    Broken(
        "[territory]\nours = [\"192.0.2.0/24\"]\ndark = [\"192.0.0.0/16\"]",
        3,
        "territory.dark",
        "only prefixes that nobody uses",
    ),
    Broken(
        "[collect]\ncontacts = \"contacts.json\"",
        2,
        "collect.contacts",
        "name your own prefixes",
    ),
    Broken(
        "[collect]\nlisten = []",
        2,
        "collect.listen",
        "or `interface` a name",
    ),
    Broken(
        "[collect]\nlisten = [\"[::]:2055\", \"[::]:2055\"]",
        2,
        "collect.listen",
        "keep one of them",
    ),
    Broken(
        "[webhook]\nattempts = 3",
        2,
        "webhook.attempts",
        "set `url`",
    ),
    Broken(
        "[output]\nlevel = \"finding\"\n[webhook]\nurl = \"http://desk/\"\nlevel = \"context\"",
        5,
        "webhook.level",
        "lower `output.level`",
    ),
    Broken(
        "[metrics]\nlisten = \"0.0.0.0:0\"",
        2,
        "metrics.listen",
        "choose a port",
    ),
];

#[test]
fn every_mistake_is_named_with_its_line_and_its_mend() {
    assert!(BROKEN.len() >= 30);
    for Broken(text, line, key, mend) in BROKEN {
        let complaints = Configuration::parse("issei.toml", text).expect_err(text);
        let [complaint] = &complaints.all[..] else {
            panic!("{text}\n{complaints}");
        };
        assert_eq!(
            (complaint.spot.line, complaint.key.as_str()),
            (*line, *key),
            "{text}\n{complaints}"
        );
        assert!(complaint.mend.contains(mend), "{text}\n{complaints}");
        let shown = complaints.to_string();
        assert!(shown.starts_with(&format!("issei.toml:{line}:")), "{shown}");
        assert!(
            !shown.ends_with('.') && !shown.contains("Spanned") && !shown.contains("DeValue"),
            "{shown}"
        );
    }
}

#[test]
fn all_mistakes_are_named_at_once_in_the_order_of_the_lines() {
    let text = "[output]\nlevel = \"loud\"\n[meter]\nidle = 3\nactiv = \"60s\"\n[colect]\n";
    let complaints = Configuration::parse("x", text).unwrap_err();
    let lines: Vec<_> = complaints
        .all
        .iter()
        .map(|complaint| complaint.spot.line)
        .collect();
    assert_eq!(lines, [2, 4, 5, 6]);
}

#[test]
fn an_empty_file_gives_the_defaults_and_every_default_is_in_its_range() {
    assert_eq!(
        Configuration::parse("x", "").unwrap(),
        Configuration::default()
    );
}

#[test]
fn what_show_prints_reads_back_as_the_same_configuration() {
    let text = "[territory]\nours = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n[sampling.exporters]\n\"192.0.2.1\" = 1_000\n\
                \"2001:db8::1\" = 0x10\n[collect]\ngather = \"1ms\"\nbuffer = \"1GiB\"\nlisten = \"127.0.0.1:2055\"\n\
                [output]\nfile = \"a \\\"b\\\"\\\\c\"\nretention = \"36h\"\n[metrics]\nlisten = \"\"";
    let read = Configuration::parse("x", text).unwrap();
    assert_eq!(
        read.sampling
            .exporters
            .values()
            .map(|count| count.0)
            .collect::<Vec<_>>(),
        [1_000, 16]
    );
    assert_eq!(read.metrics.listen, None);
    let japanese = read.show(JA);
    assert_eq!(Configuration::parse("x", &japanese).unwrap(), read);
    assert!(japanese.contains("# 範囲:1d 〜 3650d\n"), "{japanese}");
    let shown = read.show(EN);
    assert_eq!(Configuration::parse("x", &shown).unwrap(), read, "{shown}");
    assert!(shown.contains("# From 1d to 3650d.\n"), "{shown}");
    assert!(
        shown.contains("retention = \"36h\"") && shown.contains("gather = \"1ms\""),
        "{shown}"
    );
}

#[test]
fn every_knob_is_explained_in_two_languages() {
    for chapter in Configuration::CHAPTERS {
        for knob in chapter.knobs {
            assert!(
                knob.english.trim().ends_with('.'),
                "{}.{}",
                chapter.name,
                knob.name
            );
            assert!(
                knob.japanese.ends_with('。'),
                "{}.{}",
                chapter.name,
                knob.name
            );
            assert!(!knob.japanese.is_ascii() && !knob.kind.is_empty());
        }
    }
}

#[test]
fn the_reference_page_is_the_one_that_the_knobs_write() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    if std::env::var_os("ISSEI_WRITE_DOCS").is_some() {
        std::fs::write(path, reference()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == reference(),
        "docs/configuration.md is stale: ISSEI_WRITE_DOCS=1 cargo test -p issei configuration"
    );
}

#[test]
fn the_help_of_a_shown_configuration_is_japanese_in_japanese() {
    let shown = Configuration::default().show(JA);
    let help = shown.lines().filter(|line| line.starts_with('#'));
    assert_no_english(&help.collect::<Vec<_>>().join("\n"));
}
