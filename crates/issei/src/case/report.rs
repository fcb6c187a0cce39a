//! `issei case report`: a member tells the coordinator which command servers it found.
//!
//! In: findings as `issei analyze` leaves them. Out: for each command server its goal, its level and an
//! entry of evidence; nothing about a line. Always: the finding itself stays here; what travels is a
//! salted commitment to its line, and the salt is on the disk before anything is told. The salts lie in
//! `salts.jsonl`, readable by their owner only, each with the line it belongs to; both go when the
//! finding must go. The same line told twice is the same commitment.
//! Not here: what was found (`issei-detect`), who decides (`issei-case`).

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use issei_host::{clock, files};
use issei_ledger::commitment::seal;
use issei_model::{
    Digest, DomainName, EvidenceEntry, FindingRecord, Goal, Level, OrganisationId, Role, Timestamp,
};
use issei_text::{key, said};
use serde::{Deserialize, Serialize};

use super::stands_for;
use crate::caller::Caller;
use crate::code::Failure;
use crate::office::control::{Ask, Reported};
use crate::office::folder::{self, Folder};
use crate::record::Record;
use crate::{caller, shelf, words};

/// Findings in one ask.
const TOGETHER: usize = 1_000;
/// The field that a commitment is over: the finding's whole line.
const FIELD: &str = "finding";

/// Tells what was found, also of names that stand for what is accused.
///
/// # Errors
/// If the findings cannot be read, the salts not kept, a name does not stand for what is accused, or the
/// office does not answer.
pub fn run(caller: &mut Caller, from: Option<&Path>, names: &[DomainName]) -> Result<(), Failure> {
    let path = shelf::find(from).map_err(Failure::wrong)?;
    let (told, all) = told(caller.folder(), &path)?;
    if told.is_empty() {
        let nothing = said!(caller.text(), "case-nothing-to-tell", path = path.display());
        return caller::say(&format!("{nothing}\n"));
    }
    let of_names = stands_for::reported(caller.folder(), names, &told)?;
    let everything = [told.as_slice(), &of_names].concat();
    for some in everything.chunks(TOGETHER) {
        caller.bid(&Ask::Report(some.to_vec()))?;
    }
    let stay = (all - told.len()) as u64;
    let rest = words::tally(caller.text(), key!("case-rest-stays"), stay);
    caller::say(&format!("{rest}\n"))
}

/// Makes of a file of findings what the coordinator is told, with the salts on the disk, and says how
/// many findings there are in all.
///
/// # Errors
/// If the findings cannot be read, the salts not kept, or the folder is no member's.
pub fn told(folder: &Folder, path: &Path) -> Result<(Vec<Reported>, usize), Failure> {
    let me = member(folder)?;
    let lines = read(path)?;
    if lines.iter().all(|line| line.goal.is_none()) {
        return Ok((Vec::new(), lines.len()));
    }
    let mut salts = Salts::open(folder, clock::now())?;
    let told = lines
        .iter()
        .filter_map(|line| line.reported(&me, &mut salts).transpose());
    let told: Result<Vec<Reported>, Failure> = told.collect();
    salts.keep()?;
    Ok((told?, lines.len()))
}

fn member(folder: &Folder) -> Result<OrganisationId, Failure> {
    let step = "this is no member's office; findings are told from where they were made";
    folder
        .settings()?
        .member
        .ok_or_else(|| Failure::wrong(step))
}

/// A line of the findings, and whom it accuses of commanding bots.
struct Line {
    text: String,
    record: Record,
    goal: Option<Goal>,
}

fn read(path: &Path) -> Result<Vec<Line>, Failure> {
    let told = |why: String| Failure::unreadable(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
    let lines = text.lines().enumerate().map(|(number, text)| {
        let record: Record = serde_json::from_str(text).map_err(|error| {
            told(format!(
                "line {}: {error}; make it anew with `issei analyze`",
                number + 1
            ))
        })?;
        Ok(Line {
            goal: accused(&record.finding),
            text: text.to_owned(),
            record,
        })
    });
    lines.collect()
}

/// The command server that a finding accuses, if it weighs enough.
pub fn accused(finding: &FindingRecord) -> Option<Goal> {
    let accuses = finding.level >= Level::Candidate
        && finding.role == Role::CommandServer
        && finding.subject_kind == "remote";
    accuses.then(|| finding.subject.parse().ok()).flatten()
}

impl Line {
    fn reported(
        &self,
        me: &OrganisationId,
        salts: &mut Salts,
    ) -> Result<Option<Reported>, Failure> {
        let Some(goal) = self.goal.clone() else {
            return Ok(None);
        };
        let finding = &self.record.finding;
        Ok(Some(Reported {
            goal,
            level: finding.level,
            evidence: evidence(
                finding,
                me,
                salts.commit(&self.text, self.record.retain_until)?,
            ),
            addresses: BTreeSet::new(),
        }))
    }
}

/// What an order may rest on of a finding: nothing about a line, and the finding under a commitment.
pub fn evidence(
    finding: &FindingRecord,
    source: &OrganisationId,
    commitment: Digest,
) -> EvidenceEntry {
    EvidenceEntry {
        source: source.clone(),
        rule: finding.rule,
        kinds: finding.independent_kinds.clone(),
        forgeable: !finding.rule.rests_on_exchange(),
        commitment,
        until: finding.until,
    }
}

/// The salts of what was told, by which each commitment can be opened.
struct Salts {
    path: PathBuf,
    kept: Vec<Salt>,
}

/// A salt, and the line that it was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Salt {
    /// What the coordinator was told.
    commitment: Digest,
    /// The key of the commitment.
    salt: Digest,
    /// When salt and line must go.
    retain_until: Timestamp,
    /// The finding, byte for byte.
    line: String,
}

impl Salts {
    /// Reads the salts; those whose time is over are left behind.
    fn open(folder: &Folder, now: Timestamp) -> Result<Self, Failure> {
        let path = folder.root().join("salts.jsonl");
        let told = |why: String| Failure::unreadable(format!("{}: {why}", path.display()));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(told(error.to_string())),
        };
        let kept: Result<Vec<Salt>, _> = text.lines().map(serde_json::from_str).collect();
        let step = "no commitment behind it could be opened any more, so nothing is written over it; move it aside";
        let mut kept = kept.map_err(|error| told(format!("{error}; {step}")))?;
        kept.retain(|salt: &Salt| now < salt.retain_until);
        Ok(Self { path, kept })
    }

    /// Commits to a line; to one that is known, as before.
    fn commit(&mut self, line: &str, retain_until: Timestamp) -> Result<Digest, Failure> {
        if let Some(known) = self.kept.iter().find(|salt| salt.line == line) {
            return Ok(known.commitment);
        }
        let salt = folder::chance()?;
        let commitment = Digest(seal(&salt, FIELD, line.as_bytes()));
        self.kept.push(Salt {
            commitment,
            salt: Digest(salt),
            retain_until,
            line: line.to_owned(),
        });
        Ok(commitment)
    }

    /// Writes the salts, and waits until they are on the disk.
    fn keep(&self) -> Result<(), Failure> {
        let mut text = String::new();
        for salt in &self.kept {
            text += &serde_json::to_string(salt).map_err(Failure::broken)?;
            text.push('\n');
        }
        files::write_private(&self.path, text.as_bytes()).map_err(Failure::broken)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let settled = File::open(&self.path).and_then(|file| file.sync_all());
        let settled = settled.and_then(|()| File::open(folder)?.sync_all());
        settled.map_err(|error| Failure::broken(format!("{}: {error}", self.path.display())))
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
