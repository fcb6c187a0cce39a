//! The story is told to its end; it ends with an error if anything in it is not as it must be.

use super::Measured;
use crate::code;
use crate::command_line::Demo;
use issei_model::Language;
use issei_text::Text;

fn ends_well(language: Language) {
    let fast = Demo {
        paths: Vec::new(),
        town: false,
        step: false,
        fast: true,
        no_web: true,
    };
    assert_eq!(
        super::run(&fast, language).map_err(|failure| failure.to_string()),
        Ok(code::DONE)
    );
}

#[test]
fn the_story_ends_well_in_either_language() {
    // One after the other: two countries at once would have to share the machine's time.
    for language in [Language::Japanese, Language::English] {
        ends_well(language);
    }
}

#[test]
fn the_last_words_repeat_the_spread_and_tell_how_long_it_took() {
    let measured = Measured {
        together: 4,
        milliseconds: 0.417,
    };
    let [en, ja] = [Language::English, Language::Japanese]
        .map(|language| measured.words(Text(language), 48.6));
    assert!(en.contains("4 providers cut within 0.42 ms"), "{en}");
    assert!(en.ends_with("took 49 s."), "{en}");
    assert!(ja.contains("0.42 ミリ秒") && ja.contains("49 秒"), "{ja}");
}
