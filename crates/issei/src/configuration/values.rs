//! The kinds of value a knob may have: how each is read, refused and written back.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;

use ipnet::IpNet;
use issei_model::{Goal, Level, OrganisationId, Span};
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
    /// Whether what stands there is nobody's to read.
    pub secret: bool,
}

impl Refused {
    fn new(wrong: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            at: None,
            wrong: wrong.into(),
            mend: mend.into(),
            secret: false,
        }
    }

    fn kind(found: &DeValue<'_>, wanted: &str, example: &str) -> Self {
        let kind = match found {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "whole number",
            DeValue::Float(_) => "number with a point",
            DeValue::Boolean(_) => "truth value",
            DeValue::Datetime(_) => "date",
            DeValue::Array(_) => "list",
            DeValue::Table(_) => "table",
        };
        if kind == "text" {
            return Self::new(
                format!("this is text, not {wanted}"),
                format!("write {example}"),
            );
        }
        let a = if kind.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        Self::new(
            format!("this is {a} {kind}, not {wanted}"),
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

/// How people write units of time elsewhere.
const SPAN_WORDS: &[(&str, &str)] = &[
    ("µs", "us"),
    ("usec", "us"),
    ("msec", "ms"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("秒", "s"),
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("分", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("時間", "h"),
    ("day", "d"),
    ("days", "d"),
    ("日", "d"),
    // A letter that is right but for its size.
    ("us", "us"),
    ("ms", "ms"),
    ("s", "s"),
    ("min", "min"),
    ("h", "h"),
    ("d", "d"),
];

/// Splits `64MiB` into its number and its unit.
fn measured(text: &str, units: &[(&str, i64)]) -> Option<i64> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = (text.get(..digits)?, text.get(digits..)?.trim());
    let &(_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<i64>().ok()?.checked_mul(size)
}

/// Finds what was meant by a unit that people write elsewhere.
fn meant(words: &str, units: &[(&str, &str)]) -> Option<String> {
    let words = words.trim();
    let number = words.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = words[number.len()..].trim().to_lowercase();
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let &(_, right) = units.iter().find(|(wrong, _)| digits && *wrong == unit)?;
    Some(format!("did you mean `{number}{right}`?"))
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
            let mend = meant(words, SPAN_WORDS).unwrap_or_else(|| format!("write {example}"));
            Refused::new(format!("`{words}` is no time"), mend)
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

/// How people write amounts elsewhere: here a kilobyte has 1,024 bytes, and says so.
const BYTE_WORDS: &[(&str, &str)] = &[
    ("", "B"),
    ("b", "B"),
    ("bytes", "B"),
    ("k", "KiB"),
    ("kb", "KiB"),
    ("kib", "KiB"),
    ("m", "MiB"),
    ("mb", "MiB"),
    ("mib", "MiB"),
    ("g", "GiB"),
    ("gb", "GiB"),
    ("gib", "GiB"),
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
            let mend = meant(words, BYTE_WORDS).unwrap_or_else(|| format!("write {example}"));
            Refused::new(format!("`{words}` is no amount of bytes"), mend)
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
            Some(host) if host.contains('@') => Err(Refused {
                secret: true,
                ..Refused::new(
                    "a name and password do not belong into an address",
                    "give the receiver an address of its own",
                )
            }),
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
    if let Some((ip, length)) = words.split_once('/')
        && let Ok(ip) = ip.parse::<IpAddr>()
    {
        let (family, longest) = match ip {
            IpAddr::V4(_) => ("IPv4", 32),
            IpAddr::V6(_) => ("IPv6", 128),
        };
        return Err(Some(format!(
            "the length of a prefix of {family} is 0 to {longest}, not {length}"
        )));
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
        let refused = |mend| Refused::new(format!("`{words}` is no address with a port"), mend);
        words.parse().map_err(|_| {
            let bare = words.parse::<IpAddr>().ok();
            let after_colon = words.rsplit_once(':');
            let (host, port) = after_colon.map_or((None, words), |(host, port)| (Some(host), port));
            let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            refused(match (bare, host) {
                (Some(IpAddr::V4(ip)), _) => {
                    format!("a port is missing; write `{ip}:PORT` with its number")
                }
                (Some(IpAddr::V6(ip)), _) => {
                    format!("a port is missing; write `[{ip}]:PORT` with its number")
                }
                _ if is_number && port.parse::<u16>().is_err() => {
                    format!("a port is 0 to 65535, not {port}")
                }
                (None, None | Some("")) if is_number => {
                    format!("an address is missing; did you mean `0.0.0.0:{port}`?")
                }
                _ => format!("write {example}"),
            })
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

/// Where something is found: a host, or its address, with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach(pub String);

impl Value for Reach {
    const KIND: &'static str = "host and port";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let words = text(
            value,
            "a host with a port",
            "a host or address with its port in quotes, such as `\"192.0.2.1:7443\"`",
        )?;
        let named = words.rsplit_once(':').filter(|(host, port)| {
            let letter = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
            let is_name = host.contains(|letter: char| letter.is_ascii_alphabetic());
            is_name && host.chars().all(letter) && port.parse::<u16>().is_ok()
        });
        let is_bare_name =
            !words.contains([':', '/']) && words.contains(|c: char| c.is_ascii_alphabetic());
        match named {
            Some(_) => Ok(Self(words.to_owned())),
            None if is_bare_name => Err(Refused::new(
                format!("`{words}` is no host with a port"),
                format!("a port is missing; write `{words}:PORT` with its number"),
            )),
            None => SocketAddr::read(value, range).map(|_| Self(words.to_owned())),
        }
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

/// The origin of pages: scheme, host and perhaps a port, and nothing behind them (RFC 6454 section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(pub String);

impl Value for Origin {
    const KIND: &'static str = "origin";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let example = "an origin in quotes, such as `\"https://issei.example\"`";
        let words = text(value, "an origin", example)?;
        let refused = |mend: String| Refused::new(format!("`{words}` is no origin"), mend);
        let Some((scheme, rest)) = words.split_once("://") else {
            return Err(refused(
                match words.contains(char::is_whitespace) || words.is_empty() {
                    true => format!("write {example}"),
                    false => format!("the scheme is missing; did you mean `https://{words}`?"),
                },
            ));
        };
        if scheme != "https" && scheme != "http" {
            return Err(refused(format!("`{scheme}` shows no pages; write `https`")));
        }
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if let Some((host, _)) = host.split_once(['/', '?', '#']) {
            let mend = format!("an origin ends before the path; did you mean `{scheme}://{host}`?");
            return Err(refused(mend));
        }
        if host.contains('@') {
            return Err(Refused {
                secret: true,
                ..Refused::new(
                    "a name and password do not belong into an origin",
                    format!("write {example}"),
                )
            });
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            _ => (host, None),
        };
        if let Some(port) = port
            && port.parse::<u16>().is_err()
        {
            return Err(refused(format!("a port is 0 to 65535, not {port}")));
        }
        // What a browser sends is in lower case, and is compared letter by letter.
        if name.is_empty()
            || name
                .chars()
                .any(|letter| letter.is_whitespace() || !letter.is_ascii())
        {
            return Err(refused(format!("write {example}")));
        }
        if words.contains(|letter: char| letter.is_ascii_uppercase()) {
            let mend = format!("browsers write it small: `{}`", words.to_ascii_lowercase());
            return Err(refused(mend));
        }
        Ok(Self(words.to_owned()))
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

/// The issuer of accounts: an address without a query, letter by letter as its own document says (OpenID Connect
/// Discovery 1.0, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(pub String);

impl Value for Issuer {
    const KIND: &'static str = "issuer";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let mend =
            "write it as the provider's own document does, such as `\"https://login.example\"`";
        let words = text(value, "an issuer", mend)?;
        let rest = words
            .strip_prefix("https://")
            .or(words.strip_prefix("http://"))
            .unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            return Err(Refused {
                secret: true,
                ..Refused::new("a name and password do not belong into an issuer", mend)
            });
        }
        if let Some((issuer, _)) = words.split_once("/.well-known/") {
            return Err(Refused::new(
                format!("`{words}` is the address of its document"),
                format!("did you mean `{issuer}`?"),
            ));
        }
        let plain =
            words.bytes().all(|byte| byte.is_ascii_graphic()) && !words.contains(['?', '#']);
        match !host.is_empty() && plain {
            true => Ok(Self(words.to_owned())),
            false => Err(Refused::new(format!("`{words}` is no issuer"), mend)),
        }
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

/// A name that others gave: some letters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(pub String);

impl Value for Label {
    const KIND: &'static str = "name";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        let words = text(value, "a name", "a name in quotes")?;
        let letters = words.trim().chars().count();
        match (1..=LONGEST_LABEL).contains(&letters) && !words.contains(char::is_control) {
            true => Ok(Self(words.trim().to_owned())),
            false => Err(Refused::new(
                "nobody could read this as a name",
                format!("write one to {LONGEST_LABEL} letters on one line"),
            )),
        }
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}

/// Letters of a name.
const LONGEST_LABEL: usize = 100;

impl Value for String {
    const KIND: &'static str = "text";

    fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
        text(value, "text", "text in quotes").map(str::to_owned)
    }

    fn to_toml(&self) -> String {
        quoted(self)
    }
}

/// Values that say themselves, in words for people, what they are.
macro_rules! in_words {
    ($($kind:ty, $name:literal, $example:literal;)+) => {$(
        impl Value for $kind {
            const KIND: &'static str = $name;

            fn read(value: &Spanned<DeValue<'_>>, _range: &str) -> Result<Self, Refused> {
                let words = text(value, concat!("the name of ", $name), $example)?;
                words.parse().map_err(|mend: String| {
                    let lower = words.to_lowercase();
                    let mend = match lower != words && lower.parse::<Self>().is_ok() {
                        true => format!("did you mean `{lower}`?"),
                        false => mend,
                    };
                    Refused::new(format!("`{words}` is not {}", $name), mend)
                })
            }

            fn to_toml(&self) -> String {
                quoted(self)
            }
        }
    )+};
}

in_words! {
    OrganisationId, "an organisation", "a name in quotes, such as `\"isp-a\"`";
    Goal, "a goal", "a goal in quotes, such as `\"c2.example\"` or `\"192.0.2.7:443/tcp\"`";
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
    String, "list of texts";
    Goal, "list of goals";
}

impl Value for BTreeMap<IpAddr, Count> {
    const KIND: &'static str = "table of address = number";

    fn read(value: &Spanned<DeValue<'_>>, range: &str) -> Result<Self, Refused> {
        let example = "a table such as `{ \"192.0.2.1\" = 1000 }`";
        let DeValue::Table(table) = value.get_ref() else {
            return Err(Refused::kind(value.get_ref(), "a table", example));
        };
        let mut read = Self::new();
        // In the order of the file, so that of two the second is one too many.
        let mut table: Vec<_> = table.iter().collect();
        table.sort_by_key(|(key, _)| key.span().start);
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
