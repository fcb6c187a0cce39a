//! Who speaks in the target `said`, and its seeds: the same keys and the same code on both sides.

use issei_host::exchange::join::Code;
use issei_ledger::{Algorithm, Policy, Signer};
use issei_model::{Digest, OrganisationId};

/// The member's key, which everybody knows here.
pub const KEY: [u8; 32] = [7; 32];
/// Its name.
pub const MEMBER: &str = "isp-a";
/// The server's key as the member sees it.
pub const SERVER: Digest = Digest([3; 32]);

/// Gives an organisation's name.
pub fn organisation(name: &str) -> OrganisationId {
    name.parse().expect("a name")
}

/// Gives the code that was read aloud.
pub fn code() -> Code {
    "0000-0000-0000-0000".parse().expect("a code")
}

/// Gives a log that nobody signs for, and its witness.
pub fn policy() -> Policy {
    let signer = |name: &str, algorithm, key: [u8; 32]| {
        let signer = Signer::new(name, algorithm, &key).expect("a signer");
        signer.verifier().clone()
    };
    let log = signer("log.test", Algorithm::Ed25519, [1; 32]);
    let witness = signer("witness.test", Algorithm::CosignatureV1, [2; 32]);
    Policy::new(log, vec![witness], 1).expect("a policy")
}
