//! Whether a request of a protected operator is really his, meant for this member, and meant now.
//!
//! In: a request as a person of the operator signed it, the roster, the time. Out: the witness [`Asked`],
//! or a refusal. Always: the person is on the roster and answers for the operator; the signature is over
//! the text that was shown, good for requests only; it was signed just now, so that an old request
//! comes to nothing. Standard: SSHSIG, as for approvals.
//! Not here: whether a standing order lets the member act on it, and the same request twice
//! (`issei-order`, the member's office).

use issei_model::{Approval, Destination, OrganisationId, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approvals::Roster;
use crate::refusal::{Gate, Refusal, Words};
use crate::sshsig;
use crate::text::request_text;

/// What a person of a protected operator asks of one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// In whose network.
    pub member: OrganisationId,
    /// What is wished.
    pub wish: Wanted,
    /// About packets to where.
    pub to: Destination,
    /// Who asks, when, and the signature over [`request_text`].
    pub signed: Approval,
}

/// What an operator wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Packets to the destination are dropped.
    Drop,
    /// They pass again.
    Release,
}

/// The witness that an operator asked. Only [`Request::judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    operator: OrganisationId,
    request: Request,
}

impl Asked {
    /// Tells who asked.
    pub fn operator(&self) -> &OrganisationId {
        &self.operator
    }

    /// Tells what was asked.
    pub fn request(&self) -> &Request {
        &self.request
    }
}

/// The namespace of requests: a signature for one is no approval, and the other way round.
pub const NAMESPACE: &str = "request@issei";

/// Writes the bytes that are signed for a request's text.
pub fn signed_bytes(text: &str) -> Vec<u8> {
    sshsig::to_be_signed(NAMESPACE, text.as_bytes())
}

impl Request {
    /// How old a request may be, and how far ahead: a person reads it before it is signed.
    pub const FRESH: Span = Span::from_secs(60);

    /// Judges a request at the member that it came to.
    ///
    /// # Errors
    /// The first rule that says no.
    pub fn judge(
        self,
        member: &OrganisationId,
        roster: &Roster,
        now: Timestamp,
    ) -> Result<Asked, Refusal> {
        if self.member != *member {
            return Err(another_member(&self.member));
        }
        let (at, fresh) = (self.signed.at, Self::FRESH);
        if now.since(at) > fresh || at.since(now) > fresh {
            return Err(not_now(at));
        }
        let text = request_text(&self, self.signed.language);
        roster.check_signed(NAMESPACE, &text, &self.signed, now)?;
        Ok(Asked {
            operator: self.signed.person.organisation().clone(),
            request: self,
        })
    }
}

fn another_member(named: &OrganisationId) -> Refusal {
    refusal(
        "another-member",
        (
            format!("the request is for the network of `{named}`"),
            format!("この依頼は `{named}` のネットワークを対象としています"),
        ),
        ("hand it in there", "該当の事業者に提出してください"),
    )
}

fn not_now(at: Timestamp) -> Refusal {
    refusal(
        "not-now",
        (
            format!("the request was signed at {at}, which is too long ago or lies ahead"),
            format!("依頼の署名日時 {at} は古すぎるか未来です"),
        ),
        (
            "compare the clocks, and sign it anew",
            "時計を確認し、改めて署名してください",
        ),
    )
}

fn refusal(rule: &str, (en, ja): (String, String), (next_en, next_ja): (&str, &str)) -> Refusal {
    Refusal::new(
        Gate::Standing,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
