//! `issei reflex approve`, `request`, `release`: shows a text to a person, and signs exactly that.
//!
//! In: a standing order as the office sends it, or a wish of a protected operator; a person's yes; a key.
//! Out: an approval, or a signed request. Always: the bytes that are signed are those that were shown;
//! without a yes nothing is signed; a signature for a request is no approval.
//! Standard: OpenSSH's PROTOCOL.sshsig. Not here: whether the person may (`issei-case`).

use issei_case::request::{self, Request, Wanted};
use issei_case::{approvals, request_text, standing_text};
use issei_host::clock;
use issei_host::keys::Signer;
use issei_model::{Approval, Signature};

use super::fetch;
use crate::caller::Caller;
use crate::code::Failure;
use crate::command_line::{ApproveStanding, Asking};
use crate::office::control::{Ask, StandsOn};
use crate::order::approve::shown;

/// Shows a standing order, asks, signs, sends.
///
/// # Errors
/// If it is another than was named, the person says no, the key does not sign, or the office does not
/// take the approval.
pub fn approve(caller: &mut Caller, wish: &ApproveStanding) -> Result<(), Failure> {
    let view = fetch(caller, &wish.standing)?;
    if view.stands != StandsOn::Draft {
        return Err(Failure::wrong(format!(
            "standing order {} left already, nobody signs it any more",
            view.id
        )));
    }
    let language = caller.language();
    let text = standing_text(&view.order, language);
    let signer = shown(&text, &wish.signing, caller.text())?;
    let approval = Approval {
        person: wish.signing.person.clone(),
        key: signer.public(),
        language,
        at: clock::now(),
        signature: signer.sign(&approvals::signed_bytes(&text))?,
    };
    let standing = view.id;
    caller.bid(&Ask::ApproveStanding { standing, approval })
}

/// Asks for a drop.
///
/// # Errors
/// If the person says no, the key does not sign, or the office does not take it.
pub fn request(caller: &mut Caller, asking: &Asking) -> Result<(), Failure> {
    ask(caller, asking, Wanted::Drop)
}

/// Takes a request back.
///
/// # Errors
/// As [`request`].
pub fn release(caller: &mut Caller, asking: &Asking) -> Result<(), Failure> {
    ask(caller, asking, Wanted::Release)
}

fn ask(caller: &mut Caller, asking: &Asking, wish: Wanted) -> Result<(), Failure> {
    let here = caller.folder().settings()?.member;
    let nowhere = "this is no member's office; a request goes to a member";
    let member = asking.member.clone().or(here);
    let mut request = Request {
        member: member.ok_or_else(|| Failure::wrong(nowhere))?,
        wish,
        to: asking.to,
        signed: Approval {
            person: asking.signing.person.clone(),
            key: issei_model::PublicKey([0; 32]),
            language: caller.language(),
            at: clock::now(),
            signature: Signature([0; 64]),
        },
    };
    let signer = shown(
        &request_text(&request, caller.language()),
        &asking.signing,
        caller.text(),
    )?;
    seal(&mut request, &signer)?;
    caller.bid(&Ask::Request(Box::new(request)))
}

/// Signs a request as it was shown.
fn seal(request: &mut Request, signer: &Signer) -> Result<(), Failure> {
    let text = request_text(request, request.signed.language);
    request.signed.key = signer.public();
    request.signed.signature = signer.sign(&request::signed_bytes(&text))?;
    Ok(())
}
