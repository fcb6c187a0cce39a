//! Every kind of problem has its words, the model's own in English.

use issei_model::Language;

use super::*;

const ENGLISH: Text = Text(Language::English);
const JAPANESE: Text = Text(Language::Japanese);

#[test]
fn every_kind_is_explained_in_english_as_the_model_does_and_in_japanese() {
    let kana = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c);
    for kind in ProblemKind::ALL {
        assert_eq!(explanation(*kind, ENGLISH), kind.explanation());
        let said = explanation(*kind, JAPANESE);
        assert!(said.contains(kana), "{said}");
    }
}

#[test]
fn a_fault_has_a_name_in_both_languages() {
    let all = [Whose::Sender, Whose::Path, Whose::Ours];
    assert_eq!(
        all.map(|one| whose(one, ENGLISH)),
        ["the sender's", "the way's", "ours"]
    );
    for one in all {
        assert_ne!(whose(one, JAPANESE), whose(one, ENGLISH));
    }
}
