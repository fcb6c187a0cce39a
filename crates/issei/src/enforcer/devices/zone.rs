//! A `[[zone]]` of `devices.toml`: a response policy zone that resolvers fetch from here.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_enforce::zone::{Access, Key, Refused, Wording};
use issei_host::device::zone::{BaseSetup, Fetcher, Setup, ZoneDevice};
use issei_model::{DomainName, Span};
use serde::Deserialize;

use super::Secrets;
use crate::code::Failure;

/// One zone and the resolvers that follow it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneSettings {
    /// Where resolvers fetch it.
    listen: SocketAddr,
    /// Its name.
    apex: DomainName,
    /// The suffix of our own test names.
    tests: DomainName,
    /// Whether a refused name has no records instead of not existing.
    #[serde(default)]
    empty_answers: bool,
    /// The address of the information page, at most one of a kind.
    #[serde(default)]
    page: Vec<IpAddr>,
    /// The resolvers.
    fetchers: Vec<FetcherSettings>,
    /// Where resolvers are asked what they answer; without one nothing is ever in force.
    resolvers: Vec<SocketAddr>,
    /// Prefixes of lines that opted out.
    #[serde(default)]
    passing: Vec<IpNet>,
    /// How often the serial steps by itself, in milliseconds.
    pulse_ms: Option<u32>,
    /// Names that it may hold.
    #[serde(default = "usual_names")]
    most_names: usize,
    /// The member's own standing list, in a zone apart.
    pub(super) base: Option<BaseSettings>,
}

/// A standing list of names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaseSettings {
    /// The name of its zone.
    apex: DomainName,
    /// The file, one name a line, in the enforcer's folder if it does not say otherwise.
    pub(super) file: PathBuf,
    /// Names that it may have.
    #[serde(default = "usual_list")]
    pub(super) most_names: usize,
}

/// Names of a country's list.
fn usual_list() -> usize {
    1_000_000
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FetcherSettings {
    /// Where it asks from.
    ip: IpAddr,
    /// The name of its key; without one it is known by its address alone.
    key: Option<DomainName>,
    /// A file with the key's secret as base64.
    secret_file: Option<PathBuf>,
    /// Where it is told of changes.
    notify: Option<SocketAddr>,
}

/// Names of a busy day.
fn usual_names() -> usize {
    10_000
}

impl ZoneSettings {
    /// Opens the port and serves an empty zone.
    ///
    /// # Errors
    /// If the settings make no sense, a secret cannot be read, or the port is taken.
    pub fn open(
        &self,
        control_plane: &[IpNet],
        secrets: &Secrets,
        folder: &Path,
    ) -> Result<ZoneDevice, Failure> {
        let refused = match self.empty_answers {
            true => Refused::Empty,
            false => Refused::Absent,
        };
        let words = Wording::new(
            self.apex.clone(),
            self.tests.clone(),
            refused,
            self.page.clone(),
        );
        let fetchers: Result<Vec<Fetcher>, Failure> = self
            .fetchers
            .iter()
            .map(|one| one.fetcher(secrets))
            .collect();
        let setup = Setup {
            listen: self.listen,
            wording: words.map_err(|error| Failure::wrong(format!("devices.toml: {error}")))?,
            timers: Setup::HOT,
            pulse: self.pulse_ms.map(|ms| Span::from_millis(i64::from(ms))),
            fences: Fences {
                most_rules: self.most_names,
                control_plane: control_plane.to_vec(),
            },
            passing: self.passing.clone(),
            base: self.base.as_ref().map(|base| BaseSetup {
                apex: base.apex.clone(),
                timers: Setup::BASE,
            }),
            fetchers: fetchers?,
            resolvers: self.resolvers.clone(),
            folder: folder.to_owned(),
        };
        ZoneDevice::open(setup).map_err(Failure::broken)
    }

    /// Names its resolvers, each with the suffix below which orders are marked.
    pub fn sentinel_names(&self) -> Vec<(SocketAddr, DomainName)> {
        let resolvers = self.resolvers.iter();
        resolvers.map(|one| (*one, self.tests.clone())).collect()
    }

    /// Tells whether it is served at a port that only the privileged may take.
    pub fn has_low_port(&self) -> bool {
        self.listen.port() < 1_024
    }
}

impl FetcherSettings {
    fn fetcher(&self, secrets: &Secrets) -> Result<Fetcher, Failure> {
        let access = match (&self.key, &self.secret_file) {
            (None, None) => Access::Address,
            (Some(name), Some(path)) => {
                let key = Key::new(name.clone(), &secrets.base64(path)?);
                Access::Key(key.map_err(|error| Failure::wrong(format!("devices.toml: {error}")))?)
            }
            _ => {
                let complaint = "a fetcher has a `key` and its `secret_file`, or neither";
                return Err(Failure::wrong(format!("devices.toml: {complaint}")));
            }
        };
        Ok(Fetcher {
            ip: self.ip,
            access,
            notify: self.notify,
        })
    }
}

#[cfg(test)]
#[path = "zone_tests.rs"]
mod tests;
