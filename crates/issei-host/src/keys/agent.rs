//! Questions to an ssh-agent: which Ed25519 keys it holds, and its signature over given bytes.
//!
//! Always: an answer is bounded in size and in time, whatever listens at the socket.
//! Standard: draft-ietf-sshm-ssh-agent, sections 3 (framing), 3.5 (keys), 3.6 (signing).
//! Not here: adding keys; `ssh-add` does that. Security keys (`sk-ssh-ed25519`) are passed over:
//! they sign a hash with a counter, not the bytes that everybody verifies.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use issei_model::{PublicKey, Signature};

use super::{ED25519, KeyError, KeyFault, put_string, wire};

/// How long an agent may take to list its keys. It needs nobody for that.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// How long an agent may take to sign: a person may have to confirm, or to touch a device.
const SIGN_PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of an answer; OpenSSH's agent itself takes no message longer than this.
const LARGEST_ANSWER: usize = 256 << 10;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// Tells where the agent of this login listens.
///
/// # Errors
/// If `SSH_AUTH_SOCK` is not set.
pub fn socket() -> Result<PathBuf, KeyError> {
    let told = std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty());
    told.map(PathBuf::from)
        .ok_or_else(|| KeyError::at(Path::new("SSH_AUTH_SOCK"), KeyFault::NoAgent))
}

/// Lists the Ed25519 keys that the agent holds, in its order.
pub(super) fn keys(socket: &Path) -> Result<Vec<PublicKey>, KeyFault> {
    let answer = ask(socket, &[REQUEST_IDENTITIES], LIST_PATIENCE)?;
    match answer.split_first() {
        Some((&IDENTITIES_ANSWER, body)) => listed(body).ok_or(KeyFault::AgentBabbles),
        Some((&FAILURE, _)) => Err(KeyFault::AgentRefused),
        _ => Err(KeyFault::AgentBabbles),
    }
}

/// Asks for a signature over exactly these bytes. Nobody has verified it yet.
pub(super) fn sign(socket: &Path, key: &PublicKey, bytes: &[u8]) -> Result<Signature, KeyFault> {
    let mut question = vec![SIGN_REQUEST];
    put_string(&mut question, &wire(key));
    put_string(&mut question, bytes);
    // No flags: they choose a hash for RSA.
    question.extend_from_slice(&[0; 4]);
    let answer = ask(socket, &question, SIGN_PATIENCE)?;
    match answer.split_first() {
        Some((&SIGN_RESPONSE, body)) => signature(body).ok_or(KeyFault::AgentBabbles),
        Some((&FAILURE, _)) => Err(KeyFault::AgentRefused),
        _ => Err(KeyFault::AgentBabbles),
    }
}

fn listed(mut body: &[u8]) -> Option<Vec<PublicKey>> {
    let count = take_number(&mut body)?;
    let mut keys = Vec::new();
    // The count is the agent's word: the loop ends with the bytes at the latest.
    for _ in 0..count {
        let mut key = take_string(&mut body)?;
        take_string(&mut body)?;
        if take_string(&mut key)? == ED25519.as_bytes() {
            keys.push(PublicKey(take_string(&mut key)?.try_into().ok()?));
        }
    }
    Some(keys)
}

fn signature(mut body: &[u8]) -> Option<Signature> {
    let mut signature = take_string(&mut body)?;
    if take_string(&mut signature)? != ED25519.as_bytes() {
        return None;
    }
    Some(Signature(take_string(&mut signature)?.try_into().ok()?))
}

fn take_number(from: &mut &[u8]) -> Option<u32> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(u32::from_be_bytes(*number))
}

fn take_string<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(from)?).ok()?;
    let (string, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(string)
}

/// Sends one question and takes its answer, on a connection of its own.
fn ask(socket: &Path, question: &[u8], patience: Duration) -> Result<Vec<u8>, KeyFault> {
    let until = Instant::now() + patience;
    let mut stream = UnixStream::connect(socket).map_err(KeyFault::AgentSilent)?;
    let mut framed = Vec::new();
    put_string(&mut framed, question);
    stream
        .set_write_timeout(Some(patience))
        .and_then(|()| stream.write_all(&framed))
        .map_err(KeyFault::AgentSilent)?;
    let mut length = [0; 4];
    read(&mut stream, &mut length, until)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > LARGEST_ANSWER {
        return Err(KeyFault::AgentBabbles);
    }
    let mut answer = vec![0; length];
    read(&mut stream, &mut answer, until)?;
    Ok(answer)
}

/// Fills the buffer before the deadline, also against an agent that sends byte by byte.
fn read(stream: &mut UnixStream, into: &mut [u8], until: Instant) -> Result<(), KeyFault> {
    let mut filled = 0;
    while filled < into.len() {
        let left = until.saturating_duration_since(Instant::now());
        let late = || io::Error::new(io::ErrorKind::TimedOut, "it took too long");
        if left.is_zero() {
            return Err(KeyFault::AgentSilent(late()));
        }
        let read = stream
            .set_read_timeout(Some(left))
            .and_then(|()| stream.read(&mut into[filled..]));
        match read {
            Ok(0) => return Err(KeyFault::AgentBabbles),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(KeyFault::AgentSilent(late()));
            }
            Err(error) => return Err(KeyFault::AgentSilent(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
