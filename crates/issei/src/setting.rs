//! What the detectors are told: the configuration, the options that win over it, and the lists.
//!
//! In: a configuration file and the command line. Out: a [`Configuration`] in force, and the
//! [`Setting`] of the engine. Always: paths in the file are taken from the file's folder, those on
//! the command line from where we stand; whatever a list did not give is told.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use issei_detect::{ClassMap, KnownServices, Parameters, Setting};
use issei_flow::{Collector, MeterLimits};
use issei_model::{IndicatorList, Territory};
use issei_text::{Phrase, key, said};

use crate::command_line::Network;
use crate::configuration::{Complaint, Complaints, Configuration, Count, Meter, Sampling, nearest};
use crate::{lists, words};

/// Why there is no setting. All of them are for the operator to mend.
#[derive(Debug)]
pub enum SettingError {
    /// A file cannot be read.
    Unreadable {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the kernel said.
        cause: io::Error,
    },
    /// The configuration has mistakes.
    Configuration(Complaints),
    /// The table of device classes has a mistake.
    Classes {
        /// Which file.
        path: PathBuf,
        /// Where and what, in words.
        wrong: String,
    },
    /// A list holds nothing about addresses.
    NothingIn {
        /// What it is for.
        what: &'static str,
        /// Which file.
        path: PathBuf,
    },
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { what, path, cause } => {
                write!(f, "cannot read the {what} `{}`: {cause}", path.display())
            }
            Self::Configuration(complaints) => complaints.fmt(f),
            Self::Classes { path, wrong } => write!(f, "{}: {wrong}", path.display()),
            Self::NothingIn { what, path } => write!(
                f,
                "the {what} `{}` names no address or prefix; write one a line, or CSV with a column `ip`",
                path.display()
            ),
        }
    }
}

impl std::error::Error for SettingError {}

/// Reads the configuration file if there is one, and lets the command line win over it.
///
/// # Errors
/// If the file cannot be read or has mistakes.
pub fn configuration(network: &Network) -> Result<Configuration, SettingError> {
    let mut configuration = match &network.config {
        None => Configuration::default(),
        Some(path) => {
            let text = read("configuration", path)?;
            let parsed = Configuration::parse(&path.display().to_string(), &text);
            let mut parsed = parsed.map_err(SettingError::Configuration)?;
            resolve(&mut parsed, path.parent().unwrap_or(Path::new("")));
            parsed
        }
    };
    let Configuration {
        territory,
        sampling,
        detect,
        output,
        ..
    } = &mut configuration;
    if !network.ours.is_empty() {
        territory.ours.clone_from(&network.ours);
    }
    if !network.dark.is_empty() {
        territory.dark.clone_from(&network.dark);
    }
    if let Some(every) = network.sampling {
        sampling.every = Count(u64::from(every));
    }
    detect.indicators.extend(network.indicators.iter().cloned());
    detect.known.extend(network.known.iter().cloned());
    if let Some(classes) = &network.classes {
        detect.classes.clone_from(classes);
    }
    if let Some(level) = network.level {
        output.level = level.into();
    }
    Ok(configuration)
}

/// Looks whether what a configuration file names is there, so that it can be said at which place it does not.
///
/// # Errors
/// If the file cannot be read, has mistakes, or names what is not there.
pub fn check_paths(path: &Path) -> Result<(), SettingError> {
    let text = read("configuration", path)?;
    let file = path.display().to_string();
    let (configuration, places) =
        Configuration::parse_with_places(&file, &text).map_err(SettingError::Configuration)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let Configuration {
        detect,
        collect,
        output,
        reflex,
        ..
    } = &configuration;
    let mut all = Vec::new();
    let mut look = |key: &str, named: &Path, wanted: Wanted| {
        if !named.as_os_str().is_empty()
            && let Some((wrong, mend)) = wanted.missing(folder, named)
        {
            all.push(Complaint {
                spot: places.part(key, &named.display().to_string()),
                key: key.to_owned(),
                wrong,
                mend,
            });
        }
    };
    for list in &detect.indicators {
        look("detect.indicators", list, Wanted::File);
    }
    look("detect.classes", &detect.classes, Wanted::File);
    for list in &detect.known {
        look("detect.known", list, Wanted::File);
    }
    look("collect.contacts", &collect.contacts, Wanted::FolderAbove);
    look("output.file", &output.file, Wanted::FolderAbove);
    look("reflex.office", &reflex.office, Wanted::Folder);
    if all.is_empty() {
        return Ok(());
    }
    all.sort_by(|one, other| one.spot.cmp(&other.spot));
    Err(SettingError::Configuration(Complaints { file, all }))
}

/// What should be at a path that somebody names.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// A file to read.
    File,
    /// A folder.
    Folder,
    /// A folder in which the file is written.
    FolderAbove,
}

impl Wanted {
    /// Tells what is wrong and what to do, if it is not there. `folder` is where relative paths begin.
    pub fn missing(self, folder: &Path, named: &Path) -> Option<(String, String)> {
        let place = folder.join(named);
        let place = match self {
            Self::FolderAbove => place.parent().unwrap_or(Path::new("")),
            _ => &place,
        };
        let place = match place.as_os_str().is_empty() {
            true => Path::new("."),
            false => place,
        };
        let (what, right) = match self {
            Self::File => ("file", place.is_file()),
            Self::Folder | Self::FolderAbove => ("folder", place.is_dir()),
        };
        let shown = place.display();
        if right {
            return std::fs::File::open(place).err().map(|cause| {
                (
                    format!("the {what} `{shown}` cannot be opened: {cause}"),
                    "let the user that issei runs as read it".into(),
                )
            });
        }
        let wrong = match place.exists() {
            true => format!("`{shown}` is no {what}"),
            false => format!("there is no {what} `{shown}`"),
        };
        Some((wrong, self.nearby(place)))
    }

    /// Finds a name beside it that was perhaps meant.
    fn nearby(self, place: &Path) -> String {
        let begin = place.parent().unwrap_or(Path::new(""));
        let begin = if begin.as_os_str().is_empty() {
            Path::new(".")
        } else {
            begin
        };
        let word = place
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let names = std::fs::read_dir(begin)
            .into_iter()
            .flatten()
            .flatten()
            .take(MOST_NAMES);
        let names: Vec<String> = names
            .filter_map(|one| one.file_name().into_string().ok())
            .collect();
        let names = names
            .iter()
            .map(String::as_str)
            .filter(|name| *name != word);
        match nearest(word, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "make it, or name another; a path begins at the file that names it".into(),
        }
    }
}

/// Names in a folder among which the nearest is sought.
const MOST_NAMES: usize = 1_000;

fn resolve(configuration: &mut Configuration, folder: &Path) {
    let from_folder = |path: &mut PathBuf| {
        if !path.as_os_str().is_empty() {
            *path = folder.join(&*path);
        }
    };
    configuration
        .detect
        .indicators
        .iter_mut()
        .for_each(from_folder);
    configuration.detect.known.iter_mut().for_each(from_folder);
    from_folder(&mut configuration.detect.classes);
    from_folder(&mut configuration.output.file);
}

fn read(what: &'static str, path: &Path) -> Result<String, SettingError> {
    std::fs::read_to_string(path).map_err(|cause| SettingError::Unreadable {
        what,
        path: path.to_owned(),
        cause,
    })
}

/// The lists that the configuration names, read once.
#[derive(Clone, Debug)]
pub struct Lists {
    indicators: IndicatorList,
    classes: ClassMap,
    known: KnownServices,
    /// What a person should know about them.
    pub notes: Vec<Phrase>,
}

impl Lists {
    /// Reads them all.
    ///
    /// # Errors
    /// If one cannot be read, or holds nothing of use.
    pub fn read(configuration: &Configuration) -> Result<Self, SettingError> {
        let mut notes = Vec::new();
        let mut indicators = Vec::new();
        for path in &configuration.detect.indicators {
            let text = read("list of indicators", path)?;
            let list = lists::indicators(&path.display().to_string(), &text);
            if list.entries.is_empty() {
                return Err(SettingError::NothingIn {
                    what: "list of indicators",
                    path: path.clone(),
                });
            }
            notes.push(note(
                path,
                list.entries.len(),
                list.passed_over,
                list.example.as_ref(),
            ));
            indicators.extend(list.entries);
        }
        let mut known = KnownServices::shipped();
        for path in &configuration.detect.known {
            let list = lists::known_services(&read("list of known services", path)?);
            if list.entries.is_empty() {
                return Err(SettingError::NothingIn {
                    what: "list of known services",
                    path: path.clone(),
                });
            }
            notes.push(note(
                path,
                list.entries.len(),
                list.passed_over,
                list.example.as_ref(),
            ));
            known.add(&path.display().to_string(), list.entries);
        }
        let path = &configuration.detect.classes;
        let classes = if path.as_os_str().is_empty() {
            ClassMap::default()
        } else {
            let text = read("table of device classes", path)?;
            ClassMap::parse(&text).map_err(|error| SettingError::Classes {
                path: path.clone(),
                wrong: error.to_string(),
            })?
        };
        Ok(Self {
            indicators: IndicatorList::new(indicators),
            classes,
            known,
            notes,
        })
    }

    /// Makes what an engine is told.
    pub fn setting(&self, territory: Territory, hash_key: [u64; 2]) -> Setting {
        Setting {
            parameters: Parameters::shipped(),
            territory,
            indicators: self.indicators.clone(),
            classes: self.classes.clone(),
            known: self.known.clone(),
            hash_key,
        }
    }
}

impl Meter {
    /// Makes what a flow meter is told.
    pub fn limits(&self) -> MeterLimits {
        MeterLimits {
            active: self.active,
            idle: self.idle,
            flows: self.flows.get(),
        }
    }
}

impl Sampling {
    /// Tells a collector what the operator knows better than the exporters.
    pub fn apply(&self, collector: &mut Collector) {
        let rate = |count: Count| u32::try_from(count.0).unwrap_or(u32::MAX);
        if self.every.0 > 0 {
            collector.set_sampling(None, rate(self.every));
        }
        for (&exporter, &every) in &self.exporters {
            collector.set_sampling(Some(exporter), rate(every));
        }
    }
}

fn note(
    path: &Path,
    entries: usize,
    passed_over: u64,
    example: Option<&(usize, String)>,
) -> Phrase {
    let path = path.display();
    Phrase::of(|tongue| {
        let entries = words::tally(tongue, key!("count-entries"), entries as u64);
        let Some((line, text)) = example else {
            return said!(tongue, "list-note", path, entries);
        };
        let lines = words::tally(tongue, key!("account-lines"), passed_over);
        let text = words::tame(text);
        said!(tongue, "list-note-rest", path, entries, lines, line, text)
    })
}
