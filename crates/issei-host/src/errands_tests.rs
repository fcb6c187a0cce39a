use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;

/// Answers one request as told, and gives what was asked.
fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = request(&stream);
        // Who refuses a long body hangs up.
        let _ = stream.write_all(&answer);
        asked
    });
    (url, thread)
}

fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

fn says(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

async fn run(errands: &Errands, url: &str) -> Result<(u16, Vec<u8>), String> {
    errands.run(url.to_owned(), None, None).await
}

#[tokio::test]
async fn a_form_is_handed_over_with_what_shows_who_we_are() {
    let (url, thread) = server(says("400 Bad Request", "{}"));
    let form = Some("code=c".to_owned());
    let told = Errands::default()
        .run(url, form, Some("Basic YTpi".into()))
        .await;
    assert_eq!(told, Ok((400, b"{}".to_vec())), "a refusal has a body too");
    let asked = thread.join().unwrap().to_lowercase();
    assert!(asked.starts_with("post /token http/1.1\r\n"), "{asked}");
    assert!(asked.contains("authorization: basic ytpi\r\n"), "{asked}");
    assert!(
        asked.contains("content-type: application/x-www-form-urlencoded\r\n"),
        "{asked}"
    );
    assert!(asked.ends_with("code=c"), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let place = other.local_addr().unwrap();
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{place}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (url, thread) = server(answer.into_bytes());
    let told = Errands::default()
        .run(url, Some("code=c".into()), None)
        .await;
    assert_eq!(told.map(|(status, _)| status), Ok(307));
    thread.join().unwrap();
    assert!(other.accept().is_err(), "nobody came there");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let long = usize::try_from(LARGEST_BODY).unwrap();
    let (url, thread) = server(says("200 OK", &"x".repeat(long + 1)));
    assert!(run(&Errands::default(), &url).await.is_err());
    thread.join().unwrap();
    let (url, thread) = server(says("200 OK", &"x".repeat(long)));
    assert_eq!(run(&Errands::default(), &url).await.unwrap().1.len(), long);
    thread.join().unwrap();
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_and_no_more_than_a_few_wait() {
    // The kernel takes connections for it; it never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let errands = Errands::within(Duration::from_millis(300));
    let mut waiting: Vec<_> = (0..MOST_UNDERWAY)
        .map(|_| Box::pin(run(&errands, &url)))
        .collect();
    // Each begins when it is first looked at.
    for one in &mut waiting {
        let looked = std::future::poll_fn(|context| {
            std::task::Poll::Ready(one.as_mut().poll(context).is_pending())
        });
        assert!(looked.await);
    }
    let told = run(&errands, &url).await;
    assert_eq!(told, Err("too much is asked at once".to_owned()));
    for one in waiting {
        assert!(one.await.is_err(), "time is up");
    }
    let told = run(&errands, &url).await.unwrap_err();
    assert_ne!(told, "too much is asked at once", "places are free again");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_in_words() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let told = run(&Errands::default(), &format!("http://{gone}/")).await;
    assert!(!told.unwrap_err().is_empty());
}
