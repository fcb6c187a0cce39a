//! Who may join: one-time codes, and the certificates that they lead to.
//!
//! In: invitations by a person here, requests to join. Out: a code to be read aloud, a member's entry in
//! the charter, its certificate. Always: a try counts before it is answered; a code is good once.
//! Not here: the proofs (`issei_host::exchange::join`), who is entered in the charter (the office).

use std::collections::BTreeMap;

use issei_host::exchange::join::{
    Code, Invitation, JoinRefusal, Reply as Welcomed, Request, Welcome,
};
use issei_host::exchange::{Answer, Authority, Identity};
use issei_host::store::{Change, Document};
use issei_ledger::{Algorithm, Verifier};
use issei_model::{Digest, OrganisationId, Span, Timestamp};
use issei_text::{Phrase, said};
use serde::{Deserialize, Serialize};

use super::door::refused;
use crate::code::Failure;
use crate::office::charter::{Charter, Enrolled};
use crate::office::control::Reply;
use crate::office::document;
use crate::office::folder::Folder;

/// How long a member's certificate holds.
const CERTIFICATE_HOLDS: Span = Span::from_secs(366 * 86_400);
/// A certificate holds from a little before it is issued: clocks differ.
const BEFORE: Span = Span::from_secs(3_600);

/// The register of invitations.
pub struct Register {
    authority: Authority,
    /// The coordinator's own key, as a joining member sees it.
    server: Digest,
    invitations: BTreeMap<OrganisationId, Invited>,
    changes: Vec<Change>,
}

/// An invitation and what the charter will say of the member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Invited {
    invitation: Invitation,
    lines: u64,
}

/// A member that may join, ready to be entered and welcomed.
pub struct Joining {
    /// Its entry in the charter.
    pub enrolled: Enrolled,
    certificate: String,
    request: Request,
    code: Code,
}

impl Register {
    /// Begins with what the database holds.
    ///
    /// # Errors
    /// If the authority's files or an invitation cannot be read.
    pub fn open(folder: &Folder, kept: Vec<Document>) -> Result<Self, Failure> {
        let root = folder.text(&folder.authority())?;
        let key = folder.text(&folder.authority_key())?;
        let authority = Authority::load(&root, &key).map_err(Failure::wrong)?;
        let mut invitations = BTreeMap::new();
        for one in kept {
            let name = one.name.parse().map_err(Failure::broken)?;
            let invited = serde_json::from_str(&one.body).map_err(Failure::broken)?;
            invitations.insert(name, invited);
        }
        Ok(Self {
            authority,
            server: folder.credentials()?.public_key(),
            invitations,
            changes: Vec::new(),
        })
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Invites a member; an older invitation of it is good no more.
    pub fn invite(&mut self, member: &OrganisationId, lines: u64, now: Timestamp) -> Reply {
        if lines == 0 {
            return Reply::Wrong(Phrase::say("says-no-lines"));
        }
        let code = match Code::draw() {
            Ok(code) => code,
            Err(error) => {
                return Reply::Failed(Phrase::of(|text| said!(text, "says-no-chance", error)));
            }
        };
        let spelled = code.spelled().to_string();
        let invitation = Invitation::new(code, member.clone(), now);
        let until = invitation.until();
        self.keep(member, Invited { invitation, lines }, now);
        Reply::Invitation {
            code: spelled,
            until,
        }
    }

    /// Judges a request to join, and certifies the member's key.
    ///
    /// # Errors
    /// A word for the count, and the answer.
    pub fn join(&mut self, body: &[u8], now: Timestamp) -> Result<Joining, (&'static str, Answer)> {
        let request = Request::parse(body).map_err(|no| judged(&no))?;
        let member = request.statement.organisation.clone();
        let Some(mut invited) = self.invitations.get(&member).cloned() else {
            let next = "ask the coordinator's desk for a code";
            return Err((
                "join: nobody invited it",
                refused(403, "nobody invited this member", next),
            ));
        };
        let verdict = invited.invitation.judge(&request, &self.server, now);
        let (code, lines) = (invited.invitation.code().clone(), invited.lines);
        self.keep(&member, invited, now);
        verdict.map_err(|no| judged(&no))?;
        let malformed = |why: String| {
            (
                "join: malformed",
                refused(400, &why, "make the request anew"),
            )
        };
        let enrolled = enrolled(&request, lines).map_err(malformed)?;
        let identity = Identity::member(member);
        let issued = self.authority.issue(
            &identity,
            &request.statement.request,
            now - BEFORE,
            now + CERTIFICATE_HOLDS,
        );
        let issued = issued.map_err(|error| malformed(error.to_string()))?;
        Ok(Joining {
            enrolled,
            certificate: issued.certificate,
            request,
            code,
        })
    }

    /// Welcomes a member that stands in this charter now.
    pub fn welcome(&self, joining: Joining, charter: &Charter) -> Answer {
        let welcome = Welcome {
            certificate: joining.certificate,
            country: String::from_utf8_lossy(&charter.canonical()).into_owned(),
            roots: self.authority.root_pem().to_owned(),
        };
        let reply = Welcomed::proven(welcome, &joining.request, &joining.code, &self.server);
        Answer::Found {
            kind: "application/json",
            body: reply.to_bytes().into(),
            immutable: false,
        }
    }

    fn keep(&mut self, member: &OrganisationId, invited: Invited, now: Timestamp) {
        self.changes
            .push(document("invitation", member.to_string(), &invited, now));
        self.invitations.insert(member.clone(), invited);
    }
}

fn judged(no: &JoinRefusal) -> (&'static str, Answer) {
    let kind = match no {
        JoinRefusal::Unreadable => "join: unreadable",
        JoinRefusal::OtherOrganisation => "join: another organisation's code",
        JoinRefusal::Used => "join: code used before",
        JoinRefusal::Burned => "join: code burned",
        JoinRefusal::Late => "join: code too old",
        JoinRefusal::Wrong { .. } => "join: wrong proof",
    };
    (
        kind,
        refused(403, &no.to_string(), "ask the coordinator's desk"),
    )
}

/// Reads what the charter will say out of a request.
fn enrolled(request: &Request, lines: u64) -> Result<Enrolled, String> {
    let member = request.statement.organisation.clone();
    let key = |name: &str| {
        let key = request.statement.keys.get(name);
        key.copied()
            .ok_or_else(|| format!("the request names no `{name}` key"))
    };
    let name = format!("{member}.witness.issei.internal");
    let witness = Verifier::new(&name, Algorithm::CosignatureV1, &key("witness")?.0);
    Ok(Enrolled {
        witness: witness.map_err(|error| error.to_string())?.to_string(),
        desk: key("desk")?,
        member,
        lines,
    })
}

#[cfg(test)]
#[path = "register_tests.rs"]
mod tests;
