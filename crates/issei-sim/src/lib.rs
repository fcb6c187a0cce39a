//! A country in one thread: subscribers, devices, botnets, radiation, floods, as a source of traffic.
//!
//! In: a [`Scenario`], as a TOML text, a preset or built in code. Out, at choice: packets,
//! export datagrams of its border routers, or batches of flow records; and the [`Truth`] beside it.
//! Always: the same scenario gives the same bytes on every machine; what the truth counts is what
//! came out; under sampling, packets that nobody looks at are never made.
//! Deliberately absent: clocks, sockets and files. The caller writes, paces and sends, and sends to
//! loopback only. Nothing but the front door may stand on this room.
//!
//! # How to be a traffic source
//!
//! Found a country, choose one of three ways out, call `second` until it says that all is over,
//! then ask for the truth. For a file of packets:
//!
//! ```
//! use issei_sim::{Country, PcapFile, Scenario};
//! let scenario = Scenario::sketch(60, 1, 1)?; // 60 lines, one minute, one bot
//! let mut packets = Country::new(&scenario)?.packets();
//! let mut file = PcapFile::default(); // collects bytes; write and clear them as you like
//! while packets.second(&mut |packet| file.packet(&packet)) {}
//! assert_eq!(file.packets(), packets.truth().packets());
//! # Ok::<(), issei_sim::ScenarioError>(())
//! ```
//!
//! For export datagrams, live or into a file that `analyze` and other readers of packets take
//! (they then stand there as UDP packets to the protocol's usual port):
//!
//! ```
//! use issei_sim::{Country, Export, PcapFile, Scenario};
//! let scenario = Scenario { sampling: 10, ..Scenario::sketch(60, 1, 1)? };
//! let mut exports = Country::new(&scenario)?.datagrams(Export::Ipfix);
//! let mut file = PcapFile::default();
//! while exports.second(&mut |datagram| {
//!     // Live: wait until `datagram.time` (or run as fast as you like) and send `datagram.bytes`
//!     // to the loopback address, from one socket for each `datagram.router`.
//!     file.datagram(&datagram);
//! }) {}
//! let truth = exports.truth().to_json();
//! # Ok::<(), issei_sim::ScenarioError>(())
//! ```
//!
//! For scoring, [`Country::batches`] skips the wire: a day of 300,000 lines takes minutes.

#![forbid(unsafe_code)]

mod atlas;
mod country;
mod dice;
mod exchange;
mod exporters;
mod families;
mod files;
mod floods;
mod frames;
mod hostile;
mod ordinary;
mod outbreak;
mod people;
mod radiation;
pub mod rehearsal;
mod scenario;
mod scope;
pub mod story;
mod truth;
pub mod unison;
mod ways;

pub use country::Country;
pub use exporters::Export;
pub use files::PcapFile;
pub use scenario::{
    AttackPlan, BotnetPlan, Family, Preset, Scenario, ScenarioError, Vector, Victim,
};
pub use truth::{TrueAttack, TrueBot, TrueCloud, TrueExporter, TrueServer, Truth};
pub use ways::{Batches, Datagram, Datagrams, Frame, Packets};
