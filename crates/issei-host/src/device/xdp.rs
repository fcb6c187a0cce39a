//! The kernel's earliest hook for packets: a program that drops or limits what meets an order's goals.
//!
//! In: cuts. Out: what the maps in the kernel say, and when the first packet was dropped and the last passed.
//! Always: the kernel itself tests the beginning and the end of an order at every packet, by two clocks, so an
//! order begins on time and ends on time with nobody of ours alive; program, maps and links are pinned, and
//! whoever starts next takes them over; a change becomes effective between two packets, however large it is;
//! another's program on an interface is an error and stays.
//! Not here: what is written into the maps (`issei_enforce::xdp`), the program (`bpf/cut.c`).
//! Limits: little-endian machines, Linux 6.1 or later; packets inside tunnels are not looked into, nor is what
//! an interface sends: hang it on every interface where packets come in. A driver that cannot hold a large
//! packet in one piece refuses, and then the program hangs generically.

mod call;
mod clocks;
mod links;
mod loaded;
mod maps;
mod object;
mod pins;

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use issei_enforce::xdp::{Clocks, Plan, Row, Table, Tally};
use issei_enforce::{Cut, Fences, Refusal, Seen};
use issei_model::{OrderId, Span};

use super::{Device, DeviceError, Fault};
use loaded::{Gone, Loaded};
use pins::Pins;

pub use call::{Mode, Tried};
pub use links::Attached;

/// Where the program hangs, and how much it may hold.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder in which everything is pinned, on a BPF file system; it need not be there.
    pub pins: PathBuf,
    /// Interfaces where packets come in.
    pub interfaces: Vec<String>,
    /// Goals there is room for: 64 bytes each. Maps that are pinned already stay as they are.
    pub goals: u32,
    /// Lines whose limits are remembered; the longest silent is forgotten first.
    pub lines: u32,
    /// Prefixes of lines of ours: a limit on such an address is the line's own.
    pub ours: Vec<IpNet>,
}

impl Place {
    /// Where everything is pinned unless told otherwise.
    pub const PINS: &str = "/sys/fs/bpf/issei";
    /// Room for goals unless told otherwise.
    pub const GOALS: u32 = 65_536;
    /// Lines remembered unless told otherwise.
    pub const LINES: u32 = 65_536;

    /// The usual place, on these interfaces.
    pub fn on(interfaces: Vec<String>) -> Self {
        Self {
            pins: Self::PINS.into(),
            interfaces,
            goals: Self::GOALS,
            lines: Self::LINES,
            ours: Vec::new(),
        }
    }

    fn name(&self) -> String {
        format!("xdp {}", self.interfaces.join(","))
    }

    /// Loads the program, with its maps pinned in a folder.
    fn load(&self, folder: &Path) -> Result<OwnedFd, Fault> {
        let places = Table::places_for(Table::homes_for(self.goals));
        object::load(folder, places, self.lines)
    }
}

/// The device. What it holds stays, and acts, when this is dropped.
#[derive(Debug)]
pub struct Xdp {
    name: String,
    place: Place,
    pins: Pins,
    fences: Fences,
    loaded: Option<Loaded>,
    past: VecDeque<(OrderId, Tally)>,
}

/// Orders whose tally is remembered after they are gone.
const MOST_PAST: usize = 1_000;
/// How long before T an order should be here: as long as it takes to turn to the other half of the rows, and for
/// packets on their way to pass.
const LEAD: Span = Span::from_millis(50);

impl Xdp {
    /// Loads the program and hangs it on the interfaces, or takes over what is pinned.
    ///
    /// # Errors
    /// If the kernel refuses, an interface is not there or has another's program, or what is pinned cannot be
    /// read: then [`Xdp::clear`] takes it away without opening it.
    pub fn open(place: Place, fences: Fences) -> Result<Self, DeviceError> {
        let mut device = Self {
            name: place.name(),
            pins: Pins::new(&place.pins),
            place,
            fences,
            loaded: None,
            past: VecDeque::new(),
        };
        let loaded = device.loaded().map(drop);
        device.told(loaded)?;
        Ok(device)
    }

    /// Takes everything of ours away, whoever holds it: the kill switch for when nobody else can.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn clear(place: &Place) -> Result<(), DeviceError> {
        let cleared = loaded::clear(&Pins::new(&place.pins));
        cleared.map_err(|fault| DeviceError {
            device: place.name(),
            fault,
        })
    }

    /// Tells on which interfaces the program hangs, and how.
    pub fn attached(&self) -> &[Attached] {
        self.loaded.as_ref().map_or(&[], |loaded| &loaded.attached)
    }

    /// Lets exactly these cuts stand, as they are, in one change that packets see at once. Tells which were
    /// refused; the others stand.
    ///
    /// # Errors
    /// If the device fails; then what stood before may stand still.
    pub fn agree(&mut self, cuts: &[Cut]) -> Result<Vec<(OrderId, DeviceError)>, DeviceError> {
        let (mut refused, mut good, mut others) = (Vec::new(), Vec::new(), 0);
        let clocks = clocks::read();
        for cut in cuts {
            match self.check(cut, &clocks, others) {
                Ok(()) => good.push(cut),
                Err(fault) => refused.push((cut.order, self.failed(fault))),
            }
            others += cut.goals.len();
        }
        let done = self.change(|table, clocks| Ok(table.agree(&good, clocks)));
        for (order, refusal) in self.told(done)? {
            refused.push((order, self.failed(Fault::Refused(refusal))));
        }
        Ok(refused)
    }

    /// Tells what became of the packets that met an order, also of the last thousand that are gone.
    ///
    /// # Errors
    /// If the counts cannot be read.
    pub fn tally(&self, order: OrderId) -> Result<Option<Tally>, DeviceError> {
        let stands = self.loaded.as_ref().and_then(|loaded| loaded.tally(order));
        if let Some(tally) = stands {
            return self.told(tally).map(Some);
        }
        let mut past = self.past.iter().rev();
        let gone = past.find(|(gone, _)| *gone == order);
        Ok(gone.map(|(_, tally)| *tally))
    }

    /// Counts packets that an order would have met, and that were spared since they keep a link alive.
    ///
    /// # Errors
    /// If the counts cannot be read.
    pub fn spared(&self) -> Result<u64, DeviceError> {
        let loaded = self.loaded.as_ref();
        self.told(loaded.map_or(Ok(0), |loaded| loaded.maps.spared()))
    }

    /// Lets the program in the kernel say what it would do with a frame, so many times over. It counts
    /// like any other frame.
    ///
    /// # Errors
    /// If the kernel refuses; it takes no frame below 14 bytes.
    pub fn try_frame(&mut self, frame: &[u8], times: u32) -> Result<Tried, DeviceError> {
        let loaded = self.loaded();
        let tried = loaded.and_then(|loaded| loaded.maps.try_frame(frame, times));
        self.told(tried)
    }

    /// Shows what is in the kernel, and puts it there if it is not, or not any more.
    fn loaded(&mut self) -> Result<&mut Loaded, Fault> {
        let loaded = match self.loaded.take() {
            Some(loaded) if self.pins.are_there() => loaded,
            _ => Loaded::new(&self.pins, &self.place)?,
        };
        Ok(self.loaded.insert(loaded))
    }

    /// Tells whether there is anything of ours in the kernel.
    fn is_there(&mut self) -> bool {
        let is_there = self.pins.are_there();
        if !is_there {
            // Somebody has cleared it.
            self.loaded = None;
        }
        is_there
    }

    /// Checks a cut before anything is written: fences, and that its end is not past.
    fn check(&self, cut: &Cut, clocks: &Clocks, others: usize) -> Result<(), Fault> {
        self.fences.check(cut, others).map_err(Fault::Refused)?;
        let now = clocks.now();
        let begins = cut.fires_at.map_or(now, |at| at.max(now));
        match cut.ends <= begins {
            true => Err(Fault::Ended(cut.order)),
            false => Ok(()),
        }
    }

    /// Puts one cut, and takes it back if that fails half-way.
    fn put(
        &mut self,
        cut: &Cut,
        how: impl FnOnce(&mut Table, &Clocks) -> Result<Plan, Refusal>,
    ) -> Result<(), Fault> {
        let (pins, place) = (self.pins.clone(), self.place.clone());
        let loaded = self.loaded()?;
        loaded.attached = links::agree(&pins, loaded.maps.program(), &place.interfaces)?;
        let table = loaded.ready(&place)?;
        let (others, stood) = (
            table.rules_beside(cut.order),
            table.row(cut.order).is_some(),
        );
        let clocks = loaded.clocks;
        self.check(cut, &clocks, others)?;
        let put = self.change(|table, clocks| Ok((how(table, clocks)?, ())));
        if put.is_err() && !stood {
            // What was written of it is waste, since no row is in force; the change back takes that away.
            let _ = self.take(cut.order);
        }
        put
    }

    fn take(&mut self, order: OrderId) -> Result<(), Fault> {
        let unwanted = |row: &Row| row.order == order;
        self.change(|table, _| Ok((table.take(unwanted), ())))
    }

    /// Changes the table and the maps. If a step fails, the maps are read again before the next.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Table, &Clocks) -> Result<(Plan, T), Refusal>,
    ) -> Result<T, Fault> {
        let place = self.place.clone();
        let loaded = self.loaded()?;
        loaded.ready(&place)?;
        let swept = loaded.sweep()?;
        let done = loaded.change(change);
        self.remember(swept);
        let (told, gone) = done?;
        self.remember(gone);
        Ok(told)
    }

    fn remember(&mut self, gone: Gone) {
        self.past.extend(gone);
        let too_many = self.past.len().saturating_sub(MOST_PAST);
        self.past.drain(..too_many);
    }

    fn told<T>(&self, done: Result<T, Fault>) -> Result<T, DeviceError> {
        done.map_err(|fault| self.failed(fault))
    }

    fn failed(&self, fault: Fault) -> DeviceError {
        DeviceError {
            device: self.name.clone(),
            fault,
        }
    }
}

impl Device for Xdp {
    fn name(&self) -> &str {
        &self.name
    }

    fn lead(&self) -> Span {
        LEAD
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let put = self.put(cut, |table, clocks| table.stage(cut, clocks));
        self.told(put)
    }

    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let put = self.put(cut, |table, clocks| table.put(cut, clocks));
        self.told(put)
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        if !self.is_there() {
            return Ok(());
        }
        let taken = self.take(order);
        self.told(taken)
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        let loaded = self.loaded.take();
        let cleared = loaded::clear(&self.pins);
        // Counted after the packets pass again: what the maps say cannot delay that.
        let tallies = loaded.and_then(|mut loaded| loaded.last_tallies(&self.place).ok());
        let gone = tallies.unwrap_or_default();
        let count = gone.len();
        self.remember(gone);
        self.told(cleared.map(|()| count))
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        if !self.is_there() {
            return Ok(Vec::new());
        }
        let (pins, place) = (self.pins.clone(), self.place.clone());
        let read = self.loaded().and_then(|loaded| {
            links::demand(&pins, loaded.maps.program(), &place.interfaces)?;
            loaded.read(&place)
        });
        self.told(read)
    }
}

#[cfg(test)]
#[path = "xdp/elf_tests.rs"]
mod elf;
#[cfg(test)]
#[path = "xdp/frames_tests.rs"]
mod frames;
#[cfg(test)]
#[path = "xdp/law_tests.rs"]
mod law;
#[cfg(test)]
#[path = "xdp/machine_tests.rs"]
mod machine;
#[cfg(test)]
#[path = "xdp_tests.rs"]
mod tests;
