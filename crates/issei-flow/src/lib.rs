//! Turns export datagrams and packets into batches of flow records.
//!
//! In: datagrams with their sender and time; packets with their time. Out: rows in a `FlowBatch`.
//! Always: bounded memory per exporter and in all; records + problems account for every datagram;
//! nothing is allocated per record in steady state.
//! Deliberately absent: any opinion about traffic (`issei-detect`), sockets and files (`issei-host`).

#![forbid(unsafe_code)]

mod collector;
mod meter;

pub use collector::{Collector, CollectorLimits, CollectorTally};
pub use meter::{Meter, MeterLimits, MeterTally};
