//! Verifies a ledger from its files alone, and writes a made-up one to try verifiers on.
//!
//! In: a folder, keys as text. Out: what was checked, or the first thing that is broken.
//! Always: nothing but the files is asked, so anybody who has a copy can check it. What is
//! verified, and how, is in `issei-ledger`; the keys must come by another way than the files.

mod confirmed;
mod fault;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use issei_host::files::FileError;
use issei_host::store::{Owner, Store};
use issei_host::terminal;
use issei_ledger::{
    Algorithm, Audit, Fault, KeyError, LONGEST_ENTRY, Log, Note, Policy, Proof, Signer, Storage,
    Strangers, Tiles, Tip, Verdict, Verifier, Witness,
};
use issei_model::{Language, Timestamp};
use issei_text::{Text, key, said};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Ledger, LedgerExport, LedgerSample, LedgerVerify};
use crate::office::charter::Charter;
use crate::office::control::{Ask, Reply};
use crate::office::shelf::write_new;
use crate::office::{self, block_on};
use crate::words;
use confirmed::{Confirmations, Sum, Why, Wrong};

/// Does what is asked about a ledger.
///
/// # Errors
/// If the keys make no sense, or a file cannot be read or written.
pub fn run(question: &Ledger, language: Language) -> Result<u8, Failure> {
    match question {
        Ledger::Verify(options) => verify(options, Text(language)),
        Ledger::Export(options) => export(options, language),
        Ledger::Sample(options) => sample(options, Text(language)),
    }
}

fn verify(options: &LedgerVerify, tongue: Text) -> Result<u8, Failure> {
    let policy = policy(options)?;
    // Whoever names witnesses wants every line accounted for; else a changed name would pass.
    let strangers = match options.witness.is_empty() {
        true => Strangers::Named,
        false => Strangers::Refused,
    };
    let folder = Folder::new(&options.folder);
    let audit = Audit::new(&folder, policy.as_ref(), strangers);
    let shown = options.folder.display();
    match audit.and_then(|audit| audit.run()) {
        Ok(verdict) => {
            let confirmed = confirmations(&folder, verdict.size)?;
            let said = orders(&confirmed, &verdict, tongue);
            let text = format!("{shown}: {}{said}", account(&verdict, tongue));
            terminal::say(&text).map_err(Failure::broken)?;
            Ok(match confirmed.wrong.is_empty() {
                true => code::DONE,
                false => code::FOUND,
            })
        }
        Err(Fault::Storage(error)) => Err(error.into()),
        Err(fault) => {
            let why = words::tame(&fault::said(&fault, tongue));
            let text = said!(tongue, "ledger-broken", path = shown, why) + "\n";
            terminal::say(&text).map_err(Failure::broken)?;
            Ok(code::FOUND)
        }
    }
}

/// Makes a policy of the keys on the command line; none if there are none.
fn policy(options: &LedgerVerify) -> Result<Option<Policy>, Failure> {
    let Some(key) = &options.key else {
        return Ok(None);
    };
    let needed = options.need.unwrap_or(options.witness.len());
    let policy = match options.witness.is_empty() {
        true => Policy::unwitnessed(key.clone()),
        false => Policy::new(key.clone(), options.witness.clone(), needed),
    };
    policy.map(Some).map_err(Failure::wrong)
}

/// Says what was checked, and what was not.
fn account(verdict: &Verdict, tongue: Text) -> String {
    let entries = words::tally(tongue, key!("count-entries"), verdict.size);
    let files = words::tally(tongue, key!("count-files"), verdict.files);
    let bodies = words::count(verdict.bodies);
    let root = Proof(vec![verdict.root]).to_text();
    let (name, root) = (words::tame(&verdict.origin), root.trim_end());
    let mut text = format!(
        "{}\n  {}\n  {}\n",
        said!(tongue, "ledger-whole", entries, bodies, files),
        said!(tongue, "ledger-root", name, root),
        words::tally(tongue, key!("ledger-checkpoints"), verdict.checkpoints)
    );
    let mut line = |words: &str| text += &format!("  {words}\n");
    let Some(checkpoint) = &verdict.checkpoint else {
        line(&tongue.say("ledger-unsigned"));
        return text;
    };
    match checkpoint.seen_at() {
        Some(at) => {
            let at = i64::try_from(at).unwrap_or_default();
            let witnesses = checkpoint.witnesses().join(", ");
            let at = words::second(Timestamp::from_secs(at.min(LAST_SECOND)));
            line(&said!(tongue, "ledger-witnessed", witnesses, at));
        }
        None => line(&tongue.say("ledger-unwitnessed")),
    }
    if !checkpoint.strangers().is_empty() {
        let strangers = words::tame(&checkpoint.strangers().join(", "));
        line(&said!(tongue, "ledger-strangers", strangers));
    }
    if verdict.uncovered > 0 {
        line(&words::tally(
            tongue,
            key!("ledger-uncovered"),
            verdict.uncovered,
        ));
    }
    text
}

/// Reads what the ledger says of orders that had to be confirmed.
fn confirmations(folder: &Folder, size: u64) -> Result<Confirmations, Failure> {
    let mut confirmed = Confirmations::default();
    let read = Tiles::new(folder, size).each(|index, bytes| confirmed.take(index, bytes));
    read.map_err(Failure::broken)?;
    Ok(confirmed)
}

/// Says how many orders that had to be confirmed were, or ended, and what is no confirmation.
fn orders(confirmed: &Confirmations, verdict: &Verdict, tongue: Text) -> String {
    let checkpoint = verdict.checkpoint.as_ref();
    let seen_at = checkpoint.and_then(issei_ledger::Checkpoint::seen_at);
    let seen_at = seen_at.and_then(|at| i64::try_from(at).ok());
    let seen_at = seen_at.map(|at| Timestamp::from_secs(at.min(LAST_SECOND)));
    let Sum { whole, all, open } = confirmed.sum(seen_at);
    let mut text = String::new();
    let mut line = |words: &str| text += &format!("  {words}\n");
    if all + open > 0 {
        let [whole, all, open] = [whole, all, open].map(words::count);
        line(&said!(tongue, "ledger-confirmed", whole, all, open));
    }
    for Wrong { index, order, why } in &confirmed.wrong {
        let why = tongue.say(match why {
            Why::NotAsked => key!("ledger-confirmed-not-asked"),
            Why::Early => key!("ledger-confirmed-early"),
            Why::Signature => key!("ledger-confirmed-signature"),
        });
        line(&said!(tongue, "ledger-confirmed-wrong", index, order, why));
    }
    text
}

/// The last second of the year 9999: what a clock that lies can say must still print.
const LAST_SECOND: i64 = 253_402_300_799;

/// Writes the ledger of a coordinator's office, through its process or, if none runs, out of its database.
fn export(options: &LedgerExport, language: Language) -> Result<u8, Failure> {
    let office = caller::folder(&options.at)?;
    let wanted = std::path::absolute(&options.folder).map_err(Failure::wrong)?;
    match Caller::open(&options.at, language) {
        Ok(mut caller) => match caller.ask(&Ask::ExportLedger(wanted))? {
            Reply::Done(_) => {}
            other => return Err(caller::astray(&other)),
        },
        Err(_) => write_new(&wanted, &kept(&office)?)?,
    }
    let tongue = Text(language);
    let place = options.folder.display();
    let mut text = said!(tongue, "ledger-files-in", place) + "\n";
    text += &how_to_verify(&office, &options.folder, tongue).unwrap_or_default();
    terminal::say(&text).map_err(Failure::broken)?;
    Ok(code::DONE)
}

/// Reads the files out of the database of an office that does not run.
fn kept(office: &office::folder::Folder) -> Result<Files, Failure> {
    let path = office.database();
    if !path.exists() {
        let complaint = format!("{}: no office was founded here", office.root().display());
        return Err(Failure::wrong(complaint));
    }
    block_on(async {
        let store = Store::open(&path, Owner::Coordinator).await;
        let store = store.map_err(Failure::broken)?;
        let files = store.files().await.map_err(Failure::broken)?;
        store.close().await.map_err(Failure::broken)?;
        Ok(files)
    })
}

/// Gives the command that verifies a copy, with the keys as this office's charter has them.
fn how_to_verify(office: &office::folder::Folder, copy: &Path, tongue: Text) -> Option<String> {
    let charter = Charter::parse(&office.read(&office.charter()).ok()?).ok()?;
    let mut text = format!(
        "{}\n  issei ledger verify {} --key {}",
        tongue.say("ledger-verify-with"),
        copy.display(),
        charter.log().ok()?
    );
    for member in &charter.members {
        let _ = write!(text, " --witness {}", member.witness().ok()?);
    }
    let needed = charter.policy().ok()??.needed();
    let _ = writeln!(text, " --need {needed}");
    Some(text)
}

/// The made-up log's name and its witnesses'.
const ORIGIN: &str = "sample.example/issei";
const WITNESSES: [&str; 3] = ["one.example", "two.example", "three.example"];
/// When they signed: 2026-01-01 00:00:00 UTC.
const SIGNED_AT: u64 = 1_767_225_600;
/// One entry in so many is longer than a leaf, and so is kept apart.
const ONE_LONG_IN: u64 = 10_000;

/// Writes a made-up ledger. Its secret keys are these fixed bytes: it proves nothing to anybody.
fn sample(options: &LedgerSample, tongue: Text) -> Result<u8, Failure> {
    let (files, keys) = made_up(options.entries)?;
    write_new(&options.folder, &files)?;
    let mut text = words::tally(tongue, key!("ledger-made-up"), options.entries) + "\n";
    let flags = ["--key", "--witness", "--witness", "--witness"];
    for (flag, key) in flags.iter().zip(&keys) {
        let _ = writeln!(text, "  {flag} {key}");
    }
    terminal::say(&text).map_err(Failure::broken)?;
    Ok(code::DONE)
}

/// Files of a log in memory.
type Files = BTreeMap<String, Vec<u8>>;

/// Makes a log with a checkpoint half-way and one at the end, and the keys to check them.
fn made_up(entries: u64) -> Result<(Files, Vec<Verifier>), Failure> {
    let key = Signer::new(ORIGIN, Algorithm::Ed25519, &[1; 32]).map_err(Failure::wrong)?;
    let mut witnesses = witnesses(&key).map_err(Failure::wrong)?;
    let mut files = Files::new();
    let mut log = Log::open(&mut files, key.verifier(), &Tip::empty()).map_err(Failure::wrong)?;
    for size in [entries / 2, entries] {
        for index in log.tip().size..size {
            log.append(entry(index)).map_err(Failure::wrong)?;
        }
        let mut note = log.sign(&mut files, &key).map_err(Failure::broken)?;
        cosign(&files, &log.tip(), &mut note, &mut witnesses)?;
        files.insert(format!("checkpoints/{size}"), note.to_string().into_bytes());
        log.publish(&mut files, &note).map_err(Failure::broken)?;
    }
    let mut keys = vec![key.verifier().clone()];
    keys.extend(WITNESSES.iter().zip(2..).filter_map(|(name, seed)| {
        let signer = Signer::new(name, Algorithm::CosignatureV1, &[seed; 32]);
        Some(signer.ok()?.verifier().clone())
    }));
    Ok((files, keys))
}

fn witnesses(key: &Signer) -> Result<Vec<Witness>, KeyError> {
    let made = WITNESSES.iter().zip(2..).map(|(name, seed)| {
        let signer = Signer::new(name, Algorithm::CosignatureV1, &[seed; 32])?;
        Witness::new(signer, key.verifier().clone(), Tip::empty()).map_err(|_| KeyError::Shape)
    });
    made.collect()
}

fn cosign(
    files: &Files,
    tip: &Tip,
    note: &mut Note,
    witnesses: &mut [Witness],
) -> Result<(), Failure> {
    let bytes = note.to_string().into_bytes();
    for witness in witnesses {
        let proof = Tiles::new(files, tip.size).consistency(witness.last().size, tip.size);
        let proof = proof.map_err(Failure::wrong)?;
        let cosigned = witness.cosign(&bytes, &proof, SIGNED_AT);
        note.signatures.push(cosigned.map_err(Failure::wrong)?.line);
    }
    Ok(())
}

fn entry(index: u64) -> Vec<u8> {
    let mut text = format!("{{\"made-up\":{index}}}").into_bytes();
    if index % ONE_LONG_IN == ONE_LONG_IN - 1 {
        text.resize(issei_ledger::LONGEST_LEAF + 1, b' ');
    }
    text
}

/// A log in a folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Looks at a folder.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// Gathers the files of a folder, by their paths within the log.
    fn gather(&self, within: &str, found: &mut Vec<String>) -> Result<(), FileError> {
        let path = self.at(within);
        let failed = |cause| FileError {
            path: path.clone(),
            cause,
        };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{within}{}", entry.file_name().to_string_lossy());
            match entry.file_type().map_err(failed)?.is_dir() {
                true => self.gather(&(name + "/"), found)?,
                false => found.push(name),
            }
        }
        Ok(())
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder)?;
        // At the top, where no file of the log is looked for if a crash leaves it behind.
        let new = self.at(".new");
        let mut file = fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        settled(folder)
    }
}

/// Reads a file that is no longer than a file of a log can be: none is longer than an entry.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = LONGEST_ENTRY as u64;
    fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST_ENTRY {
        let words = format!("it has more than {most} bytes, which no file of a log has");
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    Ok(bytes)
}

/// Waits until a folder's names will last, and those of the folders it may have been made in.
fn settled(folder: &Path) -> io::Result<()> {
    // `tile/0/x001` is the deepest that a log of a billion entries makes, below its own folder.
    let above = folder.ancestors().take(5);
    above
        .filter(|path| path.is_dir())
        .try_for_each(|path| fs::File::open(path)?.sync_all())
}

impl Storage for Folder {
    type Error = FileError;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        let path = self.at(path);
        match bounded(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(FileError { path, cause }),
        }
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.at(path);
        let replaced = self.replace(&path, bytes);
        replaced.map_err(|cause| FileError { path, cause })
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let path = self.at(path);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(FileError { path, cause }),
            _ => Ok(()),
        }
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        let mut found = Vec::new();
        if self.0.exists() {
            self.gather("", &mut found)?;
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
