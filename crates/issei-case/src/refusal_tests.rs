use super::*;

#[test]
fn a_refusal_speaks_both_languages_and_ends_with_the_next_step() {
    let refusal = Refusal::new(
        Gate::Approvals,
        "two-organisations",
        Words::new("all signed for `isp-a`", "署名者は全員 `isp-a` です"),
        Words::new("ask another organisation", "別の組織に依頼してください"),
    );
    assert_eq!(
        refusal.to_string(),
        "two-organisations: all signed for `isp-a`; ask another organisation"
    );
    assert_eq!(
        refusal.text(Language::Japanese),
        "署名者は全員 `isp-a` です。別の組織に依頼してください"
    );
}
