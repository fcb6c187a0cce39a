//! The shape of what `nft -j list` answers, and nothing of what it means.
//!
//! Objects of a kind that we never make have none of these keys, and are strange. Standard:
//! libnftables-json(5); as 1.0.6 writes it with numbers for protocols (`-p`).

use std::net::IpAddr;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Listing {
    pub(super) nftables: Vec<Object>,
}

/// One object: of its keys one is there.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    pub(super) metainfo: Option<IgnoredAny>,
    pub(super) table: Option<TableHead>,
    pub(super) counter: Option<Counter>,
    pub(super) set: Option<Set>,
    pub(super) chain: Option<Chain>,
    pub(super) rule: Option<Rule>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TableHead {
    pub(super) family: String,
    pub(super) name: String,
    /// Set if the table sleeps or belongs to a process. What 1.0.6 writes there is no use.
    pub(super) flags: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Counter {
    pub(super) name: String,
    pub(super) packets: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Set {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) of: Value,
    pub(super) flags: Option<Value>,
    #[serde(default)]
    pub(super) elem: Vec<Element>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Element {
    /// With its time, as every element of ours is.
    Timed { elem: Timed },
    /// Of any other form.
    Strange(IgnoredAny),
}

#[derive(Debug, Deserialize)]
pub(super) struct Timed {
    pub(super) val: Key,
    /// Whole seconds until it dies.
    pub(super) expires: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Address(IpAddr),
    Service { concat: (IpAddr, u8, u16) },
    Strange(IgnoredAny),
}

#[derive(Debug, Deserialize)]
pub(super) struct Chain {
    pub(super) family: Option<String>,
    pub(super) table: Option<String>,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) of: Option<String>,
    pub(super) hook: Option<String>,
    pub(super) prio: Option<i64>,
    pub(super) policy: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) chain: String,
    pub(super) handle: u64,
    pub(super) expr: Vec<Value>,
}
