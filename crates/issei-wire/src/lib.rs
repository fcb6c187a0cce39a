//! The alphabet: bytes to protocol values and back.
//!
//! In: bytes from files and sockets. Out: values, with byte offsets where something is wrong.
//! Always: no panic and no allocation that the bytes could grow; every length is checked before
//! it is believed; what cannot be understood is a `Problem` that says where.
//! Deliberately absent: memory of earlier bytes beyond one structure (`issei-flow` keeps
//! templates), any opinion about traffic, any I/O.

#![forbid(unsafe_code)]

pub mod bgp;
pub mod capture;
pub mod emit;
pub mod export;
pub mod packet;
pub mod stored;
pub mod zeek;
