//! The local API, asked over loopback by clients that behave and by clients that do not.

mod device;
mod doors;
mod house;
