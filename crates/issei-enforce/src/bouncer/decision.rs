//! One address that a bouncer blocks, in the words of the local API.
//!
//! Always: the duration is one that Go's `time.ParseDuration` reads, for the firewall bouncer takes four hours
//! in place of one that it cannot read; it is never longer than what is left of the order.

use std::net::IpAddr;

use issei_model::{OrderId, Span, Timestamp};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Who says that an address is blocked: all of ours come from here.
pub const ORIGIN: &str = "issei";
/// Why: the same word for all, so that whoever selects by scenarios gets all of them or none.
pub const SCENARIO: &str = "issei/order";

/// An address, the order that blocks it, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The address.
    pub ip: IpAddr,
    /// The order; of several, the one that ends last.
    pub order: OrderId,
    /// Its end.
    pub ends: Timestamp,
}

/// What has changed for one bouncer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Decisions that it lacks.
    pub new: Vec<Decision>,
    /// Addresses that it may hold and should not, or not until then.
    pub deleted: Vec<IpAddr>,
}

#[derive(Serialize)]
struct Spelled {
    id: u64,
    uuid: String,
    origin: &'static str,
    scenario: &'static str,
    scope: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: IpAddr,
    duration: String,
    simulated: bool,
}

#[derive(Serialize)]
struct SpelledStream {
    new: Vec<Spelled>,
    deleted: Vec<Spelled>,
}

impl Decision {
    fn spelled(&self, now: Timestamp) -> Spelled {
        let named: String = self.order.to_string().chars().take(32).collect();
        let part = |from: usize, to: usize| named.get(from..to).unwrap_or_default();
        let (a, b, c, d, e) = (
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        );
        Spelled {
            uuid: format!("{a}-{b}-{c}-{d}-{e}"),
            ..spelled(self.ip, Some(self.order), self.ends.since(now))
        }
    }
}

impl Stream {
    /// Tells whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.deleted.is_empty()
    }

    /// Writes it as the body of an answer.
    pub fn body(&self, now: Timestamp) -> Vec<u8> {
        let gone = |ip: &IpAddr| spelled(*ip, None, Span::ZERO);
        let spelled = SpelledStream {
            new: self.new.iter().map(|one| one.spelled(now)).collect(),
            deleted: self.deleted.iter().map(gone).collect(),
        };
        json(&spelled)
    }
}

/// Writes decisions as the body of an answer to who asks about one address.
pub fn listed(decisions: &[Decision], now: Timestamp) -> Vec<u8> {
    let spelled: Vec<Spelled> = decisions.iter().map(|one| one.spelled(now)).collect();
    match spelled.is_empty() {
        // The API's own word for none.
        true => b"null".to_vec(),
        false => json(&spelled),
    }
}

fn spelled(ip: IpAddr, order: Option<OrderId>, left: Span) -> Spelled {
    Spelled {
        id: id(ip, order),
        uuid: String::new(),
        origin: ORIGIN,
        scenario: SCENARIO,
        scope: "Ip",
        kind: "ban",
        value: ip,
        duration: duration(left),
        simulated: false,
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("words and numbers of our own have a JSON form")
}

/// Numbers a decision: the same for the same order and address, and exact in JSON.
fn id(ip: IpAddr, order: Option<OrderId>) -> u64 {
    let mut hash = Sha256::new();
    hash.update(order.map_or([0; 32], |order| order.0.0));
    hash.update(ip.to_string());
    let hash: [u8; 32] = hash.finalize().into();
    let first = hash.iter().take(8);
    first.fold(0, |sum: u64, &byte| sum << 8 | u64::from(byte)) >> 11
}

/// Spells a length of time as Go reads it, rounded down to milliseconds.
fn duration(left: Span) -> String {
    let millis = left.as_micros().max(0) / 1_000;
    format!("{}.{:03}s", millis / 1_000, millis % 1_000)
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
