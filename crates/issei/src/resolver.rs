//! A resolver to test with: it answers one address for every name, or as a response policy zone says.
//!
//! Always: it asks its primary for the whole zone again and again, as one that polls does; what it could not
//! fetch it does not have.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use issei_enforce::zone::{Fetch, Key, Record, Says, Wanted};
use issei_host::clock;
use issei_model::DomainName;

/// Between two fetches, and the longest wait for a question.
const EVERY: Duration = Duration::from_millis(20);

/// The resolver; it ends with this.
pub struct Resolver {
    /// Where it answers.
    pub at: SocketAddr,
    copy: Arc<Mutex<BTreeSet<Record>>>,
    ending: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Resolver {
    /// Answers this address for every name; without one, every name exists and has none.
    pub fn new(address: Option<Ipv4Addr>) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(EVERY)).unwrap();
        let mut resolver = Self {
            at: socket.local_addr().unwrap(),
            copy: Arc::default(),
            ending: Arc::default(),
            threads: Vec::new(),
        };
        let copy = resolver.copy.clone();
        resolver.goes_on(move || answer(&socket, address, &copy));
        resolver
    }

    /// Follows the zone of a primary from now on.
    pub fn follow(&mut self, primary: SocketAddr, apex: &DomainName, key: Key) {
        let (apex, copy) = (apex.clone(), self.copy.clone());
        self.goes_on(move || {
            if let Ok(held) = fetched(primary, &apex, &key) {
                *copy.lock().unwrap() = held;
            }
            std::thread::sleep(EVERY);
        });
    }

    /// Does something again and again until the resolver ends.
    fn goes_on(&mut self, again: impl Fn() + Send + 'static) {
        let ending = self.ending.clone();
        self.threads.push(std::thread::spawn(move || {
            while !ending.load(Ordering::Relaxed) {
                again();
            }
        }));
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

fn fetched(primary: SocketAddr, apex: &DomainName, key: &Key) -> io::Result<BTreeSet<Record>> {
    static NUMBER: AtomicU16 = AtomicU16::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut fetch = Fetch::new(number, apex, Wanted::Whole, Some(key.clone()));
    let mut stream = TcpStream::connect(primary)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let request = fetch.request(clock::now());
    stream.write_all(&[&(request.len() as u16).to_be_bytes(), &request[..]].concat())?;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message)?;
        let wrong = |why| io::Error::other(format!("{why:?}"));
        if fetch.take(clock::now(), &message).map_err(wrong)? {
            let mut held = BTreeSet::new();
            fetch.apply(&mut held).map_err(wrong)?;
            return Ok(held);
        }
    }
}

/// Answers one question, if one comes: as the zone says, else with the address.
fn answer(socket: &UdpSocket, address: Option<Ipv4Addr>, copy: &Mutex<BTreeSet<Record>>) {
    let mut buffer = [0; 512];
    let Ok((length, from)) = socket.recv_from(&mut buffer) else {
        return;
    };
    let mut reply = buffer[..length].to_vec();
    let asked = name(&reply[12..]);
    let copy = copy.lock().unwrap();
    let said = copy.iter().find(|record| record.is_about(&asked));
    let said = said.map(Record::says);
    drop(copy);
    reply[2] |= 0x80;
    let told = match said {
        Some(Says::A(ip)) => Some(ip),
        Some(Says::Absent) => {
            reply[3] = 3;
            None
        }
        _ => address,
    };
    let asks_v4 = reply[length - 3] == 1;
    if let Some(ip) = told.filter(|_| asks_v4) {
        reply[7] = 1;
        reply.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04");
        reply.extend_from_slice(&ip.octets());
    }
    socket.send_to(&reply, from).unwrap();
}

/// Reads the name that is asked about.
fn name(mut labels: &[u8]) -> DomainName {
    let mut words = Vec::new();
    while let Some((&length @ 1.., rest)) = labels.split_first() {
        let (label, rest) = rest.split_at(usize::from(length));
        words.push(String::from_utf8(label.to_vec()).unwrap());
        labels = rest;
    }
    words.join(".").parse().unwrap()
}
