//! Walks over the TOML document with its places, so that every complaint has a line and a column.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::{Spot, nearest};
use super::knob::Readable;
use super::values::{Refused, Value};
use super::{Complaint, Complaints, Configuration, combinations, grammar};

/// The document being read.
pub struct Document<'a> {
    table: DeTable<'a>,
    complaints: Vec<Complaint>,
    places: Places<'a>,
}

/// Where the value of each knob that was set stands.
#[derive(Debug)]
pub struct Places<'a> {
    text: &'a str,
    spans: BTreeMap<String, Range<usize>>,
}

impl<'a> Places<'a> {
    /// Begins with none.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            spans: BTreeMap::new(),
        }
    }

    /// Tells whether a knob was set.
    pub fn has(&self, key: &str) -> bool {
        self.spans.contains_key(key)
    }

    /// Finds the value of a knob; the beginning of the file if it was not set.
    pub fn spot(&self, key: &str) -> Spot {
        let span = self.spans.get(key);
        span.map_or(Spot::BEGIN, |span| Spot::of(self.text, span))
    }

    /// Finds a part of a knob's value by its words; the value if it is not written like that.
    pub fn part(&self, key: &str, words: &str) -> Spot {
        let Some(span) = self.spans.get(key) else {
            return Spot::BEGIN;
        };
        let value = self.text.get(span.clone()).unwrap_or_default();
        let found = value.find(&format!("\"{words}\"")).map(|at| at + 1);
        let found = found.or_else(|| value.rfind(words));
        match found.map(|at| span.start + at) {
            Some(begin) => Spot::of(self.text, &(begin..begin + words.len())),
            None => self.spot(key),
        }
    }
}

/// One section of it.
pub struct Section<'a, 'd> {
    /// Empty for the knobs of a file without sections.
    name: &'static str,
    table: DeTable<'a>,
    /// The knobs that were asked for.
    names: Vec<&'static str>,
    complaints: &'d mut Vec<Complaint>,
    places: &'d mut Places<'a>,
}

/// Reads a whole file, and tells where its knobs stand.
pub fn parse<'a>(file: &str, text: &'a str) -> Result<(Configuration, Places<'a>), Complaints> {
    let table = grammar::parse(text).map_err(|complaint| refused(file, vec![complaint]))?;
    let mut document = Document {
        table: table.into_inner(),
        complaints: Vec::new(),
        places: Places::new(text),
    };
    let configuration = Configuration::read(&mut document);
    document.unknown_sections();
    combinations::check(&configuration, &document.places, &mut document.complaints);
    if document.complaints.is_empty() {
        Ok((configuration, document.places))
    } else {
        Err(refused(file, document.complaints))
    }
}

/// Reads a file of knobs without sections; `check` looks for combinations that cannot work.
pub fn parse_flat<'a, T>(
    file: &str,
    text: &'a str,
    read: impl FnOnce(&mut Section<'_, '_>) -> T,
    check: impl FnOnce(&T, &Places<'_>, &mut Vec<Complaint>),
) -> Result<(T, Places<'a>), Complaints> {
    let table = grammar::parse(text).map_err(|complaint| refused(file, vec![complaint]))?;
    let (mut complaints, mut places) = (Vec::new(), Places::new(text));
    let mut section = Section {
        name: "",
        table: table.into_inner(),
        names: Vec::new(),
        complaints: &mut complaints,
        places: &mut places,
    };
    let value = read(&mut section);
    section.unknown_knobs();
    check(&value, &places, &mut complaints);
    if complaints.is_empty() {
        Ok((value, places))
    } else {
        Err(refused(file, complaints))
    }
}

fn refused(file: &str, mut all: Vec<Complaint>) -> Complaints {
    all.sort_by(|one, other| one.spot.cmp(&other.spot));
    Complaints {
        file: file.to_owned(),
        all,
    }
}

impl<'a> Document<'a> {
    /// Takes a section out of the document; a missing one has its defaults.
    pub fn section<S: Readable>(&mut self, name: &'static str) -> S {
        let key = self.table.keys().find(|key| key.get_ref() == name).cloned();
        let found = key.and_then(|key| self.table.remove(&key).map(|value| (key, value)));
        let table = match found {
            None => DeTable::default(),
            Some((key, value)) => match value.into_inner() {
                DeValue::Table(table) => table,
                _ => {
                    self.complaints
                        .push(no_section(self.places.text, &key.span(), name));
                    DeTable::default()
                }
            },
        };
        let mut section = Section {
            name,
            table,
            names: Vec::new(),
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
                spot: Spot::of(self.places.text, &key.span()),
                key: word.to_string(),
                wrong: "there is no such section".into(),
                mend,
            });
        }
    }
}

impl Section<'_, '_> {
    /// Takes a knob; a missing or refused one has its default.
    pub fn take<V: Value>(&mut self, name: &'static str, default: &str, range: &str) -> V {
        self.take_if_set(name, range).unwrap_or_else(|| {
            let read = DeValue::parse(default)
                .ok()
                .and_then(|value| V::read(&value, range).ok());
            read.unwrap_or_else(|| {
                unreachable!("the default of {}.{name} does not read", self.name)
            })
        })
    }

    /// Takes a knob; a missing or refused one is none.
    pub fn take_if_set<V: Value>(&mut self, name: &'static str, range: &str) -> Option<V> {
        self.names.push(name);
        let key = self
            .table
            .keys()
            .find(|key| key.get_ref() == name)
            .cloned()?;
        let value = self.table.remove(&key)?;
        self.places.spans.insert(self.key(name), value.span());
        V::read(&value, range)
            .map_err(|refused| self.refuse(name, &value, refused))
            .ok()
    }

    /// Takes a section within a file of knobs; a missing one is none.
    pub fn subsection<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> Option<T> {
        self.names.push(name);
        let key = self
            .table
            .keys()
            .find(|key| key.get_ref() == name)
            .cloned()?;
        let value = self.table.remove(&key)?;
        let span = key.span();
        self.places.spans.insert(name.to_owned(), span.clone());
        let DeValue::Table(table) = value.into_inner() else {
            self.complaints
                .push(no_section(self.places.text, &span, name));
            return None;
        };
        let mut section = Section {
            name,
            table,
            names: Vec::new(),
            complaints: &mut *self.complaints,
            places: &mut *self.places,
        };
        let read = read(&mut section);
        section.unknown_knobs();
        Some(read)
    }

    fn key(&self, name: &str) -> String {
        match self.name {
            "" => name.to_owned(),
            section => format!("{section}.{name}"),
        }
    }

    fn refuse(&mut self, name: &str, value: &Spanned<DeValue<'_>>, refused: Refused) {
        let at = refused.at.unwrap_or_else(|| value.span());
        let mut spot = Spot::of(self.places.text, &at);
        if refused.secret {
            spot.piece.clear();
        }
        self.complaints.push(Complaint {
            spot,
            key: self.key(name),
            wrong: refused.wrong,
            mend: refused.mend,
        });
    }

    /// Complains about what is left when every knob was taken.
    fn unknown_knobs(&mut self) {
        for (key, value) in self.table.iter() {
            let word = key.get_ref();
            let names = || self.names.iter().copied();
            let home = homes(word).filter(|_| !self.name.is_empty());
            let mend = match (nearest(word, names()), home) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(home)) => format!("`{word}` belongs under `[{home}]`"),
                (None, None) if self.name.is_empty() && is_chapter(word) => {
                    "it belongs into the file of `issei collect --config`".into()
                }
                (None, None) if self.name.is_empty() => format!("there are {}", listed(names())),
                (None, None) => format!("[{}] has {}", self.name, listed(names())),
            };
            let wrong = match value.get_ref() {
                DeValue::Table(_) if self.name.is_empty() => "this file has no such section",
                _ => "there is no such knob",
            };
            self.complaints.push(Complaint {
                spot: Spot::of(self.places.text, &key.span()),
                key: self.key(word),
                wrong: wrong.into(),
                mend,
            });
        }
    }
}

/// Says that a section's name stands where a knob's would.
fn no_section(text: &str, at: &std::ops::Range<usize>, name: &str) -> Complaint {
    Complaint {
        spot: Spot::of(text, at),
        key: name.into(),
        wrong: "this is the name of a section".into(),
        mend: format!("write `[{name}]` on a line of its own and the knobs below it"),
    }
}

fn is_chapter(word: &str) -> bool {
    Configuration::CHAPTERS
        .iter()
        .any(|chapter| chapter.name == word)
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
