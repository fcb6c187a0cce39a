//! Reads a file whose shape serde knows, and says what is wrong in our words: no names of types, and the mend.
//!
//! In: the text of a file. Out: the value, or one complaint with its place. Always: a message of serde's that
//! is not known here is told as it is, with its place. Not here: files of knobs (`reading`), which tell all mistakes.

use serde::de::DeserializeOwned;
use toml::Deserializer;

use super::complaint::{Spot, nearest};
use super::{Complaint, Complaints, grammar};

/// Reads a file. `page` is the documentation that shows its shape.
///
/// # Errors
/// The first mistake.
pub fn read<T: DeserializeOwned>(file: &str, text: &str, page: &str) -> Result<T, Complaints> {
    let refused = |complaint| Complaints {
        file: file.to_owned(),
        all: vec![complaint],
    };
    let table = grammar::parse(text).map_err(&refused)?;
    T::deserialize(Deserializer::from(table)).map_err(|error| {
        let at = error.span().unwrap_or_default();
        let mut spot = Spot::of(text, &at);
        // What is missing has no letters; its heading is where it should be.
        let message = error.message().lines().next().unwrap_or_default();
        let said = Said::of(message, &spot.piece, page);
        if message.starts_with("missing field") {
            spot = heading(text, at.start).unwrap_or(spot);
        }
        refused(Complaint {
            spot,
            key: said.key,
            wrong: said.wrong,
            mend: said.mend,
        })
    })
}

/// Finds the last heading at or above a place.
fn heading(text: &str, at: usize) -> Option<Spot> {
    let line_end = text
        .get(at..)?
        .find('\n')
        .map_or(text.len(), |end| at + end);
    let mut begin = 0;
    let mut found = None;
    for line in text.get(..line_end)?.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            let start = begin + line.len() - line.trim_start().len();
            found = Some(start..start + line.trim().len());
        }
        begin += line.len();
    }
    found.map(|found| Spot::of(text, &found))
}

/// One of serde's messages in our words.
struct Said {
    key: String,
    wrong: String,
    mend: String,
}

impl Said {
    fn of(message: &str, piece: &str, page: &str) -> Self {
        let mut quoted = message.split('`').skip(1).step_by(2);
        let first = quoted.next().unwrap_or_default();
        let rest: Vec<&str> = quoted.collect();
        let say = |key: &str, wrong: String, mend: String| Self {
            key: key.to_owned(),
            wrong,
            mend,
        };
        let choice = |what: &str| match nearest(first, rest.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{what} {}", listed(&rest)),
        };
        if message.starts_with("unknown field") {
            return say(first, "there is no such knob".into(), choice("there are"));
        }
        if message.starts_with("unknown variant") {
            return say(
                "",
                format!("`{first}` is not known here"),
                choice("write one of"),
            );
        }
        if message.starts_with("missing field") {
            let mend = format!("add `{first} = …` below this heading; {page} shows it");
            return say(first, "it is missing".into(), mend);
        }
        if message.starts_with("duplicate field") {
            return say(
                first,
                "it stands here twice".into(),
                "keep one of them".into(),
            );
        }
        let expected = message
            .rsplit_once(", expected ")
            .map(|(_, expected)| expected);
        if let Some(expected) = expected {
            let wrong = match message.starts_with("invalid type") {
                true => format!("this is {}", found(message)),
                false => "this is out of range".to_owned(),
            };
            let name = piece.trim_matches(['[', ']', ' ']);
            let mend = match expected == "a sequence" && piece.starts_with('[') {
                true => format!("there may be several: write `[[{name}]]`"),
                false => wanted(expected, page),
            };
            return say("", wrong, mend);
        }
        let bare = piece.trim_matches('"');
        let port = bare.rsplit_once(':');
        let port =
            port.filter(|(_, port)| port.parse::<u64>().is_ok() && port.parse::<u16>().is_err());
        match (message, port) {
            (told, Some((_, port))) if told.contains("socket address") => say(
                "",
                format!("`{bare}` is no address with a port"),
                format!("a port is 0 to 65535, not {port}"),
            ),
            (told, None) if told.contains("socket address") => say(
                "",
                format!("`{bare}` is no address with a port"),
                wanted("socket address", page),
            ),
            (told, _) if told.contains("IP address") => say(
                "",
                format!("`{bare}` is no address or prefix"),
                wanted("IP address", page),
            ),
            (told, _) if told.contains("IPv4 address") => say(
                "",
                format!("`{bare}` is no address of IPv4"),
                wanted("IPv4 address", page),
            ),
            (told, _) if told.contains("IPv6 address") => say(
                "",
                format!("`{bare}` is no address of IPv6"),
                wanted("IP address", page),
            ),
            (told, _) => say("", told.to_owned(), format!("see {page}")),
        }
    }
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Says what was found, of `invalid type: integer `5`, expected …`.
fn found(message: &str) -> &'static str {
    let words = message.strip_prefix("invalid type: ").unwrap_or_default();
    match words.split([' ', ',']).next().unwrap_or_default() {
        "integer" => "a whole number",
        "floating" => "a number with a point",
        "boolean" => "a truth value",
        "string" => "text",
        "sequence" => "a list",
        "map" => "a table",
        _ => "of another kind",
    }
}

/// Says what to write, of a kind of serde's.
fn wanted(expected: &str, page: &str) -> String {
    match expected {
        "u8" => "choose from 0 to 255".into(),
        "u16" => "choose from 0 to 65535".into(),
        "u32" => "choose from 0 to 4294967295".into(),
        "u64" | "usize" => "write a whole number, 0 or more".into(),
        "a string" => "write text in quotes".into(),
        "path string" => "write a path in quotes".into(),
        "a boolean" => "write `true` or `false` without quotes".into(),
        "a sequence" => "write a list in brackets, such as `[\"a\", \"b\"]`".into(),
        "socket address" | "IPv4 socket address" | "IPv6 socket address" => {
            "write an address with its port in quotes, such as `\"192.0.2.1:179\"` or `\"[2001:db8::1]:179\"`".into()
        }
        told if told.contains("IPv4 address") => {
            "write an address of IPv4 in quotes, such as `\"192.0.2.1\"`".into()
        }
        told if told.contains("IP network") || told.contains("IP address") => {
            "write an address such as `\"192.0.2.1\"`, or a prefix such as `\"192.0.2.0/24\"`, in quotes".into()
        }
        told if told.starts_with("struct") || told.contains("map") => {
            format!("write it as a table; {page} shows it")
        }
        _ => format!("see {page}"),
    }
}
