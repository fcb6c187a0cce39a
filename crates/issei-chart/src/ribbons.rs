//! Ribbons from members to command servers: whose devices take orders from where.
//!
//! In: per member and server, how many devices. Out: the picture, and a table with a row per ribbon.
//! Always: a ribbon is as high as its devices are many; one that still flows after the cut is red, outlined
//! and named; small members and servers are put together, those that leak last of all.

use std::collections::BTreeMap;

use issei_model::Language;

use crate::chart::{Chart, Table};
use crate::look::{Look, Width};
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

const MOST_MEMBERS: usize = 12;
const MOST_SERVERS: usize = 8;
/// All ribbons together are this high.
const HIGH: f64 = 250.0;
const NODE: f64 = 8.0;
/// Nodes of a side are at least so far apart.
const GAP: f64 = 9.0;

/// Which members' devices contact which command servers.
#[derive(Clone, Debug, Default)]
pub struct Ribbons {
    /// Pairs in any order; the same pair twice counts together.
    pub flows: Vec<Ribbon>,
}

/// One member's devices at one server.
#[derive(Clone, Debug, Default)]
pub struct Ribbon {
    /// What the member is called.
    pub member: String,
    /// The server as people write it: an endpoint or a name.
    pub server: String,
    /// How many devices.
    pub devices: u64,
    /// Whether they still reach it although it is cut.
    pub leaks: bool,
}

/// A place where ribbons begin or end.
#[derive(Clone, Debug, Default)]
struct Node {
    name: String,
    devices: u64,
    leaking: u64,
    top: f64,
    /// Where the next ribbon goes.
    next: f64,
}

impl Ribbons {
    /// Draws the ribbons.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say(
            "Devices and their command servers",
            "参加事業者の機器と指令サーバー",
        );
        let table = self.table(look);
        let sheet = Sheet::new(look);
        let all: u64 = self.sum(|_| true);
        if all == 0 {
            return sheet.finish_empty(title, table);
        }
        let members = self.nodes(look, |flow| &flow.member, MOST_MEMBERS);
        let servers = self.nodes(look, |flow| &flow.server, MOST_SERVERS);
        let mut pen = Pen::new(sheet, HIGH / all as f64);
        let height = pen.place(members, servers);
        pen.ribbons(self);
        pen.labels();
        let description = self.description(look, &pen);
        pen.sheet.finish(height, title, &description, table)
    }

    fn sum(&self, which: impl Fn(&Ribbon) -> bool) -> u64 {
        let flows = self.flows.iter().filter(|flow| which(flow));
        flows.fold(0, |sum, flow| flow.devices.saturating_add(sum))
    }

    /// Chooses the nodes of one side, largest first, with one for all that have no place of their own.
    fn nodes(&self, look: &Look, name: impl Fn(&Ribbon) -> &String, most: usize) -> Side {
        let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for flow in self.flows.iter().filter(|flow| flow.devices > 0) {
            let sum = sums.entry(name(flow).as_str()).or_default();
            sum.0 = sum.0.saturating_add(flow.devices);
            sum.1 = sum
                .1
                .saturating_add(if flow.leaks { flow.devices } else { 0 });
        }
        let mut order: Vec<(&str, (u64, u64))> = sums.into_iter().collect();
        order.sort_by_key(|(_, (devices, leaking))| (*leaking == 0, std::cmp::Reverse(*devices)));
        let own = if order.len() <= most {
            order.len()
        } else {
            most - 1
        };
        let rest = order.split_off(own);
        order.sort_by_key(|(_, (devices, _))| std::cmp::Reverse(*devices));
        let mut side = Side::default();
        for (place, (name, (devices, leaking))) in order.iter().enumerate() {
            side.places.insert((*name).to_string(), place);
            side.nodes.push(Node {
                name: text::shorten(name, 60),
                devices: *devices,
                leaking: *leaking,
                ..Node::default()
            });
        }
        if !rest.is_empty() {
            let count = text::count(rest.len() as u64);
            let sum = |part: fn(&(u64, u64)) -> u64| {
                let parts = rest.iter().map(|(_, sums)| part(sums));
                parts.fold(0_u64, u64::saturating_add)
            };
            side.nodes.push(Node {
                name: match look.language {
                    Language::English => format!("{count} others"),
                    Language::Japanese => format!("ほか{count}件"),
                },
                devices: sum(|sums| sums.0),
                leaking: sum(|sums| sums.1),
                ..Node::default()
            });
        }
        side
    }

    fn description(&self, look: &Look, pen: &Pen<'_>) -> String {
        let devices = text::count(self.sum(|_| true));
        let leaking = self.sum(|flow| flow.leaks);
        let servers = &pen.servers.nodes;
        let first = servers.first().map_or("", |server| &server.name);
        let largest = text::count(servers.first().map_or(0, |server| server.devices));
        let mut words = match look.language {
            Language::English => {
                format!(
                    "{devices} devices, counted at each of their command servers; most, {largest}, at {first}."
                )
            }
            Language::Japanese => {
                format!(
                    "指令サーバーに通信する機器は延べ{devices}台、最多は {first} の{largest}台。"
                )
            }
        };
        if leaking > 0 {
            let members = pen.members.nodes.iter().filter(|node| node.leaking > 0);
            let names: Vec<String> = members.map(|node| node.name.clone()).collect();
            let (names, leaking) = (look.list(&names), text::count(leaking));
            words.push_str(&match look.language {
                Language::English => format!(" {leaking} still reach theirs: {names}."),
                Language::Japanese => format!("遮断後も{leaking}台が到達：{names}。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let mut table = Table::new(&match look.language {
            Language::English => ["Member", "Command server", "Devices", "Still reached"],
            Language::Japanese => ["参加事業者", "指令サーバー", "機器（台）", "遮断後も到達"],
        });
        for flow in &self.flows {
            if table.is_full() {
                continue;
            }
            let leaks = if flow.leaks {
                look.say("yes", "はい")
            } else {
                look.say("no", "いいえ")
            };
            table.push(&[
                flow.member.clone(),
                flow.server.clone(),
                flow.devices.to_string(),
                leaks.to_string(),
            ]);
        }
        table
    }
}

/// One side of the picture.
#[derive(Default)]
struct Side {
    nodes: Vec<Node>,
    /// Where a name is among the nodes; who has no place of its own is the last.
    places: BTreeMap<String, usize>,
}

impl Side {
    fn place(&self, name: &str) -> usize {
        let last = self.nodes.len().saturating_sub(1);
        self.places.get(name).copied().unwrap_or(last)
    }

    /// How high the nodes are with [`GAP`] between them, each at least as high as its label.
    fn height(&self, scale: f64, label: f64) -> f64 {
        let slots = self.nodes.iter();
        let slots = slots.map(|node| (node.devices as f64 * scale).max(label) + GAP);
        slots.sum::<f64>() - GAP
    }

    /// Lays the nodes below each other from `top` on, `spare` units more than they need.
    fn lay(&mut self, scale: f64, label: f64, top: f64, spare: f64) {
        let gaps = self.nodes.len().saturating_sub(1).max(1) as f64;
        let wider = (spare / gaps).min(44.0);
        let mut y = top + (spare - wider * (self.nodes.len() as f64 - 1.0)) / 2.0;
        for node in &mut self.nodes {
            let high = node.devices as f64 * scale;
            let slot = high.max(label);
            node.top = y + (slot - high) / 2.0;
            node.next = node.top;
            y += slot + GAP + wider;
        }
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    scale: f64,
    left: f64,
    right: f64,
    members: Side,
    servers: Side,
}

impl<'a> Pen<'a> {
    fn new(sheet: Sheet<'a>, scale: f64) -> Self {
        let (left, right) = match sheet.look.width {
            Width::Wide => (190.0, sheet.width - 220.0),
            Width::Narrow => (104.0, sheet.width - 132.0),
        };
        Self {
            sheet,
            scale,
            left,
            right,
            members: Side::default(),
            servers: Side::default(),
        }
    }

    /// Lays both sides, the shorter spread over the height of the longer, and tells the height of the whole.
    fn place(&mut self, members: Side, servers: Side) -> f64 {
        const LABELS: (f64, f64) = (17.0, 34.0);
        let scale = self.scale;
        self.members = members;
        self.servers = servers;
        if !self.sheet.look.is_narrow() {
            let nodes = self.members.nodes.iter();
            let widest = nodes
                .map(|node| text::width(&node.name, 13.0))
                .fold(0.0, f64::max);
            self.left = (widest + 96.0).min(self.left);
            let nodes = self.servers.nodes.iter();
            let widest = nodes
                .map(|node| text::width(&node.name, 13.0))
                .fold(90.0, f64::max);
            self.right = (self.sheet.width - widest - 24.0).max(self.right);
        }
        let one = self.members.height(scale, LABELS.0);
        let other = self.servers.height(scale, LABELS.1);
        let high = one.max(other);
        self.members.lay(scale, LABELS.0, 4.0, high - one);
        self.servers.lay(scale, LABELS.1, 4.0, high - other);
        high + 8.0
    }

    fn ribbons(&mut self, ribbons: &Ribbons) {
        let mut sums: BTreeMap<(usize, usize, bool), u64> = BTreeMap::new();
        for flow in ribbons.flows.iter().filter(|flow| flow.devices > 0) {
            let member = self.members.place(&flow.member);
            let server = self.servers.place(&flow.server);
            let sum = sums.entry((member, server, flow.leaks)).or_default();
            *sum = sum.saturating_add(flow.devices);
        }
        let mut leaks = Vec::new();
        for ((member, server, leaking), devices) in sums {
            let (from, to) = (
                &mut self.members.nodes[member],
                &mut self.servers.nodes[server],
            );
            let high = devices as f64 * self.scale;
            let d = ribbon(
                (self.left + NODE, from.next),
                (self.right, to.next),
                high.max(1.0),
            );
            from.next += high;
            to.next += high;
            let name = format!("{} → {}: {}", from.name, to.name, text::count(devices));
            if leaking {
                leaks.push((name, d));
            } else {
                self.sheet.open(&name);
                self.sheet.path("c-ribbon", &d);
                self.sheet.close();
            }
        }
        for (name, d) in leaks {
            self.sheet.open(&name);
            self.sheet.path("c-ribbon-leak", &d);
            self.sheet.close();
        }
    }

    fn labels(&mut self) {
        let look = self.sheet.look;
        for node in std::mem::take(&mut self.members.nodes) {
            let high = (node.devices as f64 * self.scale).max(1.5);
            let leaking = node.leaking > 0;
            let (class, bar) = if leaking {
                ("c-strong c-red", "c-node-far")
            } else {
                ("c-label", "c-node")
            };
            self.sheet.rect(bar, (self.left, node.top), (NODE, high));
            let devices = text::count(node.devices);
            let mark = if leaking { "◆ " } else { "" };
            let room =
                self.left - 14.0 - text::width(&devices, 13.0) - 18.0 - text::width(mark, 13.0);
            let words = format!("{mark}{} · {devices}", text::fit(&node.name, 13.0, room));
            let at = (self.left - 9.0, node.top + high / 2.0 + 4.5);
            self.sheet.text(class, at, Anchor::End, &words);
            self.members.nodes.push(node);
        }
        for node in std::mem::take(&mut self.servers.nodes) {
            let high = (node.devices as f64 * self.scale).max(1.5);
            self.sheet
                .rect("c-node-far", (self.right, node.top), (NODE, high));
            let (x, y) = (self.right + NODE + 9.0, node.top + high / 2.0);
            let name = text::fit(&node.name, 13.0, self.sheet.width - x);
            self.sheet
                .text("c-label", (x, y - 2.0), Anchor::Start, &name);
            let devices = text::count(node.devices);
            let devices = match look.language {
                Language::English => format!("{devices} devices"),
                Language::Japanese => format!("{devices}台"),
            };
            self.sheet
                .text("c-small", (x, y + 13.0), Anchor::Start, &devices);
            self.servers.nodes.push(node);
        }
    }
}

/// Writes the outline of a ribbon whose upper edge runs between two points.
fn ribbon(from: (f64, f64), to: (f64, f64), high: f64) -> String {
    let middle = (from.0 + to.0) / 2.0;
    let curve = |to: (f64, f64), from: f64| {
        format!(
            "C{m} {} {m} {} {} {}",
            At(from),
            At(to.1),
            At(to.0),
            At(to.1),
            m = At(middle)
        )
    };
    format!(
        "M{} {}{}V{}{}Z",
        At(from.0),
        At(from.1),
        curve(to, from.1),
        At(to.1 + high),
        curve((from.0, from.1 + high), to.1 + high)
    )
}
