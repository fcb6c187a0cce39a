//! A `[[bouncer]]` of `devices.toml`: remediation components of CrowdSec that ask here for decisions.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_enforce::bouncer::{KeyHash, Means, Stops};
use issei_host::device::bouncer::{Asks, BouncerDevice, Client, Setup};
use issei_model::Span;
use serde::Deserialize;

use super::Secrets;
use crate::code::Failure;

/// One port and the bouncers that ask there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BouncerSettings {
    /// Where they ask, in the clear.
    listen: SocketAddr,
    /// Who asks.
    clients: Vec<ClientSettings>,
    /// Addresses that they may hold.
    #[serde(default = "usual_rules")]
    most_rules: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientSettings {
    /// Its name in reports.
    name: String,
    /// A file with the SHA-256 hash of its key.
    key_file: PathBuf,
    /// Where it asks from.
    from: Vec<IpAddr>,
    /// Whether it follows the stream, or asks about single addresses.
    #[serde(default)]
    asks: HowItAsks,
    /// Which packets it stops. Only who set it up knows.
    stops: Option<WhatItStops>,
    /// Whether it takes addresses of IPv6.
    #[serde(default = "usually")]
    ipv6: bool,
    /// How often it asks at least, in milliseconds.
    #[serde(default = "usual_interval")]
    interval_ms: u32,
    /// How long it may be kept waiting for news, in milliseconds.
    #[serde(default)]
    patience_ms: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HowItAsks {
    #[default]
    Stream,
    Single,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum WhatItStops {
    #[serde(rename = "both ways")]
    BothWays,
    #[serde(rename = "from only")]
    FromOnly,
}

/// A bouncer that is not told within two seconds is too late for the kill switch (G8).
const LONGEST_INTERVAL: u32 = 2_000;
/// Longer, and it would not be noticed soon that the bouncer has gone without a word.
const LONGEST_PATIENCE: u32 = 10_000;

fn usual_rules() -> usize {
    10_000
}

fn usually() -> bool {
    true
}

fn usual_interval() -> u32 {
    1_000
}

impl BouncerSettings {
    /// Opens the port.
    ///
    /// # Errors
    /// If the settings make no sense, a hash cannot be read, or the port is taken.
    pub fn open(
        &self,
        control_plane: &[IpNet],
        secrets: &Secrets,
        folder: &Path,
    ) -> Result<BouncerDevice, Failure> {
        self.check()?;
        let clients = self.clients.iter().map(|one| one.client(secrets));
        let clients: Result<Vec<Client>, Failure> = clients.collect();
        let clients = clients?;
        for (place, one) in clients.iter().enumerate() {
            let mut before = clients.iter().take(place);
            if let Some(other) = before.find(|other| other.key == one.key) {
                return Err(wrong(&format!(
                    "`{}` and `{}` have the same key; each bouncer needs its own, for it is told what it lacks",
                    other.name, one.name
                )));
            }
        }
        let setup = Setup {
            listen: self.listen,
            fences: Fences {
                most_rules: self.most_rules,
                control_plane: control_plane.to_vec(),
            },
            clients,
            folder: folder.to_owned(),
        };
        let listen = self.listen;
        let told = |error| Failure::broken(format!("bouncer at `{listen}`: {error}"));
        BouncerDevice::open(setup).map_err(told)
    }

    fn check(&self) -> Result<(), Failure> {
        if !is_near(self.listen.ip()) {
            return Err(wrong(&format!(
                "bouncers ask in the clear, so `listen` is loopback or a private address, and not `{}`",
                self.listen
            )));
        }
        let names: BTreeSet<&str> = self.clients.iter().map(|one| one.name.as_str()).collect();
        if self.clients.is_empty() || names.len() < self.clients.len() {
            return Err(wrong(
                "a [[bouncer]] has `clients`, each with a name of its own",
            ));
        }
        self.clients.iter().try_for_each(ClientSettings::check)
    }

    /// Tells whether it is served at a port that only the privileged may take.
    pub fn has_low_port(&self) -> bool {
        self.listen.port() < 1_024
    }
}

impl ClientSettings {
    fn check(&self) -> Result<(), Failure> {
        let name = &self.name;
        if self.from.is_empty() {
            return Err(wrong(&format!("`{name}` asks `from` no address; name one")));
        }
        if self.interval_ms == 0 || self.interval_ms > LONGEST_INTERVAL {
            return Err(wrong(&format!(
                "`interval_ms` of `{name}` is {}; a bouncer asks at least every {LONGEST_INTERVAL} ms, for the kill switch empties every device within two seconds; set `update_frequency` in its own configuration too",
                self.interval_ms
            )));
        }
        if self.patience_ms > LONGEST_PATIENCE {
            return Err(wrong(&format!(
                "`patience_ms` of `{name}` is {}, and {LONGEST_PATIENCE} at most",
                self.patience_ms
            )));
        }
        Ok(())
    }

    fn client(&self, secrets: &Secrets) -> Result<Client, Failure> {
        let file = self.key_file.display();
        let hash = secrets.raw(&self.key_file)?;
        let hash = String::from_utf8_lossy(&hash).parse::<KeyHash>();
        let hash = hash.map_err(|why| {
            Failure::wrong(format!(
                "{file}: {why}; `printf %s KEY | sha256sum` makes it"
            ))
        })?;
        Ok(Client {
            name: self.name.clone(),
            key: hash,
            from: self.from.clone(),
            asks: self.asks()?,
        })
    }

    fn asks(&self) -> Result<Asks, Failure> {
        let name = &self.name;
        match (self.asks, self.stops) {
            (HowItAsks::Single, Some(WhatItStops::BothWays)) => Err(wrong(&format!(
                "`{name}` asks about single addresses, so nobody can read back what it stops; leave `stops` out"
            ))),
            (HowItAsks::Single, _) => Ok(Asks::Single),
            (HowItAsks::Stream, None) => Err(wrong(&format!(
                "say what `{name}` stops: \"both ways\" if its sets are wired into chains as docs/enforcing.md shows, \"from only\" if it is as it came; only the first can carry an order"
            ))),
            (HowItAsks::Stream, Some(stops)) => Ok(Asks::Stream {
                means: Means {
                    stops: match stops {
                        WhatItStops::BothWays => Stops::BothWays,
                        WhatItStops::FromOnly => Stops::FromOnly,
                    },
                    ipv6: self.ipv6,
                },
                every: Span::from_millis(i64::from(self.interval_ms)),
                patience: Duration::from_millis(u64::from(self.patience_ms)),
            }),
        }
    }
}

/// Tells whether what is said at an address stays on this machine or in this network.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

fn wrong(why: &str) -> Failure {
    Failure::wrong(format!("devices.toml: {why}"))
}

#[cfg(test)]
#[path = "bouncer_tests.rs"]
mod tests;
