//! The country: everything that happens in it, second by second.
//!
//! In: a scenario. Out: exchanges, pushed under the scope of the border routers; the ways out
//! (`ways.rs`) show what the scope saw. Always: each group of people and things throws its own
//! dice, so a change to one leaves the others as they were.

use issei_model::Timestamp;

use crate::atlas::{self, Atlas};
use crate::dice::{Dice, mix};
use crate::exporters::Export;
use crate::floods::Floods;
use crate::hostile::Hostile;
use crate::ordinary::Ordinary;
use crate::people::{self, CLOUD_PORTS, People};
use crate::radiation::Radiation;
use crate::scenario::{Scenario, ScenarioError, addresses_of};
use crate::scope::{Scope, Vantage, View};
use crate::truth::{TrueBot, TrueCloud, TrueExporter, Truth, endpoint_text};
use crate::ways::{Batches, Datagrams, Packets};
use issei_model::protocol;

/// A country that has not begun yet.
#[derive(Debug)]
pub struct Country {
    land: Land,
    ordinary: Ordinary,
    radiation: Radiation,
    hostile: Hostile,
    floods: Floods,
    pub(crate) scope: Scope,
    now: i64,
    end: i64,
}

/// What does not change: who lives where, and who looks on.
#[derive(Debug)]
pub(crate) struct Land {
    pub(crate) scenario: Scenario,
    pub(crate) atlas: Atlas,
    pub(crate) people: People,
    /// Addresses that the sensor watches.
    pub(crate) dark_addresses: f64,
}

/// Addresses in a row before the next router's begin.
const NEIGHBOURS: u32 = 32;
/// Microseconds of one step.
pub(crate) const SECOND: i64 = 1_000_000;

impl Country {
    /// Founds a country.
    ///
    /// # Errors
    /// If the scenario contradicts itself, or wants more bots than it has vulnerable devices.
    pub fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        scenario.check()?;
        let land = Land::new(scenario);
        let (seed, start) = (scenario.seed, scenario.start.as_micros());
        let scope = Scope::new(
            View::Records,
            land.vantages(),
            i64::from(scenario.idle_seconds) * SECOND,
            start,
            Dice::new(seed, "scope"),
        );
        let hostile = Hostile::new(&land)?;
        Ok(Self {
            ordinary: Ordinary::new(&land, &scope),
            radiation: Radiation::new(seed),
            floods: Floods::new(&land),
            hostile,
            land,
            scope,
            now: start,
            end: scenario.end().as_micros(),
        })
    }

    /// Shows every packet that the routers look at.
    pub fn packets(mut self) -> Packets {
        self.scope.view = View::Packets;
        Packets::new(self)
    }

    /// Shows what the routers export.
    pub fn datagrams(mut self, export: Export) -> Datagrams {
        self.scope.view = match export {
            Export::Sflow => View::Packets,
            Export::Netflow9 | Export::Ipfix => View::Records,
        };
        Datagrams::new(self, export)
    }

    /// Shows the routers' flow records as batches.
    pub fn batches(mut self) -> Batches {
        self.scope.view = View::Records;
        Batches::new(self)
    }

    /// Tells the moment that was reached.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now)
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.land.scenario
    }

    /// Lives through one second. Tells whether something may still come out.
    pub(crate) fn second(&mut self) -> bool {
        if self.now < self.end {
            let Self {
                land, scope, now, ..
            } = self;
            self.ordinary.second(*now, land, scope);
            self.radiation.second(*now, land, scope);
            self.hostile.second(*now, land, scope);
            self.floods.second(*now, land, &mut self.hostile, scope);
        }
        self.now += SECOND;
        self.now < self.end || self.now < self.scope.quiet_after()
    }

    /// Tells what happened so far, with these counts for what each exporter sent.
    pub(crate) fn truth(&self, exporters: Vec<TrueExporter>) -> Truth {
        let Land {
            scenario,
            atlas,
            people,
            ..
        } = &self.land;
        let botnets = self.hostile.botnets();
        Truth {
            schema: Truth::SCHEMA.to_owned(),
            scenario: scenario.clone(),
            until: Timestamp::from_micros(self.now.min(self.end)),
            ours: Atlas::ours(),
            dark: scenario.dark.clone(),
            addresses: atlas.addresses(),
            bots: self.true_bots(),
            command_servers: botnets.iter().flat_map(|net| net.servers.clone()).collect(),
            download_servers: botnets.iter().map(|net| net.download.clone()).collect(),
            report_servers: botnets
                .iter()
                .filter_map(|net| net.report.clone())
                .collect(),
            clouds: self.land.true_clouds(),
            attacks: self.floods.truth(),
            researchers: people
                .researchers
                .iter()
                .map(|&line| atlas.place(line).ip)
                .collect(),
            administrators: people
                .administrators
                .iter()
                .map(|&line| atlas.place(line).ip)
                .collect(),
            exporters,
        }
    }

    fn true_bots(&self) -> Vec<TrueBot> {
        let atlas = &self.land.atlas;
        let told = |bot: &crate::outbreak::Bot| {
            let botnet = &self.hostile.botnets()[bot.botnet];
            let place = atlas.place(bot.line);
            TrueBot {
                line: bot.line,
                address: place.ip,
                shared: atlas.is_shared(bot.line),
                port_block: place.block,
                model: people::model_name(bot.model),
                botnet: botnet.name.clone(),
                family: botnet.family,
                infected_at: to_the_millisecond(bot.infected),
                cleaned_at: (bot.cleaned < self.end).then(|| to_the_millisecond(bot.cleaned)),
                scan_rate: bot.scan_rate * botnet.habit.busy_share(),
                worm_port_share: botnet.habit.worm_share(),
                server: botnet
                    .servers
                    .get(bot.server)
                    .map(|server| server.endpoint.clone()),
            }
        };
        let mut bots: Vec<TrueBot> = self.hostile.bots().iter().map(told).collect();
        bots.sort_by_key(|bot| (bot.infected_at, bot.line));
        bots
    }
}

impl Land {
    fn new(scenario: &Scenario) -> Self {
        let Scenario {
            lines,
            shared_lines,
            v6_lines,
            seed,
            ..
        } = *scenario;
        Self {
            atlas: Atlas::new(lines, shared_lines, v6_lines, seed),
            people: People::settle(scenario),
            dark_addresses: scenario.dark.iter().map(addresses_of).sum(),
            scenario: scenario.clone(),
        }
    }

    /// The border routers, then the sensor in dark space, if there is any.
    fn vantages(&self) -> Vec<Vantage> {
        let routers = 0..u32::from(self.scenario.routers);
        let mut vantages: Vec<Vantage> = routers
            .map(|router| Vantage::new(self.scenario.sampling, (10 + router, 100 + router)))
            .collect();
        if self.dark_addresses > 0.0 {
            vantages.push(Vantage::new(1, (1, 2)));
        }
        vantages
    }

    /// Tells the router that a line's packets pass.
    pub(crate) fn router(&self, line: u32) -> usize {
        self.router_at(self.atlas.number(line))
    }

    /// Tells the router before the address with this number. Neighbours have the same.
    pub(crate) fn router_at(&self, number: u32) -> usize {
        (number / NEIGHBOURS) as usize % usize::from(self.scenario.routers)
    }

    /// Tells the router before an organisation's network.
    pub(crate) fn router_before(&self, organisation: u8) -> usize {
        usize::from(organisation) % usize::from(self.scenario.routers)
    }

    /// Tells the sensor's place among the vantages.
    pub(crate) fn sensor(&self) -> usize {
        usize::from(self.scenario.routers)
    }

    /// Throws an address that the sensor watches.
    pub(crate) fn dark_address(&self, dice: &mut Dice) -> std::net::IpAddr {
        let mut place = (dice.share() * self.dark_addresses) as u64;
        for net in &self.scenario.dark {
            let size = addresses_of(net) as u64;
            if let (true, std::net::IpAddr::V4(first)) = (place < size, net.network()) {
                return std::net::Ipv4Addr::from_bits(first.to_bits() + place as u32).into();
            }
            place = place.saturating_sub(size);
        }
        atlas::usual_dark().network()
    }

    /// Tells the port by which a device of the line is known, as long as this label is used.
    pub(crate) fn steady_port(&self, line: u32, label: u64) -> u16 {
        let mut dice = Dice::new(
            mix(self.scenario.seed ^ u64::from(line) << 20 ^ label),
            "port",
        );
        self.atlas.port(line, &mut dice)
    }

    fn true_clouds(&self) -> Vec<TrueCloud> {
        let Scenario {
            models,
            vulnerable_models,
            ..
        } = self.scenario;
        let owners = |model: u8| {
            self.people
                .devices
                .iter()
                .filter(|device| device.model == model)
                .count()
        };
        let cloud = |model: u8, lines: usize| {
            (0..atlas::CLOUDS_A_MODEL).map(move |endpoint| {
                let (ip, (port, protocol)) = (
                    atlas::cloud(model, endpoint),
                    CLOUD_PORTS[usize::from(endpoint)],
                );
                TrueCloud {
                    endpoint: endpoint_text(ip, port, protocol),
                    ip,
                    port,
                    protocol,
                    model: people::model_name(model),
                    vulnerable: model < vulnerable_models,
                    lines: lines as u32,
                }
            })
        };
        (0..models)
            .flat_map(|model| cloud(model, owners(model)))
            .collect()
    }
}

/// The truth tells moments as finely as JSON does.
pub(crate) const fn to_the_millisecond(micros: i64) -> Timestamp {
    Timestamp::from_millis(micros.div_euclid(1_000))
}

/// Tells whether a protocol number is one of those with a handshake.
pub(crate) const fn has_handshake(number: u8) -> bool {
    number == protocol::TCP
}

#[cfg(test)]
#[path = "country_tests.rs"]
mod tests;
