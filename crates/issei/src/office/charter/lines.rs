//! A charter's lines in the reader's language.
//!
//! In: a line of [`Charter::changes`](super::Charter::changes), as it comes over the socket, in English. Out: the same
//! in the reader's language, with the same names and figures. Always: a line of another make stays as it is; nothing
//! of one is left out. Not here: what is signed and compared, which is the charter's digest.

use issei_text::{Text, key};

/// The lines that a charter has; what stands between braces is filled in, and has no space in it. Those that begin
/// with a word come first.
const LINES: [(&str, &str); 8] = [
    ("coordinator {coordinator}", key!("charter-coordinator")),
    ("log {log}", key!("charter-log")),
    ("approvals needed {n}", key!("charter-approvals")),
    ("ceilings as shipped", key!("charter-ceilings-shipped")),
    (
        "ceilings {order} lines an order and {day} a day, raised by {one} and {other}",
        key!("charter-ceilings"),
    ),
    (
        "member {member}, {lines} lines, witness {witness}, desk {desk}",
        key!("charter-member"),
    ),
    (
        "{person} approves with {key} until {until}",
        key!("charter-approver"),
    ),
    (
        "{person} proposes with {key} until {until}",
        key!("charter-proposer"),
    ),
];

/// Says a line that goes or comes, such as `+ approvals needed 3`.
pub fn line_in(line: &str, tongue: Text) -> String {
    let known = |sign: &str, rest: &str| {
        let mut found = LINES.iter();
        let said = found.find_map(|(form, key)| Some(tongue.fill(key, &filled(form, rest)?)))?;
        Some(format!("{sign} {said}"))
    };
    let parts = line.split_once(' ');
    let said = parts.and_then(|(sign, rest)| known(sign, rest));
    said.unwrap_or_else(|| line.to_owned())
}

/// Finds what a line has in the places of a form, if it has that form.
fn filled<'a>(form: &'static str, line: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut parts = form.split('{');
    let mut rest = line.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let (name, behind) = part.split_once('}')?;
        let end = match behind {
            "" => rest.len(),
            _ => rest.find(behind)?,
        };
        let (value, left) = rest.split_at(end);
        if value.is_empty() || value.contains(' ') {
            return None;
        }
        found.push((name, value));
        rest = left.strip_prefix(behind)?;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
