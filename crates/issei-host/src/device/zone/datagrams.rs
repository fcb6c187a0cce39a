//! The threads that read datagrams: questions at the zone's port, and answers to our notices.

use std::net::UdpSocket;
use std::sync::Arc;

use issei_enforce::zone::{Asked, Over, Reply, Turned, Zone};

use super::Shared;
use super::counts::Kind;
use crate::clock;

/// The longest message that anybody has reason to send us: a question with a signature.
pub(super) const LONGEST: usize = 4_096;

/// Answers questions until the device is dropped.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut buffer = [0; LONGEST + 1];
    while !shared.is_closing() {
        let Some((length, from)) = receive(&shared.asked, &mut buffer) else {
            continue;
        };
        let Some(bytes) = buffer.get(..length).filter(|bytes| bytes.len() <= LONGEST) else {
            shared.counts.met(Kind::TooLong);
            continue;
        };
        let reply = shared.answer(from.ip(), Over::Udp, bytes);
        let sent = match reply {
            Some(Reply::One(reply)) => shared.asked.send_to(&reply, from),
            // Never over a datagram: `Asked::answer` makes none there.
            Some(Reply::Stream(_)) | None => continue,
        };
        if sent.is_err() {
            shared.counts.met(Kind::Unsent);
        }
    }
}

/// Takes answers to notices until the device is dropped.
pub(super) fn heed_answers(shared: &Arc<Shared>) {
    let mut buffer = [0; LONGEST];
    while !shared.is_closing() {
        let Some((length, from)) = receive(&shared.told, &mut buffer) else {
            continue;
        };
        let bytes = buffer.get(..length).unwrap_or_default();
        if !shared.notices().answered(from, bytes) {
            shared.counts.met(Kind::StrayAnswer);
        }
    }
}

/// Waits a while for a datagram. What a former one met on its way (nobody listens there) comes back as an
/// error of this socket, and is no reason to stop.
fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> Option<(usize, std::net::SocketAddr)> {
    socket.recv_from(buffer).ok()
}

impl Shared {
    /// Answers a message, or tells that nobody is to be answered.
    pub(super) fn answer(&self, from: std::net::IpAddr, over: Over, bytes: &[u8]) -> Option<Reply> {
        let now = clock::now();
        let asked = self.port().read(now, from, over, bytes);
        match asked.and_then(|asked| self.zone_of(asked)) {
            Ok((asked, zone)) => Some(asked.answer(now, &zone)),
            Err(turned) => {
                self.counts.met(Kind::Turned(turned.trouble));
                turned.reply.map(Reply::One)
            }
        }
    }

    fn zone_of(&self, asked: Asked) -> Result<(Asked, Zone), Turned> {
        let hot = self.hot().zone().clone();
        if asked.asks(hot.apex()) {
            return Ok((asked, hot));
        }
        let base = self.base().clone().filter(|base| asked.asks(base.apex()));
        match base {
            Some(base) => Ok((asked, base)),
            None => Err(asked.no_such_zone(clock::now())),
        }
    }
}
