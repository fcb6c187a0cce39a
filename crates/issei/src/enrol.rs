//! `issei enrol`: how organisations and people come to take part.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words to read aloud.
//! Always: a charter is accepted only by its digest, which a person names; a code is typed, and never
//! stands on the command line, where others at the machine could read it. Not here: who may join
//! (`office::coordinator`), how both sides prove the code (`office::founding`).

use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write};
use std::path::Path;

use issei_host::exchange::join::Code;
use issei_host::keys as key_files;
use issei_model::{Digest, Language, OrganisationId, PublicKey, Timestamp};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Enrol, EnrolWish, Signing};
use crate::office::charter::Charter;
use crate::office::control::{Ask, Reply};
use crate::office::folder::{Folder, Settings};
use crate::office::founding;
use crate::order::approve;
use crate::{keys, words};
use issei_desk::ceiling::{Figures, Raiser};

/// Bytes of a code as people type it.
const LONGEST_CODE: u64 = 100;

/// Does what is wished.
///
/// # Errors
/// A wrong wish, or that no office answers.
pub fn run(options: &Enrol, language: Language) -> Result<u8, Failure> {
    match &options.wish {
        EnrolWish::Invite { member, lines } => {
            let ask = Ask::Invite {
                member: member.clone(),
                lines: *lines,
            };
            match Caller::open(&options.at, language)?.ask(&ask)? {
                Reply::Invitation { code, until } => {
                    caller::say(&invitation(member, &code, until))?;
                }
                other => return Err(caller::astray(&other)),
            }
        }
        EnrolWish::Join {
            folder,
            member,
            coordinator,
        } => {
            let code = typed(&mut io::stdin().lock(), &mut io::stderr())?;
            let folder = Folder::new(folder);
            let charter = join(&folder, member, coordinator, &code)?;
            caller::say(&joined(&folder, &charter))?;
        }
        EnrolWish::Person { person, key, role } => {
            let key = public(key)?;
            caller::say(&keys::shown(
                &key,
                &person.to_string(),
                issei_text::Text(language),
            ))?;
            Caller::open(&options.at, language)?.bid(&Ask::EnterPerson {
                person: person.clone(),
                key,
                role: (*role).into(),
            })?;
        }
        EnrolWish::Ceiling {
            per_order,
            per_day,
            signing,
        } => {
            let (per_order, per_day) = (*per_order, *per_day);
            let mut caller = Caller::open(&options.at, language)?;
            sign_ceiling(&mut caller, Figures { per_order, per_day }, signing)?;
        }
        EnrolWish::Revoke { key } => {
            Caller::open(&options.at, language)?.bid(&Ask::EndKey(public(key)?))?;
        }
        EnrolWish::Review {
            accept: Some(digest),
        } => {
            Caller::open(&options.at, language)?.bid(&Ask::AcceptCharter(*digest))?;
        }
        EnrolWish::Review { accept: None } => {
            match Caller::open(&options.at, language)?.ask(&Ask::Charter)? {
                Reply::Charter { pinned, offered } => {
                    caller::say(&review(pinned, offered.as_ref()))?;
                }
                other => return Err(caller::astray(&other)),
            }
        }
    }
    Ok(code::DONE)
}

/// Shows a person what higher ceilings say, and sends the signature.
fn sign_ceiling(caller: &mut Caller, figures: Figures, signing: &Signing) -> Result<(), Failure> {
    let folder = caller.folder();
    let charter = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
    let coordinator = charter.coordinator;
    let signer = approve::shown(&figures.text(&coordinator), signing, caller.text())?;
    let by = Raiser {
        person: signing.person.clone(),
        key: signer.public(),
        signature: signer.sign(&figures.to_be_signed(&coordinator))?,
    };
    caller.bid(&Ask::SignCeiling(figures, by))
}

/// Reads a key from a file, or as it was typed.
fn public(text: &str) -> Result<PublicKey, Failure> {
    match text.to_ascii_lowercase().parse() {
        Ok(key) => Ok(key),
        Err(_) => Ok(key_files::public_of(Path::new(text))?),
    }
}

/// Writes a code with what to do with it.
fn invitation(member: &OrganisationId, code: &str, until: Timestamp) -> String {
    let until = words::second(until);
    format!(
        "{}\nread it aloud to somebody of {member} whom you know; it serves once, until {until} UTC\nthere: `issei enrol join DIR --as {member} --coordinator ADDRESS:PORT`\n",
        words::tame(code)
    )
}

fn shown(what: &str, charter: Digest) -> String {
    let aloud = keys::aloud(&charter.0);
    format!("{what}: charter {charter}\n  to read aloud  {aloud}\n")
}

/// Asks for the code.
fn typed(from: &mut dyn BufRead, to: &mut dyn Write) -> Result<Code, Failure> {
    let asked = to.write_all(b"the code that was read to you: ");
    asked.and_then(|()| to.flush()).map_err(Failure::broken)?;
    let mut line = String::new();
    let read = from.take(LONGEST_CODE).read_line(&mut line);
    read.map_err(Failure::unreadable)?;
    line.trim()
        .parse()
        .map_err(|why: String| Failure::wrong(why))
}

fn join(
    folder: &Folder,
    member: &OrganisationId,
    coordinator: &str,
    code: &Code,
) -> Result<Charter, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let settings = Settings::default();
    let joining = founding::join(folder, member, coordinator, code, settings);
    runtime.map_err(Failure::broken)?.block_on(joining)
}

/// Says what was agreed to, and what comes next.
fn joined(folder: &Folder, charter: &Charter) -> String {
    let mut text = format!("joined the country of {}\n", charter.coordinator);
    text += &shown("in force", charter.digest());
    let members: Vec<&str> = charter
        .members
        .iter()
        .map(|one| one.member.as_str())
        .collect();
    let people: Vec<String> = charter
        .people
        .iter()
        .map(|one| one.person.to_string())
        .collect();
    for (what, names) in [
        ("members", members.join(", ")),
        ("people", people.join(", ")),
    ] {
        let names = if names.is_empty() { "none yet" } else { &names };
        let _ = writeln!(text, "  {what:14} {names}");
    }
    let place = folder.root().display();
    text + &format!(
        "compare the digest with the coordinator's by another way, then\n  issei member {place}\n"
    )
}

/// Shows what a charter that was offered would change.
fn review(pinned: Digest, offered: Option<&(Digest, Vec<String>)>) -> String {
    let mut text = shown("in force", pinned);
    let Some((digest, changes)) = offered else {
        return text + "no other charter was offered\n";
    };
    text += &shown("offered", *digest);
    text += "it would change\n";
    for change in changes {
        let _ = writeln!(text, "  {}", words::tame(change));
    }
    let step = "compare the digest with the coordinator's by another way than this line, then";
    text + &format!("{step}\n  issei enrol review --accept {digest}\n")
}

#[cfg(test)]
#[path = "enrol_tests.rs"]
mod tests;
