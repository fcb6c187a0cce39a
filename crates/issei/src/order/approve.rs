//! `issei order approve`: shows the text of an order to a person, and signs exactly that.
//!
//! In: the order as the office sends it, a person's yes, a key. Out: an approval. Always: the order is
//! the one of the name that was typed; the bytes that are signed are those that were shown; without a
//! yes nothing is signed. Standard: OpenSSH's PROTOCOL.sshsig, so `ssh-keygen -Y verify` can check it.
//! Not here: whether the person may approve (`issei-case`), private keys (`issei_host::keys`).

use std::io::{self, BufRead, Write};

use issei_case::approvals::signed_bytes;
use issei_case::order_text;
use issei_host::clock;
use issei_host::keys::Signer;
use issei_model::{Approval, Order, PersonId};
use issei_text::{Text, said};

use issei_desk::ground;

use super::{OrderName, fetch};
use crate::caller::Caller;
use crate::code::Failure;
use crate::command_line::{Approve, Signing};
use crate::keys;
use crate::office::control::{Ask, Reply, Stands};
use crate::{caller, words};

/// Bytes of an answer to a question.
const LONGEST_ANSWER: u64 = 100;

/// Shows, asks, signs, sends.
///
/// # Errors
/// If the order is another than was named, the person says no, the key does not sign, or the office
/// does not take the approval.
pub fn run(caller: &mut Caller, options: &Approve) -> Result<(), Failure> {
    let signing = &options.signing;
    let mut ask = |question: &str| says_yes(signing, question);
    let tongue = caller.text();
    let sign = || signer(signing, tongue);
    let mut show = |text: &str| caller::say(text);
    let desk = Desk {
        show: &mut show,
        agrees: &mut ask,
        signer: &sign,
    };
    let said = desk.approve(caller, &options.order, &signing.person)?;
    caller::say(&format!("{}\n", words::tame(&said)))
}

/// Asks the person, unless the yes was typed beforehand.
///
/// # Errors
/// If nobody can be asked.
pub fn says_yes(signing: &Signing, question: &str) -> Result<bool, Failure> {
    match signing.yes {
        true => Ok(true),
        false => agrees(question, &mut io::stdin().lock(), &mut io::stderr()),
    }
}

/// Shows a text, and gives the key once the person says yes.
///
/// # Errors
/// If the person says no, or the key cannot be used.
pub fn shown(text: &str, signing: &Signing, tongue: Text) -> Result<Signer, Failure> {
    caller::say(text)?;
    let question = said!(tongue, "sign-question", person = signing.person) + " [y/N] ";
    match says_yes(signing, &question)? {
        true => signer(signing, tongue),
        false => Err(Failure::wrong("not signed; nothing was sent")),
    }
}

/// Gives the key that was named.
///
/// # Errors
/// If it cannot be used.
pub fn signer(signing: &Signing, tongue: Text) -> Result<Signer, Failure> {
    let (key, file) = (signing.key.as_deref(), signing.passphrase_file.as_deref());
    keys::signer(tongue, key, signing.agent.flatten(), file)
}

/// The person's side of the table: eyes, a yes, a key.
pub struct Desk<'a> {
    /// Shows a text.
    pub show: &'a mut dyn FnMut(&str) -> Result<(), Failure>,
    /// Asks whether it is signed.
    pub agrees: &'a mut dyn FnMut(&str) -> Result<bool, Failure>,
    /// Gives the key.
    pub signer: &'a dyn Fn() -> Result<Signer, Failure>,
}

impl Desk<'_> {
    /// Gives what the office says to the approval.
    fn approve(
        self,
        caller: &mut Caller,
        name: &OrderName,
        person: &PersonId,
    ) -> Result<String, Failure> {
        let view = fetch(caller, name)?;
        if !matches!(view.stands, Stands::Draft | Stands::Held) {
            return Err(Failure::wrong(format!(
                "order {} left already, nobody signs it any more; `issei order show` tells where it stands",
                view.id
            )));
        }
        let language = caller.language();
        let text = order_text(&view.order, language);
        (self.show)(&text)?;
        // Beside it, not in it: what is signed is the text above.
        (self.show)(&format!("\n{}", ground::beside(&view.order, language)))?;
        let approval = self.signed(caller, &view.order, person, &signed_bytes(&text))?;
        let order = view.id;
        done(caller, &Ask::Approve { order, approval })
    }

    /// Asks the person, and signs these bytes of what was shown.
    pub fn signed(
        self,
        caller: &Caller,
        order: &Order,
        person: &PersonId,
        bytes: &[u8],
    ) -> Result<Approval, Failure> {
        if !(self.agrees)(&question(order, person, caller.text()))? {
            return Err(Failure::wrong("not signed; nothing was sent"));
        }
        let signer = (self.signer)()?;
        Ok(Approval {
            person: person.clone(),
            key: signer.public(),
            language: caller.language(),
            at: clock::now(),
            signature: signer.sign(bytes)?,
        })
    }
}

/// Hands in a signature, and gives what the office says to it.
pub fn done(caller: &mut Caller, ask: &Ask) -> Result<String, Failure> {
    match caller.ask(ask)? {
        Reply::Done(said) => Ok(said.pick(caller.text()).to_owned()),
        other => Err(caller::astray(&other)),
    }
}

/// Asks whether a person signs; who proposed it is told that the office will refuse.
fn question(order: &Order, person: &PersonId, tongue: Text) -> String {
    let asked = match *person == order.proposer {
        true => said!(tongue, "sign-question-proposer", person),
        false => said!(tongue, "sign-question", person),
    };
    asked + " [y/N] "
}

/// Asks a question; anything but a clear yes is a no.
///
/// # Errors
/// If nobody can be asked.
pub fn agrees(question: &str, from: &mut dyn BufRead, to: &mut dyn Write) -> Result<bool, Failure> {
    let asked = to.write_all(question.as_bytes()).and_then(|()| to.flush());
    asked.map_err(Failure::broken)?;
    let mut answer = Vec::new();
    let mut bounded = io::Read::take(from, LONGEST_ANSWER);
    bounded
        .read_until(b'\n', &mut answer)
        .map_err(Failure::broken)?;
    let yes = [&b"y"[..], b"yes", "はい".as_bytes()];
    Ok(yes.contains(&answer.to_ascii_lowercase().trim_ascii()))
}

#[cfg(test)]
#[path = "approve_tests.rs"]
mod tests;
