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
