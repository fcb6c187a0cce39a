//! One member's place in the small country: the machine of production, its disk, its devices, and
//! what a watcher beside it remembers.
//!
//! In: an [`Act`] at a tick. Out: the place afterwards, and what the member said. Always: only the
//! machine decides; this file does what a host does (saves, moves rules, reads them back, dies
//! between two outputs). The watcher sees outputs, devices and answers, and no private state.

use issei_model::{Decision, Objection, Observed, OrderId, Span, Timestamp};
use issei_order::member::{Durable, Input, Output, Phase, Rules, Setup};
use issei_order::{Member, Planted};

use crate::kept::Kept;
use crate::world::{is_due, moment, name};

/// What can happen at one member's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// A deadline of the machine has come.
    Due,
    /// The newest checkpoint arrives, and the next entry if there is one.
    Read,
    /// An entry arrives that is not the next one.
    Give(u8),
    /// A checkpoint of that size from before the member's start arrives late.
    Stale(u8),
    /// The gates answer.
    Judged(bool),
    /// The devices say how the rules stand now.
    Answer,
    /// Ordinary traffic looks as before, or does not.
    Watched(bool),
    /// The kill switch.
    Stop,
    /// A person lets the member take part again.
    Resume,
    /// A person takes the member out of the order.
    Leave,
    /// A goal becomes safeguarded here.
    Safeguard,
    /// The clock becomes uncertain.
    Blind,
    /// The devices lose the rules.
    Vanish,
    /// The next lift does nothing at the devices.
    Jam,
    /// The process dies.
    Crash,
    /// The process comes up with what it saved.
    Start,
    /// The process comes up with an older state: that many saves are lost.
    Restore(u8),
}

/// How the order's rules stand on the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    Absent,
    Staged {
        ends: Timestamp,
    },
    Armed {
        fires_at: Timestamp,
        ends: Timestamp,
    },
    Active {
        since: Timestamp,
        ends: Timestamp,
    },
}

impl Device {
    /// What the kernel does by itself: it fires at T and drops what is over.
    fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Staged { ends } | Self::Armed { ends, .. } | Self::Active { ends, .. }
                if ends <= now =>
            {
                Self::Absent
            }
            Self::Armed { fires_at, ends } if fires_at <= now => Self::Active {
                since: fires_at,
                ends,
            },
            as_before => as_before,
        }
    }

    fn read(self) -> Rules {
        match self {
            Self::Absent => Rules::Absent,
            Self::Staged { .. } | Self::Armed { .. } => Rules::Staged,
            Self::Active { since, .. } => Rules::Active(since),
        }
    }

    pub fn is_active(self) -> bool {
        matches!(self, Self::Active { .. })
    }
}

/// How far a reason to have no rules has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ban {
    #[default]
    None,
    /// The member was told and has taken it in.
    Told,
    /// And its devices were seen without the rules since: they must not come back.
    Clean,
}

impl Ban {
    fn tell(&mut self) {
        if *self == Self::None {
            *self = Self::Told;
        }
    }

    fn see(&mut self, device: Device) {
        if *self == Self::Told && device == Device::Absent {
            *self = Self::Clean;
        }
    }

    /// What a process did not bring to its end before it died, it may have forgotten.
    fn crash(&mut self) {
        if *self == Self::Told {
            *self = Self::None;
        }
    }
}

/// What the watcher remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Entries that were taken, counted one by one; after a start, those of the saved state.
    pub taken: u64,
    /// Whether the withdrawal was read.
    pub withdrawn: Ban,
    /// Whether the member said no, or was taken out.
    pub out: Ban,
    /// Whether the kill switch was used.
    pub stopped: Ban,
    /// When the clock became uncertain.
    pub blind: Option<Timestamp>,
    /// When the rules first acted.
    pub fired: Option<Timestamp>,
    /// When the devices last lost the rules.
    pub lost: Option<u8>,
    /// When the process came up.
    pub started: u8,
    /// Entries that stood in the log then.
    pub stood: u64,
    /// Whether rules were brought about before those entries were read.
    pub early: bool,
    /// Whether the gates said yes, as far as the disk remembers.
    pub allowed: bool,
    /// Whether rules were brought about without that.
    pub unjudged: bool,
    /// Whether rules were armed for a moment that was past, without an order in force.
    pub late: bool,
    /// Whether the member called for a person, in a country whose log loses nothing.
    pub alarm: bool,
}

/// A member's place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The machine; none while the process is down.
    pub machine: Option<Member>,
    /// What the disk holds.
    pub saved: Durable,
    /// What it held before, if old states are kept here.
    pub older: Vec<Durable>,
    pub device: Device,
    jammed: bool,
    pub judging: bool,
    pub reading: bool,
    pub seen: Seen,
}

impl Place {
    /// A member on its first day, with a good clock, an empty log read to its end.
    pub fn new(who: u8, setting: Setting) -> Self {
        let mut place = Self {
            machine: None,
            saved: Durable::default(),
            older: Vec::new(),
            device: Device::Absent,
            jammed: false,
            judging: false,
            reading: false,
            seen: Seen::default(),
        };
        let mut run = Run::at(&mut place, who, 0, setting);
        run.start(Durable::default(), 0);
        run.tell(checkpoint(0, 0));
        place
    }

    pub fn phase(&self, order: OrderId) -> Option<Phase> {
        self.machine.as_ref()?.phase(order)
    }

    /// Tells whether a deadline of the machine has come.
    pub fn is_due(&self, tick: u8) -> bool {
        let deadline = self.machine.as_ref().and_then(Member::next_deadline);
        is_due(deadline, tick)
    }

    /// Time passes: the kernel acts, the process does not yet.
    pub fn pass(&self, tick: u8) -> Self {
        let mut place = self.clone();
        place.device = place.device.at(moment(tick));
        place.look(None);
        place
    }

    fn crash(&mut self) {
        (self.machine, self.judging, self.reading) = (None, false, false);
        self.seen.blind = None;
        for ban in [
            &mut self.seen.withdrawn,
            &mut self.seen.out,
            &mut self.seen.stopped,
        ] {
            ban.crash();
        }
    }

    /// The watcher looks, after each act and each tick.
    fn look(&mut self, withdrawn_at: Option<u64>) {
        let read = self.machine.as_ref().map_or(0, Member::next_entry);
        if withdrawn_at.is_some_and(|at| at < read) {
            self.seen.withdrawn.tell();
        }
        for ban in [
            &mut self.seen.withdrawn,
            &mut self.seen.out,
            &mut self.seen.stopped,
        ] {
            ban.see(self.device);
        }
        if let Device::Active { since, .. } = self.device {
            self.seen.fired = self.seen.fired.or(Some(since));
        }
    }
}

/// Where and when an act happens, and what it may see of the log.
#[derive(Hash)]
pub struct Circumstances {
    pub who: u8,
    pub tick: u8,
    /// Entries in the log, for an act that learns of it.
    pub size: u64,
    /// The entry that an act hands over.
    pub entry: Option<Kept<Decision>>,
    /// The index of the first withdrawal.
    pub withdrawn_at: Option<u64>,
}

/// What is the same for every act of one exploration.
#[derive(Clone, Copy)]
pub struct Setting {
    pub order: OrderId,
    pub planted: Planted,
    pub keeps_older: bool,
}

/// What came of an act.
pub struct Stepped {
    pub place: Kept<Place>,
    /// What the member said.
    pub said: Vec<Observed>,
    /// How many outputs its machine gave.
    pub outputs: u8,
}

/// Lets an act happen; the process dies after `cut` outputs, if that many come.
pub fn step(
    place: &Place,
    act: Act,
    cut: Option<u8>,
    here: &Circumstances,
    setting: Setting,
) -> Option<Stepped> {
    let mut after = place.clone();
    let mut run = Run::at(&mut after, here.who, here.tick, setting);
    run.left = cut;
    run.act(act, here);
    let (said, outputs, died) = (std::mem::take(&mut run.said), run.outputs, run.died);
    if cut.is_some() && !died {
        return None;
    }
    after.look(here.withdrawn_at);
    Some(Stepped {
        place: Kept::new(after),
        said,
        outputs,
    })
}

/// A host at work: it hands inputs to the machine and does what comes out, in order.
struct Run<'a> {
    place: &'a mut Place,
    who: u8,
    tick: u8,
    setting: Setting,
    /// Outputs until the process dies.
    left: Option<u8>,
    died: bool,
    outputs: u8,
    said: Vec<Observed>,
}

impl<'a> Run<'a> {
    fn at(place: &'a mut Place, who: u8, tick: u8, setting: Setting) -> Self {
        Self {
            place,
            who,
            tick,
            setting,
            left: None,
            died: false,
            outputs: 0,
            said: Vec::new(),
        }
    }

    fn act(&mut self, act: Act, here: &Circumstances) {
        let order = self.setting.order;
        match act {
            Act::Due => self.on_deadline(),
            Act::Read => self.read(here),
            Act::Give(index) => self.give(index.into(), here),
            Act::Stale(size) => self.tell(Input::Checkpoint {
                size: size.into(),
                at: BEFORE + Span::from_micros(size.into()),
            }),
            Act::Judged(yes) => self.judged(order, yes),
            Act::Answer => {
                self.place.reading = false;
                let rules = self.place.device.read();
                self.tell(Input::Read { order, rules });
            }
            Act::Watched(well) => self.tell(Input::Watched { order, well }),
            Act::Stop => {
                self.tell(Input::Stop);
                self.ban(|seen| &mut seen.stopped);
            }
            Act::Resume => {
                self.place.seen.stopped = Ban::None;
                self.tell(Input::Resume);
            }
            Act::Leave => {
                let why = Objection::Customer;
                self.say_no(order, Input::Leave { order, why });
            }
            Act::Safeguard => self.say_no(order, Input::Safeguarded { order }),
            Act::Blind => {
                let error = Span::from_secs(1);
                self.tell(Input::Clock { error });
                self.place.seen.blind = Some(moment(self.tick)).filter(|_| !self.died);
            }
            Act::Vanish => {
                self.place.device = Device::Absent;
                self.place.seen.lost = Some(self.tick);
            }
            Act::Jam => self.place.jammed = true,
            Act::Crash => self.place.crash(),
            Act::Start => self.start(self.place.saved.clone(), here.size),
            Act::Restore(saves) => self.restore(saves, here.size),
        }
    }

    fn tell(&mut self, input: Input) {
        let Some(machine) = &mut self.place.machine else {
            return;
        };
        let mut out = Vec::new();
        machine.handle(moment(self.tick), input, &mut out);
        self.carry_out(out);
    }

    fn on_deadline(&mut self) {
        let Some(machine) = &mut self.place.machine else {
            return;
        };
        let mut out = Vec::new();
        machine.on_deadline(moment(self.tick), &mut out);
        self.carry_out(out);
    }

    fn read(&mut self, here: &Circumstances) {
        self.tell(checkpoint(self.place.seen.started, here.size));
        if let Some(machine) = &self.place.machine {
            self.give(machine.next_entry(), here);
        }
    }

    fn give(&mut self, index: u64, here: &Circumstances) {
        let next = |place: &Place| place.machine.as_ref().map(Member::next_entry);
        let before = next(self.place);
        let Some(decision) = &here.entry else {
            return;
        };
        let decision = Some(Decision::clone(decision));
        self.tell(Input::Entry { index, decision });
        if next(self.place).is_some() && next(self.place) != before {
            self.place.seen.taken += 1;
        }
    }

    fn judged(&mut self, order: OrderId, yes: bool) {
        self.place.judging = false;
        let verdict = if yes {
            Ok(Span::ZERO)
        } else {
            Err(Objection::Legal)
        };
        let input = Input::Judged { order, verdict };
        if yes {
            self.place.seen.allowed = true;
            self.tell(input);
        } else {
            self.say_no(order, input);
        }
    }

    /// A word that takes the member out, if the order still lives here.
    fn say_no(&mut self, order: OrderId, input: Input) {
        let lives = |phase| !matches!(phase, Phase::Refused | Phase::Ended);
        let lives = self.place.phase(order).is_some_and(lives);
        self.tell(input);
        if lives {
            self.ban(|seen| &mut seen.out);
        }
    }

    /// Whoever was obeyed to the last output may rely on it.
    fn ban(&mut self, which: impl Fn(&mut Seen) -> &mut Ban) {
        if !self.died {
            which(&mut self.place.seen).tell();
        }
    }

    fn start(&mut self, durable: Durable, stood: u64) {
        let order = self.setting.order;
        let there = self.place.device != Device::Absent;
        let found: Vec<OrderId> = there.then_some(order).into_iter().collect();
        let mut setup = Setup::new(name(self.who));
        setup.planted = self.setting.planted;
        setup.clock_slack = SLACK;
        setup.grace = GRACE;
        let mut out = Vec::new();
        self.place.seen.taken = durable.next;
        self.place.seen.started = self.tick;
        self.place.seen.stood = stood;
        self.place.saved = durable.clone();
        let machine = Member::start(setup, durable, &found, moment(self.tick), &mut out);
        self.place.machine = Some(machine);
        self.carry_out(out);
        let error = Span::from_millis(1);
        self.tell(Input::Clock { error });
    }

    /// Comes up from a backup. What only this member knew is forgotten with it: its own no, and the
    /// kill switch. What stands in the log is not.
    fn restore(&mut self, saves: u8, stood: u64) {
        let older = &mut self.place.older;
        older.truncate(older.len() - usize::from(saves) + 1);
        let durable = older.pop().unwrap_or_default();
        (self.place.seen.out, self.place.seen.stopped) = (Ban::None, Ban::None);
        let phase = durable
            .orders
            .get(&self.setting.order)
            .map(|held| held.phase);
        self.place.seen.allowed = phase.is_some_and(|phase| phase != Phase::Judging);
        self.start(durable, stood);
    }

    fn carry_out(&mut self, out: Vec<Output>) {
        for output in out {
            if self.left == Some(0) {
                self.place.crash();
                (self.died, self.left) = (true, None);
            }
            if self.died {
                return;
            }
            self.left = self.left.map(|left| left - 1);
            self.outputs += 1;
            self.obey(output);
        }
    }

    fn obey(&mut self, output: Output) {
        let now = moment(self.tick);
        match output {
            Output::Save => self.save(),
            Output::Judge(_) => self.place.judging = true,
            Output::Stage { ends, .. } => {
                self.bring_about();
                if self.place.device == Device::Absent {
                    self.place.device = Device::Staged { ends }.at(now);
                }
            }
            Output::Arm {
                order,
                fires_at,
                ends,
            } => {
                self.bring_about();
                let in_force = self.place.phase(order) == Some(Phase::InForce);
                self.place.seen.late |= fires_at <= now && !in_force;
                self.place.device = Device::Armed { fires_at, ends }.at(now);
            }
            Output::Lift(_) => {
                if !std::mem::take(&mut self.place.jammed) {
                    self.place.device = Device::Absent;
                }
            }
            Output::ReadBack(_) => self.place.reading = true,
            Output::Report(receipt) => self.said.push(receipt.observed),
            Output::Alarm(_) => self.place.seen.alarm = true,
        }
    }

    fn bring_about(&mut self) {
        let read = self.place.machine.as_ref().map_or(0, Member::next_entry);
        let seen = &mut self.place.seen;
        seen.early |= read < seen.stood;
        seen.unjudged |= !seen.allowed;
    }

    fn save(&mut self) {
        let Some(machine) = &self.place.machine else {
            return;
        };
        let before = std::mem::replace(&mut self.place.saved, machine.durable().clone());
        if self.setting.keeps_older && before != self.place.saved {
            self.place.older.push(before);
        }
    }
}

/// The newest checkpoint as a member that started then sees it. Machines only compare its moment
/// with their start and with the checkpoint before, so the size serves as the time since the start.
fn checkpoint(started: u8, size: u64) -> Input {
    Input::Checkpoint {
        size,
        at: moment(started) + SLACK + Span::from_micros(size as i64),
    }
}

/// A moment before every start.
const BEFORE: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A checkpoint is fresh from this long after a start. Half of it is more than the error of a clock that is too
/// uncertain to fire ([`Act::Blind`]): that member still knows what is fresh, and its other guard is tried.
const SLACK: Span = Span::from_secs(4);

/// Rules found at a start may stay until the next tick.
const GRACE: Span = Span::from_millis(990);
