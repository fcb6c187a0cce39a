//! Finds English sentences in what is said in Japanese, for the tests.
//!
//! In: what a verb says. Out: the first three English words in a row. Always: what stands between backquotes is a
//! command and counts as nothing; so do names, addresses, rules and figures, for they hold digits, dots or hyphens.

/// As many plain words in a row are a forgotten sentence; fewer may be a name or a unit.
const SENTENCE: usize = 3;

/// Complains if an English sentence is left in a text that ought to be Japanese.
pub fn assert_no_english(text: &str) {
    let found = english(text);
    assert!(
        found.is_none(),
        "English is left: `{}`\n{text}",
        found.unwrap_or_default()
    );
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    assert!(text.contains(kana), "no Japanese at all\n{text}");
}

/// Gives the first sentence's beginning.
pub fn english(text: &str) -> Option<String> {
    let spoken: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" 0 ");
    for line in spoken.lines() {
        let mut run: Vec<&str> = Vec::new();
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
            match is_word(bare) {
                true => run.push(word),
                false => run.clear(),
            }
            if run.len() == SENTENCE {
                return Some(run.join(" "));
            }
        }
    }
    None
}

fn is_word(bare: &str) -> bool {
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphabetic() || c == '\'')
}

#[test]
fn three_words_in_a_row_are_a_sentence_and_names_and_commands_are_none() {
    for (text, found) in [
        ("遮断中 ends in 3 min", None),
        ("次の一手:`issei case show it now`", None),
        ("isp-a 192.0.2.7:23/tcp 4,000 回線", None),
        ("遮断中 nobody was asked yet", Some("nobody was asked")),
        ("Nobody, or two.", Some("Nobody, or two.")),
    ] {
        assert_eq!(english(text).as_deref(), found, "{text}");
    }
}
