//! The program's maps: read whole, and changed step by step.
//!
//! In: steps of a plan. Out: what the maps hold, what the processors counted. Always: a step is done wholly or
//! an error tells which was not; nothing is remembered here but which half of the orders is in force.

use std::os::fd::{AsFd, OwnedFd};

use issei_enforce::xdp::layout::{self, ROW, ROWS, SETTINGS, SLOT};
use issei_enforce::xdp::{
    Bits, Clocks, Half, Observed, RowNumber, Seeds, Settings, Slot, Step, Table, Tally,
};

use super::call::{self, Grace, Map, Tried};
use super::object;
use super::pins::Pins;
use crate::clock;
use crate::device::Fault;

/// The program and its maps.
#[derive(Debug)]
pub(super) struct Maps {
    program: OwnedFd,
    settings: Map,
    bits: Map,
    goals: Map,
    orders: Map,
    counts: Map,
    grace: Grace,
    known: Settings,
}

/// The only key of a map of one entry.
const ONLY: [u8; 4] = [0; 4];

impl Maps {
    /// Opens what is pinned.
    pub(super) fn open(pins: &Pins, program: OwnedFd) -> Result<Self, Fault> {
        let settings = open(pins, "settings")?;
        let known = read_settings(&settings)?;
        let maps = Self {
            program,
            settings,
            bits: open(pins, "bits")?,
            goals: open(pins, "goals")?,
            orders: open(pins, "orders")?,
            counts: open(pins, "counts")?,
            grace: Grace::new().map_err(failed("making a map to wait with"))?,
            known,
        };
        // Who wrote here before us may have turned to the other half just now.
        maps.wait()?;
        Ok(maps)
    }

    pub(super) fn program(&self) -> &OwnedFd {
        &self.program
    }

    /// Reads everything.
    pub(super) fn observe(&mut self) -> Result<Observed, Fault> {
        let settings = read_settings(&self.settings)?;
        self.known = settings;
        let bits = self.bits.get(&ONLY).map_err(failed("reading the bitmap"))?;
        let (_, halves) = self.orders.all().map_err(failed("reading the orders"))?;
        let (_, goals) = self.goals.all().map_err(failed("reading the goals"))?;
        let half = ROWS as usize * ROW;
        let start = settings.live.start() as usize * ROW;
        let unreadable = |what: &str| Fault::Unreadable(format!("the {what} are cut short"));
        let rows = halves.get(start..start + half);
        Ok(Observed {
            settings,
            rows: rows.ok_or_else(|| unreadable("orders"))?.to_vec(),
            goals,
            bits: Bits::from_bytes(&bits).ok_or_else(|| unreadable("bits"))?,
        })
    }

    /// Carries out one step.
    pub(super) fn carry_out(&mut self, step: &Step) -> Result<(), Fault> {
        match step {
            Step::Count(rows) => self.begin_counts(rows),
            Step::Bits(bits) => self
                .bits
                .put(&ONLY, &bits.to_bytes())
                .map_err(failed("writing the bitmap")),
            Step::Goals(slots) => self.write_goals(slots),
            Step::Rows(rows) => self.turn_over(rows),
            Step::Wait => self.wait(),
        }
    }

    /// Tells the program how far atomic time is ahead.
    pub(super) fn set_tai_lead(&mut self, tai_lead: u64) -> Result<(), Fault> {
        let wanted = Settings {
            tai_lead,
            ..self.known
        };
        self.set(wanted)
    }

    /// Reads what the processors counted of an order.
    pub(super) fn tally(&self, row: RowNumber) -> Result<Tally, Fault> {
        self.counted(row.index())
    }

    /// Counts packets that met a goal and were spared since they keep a link alive.
    pub(super) fn spared(&self) -> Result<u64, Fault> {
        self.counted(0).map(|spared| spared.passed)
    }

    fn counted(&self, row: u32) -> Result<Tally, Fault> {
        let counts = self.counts.get(&row.to_le_bytes());
        let counts = counts.map_err(failed("reading the counts"))?;
        Ok(Tally::of(&counts))
    }

    /// Lets the program say what it would do with a frame.
    pub(super) fn try_frame(&self, frame: &[u8], times: u32) -> Result<Tried, Fault> {
        call::try_frame(self.program.as_fd(), frame, times).map_err(failed("trying a frame"))
    }

    fn begin_counts(&self, rows: &[RowNumber]) -> Result<(), Fault> {
        let known = self
            .counts
            .get(&ONLY)
            .map_err(failed("reading the counts"))?;
        let none = vec![0; known.len()];
        rows.iter()
            .try_for_each(|row| self.counts.put(&row.index().to_le_bytes(), &none))
            .map_err(failed("beginning the counts"))
    }

    fn write_goals(&self, slots: &[(u32, Slot)]) -> Result<(), Fault> {
        let places: Vec<u8> = slots.iter().flat_map(|(at, _)| at.to_le_bytes()).collect();
        let mut values = Vec::with_capacity(slots.len() * SLOT);
        for (_, slot) in slots {
            values.extend(slot.to_bytes());
        }
        let written = self.goals.put_all(&places, &values);
        written.map_err(failed("writing goals"))
    }

    /// Writes the half that no packet looks at, and puts it in force.
    fn turn_over(&mut self, rows: &[u8]) -> Result<(), Fault> {
        let other = self.known.live.other();
        let places = other.start()..other.start() + ROWS;
        let places: Vec<u8> = places.flat_map(u32::to_le_bytes).collect();
        let written = self.orders.put_all(&places, rows);
        written.map_err(failed("writing the orders"))?;
        self.set(Settings {
            live: other,
            ..self.known
        })
    }

    fn set(&mut self, wanted: Settings) -> Result<(), Fault> {
        let written = self.settings.put(&ONLY, &wanted.to_bytes());
        written.map_err(failed("writing the settings"))?;
        self.known = wanted;
        Ok(())
    }

    fn wait(&self) -> Result<(), Fault> {
        self.grace
            .wait()
            .map_err(failed("waiting for packets on their way"))
    }
}

/// Writes the settings of maps that are new, so that whoever opens them can read them.
pub(super) fn begin(pins: &Pins, goals: u32, clocks: &Clocks) -> Result<(), Fault> {
    let settings = open(pins, "settings")?;
    let begun = Settings {
        live: Half::First,
        tai_lead: clocks.tai_lead,
        homes: Table::homes_for(goals),
        seeds: seeds()?,
    };
    let written = settings.put(&ONLY, &begun.to_bytes());
    written.map_err(failed("writing the settings"))
}

/// Draws a secret for the bitmap. Factors are odd, so that none is zero.
fn seeds() -> Result<Seeds, Fault> {
    let mut seeds = [0; 7];
    for pair in seeds.chunks_mut(2) {
        let key = clock::random_key().map_err(failed("drawing a secret"))?;
        pair.copy_from_slice(&key[..pair.len()]);
    }
    Ok(Seeds(seeds.map(|seed| seed | 1)))
}

/// Opens a map and sees that it has the shape that the program gives it.
fn open(pins: &Pins, name: &'static str) -> Result<Map, Fault> {
    let map = Map::new(pins.get(name)?).map_err(failed("opening a map"))?;
    // How many entries the maps of goals have was chosen by whoever made them.
    let found = map.shape();
    let wanted = object::maps(found.entries, found.entries);
    let known = wanted
        .iter()
        .any(|map| map.name == name && map.shape == found);
    if known {
        Ok(map)
    } else {
        Err(Fault::Unreadable(format!(
            "the map `{name}` has another shape"
        )))
    }
}

fn read_settings(settings: &Map) -> Result<Settings, Fault> {
    let bytes = settings
        .get(&ONLY)
        .map_err(failed("reading the settings"))?;
    let bytes: Option<&[u8; SETTINGS]> = bytes.first_chunk();
    let settings = bytes.and_then(Settings::from_bytes);
    settings
        .ok_or_else(|| Fault::Unreadable(format!("the maps are not of layout {}", layout::LAYOUT)))
}

/// Says what failed.
fn failed(doing: &'static str) -> impl Fn(std::io::Error) -> Fault {
    move |cause| Fault::Failed(doing, cause)
}
