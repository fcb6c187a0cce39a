//! What the tests share: a device, a client that fetches, and a resolver that does as it is told.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use issei_enforce::zone::{
    Access, Fetch, Key, NotFetched, Record, Refused, Says, Serial, Wanted, Wording,
};
use issei_enforce::{Cut, Fences};
use issei_host::clock;
use issei_host::device::zone::{BaseSetup, Fetcher, Kind, Setup, ZoneDevice};
use issei_model::{Action, Digest, DomainName, Goal, OrderId, Span};

/// Loopback has many addresses: each test's callers have their own.
pub const SIGNS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

pub fn key(secret: u8) -> Key {
    Key::new(name("one.key"), &[secret; 32]).expect("a key")
}

pub fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

/// An order about names that begins so many milliseconds from now and ends so many after that.
pub fn cut(number: u8, names: &[&str], begins: i64, lasts: i64) -> Cut {
    let fires_at = clock::now() + Span::from_millis(begins);
    Cut {
        order: order(number),
        goals: names.iter().map(|text| Goal::Name(name(text))).collect(),
        action: Action::RefuseName,
        ends: fires_at + Span::from_millis(lasts),
        fires_at: Some(fires_at),
    }
}

/// A folder of its own, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-zone-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn wording() -> Wording {
    let page = vec!["192.0.2.80".parse().expect("an address")];
    let (apex, tests) = (name("hot.rpz.test"), name("issei.test"));
    Wording::new(apex, tests, Refused::Absent, page).expect("words")
}

pub fn setup(folder: &Folder) -> Setup {
    Setup {
        listen: SocketAddr::new(SIGNS, 0),
        wording: wording(),
        timers: Setup::HOT,
        pulse: None,
        fences: Fences {
            most_rules: 100,
            control_plane: vec![],
        },
        passing: vec![],
        base: Some(BaseSetup {
            apex: name("base.rpz.test"),
            timers: Setup::BASE,
        }),
        fetchers: vec![Fetcher {
            ip: SIGNS,
            access: Access::Key(key(1)),
            notify: None,
        }],
        resolvers: vec![],
        folder: folder.0.clone(),
    }
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

pub fn counted(device: &ZoneDevice, kind: Kind) -> u64 {
    let counts = device.counts();
    let found = counts.into_iter().find(|(counted, _)| *counted == kind);
    found.map_or(0, |(_, count)| count)
}

pub fn connect(device: &ZoneDevice) -> TcpStream {
    let stream = TcpStream::connect(device.address().expect("an address")).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    stream
}

pub fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).expect("a message");
    stream.write_all(&[&length.to_be_bytes(), message].concat())
}

pub fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    Ok(message)
}

/// Fetches over a connection what is lacking, and tells the serial.
pub fn fetched(
    device: &ZoneDevice,
    apex: &str,
    wanted: Wanted,
    held: &mut BTreeSet<Record>,
) -> Result<Serial, NotFetched> {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed) as u16;
    let mut fetch = Fetch::new(number, &name(apex), wanted, Some(key(1)));
    let mut stream = connect(device);
    send(&mut stream, &fetch.request(clock::now())).expect("sent");
    loop {
        let message = receive(&mut stream).expect("an answer");
        if fetch.take(clock::now(), &message)? {
            return fetch.apply(held);
        }
    }
}

/// The hot zone as it is fetched whole, without our own names.
pub fn names_of(device: &ZoneDevice) -> Vec<String> {
    let mut held = BTreeSet::new();
    fetched(device, "hot.rpz.test", Wanted::Whole, &mut held).expect("fetched");
    let said = held.iter().map(|record| format!("{record:?}"));
    said.filter(|said| !said.contains("sentinel")).collect()
}

/// A resolver that fetches the zone when it is told to, and answers from its copy.
pub struct Resolver {
    pub address: SocketAddr,
    copy: Arc<Mutex<BTreeSet<Record>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Resolver {
    pub fn new() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let patience = Some(Duration::from_millis(20));
        socket.set_read_timeout(patience).expect("a limit");
        let address = socket.local_addr().expect("an address");
        let (copy, closing) = (Arc::default(), Arc::<AtomicBool>::default());
        let (within, ending) = (Arc::clone(&copy), Arc::clone(&closing));
        let thread = std::thread::spawn(move || {
            while !ending.load(Ordering::Relaxed) {
                answer(&socket, &within);
            }
        });
        Self {
            address,
            copy,
            closing,
            thread: Some(thread),
        }
    }

    /// Takes the zone of now.
    pub fn take(&self, device: &ZoneDevice) -> Serial {
        let mut held = BTreeSet::new();
        let serial = fetched(device, "hot.rpz.test", Wanted::Whole, &mut held);
        *self.copy.lock().expect("its copy") = held;
        serial.expect("fetched")
    }

    /// Lets it forget a name.
    pub fn forget(&self, name: &DomainName) {
        let mut copy = self.copy.lock().expect("its copy");
        copy.retain(|record| !record.is_about(name));
    }

    /// Lets it say that a name does not exist, whatever the zone says.
    pub fn refuse(&self, name: &DomainName) {
        self.forget(name);
        let mut copy = self.copy.lock().expect("its copy");
        copy.insert(Record::of(name, Says::Absent));
    }

    /// Lets it hold a serial that nobody gave.
    pub fn pretend(&self, serial: Serial) {
        let wording = wording();
        *self.copy.lock().expect("its copy") = BTreeSet::from([wording.tell(serial)]);
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it ended well");
        }
    }
}

/// Answers one question: from the copy, or that the name has an address of its own.
fn answer(socket: &UdpSocket, copy: &Mutex<BTreeSet<Record>>) {
    let mut buffer = [0; 1_024];
    let Ok((length, from)) = socket.recv_from(&mut buffer) else {
        return;
    };
    let mut reply = buffer[..length].to_vec();
    let labels = reply[12..].split(|&byte| byte == 0).next().expect("a name");
    let asked = text(labels);
    let copy = copy.lock().expect("its copy");
    let said = copy
        .iter()
        .find(|record| record.is_about(&asked))
        .map(Record::says);
    drop(copy);
    reply[2] |= 0x80;
    let address = match said {
        Some(Says::A(ip)) => Some(ip),
        Some(Says::Absent) => {
            reply[3] = 3;
            None
        }
        _ => Some(Ipv4Addr::new(198, 51, 100, 7)),
    };
    if let Some(ip) = address {
        reply[7] = 1;
        reply.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04");
        reply.extend_from_slice(&ip.octets());
    }
    let _ = socket.send_to(&reply, from);
}

fn text(mut labels: &[u8]) -> DomainName {
    let mut words = Vec::new();
    while let Some((&length, rest)) = labels.split_first() {
        let (label, rest) = rest.split_at(usize::from(length));
        words.push(String::from_utf8(label.to_vec()).expect("letters"));
        labels = rest;
    }
    name(&words.join("."))
}
