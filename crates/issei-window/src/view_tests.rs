use axum::http::Request;

use super::*;

async fn reader(address: &str, headers: &[(&str, &str)]) -> Reader {
    let mut request = Request::builder().uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let Ok(reader) = Reader::from_request_parts(&mut parts, &()).await;
    reader
}

#[tokio::test]
async fn the_address_wins_over_the_cookie_and_that_over_the_browser() {
    let browser = ("accept-language", "fr, ja-JP;q=0.8, en;q=0.5");
    let japanese = reader("/", &[browser]).await;
    assert_eq!(japanese.text.0, Language::Japanese);
    assert_eq!(japanese.zone, Zone::Jst);
    let chosen = reader("/", &[browser, ("cookie", "a=b; lang=en; zone=jst")]).await;
    assert_eq!((chosen.text.0, chosen.zone), (Language::English, Zone::Jst));
    let asked = reader("/?lang=ja&zone=utc", &[("cookie", "lang=en; zone=jst")]).await;
    assert_eq!((asked.text.0, asked.zone), (Language::Japanese, Zone::Utc));
}

#[tokio::test]
async fn what_nobody_knows_is_ignored() {
    let odd = [
        ("cookie", "lang=xx; zone=; colours=pink;;;="),
        ("accept-language", ",;q=,"),
    ];
    let reader = reader("/?lang=zz&zone", &odd).await;
    assert_eq!(reader.text.0, Language::English);
    assert_eq!((reader.zone, reader.colours), (Zone::Utc, Colours::System));
}

#[tokio::test]
async fn who_sent_a_form_is_led_back_to_its_page() {
    let sent = |path: &str| {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .body(())
            .unwrap();
        request.into_parts().0
    };
    for (path, page) in [
        ("/set-up/safeguards/weigh", "/set-up/safeguards"),
        ("/orders/ab/approve?x=1", "/orders/ab"),
        ("/resume", "/"),
    ] {
        let Ok(reader) = Reader::from_request_parts(&mut sent(path), &()).await;
        assert_eq!((reader.address.as_str(), reader.looks), (page, false));
    }
    let look = reader("/cases?lang=en", &[]).await;
    assert_eq!(
        (look.address.as_str(), look.looks),
        ("/cases?lang=en", true)
    );
}
