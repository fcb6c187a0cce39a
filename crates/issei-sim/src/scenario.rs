//! Turns a TOML text into the description of a country and of what happens to it.
//!
//! In: a preset's name or a text. Out: a [`Scenario`] that a country can be founded on, or a
//! complaint that says what to write instead. The presets are data, in `presets/`.
//! Every figure has a default here with its origin; a scenario writes only what differs.

use std::fmt;

use ipnet::IpNet;
use issei_model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::atlas;

/// A country, and what happens to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, for the report.
    pub name: String,
    /// One sentence on what happens.
    pub about: String,
    /// All chance comes from here: the same seed gives the same bytes.
    #[serde(default = "defaults::seed")]
    pub seed: u64,
    /// The first moment, in UTC.
    #[serde(default = "defaults::start")]
    pub start: Timestamp,
    /// How long it lasts.
    pub minutes: u32,
    /// Subscriber lines.
    pub lines: u32,
    /// The border routers look at one packet in this many; 1 = at every packet.
    #[serde(default = "defaults::sampling")]
    pub sampling: u32,
    /// Border routers, each an exporter; a line always passes the same one.
    #[serde(default = "defaults::routers")]
    pub routers: u16,
    /// Seconds of silence after which a flow leaves an exporter's cache.
    #[serde(default = "defaults::idle_seconds")]
    pub idle_seconds: u32,
    /// Seconds after which a flow that goes on is reported in pieces.
    #[serde(default = "defaults::active_seconds")]
    pub active_seconds: u32,
    /// Share of export datagrams that are lost on the way; the truth counts them.
    #[serde(default)]
    pub loss: f64,
    /// Share of lines behind a carrier's NAT, 32 to an address.
    #[serde(default = "defaults::shared_lines")]
    pub shared_lines: f64,
    /// Share of lines that have IPv6 too.
    #[serde(default = "defaults::v6_lines")]
    pub v6_lines: f64,
    /// Factor on the number of ordinary exchanges; 1 = about a thousand a line and day.
    #[serde(default = "defaults::one")]
    pub activity: f64,
    /// Factor on the packet rates of films, calls, copies; small packet files need less than 1.
    #[serde(default = "defaults::one")]
    pub bulk: f64,
    /// Share of lines with a device of one of the models.
    #[serde(default = "defaults::device_lines")]
    pub device_lines: f64,
    /// Device models; each has eight endpoints of its vendor.
    #[serde(default = "defaults::models")]
    pub models: u8,
    /// The first so many models are vulnerable.
    #[serde(default = "defaults::vulnerable_models")]
    pub vulnerable_models: u8,
    /// Share of lines that share files with strangers.
    #[serde(default = "defaults::sharers")]
    pub sharers: f64,
    /// Share of lines whose people log in to machines of theirs.
    #[serde(default = "defaults::shell_users")]
    pub shell_users: f64,
    /// Share of lines whose people look after a few devices elsewhere, over Telnet too.
    #[serde(default = "defaults::administrators")]
    pub administrators: f64,
    /// Lines whose people measure the Internet: they probe strangers on ordinary ports.
    #[serde(default)]
    pub researchers: u32,
    /// Unsolicited flows that an address receives in a day.
    #[serde(default = "defaults::radiation")]
    pub radiation: f64,
    /// Prefixes in which nobody lives, watched by a sensor that sees every packet.
    #[serde(default = "defaults::dark")]
    pub dark: Vec<IpNet>,
    /// What spreads.
    #[serde(default, rename = "botnet")]
    pub botnets: Vec<BotnetPlan>,
    /// What is flooded.
    #[serde(default, rename = "attack")]
    pub attacks: Vec<AttackPlan>,
}

/// A botnet and how it spreads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotnetPlan {
    /// Its name; attacks refer to it.
    pub name: String,
    /// Whose manner it has.
    pub family: Family,
    /// Lines infected in the end.
    pub bots: u32,
    /// Command servers; peer-to-peer families have none.
    #[serde(default = "defaults::one_server")]
    pub servers: u8,
    /// TCP port of the command servers.
    #[serde(default = "defaults::command_port")]
    pub command_port: u16,
    /// Targets a second and bot, instead of the family's usual rate.
    pub scan_rate: Option<f64>,
    /// Minute of the first infection.
    #[serde(default)]
    pub begins_minute: f64,
    /// Minutes in which the number of bots doubles while they are few.
    #[serde(default = "defaults::doubling_minutes")]
    pub doubling_minutes: f64,
    /// Share of bots that are cleaned before the end.
    #[serde(default)]
    pub cleaned: f64,
    /// Mean minutes from infection to cleaning.
    #[serde(default = "defaults::cleaned_after_minutes")]
    pub cleaned_after_minutes: f64,
}

/// Whose manner a botnet has. The figures are those of THREATS.md; see `families.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Raw SYNs to 23 and 2323, sequence number = destination.
    Mirai,
    /// A kernel's connections in bursts, orders as text.
    Gafgyt,
    /// Mild, many HTTP ports, byte-swapped forms of them.
    Reaper,
    /// Two exploit ports, very fast spread.
    Satori,
    /// No command server: peers over UDP, many exploit ports.
    Mozi,
    /// A probe every ten to thirty seconds.
    Slow,
}

/// A flood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttackPlan {
    /// How.
    pub vector: Vector,
    /// Whom.
    pub victim: Victim,
    /// The botnet whose bots send it; absent: hosts abroad send it.
    pub by: Option<String>,
    /// Minute of its beginning.
    pub at_minute: f64,
    /// How long it lasts: 35 s to 120 s in the wild of 2025, an hour at most with Mirai.
    pub seconds: f64,
    /// Packets a second: of each bot if bots send, in all if hosts abroad do.
    pub packets_per_second: f64,
    /// Hosts abroad that take part: bots, or open services for reflection.
    #[serde(default = "defaults::attack_sources")]
    pub sources: u32,
}

/// How a flood is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vector {
    /// UDP of 512 bytes from one port to one port.
    Udp,
    /// SYNs from random ports.
    Syn,
    /// ACKs with payload from random ports.
    Ack,
    /// GRE packets.
    Gre,
    /// ICMP echo requests.
    Icmp,
    /// Questions for random names, asked by the operator's own resolver.
    WaterTorture,
    /// Requests over whole connections.
    Http,
    /// SYNs from forged addresses, one packet each.
    SpoofedSyn,
    /// Large answers of open resolvers.
    ReflectDns,
    /// Large answers of clocks.
    ReflectNtp,
    /// Answers of home routers and cameras.
    ReflectSsdp,
    /// Large answers of directory servers.
    ReflectCldap,
    /// Very large answers of caches.
    ReflectMemcached,
}

/// Whom a flood hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Victim {
    /// One of ours.
    Bank,
    /// One of ours.
    Airline,
    /// One of ours.
    Carrier,
    /// One of ours.
    Weather,
    /// A line of ours: a gamer's home.
    Home,
    /// Every address of one of our /24s.
    Carpet,
    /// A game server abroad.
    AbroadGame,
    /// A shop abroad.
    AbroadShop,
    /// A name server abroad.
    AbroadNames,
}

/// A scenario that ships with the product.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What to call it.
    pub name: &'static str,
    /// The text, to be read and changed.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal,)+) => {
        &[$(Preset { name: $name, text: include_str!(concat!("../presets/", $name, ".toml")) },)+]
    };
}

const PRESETS: &[Preset] = presets![
    "demo",
    "outbreak-mirai",
    "outbreak-satori",
    "reaper",
    "p2p",
    "carpet",
    "quiet",
    "evaluation",
];

/// What a sketch begins with.
const SKETCH: &str = r#"
name = "sketch"
about = "An ordinary country with botnets of five families, as the command line wants it."
minutes = 1
lines = 1
bulk = 0.01

[[attack]]
vector = "reflect-dns"
victim = "bank"
at_minute = 0
seconds = 35
packets_per_second = 3000
sources = 60
"#;

impl BotnetPlan {
    /// Plans a botnet that grows from the start on, doubling in so many minutes.
    fn new(name: &str, family: Family, bots: u32, doubling_minutes: f64) -> Self {
        Self {
            name: name.to_owned(),
            family,
            bots,
            servers: defaults::one_server(),
            command_port: defaults::command_port(),
            scan_rate: None,
            begins_minute: 0.0,
            doubling_minutes,
            cleaned: 0.0,
            cleaned_after_minutes: defaults::cleaned_after_minutes(),
        }
    }
}

impl Scenario {
    /// Lists what ships.
    pub const fn presets() -> &'static [Preset] {
        PRESETS
    }

    /// Takes a scenario that ships.
    pub fn preset(name: &str) -> Result<Self, ScenarioError> {
        let found = PRESETS.iter().find(|preset| preset.name == name);
        let preset = found.ok_or_else(|| ScenarioError::UnknownPreset {
            name: name.to_owned(),
        })?;
        Self::parse(preset.text)
    }

    /// Reads a scenario. Unknown keys are refused.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| ScenarioError::Unreadable {
            message: error.to_string().trim_end().to_owned(),
        })?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Writes one from three figures: an ordinary country in which botnets of five families take
    /// so many lines within the first fifth of the time, and then flood; a bank is hit from abroad.
    ///
    /// Films and calls run at a hundredth of their rate, so that a file of every packet stays small.
    ///
    /// # Errors
    /// If there are more bots than lines could hold.
    pub fn sketch(lines: u32, minutes: u32, bots: u32) -> Result<Self, ScenarioError> {
        let mut scenario: Self = Self::parse(SKETCH)?;
        (scenario.lines, scenario.minutes) = (lines, minutes);
        let time = f64::from(minutes);
        let families = [
            ("winter", Family::Mirai, bots.div_ceil(2)),
            ("lantern", Family::Gafgyt, bots / 5),
            ("steam", Family::Satori, bots / 10),
            ("harvest", Family::Reaper, bots / 10),
            (
                "swarm",
                Family::Mozi,
                bots - bots.div_ceil(2) - bots / 5 - 2 * (bots / 10),
            ),
        ];
        let present = families.into_iter().filter(|&(_, _, bots)| bots > 0);
        scenario.botnets = present
            .map(|(name, family, bots)| BotnetPlan::new(name, family, bots, time * 0.02))
            .collect();
        if bots > 0 {
            scenario.attacks.push(AttackPlan {
                vector: Vector::Udp,
                victim: Victim::AbroadGame,
                by: Some("winter".to_owned()),
                packets_per_second: 150.0,
                ..scenario.attacks[0].clone()
            });
        }
        for (attack, share) in scenario.attacks.iter_mut().zip([0.8, 0.6]) {
            attack.at_minute = time * share;
            attack.seconds = attack.seconds.min(time * 60.0 * 0.1).max(1.0);
        }
        // Twice as many devices as bots, so that a model's owners are not all infected.
        let wanted = 2.5 * f64::from(bots) / f64::from(lines.max(1));
        scenario.device_lines = (wanted * 4.0).clamp(scenario.device_lines, 1.0);
        let share = (wanted / scenario.device_lines * f64::from(scenario.models)) as u8 + 1;
        scenario.vulnerable_models = share.clamp(scenario.vulnerable_models, scenario.models);
        scenario.check()?;
        Ok(scenario)
    }

    /// Fits the preset `evaluation` to another rate, size and length: as many bots a line, floods
    /// in the same order at the same shares of the time.
    ///
    /// # Panics
    /// Never: the preset is held by a test.
    pub fn evaluation(sampling: u32, lines: u32, minutes: u32) -> Self {
        let whole = Self::preset("evaluation").expect("it ships");
        let (size, time) = (
            f64::from(lines) / f64::from(whole.lines),
            f64::from(minutes) / f64::from(whole.minutes),
        );
        let mut fitted = Self {
            sampling,
            lines,
            minutes,
            ..whole
        };
        for botnet in &mut fitted.botnets {
            botnet.bots = ((f64::from(botnet.bots) * size) as u32).max(2);
            botnet.begins_minute *= time;
            botnet.doubling_minutes *= time;
        }
        for attack in &mut fitted.attacks {
            attack.at_minute *= time;
            if attack.by.is_none() {
                attack.packets_per_second = (attack.packets_per_second * size).max(2_000.0);
                attack.sources = ((f64::from(attack.sources) * size) as u32).max(40);
            }
        }
        fitted.researchers = ((f64::from(fitted.researchers) * size) as u32).max(1);
        fitted
    }

    /// Tells the moment at which it ends.
    pub fn end(&self) -> Timestamp {
        self.start + Span::from_secs(i64::from(self.minutes) * 60)
    }

    /// Lasts so many days; outbreaks and floods keep their minutes.
    #[must_use]
    pub fn for_days(mut self, days: f64) -> Self {
        self.minutes = (days * 1_440.0) as u32;
        self
    }

    /// Tells whether a country can be founded on it.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.check_numbers()?;
        self.check_shares()?;
        self.botnets
            .iter()
            .try_for_each(|plan| self.check_botnet(plan))?;
        self.attacks
            .iter()
            .try_for_each(|plan| self.check_attack(plan))
    }

    fn check_numbers(&self) -> Result<(), ScenarioError> {
        let whole = [
            (
                "lines",
                u64::from(self.lines),
                1,
                u64::from(atlas::MOST_LINES),
            ),
            ("minutes", u64::from(self.minutes), 1, 60 * 24 * 366),
            ("sampling", u64::from(self.sampling), 1, 1_000_000),
            ("routers", u64::from(self.routers), 1, 64),
            ("idle_seconds", u64::from(self.idle_seconds), 1, 300),
            ("active_seconds", u64::from(self.active_seconds), 1, 300),
            ("models", u64::from(self.models), 1, 64),
            (
                "vulnerable_models",
                u64::from(self.vulnerable_models),
                0,
                u64::from(self.models),
            ),
        ];
        for (key, value, least, most) in whole {
            if !(least..=most).contains(&value) {
                return Err(ScenarioError::OutOfRange {
                    key,
                    value: value as f64,
                    least: least as f64,
                    most: most as f64,
                });
            }
        }
        if let Some(net) = self.dark.iter().find(|net| !matches!(net, IpNet::V4(_))) {
            let prefix = net.to_string();
            return Err(ScenarioError::DarkIsV6 { prefix });
        }
        let dark_addresses = self.dark.iter().map(addresses_of).sum();
        in_range("dark addresses", dark_addresses, 0.0, 16_777_216.0)
    }

    fn check_shares(&self) -> Result<(), ScenarioError> {
        let shares = [
            ("loss", self.loss),
            ("shared_lines", self.shared_lines),
            ("v6_lines", self.v6_lines),
            ("device_lines", self.device_lines),
            ("sharers", self.sharers),
            ("shell_users", self.shell_users),
            ("administrators", self.administrators),
        ];
        for (key, value) in shares {
            in_range(key, value, 0.0, 1.0)?;
        }
        in_range("activity", self.activity, 0.0, 1_000.0)?;
        in_range("bulk", self.bulk, 0.0, 1_000.0)?;
        in_range("radiation", self.radiation, 0.0, 10_000_000.0)
    }

    fn check_botnet(&self, plan: &BotnetPlan) -> Result<(), ScenarioError> {
        in_range("scan_rate", plan.scan_rate.unwrap_or(1.0), 1e-6, 100_000.0)?;
        in_range(
            "begins_minute",
            plan.begins_minute,
            0.0,
            f64::from(self.minutes),
        )?;
        in_range("doubling_minutes", plan.doubling_minutes, 0.01, 1e6)?;
        in_range("cleaned", plan.cleaned, 0.0, 1.0)?;
        in_range(
            "cleaned_after_minutes",
            plan.cleaned_after_minutes,
            0.01,
            1e7,
        )?;
        in_range("servers", f64::from(plan.servers), 0.0, 16.0)?;
        let twins = self.botnets.iter().filter(|other| other.name == plan.name);
        if twins.count() > 1 {
            return Err(ScenarioError::TwoBotnets {
                name: plan.name.clone(),
            });
        }
        Ok(())
    }

    fn check_attack(&self, plan: &AttackPlan) -> Result<(), ScenarioError> {
        in_range("at_minute", plan.at_minute, 0.0, f64::from(self.minutes))?;
        in_range("seconds", plan.seconds, 1.0, 86_400.0)?;
        in_range("packets_per_second", plan.packets_per_second, 0.001, 1e9)?;
        in_range("sources", f64::from(plan.sources), 1.0, 1e6)?;
        match &plan.by {
            Some(by) if !self.botnets.iter().any(|botnet| botnet.name == *by) => {
                Err(ScenarioError::UnknownBotnet { name: by.clone() })
            }
            Some(_) if plan.victim.is_ours() => Err(ScenarioError::Inside {
                victim: plan.victim,
            }),
            Some(_) if plan.vector.is_forged() => Err(ScenarioError::Forged {
                vector: plan.vector,
            }),
            None if !plan.victim.is_ours() => Err(ScenarioError::Unseen {
                victim: plan.victim,
            }),
            None if plan.vector == Vector::WaterTorture => Err(ScenarioError::NeedsBotnet {
                vector: plan.vector,
            }),
            _ => Ok(()),
        }
    }
}

impl Victim {
    /// Tells whether it is on our side.
    pub const fn is_ours(self) -> bool {
        !matches!(
            self,
            Self::AbroadGame | Self::AbroadShop | Self::AbroadNames
        )
    }
}

impl Victim {
    /// Tells the number of the organisation's network; 0 if it is none of ours.
    pub(crate) const fn organisation(self) -> u8 {
        match self {
            Self::Bank => 1,
            Self::Airline => 2,
            Self::Carrier => 3,
            Self::Weather => 4,
            _ => 0,
        }
    }
}

impl Vector {
    /// Tells whether the senders' addresses are forged, or are those of open services.
    pub const fn is_forged(self) -> bool {
        matches!(self, Self::SpoofedSyn) || self.is_reflected()
    }

    /// Tells whether open services send it.
    pub const fn is_reflected(self) -> bool {
        matches!(
            self,
            Self::ReflectDns
                | Self::ReflectNtp
                | Self::ReflectSsdp
                | Self::ReflectCldap
                | Self::ReflectMemcached
        )
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Victim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Counts the addresses of an IPv4 prefix.
pub(crate) fn addresses_of(net: &IpNet) -> f64 {
    (0..net.max_prefix_len() - net.prefix_len()).fold(1.0, |addresses, _| addresses * 2.0)
}

fn in_range(key: &'static str, value: f64, least: f64, most: f64) -> Result<(), ScenarioError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ScenarioError::OutOfRange {
        key,
        value,
        least,
        most,
    })
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum ScenarioError {
    /// No preset of this name ships.
    UnknownPreset {
        /// What was asked for.
        name: String,
    },
    /// The text is no scenario.
    Unreadable {
        /// The reader's message, with the line.
        message: String,
    },
    /// A number is outside what the country can be.
    OutOfRange {
        /// Which.
        key: &'static str,
        /// What it is.
        value: f64,
        /// What it may be at least.
        least: f64,
        /// What it may be at most.
        most: f64,
    },
    /// A dark prefix is not IPv4.
    DarkIsV6 {
        /// Which.
        prefix: String,
    },
    /// Two botnets have one name.
    TwoBotnets {
        /// Which.
        name: String,
    },
    /// An attack names a botnet that does not exist.
    UnknownBotnet {
        /// Which.
        name: String,
    },
    /// Own bots attack one of ours: the border sees nothing of it.
    Inside {
        /// Whom.
        victim: Victim,
    },
    /// Own bots send what the border does not let out.
    Forged {
        /// What.
        vector: Vector,
    },
    /// Hosts abroad attack someone abroad: the border sees nothing of it.
    Unseen {
        /// Whom.
        victim: Victim,
    },
    /// The vector needs own bots.
    NeedsBotnet {
        /// What.
        vector: Vector,
    },
    /// There are fewer vulnerable devices than a botnet wants.
    TooFewDevices {
        /// Which botnet.
        botnet: String,
        /// How many bots it wants.
        wanted: usize,
        /// How many devices are left for it.
        there: usize,
    },
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPreset { name } => {
                let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
                write!(f, "no preset `{name}`; there are {}", names.join(", "))
            }
            Self::Unreadable { message } => write!(f, "the scenario does not read: {message}"),
            Self::OutOfRange {
                key,
                value,
                least,
                most,
            } => {
                write!(
                    f,
                    "`{key}` is {value}; write a number from {least} to {most}"
                )
            }
            Self::DarkIsV6 { prefix } => {
                write!(
                    f,
                    "`{prefix}` cannot be dark here; the sensor watches IPv4 prefixes only"
                )
            }
            Self::TwoBotnets { name } => {
                write!(
                    f,
                    "two botnets are called `{name}`; give each a name of its own"
                )
            }
            Self::UnknownBotnet { name } => {
                write!(
                    f,
                    "no botnet `{name}` to send the attack; `by` must name a [[botnet]]"
                )
            }
            Self::Inside { victim } => write!(
                f,
                "`{victim}` is inside, where the border sees no attack by own bots; leave `by` \
                 away or choose a victim abroad"
            ),
            Self::Forged { vector } => write!(
                f,
                "`{vector}` needs forged senders, which the operator's filters (BCP 38) do not \
                 let out; leave `by` away"
            ),
            Self::Unseen { victim } => write!(
                f,
                "`{victim}` is abroad, where the border sees no attack from abroad; name a botnet \
                 in `by` or choose a victim inside"
            ),
            Self::NeedsBotnet { vector } => {
                write!(
                    f,
                    "`{vector}` runs through our resolver; name a botnet in `by`"
                )
            }
            Self::TooFewDevices {
                botnet,
                wanted,
                there,
            } => write!(
                f,
                "botnet `{botnet}` wants {wanted} bots, but only {there} vulnerable devices are \
                 left; write fewer `bots`, or more `lines`, `device_lines` or `vulnerable_models`"
            ),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// What a scenario need not write, each with its reason.
mod defaults {
    use super::{IpNet, Timestamp, atlas};

    pub(super) fn seed() -> u64 {
        1
    }

    /// A Monday of the floods of THREATS.md ("Japan, December 2024 to January 2025").
    pub(super) fn start() -> Timestamp {
        Timestamp::from_secs(1_735_516_800) // 2024-12-30T00:00:00Z
    }

    pub(super) fn sampling() -> u32 {
        1
    }

    pub(super) fn routers() -> u16 {
        2
    }

    /// The usual inactive time-out of routers.
    pub(super) fn idle_seconds() -> u32 {
        15
    }

    /// The usual active time-out of operators who watch for floods.
    pub(super) fn active_seconds() -> u32 {
        60
    }

    pub(super) fn shared_lines() -> f64 {
        0.1
    }

    pub(super) fn v6_lines() -> f64 {
        0.4
    }

    pub(super) fn one() -> f64 {
        1.0
    }

    /// DETECTION.md section 4: 15 % of the lines with one of 25 models, 3 of them vulnerable.
    pub(super) fn device_lines() -> f64 {
        0.15
    }

    pub(super) fn models() -> u8 {
        25
    }

    pub(super) fn vulnerable_models() -> u8 {
        3
    }

    pub(super) fn sharers() -> f64 {
        0.05
    }

    pub(super) fn shell_users() -> f64 {
        0.02
    }

    pub(super) fn administrators() -> f64 {
        0.001
    }

    /// DETECTION.md section 1: 3,031 to 4,205 flows an address and day.
    pub(super) fn radiation() -> f64 {
        3_600.0
    }

    pub(super) fn dark() -> Vec<IpNet> {
        vec![atlas::usual_dark()]
    }

    pub(super) fn one_server() -> u8 {
        1
    }

    /// Mirai's own (THREATS: "TCP 23 by default").
    pub(super) fn command_port() -> u16 {
        23
    }

    /// Mirai's first day (DETECTION.md section 4: 75 min, from memory).
    pub(super) fn doubling_minutes() -> f64 {
        75.0
    }

    pub(super) fn cleaned_after_minutes() -> f64 {
        240.0
    }

    pub(super) fn attack_sources() -> u32 {
        400
    }
}

#[cfg(test)]
#[path = "scenario_tests.rs"]
mod tests;
