//! Compiles a template into a plan: where in a record each column's number stands.
//!
//! In: the fields of a template, once, when it arrives. Out: a [`Plan`] that [`super::columns`]
//! carries out for whole sets. A record whose fields all stand at fixed places, with addresses of
//! one family, is copied *straight* from the datagram. Any other (variable lengths, both families,
//! sections of packets) is first *rewritten* into such a form ([`super::rewrite`]).
//! Standard: RFC 7012 for the meaning of elements; RFC 5103 for the reverse direction.

use issei_wire::export::templates::Field;

use super::meanings::{Meaning, meaning};

/// What a number of a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Source4,
    Destination4,
    Source6,
    Destination6,
    SourcePort,
    DestinationPort,
    Icmp4,
    Icmp6,
    IcmpType,
    IcmpCode,
    Protocol,
    Flags,
    Packets,
    Bytes,
    First,
    Last,
    Duration,
    InitTime,
    Input,
    Output,
    ReversePackets,
    ReverseBytes,
    ReverseFlags,
    EndReason,
    OpenedBy,
    Sampler,
    Interval,
    RunLength,
    Space,
    Size,
    Population,
    Probability,
    Vlan,
    Mpls,
    NatSource4,
    NatDestination4,
    NatSource6,
    NatDestination6,
    NatSourcePort,
    NatDestinationPort,
    FrameSize,
    HeadMarks,
    Section,
}

impl Place {
    const COUNT: usize = Self::Section as usize + 1;

    /// Tells how wide a number is once rewritten, and the lengths it may have in a template.
    const fn widths(self) -> (u8, std::ops::RangeInclusive<u16>) {
        match self {
            Self::Source4 | Self::Destination4 | Self::NatSource4 | Self::NatDestination4 => {
                (4, 4..=4)
            }
            Self::Source6 | Self::Destination6 | Self::NatSource6 | Self::NatDestination6 => {
                (16, 16..=16)
            }
            Self::Section => (0, 1..=u16::MAX),
            // Counters and the like may be sent in fewer bytes (RFC 7011, section 6.2).
            _ => (8, 1..=8),
        }
    }
}

/// Where a number stands in a record; a width of 0 says that it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) at: u16,
    pub(super) width: u8,
}

impl Slot {
    pub(super) const fn is_there(self) -> bool {
        self.width > 0
    }
}

/// In which unit a template tells a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unit {
    #[default]
    None,
    Uptime,
    Seconds,
    Millis,
    Ntp,
    BeforeExport,
}

/// Whose addresses a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum People {
    V4,
    V6,
    /// Fields for both families: each record says which it fills.
    Either,
    /// The addresses stand in the packet's own first bytes.
    Inside(Section),
    Nobody,
}

/// Where a section of a packet begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Frame,
    IpHeader,
}

/// Where everything stands in records of one length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) length: usize,
    slots: [Slot; Place::COUNT],
    pub(super) first: Unit,
    pub(super) last: Unit,
    pub(super) duration_micros: bool,
}

impl Layout {
    fn empty() -> Self {
        Self {
            length: 0,
            slots: [Slot::default(); Place::COUNT],
            first: Unit::None,
            last: Unit::None,
            duration_micros: false,
        }
    }

    pub(super) const fn slot(&self, place: Place) -> Slot {
        self.slots[place as usize]
    }

    pub(super) const fn has(&self, place: Place) -> bool {
        self.slot(place).is_there()
    }

    /// Gives a place room at the end of the record.
    fn append(&mut self, place: Place) -> Slot {
        let (width, _) = place.widths();
        let slot = Slot {
            at: self.length as u16,
            width,
        };
        self.length += usize::from(width);
        self.slots[place as usize] = slot;
        slot
    }
}

/// One field on the way through a record that must be rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Bytes in the record, or [`Field::VARIABLE`].
    pub(super) length: u16,
    /// Where its number goes; a width of 0: it is stepped over.
    pub(super) to: Slot,
    /// It is the section of a packet.
    pub(super) section: bool,
}

/// What is done with the records of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) people: People,
    pub(super) layout: Layout,
    /// Empty: the records are copied straight from the datagram.
    pub(super) steps: Box<[Step]>,
    /// The fewest bytes that a record can have.
    pub(super) least: usize,
}

impl Plan {
    /// Compiles the fields of flow records. Nothing if no record of that form could be sent.
    pub(super) fn of_flows(fields: impl Iterator<Item = Field>) -> Option<Self> {
        Survey::of(fields)?.plan(false)
    }

    /// Compiles the fields of options records; these are few and always rewritten.
    pub(super) fn of_options(fields: impl Iterator<Item = Field>) -> Option<Self> {
        Survey::of(fields)?.plan(true)
    }

    /// Tells the memory held besides the plan itself.
    pub(super) fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.steps)
    }
}

/// The fields of a template, and which of them is best for each place.
struct Survey {
    fields: Vec<Field>,
    best: [Option<Chosen>; Place::COUNT],
    least: usize,
    varies: bool,
}

#[derive(Clone, Copy)]
struct Chosen {
    meaning: Meaning,
    index: usize,
    at: usize,
}

impl Survey {
    fn of(fields: impl Iterator<Item = Field>) -> Option<Self> {
        let mut survey = Self {
            fields: Vec::new(),
            best: [None; Place::COUNT],
            least: 0,
            varies: false,
        };
        for field in fields {
            survey.add(field);
        }
        let possible = survey.least > 0 && survey.least <= LONGEST_RECORD;
        (possible && survey.fields.len() <= MOST_FIELDS).then_some(survey)
    }

    fn add(&mut self, field: Field) {
        let varies = field.length == Field::VARIABLE;
        let usable = meaning(field).filter(|meaning| {
            let (_, lengths) = meaning.place.widths();
            varies || lengths.contains(&field.length)
        });
        if let Some(meaning) = usable {
            let best = &mut self.best[meaning.place as usize];
            if best.is_none_or(|best| meaning.rank < best.meaning.rank) {
                let (index, at) = (self.fields.len(), self.least);
                *best = Some(Chosen { meaning, index, at });
            }
        }
        self.least += if varies { 1 } else { usize::from(field.length) };
        self.varies |= varies;
        self.fields.push(field);
    }

    fn plan(&self, options: bool) -> Option<Plan> {
        let people = self.people();
        let straight =
            !options && !self.varies && matches!(people, People::V4 | People::V6 | People::Nobody);
        let (layout, steps) = if straight {
            (self.straight(), Vec::new())
        } else {
            self.rewritten(people)
        };
        Some(Plan {
            people,
            layout,
            steps: steps.into_boxed_slice(),
            least: self.least,
        })
    }

    fn people(&self) -> People {
        let has = |place: Place| self.best[place as usize].is_some();
        let v4 = has(Place::Source4) && has(Place::Destination4);
        let v6 = has(Place::Source6) && has(Place::Destination6);
        let section = self.best[Place::Section as usize];
        match (v4, v6, section) {
            (true, true, _) => People::Either,
            (true, false, _) => People::V4,
            (false, true, _) => People::V6,
            (false, false, Some(chosen)) => People::Inside(chosen.meaning.section),
            (false, false, None) => People::Nobody,
        }
    }

    /// Keeps every number where it stands in the datagram.
    fn straight(&self) -> Layout {
        let mut layout = self.units(Layout::empty());
        layout.length = self.least;
        for chosen in self.best.iter().flatten() {
            layout.slots[chosen.meaning.place as usize] = Slot {
                at: chosen.at as u16,
                width: self.fields[chosen.index].length as u8,
            };
        }
        layout
    }

    /// Gives every number that is wanted a fixed place and tells the steps that bring it there.
    fn rewritten(&self, people: People) -> (Layout, Vec<Step>) {
        let mut layout = self.units(Layout::empty());
        let stay = |field: &Field| Step {
            length: field.length,
            to: Slot::default(),
            section: false,
        };
        let mut steps: Vec<Step> = self.fields.iter().map(stay).collect();
        for chosen in self.best.iter().flatten() {
            steps[chosen.index].to = layout.append(chosen.meaning.place);
            steps[chosen.index].section = chosen.meaning.place == Place::Section;
        }
        if let People::Inside(_) = people {
            for place in FROM_HEADS {
                if !layout.has(place) {
                    layout.append(place);
                }
            }
        }
        (layout, steps)
    }

    fn units(&self, mut layout: Layout) -> Layout {
        let unit = |place: Place| self.best[place as usize].map(|chosen| chosen.meaning.unit);
        layout.first = unit(Place::First).unwrap_or_default();
        layout.last = unit(Place::Last).unwrap_or_default();
        layout.duration_micros = unit(Place::Duration) == Some(Unit::BeforeExport);
        layout
    }
}

/// What a packet's heads tell.
const FROM_HEADS: [Place; 13] = [
    Place::Source4,
    Place::Destination4,
    Place::Source6,
    Place::Destination6,
    Place::SourcePort,
    Place::DestinationPort,
    Place::Protocol,
    Place::Flags,
    Place::Packets,
    Place::Bytes,
    Place::Vlan,
    Place::Mpls,
    Place::HeadMarks,
];

/// A record longer than this fits into no datagram.
const LONGEST_RECORD: usize = 65_507;
/// Twice as many fields as the longest template met in the field has; a bound on memory.
const MOST_FIELDS: usize = 512;

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
