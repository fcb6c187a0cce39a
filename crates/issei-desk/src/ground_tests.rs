use issei_model::Digest;

use super::*;
use crate::samples::order;

#[test]
fn every_ground_of_the_pack_tells_its_title_and_mark_in_both_languages() {
    for language in [Language::English, Language::Japanese] {
        for row in SHIPPED.rows() {
            let mut order = order();
            (order.ground, order.pack) = (row.name.clone(), SHIPPED.digest());
            let text = beside(&order, language);
            assert!(text.contains(row.title.of(language)), "{text}");
            assert!(text.contains(&row.mark.text(language)), "{text}");
        }
    }
}

#[test]
fn a_ground_of_another_pack_is_not_called_sure() {
    let mut order = order();
    (order.ground, order.pack) = ("C1".into(), Digest([1; 32]));
    for language in [Language::English, Language::Japanese] {
        let text = beside(&order, language);
        assert!(
            text.ends_with(&format!("  {}\n", unknown().of(language))),
            "{text}"
        );
    }
    (order.ground, order.pack) = ("Z9".into(), SHIPPED.digest());
    let text = beside(&order, Language::English);
    assert!(text.contains("ask counsel"), "{text}");
}
