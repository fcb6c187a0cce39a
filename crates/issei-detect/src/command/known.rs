//! Services that are known to be shared by everybody: never a command server by enrichment.
//!
//! Public resolvers, public clocks, the front ends of content networks, operating-system
//! updates: suspects contact them because everyone does, and cutting one would hurt everyone.
//! A short list ships with the product; the operator's prefixes and parsed warning lists add to
//! it. Rented machines in clouds are *not* on it: command servers live there too.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::prefixes::{PrefixTable, parse_place};

/// The protected list.
#[derive(Clone, Debug, Default)]
pub struct KnownServices {
    sources: Vec<String>,
    places: PrefixTable<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    service: Vec<ShippedService>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippedService {
    name: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    origin: String,
    places: Vec<String>,
}

impl KnownServices {
    /// Sources a list may name.
    pub const MOST_SOURCES: usize = u16::MAX as usize;

    /// Reads the list that ships with the product.
    pub fn shipped() -> Self {
        let text = include_str!("../../data/known-services.toml");
        let shipped: Shipped = toml::from_str(text).expect("the shipped list is held by a test");
        let mut known = Self::default();
        for service in shipped.service {
            let places = service.places.iter().filter_map(|text| parse_place(text));
            known.add(&service.name, places.collect::<Vec<_>>());
        }
        known
    }

    /// Adds prefixes of one source: the operator's file, or a warning list by its name. A port
    /// of 0 means every port. Tells how many were added; what a list past the last source says
    /// is not taken.
    pub fn add(&mut self, source: &str, places: impl IntoIterator<Item = (IpNet, u16)>) -> usize {
        let Ok(number) = u16::try_from(self.sources.len()) else {
            return 0;
        };
        self.sources.push(source.to_owned());
        let before = self.places.len();
        for (net, port) in places {
            self.places.insert(net, port, number);
        }
        self.places.len() - before
    }

    /// Counts the prefixes.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Tells which source protects a service, if one does.
    pub fn protects(&self, ip: IpAddr, port: u16) -> Option<&str> {
        let number = self.places.about(ip, port)?;
        self.sources.get(usize::from(*number)).map(String::as_str)
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
