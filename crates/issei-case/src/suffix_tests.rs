//! What strangers register names below is no goal; one name of theirs may be.

use super::*;

#[test]
fn a_public_suffix_is_too_wide_and_one_name_below_it_is_not() {
    let refused = |text: &str| too_wide(&text.parse().unwrap());
    // Of registries, with several labels, by a wildcard, and of private operators.
    for suffix in [
        "co.jp",
        "minato.tokyo.jp",
        "foo.ck",
        "github.io",
        "duckdns.org",
    ] {
        let no = refused(suffix).unwrap_or_else(|| panic!("{suffix}"));
        assert_eq!(
            (no.gate, no.rule.as_str()),
            (Gate::Safeguards, "public-suffix")
        );
    }
    for name in [
        "c2.co.jp",
        "c2.github.io",
        "c2.example",
        "www.ck",
        "198.51.100.7",
    ] {
        assert_eq!(refused(name), None, "{name}");
    }
}
