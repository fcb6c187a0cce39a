//! The kinds of value a knob may have: how each is read, refused and written back.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;

use ipnet::IpNet;
use issei_model::{Level, Span};
use toml::Spanned;
use toml::de::DeValue;

use super::complaint::nearest;

/// Why a value was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where, if it is a part of the value.
    pub at: Option<Range<usize>>,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub mend: String,
}

impl Refused {
    fn new(wrong: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            at: None,
            wrong: wrong.into(),
            mend: mend.into(),
        }
    }

    fn kind(found: &DeValue<'_>, wanted: &str, example: &str) -> Self {
        let a = if found.type_str().starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        Self::new(
            format!("this is {a} {}, not {wanted}", found.type_str()),
            format!("write {example}"),
        )
    }
}

/// A kind of value.
pub trait Value: Sized {
    /// What it is called in the reference.
    const KIND: &'static str;

    /// Reads it. `range` is `least .. greatest` in the kind's own words, or empty.
    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused>;

    /// Writes it as TOML.
    fn to_toml(&self) -> String;
}

fn text<'a>(
    value: &'a Spanned<DeValue<'_>>,
    wanted: &str,
    example: &str,
) -> Result<&'a str, Refused> {
    value
        .get_ref()
        .as_str()
        .ok_or_else(|| Refused::kind(value.get_ref(), wanted, example))
}

fn quoted(text: impl Display) -> String {
    toml::Value::String(text.to_string()).to_string()
}

/// Holds a value in its range.
fn within<T: PartialOrd>(
    value: T,
    range: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Refused> {
    let ends = range
        .split_once(" .. ")
        .and_then(|(low, high)| Some((read(low)?, read(high)?)));
    match ends {
        Some((low, high)) if value < low || value > high => {
            let (low, high) = range.split_once(" .. ").unwrap_or_default();
            Err(Refused::new(
                "this is out of range",
                format!("choose from {low} to {high}"),
            ))
        }
        _ => Ok(value),
    }
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

impl Count {
    /// Tells the number as a size of something in memory.
    pub fn get(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Value for Count {
    const KIND: &'static str = "number";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let refused = || {
            Refused::kind(
                value.get_ref(),
                "a whole number",
                "digits without quotes, such as `1000`",
            )
        };
        let number = value.get_ref().as_integer().ok_or_else(refused)?;
        let digits = number.as_str();
        if digits.starts_with('-') {
            return Err(Refused::new(
                "this is negative",
                format!("choose from {}", range.replace(" .. ", " to ")),
            ));
        }
        let number = u64::from_str_radix(digits, number.radix());
        let number = number.map_err(|_| {
            Refused::new(
                "this number is too large",
                format!("choose from {}", range.replace(" .. ", " to ")),
            )
        })?;
        within(number, range, |end| end.parse().ok()).map(Self)
    }

    fn to_toml(&self) -> String {
        self.0.to_string()
    }
}

impl Value for bool {
    const KIND: &'static str = "true or false";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        value.get_ref().as_bool().ok_or_else(|| {
            Refused::kind(
                value.get_ref(),
                "`true` or `false`",
                "`true` or `false` without quotes",
            )
        })
    }

    fn to_toml(&self) -> String {
        self.to_string()
    }
}

const SPAN_UNITS: &[(&str, i64)] = &[
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

/// Splits `64MiB` into its number and its unit.
fn measured(text: &str, units: &[(&str, i64)]) -> Option<i64> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = (text.get(..digits)?, text.get(digits..)?.trim());
    let &(_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<i64>().ok()?.checked_mul(size)
}

/// Writes a number with the largest unit that leaves it whole.
fn with_unit(number: i64, units: &[(&str, i64)]) -> String {
    let fits = |&&(_, size): &&(&str, i64)| number != 0 && number % size == 0;
    let (unit, size) = units.iter().rev().find(fits).copied().unwrap_or(("", 1));
    format!("{}{unit}", number / size)
}

/// Writes a span as the configuration does.
pub fn span_text(span: Span) -> String {
    if span == Span::ZERO {
        "0s".into()
    } else {
        with_unit(span.as_micros(), SPAN_UNITS)
    }
}

impl Value for Span {
    const KIND: &'static str = "time";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let example = "a number with its unit in quotes, such as `\"500us\"`, `\"10s\"`, `\"5min\"`, `\"1h\"` or `\"90d\"`";
        let words = text(value, "a time", example)?;
        let parse = |words: &str| measured(words, SPAN_UNITS).map(Self::from_micros);
        let span = parse(words).ok_or_else(|| {
            Refused::new(format!("`{words}` is no time"), format!("write {example}"))
        })?;
        within(span, range, parse)
    }

    fn to_toml(&self) -> String {
        quoted(span_text(*self))
    }
}

const BYTE_UNITS: &[(&str, i64)] = &[
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// An amount of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub usize);

impl Value for Bytes {
    const KIND: &'static str = "bytes";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let example =
            "a number with its unit in quotes, such as `\"9216B\"`, `\"64KiB\"` or `\"64MiB\"`";
        let words = text(value, "an amount of bytes", example)?;
        let parse = |words: &str| {
            measured(words, BYTE_UNITS)
                .and_then(|bytes| usize::try_from(bytes).ok())
                .map(Self)
        };
        let bytes = parse(words).ok_or_else(|| {
            Refused::new(
                format!("`{words}` is no amount of bytes"),
                format!("write {example}"),
            )
        })?;
        within(bytes, range, parse)
    }

    fn to_toml(&self) -> String {
        quoted(with_unit(
            i64::try_from(self.0).unwrap_or(i64::MAX),
            BYTE_UNITS,
        ))
    }
}

impl Value for Level {
    const KIND: &'static str = "level";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        const WORDS: [(&str, Level); 4] = [
            ("measure", Level::Measure),
            ("context", Level::Context),
            ("candidate", Level::Candidate),
            ("finding", Level::Finding),
        ];
        let all = "`measure`, `context`, `candidate` or `finding`";
        let word = text(value, "a level", all)?;
        let known = WORDS.iter().find(|(name, _)| *name == word);
        known.map(|&(_, level)| level).ok_or_else(|| {
            let mend = match nearest(word, WORDS.map(|(name, _)| name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {all}"),
            };
            Refused::new(format!("`{word}` is no level"), mend)
        })
    }

    fn to_toml(&self) -> String {
        quoted(match self {
            Self::Measure => "measure",
            Self::Context => "context",
            Self::Candidate => "candidate",
            Self::Finding => "finding",
        })
    }
}

/// An HTTP address, or empty for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpUrl(pub String);

impl Value for HttpUrl {
    const KIND: &'static str = "HTTP address";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let example = "`\"https://desk.example/findings\"`";
        let words = text(value, "an HTTP address", example)?;
        let rest = words
            .strip_prefix("https://")
            .or(words.strip_prefix("http://"));
        let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let plain = |host: &str| !host.is_empty() && !host.contains(char::is_whitespace);
        match host {
            _ if words.is_empty() => Ok(Self(String::new())),
            Some(host) if host.contains('@') => Err(Refused::new(
                "a name and password do not belong into an address",
                "give the receiver an address of its own",
            )),
            Some(host) if plain(host) => Ok(Self(words.to_owned())),
            _ => Err(Refused::new(
                format!("`{words}` is no HTTP address"),
                format!("write {example}"),
            )),
        }
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

/// The name of a network interface, or empty for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface(pub String);

impl Value for Interface {
    const KIND: &'static str = "interface";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let words = text(
            value,
            "the name of an interface",
            "a name in quotes, such as `\"eth0\"`",
        )?;
        // Linux: at most 15 bytes, neither slash nor space.
        if words.len() > 15 || words.contains(|c: char| c == '/' || c.is_whitespace()) {
            return Err(Refused::new(
                format!("`{words}` cannot be the name of an interface"),
                "`ip link` lists them",
            ));
        }
        Ok(Self(words.to_owned()))
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "path";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        text(value, "a path", "a path in quotes").map(Self::from)
    }

    fn to_toml(&self) -> String {
        quoted(self.display())
    }
}

impl Value for IpNet {
    const KIND: &'static str = "prefix";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let example = "a prefix in quotes, such as `\"192.0.2.0/24\"` or `\"2001:db8::/32\"`";
        let words = text(value, "a prefix", example)?;
        prefix(words).map_err(|mend| {
            Refused::new(
                format!("`{words}` is no prefix"),
                mend.unwrap_or_else(|| format!("write {example}")),
            )
        })
    }

    fn to_toml(&self) -> String {
        quoted(self)
    }
}

/// Reads a prefix, or tells what was most likely meant. Host bits are refused: they hide a slip.
pub fn prefix(words: &str) -> Result<IpNet, Option<String>> {
    if let Ok(net) = words.parse::<IpNet>() {
        return if net.addr() == net.network() {
            Ok(net)
        } else {
            Err(Some(format!(
                "bits are set behind its length; did you mean `{}` or the single address `{}`?",
                net.trunc(),
                IpNet::from(net.addr())
            )))
        };
    }
    match words.parse::<IpAddr>() {
        Ok(ip) => Err(Some(format!("did you mean `{}`?", IpNet::from(ip)))),
        Err(_) => Err(None),
    }
}

impl Value for SocketAddr {
    const KIND: &'static str = "address and port";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let example =
            "an address with its port in quotes, such as `\"0.0.0.0:2055\"` or `\"[::]:2055\"`";
        let words = text(value, "an address with a port", example)?;
        words.parse().map_err(|_| {
            let mend = match (
                words.parse::<IpAddr>(),
                words.parse::<u16>(),
                words.strip_prefix(':').map(str::parse::<u16>),
            ) {
                (Ok(IpAddr::V4(ip)), ..) => format!("a port is missing; did you mean `{ip}:2055`?"),
                (Ok(IpAddr::V6(ip)), ..) => {
                    format!("a port is missing; did you mean `[{ip}]:2055`?")
                }
                (_, Ok(port), _) | (_, _, Some(Ok(port))) => {
                    format!("an address is missing; did you mean `0.0.0.0:{port}`?")
                }
                _ => format!("write {example}"),
            };
            Refused::new(format!("`{words}` is no address with a port"), mend)
        })
    }

    fn to_toml(&self) -> String {
        quoted(self)
    }
}

impl Value for Option<SocketAddr> {
    const KIND: &'static str = "address and port";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        if value.get_ref().as_str() == Some("") {
            return Ok(None);
        }
        SocketAddr::read(value, range).map(Some)
    }

    fn to_toml(&self) -> String {
        self.map_or_else(|| quoted(""), |address| address.to_toml())
    }
}

/// Lists take a single value for a list of one.
macro_rules! list_of {
    ($($kind:ty, $name:literal;)+) => {$(
        impl Value for Vec<$kind> {
            const KIND: &'static str = $name;

            fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
                let items = match value.get_ref() {
                    DeValue::Array(items) => items,
                    DeValue::String(_) => return <$kind>::read(value, range).map(|only| vec![only]),
                    other => return Err(Refused::kind(other, concat!("a ", $name), "a list in brackets, such as `[\"a\", \"b\"]`")),
                };
                let read = |item: &Spanned<DeValue<'_>>| {
                    <$kind>::read(item, range).map_err(|refused| Refused { at: Some(item.span()), ..refused })
                };
                items.iter().map(read).collect()
            }

            fn to_toml(&self) -> String {
                let items: Vec<String> = self.iter().map(Value::to_toml).collect();
                format!("[{}]", items.join(", "))
            }
        }
    )+};
}

list_of! {
    IpNet, "list of prefixes";
    SocketAddr, "list of addresses and ports";
    PathBuf, "list of paths";
}

impl Value for BTreeMap<IpAddr, Count> {
    const KIND: &'static str = "table of address = number";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let example = "a table such as `{ \"192.0.2.1\" = 1000 }`";
        let DeValue::Table(table) = value.get_ref() else {
            return Err(Refused::kind(value.get_ref(), "a table", example));
        };
        let mut read = Self::new();
        for (key, number) in table {
            let ip = key.get_ref().parse::<IpAddr>().map_err(|_| Refused {
                at: Some(key.span()),
                ..Refused::new(
                    format!("`{}` is no address", key.get_ref()),
                    format!("write {example}"),
                )
            })?;
            let number = Count::read(number, range).map_err(|refused| Refused {
                at: Some(number.span()),
                ..refused
            })?;
            if read.insert(ip, number).is_some() {
                return Err(Refused {
                    at: Some(key.span()),
                    ..Refused::new(format!("`{ip}` stands here twice"), "keep one of them")
                });
            }
        }
        Ok(read)
    }

    fn to_toml(&self) -> String {
        if self.is_empty() {
            return "{}".into();
        }
        let items: Vec<String> = self
            .iter()
            .map(|(ip, number)| format!("{} = {}", quoted(ip), number.0))
            .collect();
        format!("{{ {} }}", items.join(", "))
    }
}
