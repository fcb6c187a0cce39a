//! Reads a page: its title, its header lines, its paragraphs and its steps.
//!
//! In: Markdown. Out: [`Story`], or the first mistake with its line and the mend. Steps stand in
//! fenced blocks marked `issei`; the header is the list of `- Incident:`, `- Guard:` and
//! `- Without it:` lines under the title. Not here: what a step means (`table`), playing it (`stage`).

use std::fmt;

use super::guard::{Guard, Off};
use super::language::{self, Cast, Phrase};
use super::stage::{Broken, Held};

/// A page: prose for people, steps for the rehearsal, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct Story {
    /// The page's file, as it was named.
    pub file: String,
    /// Its title.
    pub title: String,
    /// What really happened once, if the page is about that.
    pub incident: Option<String>,
    /// What keeps it from happening here, and what would fail without.
    pub guards: Vec<Guard>,
    /// Prose and steps.
    pub parts: Vec<Part>,
}

/// A piece of a page.
#[derive(Clone, Debug)]
pub enum Part {
    /// A line that is only read.
    Prose(String),
    /// A line that is played.
    Step(Step),
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands, from 1.
    pub line: usize,
    /// Its words.
    pub text: String,
    pub(super) phrase: Phrase,
}

/// A mistake in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// The page's file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and how to mend it.
    pub what: String,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what } = self;
        write!(f, "{file}:{line}: {what}")
    }
}

impl std::error::Error for PageError {}

impl Story {
    /// Reads a page.
    ///
    /// # Errors
    /// The first mistake, with its line and what to write instead.
    pub fn read(file: &str, text: &str) -> Result<Self, PageError> {
        let mut reading = Reading::new(file);
        for (line, text) in (1..).zip(text.lines()) {
            reading.take(line, text)?;
        }
        reading.finish()
    }

    /// Lists the steps.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(step) => Some(step),
            Part::Prose(_) => None,
        })
    }

    /// Plays the page from its first step to its last, and tells each that held.
    ///
    /// # Errors
    /// The first step that did not hold, and what was observed instead.
    pub fn play(&self, off: &Off, told: &mut dyn FnMut(Held<'_>)) -> Result<(), Broken> {
        super::stage::play(self, off, told)
    }
}

/// A page, half read.
struct Reading {
    story: Story,
    cast: Cast,
    /// The line where the open block of steps began.
    block: Option<usize>,
    /// Whether the open block is of another kind, to be read and not played.
    foreign: bool,
    in_header: bool,
}

impl Reading {
    fn new(file: &str) -> Self {
        Self {
            story: Story {
                file: file.to_owned(),
                title: String::new(),
                incident: None,
                guards: Vec::new(),
                parts: Vec::new(),
            },
            cast: Cast::default(),
            block: None,
            foreign: false,
            in_header: false,
        }
    }

    fn take(&mut self, line: usize, text: &str) -> Result<(), PageError> {
        if text.starts_with("```") {
            return self.fence(line, text);
        }
        if self.block.is_some() && !self.foreign {
            return self.step(line, text);
        }
        if self.story.title.is_empty() {
            return self.title(line, text);
        }
        if self.in_header && self.header(line, text)? {
            return Ok(());
        }
        self.story.parts.push(Part::Prose(text.to_owned()));
        Ok(())
    }

    fn title(&mut self, line: usize, text: &str) -> Result<(), PageError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let title = text.strip_prefix("# ").map(str::trim);
        let title = title.filter(|title| !title.is_empty());
        let mend = "a page begins with its title, such as `# A member says no`";
        self.story.title = title.ok_or_else(|| self.wrong(line, mend))?.to_owned();
        self.in_header = true;
        Ok(())
    }

    /// Takes a line of the header; says no if the header is over.
    fn header(&mut self, line: usize, text: &str) -> Result<bool, PageError> {
        if text.trim().is_empty() {
            return Ok(true);
        }
        let Some((name, value)) = text
            .strip_prefix("- ")
            .and_then(|rest| rest.split_once(": "))
        else {
            self.in_header = false;
            return Ok(false);
        };
        match name {
            "Incident" => self.story.incident = Some(value.trim().to_owned()),
            "Guard" => {
                let guard = Guard::read(line, value).map_err(|what| self.wrong(line, what))?;
                self.story.guards.push(guard);
            }
            "Without it" => self.without(line, value)?,
            other => {
                let words = ["Incident", "Guard", "Without it"];
                return Err(self.wrong(line, language::not_a_word(other, &words)));
            }
        }
        Ok(true)
    }

    fn without(&mut self, line: usize, value: &str) -> Result<(), PageError> {
        let step = value.trim().strip_prefix('`');
        let step = step.and_then(|rest| rest.strip_suffix("` fails"));
        let mend = "write the step in question as `Without it: `in force nowhere` fails`";
        let step = step.ok_or_else(|| self.wrong(line, mend))?.to_owned();
        let open = self.story.guards.last_mut();
        match open.filter(|guard| guard.fails_at.is_empty()) {
            Some(guard) => guard.fails_at = step,
            None => return Err(self.wrong(line, "it follows no `Guard:` line; add one above")),
        }
        Ok(())
    }

    fn fence(&mut self, line: usize, text: &str) -> Result<(), PageError> {
        let kind = text.trim_start_matches('`').trim();
        self.in_header = false;
        match self.block {
            Some(_) if self.foreign => self.story.parts.push(Part::Prose(text.to_owned())),
            Some(_) => {}
            None if kind == "issei" => {
                (self.block, self.foreign) = (Some(line), false);
                return Ok(());
            }
            None => {
                // A slip in the mark would turn a test into mere words.
                if !matches!(kind, "" | "text" | "sh") {
                    let words = ["issei", "text", "sh"];
                    return Err(self.wrong(line, language::not_a_word(kind, &words)));
                }
                (self.block, self.foreign) = (Some(line), true);
                self.story.parts.push(Part::Prose(text.to_owned()));
                return Ok(());
            }
        }
        self.block = None;
        Ok(())
    }

    fn step(&mut self, line: usize, text: &str) -> Result<(), PageError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let phrase = language::read(text, &mut self.cast).map_err(|what| self.wrong(line, what))?;
        let text = text.trim().to_owned();
        let step = Step { line, text, phrase };
        self.story.parts.push(Part::Step(step));
        Ok(())
    }

    fn finish(self) -> Result<Story, PageError> {
        if let Some(line) = self.block {
            return Err(self.wrong(line, "this block never ends; close it with three backticks"));
        }
        if self.story.steps().next().is_none() {
            return Err(self.wrong(1, "the page has no step; open a block with ```issei"));
        }
        for guard in &self.story.guards {
            let named = self.story.steps().filter(|s| s.text == guard.fails_at);
            let what = match named.count() {
                1 => continue,
                0 if guard.fails_at.is_empty() => {
                    "say what fails without this guard: `Without it: `…` fails` on the next line"
                        .to_owned()
                }
                0 => self.no_such_step(&guard.fails_at),
                n => format!("`{}` stands {n} times; name another step", guard.fails_at),
            };
            return Err(self.wrong(guard.line, what));
        }
        Ok(self.story)
    }

    fn no_such_step(&self, named: &str) -> String {
        let steps: Vec<&str> = self.story.steps().map(|step| step.text.as_str()).collect();
        let near = language::nearest(named, steps);
        let near = near.map_or_else(
            || "copy one of the page's steps".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        format!("the page has no step `{named}`; {near}")
    }

    fn wrong(&self, line: usize, what: impl Into<String>) -> PageError {
        PageError {
            file: self.story.file.clone(),
            line,
            what: what.into(),
        }
    }
}
