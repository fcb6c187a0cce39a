//! The exchange on loopback: what is answered, and that everything else is refused with a reason,
//! counted, and never reaches the service.
#![cfg(feature = "exchange")]

mod authority;
mod bounds;
mod calls;
mod envelopes;
mod handshake;
mod hints;
mod house;
mod joining;
mod routes;
