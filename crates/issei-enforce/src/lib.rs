//! Turns the cuts that should stand and what a device holds into the smallest plan that makes the device
//! agree, and the plan's undo.
//!
//! In: [`Cut`]s that were verified, and what a device was read back to hold. Out: plans in the device's
//! own words, or a [`Refusal`]. Always: applying a plan twice changes nothing; a device that cannot say
//! a rule exactly refuses it, and never gets a wider one; what is not ours is never touched.
//! Not here: sending a byte (`issei-host`), deciding what is cut (`issei-case`, `issei-order`).

#![forbid(unsafe_code)]

pub mod bgp;
pub mod bouncer;
mod cut;
mod fences;
pub mod nft;
mod sentinel;
pub mod xdp;
pub mod zone;

pub use cut::{Cut, Effect, NotTaken, Seen, Standing};
pub use fences::{Fence, Fences, Refusal};
pub use sentinel::{Sentinel, Unfit};
