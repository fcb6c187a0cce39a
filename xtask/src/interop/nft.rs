//! The kernel's packet filter does what the hand of nftables tells it, on packets that a router forwards.
//!
//! Always: the moments are those that packets carry from their sender, taken from the same clock as T; a
//! bound holds for every packet, and the figures are of this machine. Peer: `nft` of the version that is
//! installed, named in the result.

mod firing;
pub(super) mod hand;
mod harm;
mod limits;
mod many;
pub(super) mod network;
pub(super) mod traffic;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::Check;
use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::said_by;

use hand::{Hand, now};
use network::{Network, shell};
use traffic::{Path, Traffic};

const NEEDS: &[Need] = &[
    Need::Program("nft", "nftables"),
    Need::Program("ip", "iproute2"),
    Need::Program("nsenter", "util-linux"),
    Need::Program("chrt", "util-linux"),
    Need::Namespaces,
];

/// Packets stop at T and pass again at the end, with nobody of ours alive.
pub const FIRES: Check = Check {
    name: "nftables cuts from T to the end with everything of ours killed",
    needs: NEEDS,
    run: firing::fires,
};

/// Five routers stop at the same moment.
pub const SPREAD: Check = Check {
    name: "five routers with nftables cut at the same moment",
    needs: NEEDS,
    run: firing::spread,
};

/// Many goals are one quick transaction, and recall is one too.
pub const MANY: Check = Check {
    name: "nftables takes ten thousand goals in one transaction and lets go of them at once",
    needs: NEEDS,
    run: many::many,
};

/// A hand that is killed leaves all of a change or nothing.
pub const KILLED: Check = Check {
    name: "a hand of nftables that is killed at any moment leaves all of a change or nothing",
    needs: NEEDS,
    run: harm::killed,
};

/// What others do to a table is found, told and mended.
pub const HARMED: Check = Check {
    name: "what others do to a table of nftables is found, told and mended",
    needs: NEEDS,
    run: harm::harmed,
};

/// Lines are limited to the rate, and reflexes do what they say.
pub const LIMITS: Check = Check {
    name: "nftables limits each line to its rate and carries out reflexes",
    needs: NEEDS,
    run: limits::limits,
};

/// Microseconds of a second.
const SECOND: u64 = 1_000_000;
/// From one packet to the next.
const GAP: u64 = 100;
/// How long a sender may be kept from sending between taking the time and handing the packet over. Only
/// at the end of a cut: a packet whose moment lies after T never passes.
const HELD_UP: u64 = 20_000;

/// What a check works with.
struct Ground {
    folder: Folder,
    hand: PathBuf,
    network: Network,
}

impl Ground {
    fn new(role: &str, routers: u8) -> Result<Self, String> {
        let (folder, hand) = (Folder::new(role)?, hand::built()?);
        let network = Network::new(&folder, routers)?;
        Ok(Self {
            folder,
            hand,
            network,
        })
    }

    fn hand(&self, router: usize) -> Hand<'_> {
        Hand::of(&self.folder, &self.hand, &self.network.routers[router])
    }

    fn traffic(&self, path: Path<'_>) -> Result<Traffic, String> {
        Traffic::begin(&self.folder, &self.hand, path)
    }

    fn at_router(&self, script: &str) -> Result<(), String> {
        shell(&self.folder, &self.network.routers[0], script)
    }
}

/// Names the version of the peer, as a figure: 1.0.6 is 10006.
fn version(ground: &Ground, comparison: &mut Comparison) -> Result<(), String> {
    let said = said_by(&ground.folder, &["nft", "--version"])?.out;
    let version = said
        .split_whitespace()
        .find_map(|word| word.strip_prefix('v'))
        .unwrap_or_default();
    let number = version
        .split('.')
        .filter_map(|part| part.parse::<u64>().ok())
        .fold(0, |sum, part| sum * 100 + part);
    comparison.some(&format!("is nft v{version}"), number);
    Ok(())
}

fn wait_until(at: u64) {
    thread::sleep(Duration::from_micros(at.saturating_sub(now())));
}
