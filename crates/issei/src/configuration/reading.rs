//! Walks over the TOML document with its places, so that every complaint has a line.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::nearest;
use super::knob::Readable;
use super::values::{Refused, Value};
use super::{Complaint, Complaints, Configuration, combinations};

/// The document being read.
pub struct Document<'a> {
    text: &'a str,
    table: DeTable<'a>,
    complaints: Vec<Complaint>,
    /// Where each knob that was set stands, for complaints about combinations.
    places: BTreeMap<String, usize>,
}

/// One section of it.
pub struct Section<'a> {
    name: &'static str,
    text: &'a str,
    table: DeTable<'a>,
    complaints: &'a mut Vec<Complaint>,
    places: &'a mut BTreeMap<String, usize>,
}

/// Reads a whole file.
pub fn parse(file: &str, text: &str) -> Result<Configuration, Complaints> {
    let refused = |mut all: Vec<Complaint>| {
        all.sort_by_key(|complaint| complaint.line);
        Complaints {
            file: file.to_owned(),
            all,
        }
    };
    let table = DeTable::parse(text).map_err(|error| refused(vec![grammar(text, &error)]))?;
    let mut document = Document {
        text,
        table: table.into_inner(),
        complaints: Vec::new(),
        places: BTreeMap::new(),
    };
    let configuration = Configuration::read(&mut document);
    document.unknown_sections();
    combinations::check(&configuration, &document.places, &mut document.complaints);
    if document.complaints.is_empty() {
        Ok(configuration)
    } else {
        Err(refused(document.complaints))
    }
}

fn grammar(text: &str, error: &toml::de::Error) -> Complaint {
    let at = error.span().unwrap_or_default();
    let first = error.message().lines().next().unwrap_or_default();
    Complaint {
        line: line_of(text, &at),
        key: String::new(),
        wrong: format!("this is not TOML: {first}"),
        mend: "see toml.io, or start from `issei config show --defaults`".into(),
    }
}

fn line_of(text: &str, at: &Range<usize>) -> usize {
    let before = text.get(..at.start).unwrap_or(text);
    before.bytes().filter(|&byte| byte == b'\n').count() + 1
}

impl Document<'_> {
    /// Takes a section out of the document; a missing one has its defaults.
    pub fn section<S: Readable>(&mut self, name: &'static str) -> S {
        let key = self.table.keys().find(|key| key.get_ref() == name).cloned();
        let found = key.and_then(|key| self.table.remove(&key).map(|value| (key, value)));
        let table = match found {
            None => DeTable::default(),
            Some((key, value)) => match value.into_inner() {
                DeValue::Table(table) => table,
                _ => {
                    self.complaints.push(Complaint {
                        line: line_of(self.text, &key.span()),
                        key: name.into(),
                        wrong: "this is the name of a section".into(),
                        mend: format!(
                            "write `[{name}]` on a line of its own and the knobs below it"
                        ),
                    });
                    DeTable::default()
                }
            },
        };
        let mut section = Section {
            name,
            text: self.text,
            table,
            complaints: &mut self.complaints,
            places: &mut self.places,
        };
        let read = S::read(&mut section);
        section.unknown_knobs();
        read
    }

    /// Complains about what is left when every section was taken.
    fn unknown_sections(&mut self) {
        let names = || Configuration::CHAPTERS.iter().map(|chapter| chapter.name);
        for (key, _) in self.table.iter() {
            let word = key.get_ref();
            let mend = match (nearest(word, names()), homes(word)) {
                (_, Some(home)) => format!("write it under `[{home}]`"),
                (Some(near), None) => format!("did you mean `[{near}]`?"),
                (None, None) => format!("there are {}", listed(names())),
            };
            self.complaints.push(Complaint {
                line: line_of(self.text, &key.span()),
                key: word.to_string(),
                wrong: "there is no such section".into(),
                mend,
            });
        }
    }
}

impl Section<'_> {
    /// Takes a knob; a missing or refused one has its default.
    pub fn take<V: Value>(&mut self, name: &'static str, default: &str, range: &str) -> V {
        let key = self.table.keys().find(|key| key.get_ref() == name).cloned();
        let found = key.and_then(|key| self.table.remove(&key).map(|value| (key, value)));
        if let Some((key, value)) = found {
            self.places.insert(
                format!("{}.{name}", self.name),
                line_of(self.text, &key.span()),
            );
            match V::read(&value, range) {
                Ok(read) => return read,
                Err(refused) => self.refuse(name, &value, refused),
            }
        }
        let read = DeValue::parse(default)
            .ok()
            .and_then(|value| V::read(&value, range).ok());
        read.unwrap_or_else(|| unreachable!("the default of {}.{name} does not read", self.name))
    }

    fn refuse(&mut self, name: &str, value: &Spanned<DeValue<'_>>, refused: Refused) {
        let at = refused.at.unwrap_or_else(|| value.span());
        self.complaints.push(Complaint {
            line: line_of(self.text, &at),
            key: format!("{}.{name}", self.name),
            wrong: refused.wrong,
            mend: refused.mend,
        });
    }

    fn unknown_knobs(&mut self) {
        let chapter = Configuration::CHAPTERS
            .iter()
            .find(|chapter| chapter.name == self.name);
        let names = || {
            chapter
                .iter()
                .flat_map(|chapter| chapter.knobs)
                .map(|knob| knob.name)
        };
        for (key, _) in self.table.iter() {
            let word = key.get_ref();
            let mend = match (nearest(word, names()), homes(word)) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(home)) => format!("`{word}` belongs under `[{home}]`"),
                (None, None) => format!("[{}] has {}", self.name, listed(names())),
            };
            self.complaints.push(Complaint {
                line: line_of(self.text, &key.span()),
                key: format!("{}.{word}", self.name),
                wrong: "there is no such knob".into(),
                mend,
            });
        }
    }
}

/// Tells which section has a knob of this name.
fn homes(word: &str) -> Option<&'static str> {
    let has = |chapter: &&super::knob::Chapter| chapter.knobs.iter().any(|knob| knob.name == word);
    Configuration::CHAPTERS
        .iter()
        .find(has)
        .map(|chapter| chapter.name)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
