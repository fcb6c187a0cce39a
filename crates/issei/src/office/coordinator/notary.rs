//! Takes entries into the log, gathers the witnesses' signatures, and says when one counts.
//!
//! In: entries, cosignature lines, the time. Out: hints for the members, and the entries that
//! enough witnesses have signed by now. Always: one note at a time is with the witnesses; a line counts
//! only if it verifies; nothing is published without more than half of them.
//! Not here: keeping the files (`shelf`, the office), what an entry means (`issei-order`).

use std::collections::{BTreeMap, VecDeque};

use issei_ledger::{
    CHECKPOINT, EARLIER, Log, Note, Policy, Proof, SignatureLine, Signer, Storage as _, Tiles, Tip,
};
use issei_model::{OrganisationId, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::office::charter::Charter;
use crate::office::entry::Entry;
use crate::office::shelf::Shelf;

/// How often the log is signed although nothing is new, so that members know they are not behind.
const HEARTBEAT: Span = Span::from_secs(2);
/// How long new entries wait for a note that is with the witnesses.
const PATIENCE: Span = Span::from_millis(500);

/// Entries from one checkpoint that is kept to the next.
const KEPT_EVERY: u64 = 64;

/// The log and who witnesses it.
pub struct Notary {
    log: Log,
    shelf: Shelf,
    key: Signer,
    policy: Option<Policy>,
    /// The log with one witness each: what a single line is checked by.
    witnesses: BTreeMap<OrganisationId, Policy>,
    gathering: Option<Gathering>,
    /// Entries that are in the log and not yet published.
    waiting: VecDeque<(u64, Entry)>,
    /// Entries were appended that are not yet among the files.
    unwritten: bool,
    /// The newest note, and whether witnesses have seen it.
    newest: Option<(Note, Tip)>,
    unoffered: bool,
    published: Tip,
    checkpoint: Option<String>,
    offer: Option<Offer>,
    round: u64,
    beat_at: Timestamp,
    /// When enough witnesses last signed.
    witnessed_at: Option<Timestamp>,
}

/// A note that is with the witnesses.
struct Gathering {
    note: Note,
    tip: Tip,
    lines: BTreeMap<OrganisationId, SignatureLine>,
    since: Timestamp,
}

/// What the members are asked to cosign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The checkpoint, signed by the log.
    pub note: String,
    /// The size from which the proof leads to it.
    pub from: u64,
    /// The proof, in the form of C2SP's tlog-witness.
    pub proof: String,
}

/// One line of the stream to the members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// Rises with every hint.
    pub round: u64,
    /// The newest checkpoint that counts.
    pub checkpoint: Option<String>,
    /// The checkpoint that is to be cosigned.
    pub offer: Option<Offer>,
    /// Rises when there is a new question about contacts.
    pub questions: u64,
    /// Rises when the charter changes.
    pub charter: u64,
}

impl Notary {
    /// Opens the log, and gives the entries that count, in their order.
    ///
    /// # Errors
    /// If the files are not those of this log, or do not agree with each other.
    pub fn open(
        mut shelf: Shelf,
        key: Signer,
        charter: &Charter,
        now: Timestamp,
    ) -> Result<(Self, Vec<Entry>), String> {
        let log = Log::open(&mut shelf, key.verifier(), &Tip::empty());
        let log = log.map_err(|error| error.to_string())?;
        let mut notary = Self {
            log,
            shelf,
            key,
            policy: None,
            witnesses: BTreeMap::new(),
            gathering: None,
            waiting: VecDeque::new(),
            unwritten: false,
            newest: None,
            unoffered: false,
            published: Tip::empty(),
            checkpoint: None,
            offer: None,
            round: 0,
            beat_at: now,
            witnessed_at: None,
        };
        notary.heed_charter(charter)?;
        let entries = notary.read_all()?;
        Ok((notary, entries))
    }

    /// Reads what the log holds: what is published counts, what is beyond waits for witnesses again.
    fn read_all(&mut self) -> Result<Vec<Entry>, String> {
        if let Some(note) = self.shelf.file(CHECKPOINT) {
            // Signed by enough witnesses when it was published; the charter may have grown since.
            let alone = Policy::unwitnessed(self.key.verifier().clone());
            let alone = alone.map_err(|error| error.to_string())?;
            let checkpoint = alone.open(&note).map_err(|error| error.to_string())?;
            self.published = *checkpoint.tip();
            self.checkpoint = String::from_utf8(note).ok();
        }
        let tip = self.log.tip();
        let tiles = Tiles::new(&self.shelf, tip.size);
        let mut entries = Vec::new();
        for index in 0..tip.size {
            let bytes = tiles.entry(index).map_err(|error| error.to_string())?;
            let Some(entry) = Entry::parse(&bytes) else {
                continue; // about something else
            };
            match index < self.published.size {
                true => entries.push(entry),
                false => self.waiting.push_back((index, entry)),
            }
        }
        self.unwritten = tip.size > self.published.size;
        Ok(entries)
    }

    /// Takes the members as witnesses.
    ///
    /// # Errors
    /// If a key is none.
    pub fn heed_charter(&mut self, charter: &Charter) -> Result<(), String> {
        self.policy = charter.policy()?;
        self.witnesses.clear();
        for enrolled in &charter.members {
            let log = self.key.verifier().clone();
            let policy = Policy::new(log, vec![enrolled.witness()?], 1);
            let policy = policy.map_err(|error| error.to_string())?;
            self.witnesses.insert(enrolled.member.clone(), policy);
        }
        Ok(())
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// If it is longer than an entry may be.
    pub fn append(&mut self, entry: Entry) -> Result<(), String> {
        let index = self.log.append(entry.canonical());
        let index = index.map_err(|error| error.to_string())?;
        self.waiting.push_back((index, entry));
        self.unwritten = true;
        Ok(())
    }

    /// Counts the entries that are written, whether they count or not.
    #[cfg(test)]
    pub fn written(&self) -> u64 {
        self.log.tip().size
    }

    /// Tells the entries that are written and do not count yet, in their order.
    pub fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.waiting.iter().map(|(_, entry)| entry)
    }

    /// Writes what is new among the files, so that no crash loses it, and offers the log's tip to the
    /// witnesses if they are not busy with another, or the time asks for it.
    pub fn sign_if_due(&mut self, now: Timestamp) {
        let beat = self.beat_at <= now;
        if self.unwritten || beat {
            let Ok(note) = self.log.sign(&mut self.shelf, &self.key);
            self.newest = Some((note, self.log.tip()));
            self.unwritten = false;
            self.unoffered = true;
        }
        if self.policy.is_some() && self.unoffered && (beat || !self.is_busy(now)) {
            self.offer(now);
        }
        if beat {
            self.beat_at = now + HEARTBEAT;
        }
    }

    fn is_busy(&self, now: Timestamp) -> bool {
        self.gathering
            .as_ref()
            .is_some_and(|one| now < one.since + PATIENCE)
    }

    fn offer(&mut self, now: Timestamp) {
        let Some((note, tip)) = self.newest.clone() else {
            return;
        };
        let tiles = Tiles::new(&self.shelf, tip.size);
        let from = self.published.size;
        let proof = tiles.consistency(from, tip.size);
        self.offer = Some(Offer {
            note: note.to_string(),
            from,
            proof: proof.unwrap_or(Proof(Vec::new())).to_text(),
        });
        self.gathering = Some(Gathering {
            note,
            tip,
            lines: BTreeMap::new(),
            since: now,
        });
        self.unoffered = false;
        self.round += 1;
    }

    /// Takes a member's line, and tells the entries that count from now on.
    ///
    /// # Errors
    /// Why the line does not count.
    pub fn cosignature(
        &mut self,
        member: &OrganisationId,
        line: &[u8],
        now: Timestamp,
    ) -> Result<Vec<Entry>, &'static str> {
        let witness = self.witnesses.get(member);
        let witness = witness.ok_or("this member is no witness by the charter")?;
        let Some(gathering) = &mut self.gathering else {
            return Ok(Vec::new()); // late: others were enough
        };
        let line = one_line(line).ok_or("not one line of a signed note")?;
        let text = format!("{}{line}\n", gathering.note);
        let signed = witness.open(text.as_bytes()).is_ok();
        let note = Note::parse(text.as_bytes()).ok().filter(|_| signed);
        let line = note.and_then(|mut note| note.signatures.pop());
        let line = line.ok_or("no cosignature of this member on the note that is offered")?;
        gathering.lines.insert(member.clone(), line);
        let needed = self.policy.as_ref().map_or(usize::MAX, Policy::needed);
        if gathering.lines.len() < needed {
            return Ok(Vec::new());
        }
        Ok(self.publish(now))
    }

    /// Puts the note with its lines where readers look.
    fn publish(&mut self, now: Timestamp) -> Vec<Entry> {
        let Some(gathering) = self.gathering.take() else {
            return Vec::new();
        };
        let mut note = gathering.note;
        note.signatures.extend(gathering.lines.into_values());
        let Ok(()) = self.log.publish(&mut self.shelf, &note);
        self.keep(&note, gathering.tip.size);
        self.published = gathering.tip;
        self.checkpoint = Some(note.to_string());
        self.offer = None;
        self.round += 1;
        self.witnessed_at = Some(now);
        let size = gathering.tip.size;
        let covered = self
            .waiting
            .iter()
            .take_while(|(index, _)| *index < size)
            .count();
        self.waiting
            .drain(..covered)
            .map(|(_, entry)| entry)
            .collect()
    }

    /// Keeps one checkpoint for so many entries: that a log of today goes on from that of last year can
    /// then be shown from its files alone.
    fn keep(&mut self, note: &Note, size: u64) {
        if size / KEPT_EVERY > self.published.size / KEPT_EVERY {
            let Ok(()) = self
                .shelf
                .put(&format!("{EARLIER}{size}"), note.to_string().as_bytes());
        }
    }

    /// Gives the newest checkpoint that counts, and the newest of those that were kept, as many as asked.
    pub fn checkpoints(&self, most: usize) -> Vec<String> {
        let size = |path: &str| {
            path.strip_prefix(EARLIER)
                .and_then(|size| size.parse().ok())
        };
        let mut kept: Vec<(u64, Vec<u8>)> = self
            .shelf
            .under(EARLIER)
            .into_iter()
            .filter_map(|(path, note)| Some((size(&path)?, note)))
            .collect();
        kept.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let kept = kept
            .into_iter()
            .filter_map(|(_, note)| String::from_utf8(note).ok());
        let mut all: Vec<String> = self.checkpoint.iter().cloned().chain(kept).collect();
        all.dedup();
        all.truncate(most);
        all
    }

    /// Tells when something is to be signed although nothing is told.
    pub fn next_deadline(&self) -> Timestamp {
        let patience = self.gathering.as_ref().map(|one| one.since + PATIENCE);
        let soon = patience.filter(|_| self.unoffered);
        soon.map_or(self.beat_at, |at| at.min(self.beat_at))
    }

    /// Gives what the members are told.
    pub fn hint(&self, questions: u64, charter: u64) -> Hint {
        Hint {
            round: self.round,
            checkpoint: self.checkpoint.clone(),
            offer: self.offer.clone(),
            questions,
            charter,
        }
    }

    /// Gives the files: for readers, and for what the database has to learn of them.
    pub fn files(&self) -> &Shelf {
        &self.shelf
    }

    /// Tells how many entries count.
    pub fn published(&self) -> u64 {
        self.published.size
    }

    /// Tells whether enough witnesses signed lately.
    pub fn is_witnessed(&self, now: Timestamp) -> bool {
        let lately = |at: Timestamp| now < at + HEARTBEAT + HEARTBEAT;
        self.witnessed_at.is_some_and(lately)
    }
}

/// Takes a body that is one line of text, with or without its end.
fn one_line(body: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(body).ok()?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    (!line.contains('\n') && line.len() < LONGEST_LINE).then_some(line)
}

/// Bytes of a cosignature line: a name of 255 bytes and 76 bytes as base64.
const LONGEST_LINE: usize = 1_024;

#[cfg(test)]
#[path = "notary_tests.rs"]
mod tests;
