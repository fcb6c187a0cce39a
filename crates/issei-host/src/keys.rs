//! Keys of people: a passphrase and a key file, or an ssh-agent, become a signer.
//!
//! In: a path and a passphrase, or the socket of an agent; the bytes to sign. Out: the public
//! key, and raw Ed25519 signatures (RFC 8032).
//! Always: a private key lies on the disk only under a passphrase, in a file that nobody else may
//! read and that is never overwritten; seeds and passphrases are wiped from memory; a signature
//! is verified before it is handed out.
//! Standard: OpenSSH's PROTOCOL.key for files; draft-ietf-sshm-ssh-agent for agents; RFC 8709,
//! section 4, for public keys.
//! Not here: what is signed and in whose name (SSHSIG is wrapped by the front door and judged by
//! `issei-case`); keys of members and witnesses.

mod agent;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use ssh_key::private::{Ed25519Keypair, KeypairData, PrivateKey};
use ssh_key::{Algorithm, Cipher, Kdf, LineEnding};
use zeroize::Zeroizing;

use issei_model::{PublicKey, Signature};

use crate::{kernel, terminal};

pub use agent::socket as agent_socket;

/// Characters that a new passphrase must have. A file that is copied is guessed at leisure: each
/// guess costs the thief [`ROUNDS`], so a dozen characters that are no word outlast the key.
pub const SHORTEST_PASSPHRASE: usize = 12;

/// Bytes of a passphrase. Longer ones are files given by mistake.
const LONGEST_PASSPHRASE: usize = 1024;

/// Rounds of bcrypt for a new file; what `ssh-keygen` has used since 9.4. About a third of a second.
const ROUNDS: u32 = 24;

/// Rounds that are still worked through when a file asks for them: some ten seconds.
const MOST_ROUNDS: u32 = 1000;

/// Bytes of salt, as `ssh-keygen` writes.
const SALT: usize = 16;

/// Bytes of a key file. An Ed25519 key with a long comment has under 2 KiB.
const LARGEST_FILE: u64 = 64 << 10;

/// The name of the algorithm in files, agents and public keys (RFC 8709, section 4).
const ED25519: &str = "ssh-ed25519";

/// Something secret that a person typed. It does not show itself, and is wiped when dropped.
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Asks on the terminal, without showing what is typed.
    ///
    /// # Errors
    /// If there is no terminal, or the person breaks off.
    pub fn ask(prompt: &str) -> Result<Self, KeyError> {
        let line = terminal::secret(prompt, LONGEST_PASSPHRASE);
        line.map(Self).map_err(|cause| {
            let fault = match cause.kind() {
                io::ErrorKind::Interrupted => KeyFault::BrokenOff,
                _ => KeyFault::NoTerminal(cause),
            };
            KeyError::at(Path::new("/dev/tty"), fault)
        })
    }

    /// Reads the first line of a file that nobody else may read, for scripts.
    ///
    /// # Errors
    /// If the file cannot be read, is readable by others, or its first line is empty or too long.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |fault| KeyError::at(path, fault);
        let file = File::open(path).map_err(|cause| failed(KeyFault::Unreadable(cause)))?;
        private(&file).map_err(failed)?;
        // Room for the whole, so that no shorter copy is left behind as it grows.
        let mut text = Zeroizing::new(Vec::with_capacity(2 * LONGEST_PASSPHRASE));
        file.take(LONGEST_PASSPHRASE as u64 + 2)
            .read_to_end(&mut text)
            .map_err(|cause| failed(KeyFault::Unreadable(cause)))?;
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.len() {
            0 => Err(failed(KeyFault::NoPassphrase)),
            length if length > LONGEST_PASSPHRASE => Err(failed(KeyFault::PassphraseTooLong)),
            _ => Ok(Self::from_bytes(line)),
        }
    }

    /// Takes a passphrase that is already in memory.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Tells whether two are the same, to find slips of the finger.
    pub fn agrees(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn long_enough(&self) -> bool {
        let length = match std::str::from_utf8(&self.0) {
            Ok(text) => text.chars().count(),
            Err(_) => self.0.len(),
        };
        length >= SHORTEST_PASSPHRASE
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A person's private key, taken out of its file.
pub struct KeyFile {
    path: PathBuf,
    comment: String,
    key: SigningKey,
}

impl KeyFile {
    /// Draws a new key and writes it under the passphrase; on return it is on the disk.
    ///
    /// # Errors
    /// If the passphrase is short, something already has that name, or the disk refuses; then no
    /// file of ours is left.
    pub fn create(path: &Path, passphrase: &Passphrase, comment: &str) -> Result<Self, KeyError> {
        let failed = |fault| KeyError::at(path, fault);
        if !passphrase.long_enough() {
            return Err(failed(KeyFault::PassphraseTooShort));
        }
        let mut seed = Zeroizing::new([0; 32]);
        let mut chance = Zeroizing::new([0; SALT + 4]);
        kernel::random(&mut seed[..])
            .and_then(|()| kernel::random(&mut chance[..]))
            .map_err(|cause| failed(KeyFault::NoChance(cause)))?;
        let text = sealed(&seed, &chance, passphrase, comment)
            .map_err(|cause| failed(KeyFault::NotWritable(io::Error::other(cause))))?;
        write_new(path, text.as_bytes()).map_err(|cause| {
            failed(match cause.kind() {
                io::ErrorKind::AlreadyExists => KeyFault::Exists,
                _ => KeyFault::NotWritable(cause),
            })
        })?;
        Ok(Self {
            path: path.to_owned(),
            comment: comment.to_owned(),
            key: SigningKey::from_bytes(&seed),
        })
    }

    /// Opens a file that `create` or `ssh-keygen` wrote.
    ///
    /// # Errors
    /// If it cannot be read, may be read by others, has no passphrase, holds no Ed25519 key, or
    /// the passphrase is another.
    pub fn open(path: &Path, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let failed = |fault| KeyError::at(path, fault);
        let closed = read_closed(path).map_err(failed)?;
        let open = closed.decrypt(&*passphrase.0).map_err(|cause| {
            failed(match cause {
                ssh_key::Error::Crypto => KeyFault::WrongPassphrase,
                _ => KeyFault::NotAKey,
            })
        })?;
        let pair = open.key_data().ed25519();
        let pair = pair.ok_or_else(|| failed(KeyFault::NotAKey))?;
        let key = SigningKey::from_bytes(&Zeroizing::new(pair.private.to_bytes()));
        // Two halves that do not belong together give signatures from which the key can be found.
        if key.verifying_key().to_bytes() != pair.public.0 {
            return Err(failed(KeyFault::NotAKey));
        }
        Ok(Self {
            path: path.to_owned(),
            comment: open.comment().to_owned(),
            key,
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its maker wrote into it, usually whose it is.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("path", &self.path)
            .field("public", &self.public())
            .finish_non_exhaustive()
    }
}

/// Reads the public key out of a key file, for which no passphrase is needed, or out of a line
/// `ssh-ed25519 …` in a `.pub` file.
///
/// # Errors
/// As [`KeyFile::open`], but for the passphrase. A public line may be readable by all.
pub fn public_of(path: &Path) -> Result<PublicKey, KeyError> {
    let failed = |fault| KeyError::at(path, fault);
    let (text, about) = read(path).map_err(failed)?;
    let key = match std::str::from_utf8(&text) {
        Ok(line) if !line.starts_with("-----") => {
            ssh_key::PublicKey::from_openssh(line.trim_end()).map_err(|_| KeyFault::NotAKey)
        }
        _ => closed(&text, &about).map(|key| key.public_key().clone()),
    };
    let key = key.map_err(failed)?;
    let ed25519 = key.key_data().ed25519();
    let ed25519 = ed25519.ok_or_else(|| failed(KeyFault::NotEd25519(key.algorithm().to_string())));
    ed25519.map(|key| PublicKey(key.0))
}

/// Lists the Ed25519 keys in the agent that listens at this socket.
///
/// # Errors
/// If there is no agent, or it does not answer in time.
pub fn held_by_agent(socket: &Path) -> Result<Vec<PublicKey>, KeyError> {
    agent::keys(socket).map_err(|fault| KeyError::at(socket, fault))
}

/// Whoever can sign for a person.
#[derive(Debug)]
pub struct Signer(Holder);

#[derive(Debug)]
enum Holder {
    File(Box<KeyFile>),
    Agent { socket: PathBuf, public: PublicKey },
}

impl From<KeyFile> for Signer {
    fn from(file: KeyFile) -> Self {
        Self(Holder::File(Box::new(file)))
    }
}

impl Signer {
    /// Finds a person's key in the agent that listens at this socket: the one chosen, or the
    /// only Ed25519 key that it holds.
    ///
    /// # Errors
    /// If there is no agent, it does not answer in time, it holds no such key, or several and
    /// none was chosen.
    pub fn agent(socket: &Path, chosen: Option<PublicKey>) -> Result<Self, KeyError> {
        let failed = |fault| KeyError::at(socket, fault);
        let held = held_by_agent(socket)?;
        let public = match (chosen, held.as_slice()) {
            (_, []) => Err(KeyFault::AgentHasNone),
            (Some(key), held) if held.contains(&key) => Ok(key),
            (Some(key), _) => Err(KeyFault::AgentLacks(key)),
            (None, &[only]) => Ok(only),
            (None, several) => Err(KeyFault::AgentHasSeveral(several.to_vec())),
        };
        Ok(Self(Holder::Agent {
            socket: socket.to_owned(),
            public: public.map_err(failed)?,
        }))
    }

    /// The public key that verifies what is signed here.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Holder::File(file) => file.public(),
            Holder::Agent { public, .. } => *public,
        }
    }

    /// Signs exactly these bytes.
    ///
    /// # Errors
    /// If the agent is gone, locked, refuses, or answers with a signature that does not verify.
    pub fn sign(&self, bytes: &[u8]) -> Result<Signature, KeyError> {
        match &self.0 {
            Holder::File(file) => Ok(Signature(file.key.sign(bytes).to_bytes())),
            Holder::Agent { socket, public } => agent::sign(socket, public, bytes)
                .and_then(|signature| verified(public, bytes, signature))
                .map_err(|fault| KeyError::at(socket, fault)),
        }
    }
}

fn verified(key: &PublicKey, bytes: &[u8], signature: Signature) -> Result<Signature, KeyFault> {
    let told = ed25519_dalek::Signature::from_bytes(&signature.0);
    VerifyingKey::from_bytes(&key.0)
        .and_then(|key| key.verify_strict(bytes, &told))
        .map(|()| signature)
        .map_err(|_| KeyFault::AgentSignedWrong)
}

/// Writes a public key as SSH does on the wire: `string "ssh-ed25519"`, `string key` (RFC 8709,
/// section 4).
pub fn wire(key: &PublicKey) -> Vec<u8> {
    let mut wire = Vec::new();
    put_string(&mut wire, ED25519.as_bytes());
    put_string(&mut wire, &key.0);
    wire
}

/// Appends a `string` of SSH: its length in four bytes, then its bytes (RFC 4251, section 5).
fn put_string(into: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("what is signed has less than 4 GiB");
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(bytes);
}

/// Writes the text of a key file. `chance` is the salt and then the number by which a wrong
/// passphrase is recognised.
fn sealed(
    seed: &[u8; 32],
    chance: &[u8; SALT + 4],
    passphrase: &Passphrase,
    comment: &str,
) -> ssh_key::Result<Zeroizing<String>> {
    let (salt, check) = chance.split_at(SALT);
    let check = check
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u32::from(byte));
    let pair = KeypairData::Ed25519(Ed25519Keypair {
        public: ssh_key::public::Ed25519PublicKey(
            SigningKey::from_bytes(seed).verifying_key().to_bytes(),
        ),
        private: ssh_key::private::Ed25519PrivateKey::from_bytes(seed),
    });
    let kdf = Kdf::Bcrypt {
        salt: salt.to_vec(),
        rounds: ROUNDS,
    };
    PrivateKey::new(pair, comment)?
        .encrypt_with(Cipher::Aes256Ctr, kdf, check, &*passphrase.0)?
        .to_openssh(LineEnding::LF)
}

/// Writes a file that was not there, for its owner only, and waits until file and name are on
/// the disk.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let kept = written.and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all());
    if kept.is_err() {
        // Half a key is worse than none: somebody would carry it home.
        let _ = std::fs::remove_file(path);
    }
    kept
}

/// Reads a key file as far as that goes without the passphrase.
fn read_closed(path: &Path) -> Result<PrivateKey, KeyFault> {
    let (text, about) = read(path)?;
    closed(&text, &about)
}

fn closed(text: &[u8], about: &Metadata) -> Result<PrivateKey, KeyFault> {
    hidden(about)?;
    let key = PrivateKey::from_openssh(text).map_err(|_| KeyFault::NotAKey)?;
    let algorithm = key.public_key().algorithm();
    if algorithm != Algorithm::Ed25519 {
        return Err(KeyFault::NotEd25519(algorithm.to_string()));
    }
    match key.kdf() {
        _ if !key.is_encrypted() => Err(KeyFault::NoPassphraseOnFile),
        &Kdf::Bcrypt { rounds, .. } if rounds > MOST_ROUNDS => Err(KeyFault::TooManyRounds(rounds)),
        _ => Ok(key),
    }
}

fn read(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Metadata), KeyFault> {
    // Without waiting: a pipe that nobody writes to would hold us for ever.
    let mut options = File::options();
    let file = options.read(true).custom_flags(libc::O_NONBLOCK).open(path);
    let file = file.map_err(KeyFault::Unreadable)?;
    let about = file.metadata().map_err(KeyFault::Unreadable)?;
    if !about.is_file() || about.len() > LARGEST_FILE {
        return Err(KeyFault::NotAKey);
    }
    let mut text = Zeroizing::new(Vec::with_capacity(LARGEST_FILE as usize));
    file.take(LARGEST_FILE)
        .read_to_end(&mut text)
        .map_err(KeyFault::Unreadable)?;
    Ok((text, about))
}

fn private(file: &File) -> Result<(), KeyFault> {
    hidden(&file.metadata().map_err(KeyFault::Unreadable)?)
}

/// Refuses a file that its group or everybody may read or write. Pipes and terminals pass.
fn hidden(about: &Metadata) -> Result<(), KeyFault> {
    let mode = about.permissions().mode() & 0o777;
    if about.is_file() && mode & 0o077 != 0 {
        return Err(KeyFault::Exposed(mode));
    }
    Ok(())
}

/// A key that could not be made, opened or used: where, and why.
#[derive(Debug)]
pub struct KeyError {
    /// The file, or the agent's socket.
    pub place: PathBuf,
    /// What is wrong there.
    pub fault: KeyFault,
}

impl KeyError {
    fn at(place: &Path, fault: KeyFault) -> Self {
        Self {
            place: place.to_owned(),
            fault,
        }
    }
}

/// What can be wrong with a key, its file, or its agent.
#[derive(Debug)]
pub enum KeyFault {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// The file cannot be written.
    NotWritable(io::Error),
    /// Something already has that name.
    Exists,
    /// The kernel gives no random bytes.
    NoChance(io::Error),
    /// Others may read the file: its permission bits.
    Exposed(u32),
    /// It is not a private key in OpenSSH's format, or is damaged.
    NotAKey,
    /// It is a key of this other algorithm.
    NotEd25519(String),
    /// The private key lies there in the clear.
    NoPassphraseOnFile,
    /// Opening it would take minutes: its rounds of bcrypt.
    TooManyRounds(u32),
    /// The passphrase is another.
    WrongPassphrase,
    /// A new passphrase has fewer than [`SHORTEST_PASSPHRASE`] characters.
    PassphraseTooShort,
    /// A passphrase file's first line is longer than any passphrase.
    PassphraseTooLong,
    /// A passphrase file's first line is empty.
    NoPassphrase,
    /// There is no terminal to ask on.
    NoTerminal(io::Error),
    /// The person broke off.
    BrokenOff,
    /// No agent is named in the environment.
    NoAgent,
    /// The agent cannot be reached, or does not answer in time.
    AgentSilent(io::Error),
    /// The agent's answer is not one of its protocol.
    AgentBabbles,
    /// The agent shows no Ed25519 key.
    AgentHasNone,
    /// The agent does not hold the key that was chosen.
    AgentLacks(PublicKey),
    /// The agent holds several Ed25519 keys, and none was chosen.
    AgentHasSeveral(Vec<PublicKey>),
    /// The agent will not sign.
    AgentRefused,
    /// The agent's signature does not verify.
    AgentSignedWrong,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        match &self.fault {
            KeyFault::Unreadable(cause) => {
                write!(f, "`{place}` cannot be read: {cause}; check the path")
            }
            KeyFault::NotWritable(cause) => write!(
                f,
                "`{place}` cannot be written: {cause}; choose another folder"
            ),
            KeyFault::Exists => write!(
                f,
                "`{place}` is already there, and keys are never overwritten; choose another name"
            ),
            KeyFault::NoChance(cause) => write!(
                f,
                "no key for `{place}`: the kernel gives no random bytes ({cause}); try on another machine"
            ),
            KeyFault::Exposed(mode) => write!(
                f,
                "`{place}` may be read by others (mode {mode:03o}); hide it with `chmod 600`, and make a new key if others use this machine"
            ),
            KeyFault::NotAKey => write!(
                f,
                "`{place}` is not a whole Ed25519 key file of OpenSSH; check the path, or make one with `issei keys new`"
            ),
            KeyFault::NotEd25519(algorithm) => write!(
                f,
                "`{place}` holds a key of `{algorithm}`, and only {ED25519} signs here; make one with `issei keys new`"
            ),
            KeyFault::NoPassphraseOnFile => write!(
                f,
                "`{place}` has no passphrase; give it one with `ssh-keygen -p -f`"
            ),
            KeyFault::TooManyRounds(rounds) => write!(
                f,
                "`{place}` asks for {rounds} rounds of bcrypt, at most {MOST_ROUNDS} are worked through; write it anew with `ssh-keygen -p -a {ROUNDS} -f`"
            ),
            KeyFault::WrongPassphrase => {
                write!(f, "the passphrase does not open `{place}`; try again")
            }
            KeyFault::PassphraseTooShort => write!(
                f,
                "no key was written to `{place}`: its passphrase needs at least {SHORTEST_PASSPHRASE} characters; four words that do not belong together will do"
            ),
            KeyFault::PassphraseTooLong => write!(
                f,
                "the first line of `{place}` has more than {LONGEST_PASSPHRASE} bytes; check that it is the passphrase file"
            ),
            KeyFault::NoPassphrase => write!(
                f,
                "the first line of `{place}` is empty; write the passphrase there"
            ),
            KeyFault::NoTerminal(cause) => write!(
                f,
                "no terminal to ask on (`{place}`: {cause}); give --passphrase-file"
            ),
            KeyFault::BrokenOff => write!(f, "broken off at `{place}`; nothing was done"),
            KeyFault::NoAgent => write!(
                f,
                "`{place}` names no agent; start one with `eval $(ssh-agent)`, or give a key file"
            ),
            KeyFault::AgentSilent(cause) => write!(
                f,
                "the agent at `{place}` does not answer: {cause}; start one with `eval $(ssh-agent)`, or give a key file"
            ),
            KeyFault::AgentBabbles => write!(
                f,
                "what answers at `{place}` is not an ssh-agent; check SSH_AUTH_SOCK"
            ),
            KeyFault::AgentHasNone => write!(
                f,
                "the agent at `{place}` shows no Ed25519 key; add one with `ssh-add`, or unlock the agent with `ssh-add -X`"
            ),
            KeyFault::AgentLacks(key) => write!(
                f,
                "the agent at `{place}` does not hold `{key}`; add it with `ssh-add`"
            ),
            KeyFault::AgentHasSeveral(keys) => {
                write!(
                    f,
                    "the agent at `{place}` holds several Ed25519 keys; choose one with --agent=KEY:"
                )?;
                keys.iter().try_for_each(|key| write!(f, " {key}"))
            }
            KeyFault::AgentRefused => write!(
                f,
                "the agent at `{place}` will not sign: it is locked (`ssh-add -X` unlocks it), or its owner said no; ask again"
            ),
            KeyFault::AgentSignedWrong => write!(
                f,
                "the agent at `{place}` gave a signature that does not verify; do not use this agent, give a key file"
            ),
        }
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
