//! `issei reflex propose`: turns a file into the draft of a standing order.
//!
//! In: TOML, the row of the pack. Out: a wish for the office, and the name of the draft. Always: a word
//! that is not known is refused, not passed over; facts are of the kinds that the row names.
//! Not here: the gates (`issei-case`), which judge the draft.

use std::collections::BTreeMap;
use std::path::Path;

use ipnet::IpNet;
use issei_case::ground::Row;
use issei_model::{OrganisationId, PersonId, Reflex};
use serde::Deserialize;

use crate::caller::{self, Caller};
use crate::code::Failure;
use crate::command_line::span;
use crate::office::control::{Ask, Reply, StandingWish};
use crate::order::FactWord;
use crate::order::facts::{ReadDocument, facts};
use crate::order::propose::{document, row};

/// Bytes of such a file: a thousand prefixes and the facts.
const LONGEST: usize = 256 << 10;

/// What a person writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    /// `limit-flood`, `drop-on-request` or `drop-forged`.
    reflex: String,
    /// For `limit-flood`: packets a second that still pass.
    packets: Option<u32>,
    /// For `drop-on-request`: who may ask.
    operator: Option<OrganisationId>,
    /// The own lines, or the operator's registered prefixes.
    scope: Vec<IpNet>,
    /// The row of the pack.
    ground: String,
    /// How long one activation lasts, such as `5min`.
    lasts: String,
    /// Activations at once.
    at_once: u32,
    /// Activations begun within an hour.
    per_hour: u32,
    /// How long it stands, such as `30d`.
    stands: String,
    /// Who proposes, and so may not sign.
    proposer: PersonId,
    /// Who says that the facts are so, if another than proposes.
    stated_by: Option<PersonId>,
    /// The second person, who confirms them.
    confirmed_by: Option<PersonId>,
    /// The facts of the row.
    facts: BTreeMap<String, toml::Value>,
}

/// Drafts the standing order and says its name.
///
/// # Errors
/// What is wrong with the file, or a gate's no.
pub fn propose(caller: &mut Caller, file: &Path) -> Result<(), Failure> {
    let folder = caller.folder();
    if folder.settings()?.member.is_none() {
        let step = "this is the coordinator's office; a member proposes its own standing orders";
        return Err(Failure::wrong(step));
    }
    let pack = folder.pack()?;
    let told = |why: String| Failure::wrong(format!("{}: {why}", file.display()));
    let paper = read(file)?;
    let wish = wish(&paper, row(&pack, &paper.ground)?, &document).map_err(told)?;
    match caller.ask(&Ask::ProposeStanding(Box::new(wish)))? {
        Reply::NamedStanding(id) => {
            let next = caller.text().say("reflex-drafted");
            caller::say(&format!("{id}\n{next}\n"))
        }
        other => Err(caller::astray(&other)),
    }
}

fn read(file: &Path) -> Result<Paper, Failure> {
    let told = |why: String| Failure::unreadable(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| told(error.to_string()))?;
    if text.len() > LONGEST {
        return Err(told(format!(
            "longer than {LONGEST} bytes; name fewer prefixes"
        )));
    }
    parse(&text).map_err(|why| Failure::wrong(format!("{}: {why}", file.display())))
}

fn parse(text: &str) -> Result<Paper, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// Brings a file into the form of a wish.
fn wish(paper: &Paper, row: &Row, document: ReadDocument<'_>) -> Result<StandingWish, String> {
    let stated_by = paper.stated_by.as_ref().unwrap_or(&paper.proposer);
    let words: Vec<FactWord> = paper
        .facts
        .iter()
        .map(|(name, value)| FactWord {
            name: name.clone(),
            value: word(value),
        })
        .collect();
    let by = (stated_by, paper.confirmed_by.as_ref());
    let facts = facts(row, &words, by, document).map_err(|wrong| {
        let wrong = wrong.wrong.join("\n  ");
        format!(
            "row {} needs other facts under [facts]:\n  {wrong}",
            row.name
        )
    })?;
    Ok(StandingWish {
        proposer: paper.proposer.clone(),
        reflex: reflex(paper)?,
        scope: paper.scope.clone(),
        ground: paper.ground.clone(),
        facts,
        lasts: span(&paper.lasts).map_err(|why| format!("lasts: {why}"))?,
        at_once: paper.at_once,
        per_hour: paper.per_hour,
        stands: span(&paper.stands).map_err(|why| format!("stands: {why}"))?,
    })
}

fn reflex(paper: &Paper) -> Result<Reflex, String> {
    match (paper.reflex.as_str(), paper.packets, &paper.operator) {
        ("limit-flood", Some(packets), None) => Ok(Reflex::LimitFlood(packets)),
        ("drop-on-request", None, Some(operator)) => Ok(Reflex::DropOnRequest(operator.clone())),
        ("drop-forged", None, None) => Ok(Reflex::DropForged),
        ("limit-flood", ..) => Err("limit-flood needs `packets`, and no `operator`".into()),
        ("drop-on-request", ..) => Err("drop-on-request needs `operator`, and no `packets`".into()),
        ("drop-forged", ..) => Err("drop-forged needs neither `packets` nor `operator`".into()),
        (other, ..) => Err(format!(
            "no reflex `{other}`; there are {}",
            Reflex::CODES.join(", ")
        )),
    }
}

/// Writes a value as it would be typed.
fn word(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[path = "paper_tests.rs"]
mod tests;
