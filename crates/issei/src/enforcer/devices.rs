//! Which devices an enforcer has: `devices.toml` of its folder.
//!
//! In: the file. Out: devices, open; what the process must keep to reach them. Always: a mistake is named
//! with its line. Not here: how a device is spoken to (`issei_host::device`).

mod bgp;
mod bouncer;
mod sentinel;
mod xdp;
mod zone;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_host::confine::{self, Capability, Kept};
use issei_host::device::nft::{self, Nft};
use issei_model::{Action, DomainName};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Hand;
use super::lists::List;
use crate::code::Failure;
use crate::configuration::{self, Complaints};
use crate::office::folder::Folder;

/// What a device can be told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Packets to and from addresses.
    Packets,
    /// Questions about names.
    Names,
}

impl Kind {
    /// Tells which devices an action is for.
    pub fn of(action: Action) -> Self {
        match action {
            Action::RefuseName | Action::Redirect => Self::Names,
            Action::Drop | Action::RateLimit(_) => Self::Packets,
        }
    }
}

/// What a person sets in `devices.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The user that the member's office runs as; if none, the owner of the folder.
    pub client: Option<u32>,
    /// Prefixes that carry this network's own control: never cut on any device.
    pub control_plane: Vec<IpNet>,
    /// What is cut along with every order, to measure what it came to.
    pub sentinel: Option<sentinel::SentinelSettings>,
    /// Machines whose packet filter takes the rules.
    pub nft: Vec<NftSettings>,
    /// Interfaces whose packets meet our program before the kernel knows of them.
    pub xdp: Vec<xdp::XdpSettings>,
    /// Routers that are told routes.
    pub bgp: Vec<bgp::Peer>,
    /// Zones that resolvers fetch.
    pub zone: Vec<zone::ZoneSettings>,
    /// Ports at which bouncers ask.
    pub bouncer: Vec<bouncer::BouncerSettings>,
}

/// Where secrets lie: files in the enforcer's folder.
pub struct Secrets<'a>(&'a Folder);

impl Secrets<'_> {
    /// Reads a secret as it stands, without the line's end.
    fn raw(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let text = Zeroizing::new(self.0.text(&self.0.root().join(path))?);
        Ok(Zeroizing::new(text.trim_end().as_bytes().to_vec()))
    }

    /// Reads a secret that is written as base64.
    fn base64(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let text = self.raw(path)?;
        let wrong = |_| Failure::wrong(format!("{}: no base64", path.display()));
        STANDARD.decode(&*text).map(Zeroizing::new).map_err(wrong)
    }
}

/// One machine's packet filter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NftSettings {
    /// The network namespace whose packets are meant; none is the enforcer's own.
    pub namespace: Option<String>,
    /// The program, if it is not the system's `nft`.
    pub program: Option<PathBuf>,
    /// Rules that it may hold.
    #[serde(default = "usual_rules")]
    pub most_rules: usize,
    /// By which interface which lines come in; needed against forged sources only.
    #[serde(default)]
    pub accesses: Vec<AccessSettings>,
}

/// Lines that come in by one interface.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// The prefix in which they lie.
    pub lines: IpNet,
    /// The interface.
    pub interface: String,
}

/// Rules that a packet filter takes without anybody noticing.
fn usual_rules() -> usize {
    10_000
}

impl Settings {
    /// The file's name in an enforcer's folder.
    pub const FILE: &'static str = "devices.toml";

    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(folder: &Folder) -> Result<Self, Failure> {
        let path = folder.root().join(Self::FILE);
        let told = |error| Failure::unreadable(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(&path).map_err(told)?;
        Self::parse(&path.display().to_string(), &text).map_err(Failure::wrong)
    }

    /// Reads the text of the file, which `file` names in a complaint.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(file: &str, text: &str) -> Result<Self, Complaints> {
        configuration::read_with_serde(file, text, "docs/enforcing.md")
    }

    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read_if_any(folder: &Folder) -> Result<Self, Failure> {
        match folder.root().join(Self::FILE).exists() {
            true => Self::read(folder),
            false => Ok(Self::default()),
        }
    }

    /// Names what the process keeps: its folder, the system's programs, what the devices need.
    pub fn confined(&self, folder: &Folder) -> Kept {
        let pins = self.xdp.iter().map(xdp::XdpSettings::writable);
        // Programs of the system throw away what nobody reads.
        let usual = [folder.root().to_owned(), PathBuf::from("/dev/null")];
        Kept {
            readable: confine::system(),
            writable: pins.chain(usual).collect(),
            capabilities: self.capabilities(),
        }
    }

    /// Names the standing list of each zone, in their order; a zone may have none.
    pub fn lists(&self, folder: &Folder) -> Vec<Option<List>> {
        let list = |zone: &zone::ZoneSettings| {
            zone.base.as_ref().map(|base| List {
                path: folder.root().join(&base.file),
                most: base.most_names,
            })
        };
        self.zone.iter().map(list).collect()
    }

    fn capabilities(&self) -> Vec<Capability> {
        let mut needed = Vec::new();
        if !(self.nft.is_empty() && self.xdp.is_empty()) {
            needed.push(Capability::NetAdmin);
        }
        if !self.xdp.is_empty() {
            needed.extend([Capability::Bpf, Capability::Perfmon]);
        }
        if self.nft.iter().any(|one| one.namespace.is_some()) {
            needed.push(Capability::SysAdmin);
        }
        let low = self.bgp.iter().any(bgp::Peer::has_low_port)
            || self.zone.iter().any(zone::ZoneSettings::has_low_port)
            || self
                .bouncer
                .iter()
                .any(bouncer::BouncerSettings::has_low_port);
        if low {
            needed.push(Capability::NetBindService);
        }
        needed
    }

    /// Names the resolvers that mark orders, each with the suffix below which it does.
    pub fn sentinel_names(&self) -> Vec<(SocketAddr, DomainName)> {
        let zones = self.zone.iter();
        zones.flat_map(zone::ZoneSettings::sentinel_names).collect()
    }

    fn fences(&self, most_rules: usize) -> Fences {
        Fences {
            most_rules,
            control_plane: self.control_plane.clone(),
        }
    }

    fn nft(&self, one: &NftSettings) -> Result<Hand, Failure> {
        let mut settings = nft::Settings::new(self.fences(one.most_rules));
        settings.namespace.clone_from(&one.namespace);
        if let Some(program) = &one.program {
            settings.program.clone_from(program);
        }
        for access in &one.accesses {
            let named = access.interface.parse();
            let named =
                named.map_err(|why: String| Failure::wrong(format!("devices.toml: {why}")))?;
            settings.accesses.push((access.lines, named));
        }
        Ok(Hand {
            kind: Kind::Packets,
            device: Box::new(Nft::new(settings)),
        })
    }
}

/// Opens every device.
///
/// # Errors
/// If there is none, or one cannot be opened.
pub fn open(settings: &Settings, folder: &Folder) -> Result<Vec<Hand>, Failure> {
    let secrets = Secrets(folder);
    let mut hands = Vec::new();
    for one in &settings.nft {
        hands.push(settings.nft(one)?);
    }
    for one in &settings.xdp {
        hands.push(Hand {
            kind: Kind::Packets,
            device: Box::new(one.open(&settings.control_plane)?),
        });
    }
    for one in &settings.bgp {
        hands.push(Hand {
            kind: Kind::Packets,
            device: Box::new(one.start(&settings.control_plane, &secrets)?),
        });
    }
    for (number, one) in settings.zone.iter().enumerate() {
        let place = folder.root().join(format!("zone-{number}"));
        fs::create_dir_all(&place).map_err(Failure::broken)?;
        hands.push(Hand {
            kind: Kind::Names,
            device: Box::new(one.open(&settings.control_plane, &secrets, &place)?),
        });
    }
    // Last, for emptying them may wait until they ask.
    for (number, one) in settings.bouncer.iter().enumerate() {
        let place = folder.root().join(format!("bouncer-{number}"));
        hands.push(Hand {
            kind: Kind::Packets,
            device: Box::new(one.open(&settings.control_plane, &secrets, &place)?),
        });
    }
    if hands.is_empty() {
        let place = folder.root().display();
        return Err(Failure::wrong(format!(
            "{place}/devices.toml names no device"
        )));
    }
    Ok(hands)
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
