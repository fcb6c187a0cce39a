//! A zone served over loopback: who may fetch it, what is turned away, and what a device reads back.

#![cfg(feature = "zone")]

mod device;
mod doors;
mod house;
