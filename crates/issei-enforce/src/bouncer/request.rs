//! Reads what a bouncer asks for.
//!
//! In: the path and query of a request. Out: an [`Asked`], or what is not clear. Always: a filter that we do not
//! know is refused, for whoever sets it would otherwise get more than it asked for; all decisions of ours are
//! alike (scope `Ip`, type `ban`, one origin, one scenario), so a filter lets all of them pass or none.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::decision::{ORIGIN, SCENARIO};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What has changed since the last time.
    Stream {
        /// Whether the bouncer has just begun and holds nothing that it knows of.
        begins: bool,
        /// Whether decisions of ours are wanted at all.
        filter: Filter,
    },
    /// Decisions about one address, or all of them.
    List {
        /// The address; none asks for all.
        ip: Option<IpAddr>,
        /// Whether decisions of ours are wanted at all.
        filter: Filter,
    },
}

/// Whether a request lets decisions of ours pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// It does.
    Passes,
    /// It does not, because of this parameter.
    Bars(&'static str),
}

/// Why a request cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unclear {
    /// There is nothing at this path.
    Path,
    /// A parameter that we do not know, or more of them than anybody sends.
    Parameter,
    /// A value that cannot be read: of this parameter.
    Value(&'static str),
}

/// The longest query. Ours have under a hundred bytes; lists of scenarios may be long.
const LONGEST: usize = 4_096;
const MOST_PARAMETERS: usize = 16;

/// Reads the path and query of a request.
///
/// # Errors
/// What is not clear about it.
pub fn read(path: &str, query: &str) -> Result<Asked, Unclear> {
    let streams = match path.strip_suffix('/').unwrap_or(path) {
        "/v1/decisions/stream" => true,
        "/v1/decisions" => false,
        _ => return Err(Unclear::Path),
    };
    let mut asked = Reading::default();
    if query.len() > LONGEST {
        return Err(Unclear::Parameter);
    }
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    if pairs.len() > MOST_PARAMETERS {
        return Err(Unclear::Parameter);
    }
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value).ok_or(Unclear::Value("a percent sign"))?;
        asked.note(name, &value, streams)?;
    }
    Ok(asked.asked(streams))
}

#[derive(Default)]
struct Reading {
    begins: bool,
    ip: Option<IpAddr>,
    /// A range of more than one address, which no decision of ours covers.
    wider: bool,
    bars: Option<&'static str>,
}

impl Reading {
    fn note(&mut self, name: &str, value: &str, streams: bool) -> Result<(), Unclear> {
        let has = |wanted: &str| listed(value).any(|word| word.eq_ignore_ascii_case(wanted));
        let holds = |word: &str| SCENARIO.contains(word);
        let passes = match (name, streams) {
            ("startup", true) => {
                self.begins = flag(value).ok_or(Unclear::Value("startup"))?;
                true
            }
            ("scopes", _) | ("scope", false) => value.is_empty() || has("ip"),
            ("origins", _) => value.is_empty() || has(ORIGIN),
            ("scenarios_containing", _) => value.is_empty() || listed(value).any(holds),
            ("scenarios_not_containing", _) => !listed(value).any(holds),
            ("type", false) => value.is_empty() || value.eq_ignore_ascii_case("ban"),
            ("ip", false) => self.aim(value, "ip")?,
            ("value", false) => self.aim(value, "value")?,
            ("range", false) => self.aim_wide(value)?,
            // Lists of others, and how duplicates and ranges are told: nothing here has any of them.
            ("community_pull" | "additional_pull" | "dedup", true) => true,
            ("contains", false) => true,
            _ => return Err(Unclear::Parameter),
        };
        if !passes {
            self.bars = Some(known(name));
        }
        Ok(())
    }

    fn aim(&mut self, value: &str, name: &'static str) -> Result<bool, Unclear> {
        let ip: IpAddr = value.parse().map_err(|_| Unclear::Value(name))?;
        self.ip = Some(ip.to_canonical());
        Ok(true)
    }

    fn aim_wide(&mut self, value: &str) -> Result<bool, Unclear> {
        let net: IpNet = value.parse().map_err(|_| Unclear::Value("range"))?;
        self.ip = Some(net.addr());
        self.wider = net.prefix_len() < net.max_prefix_len();
        Ok(true)
    }

    fn asked(self, streams: bool) -> Asked {
        let barred = self.bars.or(self.wider.then_some("range"));
        let filter = barred.map_or(Filter::Passes, Filter::Bars);
        match streams {
            true => Asked::Stream {
                begins: self.begins,
                filter,
            },
            false => Asked::List {
                ip: self.ip,
                filter,
            },
        }
    }
}

/// The names of parameters that can bar what is ours.
fn known(name: &str) -> &'static str {
    const NAMES: [&str; 6] = [
        "scopes",
        "scope",
        "origins",
        "scenarios_containing",
        "scenarios_not_containing",
        "type",
    ];
    let found = NAMES.into_iter().find(|known| *known == name);
    found.unwrap_or("a filter")
}

fn listed(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// Reads a truth as Go writes it.
fn flag(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Decodes what stands behind percent signs (RFC 3986 section 2.1), and plus signs of forms.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                high << 4 | low
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str(
                "nothing is here; a bouncer asks `/v1/decisions/stream` or `/v1/decisions`",
            ),
            Self::Parameter => {
                f.write_str("a parameter that is not known here, or too many of them")
            }
            Self::Value(name) => write!(f, "the value of `{name}` cannot be read"),
        }
    }
}

impl std::error::Error for Unclear {}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
