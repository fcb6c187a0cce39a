//! Every socket, file, clock and kernel call of issei.
//!
//! In: addresses to listen on, paths to read, requests to answer. Out: bytes, times, counts.
//! Always: what the kernel drops is counted; what is read is bounded; nothing here knows what a
//! byte means.
//! Deliberately absent: protocols (`issei-wire`), memory of exporters (`issei-flow`), judgement
//! (`issei-detect`), words for people (`issei`).

pub mod clock;
pub mod confine;
pub mod device;
pub mod errands;
#[cfg(feature = "exchange")]
pub mod exchange;
pub mod files;
pub mod journal;
pub mod keys;
pub mod live;
pub mod names;
pub mod process;
pub mod receiver;
pub mod reflexes;
pub mod rehearsal;
pub mod signals;
#[cfg(feature = "store")]
pub mod store;
pub mod terminal;
pub mod web;
pub mod webhook;

mod kernel;
