//! A witness: remembers the last checkpoint it cosigned, and cosigns only what goes on from there.
//!
//! In: notes with consistency proofs, at a given moment. Out: a cosignature, or a refusal.
//! Always: of two branches of a log it stands for one. The new tip must be stored for good before
//! the line is handed out, else a crash between them forgets what was signed.
//! Standard: C2SP tlog-cosignature and tlog-witness.
//! Limits: a witness that is set back to an old backup can be led onto a branch; keep its memory safe.

use crate::checkpoint::{Checkpoint, Policy, PolicyError, Refusal};
use crate::note::{Algorithm, Note, SignatureLine, Signer, Verifier};
use crate::tree::{Proof, Tip};

/// Watches one log.
#[derive(Clone, Debug)]
pub struct Witness {
    signer: Signer,
    policy: Policy,
    last: Tip,
}

/// What a witness gives, and what it has to remember first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The tip to store before anything is sent.
    pub remember: Tip,
    /// The line to add below the note.
    pub line: SignatureLine,
}

impl Witness {
    /// Begins, or goes on from the tip that was stored last.
    ///
    /// # Errors
    /// If a key is of the wrong algorithm.
    pub fn new(signer: Signer, log: Verifier, last: Tip) -> Result<Self, PolicyError> {
        if signer.verifier().algorithm() != Algorithm::CosignatureV1 {
            let name = signer.verifier().name().to_owned();
            return Err(PolicyError::NotAWitness { name });
        }
        Ok(Self {
            signer,
            policy: Policy::unwitnessed(log)?,
            last,
        })
    }

    /// Tells the last tip it stood for: from here a proof must lead.
    pub fn last(&self) -> &Tip {
        &self.last
    }

    /// Cosigns a checkpoint at a moment in seconds since 1970.
    ///
    /// # Errors
    /// If it is not the log's, or shorter than the last one, or does not go on from it.
    pub fn cosign(&mut self, note: &[u8], proof: &Proof, now: u64) -> Result<Cosigned, Refusal> {
        let checkpoint = self.policy.open(note)?;
        let tip = *checkpoint.tip();
        self.goes_on(&checkpoint, proof)?;
        let note = Note::parse(note).map_err(Refusal::NotANote)?;
        self.last = tip;
        Ok(Cosigned {
            remember: tip,
            line: self.signer.sign(&note.text, now),
        })
    }

    fn goes_on(&self, checkpoint: &Checkpoint, proof: &Proof) -> Result<(), Refusal> {
        let (seen, offered) = (self.last.size, checkpoint.tip().size);
        if offered < seen {
            return Err(Refusal::Shrunk { seen, offered });
        }
        if !proof.extends(&self.last, checkpoint.tip()) {
            return Err(Refusal::Forked { seen, offered });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
