//! How botnets spread: which lines are infected, when, and when they are cleaned.
//!
//! In: plans, and the devices of vulnerable models. Out: infections in order of time, and the
//! attackers' servers. The number of bots follows a logistic curve whose early doubling time the
//! plan names; the last few infections come late, as they do.
//! Not here: what a bot then sends (`hostile`).

use issei_model::protocol;

use crate::atlas::{self, Atlas};
use crate::dice::{Dice, ln};
use crate::families::{Habit, habit};
use crate::people::{Device, People};
use crate::scenario::{BotnetPlan, Family, Scenario, ScenarioError};
use crate::truth::{TrueServer, endpoint_text};

/// An infected line.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) line: u32,
    pub(crate) model: u8,
    /// Which plan.
    pub(crate) botnet: usize,
    pub(crate) infected: i64,
    /// `i64::MAX` if it is never cleaned.
    pub(crate) cleaned: i64,
    /// Targets a second while it scans.
    pub(crate) scan_rate: f64,
    /// Its one source port, for families that have one.
    pub(crate) scan_port: u16,
    /// Source port of its channel.
    pub(crate) channel_port: u16,
    /// Which of the botnet's servers.
    pub(crate) server: usize,
}

/// A botnet at large.
#[derive(Clone, Debug)]
pub(crate) struct Botnet {
    pub(crate) name: String,
    pub(crate) family: Family,
    pub(crate) habit: &'static Habit,
    pub(crate) servers: Vec<TrueServer>,
    pub(crate) download: TrueServer,
    /// Where successes are reported to, with families that do.
    pub(crate) report: Option<TrueServer>,
}

impl Bot {
    /// Tells whether it acts at a moment.
    pub(crate) fn is_alive(&self, now: i64) -> bool {
        (self.infected..self.cleaned).contains(&now)
    }
}

/// Throws who is infected when. The devices of one line are infected once at most.
/// Tells how many devices were wanting if there are too few.
pub(crate) fn spread(
    scenario: &Scenario,
    people: &People,
    atlas: &Atlas,
) -> Result<(Vec<Bot>, Vec<Botnet>), ScenarioError> {
    let mut dice = Dice::new(scenario.seed, "outbreak");
    let mut exposed = exposed_devices(scenario, people, &mut dice);
    let (mut bots, mut botnets) = (Vec::new(), Vec::new());
    for (number, plan) in scenario.botnets.iter().enumerate() {
        let wanted = plan.bots as usize;
        if exposed.len() < wanted {
            let (botnet, there) = (plan.name.clone(), exposed.len());
            return Err(ScenarioError::TooFewDevices {
                botnet,
                wanted,
                there,
            });
        }
        let taken = exposed.split_off(exposed.len() - wanted);
        let first = bots.len();
        let curve = Curve::new(scenario, plan);
        for (place, device) in taken.into_iter().enumerate() {
            bots.extend(curve.infect(place, device, number, atlas, &mut dice));
        }
        botnets.push(muster(scenario, plan, number, first..bots.len(), &bots));
    }
    Ok((bots, botnets))
}

fn exposed_devices(scenario: &Scenario, people: &People, dice: &mut Dice) -> Vec<Device> {
    let vulnerable = |device: &&Device| device.model < scenario.vulnerable_models;
    let mut exposed: Vec<Device> = people.devices.iter().filter(vulnerable).copied().collect();
    for last in (1..exposed.len()).rev() {
        exposed.swap(last, dice.place(last + 1));
    }
    exposed
}

/// The course of one outbreak.
struct Curve<'a> {
    plan: &'a BotnetPlan,
    begins: i64,
    end: i64,
}

impl<'a> Curve<'a> {
    fn new(scenario: &Scenario, plan: &'a BotnetPlan) -> Self {
        let start = scenario.start.as_micros();
        Self {
            plan,
            begins: start + minutes(plan.begins_minute),
            end: scenario.end().as_micros(),
        }
    }

    /// Infects a device as the one in this place; none if that lies behind the end.
    fn infect(
        &self,
        place: usize,
        device: Device,
        botnet: usize,
        atlas: &Atlas,
        dice: &mut Dice,
    ) -> Option<Bot> {
        let plan = self.plan;
        let infected = self.begins + minutes(self.minutes_until(place) + 0.2 * dice.gap());
        let cleaned = match dice.chance(plan.cleaned) {
            true => infected + minutes(plan.cleaned_after_minutes * dice.gap()),
            false => i64::MAX,
        };
        let habit = habit(plan.family);
        // Devices differ in speed: most keep the family's rate, some reach three quarters of it.
        let pace = 0.75 + 0.25 * dice.share().max(dice.share());
        (infected < self.end).then(|| Bot {
            line: device.line,
            model: device.model,
            botnet,
            infected,
            cleaned,
            scan_rate: plan.scan_rate.unwrap_or(habit.scan_rate * pace),
            scan_port: atlas.port(device.line, dice),
            channel_port: atlas.port(device.line, dice),
            server: place % usize::from(plan.servers.max(1)),
        })
    }

    /// Inverts N(t) = K / (1 + (K - 1) e^-rt) with r = ln 2 / doubling time, at half steps, so
    /// that the last bot comes in finite time.
    fn minutes_until(&self, place: usize) -> f64 {
        let most = f64::from(self.plan.bots).max(1.5);
        let number = place as f64 + 0.5;
        let odds = (most - 1.0) * number / (most - number);
        (ln(odds.max(1.0)) / std::f64::consts::LN_2 * self.plan.doubling_minutes).max(0.0)
    }
}

/// Gives a botnet its servers: command from .10, download from .130, report from .160.
fn muster(
    scenario: &Scenario,
    plan: &BotnetPlan,
    number: usize,
    range: std::ops::Range<usize>,
    bots: &[Bot],
) -> Botnet {
    let before: usize = scenario.botnets[..number]
        .iter()
        .map(|other| usize::from(other.servers))
        .sum();
    let habit = habit(plan.family);
    let command = |server: usize| {
        let theirs = bots[range.clone()]
            .iter()
            .filter(|bot| bot.server == server);
        (10 + before + server, plan.command_port, theirs.count())
    };
    let servers = if habit.channel.is_some() {
        usize::from(plan.servers)
    } else {
        0
    };
    let server = |(host, port, bots): (usize, u16, usize)| {
        let ip = atlas::hostile((host % 256) as u8);
        TrueServer {
            endpoint: endpoint_text(ip, port, protocol::TCP),
            ip,
            port,
            protocol: protocol::TCP,
            botnet: plan.name.clone(),
            bots: bots as u32,
        }
    };
    Botnet {
        name: plan.name.clone(),
        family: plan.family,
        habit,
        servers: (0..servers).map(command).map(server).collect(),
        download: server((130 + number, 80, range.len())),
        report: habit
            .reports
            .then(|| server((160 + number, 48_101, range.len()))),
    }
}

fn minutes(count: f64) -> i64 {
    (count * 6e7) as i64
}

#[cfg(test)]
#[path = "outbreak_tests.rs"]
mod tests;
