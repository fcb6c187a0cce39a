//! Every command and every argument has Japanese words, and no words are left over.

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser as _;

use super::*;
use crate::japanese::{assert_no_english, english};

/// What a walk over the commands met.
#[derive(Default)]
struct Met {
    keys: BTreeSet<String>,
    /// The English help of what shares its Japanese words with others of its name.
    shared: BTreeMap<String, BTreeSet<String>>,
    missing: Vec<String>,
}

impl Met {
    fn walk(&mut self, command: &Command, path: &str) {
        self.one(Some(path.to_owned()), path, None);
        if let Some(words) = command.get_after_help() {
            self.one(Some(after(path)), path, Some(words.to_string()));
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            let told = arg.get_help().map(ToString::to_string);
            self.one(key_of(path, id), &format!("{path}--{id}"), told);
            for value in arg.get_possible_values() {
                let Some(told) = value.get_help() else {
                    continue;
                };
                let name = format!("{id}--{}", value.get_name());
                let key = key_of(path, &name);
                self.one(key, &format!("{path}--{name}"), Some(told.to_string()));
            }
        }
        for below in command
            .get_subcommands()
            .filter(|one| one.get_name() != HELP)
        {
            self.walk(below, &below_path(path, below.get_name()));
        }
    }

    fn one(&mut self, key: Option<String>, what: &str, english: Option<String>) {
        match key.filter(|key| help::japanese(key, &[]).is_some()) {
            None => self.missing.push(what.to_owned()),
            Some(key) => {
                if key.starts_with("any--") {
                    let all = self.shared.entry(key.clone()).or_default();
                    all.extend(english);
                }
                self.keys.insert(key);
            }
        }
    }
}

fn met() -> Met {
    let mut command = CommandLine::command();
    command.build();
    let mut met = Met::default();
    met.walk(&command, "issei");
    met
}

#[test]
fn every_command_argument_and_value_has_japanese_words() {
    let missing = met().missing;
    assert!(missing.is_empty(), "no Japanese help for {missing:?}");
}

#[test]
fn no_japanese_words_are_left_over() {
    let met = met();
    let labels = |key: &&str| key.starts_with("label--") || *key == "issei-help";
    let left: Vec<&str> = help::keys()
        .filter(|key| !labels(key) && !met.keys.contains(*key))
        .collect();
    assert!(left.is_empty(), "no command has these any more: {left:?}");
}

#[test]
fn what_shares_its_japanese_words_has_the_same_english_ones() {
    for (key, english) in met().shared {
        // The flags that clap adds say a little more where there is more to say.
        if key != "any--help" {
            assert!(english.len() <= 1, "{key}: {english:?}");
        }
    }
}

/// What is shown for a line that asks for help.
fn shown(line: &[&str]) -> String {
    let line: Vec<OsString> = line.iter().map(OsString::from).collect();
    let error = CommandLine::try_parse_from(&line).unwrap_err();
    let japanese = asked_for(&error, &line, |_| None).unwrap();
    assert_eq!(japanese.kind(), error.kind());
    japanese.render().to_string()
}

/// Leaves out the names of values, which are words of the command line too.
fn without_values(text: &str) -> String {
    let mut parts = text.split("[値:");
    let first = parts.next().unwrap_or_default().to_owned();
    let behind = parts.filter_map(|part| part.split_once(']'));
    first + &behind.map(|(_, rest)| rest).collect::<String>()
}

#[test]
fn help_is_japanese_whatever_command_is_asked_about() {
    fn walk(command: &Command, line: &[&str]) {
        let asked = [line, &["--help", "--lang", "ja"]].concat();
        let text = shown(&asked);
        assert!(text.contains("使い方: "), "{text}");
        // The line of its use and the names of options are words of the command line.
        let is_name = |line: &str| line.trim_start().starts_with('-') && !line.contains("- ");
        let is_use = |line: &str| line.starts_with("使い方") || line.contains("--fact ");
        let spoken = text.lines().filter(|line| !is_name(line) && !is_use(line));
        let spoken: Vec<&str> = spoken.collect();
        assert_no_english(&without_values(&spoken.join("\n")));
        for below in command.get_subcommands() {
            walk(below, &[line, &[below.get_name()]].concat());
        }
    }
    walk(&CommandLine::command(), &["issei"]);
}

#[test]
fn a_page_of_help_has_headings_values_and_what_holds_if_nobody_says() {
    let text = shown(&["issei", "--lang=JA", "analyze", "--help"]);
    for part in [
        "キャプチャ、フロー、Zeek のログを判定し",
        "\n引数:\n",
        "\nオプション:\n",
        "[既定値: auto]",
        "- never: 復号せず",
        "終了コード:\n  0  完了",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = shown(&["issei", "--lang", "ja", "-h"]);
    let analyze = "\n  analyze      キャプチャ、フロー";
    assert!(
        text.contains("\nコマンド:\n") && text.contains(analyze),
        "{text}"
    );
    let asked = shown(&["issei", "--lang", "ja", "help", "order", "arm"]);
    assert!(asked.contains("承認済みで保留中の指令案を発出"), "{asked}");
    let text = shown(&["issei", "order", "list", "-h", "--lang", "ja"]);
    assert!(text.contains("[環境変数: ISSEI_OFFICE]"), "{text}");
    assert!(text.contains("[値: en, ja]"), "{text}");
}

#[test]
fn who_reads_english_or_has_made_a_mistake_is_answered_as_before() {
    let line = ["issei", "doctor", "--help"].map(OsString::from);
    let help = CommandLine::try_parse_from(&line).unwrap_err();
    assert!(asked_for(&help, &line, |_| None).is_none());
    let japan = |name: &str| (name == "LANG").then(|| "ja_JP.UTF-8".to_owned());
    assert!(asked_for(&help, &line, japan).is_some());
    let office = |name: &str| (name == "ISSEI_LANG").then(|| "Ja".to_owned());
    assert!(asked_for(&help, &line, office).is_some());
    let bare = ["issei"].map(OsString::from);
    let help = CommandLine::try_parse_from(&bare).unwrap_err();
    assert!(asked_for(&help, &bare, japan).is_some());
    let wrong = ["issei", "doctor", "--no-such", "--lang", "ja"].map(OsString::from);
    let mistake = CommandLine::try_parse_from(&wrong).unwrap_err();
    assert!(asked_for(&mistake, &wrong, japan).is_none());
    let last = ["issei", "--lang", "ja", "--lang=en", "--help"].map(OsString::from);
    assert_eq!(language_of(&last, japan), Language::English);
}

#[test]
fn a_line_of_japanese_help_fits_the_terminal() {
    let mut command = in_japanese(CommandLine::command(), Some(80));
    let order = command.find_subcommand_mut("order").unwrap();
    let propose = order.find_subcommand_mut("propose").unwrap();
    let text = propose.render_long_help().to_string();
    let words = text.lines().filter(|line| line.starts_with("          "));
    for line in words {
        assert!(columns::width(line) <= 80, "{line}");
    }
    for below in command.get_subcommands() {
        let about = below.get_about().unwrap().to_string();
        assert!(
            columns::width(&about) <= 84,
            "too long for one line: {about}"
        );
    }
}

#[test]
fn manual_pages_and_completions_have_the_same_words() {
    let analyze = "キャプチャ、フロー、Zeek のログを判定し、検知結果を表示";
    let mut text = Vec::new();
    let mut japanese = commands(Language::Japanese);
    clap_complete::generate(clap_complete::Shell::Zsh, &mut japanese, "issei", &mut text);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(analyze) && text.contains("never"), "{text}");
    let pages = pages(Language::Japanese);
    let page = pages.find_subcommand("analyze").unwrap().clone();
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains(analyze) && text.contains("既定値: auto"),
        "{text}"
    );
    assert!(pages.find_subcommand(HELP).is_none());
    assert!(english(&commands(Language::English).get_about().unwrap().to_string()).is_some());
}
