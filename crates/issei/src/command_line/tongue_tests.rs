use super::*;

fn chosen(said: Option<Tongue>, locale: &[(&str, &str)]) -> Language {
    Tongue::choose(said, |name| {
        let found = locale.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn what_was_said_wins_over_every_locale() {
    let japanese = [("LC_ALL", "ja_JP.UTF-8"), ("LANG", "ja_JP.UTF-8")];
    assert_eq!(chosen(Some(Tongue::En), &japanese), Language::English);
    assert_eq!(
        chosen(Some(Tongue::Ja), &[("LC_ALL", "C")]),
        Language::Japanese
    );
}

#[test]
fn the_first_variable_that_is_set_decides_and_nothing_is_english() {
    for (locale, language) in [
        (&[][..], Language::English),
        (&[("LANG", "ja_JP.UTF-8")], Language::Japanese),
        (&[("LANG", "JA")], Language::Japanese),
        (&[("LANG", "C.UTF-8")], Language::English),
        (&[("LANG", "de_DE.UTF-8")], Language::English),
        (
            &[("LC_MESSAGES", "ja_JP"), ("LANG", "en_GB")],
            Language::Japanese,
        ),
        (
            &[("LC_MESSAGES", "en_GB"), ("LANG", "ja_JP")],
            Language::English,
        ),
        (
            &[("LC_ALL", "C"), ("LC_MESSAGES", "ja_JP"), ("LANG", "ja_JP")],
            Language::English,
        ),
        (&[("LC_ALL", ""), ("LANG", "ja_JP")], Language::Japanese),
    ] {
        assert_eq!(chosen(None, locale), language, "{locale:?}");
    }
}
