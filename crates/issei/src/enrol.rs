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
use crate::office::charter::{self, Charter};
use crate::office::control::{Ask, Reply};
use crate::office::folder::{Folder, Settings};
use crate::office::founding;
use crate::order::approve;
use crate::{keys, words};
use issei_desk::ceiling::{Figures, Raiser};
use issei_text::{Text, columns, key, said};

/// Bytes of a code as people type it.
const LONGEST_CODE: u64 = 100;

/// Does what is wished.
///
/// # Errors
/// A wrong wish, or that no office answers.
pub fn run(options: &Enrol, language: Language) -> Result<u8, Failure> {
    let tongue = Text(language);
    match &options.wish {
        EnrolWish::Invite { member, lines } => {
            let ask = Ask::Invite {
                member: member.clone(),
                lines: *lines,
            };
            match Caller::open(&options.at, language)?.ask(&ask)? {
                Reply::Invitation { code, until } => {
                    caller::say(&invitation(member, &code, until, tongue))?;
                }
                other => return Err(caller::astray(&other)),
            }
        }
        EnrolWish::Join {
            folder,
            member,
            coordinator,
        } => {
            let code = typed(&mut io::stdin().lock(), &mut io::stderr(), tongue)?;
            let folder = Folder::new(folder);
            let charter = join(&folder, member, coordinator, &code)?;
            caller::say(&joined(&folder, &charter, tongue))?;
        }
        EnrolWish::Person { person, key, role } => {
            let key = public(key)?;
            caller::say(&keys::shown(&key, &person.to_string(), tongue))?;
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
                    caller::say(&review(pinned, offered.as_ref(), tongue))?;
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
fn invitation(member: &OrganisationId, code: &str, until: Timestamp, tongue: Text) -> String {
    let until = words::second(until);
    let aloud = said!(tongue, "enrol-read-aloud", member, until);
    let there = said!(tongue, "enrol-there", member);
    format!("{}\n{aloud}\n{there}\n", words::tame(code))
}

/// Names a charter by its digest; the key says which.
fn shown(which: &'static str, charter: Digest, tongue: Text) -> String {
    let named = said!(tongue, which, charter);
    let (aloud, digits) = (tongue.say("keys-aloud"), keys::aloud(&charter.0));
    format!("{named}\n  {aloud}  {digits}\n")
}

/// Asks for the code.
fn typed(from: &mut dyn BufRead, to: &mut dyn Write, tongue: Text) -> Result<Code, Failure> {
    let asked = write!(to, "{} ", tongue.say("enrol-code"));
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
fn joined(folder: &Folder, charter: &Charter, tongue: Text) -> String {
    let coordinator = &charter.coordinator;
    let mut text = said!(tongue, "enrol-joined", coordinator) + "\n";
    text += &shown(IN_FORCE, charter.digest(), tongue);
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
        (key!("order-members"), members.join(", ")),
        (key!("enrol-people"), people.join(", ")),
    ] {
        let what = columns::left(&tongue.say(what), 14);
        let names = match names.is_empty() {
            true => tongue.say("enrol-none-yet"),
            false => names,
        };
        let _ = writeln!(text, "  {what} {names}");
    }
    let (step, place) = (tongue.say("enrol-compare"), folder.root().display());
    text + &format!("{step}\n  issei member {place}\n")
}

/// Shows what a charter that was offered would change.
fn review(pinned: Digest, offered: Option<&(Digest, Vec<String>)>, tongue: Text) -> String {
    let mut text = shown(IN_FORCE, pinned, tongue);
    let Some((digest, changes)) = offered else {
        return text + &tongue.say("enrol-no-offer") + "\n";
    };
    text += &shown(key!("enrol-offered"), *digest, tongue);
    text += &(tongue.say("enrol-would-change") + "\n");
    for change in changes {
        let _ = writeln!(text, "  {}", words::tame(&charter::line_in(change, tongue)));
    }
    let step = tongue.say("enrol-compare-offered");
    text + &format!("{step}\n  issei enrol review --accept {digest}\n")
}

/// Which charter an office goes by.
const IN_FORCE: &str = key!("enrol-in-force");

#[cfg(test)]
#[path = "enrol_tests.rs"]
mod tests;
