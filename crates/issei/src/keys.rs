//! `issei keys`: makes a person's key, shows it in words for people, and signs files with it.
//!
//! In: a key file or the ssh-agent, a file to sign. Out: the public key as a line, in
//! hexadecimal and to read aloud; a signature that `ssh-keygen -Y verify` accepts.
//! Always: a signature is bound to its namespace, so that one given for another purpose is never
//! an approval.
//! Standard: OpenSSH's PROTOCOL.sshsig; the line of a public key as in sshd(8).
//! Not here: private keys and agents (`issei-host`); what an approval must say (`issei-case`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use issei_case::sshsig::{armored, to_be_signed};
use issei_host::files::FileError;
use issei_host::keys::{self, KeyError, KeyFault, KeyFile, Passphrase, Signer};
use issei_host::terminal;
use issei_model::{Language, PublicKey};
use issei_text::{Text, columns, key, said};
use sha2::{Digest, Sha256};

use crate::code::{self, Failure};
use crate::command_line::Keys;

/// Bytes of a file that is signed. Who signs should have read it; nobody reads more.
const LARGEST_MESSAGE: u64 = 16 << 20;

/// Bytes of the digest that are read aloud. To find another key with the same 96 bits is beyond
/// anybody's means; more pairs would not be read to the end.
const ALOUD: usize = 12;

/// Does what is wished with a key.
///
/// # Errors
/// If the key cannot be made, opened or used, or the file cannot be read.
pub fn run(wish: &Keys, language: Language) -> Result<u8, Failure> {
    let tongue = Text(language);
    let said = match wish {
        Keys::New {
            file,
            comment,
            passphrase_file,
        } => new(file, comment, passphrase_file.as_deref(), tongue)?,
        Keys::Show {
            file: Some(file), ..
        } => shown(&keys::public_of(file)?, "", tongue),
        Keys::Show { file: None, .. } => held_by_agent(tongue)?,
        Keys::Sign {
            file,
            key,
            agent,
            namespace,
            passphrase_file,
        } => {
            let message = message(file)?;
            let file = passphrase_file.as_deref();
            let signer = signer(tongue, key.as_deref(), agent.flatten(), file)?;
            let signature = signer.sign(&to_be_signed(namespace, &message))?;
            armored(&signer.public(), namespace, &signature)
        }
    };
    terminal::say(&said).map_err(Failure::broken)?;
    Ok(code::DONE)
}

fn new(
    path: &Path,
    comment: &str,
    passphrase_file: Option<&Path>,
    tongue: Text,
) -> Result<String, Failure> {
    let passphrase = match passphrase_file {
        Some(file) => Passphrase::read(file)?,
        None => chosen(path, tongue)?,
    };
    let key = KeyFile::create(path, &passphrase, comment)?;
    Ok(shown(&key.public(), key.comment(), tongue))
}

/// Asks twice, because a slip of the finger would lose the key.
fn chosen(path: &Path, tongue: Text) -> Result<Passphrase, Failure> {
    let first = said!(tongue, "keys-new-passphrase", path = path.display());
    let first = Passphrase::ask(&format!("{first}: "))?;
    let again = Passphrase::ask(&format!("{}: ", tongue.say("keys-once-more")))?;
    if first.agrees(&again) {
        Ok(first)
    } else {
        let path = path.to_owned();
        Err(Failure::wrong(Differ { path }))
    }
}

/// Finds whoever signs: the key in a file, else one in the ssh-agent; asks for a passphrase in the reader's language.
///
/// # Errors
/// If the key cannot be opened, or the agent does not hold it.
pub fn signer(
    tongue: Text,
    file: Option<&Path>,
    chosen: Option<PublicKey>,
    passphrase_file: Option<&Path>,
) -> Result<Signer, Failure> {
    match file {
        Some(file) => Ok(opened(file, passphrase_file, tongue)?.into()),
        None => Ok(Signer::agent(&keys::agent_socket()?, chosen)?),
    }
}

fn opened(path: &Path, passphrase_file: Option<&Path>, tongue: Text) -> Result<KeyFile, Failure> {
    let passphrase = match passphrase_file {
        Some(file) => Passphrase::read(file)?,
        None => {
            // What is wrong with the file is said before anybody types.
            keys::public_of(path)?;
            let asked = said!(tongue, "keys-passphrase", path = path.display());
            Passphrase::ask(&format!("{asked}: "))?
        }
    };
    Ok(KeyFile::open(path, &passphrase)?)
}

fn held_by_agent(tongue: Text) -> Result<String, Failure> {
    let socket = keys::agent_socket()?;
    let held = keys::held_by_agent(&socket)?;
    if held.is_empty() {
        return Err(Failure::from(KeyError {
            place: socket,
            fault: KeyFault::AgentHasNone,
        }));
    }
    Ok(held.iter().map(|key| shown(key, "", tongue)).collect())
}

fn message(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut message = Vec::new();
    let read = File::open(path).and_then(|file| {
        file.take(LARGEST_MESSAGE + 1).read_to_end(&mut message)?;
        if message.len() as u64 > LARGEST_MESSAGE {
            let most = LARGEST_MESSAGE >> 20;
            return Err(io::Error::other(format!(
                "longer than {most} MiB; sign a file that you have read"
            )));
        }
        Ok(message)
    });
    Ok(read.map_err(|cause| FileError {
        path: path.to_owned(),
        cause,
    })?)
}

/// Writes a public key for programs (the first line) and for people.
pub fn shown(key: &PublicKey, comment: &str, tongue: Text) -> String {
    let wire = keys::wire(key);
    let digest = Sha256::digest(&wire);
    let line = format!("ssh-ed25519 {} {comment}", STANDARD.encode(&wire));
    let line = line.trim_end();
    let aloud = aloud(&digest);
    let fingerprint = STANDARD_NO_PAD.encode(digest);
    let label = |name| columns::left(&tongue.say(name), 17);
    format!(
        "{line}\n  {} {key}\n  {} {aloud}\n  {} SHA256:{fingerprint}\n",
        label(key!("keys-hexadecimal")),
        label(key!("keys-aloud")),
        label(key!("keys-ssh"))
    )
}

/// Writes the beginning of a digest in pairs, with a breath after every fourth.
pub fn aloud(digest: &[u8]) -> String {
    let pairs: Vec<String> = digest[..ALOUD].iter().map(|b| format!("{b:02x}")).collect();
    let breaths: Vec<String> = pairs.chunks(4).map(|four| four.join(" ")).collect();
    breaths.join(" - ")
}

/// A new passphrase that was typed differently the second time.
#[derive(Debug)]
struct Differ {
    path: PathBuf,
}

impl fmt::Display for Differ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(
            f,
            "the two passphrases differ; `{path}` was not written, begin again"
        )
    }
}

impl std::error::Error for Differ {}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error.fault {
            KeyFault::NotWritable(_)
            | KeyFault::NoChance(_)
            | KeyFault::AgentSilent(_)
            | KeyFault::AgentBabbles
            | KeyFault::AgentSignedWrong => Self::broken(error),
            KeyFault::Unreadable(_)
            | KeyFault::NotAKey
            | KeyFault::NotEd25519(_)
            | KeyFault::TooManyRounds(_) => Self::unreadable(error),
            _ => Self::wrong(error),
        }
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
