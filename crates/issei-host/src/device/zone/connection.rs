//! Connections to the zone's port: a bounded number, each with bounded messages and times.
//!
//! Always: an address that is not configured is let go before it has said anything; each other has a share
//! of the places; whoever is silent, or slow to send or to take, loses the connection, and nothing else.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use issei_enforce::zone::{Over, Reply};

use super::super::places::Places;
use super::counts::Kind;
use super::datagrams::LONGEST;
use super::{LOOK_EVERY, Shared};
use crate::{clock, kernel};

/// Connections at a time, together and of one address: a resolver has one for each zone, and some more
/// that its system has not closed yet.
const PLACES: usize = 64;
const PLACES_OF_ONE: usize = 8;
/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(5);
/// How long one message may take to come in, or to be taken.
const ONE_MESSAGE: Duration = Duration::from_secs(5);
/// How long a connection may last: the largest zone over a slow line.
const WHOLE: Duration = Duration::from_secs(600);

/// Takes connections until the device is dropped, and waits for those that are open.
pub(super) fn accept(shared: &Arc<Shared>) {
    let places = Places::new(PLACES, PLACES_OF_ONE);
    let mut open: Vec<thread::JoinHandle<()>> = Vec::new();
    while !shared.is_closing() {
        open.retain(|thread| !thread.is_finished());
        let Some((stream, from)) = next(shared) else {
            continue;
        };
        let ip = from.ip().to_canonical();
        if !shared.port().knows(ip) {
            shared.counts.met(Kind::StrangersConnection);
            continue;
        }
        let Some(place) = places.take(ip) else {
            shared.counts.met(Kind::NoPlace);
            continue;
        };
        let within = Arc::clone(shared);
        let serve = move || {
            serve(&within, &stream, ip);
            drop(place);
        };
        match thread::Builder::new()
            .name("zone-connection".into())
            .spawn(serve)
        {
            Ok(thread) => open.push(thread),
            Err(_) => shared.counts.met(Kind::NoPlace),
        }
    }
    for thread in open {
        let _ = thread.join();
    }
}

fn next(shared: &Shared) -> Option<(TcpStream, SocketAddr)> {
    let mut waiting = [libc::pollfd {
        fd: shared.listening.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    }];
    match kernel::readable(&mut waiting, LOOK_EVERY) {
        Ok(true) => shared.listening.accept().ok(),
        Ok(false) => None,
        Err(_) => {
            thread::sleep(LOOK_EVERY);
            None
        }
    }
}

fn serve(shared: &Shared, stream: &TcpStream, ip: IpAddr) {
    let until = Instant::now() + WHOLE;
    if let Err(error) = converse(shared, stream, ip, until) {
        let kind = match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Kind::Slow,
            io::ErrorKind::InvalidData => Kind::TooLong,
            // It has closed the connection between two messages, or we are closing.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => return,
            _ => Kind::Broken,
        };
        shared.counts.met(kind);
    }
}

fn converse(shared: &Shared, stream: &TcpStream, ip: IpAddr, until: Instant) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let message = read_message(shared, stream)?;
        match shared.answer(ip, Over::Tcp, &message) {
            None => return Ok(()),
            Some(Reply::One(reply)) => write_message(shared, stream, &reply)?,
            Some(Reply::Stream(mut transfer)) => {
                while let Some(message) = transfer.next(clock::now()) {
                    write_message(shared, stream, &message)?;
                    if Instant::now() > until {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
            }
        }
    }
}

/// Reads one message and the two bytes of its length (RFC 1035 section 4.2.2).
fn read_message(shared: &Shared, stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 2];
    read_until(shared, stream, &mut head[..1], SILENCE)?;
    let began = Instant::now();
    read_until(shared, stream, &mut head[1..], ONE_MESSAGE)?;
    let length = usize::from(u16::from_be_bytes(head));
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    let left = ONE_MESSAGE.saturating_sub(began.elapsed());
    match read_until(shared, stream, &mut message, left) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        read => read.map(|()| message),
    }
}

fn read_until(
    shared: &Shared,
    mut stream: &TcpStream,
    into: &mut [u8],
    limit: Duration,
) -> io::Result<()> {
    let (began, mut read) = (Instant::now(), 0);
    while read < into.len() {
        let left = limit.saturating_sub(began.elapsed());
        stream.set_read_timeout(Some(slice(shared, left)?))?;
        match stream.read(&mut into[read..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(some) => read += some,
            Err(error) if goes_on(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn write_message(shared: &Shared, mut stream: &TcpStream, message: &[u8]) -> io::Result<()> {
    // One write: a length alone in a packet would wait for the other half to be acknowledged.
    let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
    bytes.extend_from_slice(message);
    let (began, mut written) = (Instant::now(), 0);
    while written < bytes.len() {
        let left = ONE_MESSAGE.saturating_sub(began.elapsed());
        stream.set_write_timeout(Some(slice(shared, left)?))?;
        match stream.write(&bytes[written..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(some) => written += some,
            Err(error) if goes_on(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The next stretch of waiting, so that the device can be dropped meanwhile.
fn slice(shared: &Shared, left: Duration) -> io::Result<Duration> {
    match (shared.is_closing(), left.is_zero()) {
        (true, _) => Err(io::ErrorKind::Interrupted.into()),
        (_, true) => Err(io::ErrorKind::TimedOut.into()),
        _ => Ok(left.min(LOOK_EVERY)),
    }
}

/// Tells whether only a stretch of waiting is over.
fn goes_on(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
