use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

struct Fixed;

impl Pages for Fixed {
    fn metrics(&self) -> String {
        "issei_up 1\n".into()
    }
    fn health(&self) -> Result<String, String> {
        Ok("well".into())
    }
    fn ready(&self) -> Result<String, String> {
        Err("no socket yet".into())
    }
}

fn get(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn pages_answer_with_the_status_that_their_answer_deserves() {
    let server = Server::start("127.0.0.1:0".parse().unwrap(), Arc::new(Fixed)).unwrap();
    let table = [
        ("GET /metrics", "200", "issei_up 1\n"),
        ("GET /health", "200", "well\n"),
        ("GET /ready", "503", "no socket yet\n"),
        ("GET /other", "404", ""),
        ("POST /metrics", "405", ""),
    ];
    for (request, status, body) in table {
        let answer = get(server.address(), request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{request}: {answer}"
        );
        assert!(answer.ends_with(body), "{request}: {answer}");
    }
}

#[test]
fn a_client_that_holds_its_connection_open_does_not_hold_up_the_end() {
    let server = Server::start("127.0.0.1:0".parse().unwrap(), Arc::new(Fixed)).unwrap();
    let mut idle = TcpStream::connect(server.address()).unwrap();
    write!(idle, "GET /hea").unwrap();
    drop(server);
}
