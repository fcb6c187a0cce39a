//! An `[[xdp]]` of `devices.toml`: interfaces whose packets meet our program before the kernel knows of them.

use std::path::{Path, PathBuf};

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_host::device::xdp::{Place, Xdp};
use serde::Deserialize;

use crate::code::Failure;

/// Interfaces that share one program and its goals.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XdpSettings {
    /// Where packets come in.
    interfaces: Vec<String>,
    /// The folder on a BPF file system in which everything is pinned.
    #[serde(default = "usual_pins")]
    pins: PathBuf,
    /// Rules that it may hold: 64 bytes of the kernel's memory each.
    #[serde(default = "usual_rules")]
    most_rules: u32,
    /// Lines whose limits are remembered at once.
    #[serde(default = "usual_lines")]
    lines: u32,
    /// Prefixes of lines of ours: a limit on such an address is the line's own.
    #[serde(default)]
    ours: Vec<IpNet>,
}

fn usual_pins() -> PathBuf {
    Place::PINS.into()
}

fn usual_rules() -> u32 {
    Place::GOALS
}

fn usual_lines() -> u32 {
    Place::LINES
}

impl XdpSettings {
    /// Names the folder in which the pins' own folder is made, renamed and removed.
    pub fn writable(&self) -> PathBuf {
        self.pins.parent().unwrap_or(Path::new("/")).to_owned()
    }

    /// Hangs the program on the interfaces, or takes over what is pinned.
    ///
    /// # Errors
    /// If the kernel refuses, or an interface is not there or has another's program.
    pub fn open(&self, control_plane: &[IpNet]) -> Result<Xdp, Failure> {
        let place = Place {
            pins: self.pins.clone(),
            interfaces: self.interfaces.clone(),
            goals: self.most_rules,
            lines: self.lines,
            ours: self.ours.clone(),
        };
        let fences = Fences {
            most_rules: self.most_rules as usize,
            control_plane: control_plane.to_vec(),
        };
        Xdp::open(place, fences).map_err(Failure::broken)
    }
}
