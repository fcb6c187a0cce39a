//! The contact raster: a row a device, a mark a contact with its command server, blank after T.
//!
//! In: per member and device, the moments of its contacts. Out: the picture, and a table with a row per member.
//! Always: a contact after T and its grace is a leak, and stands as one however many others there are. Where the
//! devices or the contacts are too many to be seen, a row is several devices and a mark a cell of time, and the
//! picture says so.

use issei_model::{Language, Span, Timestamp};

use crate::axis;
use crate::cells::{self, Block, Paths};
use crate::chart::{Chart, Table};
use crate::look::{Fine, Look, Width};
use crate::scale::Times;
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

/// More groups are put together, those with leaks last of all.
const MOST_GROUPS: usize = 18;
/// More rows cannot be told apart.
const MOST_ROWS: usize = 130;
/// Up to so many contacts each is a mark of its own.
const MOST_MARKS: usize = 6_000;
/// Up to so many leaks each is a mark of its own.
const MOST_LEAKS: usize = 1_200;
/// Who contacted a command server and when, before and after the cut.
#[derive(Clone, Debug, Default)]
pub struct ContactRaster {
    /// Where the axis begins.
    pub from: Timestamp,
    /// Where the axis ends.
    pub to: Timestamp,
    /// The agreed moment; none while nothing is armed.
    pub t: Option<Timestamp>,
    /// How long after T a contact is not yet a leak, such as the promise of the order.
    pub grace: Span,
    /// The members, in the order they are drawn.
    pub groups: Vec<RasterGroup>,
}

/// One member's devices.
#[derive(Clone, Debug, Default)]
pub struct RasterGroup {
    /// What the member is called.
    pub member: String,
    /// For each device the moments of its contacts, in any order.
    pub devices: Vec<Vec<Timestamp>>,
}

/// What the table and the picture say about one member.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    devices: usize,
    before: usize,
    leaks: usize,
    leaking: usize,
    outside: usize,
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            devices: self.devices + other.devices,
            before: self.before + other.before,
            leaks: self.leaks + other.leaks,
            leaking: self.leaking + other.leaking,
            outside: self.outside + other.outside,
        }
    }
}

impl ContactRaster {
    /// Draws the raster.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say("Contacts with the command server", "指令サーバーへの通信");
        let tallies: Vec<Tally> = self.groups.iter().map(|group| self.tally(group)).collect();
        let table = self.table(look, &tallies);
        let sheet = Sheet::new(look);
        let all = tallies.iter().copied().fold(Tally::default(), Tally::plus);
        if all.devices == 0 {
            return sheet.finish_empty(title, table);
        }
        let groups = self.shown(look, &tallies);
        let plan = Plan::new(look, self, &groups, all);
        let mut pen = Pen {
            sheet,
            raster: self,
            plan,
        };
        pen.ground();
        let paths = pen.cells(&groups);
        let mut top = pen.plan.top;
        for (group, paths) in groups.iter().zip(&paths) {
            top = pen.group(group, paths, top);
        }
        let height = pen.foot();
        let description = self.description(look, &tallies, all);
        pen.sheet.finish(height, title, &description, table)
    }

    fn is_leak(&self, moment: Timestamp) -> bool {
        self.t.is_some_and(|t| moment > t + self.grace)
    }

    fn tally(&self, group: &RasterGroup) -> Tally {
        let mut tally = Tally {
            devices: group.devices.len(),
            ..Tally::default()
        };
        let within = self.from.min(self.to)..=self.from.max(self.to);
        for device in &group.devices {
            let mut leaking = false;
            for contact in device {
                match (within.contains(contact), self.is_leak(*contact)) {
                    (false, _) => tally.outside += 1,
                    (true, true) => {
                        tally.leaks += 1;
                        leaking = true;
                    }
                    (true, false) => tally.before += 1,
                }
            }
            tally.leaking += usize::from(leaking);
        }
        tally
    }

    /// Chooses the groups that have a place of their own, and puts the others together.
    fn shown(&self, look: &Look, tallies: &[Tally]) -> Vec<Group<'_>> {
        let some = self.groups.iter().zip(tallies);
        let some: Vec<_> = some.filter(|(_, tally)| tally.devices > 0).collect();
        let own = |place: &usize| Group {
            name: some[*place].0.member.clone(),
            tally: *some[*place].1,
            devices: some[*place].0.devices.iter().collect(),
        };
        if some.len() <= MOST_GROUPS {
            return (0..some.len()).map(|place| own(&place)).collect();
        }
        let mut order: Vec<usize> = (0..some.len()).collect();
        order.sort_by_key(|place| some[*place].1.leaking == 0);
        let (first, rest) = order.split_at(MOST_GROUPS - 1);
        let mut first = first.to_vec();
        first.sort_unstable();
        let mut groups: Vec<Group<'_>> = first.iter().map(own).collect();
        let count = text::count(rest.len() as u64);
        groups.push(Group {
            name: match look.language {
                Language::English => format!("{count} others"),
                Language::Japanese => format!("ほか{count}社"),
            },
            tally: rest
                .iter()
                .map(|place| *some[*place].1)
                .fold(Tally::default(), Tally::plus),
            devices: rest
                .iter()
                .flat_map(|place| &some[*place].0.devices)
                .collect(),
        });
        groups
    }

    fn description(&self, look: &Look, tallies: &[Tally], all: Tally) -> String {
        let leaking: Vec<String> = self
            .groups
            .iter()
            .zip(tallies)
            .filter(|(_, tally)| tally.leaking > 0)
            .map(|(group, _)| group.member.clone())
            .collect();
        let n = |number: usize| text::count(number as u64);
        let zone = &look.zone;
        let (from, to) = (self.from.min(self.to), self.from.max(self.to));
        let mut words = match look.language {
            Language::English => format!(
                "{} devices of {} members, {} to {}.",
                n(all.devices),
                n(self.groups.len()),
                zone.whole(from, Fine::Minutes),
                zone.whole(to, Fine::Minutes)
            ),
            Language::Japanese => format!(
                "{}社の機器{}台、{} から {} まで。",
                n(self.groups.len()),
                n(all.devices),
                zone.whole(from, Fine::Minutes),
                zone.whole(to, Fine::Minutes)
            ),
        };
        let names = look.list(&leaking);
        words.push_str(&match (self.t.is_some(), all.leaks, look.language) {
            (false, _, Language::English) => format!(" {} contacts.", n(all.before)),
            (false, _, Language::Japanese) => format!("通信{}回。", n(all.before)),
            (true, 0, Language::English) => {
                format!(" {} contacts until T, none after it.", n(all.before))
            }
            (true, 0, Language::Japanese) => {
                format!("Tまでの通信{}回、T以後は0回。", n(all.before))
            }
            (true, leaks, Language::English) => format!(
                " {} contacts until T; after it {} from {} devices that still leak: {names}.",
                n(all.before),
                n(leaks),
                n(all.leaking)
            ),
            (true, leaks, Language::Japanese) => format!(
                "Tまでの通信{}回。T以後は{}回、漏れは{}台：{names}。",
                n(all.before),
                n(leaks),
                n(all.leaking)
            ),
        });
        if all.outside > 0 {
            words.push_str(&match look.language {
                Language::English => format!(" {} more lie outside this time.", n(all.outside)),
                Language::Japanese => format!("この時間の外に{}回。", n(all.outside)),
            });
        }
        words
    }

    fn table(&self, look: &Look, tallies: &[Tally]) -> Table {
        let mut table = Table::new(&match look.language {
            Language::English => [
                "Member",
                "Devices",
                "Contacts until T",
                "Contacts after T",
                "Devices that still leak",
            ],
            Language::Japanese => [
                "参加事業者",
                "機器（台）",
                "Tまでの通信（回）",
                "T以後の通信（回）",
                "漏れている機器（台）",
            ],
        });
        for (group, tally) in self.groups.iter().zip(tallies) {
            if table.is_full() {
                continue;
            }
            table.push(&[
                group.member.clone(),
                tally.devices.to_string(),
                tally.before.to_string(),
                tally.leaks.to_string(),
                tally.leaking.to_string(),
            ]);
        }
        table
    }
}

/// A member, or several that are put together.
struct Group<'a> {
    name: String,
    tally: Tally,
    devices: Vec<&'a Vec<Timestamp>>,
}

/// Where everything lies, and how finely.
struct Plan {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    names: f64,
    /// From a group's top to its first row.
    head: f64,
    /// Height of a row of marks.
    pitch: f64,
    /// How many devices are one row.
    devices: usize,
    /// Whether each contact is a mark; if not, cells of time are.
    fine: bool,
    times: Times,
}

impl Plan {
    fn new(look: &Look, raster: &ContactRaster, groups: &[Group<'_>], all: Tally) -> Self {
        let width = look.width.units();
        let label = |group: &Group<'_>| text::width(&label(group), 13.0);
        let (names, left, right) = match look.width {
            Width::Wide => {
                let names = groups.iter().map(label).fold(70.0, f64::max).min(190.0);
                (names, names + 16.0, width - 120.0)
            }
            Width::Narrow => (width * 0.6, 8.0, width - 8.0),
        };
        let devices = all.devices.div_ceil(MOST_ROWS).max(1);
        let rows: usize = groups
            .iter()
            .map(|group| group.devices.len().div_ceil(devices))
            .sum();
        let pitch = (460.0 / rows.max(1) as f64).clamp(3.4, 8.0);
        let fine = devices == 1 && all.before + all.leaks <= MOST_MARKS && all.leaks <= MOST_LEAKS;
        let top = if raster.t.is_some() { 28.0 } else { 8.0 };
        let mut plan = Self {
            left,
            right,
            top,
            bottom: 0.0,
            names,
            head: if look.is_narrow() { 20.0 } else { 0.0 },
            pitch,
            devices,
            fine,
            times: Times::new(raster.from, raster.to, (left, right)),
        };
        plan.bottom = top
            + groups
                .iter()
                .map(|group| plan.height(look, group))
                .sum::<f64>();
        plan
    }

    fn rows(&self, group: &Group<'_>) -> usize {
        group.devices.len().div_ceil(self.devices)
    }

    /// The height of a group with the gap below it.
    fn height(&self, look: &Look, group: &Group<'_>) -> f64 {
        let marks = self.rows(group) as f64 * self.pitch;
        match look.width {
            Width::Wide => marks.max(14.0) + 6.0,
            Width::Narrow => marks + 28.0,
        }
    }
}

fn label(group: &Group<'_>) -> String {
    let name = text::shorten(&group.name, 24);
    format!("{name} · {}", text::count(group.tally.devices as u64))
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    raster: &'a ContactRaster,
    plan: Plan,
}

impl Pen<'_> {
    fn ground(&mut self) {
        let (top, bottom) = (self.plan.top, self.plan.bottom);
        let first = self.raster.from.min(self.raster.to);
        let t = self.raster.t.filter(|t| self.plan.times.shows(*t));
        if let Some(t) = t {
            let x = self.plan.times.at(t);
            let size = (self.plan.right - x, bottom - top);
            self.sheet.rect("c-calm", (x, top), size);
        }
        axis::time_axis(&mut self.sheet, &self.plan.times, first, (top, bottom));
        if let Some(t) = t {
            let name = axis::t_name(&self.sheet, t);
            let x = self.plan.times.at(t);
            axis::moment_line(&mut self.sheet, x, (top - 6.0, bottom), &name);
        }
    }

    /// Draws a group, and tells where the next begins.
    fn group(&mut self, group: &Group<'_>, paths: &Paths, top: f64) -> f64 {
        let end = top + self.plan.height(self.sheet.look, group);
        self.sheet.open(&label(group));
        self.words(group, top, end);
        if self.plan.fine {
            self.marks(group, top + self.plan.head);
        } else {
            cells::put(&mut self.sheet, paths, self.plan.pitch);
        }
        let line = end - 3.0;
        let (left, right) = match self.sheet.look.width {
            Width::Wide => (0.0, self.sheet.width),
            Width::Narrow => (self.plan.left, self.plan.right),
        };
        if end < self.plan.bottom - 1.0 {
            self.sheet.line("c-guide", (left, line), (right, line));
        }
        self.sheet.close();
        end
    }

    fn words(&mut self, group: &Group<'_>, top: f64, end: f64) {
        let Tally {
            leaking, devices, ..
        } = group.tally;
        let look = self.sheet.look;
        let (class, words) = match (self.raster.t, leaking) {
            (None, _) => ("", String::new()),
            (Some(_), 0) => (
                "c-strong c-green",
                format!("✓ {}", look.say("silent", "停止")),
            ),
            (Some(_), leaking) => (
                "c-strong c-red",
                format!(
                    "◆ {} {}/{}",
                    look.say("leak", "漏れ"),
                    text::count(leaking as u64),
                    text::count(devices as u64)
                ),
            ),
        };
        let name = text::fit(&label(group), 13.0, self.plan.names);
        let strong = if leaking > 0 {
            "c-strong c-red"
        } else {
            "c-label"
        };
        match look.width {
            Width::Wide => {
                let y = (top + end - 6.0) / 2.0 + 4.5;
                let at = (self.plan.names, y);
                self.sheet.text(strong, at, Anchor::End, &name);
                let at = (self.plan.right + 14.0, y);
                self.sheet.text(class, at, Anchor::Start, &words);
            }
            Width::Narrow => {
                let y = top + 15.0;
                let at = (self.plan.left, y);
                self.sheet
                    .text(&format!("{strong} c-halo"), at, Anchor::Start, &name);
                let at = (self.plan.right, y);
                self.sheet
                    .text(&format!("{class} c-halo"), at, Anchor::End, &words);
            }
        }
    }

    /// Draws each contact as a mark.
    fn marks(&mut self, group: &Group<'_>, top: f64) {
        let tall = (self.plan.pitch * 0.62).min(4.0);
        let (mut calm, mut leaks) = (String::new(), String::new());
        for (place, device) in group.devices.iter().enumerate() {
            let middle = top + (place as f64 + 0.5) * self.plan.pitch;
            for contact in device.iter().filter(|at| self.plan.times.shows(**at)) {
                let x = self.plan.times.at(*contact);
                if self.raster.is_leak(*contact) {
                    leaks.push_str(&format!(
                        "M{} {}l2.8 2.8-2.8 2.8-2.8-2.8z",
                        At(x),
                        At(middle - 2.8)
                    ));
                } else {
                    calm.push_str(&format!(
                        "M{} {}v{}",
                        At(x),
                        At(middle - tall / 2.0),
                        At(tall)
                    ));
                }
            }
        }
        self.sheet.path("c-mark", &calm);
        self.sheet.path("c-leak", &leaks);
    }

    /// Draws how many contacts there were in each cell of devices and time, for every group.
    fn cells(&self, groups: &[Group<'_>]) -> Vec<Paths> {
        if self.plan.fine {
            return vec![Paths::default(); groups.len()];
        }
        cells::finest(self.plan.right, |wide| {
            let mut top = self.plan.top;
            let mut all = Vec::new();
            for group in groups {
                all.push(self.block(group, top + self.plan.head, wide).paths());
                top += self.plan.height(self.sheet.look, group);
            }
            all
        })
    }

    /// Counts contacts, and those of them that are leaks, per row and column. T lies between two columns, and
    /// what came within the grace stands before it.
    fn block(&self, group: &Group<'_>, top: f64, wide: f64) -> Block {
        let Plan { left, right, .. } = self.plan;
        let t = self.raster.t.filter(|t| self.plan.times.shows(*t));
        let edge = t.map_or(left, |t| self.plan.times.at(t));
        let before = ((edge - left) / wide).ceil();
        let after = ((right - edge) / wide).ceil().max(1.0);
        let columns = (before + after) as usize;
        let start = edge - before * wide;
        let mut rows = vec![vec![(0, 0); columns]; self.plan.rows(group)];
        for (row, devices) in rows.iter_mut().zip(group.devices.chunks(self.plan.devices)) {
            let contacts = devices.iter().copied().flatten();
            for contact in contacts.filter(|at| self.plan.times.shows(**at)) {
                let leak = self.raster.is_leak(*contact);
                let place = (self.plan.times.at(*contact) - start) / wide;
                let last = if t.is_some() && !leak {
                    before.max(1.0) as usize
                } else {
                    columns
                };
                let column = (place as usize).min(last - 1);
                row[column].0 += 1;
                row[column].1 += u32::from(leak);
            }
        }
        Block {
            start,
            wide,
            ends: (left, right),
            top: top + self.plan.pitch / 2.0,
            pitch: self.plan.pitch,
            rows,
        }
    }

    /// Says what a row and a mark are, and tells the height of the whole.
    fn foot(&mut self) -> f64 {
        let look = self.sheet.look;
        let devices = text::count(self.plan.devices as u64);
        let mut words = match (self.plan.devices, self.plan.fine, look.language) {
            (1, true, Language::English) => "row = one device · mark = one contact".to_string(),
            (1, true, Language::Japanese) => "一行＝機器1台　印＝通信1回".to_string(),
            (1, _, Language::English) => "row = one device · stronger = more contacts".to_string(),
            (1, _, Language::Japanese) => "一行＝機器1台　色が強いほど通信が多い".to_string(),
            (_, _, Language::English) => {
                format!("row = up to {devices} devices of a member · stronger = more contacts")
            }
            (_, _, Language::Japanese) => {
                format!("一行＝同じ事業者の機器{devices}台まで　色が強いほど通信が多い")
            }
        };
        words.push_str(look.say(" · number = devices", "　数字＝機器の台数"));
        if self.raster.t.is_some() {
            words.push_str(match (self.plan.fine, look.language) {
                (true, Language::English) => " · ◆ = contact after T",
                (true, Language::Japanese) => "　◆＝T以後の通信",
                (false, Language::English) => " · any mark after T is a leak",
                (false, Language::Japanese) => "　Tより右の印はすべて漏れ",
            });
        }
        let bottom = self.plan.bottom + axis::TIME_AXIS;
        let lines = text::wrap(&words, 12.0, self.plan.right - self.plan.left, 3);
        for (place, line) in lines.iter().enumerate() {
            let at = (self.plan.left, bottom + 12.0 + place as f64 * 17.0);
            self.sheet
                .text("c-small", at, Anchor::Start, line.trim_end());
        }
        bottom + 4.0 + lines.len() as f64 * 17.0
    }
}
