use std::cell::RefCell;

use super::*;

const PARTIAL: &str = "tile/0/001.p/44";
const FULL: &str = "tile/0/001";

/// Asks for the partial file of a log that has these alone, or answers with this status: what was
/// got, and what was asked for.
async fn asked(there: &[&str], otherwise: u16) -> (Result<(String, Vec<u8>), String>, Vec<String>) {
    let asked = RefCell::new(Vec::new());
    let get = async |path: LogPath| {
        asked.borrow_mut().push(path.to_string());
        match there.contains(&path.as_str()) {
            true => Ok(Bytes::from(path.to_string())),
            false => Err(CallError::Refused {
                status: otherwise,
                kind: String::new(),
                title: "no".into(),
                detail: String::new(),
                next: String::new(),
            }),
        }
    };
    let got = fetch(PARTIAL.into(), Some(FULL.into()), get).await;
    (got, asked.into_inner())
}

#[tokio::test]
async fn a_partial_file_that_is_gone_is_read_from_the_full_one() {
    let (got, asked) = asked(&[FULL], 404).await;
    assert_eq!(got, Ok((FULL.into(), FULL.into())));
    assert_eq!(asked, [PARTIAL, FULL]);
}

#[tokio::test]
async fn the_full_file_is_not_asked_for_while_the_partial_one_is_there() {
    let (got, asked) = asked(&[PARTIAL, FULL], 404).await;
    assert_eq!(got, Ok((PARTIAL.into(), PARTIAL.into())));
    assert_eq!(asked, [PARTIAL]);
}

#[tokio::test]
async fn another_no_is_the_answer() {
    let (got, asked) = asked(&[FULL], 503).await;
    assert!(got.is_err());
    assert_eq!(asked, [PARTIAL]);
    let (got, _) = self::asked(&[], 404).await;
    assert!(got.is_err_and(|no| no.starts_with(FULL)));
}
