use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::channel;

use super::*;

/// Serves one answer per status of the list, then hangs up. Tells the bodies it was sent.
fn listener(statuses: &'static [&'static str]) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (told, bodies) = channel();
    std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            told.send(String::from_utf8(body).unwrap()).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    (url, bodies)
}

fn delivery(url: String) -> Delivery {
    Delivery {
        url,
        queue: 8,
        attempts: 3,
        timeout: Duration::from_secs(5),
    }
}

fn counts(webhook: Webhook) -> [u64; 5] {
    let counts = webhook.counts();
    webhook.finish(Duration::from_secs(20));
    let all = [
        &counts.offered,
        &counts.delivered,
        &counts.failed,
        &counts.turned_away,
        &counts.failed_tries,
    ];
    all.map(|count| count.load(Ordering::Relaxed))
}

#[test]
fn a_body_is_delivered_whole() {
    let (url, bodies) = listener(&["204 No Content"]);
    let webhook = Webhook::start(delivery(url)).unwrap();
    webhook.offer("{\"a\":1}".into());
    assert_eq!(bodies.recv().unwrap(), "{\"a\":1}");
    assert_eq!(counts(webhook), [1, 1, 0, 0, 0]);
}

#[test]
fn a_refused_body_is_tried_again() {
    let (url, bodies) = listener(&["500 Trouble", "200 OK"]);
    let webhook = Webhook::start(delivery(url)).unwrap();
    webhook.offer("x".into());
    assert_eq!([bodies.recv().unwrap(), bodies.recv().unwrap()], ["x", "x"]);
    assert_eq!(counts(webhook), [1, 1, 0, 0, 1]);
}

#[test]
fn a_redirect_is_not_followed_and_counts_as_failed() {
    let (url, _bodies) = listener(&["302 Found"]);
    let webhook = Webhook::start(Delivery {
        attempts: 1,
        ..delivery(url)
    })
    .unwrap();
    webhook.offer("x".into());
    assert_eq!(counts(webhook), [1, 0, 1, 0, 1]);
}

#[test]
fn a_full_queue_turns_away_and_the_end_does_not_wait_longer_than_told() {
    // Nobody accepts, so the first try hangs until its time is over.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let webhook = Webhook::start(Delivery {
        queue: 2,
        timeout: Duration::from_millis(300),
        ..delivery(url)
    })
    .unwrap();
    for _ in 0..20 {
        webhook.offer("x".into());
    }
    let kept = webhook.counts();
    webhook.finish(Duration::ZERO);
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    assert!(count(&kept.turned_away) >= 17, "{kept:?}");
    assert_eq!(count(&kept.failed) + count(&kept.turned_away), 20);
    assert_eq!(count(&kept.delivered), 0);
}
