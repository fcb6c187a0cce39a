use std::net::TcpListener;

use super::*;

#[tokio::test]
async fn what_answered_before_and_does_not_any_more_is_a_bad_sign() {
    let stays = TcpListener::bind("127.0.0.1:0").unwrap();
    let ends = TcpListener::bind("127.0.0.1:0").unwrap();
    let probes = [stays.local_addr().unwrap(), ends.local_addr().unwrap()];
    let before = answering(&probes).await;
    assert_eq!(before, BTreeSet::from(probes));
    assert!(is_as_before(&before).await);
    drop(ends);
    assert!(!is_as_before(&before).await);
}

#[tokio::test]
async fn what_never_answered_says_nothing() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let probe = gone.local_addr().unwrap();
    drop(gone);
    let before = answering(&[probe]).await;
    assert!(before.is_empty() && is_as_before(&before).await);
}
