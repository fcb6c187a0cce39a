//! A member's side: connections are used again, failures say whether to try again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use issei_host::exchange::{Authority, CallError, Client, Failure, Limits, Patience, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::house::{House, Remembering, authority, coordinator, member, papers, within};

#[tokio::test]
async fn calls_one_after_another_share_a_connection() {
    let house = House::open().await;
    let client = house.client("isp-a");
    for _ in 0..5 {
        client.get(&Route::Country).await.unwrap();
        client.post(&Route::Receipts, "{}".into()).await.unwrap();
        let refused = client.get(&Route::Log("tile/0/999".parse().unwrap())).await;
        match refused {
            Err(CallError::Refused {
                status,
                detail,
                next,
                ..
            }) => {
                assert_eq!(status, 404);
                assert_eq!(detail, "the log has no such tile yet");
                assert_eq!(next, "fetch the checkpoint");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(house.counts.answered(), 15);
    assert_eq!(house.counts.accepted(), 1);
}

#[tokio::test]
async fn calls_at_once_are_all_answered_over_few_connections() {
    let house = House::open().await;
    let client = house.client("isp-a");
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get(&Route::Country).await })
        })
        .collect();
    for call in calls {
        within(call).await.unwrap().unwrap();
    }
    assert_eq!(house.counts.answered(), 50);
    assert!(house.counts.accepted() <= 8, "{}", house.counts.accepted());
}

#[tokio::test]
async fn a_coordinator_that_was_started_again_is_simply_called_again() {
    let house = House::open().await;
    let (address, client) = (house.address, house.client("isp-a"));
    client.get(&Route::Country).await.unwrap();
    let (root, key) = (
        house.authority.root_pem().to_owned(),
        house.authority.key_pem(),
    );
    house.close().await;
    let again = Authority::load(&root, &key).unwrap();
    let service = Arc::new(Remembering::default());
    let limits = Limits::default();
    let house = House::at(address, again, limits, Arc::clone(&service) as _, service).await;
    client.post(&Route::Receipts, "{}".into()).await.unwrap();
    client.get(&Route::Country).await.unwrap();
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn nobody_at_the_address_is_a_failure_that_may_be_repeated() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let own = papers(&authority(), &member("isp-a")).credentials();
    let client = Client::new(address.to_string(), &own).unwrap();
    let failed = within(client.post(&Route::Receipts, "{}".into())).await;
    let failed = failed.unwrap_err();
    assert!(failed.may_be_repeated());
    assert!(matches!(
        failed,
        CallError::Failed {
            cause: Failure::Unreachable(_),
            ..
        }
    ));
}

#[tokio::test]
async fn a_body_that_the_route_cannot_take_is_not_sent() {
    let house = House::open().await;
    let client = house.client("isp-a");
    let long = vec![b'x'; Route::Receipts.longest_body() + 1];
    let failed = client
        .post(&Route::Receipts, long.into())
        .await
        .unwrap_err();
    assert!(matches!(
        failed,
        CallError::Failed {
            cause: Failure::TooLong { longest: 65_536 },
            acted: false
        }
    ));
    assert_eq!(house.counts.accepted(), 0);
}

/// A genuine coordinator that reads a request and then says exactly this.
async fn saying(authority: &Authority, says: Vec<u8>, stays: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shown = papers(authority, &coordinator());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(shown.chain(), shown.private_key())
    .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut tls = acceptor.accept(stream).await.unwrap();
            let (mut request, mut read) = (vec![0; 4096], 0);
            while !request[..read].ends_with(b"{}") && !request[..read].ends_with(b"\r\n\r\n") {
                read += tls.read(&mut request[read..]).await.unwrap();
            }
            let _ = tls.write_all(&says).await;
            let _ = tls.flush().await;
            if stays {
                std::future::pending::<()>().await;
            }
        }
    });
    address
}

async fn told(says: impl Into<Vec<u8>>, stays: bool) -> (CallError, CallError) {
    let authority = authority();
    let address = saying(&authority, says.into(), stays).await;
    let own = papers(&authority, &member("isp-a")).credentials();
    let patience = Patience {
        reply: match stays {
            true => Duration::from_millis(500),
            false => Duration::from_secs(30),
        },
        ..Patience::default()
    };
    let get = Client::with_patience(address.to_string(), &own, patience).unwrap();
    let posts = get.clone();
    if stays {
        // It serves one connection only.
        let got = within(get.get(&Route::Drafts)).await.unwrap_err();
        let address = saying(&authority, Vec::new(), true).await;
        let posts = Client::with_patience(address.to_string(), &own, patience).unwrap();
        let posted = within(posts.post(&Route::Receipts, "{}".into())).await;
        return (got, posted.unwrap_err());
    }
    (
        within(get.get(&Route::Drafts)).await.unwrap_err(),
        within(posts.post(&Route::Receipts, "{}".into()))
            .await
            .unwrap_err(),
    )
}

#[tokio::test]
async fn a_coordinator_that_breaks_off_may_have_taken_what_was_posted() {
    let (got, posted) = told("", false).await;
    assert!(got.may_be_repeated(), "{got:?}");
    assert!(!posted.may_be_repeated(), "{posted:?}");
}

#[tokio::test]
async fn a_coordinator_that_is_silent_may_have_taken_what_was_posted() {
    let (got, posted) = told("", true).await;
    assert!(got.may_be_repeated(), "{got:?}");
    assert!(!posted.may_be_repeated(), "{posted:?}");
    for failed in [got, posted] {
        assert!(matches!(
            failed,
            CallError::Failed {
                cause: Failure::Slow,
                ..
            }
        ));
    }
}

#[tokio::test]
async fn a_reply_over_its_bound_is_not_read() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n600000\r\n";
    let says = [head.as_bytes(), &vec![b'x'; 0x60_0000], b"\r\n0\r\n\r\n"].concat();
    let (got, posted) = told(says, false).await;
    for failed in [got, posted] {
        let long = matches!(
            failed,
            CallError::Failed {
                cause: Failure::ReplyTooLong,
                ..
            }
        );
        assert!(long, "{failed:?}");
    }
}

#[tokio::test]
async fn words_of_a_refusal_are_bounded_whoever_says_them() {
    let words = "no ".repeat(400_000);
    let body = format!("{{\"type\":\"x\",\"status\":403,\"title\":\"{words}\"}}");
    let says = format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (got, posted) = told(says, false).await;
    for refused in [got, posted] {
        let CallError::Refused { status, title, .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((status, title.as_str()), (403, "Forbidden"));
    }
}

#[tokio::test]
async fn a_status_that_no_route_has_is_a_failure() {
    let says = "HTTP/1.1 302 Found\r\nlocation: /v1/country\r\ncontent-length: 0\r\n\r\n";
    let (got, posted) = told(says, false).await;
    for failed in [got, posted] {
        let strange = matches!(
            failed,
            CallError::Failed {
                cause: Failure::Strange(_),
                ..
            }
        );
        assert!(strange, "{failed:?}");
    }
}

#[tokio::test]
async fn a_line_without_end_is_not_gathered_for_ever() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = |length: usize, end: &str| {
        let words = "x".repeat(length - end.len());
        format!("{length:x}\r\n{words}{end}\r\n")
    };
    // Without an end, and with one that comes too late.
    for says in [
        chunk(20_000, ""),
        chunk(20_000, "\n"),
        chunk(8_000, "").repeat(3),
    ] {
        let authority = authority();
        let address = saying(&authority, format!("{head}{says}").into_bytes(), true).await;
        let own = papers(&authority, &member("isp-a")).credentials();
        let client = Client::new(address.to_string(), &own).unwrap();
        let mut lines = client.lines(&Route::Hints).await.unwrap();
        let failed = within(lines.next()).await;
        let long = matches!(
            failed,
            Err(CallError::Failed {
                cause: Failure::ReplyTooLong,
                acted: false
            })
        );
        assert!(long, "{failed:?}");
    }
}
