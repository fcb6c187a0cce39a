use super::*;

#[test]
fn every_key_has_japanese_words() {
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let names = ["any--lang--", "--format--ipfix", "label--"];
    assert!(keys().count() > 300);
    for key in keys().filter(|key| !names.iter().any(|name| key.contains(name))) {
        let said = japanese(key, &[]).unwrap();
        assert!(said.contains(kana), "{key}: {said}");
    }
    assert_eq!(japanese("no-such-key", &[]), None);
}

#[test]
fn what_follows_a_help_keeps_its_lines_and_what_goes_in_goes_in() {
    let codes = japanese("after--issei-analyze", &[]).unwrap();
    assert!(codes.starts_with("終了コード:\n  0  完了"), "{codes}");
    let said = japanese("label--default", &[("value", "50ms")]);
    assert_eq!(said.as_deref(), Some("[既定値: 50ms]"));
}
