//! A person at this machine who asks the office that runs here.
//!
//! In: the office's folder and a language; asks. Out: replies that bring what was asked for. Always:
//! each kind of no ends the command with its own exit code: a rule said no, the ask makes no sense
//! there, something broke. Not here: the socket and its lines (`office::control`).

use std::fmt;
use std::path::PathBuf;

use issei_host::terminal;
use issei_model::Language;
use issei_text::{Text, said};

use crate::code::Failure;
use crate::command_line::AtOffice;
use crate::office::control::{Ask, Line, Reply, Said};
use crate::office::folder::Folder;

/// A person with an open line to the office.
pub struct Caller {
    folder: Folder,
    language: Language,
    line: Line,
}

impl Caller {
    /// Opens a line to the office that was named.
    ///
    /// # Errors
    /// If none was named, or none runs there.
    pub fn open(at: &AtOffice, language: Language) -> Result<Self, Failure> {
        Self::to(folder(at)?, language)
    }

    /// Opens a line to the office of a folder.
    ///
    /// # Errors
    /// If none runs there.
    pub fn to(folder: Folder, language: Language) -> Result<Self, Failure> {
        let line = Line::open(&folder)?;
        Ok(Self {
            folder,
            language,
            line,
        })
    }

    /// Tells the office's folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Gives what is said in the language that the person reads.
    pub fn text(&self) -> Text {
        Text(self.language)
    }

    /// Tells the language that the person reads.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Asks, and gives the reply unless it is a no.
    ///
    /// # Errors
    /// The no, or that nobody answers.
    pub fn ask(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        heard(self.line.ask(ask)?, self.language)
    }

    /// Asks for something to be done, and says what the office says to it.
    ///
    /// # Errors
    /// As [`Caller::ask`].
    pub fn bid(&mut self, ask: &Ask) -> Result<(), Failure> {
        match self.ask(ask)? {
            Reply::Done(words) => say(&format!(
                "{}\n",
                crate::words::tame(words.pick(self.text()))
            )),
            other => Err(astray(&other)),
        }
    }
}

/// Finds the office's folder.
///
/// # Errors
/// If none was named, or there is none.
pub fn folder(at: &AtOffice) -> Result<Folder, Failure> {
    match &at.office {
        None => Err(Failure::wrong(NoOffice::Unnamed)),
        Some(path) if !path.is_dir() => Err(Failure::wrong(NoOffice::Absent(path.clone()))),
        Some(path) => Ok(Folder::new(path)),
    }
}

/// Sorts the noes out of the replies.
///
/// # Errors
/// The no.
pub fn heard(reply: Reply, language: Language) -> Result<Reply, Failure> {
    let text = Text(language);
    match reply {
        Reply::Refused(said) => Err(Failure::refused(refusal(&said, language))),
        Reply::Wrong(why) => Err(Failure::wrong(crate::words::tame(why.pick(text)))),
        Reply::Failed(why) => Err(Failure::broken(crate::words::tame(why.pick(text)))),
        reply => Ok(reply),
    }
}

/// Says a rule's no with the next step.
pub fn refusal(said: &Said, language: Language) -> String {
    let Said { rule, en, ja, .. } = said;
    let text = Text(language);
    let why = text.pick(en, ja);
    crate::words::tame(&match said.alarm {
        false => said!(text, "refused-rule", rule, why),
        true => said!(text, "refused-broke", rule, why),
    })
}

/// A reply to something that was not asked: the two sides are of different makes.
pub fn astray(reply: &Reply) -> Failure {
    let shown: String = format!("{reply:?}").chars().take(80).collect();
    Failure::broken(format!(
        "the office answered something else than was asked ({shown}…); restart it with this version of issei"
    ))
}

/// Says something on standard output.
///
/// # Errors
/// If it cannot be written.
pub fn say(text: &str) -> Result<(), Failure> {
    terminal::say(text).map_err(Failure::broken)
}

/// Why no office can be asked.
#[derive(Debug)]
enum NoOffice {
    /// None was named.
    Unnamed,
    /// There is no such folder.
    Absent(PathBuf),
}

impl fmt::Display for NoOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => f.write_str(
                "no office is named; give its folder with --office DIR, or set ISSEI_OFFICE to it",
            ),
            Self::Absent(path) => write!(
                f,
                "`{}` is no folder; name the office's with --office, or make it with `issei enrol`",
                path.display()
            ),
        }
    }
}

impl std::error::Error for NoOffice {}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;
