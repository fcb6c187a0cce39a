//! Device classes: which kinds of device stand behind a line.
//!
//! The operator says which vendor endpoints are dedicated to which kind of device; a line that
//! contacts one has such a device (the way of Haystack, Saidi and others, IMC 2020). Homes have
//! several devices, so a line keeps up to four classes, and the test's strata are the *sets* of
//! classes: a home with camera A and recorder B is compared with homes like it.
//! Where a line has more than four, it counts as mixed, a stratum of its own.
//! Not here: what a class means for a finding (the judge).

use std::fmt;
use std::net::IpAddr;

use super::prefixes::{PrefixTable, parse_place};

/// Which endpoints give a line which device class. Comes from the operator.
#[derive(Clone, Debug, Default)]
pub struct ClassMap {
    names: Vec<String>,
    endpoints: PrefixTable<u8>,
}

/// What is wrong with a class map, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassMapError {
    /// The line is not `place class`.
    BadLine {
        /// Its number, from 1.
        line: usize,
    },
    /// The first word is neither address, prefix nor address with port.
    BadPlace {
        /// The line's number, from 1.
        line: usize,
        /// The word.
        place: String,
    },
    /// There are more classes than [`ClassMap::MOST_CLASSES`].
    TooManyClasses {
        /// The number of the line that names one too many.
        line: usize,
    },
    /// Two lines give the same place different classes.
    Conflict {
        /// The second line's number, from 1.
        line: usize,
        /// The place.
        place: String,
    },
}

impl fmt::Display for ClassMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadLine { line } => write!(
                f,
                "line {line}: expected `place class`, such as `203.0.113.7:8883 camera-a`"
            ),
            Self::BadPlace { line, place } => write!(
                f,
                "line {line}: `{place}` is no address, prefix or address with port; \
                 write `203.0.113.0/24`, `203.0.113.7:8883` or `[2001:db8::7]:8883`"
            ),
            Self::TooManyClasses { line } => write!(
                f,
                "line {line}: more than {} classes; join models that share their services",
                ClassMap::MOST_CLASSES
            ),
            Self::Conflict { line, place } => write!(
                f,
                "line {line}: `{place}` already has another class; a service that two classes \
                 share tells neither and should be left out"
            ),
        }
    }
}

impl std::error::Error for ClassMapError {}

impl ClassMap {
    /// Classes a map may name: one byte in each slot of the memory of contacts.
    pub const MOST_CLASSES: usize = 254;

    /// Reads lines of `place class`; `#` begins a comment.
    ///
    /// ```
    /// let map = issei_detect::ClassMap::parse("203.0.113.7:8883 camera-a # its MQTT broker").unwrap();
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn parse(text: &str) -> Result<Self, ClassMapError> {
        let mut map = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let mut words = text.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (None, ..) => {}
                (Some(place), Some(class), None) => map.enter(line, place, class)?,
                _ => return Err(ClassMapError::BadLine { line }),
            }
        }
        Ok(map)
    }

    fn enter(&mut self, line: usize, place: &str, class: &str) -> Result<(), ClassMapError> {
        let text = || place.to_owned();
        let (net, port) = parse_place(place).ok_or_else(|| ClassMapError::BadPlace {
            line,
            place: text(),
        })?;
        let class = match self.names.iter().position(|name| name == class) {
            Some(known) => known,
            None if self.names.len() == Self::MOST_CLASSES => {
                return Err(ClassMapError::TooManyClasses { line });
            }
            None => {
                self.names.push(class.to_owned());
                self.names.len() - 1
            }
        };
        let class = class as u8 + 1;
        match self.endpoints.insert(net, port, class) {
            Some(before) if before != class => Err(ClassMapError::Conflict {
                line,
                place: text(),
            }),
            _ => Ok(()),
        }
    }

    /// Counts the endpoints that tell a class.
    pub fn len(&self) -> usize {
        self.endpoints.len()
    }

    /// Tells whether no endpoint tells a class.
    pub fn is_empty(&self) -> bool {
        self.endpoints.is_empty()
    }

    /// Tells the number of the class that contact with a service shows; 0 for none.
    pub(super) fn class_of(&self, ip: IpAddr, port: u16) -> u8 {
        self.endpoints.about(ip, port).copied().unwrap_or(0)
    }

    /// Names a set of classes, such as `camera-a + recorder-b`.
    pub(super) fn name(&self, classes: Classes) -> String {
        if classes == Classes::MIXED {
            return "mixed (more than four)".into();
        }
        let names = classes
            .0
            .iter()
            .filter(|&&class| class != 0)
            .filter_map(|&class| {
                let name = self.names.get(usize::from(class) - 1)?;
                Some(name.as_str())
            });
        let names: Vec<&str> = names.collect();
        if names.is_empty() {
            return "unknown".into();
        }
        names.join(" + ")
    }
}

/// The classes of one line: up to four, rising, zeros last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Classes([u8; 4]);

impl Classes {
    /// No class is known.
    pub(super) const UNKNOWN: Self = Self([0; 4]);
    /// More classes than fit. 255 is no class's number.
    pub(super) const MIXED: Self = Self([255; 4]);

    /// Adds a class.
    pub(super) fn with(self, class: u8) -> Self {
        if class == 0 || self == Self::MIXED || self.0.contains(&class) {
            return self;
        }
        let Some(room) = self.0.iter().position(|&held| held == 0) else {
            return Self::MIXED;
        };
        let mut classes = self.0;
        classes[room] = class;
        classes[..=room].sort_unstable();
        Self(classes)
    }
}

/// One line in the table of classes. An empty place has no classes.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    line: u32,
    classes: Classes,
    epoch: u8,
}

/// The classes of the lines that showed one. Twelve bytes a line, bounded.
#[derive(Clone, Debug)]
pub(super) struct LineClasses {
    places: Vec<Place>,
    used: usize,
    most: usize,
    epoch: u8,
    /// Lines whose class was not remembered because the table was full.
    pub(super) turned_away: u64,
}

/// A search looks at this many places, which lie in two or three cache lines.
const REACH: usize = 16;
const FIRST_PLACES: usize = 1_024;

impl LineClasses {
    /// Makes an empty table that grows to `most` places.
    pub(super) fn new(most: usize) -> Self {
        Self {
            places: Vec::new(),
            used: 0,
            most: most.next_power_of_two().max(FIRST_PLACES),
            epoch: 0,
            turned_away: 0,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }

    /// Begins the epoch with this number.
    pub(super) fn begin_epoch(&mut self, number: i64) {
        self.epoch = number.rem_euclid(256) as u8;
    }

    /// Reads the place where a line will be sought, so that it is at hand.
    #[inline]
    pub(super) fn touch(&self, line: u32) -> u32 {
        match self.places.len() {
            0 => 0,
            len => self.places[line as usize & (len - 1)].line,
        }
    }

    /// Notes that a line showed a class in this epoch.
    pub(super) fn note(&mut self, line: u32, class: u8) {
        if self.places.is_empty() || (self.used * 4 >= self.places.len() * 3 && self.may_grow()) {
            self.grow();
        }
        let epoch = self.epoch;
        loop {
            if let Some(place) = self.place_for(line) {
                let place = &mut self.places[place];
                let fresh = place.line != line || place.stale(epoch);
                self.used += usize::from(place.classes == Classes::UNKNOWN);
                let before = if fresh {
                    Classes::UNKNOWN
                } else {
                    place.classes
                };
                let classes = before.with(class);
                *place = Place {
                    line,
                    classes,
                    epoch,
                };
                return;
            }
            if !self.may_grow() {
                self.turned_away += 1;
                return;
            }
            self.grow();
        }
    }

    /// Tells the classes that a line showed in this epoch or the one before.
    pub(super) fn of(&self, line: u32) -> Classes {
        let Some(mask) = self.places.len().checked_sub(1) else {
            return Classes::UNKNOWN;
        };
        let places = (0..REACH).map(|step| &self.places[(line as usize).wrapping_add(step) & mask]);
        let found = places.filter(|place| place.line == line && !place.stale(self.epoch));
        let mut classes = found.map(|place| place.classes);
        classes.next().unwrap_or(Classes::UNKNOWN)
    }

    /// Walks over the lines that showed a class in this epoch or the one before.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, Classes)> + '_ {
        let live = |place: &&Place| place.classes != Classes::UNKNOWN && !place.stale(self.epoch);
        let places = self.places.iter().filter(live);
        places.map(|place| (place.line, place.classes))
    }

    fn may_grow(&self) -> bool {
        self.places.len() < self.most
    }

    /// Finds the line's own place, or else an empty or stale one within reach.
    fn place_for(&self, line: u32) -> Option<usize> {
        let mask = self.places.len() - 1;
        let mut room = None;
        for step in 0..REACH {
            let at = (line as usize).wrapping_add(step) & mask;
            let place = &self.places[at];
            if place.classes != Classes::UNKNOWN && place.line == line {
                return Some(at);
            }
            let usable = place.classes == Classes::UNKNOWN || place.stale(self.epoch);
            if usable && room.is_none() {
                room = Some(at);
            }
        }
        room
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).clamp(FIRST_PLACES, self.most);
        let old = std::mem::replace(&mut self.places, vec![Place::default(); size]);
        self.used = 0;
        for place in old {
            if place.classes == Classes::UNKNOWN || place.stale(self.epoch) {
                continue;
            }
            if let Some(at) = self.place_for(place.line) {
                self.places[at] = place;
                self.used += 1;
            } else {
                self.turned_away += 1;
            }
        }
    }
}

impl Place {
    fn stale(&self, epoch: u8) -> bool {
        epoch.wrapping_sub(self.epoch) >= 2
    }
}

#[cfg(test)]
#[path = "classes_tests.rs"]
mod tests;
