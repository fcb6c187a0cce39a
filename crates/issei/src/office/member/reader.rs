//! Follows the coordinator's log, verifies every byte of it, and cosigns what goes on from before.
//!
//! In: hints over the member's own outward stream, files by name. Out: verified checkpoints and
//! entries for the member's machines, cosignatures for the coordinator. Always: what a machine hears
//! was in the log under a checkpoint that enough witnesses signed, each entry once and in order; the
//! tip is kept before a cosignature leaves, so that no restart can make this witness sign a fork.
//! Not here: what an entry changes (`issei-order`), sockets (`issei_host::exchange`).

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use issei_host::clock;
use issei_host::exchange::{Bytes, CallError, Client, LogPath, Route};
use issei_host::store::{Change, Store};
use issei_ledger::{Checkpoint, Logged, Policy, Proof, Tiles, TilesError, Tip, Witness};
use issei_model::{
    Decision, Edges, Goal, OrderId, OrganisationId, StandingEntry, StandingOrder, Timestamp,
};
use issei_order::{member, reflex};
use tokio::sync::{Notify, mpsc, watch};

use crate::enforcer::speech::Proven;
use crate::office::coordinator::notary::{Hint, Offer};
use crate::office::document;
use crate::office::entry::Entry;
use crate::office::folder::Folder;
use crate::office::member::hands::Which;
use crate::office::member::post::Post;

/// Files of the log that are kept between hints; the right edge of a log has about ten.
const MOST_FILES: usize = 1_000;
/// Files that one proof may need: a path of 40 levels and an entry.
const MOST_FETCHES: usize = 64;
/// How long to wait before the stream is opened again: at first, and at most.
const SOON: Duration = Duration::from_millis(100);
const LATEST: Duration = Duration::from_secs(5);

/// What the member's machine hears of the log.
#[derive(Debug)]
pub enum Heard {
    /// The stream stands: what was told may have been lost before.
    Connected,
    /// The stream broke; why.
    Lost(String),
    /// A checkpoint or an entry was verified: what it says to reflexes, and what about orders.
    Log(reflex::Input, member::Input),
    /// Something did not verify, or could not be read.
    Trouble(String),
    /// A question of the coordinator could not be fetched or answered; why.
    Unanswered(String),
    /// The coordinator asks about these: an order may come.
    InQuestion(Vec<Goal>),
    /// While an order began to act, ordinary traffic went on as before, or did not.
    Watched(OrderId, bool),
    /// The sentinel of an order was seen to go silent, or to answer again.
    Sentinel(OrderId, Edges),
    /// An entry of an order was proven, for whoever must be shown that.
    Proven(OrderId, Which, Box<Proven>),
    /// The entry of a standing order of this member was proven.
    ProvenStanding(Box<StandingOrder>, Box<Proven>),
    /// Another charter was offered and lies in the folder.
    CharterOffered,
}

/// What a reader needs.
pub struct Reader {
    /// Who reads.
    pub me: OrganisationId,
    /// Where the charter that is offered is put.
    pub folder: Folder,
    /// The way to the coordinator.
    pub client: Arc<Client>,
    /// Where tips are kept.
    pub store: Arc<Store>,
    /// Who must have signed; changes when a person accepts another charter.
    pub policy: watch::Receiver<Option<Policy>>,
    /// The own hand as a witness.
    pub witness: Witness,
    /// The next entry that a machine wants.
    pub next: u64,
    /// Whether somebody here must be shown the log's proofs.
    pub prove: bool,
    /// Where what is posted goes.
    pub post: Post,
    /// Whoever answers questions waits for this.
    pub asked: Arc<Notify>,
    /// Where what is heard goes.
    pub told: mpsc::Sender<Heard>,
}

/// Reads until the member's machine is gone.
pub async fn follow(reader: Reader) {
    let mut following = Following {
        reader,
        files: BTreeMap::new(),
        opened: String::new(),
        rounds: Hint::default(),
    };
    let mut wait = SOON;
    loop {
        let outcome = following.once(&mut wait).await;
        let told = &following.reader.told;
        if told.send(Heard::Lost(outcome)).await.is_err() {
            return;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LATEST);
    }
}

struct Following {
    reader: Reader,
    /// Files fetched, by name.
    files: BTreeMap<String, Vec<u8>>,
    /// The checkpoint that was opened last.
    opened: String,
    /// The hint that was heeded last.
    rounds: Hint,
}

impl Following {
    /// Follows one stream to its end, and says why it ended.
    async fn once(&mut self, wait: &mut Duration) -> String {
        let client = self.reader.client.clone();
        let mut lines = match client.lines(&Route::Hints).await {
            Ok(lines) => lines,
            Err(error) => return error.to_string(),
        };
        // What the coordinator counted before it went away is no measure any more.
        self.rounds = Hint::default();
        self.opened.clear();
        if self.reader.told.send(Heard::Connected).await.is_err() {
            return String::new();
        }
        loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => return "the coordinator ended the stream".into(),
                Err(error) => return error.to_string(),
            };
            *wait = SOON;
            let hint: Hint = match serde_json::from_slice(&line) {
                Ok(hint) => hint,
                Err(error) => return format!("no hint: {error}"),
            };
            if let Err(trouble) = self.heed(hint).await
                && self
                    .reader
                    .told
                    .send(Heard::Trouble(trouble))
                    .await
                    .is_err()
            {
                return String::new();
            }
        }
    }

    async fn heed(&mut self, hint: Hint) -> Result<(), String> {
        // Others wait for the cosignature; reading can follow.
        let cosigned = match hint
            .offer
            .as_ref()
            .filter(|_| hint.round != self.rounds.round)
        {
            Some(offer) => self.cosign(offer).await,
            None => Ok(()),
        };
        let read = match &hint.checkpoint {
            Some(note) if *note != self.opened => self.read(note).await,
            _ => Ok(()),
        };
        let before = &self.rounds;
        let (asked, other) = (
            hint.questions != before.questions,
            hint.charter != before.charter,
        );
        if asked {
            self.reader.asked.notify_one();
        }
        let fetched = if other {
            self.fetch_charter().await
        } else {
            Ok(())
        };
        // What failed is tried again at the next hint.
        let before = std::mem::replace(&mut self.rounds, hint);
        if fetched.is_err() {
            self.rounds.charter = before.charter;
        }
        cosigned.and(read).and(fetched)
    }

    /// Cosigns what goes on from the last tip, and keeps the new one first.
    async fn cosign(&mut self, offer: &Offer) -> Result<(), String> {
        let last = *self.reader.witness.last();
        let proof = if last.size == offer.from {
            Proof::parse(offer.proof.as_bytes()).map_err(|error| error.to_string())?
        } else {
            self.consistency(last, offer).await?
        };
        let now = clock::now()
            .as_micros()
            .div_euclid(1_000_000)
            .unsigned_abs();
        let cosigned = self
            .reader
            .witness
            .cosign(offer.note.as_bytes(), &proof, now);
        let cosigned = cosigned.map_err(|no| format!("not cosigned: {no}"))?;
        if cosigned.remember != last {
            let change = tip_document(&cosigned.remember);
            let kept = self.reader.store.keep(&[change]).await;
            kept.map_err(|error| format!("not cosigned: {error}"))?;
        }
        self.reader
            .post
            .cosignature(Bytes::from(format!("{}\n", cosigned.line)));
        Ok(())
    }

    /// Builds the proof from the log's files, when the offered one begins elsewhere.
    async fn consistency(&mut self, last: Tip, offer: &Offer) -> Result<Proof, String> {
        let size = size_of(&offer.note).ok_or("the offered note names no size")?;
        if size < last.size {
            return Ok(Proof(Vec::new())); // the witness refuses it, and says how
        }
        self.with_files(size, |tiles| tiles.consistency(last.size, size))
            .await
    }

    /// Reads every new entry under a checkpoint.
    async fn read(&mut self, note: &str) -> Result<(), String> {
        let policy = self.reader.policy.borrow_and_update().clone();
        let policy = policy.ok_or("the accepted charter names no witnesses yet")?;
        let checkpoint = policy.open(note.as_bytes()).map_err(|no| no.to_string())?;
        let size = checkpoint.tip().size;
        let seconds = checkpoint.seen_at().and_then(|at| i64::try_from(at).ok());
        let at = Timestamp::from_secs(seconds.unwrap_or_default());
        let reflexes = reflex::Input::Checkpoint { size, at };
        let orders = member::Input::Checkpoint { size, at };
        self.tell(Heard::Log(reflexes, orders)).await?;
        while self.reader.next < size {
            let (index, found) = self.entry(&checkpoint, note, self.reader.next).await?;
            self.reader.next += 1;
            let (entry, decision) = match &found {
                Some(found) => (found.standing(), found.decision()),
                None => (None, None),
            };
            let reflexes = reflex::Input::Entry { index, entry };
            let orders = member::Input::Entry { index, decision };
            self.tell(Heard::Log(reflexes, orders)).await?;
        }
        self.opened = note.to_owned();
        if self.files.len() > MOST_FILES {
            self.files.clear();
        }
        Ok(())
    }

    async fn entry(
        &mut self,
        checkpoint: &Checkpoint,
        note: &str,
        index: u64,
    ) -> Result<(u64, Option<Entry>), String> {
        let size = checkpoint.tip().size;
        let bytes = self.with_files(size, |tiles| tiles.entry(index)).await?;
        let proof = self
            .with_files(size, |tiles| tiles.inclusion(index, size))
            .await?;
        let logged = checkpoint.admit(index, bytes, &proof);
        let logged = logged.map_err(|no| {
            // Fetched again next time: a broken copy must not stay in the way.
            self.files.clear();
            format!("entry {index}: {no}")
        })?;
        self.show(&logged, note, &proof).await?;
        Ok((logged.index(), Entry::parse(logged.bytes())))
    }

    /// Hands over the proof of an entry that an enforcer will ask for.
    async fn show(&self, logged: &Logged, note: &str, proof: &Proof) -> Result<(), String> {
        if !self.reader.prove {
            return Ok(());
        }
        let proven = || {
            Box::new(Proven {
                note: note.to_owned(),
                index: logged.index(),
                entry: String::from_utf8_lossy(logged.bytes()).into_owned(),
                proof: proof.to_text(),
            })
        };
        let me = &self.reader.me;
        let heard = match Entry::parse(logged.bytes()) {
            Some(Entry::Order(Decision::Proposed(dossier))) => {
                Heard::Proven(dossier.order.id(), Which::Proposed, proven())
            }
            Some(Entry::Order(Decision::Armed { order, members, .. })) if members.contains(me) => {
                Heard::Proven(order, Which::Armed, proven())
            }
            Some(Entry::Order(Decision::Confirmed { order, .. })) => {
                Heard::Proven(order, Which::Confirmed, proven())
            }
            Some(Entry::Standing(StandingEntry::StandingProposed(dossier)))
                if dossier.order.member == *me =>
            {
                Heard::ProvenStanding(Box::new(dossier.order), proven())
            }
            _ => return Ok(()),
        };
        self.tell(heard).await
    }

    /// Works on the log's files, fetching what is missing.
    async fn with_files<T>(
        &mut self,
        size: u64,
        work: impl Fn(&Tiles<'_, BTreeMap<String, Vec<u8>>>) -> Result<T, TilesError<Infallible>>,
    ) -> Result<T, String> {
        for _ in 0..MOST_FETCHES {
            let (path, full) = match work(&Tiles::new(&self.files, size)) {
                Ok(done) => return Ok(done),
                Err(TilesError::Missing { path, full }) => (path, full),
                Err(error) => {
                    self.files.clear();
                    return Err(error.to_string());
                }
            };
            let client = self.reader.client.clone();
            let get = |path| {
                let client = client.clone();
                async move { client.get(&Route::Log(path)).await }
            };
            let (path, bytes) = fetch(path, full, get).await?;
            self.files.insert(path, bytes);
        }
        Err("a proof asks for more files than any log has".into())
    }

    /// Puts a charter that is offered where a person here can look at it.
    async fn fetch_charter(&mut self) -> Result<(), String> {
        let bytes = self.reader.client.get(&Route::Country).await;
        let bytes = bytes.map_err(|error| error.to_string())?;
        let folder = &self.reader.folder;
        let written = folder.write(&folder.offered_charter(), &bytes);
        written.map_err(|failure| failure.to_string())?;
        self.tell(Heard::CharterOffered).await
    }

    async fn tell(&self, heard: Heard) -> Result<(), String> {
        let told = self.reader.told.send(heard).await;
        told.map_err(|_| "the member is ending".into())
    }
}

/// Fetches a file of the log, or, where it is gone, the full one that has taken its place since.
async fn fetch<Got: Future<Output = Result<Bytes, CallError>>>(
    path: String,
    full: Option<String>,
    get: impl Fn(LogPath) -> Got,
) -> Result<(String, Vec<u8>), String> {
    let (path, got) = match (get(named(&path)?).await, full) {
        (Err(CallError::Refused { status: 404, .. }), Some(full)) => {
            let got = get(named(&full)?).await;
            (full, got)
        }
        (got, _) => (path, got),
    };
    let bytes = got.map_err(|error| format!("{path}: {error}"))?;
    Ok((path, bytes.to_vec()))
}

fn named(path: &str) -> Result<LogPath, String> {
    let named = path.parse();
    named.map_err(|_| format!("`{path}` is no file of a log"))
}

/// Reads the size out of a checkpoint's text, before anything of it is believed.
fn size_of(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

/// Keeps a tip for the next start.
fn tip_document(tip: &Tip) -> Change {
    let root = issei_model::Digest(tip.root);
    document("witness", "tip".into(), &(tip.size, root), clock::now())
}

/// Reads the tip that was kept last.
///
/// # Errors
/// If it is none.
pub fn tip_of(document: Option<String>) -> Result<Tip, String> {
    let Some(body) = document else {
        return Ok(Tip::empty());
    };
    let (size, root): (u64, issei_model::Digest) =
        serde_json::from_str(&body).map_err(|error| format!("the witness's tip: {error}"))?;
    Ok(Tip { size, root: root.0 })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
