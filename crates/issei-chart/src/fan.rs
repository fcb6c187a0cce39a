//! The fan of one scanner: whom it tried over time, by port, over the whole of IPv4.
//!
//! In: per port, moments and addresses. Out: the picture, and a table with a row per port. Always: a port has a
//! colour and a shape of its own; ports beyond the largest are one; where the contacts are too many, each port has a
//! strip of its own with cells of time and address, and the picture says so. Not here: who the scanner is.

use std::net::Ipv4Addr;

use issei_model::{Language, Timestamp};

use crate::axis;
use crate::cells::{self, Block};
use crate::chart::{Chart, Table};
use crate::look::{Fine, Look, Width};
use crate::scale::Times;
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

const MOST_PORTS: usize = 5;
/// Up to so many contacts each is a mark where it was.
const MOST_MARKS: usize = 3_000;
/// Rows of cells in a port's strip, and how high each is.
const ROWS: usize = 20;
const PITCH: f64 = 4.0;

/// Whom one device tried to reach.
#[derive(Clone, Debug, Default)]
pub struct FanOut {
    /// Where the axis begins.
    pub from: Timestamp,
    /// Where the axis ends.
    pub to: Timestamp,
    /// The agreed moment of a cut; none if there is none.
    pub t: Option<Timestamp>,
    /// The ports, in any order.
    pub ports: Vec<PortContacts>,
}

/// What was tried on one port.
#[derive(Clone, Debug, Default)]
pub struct PortContacts {
    /// The port as people write it: `TCP 23`.
    pub port: String,
    /// When and whom, in any order.
    pub contacts: Vec<(Timestamp, Ipv4Addr)>,
}

/// A port, or several that are put together.
struct Shape<'a> {
    name: String,
    contacts: Vec<&'a (Timestamp, Ipv4Addr)>,
}

impl FanOut {
    /// Draws the fan.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say("What one device scans", "1台の機器のスキャン先");
        let table = self.table(look);
        let mut sheet = Sheet::new(look);
        let shapes = self.shapes(look);
        if shapes.iter().all(|shape| shape.contacts.is_empty()) {
            return sheet.finish_empty(title, table);
        }
        let all: usize = shapes.iter().map(|shape| shape.contacts.len()).sum();
        let left = text::width("255.255.255.255", 12.0) + 4.0;
        let right = sheet.width - 10.0;
        let mut plot = Plot {
            times: Times::new(self.from, self.to, (left, right)),
            left,
            right,
            top: if self.t.is_some() { 30.0 } else { 10.0 },
            bottom: 0.0,
        };
        let height = if all <= MOST_MARKS {
            self.together(&mut sheet, &mut plot, &shapes)
        } else {
            self.apart(&mut sheet, &mut plot, &shapes)
        };
        let description = self.description(look, &plot.times);
        sheet.finish(height + 2.0, title, &description, table)
    }

    /// All ports in one plot, each contact a mark where it was.
    fn together(&self, sheet: &mut Sheet<'_>, plot: &mut Plot, shapes: &[Shape<'_>]) -> f64 {
        plot.top += legend(sheet, shapes, plot.left);
        plot.bottom = plot.top
            + match sheet.look.width {
                Width::Wide => 260.0,
                Width::Narrow => 300.0,
            };
        plot.addresses(sheet);
        self.axis(sheet, plot);
        for (place, shape) in shapes.iter().enumerate() {
            let shown = shape.contacts.iter();
            let shown = shown.filter(|(at, _)| plot.times.shows(*at));
            let marks: String = shown
                .map(|contact| mark(place, plot.place(contact), 1.0))
                .collect();
            sheet.path(&format!("c-p{}", place + 1), &marks);
        }
        self.t_line(sheet, plot);
        plot.bottom + axis::TIME_AXIS
    }

    /// A strip for each port, with cells that are stronger where there was more.
    fn apart(&self, sheet: &mut Sheet<'_>, plot: &mut Plot, shapes: &[Shape<'_>]) -> f64 {
        const HEAD: f64 = 22.0;
        const FOOT: f64 = 12.0;
        let high = ROWS as f64 * PITCH;
        let start = plot.top;
        let strips = shapes.len() as f64;
        plot.bottom = start + strips * (HEAD + high + FOOT);
        self.axis(sheet, plot);
        let top_of = |place: usize| start + place as f64 * (HEAD + high + FOOT) + HEAD;
        let paths = cells::finest(plot.right, |wide| {
            let blocks = shapes.iter().enumerate();
            blocks
                .map(|(place, shape)| plot.block(shape, top_of(place), wide).paths())
                .collect()
        });
        for (place, (shape, paths)) in shapes.iter().zip(&paths).enumerate() {
            let top = top_of(place);
            let count = text::count(shape.contacts.len() as u64);
            let words = format!("{} · {count}", text::fit(&shape.name, 13.0, 200.0));
            sheet.open(&words);
            let at = (plot.left, top - 7.0);
            sheet.text("c-strong c-halo", at, Anchor::Start, &words);
            for (name, y) in [("0.0.0.0", top), ("255.255.255.255", top + high)] {
                sheet.line("c-grid", (plot.left, y), (plot.right, y));
                sheet.text("c-small", (plot.left - 8.0, y + 4.0), Anchor::End, name);
            }
            cells::put(sheet, paths, PITCH);
            sheet.close();
        }
        self.t_line(sheet, plot);
        let height = plot.bottom + axis::TIME_AXIS;
        let words = sheet
            .look
            .say("stronger = more openings", "色が強いほど接続試行が多い");
        sheet.text("c-small", (plot.left, height + 12.0), Anchor::Start, words);
        height + 18.0
    }

    fn axis(&self, sheet: &mut Sheet<'_>, plot: &Plot) {
        let first = self.from.min(self.to);
        axis::time_axis(sheet, &plot.times, first, (plot.top, plot.bottom));
    }

    fn t_line(&self, sheet: &mut Sheet<'_>, plot: &Plot) {
        if let Some(t) = self.t.filter(|t| plot.times.shows(*t)) {
            let name = axis::t_name(sheet, t);
            let ends = (plot.top - 6.0, plot.bottom);
            axis::moment_line(sheet, plot.times.at(t), ends, &name);
        }
    }

    fn shapes(&self, look: &Look) -> Vec<Shape<'_>> {
        let mut order: Vec<&PortContacts> = self.ports.iter().collect();
        order.sort_by_key(|port| std::cmp::Reverse(port.contacts.len()));
        let own = if order.len() <= MOST_PORTS {
            order.len()
        } else {
            MOST_PORTS - 1
        };
        let rest = order.split_off(own);
        let mut shapes: Vec<Shape<'_>> = order
            .iter()
            .map(|port| Shape {
                name: port.port.clone(),
                contacts: port.contacts.iter().collect(),
            })
            .collect();
        if !rest.is_empty() {
            let count = text::count(rest.len() as u64);
            shapes.push(Shape {
                name: match look.language {
                    Language::English => format!("{count} other ports"),
                    Language::Japanese => format!("ほか{count}ポート"),
                },
                contacts: rest.iter().flat_map(|port| &port.contacts).collect(),
            });
        }
        shapes
    }

    fn description(&self, look: &Look, times: &Times) -> String {
        let contacts = || self.ports.iter().flat_map(|port| &port.contacts);
        let all = contacts().count();
        let outside = contacts().filter(|(at, _)| !times.shows(*at)).count();
        let mut addresses: Vec<Ipv4Addr> = contacts().map(|(_, address)| *address).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let n = |number: usize| text::count(number as u64);
        let zone = &look.zone;
        let from = zone.whole(self.from.min(self.to), Fine::Minutes);
        let to = zone.whole(self.from.max(self.to), Fine::Minutes);
        let ports = n(self.ports.len());
        let (contacts, addresses) = (n(all), n(addresses.len()));
        let mut words = match look.language {
            Language::English => format!(
                "{contacts} openings to {addresses} addresses on {ports} ports, {from} to {to}."
            ),
            Language::Japanese => format!(
                "{from} から {to} まで、{ports}ポート・{addresses}宛先に{contacts}回の接続試行。"
            ),
        };
        if outside > 0 {
            let outside = n(outside);
            words.push_str(&match look.language {
                Language::English => format!(" {outside} of them lie outside this time."),
                Language::Japanese => format!("うち{outside}回はこの時間の外。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let first = format!("{} ({})", look.say("First", "最初"), look.zone.label());
        let last = format!("{} ({})", look.say("Last", "最後"), look.zone.label());
        let mut table = Table::new(&[
            look.say("Port", "ポート"),
            look.say("Openings", "接続試行（回）"),
            look.say("Addresses", "宛先数"),
            &first,
            &last,
        ]);
        for port in &self.ports {
            if table.is_full() {
                continue;
            }
            let mut addresses: Vec<Ipv4Addr> = port.contacts.iter().map(|(_, a)| *a).collect();
            addresses.sort_unstable();
            addresses.dedup();
            let zone = &look.zone;
            let told = |at: Option<Timestamp>| {
                at.map_or("—".to_string(), |at| {
                    format!("{} {}", zone.date(at), zone.clock(at, Fine::Seconds))
                })
            };
            let moments = || port.contacts.iter().map(|(at, _)| *at);
            table.push(&[
                port.port.clone(),
                port.contacts.len().to_string(),
                addresses.len().to_string(),
                told(moments().min()),
                told(moments().max()),
            ]);
        }
        table
    }
}

/// Names the ports with their shapes, in as many lines as it takes, and tells where the legend ends.
fn legend(sheet: &mut Sheet<'_>, shapes: &[Shape<'_>], left: f64) -> f64 {
    let (mut x, mut y) = (left, 12.0);
    for (place, shape) in shapes.iter().enumerate() {
        let count = text::count(shape.contacts.len() as u64);
        let words = format!("{} · {count}", text::fit(&shape.name, 12.0, 160.0));
        let wide = text::width(&words, 12.0) + 34.0;
        if x > left && x + wide > sheet.width {
            (x, y) = (left, y + 20.0);
        }
        let mark = mark(place, (x + 4.0, y - 4.0), 1.6);
        sheet.path(&format!("c-p{}", place + 1), &mark);
        sheet.text("c-small", (x + 14.0, y), Anchor::Start, &words);
        x += wide;
    }
    y
}

struct Plot {
    times: Times,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Plot {
    fn addresses(&self, sheet: &mut Sheet<'_>) {
        let names = [
            "0.0.0.0",
            "64.0.0.0",
            "128.0.0.0",
            "192.0.0.0",
            "255.255.255.255",
        ];
        for (place, name) in names.iter().enumerate() {
            let y = self.top + (self.bottom - self.top) * place as f64 / 4.0;
            sheet.line("c-grid", (self.left, y), (self.right, y));
            sheet.text("c-small", (self.left - 8.0, y + 4.0), Anchor::End, name);
        }
    }

    fn place(&self, (at, address): &(Timestamp, Ipv4Addr)) -> (f64, f64) {
        let share = f64::from(u32::from(*address)) / f64::from(u32::MAX);
        let y = self.top + share * (self.bottom - self.top);
        (self.times.at(*at), y)
    }

    /// Counts a port's contacts by address and time.
    fn block(&self, shape: &Shape<'_>, top: f64, wide: f64) -> Block {
        let columns = ((self.right - self.left) / wide).ceil().max(1.0) as usize;
        let mut rows = vec![vec![(0, 0); columns]; ROWS];
        let shown = shape.contacts.iter();
        for (at, address) in shown.filter(|(at, _)| self.times.shows(*at)) {
            let column = ((self.times.at(*at) - self.left) / wide) as usize;
            let row = (u64::from(u32::from(*address)) * ROWS as u64) >> 32;
            rows[row as usize][column.min(columns - 1)].0 += 1;
        }
        Block {
            start: self.left,
            wide,
            ends: (self.left, self.right),
            top: top + PITCH / 2.0,
            pitch: PITCH,
            rows,
        }
    }
}

/// Writes the mark of the port at `place`: square, triangle, diamond, cross, slanted cross.
fn mark(place: usize, (x, y): (f64, f64), size: f64) -> String {
    let at = |step: f64| At(step * size);
    let from = |left: f64, up: f64| format!("M{} {}", At(x - left * size), At(y - up * size));
    match place {
        0 => format!("{}h{}v{}h{}z", from(1.5, 1.5), at(3.0), at(3.0), at(-3.0)),
        1 => format!("{}l{} {}h{}z", from(0.0, 2.2), at(2.2), at(3.8), at(-4.4)),
        2 => format!(
            "{}l{d} {d} {u} {d} {u} {u}z",
            from(0.0, 2.3),
            d = at(2.3),
            u = at(-2.3)
        ),
        3 => format!(
            "{}h{}M{} {}v{}",
            from(2.2, 0.0),
            at(4.4),
            At(x),
            At(y - 2.2 * size),
            at(4.4)
        ),
        _ => format!(
            "{}l{} {}m0 {}l{} {}",
            from(1.7, 1.7),
            at(3.4),
            at(3.4),
            at(-3.4),
            at(-3.4),
            at(3.4)
        ),
    }
}
