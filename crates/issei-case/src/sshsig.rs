//! OpenSSH's signatures over files: the bytes that are signed, and the text that is handed on.
//!
//! In: a namespace, a message, a signature. Out: what `ssh-keygen -Y verify` reads. Always: SHA-512
//! and Ed25519; a signature is good for its namespace only. Standard: PROTOCOL.sshsig of OpenSSH.
//! Not here: keys and signing (host), who may sign what (`approvals`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issei_model::{PublicKey, Signature};
use sha2::Digest as _;

/// Writes the bytes that are signed for a message (section 2).
pub fn to_be_signed(namespace: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = b"SSHSIG".to_vec();
    let digest = sha2::Sha512::digest(message);
    for part in [namespace.as_bytes(), b"", b"sha512", &digest] {
        push_string(&mut bytes, part);
    }
    bytes
}

/// Writes a signature as a file (section 1).
pub fn armored(key: &PublicKey, namespace: &str, signature: &Signature) -> String {
    let public = strings(&[b"ssh-ed25519", &key.0]);
    let signed = strings(&[b"ssh-ed25519", &signature.0]);
    let mut bytes = b"SSHSIG\0\0\0\x01".to_vec();
    for part in [&public[..], namespace.as_bytes(), b"", b"sha512", &signed] {
        push_string(&mut bytes, part);
    }
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> = (0..encoded.len())
        .step_by(WIDTH)
        .map(|at| &encoded[at..encoded.len().min(at + WIDTH)])
        .collect();
    format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        lines.join("\n")
    )
}

fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        push_string(&mut bytes, part);
    }
    bytes
}

/// Writes a string as SSH does (RFC 4251 section 5): its length as u32, then its bytes.
fn push_string(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).expect("a namespace fits on a command line");
    bytes.extend(length.to_be_bytes());
    bytes.extend(part);
}

/// Characters of a line, as OpenSSH writes it.
const WIDTH: usize = 70;

#[cfg(test)]
#[path = "sshsig_tests.rs"]
mod tests;
