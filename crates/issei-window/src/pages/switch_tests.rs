use super::*;

#[test]
fn a_switch_leads_back_to_our_own_pages_only() {
    let cases = [
        ("/cases?lang=ja&stands=draft", "/cases?stands=draft"),
        ("/cases?lang=ja", "/cases"),
        ("/orders/1", "/orders/1"),
        ("//elsewhere.example/", "/"),
        ("https://elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("/a\r\nset-cookie: x=y", "/"),
        ("", "/"),
    ];
    for (back, led) in cases {
        assert_eq!(within(back, "lang"), led, "{back:?}");
    }
}

#[tokio::test]
async fn only_known_choices_are_kept() {
    let press = |name: &str, value: &str| {
        switch(Form(Switched {
            name: name.into(),
            value: value.into(),
            back: "/".into(),
        }))
    };
    let kept = press("lang", "ja").await;
    assert!(
        kept.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .starts_with("lang=ja;")
    );
    for (name, value) in [("lang", "xx"), ("issei", "en"), ("zone", "jst; Domain=x")] {
        let odd = press(name, value).await;
        assert!(
            !odd.headers().contains_key(header::SET_COOKIE),
            "{name}={value}"
        );
    }
}
