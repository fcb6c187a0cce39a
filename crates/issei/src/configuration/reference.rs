//! Writes the configuration for people: as TOML with help, and as the page of the reference.

use std::fmt::Write;

use issei_text::{Text, columns, said};

use super::Configuration;
use super::knob::Knob;

/// Writes every knob with its help and value, the help in the reader's language.
pub fn show(configuration: &Configuration, tongue: Text) -> String {
    let mut text = String::new();
    for (chapter, values) in Configuration::CHAPTERS.iter().zip(configuration.values()) {
        let what = tongue.pick(chapter.english.trim(), chapter.japanese);
        let _ = writeln!(text, "# {what}\n[{}]", chapter.name);
        for (knob, value) in chapter.knobs.iter().zip(values) {
            for line in columns::wrapped(tongue.pick(knob.english, knob.japanese), 96) {
                let _ = writeln!(text, "# {line}");
            }
            if !knob.range.is_empty() {
                let range = knob.range.replace(" .. ", tongue.pick(" to ", " 〜 "));
                let _ = writeln!(text, "# {}", said!(tongue, "config-range", range));
            }
            let _ = writeln!(text, "{} = {value}", knob.name);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Writes `docs/configuration.md`.
pub fn reference() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         <!-- Written from the knobs in crates/issei/src/configuration/mod.rs; a test fails when it is stale.\n     \
         Write it anew with: ISSEI_WRITE_DOCS=1 cargo test -p issei configuration -->\n\n\
         One TOML file, given with `--config FILE`. Every knob has a default, so the file holds only what differs.\n\
         `issei config check FILE` names every mistake with its line, column and mend; `issei config show --defaults` prints a\n\
         file to start from. It reads an office's `settings.toml` and an enforcer's `devices.toml` too, or a folder with\n\
         one of them. Options on the command line win over the file. Times are written `500us`, `10ms`, `15s`,\n\
         `5min`, `1h`, `90d`; amounts of memory `9216B`, `64KiB`, `64MiB`, `1GiB`.\n",
    );
    for chapter in Configuration::CHAPTERS {
        let _ = writeln!(
            text,
            "\n## `[{}]`\n\n{} ({})\n",
            chapter.name,
            chapter.english.trim(),
            chapter.japanese
        );
        let _ = writeln!(
            text,
            "| knob | kind | default | range | what it does | 説明 |\n|---|---|---|---|---|---|"
        );
        for Knob {
            name,
            kind,
            default,
            range,
            english,
            japanese,
        } in chapter.knobs
        {
            let range = range.replace(" .. ", " to ");
            let _ = writeln!(
                text,
                "| `{name}` | {kind} | `{default}` | {range} | {} | {japanese} |",
                english.trim()
            );
        }
    }
    text
}
