//! The `[sentinel]` of `devices.toml`: an address of our own that is cut along with every order.

use std::net::IpAddr;

use ipnet::IpNet;
use issei_enforce::Sentinel;
use serde::Deserialize;

use crate::code::Failure;

/// Where what orders come to is measured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentinelSettings {
    /// The address: one of our own network, on which `issei sentinel answer` runs.
    address: IpAddr,
}

impl SentinelSettings {
    /// Takes the address, if it is ours and carries nothing.
    ///
    /// # Errors
    /// Why it cannot be cut.
    pub fn sentinel(&self, ours: &[IpNet], control_plane: &[IpNet]) -> Result<Sentinel, Failure> {
        let sentinel = Sentinel::new(self.address, ours, control_plane);
        sentinel.map_err(|unfit| Failure::wrong(format!("devices.toml: sentinel: {unfit}")))
    }
}
