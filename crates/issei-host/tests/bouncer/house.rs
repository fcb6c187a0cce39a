//! What the tests share: a device, and a client that asks as the firewall bouncer does.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use issei_enforce::bouncer::{KeyHash, Means, Stops};
use issei_enforce::{Cut, Fences};
use issei_host::clock;
use issei_host::device::bouncer::{Asks, BouncerDevice, Client, Kind, Setup};
use issei_model::{Action, Digest, OrderId, Span};
use serde_json::Value;

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of its own, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-bouncer-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

/// An order that begins so many milliseconds from now and ends so many after that.
pub fn cut(number: u8, goals: &[&str], begins: i64, lasts: i64) -> Cut {
    let fires_at = clock::now() + Span::from_millis(begins);
    Cut {
        order: order(number),
        goals: goals
            .iter()
            .map(|goal| goal.parse().expect("a goal"))
            .collect(),
        action: Action::Drop,
        ends: fires_at + Span::from_millis(lasts),
        fires_at: Some(fires_at),
    }
}

/// A bouncer that carries cuts, asks each minute at least, and waits so long for news.
pub fn gate(name: &str, from: IpAddr, patience: u64) -> Client {
    let means = Means {
        stops: Stops::BothWays,
        ipv6: true,
    };
    Client {
        name: name.into(),
        key: KeyHash::of(name.as_bytes()),
        from: vec![from],
        asks: Asks::Stream {
            means,
            every: Span::from_secs(60),
            patience: Duration::from_millis(patience),
        },
    }
}

pub fn setup(folder: &Folder, clients: Vec<Client>) -> Setup {
    Setup {
        listen: SocketAddr::new(HERE, 0),
        fences: Fences {
            most_rules: 100,
            control_plane: vec![],
        },
        clients,
        folder: folder.0.clone(),
    }
}

/// A device with one bouncer, `gate`.
pub fn opened(folder: &Folder, patience: u64) -> BouncerDevice {
    let clients = vec![gate("gate", HERE, patience)];
    BouncerDevice::open(setup(folder, clients)).expect("a device")
}

pub fn counted(device: &BouncerDevice, wanted: impl Fn(Kind) -> bool) -> u64 {
    let counts = device.counts().into_iter();
    counts
        .filter(|(kind, _)| wanted(*kind))
        .map(|(_, count)| count)
        .sum()
}

/// Waits for something that must come.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A connection that is kept, as the firewall bouncer keeps it.
pub struct Bouncer {
    stream: TcpStream,
    key: &'static str,
}

impl Bouncer {
    pub fn new(device: &BouncerDevice, key: &'static str) -> Self {
        let stream = TcpStream::connect(device.address()).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        Self { stream, key }
    }

    /// Asks, and does not wait for the answer.
    pub fn sends(&mut self, method: &str, target: &str) {
        let key = self.key;
        let head = format!("{method} {target} HTTP/1.1\r\nHost: api\r\nX-Api-Key: {key}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).expect("sent");
    }

    /// Sends bytes as they are.
    pub fn sends_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Hears an answer: its status and body.
    pub fn hears(&mut self) -> io::Result<(u16, String)> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok((status.expect("a status"), body))
    }

    pub fn asks(&mut self, target: &str) -> (u16, String) {
        self.sends("GET", target);
        self.hears().expect("an answer")
    }

    /// Asks for the stream, and tells which addresses are new and which are deleted.
    pub fn polls(&mut self, startup: bool) -> (Vec<String>, Vec<String>) {
        let target = match startup {
            true => "/v1/decisions/stream?startup=true",
            false => "/v1/decisions/stream?",
        };
        let (status, body) = self.asks(target);
        assert_eq!(status, 200, "{body}");
        told(&body)
    }
}

/// Reads which addresses are new and which are deleted.
pub fn told(body: &str) -> (Vec<String>, Vec<String>) {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let values = |name: &str| {
        let all = body[name].as_array().expect("a list");
        all.iter()
            .map(|one| one["value"].as_str().expect("a value").to_owned())
            .collect()
    };
    (values("new"), values("deleted"))
}
