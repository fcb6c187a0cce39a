//! Holds findings against the truth.
//!
//! A finding *accuses* if its level is above context. A bot is found if the address it stands
//! behind is accused after its infection. A false finding is an accusation of a clean address, or
//! of one of ours as flooded that was not. Researchers are neither bots nor clean and count
//! nowhere. A server is named if it is accused as a command server.

use std::collections::BTreeMap;
use std::net::IpAddr;

use issei_model::{Finding, Level, Role, Rule, Span, Subject};
use issei_sim::{Family, TrueAttack, TrueBot, TrueServer, Truth};

use crate::run::{Outcome, Told};

/// What became of the bots of one family.
pub struct FamilyScore {
    pub family: Family,
    pub bots: usize,
    /// Seconds from infection to the first accusation, rising.
    pub delays: Vec<f64>,
}

/// What became of the servers.
pub struct ServerScore<'a> {
    /// Command servers, and whether each was named.
    pub command: Vec<(&'a TrueServer, bool)>,
    /// Endpoints of vendors that were named.
    pub clouds: Vec<String>,
    /// Servers of the attackers that give no orders, but were named as if they did.
    pub accomplices: Vec<String>,
    /// All others that were named.
    pub others: Vec<String>,
}

/// A flood, and when it was told of.
pub struct FloodScore<'a> {
    pub attack: &'a TrueAttack,
    /// Seconds from its first packet.
    pub delay: Option<f64>,
}

/// Scores the bots by family.
pub fn families(outcome: &Outcome) -> Vec<FamilyScore> {
    let accused = accused_lines(&outcome.told);
    let mut families: BTreeMap<Family, FamilyScore> = BTreeMap::new();
    for bot in &outcome.truth.bots {
        let score = families.entry(bot.family).or_insert_with(|| FamilyScore {
            family: bot.family,
            bots: 0,
            delays: Vec::new(),
        });
        score.bots += 1;
        score.delays.extend(delay(bot, &accused));
    }
    for score in families.values_mut() {
        score.delays.sort_by(f64::total_cmp);
    }
    families.into_values().collect()
}

/// Lists the bots that were not found.
pub fn missed(outcome: &Outcome) -> Vec<&TrueBot> {
    let accused = accused_lines(&outcome.told);
    let bots = outcome.truth.bots.iter();
    bots.filter(|bot| delay(bot, &accused).is_none()).collect()
}

/// Lists the false findings, each once.
pub fn wrong(outcome: &Outcome) -> Vec<&Finding> {
    let first = |told: &&Told| told.finding.revision == 1 || told.finding.level > Level::Context;
    let mut wrong: Vec<&Finding> = Vec::new();
    for Told { finding, .. } in outcome.told.iter().filter(first) {
        let again = wrong.iter().any(|other| other.id == finding.id);
        if !again && accuses(finding) && is_wrong(finding, &outcome.truth) {
            wrong.push(finding);
        }
    }
    wrong
}

/// Counts the days that clean addresses were watched, in millions.
pub fn clean_device_days(truth: &Truth) -> f64 {
    let mut dirty: Vec<IpAddr> = truth.bots.iter().map(|bot| bot.address).collect();
    dirty.extend(&truth.researchers);
    dirty.sort_unstable();
    dirty.dedup();
    let days = truth.until.since(truth.scenario.start).as_secs_f64() / 86_400.0;
    (f64::from(truth.addresses) - dirty.len() as f64) * days
}

/// Scores the servers.
pub fn servers(outcome: &Outcome) -> ServerScore<'_> {
    let truth = &outcome.truth;
    let mut named: Vec<(IpAddr, u16)> = outcome
        .told
        .iter()
        .filter_map(|told| named_server(&told.finding))
        .collect();
    named.sort_unstable();
    named.dedup();
    let is = |server: &TrueServer, &(ip, port): &(IpAddr, u16)| {
        server.ip == ip && (port == 0 || server.port == port)
    };
    let mut score = ServerScore {
        command: truth
            .command_servers
            .iter()
            .map(|server| (server, named.iter().any(|one| is(server, one))))
            .collect(),
        clouds: Vec::new(),
        accomplices: Vec::new(),
        others: Vec::new(),
    };
    for one in &named {
        let text = format!("{}:{}", one.0, one.1);
        let helping = truth.download_servers.iter().chain(&truth.report_servers);
        if truth.command_servers.iter().any(|server| is(server, one)) {
        } else if truth.clouds.iter().any(|cloud| cloud.ip == one.0) {
            score.clouds.push(text);
        } else if helping.clone().any(|server| is(server, one)) {
            score.accomplices.push(text);
        } else {
            score.others.push(text);
        }
    }
    score
}

/// Scores the floods.
pub fn floods(outcome: &Outcome) -> Vec<FloodScore<'_>> {
    let tells = |told: &&Told, attack: &TrueAttack| {
        let rule = if attack.inbound {
            Rule::InboundFlood
        } else {
            Rule::OutboundFlood
        };
        let meant = match told.finding.subject {
            Subject::Own(line, ..) => attack.net.contains(&line.reveal()),
            Subject::Prefix(net) => net.contains(&attack.net) || attack.net.contains(&net),
            Subject::Line(_) | Subject::Remote(_) => told
                .finding
                .peer
                .is_some_and(|peer| attack.net.contains(&peer.ip)),
        };
        let overlaps = told.finding.since <= attack.until && told.finding.until >= attack.from;
        told.finding.rule == rule && accuses(&told.finding) && meant && overlaps
    };
    let score = |attack| {
        let first = outcome.told.iter().find(|told| tells(told, attack));
        FloodScore {
            attack,
            delay: first.map(|told| told.at.since(attack.from).as_secs_f64()),
        }
    };
    outcome.truth.attacks.iter().map(score).collect()
}

/// Takes a quantile of rising numbers.
pub fn quantile(rising: &[f64], share: f64) -> Option<f64> {
    let place = (rising.len() as f64 * share).ceil() as usize;
    rising.get(place.saturating_sub(1)).copied()
}

fn accuses(finding: &Finding) -> bool {
    finding.level > Level::Context
}

/// The moments at which each line was accused, rising.
fn accused_lines(told: &[Told]) -> BTreeMap<IpAddr, Vec<issei_model::Timestamp>> {
    let mut accused: BTreeMap<IpAddr, Vec<_>> = BTreeMap::new();
    for Told { at, finding } in told.iter().filter(|told| accuses(&told.finding)) {
        if let Subject::Line(line) = finding.subject {
            accused.entry(line.reveal()).or_default().push(*at);
        }
    }
    accused
}

/// Seconds from a bot's infection to the first accusation of its address that came after it. A
/// line behind a shared address that was accused for its neighbour's sake counts from its own
/// infection, at the next telling.
fn delay(bot: &TrueBot, accused: &BTreeMap<IpAddr, Vec<issei_model::Timestamp>>) -> Option<f64> {
    let moments = accused.get(&bot.address)?;
    let after = moments.iter().find(|&&at| at >= bot.infected_at);
    // An address that is known as infected already needs no second finding.
    let at = after.or(moments.last())?;
    Some(at.since(bot.infected_at).max(Span::ZERO).as_secs_f64())
}

fn is_wrong(finding: &Finding, truth: &Truth) -> bool {
    let attacked = |ip: IpAddr| {
        truth
            .attacks
            .iter()
            .any(|attack| attack.inbound && attack.net.contains(&ip))
    };
    match finding.subject {
        Subject::Line(line) => {
            truth.is_clean(line.reveal()) && !truth.researchers.contains(&line.reveal())
        }
        Subject::Own(line, ..) => !attacked(line.reveal()),
        Subject::Prefix(net) => !truth
            .attacks
            .iter()
            .any(|attack| net.contains(&attack.net.addr())),
        // Servers have a score of their own; victims abroad are no customers.
        Subject::Remote(_) => false,
    }
}

fn named_server(finding: &Finding) -> Option<(IpAddr, u16)> {
    match finding.subject {
        Subject::Remote(endpoint) if accuses(finding) && finding.role == Role::CommandServer => {
            Some((endpoint.ip, endpoint.port))
        }
        _ => None,
    }
}
