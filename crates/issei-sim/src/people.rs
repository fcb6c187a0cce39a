//! Who lives in the country: what each line has, and what ordinary people and devices do.
//!
//! In: a scenario. Out: lists of lines by habit, and the table of ordinary acts with their daily
//! rates. The rates are round figures for a home of several people and devices behind one address
//! translator; they give about 1,100 exchanges a line and day and an average of some gigabytes.
//! Among them are the innocent twins of everything hostile: sharing of files (many peers never
//! answer, some listen on a worm's port), speed tests, uploads, administrators who use Telnet,
//! researchers who probe ordinary ports.

use issei_model::{TcpFlags, protocol};

use crate::atlas::Helper;
use crate::dice::{Dice, mix};
use crate::exchange::{KERNEL_SYN, REFUSED, Run, UNANSWERED, connection, datagrams, question, run};
use crate::scenario::Scenario;

/// Which lines do what.
#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) devices: Vec<Device>,
    pub(crate) sharers: Vec<u32>,
    pub(crate) shell_users: Vec<u32>,
    pub(crate) administrators: Vec<u32>,
    pub(crate) researchers: Vec<u32>,
}

/// A device of a known model behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) line: u32,
    pub(crate) model: u8,
}

impl Device {
    /// Tells whether it films.
    pub(crate) const fn films(&self) -> bool {
        matches!(self.model % 8, 0 | 3)
    }
}

impl People {
    /// Throws who lives where.
    pub(crate) fn settle(scenario: &Scenario) -> Self {
        let mut dice = Dice::new(scenario.seed, "people");
        let mut people = Self {
            devices: Vec::new(),
            sharers: Vec::new(),
            shell_users: Vec::new(),
            administrators: Vec::new(),
            researchers: Vec::new(),
        };
        for line in 0..scenario.lines {
            if dice.chance(scenario.device_lines) {
                let model = dice.below(u32::from(scenario.models)) as u8;
                people.devices.push(Device { line, model });
            }
            for (share, list) in [
                (scenario.sharers, &mut people.sharers),
                (scenario.shell_users, &mut people.shell_users),
                (scenario.administrators, &mut people.administrators),
            ] {
                if dice.chance(share) {
                    list.push(line);
                }
            }
        }
        // Researchers sit on lines of their own address, so the truth about them is simple.
        let alone = (f64::from(scenario.lines) * (1.0 - scenario.shared_lines)) as u32;
        people.researchers = (0..scenario.researchers.min(alone))
            .map(|_| dice.below(alone))
            .collect();
        people.researchers.sort_unstable();
        people.researchers.dedup();
        people
    }

    /// Tells which lines may do an act.
    pub(crate) fn who(&self, who: Who) -> Option<&[u32]> {
        match who {
            Who::Everyone | Who::Owners | Who::CameraOwners | Who::Visitors => None,
            Who::Sharers => Some(&self.sharers),
            Who::ShellUsers => Some(&self.shell_users),
            Who::Administrators => Some(&self.administrators),
            Who::Researchers => Some(&self.researchers),
        }
    }
}

/// Names a model. Nobody makes these.
pub(crate) fn model_name(model: u8) -> String {
    let kinds = [
        "camera",
        "recorder",
        "router",
        "doorbell",
        "plug",
        "speaker",
        "television",
        "printer",
    ];
    let makers = [
        "akatombo", "benkei", "chidori", "daruma", "enoki", "fukurou", "ginkgo", "hotaru",
    ];
    let kind = kinds[usize::from(model) % kinds.len()];
    let maker = makers[usize::from(model) / kinds.len() % makers.len()];
    format!("invented-{maker}-{kind}")
}

/// Port and protocol of a vendor's endpoint: broker, interface, events, relay, clock, firmware,
/// meeting point, log.
pub(crate) const CLOUD_PORTS: [(u16, u8); 8] = [
    (8883, protocol::TCP),
    (443, protocol::TCP),
    (8443, protocol::TCP),
    (32100, protocol::UDP),
    (123, protocol::UDP),
    (80, protocol::TCP),
    (10001, protocol::UDP),
    (9443, protocol::TCP),
];

/// Who does an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Everyone,
    Sharers,
    ShellUsers,
    Administrators,
    Researchers,
    /// Lines with a device of a model.
    Owners,
    /// Those whose device films.
    CameraOwners,
    /// Strangers who visit our organisations.
    Visitors,
}

/// With whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// One of the 20,000 services, the popular ones more often.
    Service,
    Film,
    Helper(Helper),
    Resolver,
    /// A stranger who shares files, on a port of their own choice.
    Peer,
    /// One of the few machines of this line.
    OwnMachine,
    /// Any stranger.
    Stranger,
    /// The vendor's endpoint with this number.
    Cloud(u8),
    Organisation,
}

/// How long and heavy an act is.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Over within seconds: a script.
    Short(Vec<Run>),
    /// Packets a second and their bytes, out and back, for so many seconds on average.
    Long {
        out: (f64, u16),
        back: (f64, u16),
        seconds: f64,
    },
}

/// Something that ordinary people or devices do.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    /// Says in the table what the act is, for readers and tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "only people and tests read it"))]
    pub(crate) name: &'static str,
    /// How often, for each of those who do it.
    pub(crate) daily: f64,
    pub(crate) who: Who,
    pub(crate) whom: Whom,
    pub(crate) protocol: u8,
    /// The service's port; 0 where `whom` decides.
    pub(crate) port: u16,
    pub(crate) shape: Shape,
    /// Whether it follows the hours of people.
    pub(crate) awake: bool,
}

/// Lists what ordinary people and devices do.
pub(crate) fn acts() -> Vec<Act> {
    let mut acts = everyday();
    acts.extend(long_lasting());
    acts.extend(sharing());
    acts.extend(specialists());
    acts.extend(devices());
    acts
}

fn act(
    name: &'static str,
    daily: f64,
    (who, whom): (Who, Whom),
    (protocol, port): (u8, u16),
    shape: Shape,
) -> Act {
    Act {
        name,
        daily,
        who,
        whom,
        protocol,
        port,
        shape,
        awake: true,
    }
}

fn everyday() -> Vec<Act> {
    use Shape::Short;
    use protocol::{ICMP, TCP, UDP};
    let site = (Who::Everyone, Whom::Service);
    let helped = |kind| (Who::Everyone, Whom::Helper(kind));
    let mut acts = vec![
        act(
            "question to a public resolver",
            60.0,
            (Who::Everyone, Whom::Resolver),
            (UDP, 53),
            Short(question(68, 140, 12)),
        ),
        act(
            "page",
            240.0,
            site,
            (TCP, 443),
            Short(connection((9, 320), (14, 1_100), 900)),
        ),
        act(
            "large page",
            80.0,
            site,
            (TCP, 443),
            Short(connection((28, 260), (70, 1_380), 4_000)),
        ),
        act(
            "page without encryption",
            20.0,
            site,
            (TCP, 80),
            Short(connection((5, 380), (8, 900), 300)),
        ),
        act(
            "page over QUIC",
            200.0,
            site,
            (UDP, 443),
            Short(datagrams((14, 200), (30, 1_250), 2_500)),
        ),
        act(
            "picture or script",
            260.0,
            site,
            (TCP, 443),
            Short(connection((5, 300), (6, 1_000), 300)),
        ),
        act(
            "site that is down",
            4.0,
            site,
            (TCP, 443),
            Short(UNANSWERED.to_vec()),
        ),
        act(
            "site that refuses",
            2.0,
            site,
            (TCP, 80),
            Short(REFUSED.to_vec()),
        ),
        act(
            "mail",
            30.0,
            helped(Helper::Mail),
            (TCP, 993),
            Short(connection((10, 180), (12, 700), 1_500)),
        ),
        act(
            "sent mail",
            2.0,
            helped(Helper::Mail),
            (TCP, 587),
            Short(connection((40, 1_200), (20, 90), 3_000)),
        ),
        act(
            "ping",
            0.5,
            (Who::Everyone, Whom::Resolver),
            (ICMP, 0x0800),
            Short(question(84, 84, 12)),
        ),
    ];
    let mut always = vec![
        act(
            "clock",
            30.0,
            helped(Helper::Clock),
            (UDP, 123),
            Short(question(76, 76, 15)),
        ),
        act(
            "silent clock",
            3.0,
            helped(Helper::Clock),
            (UDP, 123),
            Short(vec![run(false, 0, 76, 3, 0, 8_000)]),
        ),
        act(
            "news for a telephone",
            140.0,
            helped(Helper::Push),
            (TCP, 5228),
            Short(connection((2, 120), (2, 140), 400)),
        ),
        act(
            "visit to an organisation",
            1.0,
            (Who::Visitors, Whom::Organisation),
            (TCP, 443),
            Short(connection((9, 320), (20, 1_300), 900)),
        ),
    ];
    always.iter_mut().for_each(|act| act.awake = false);
    acts.append(&mut always);
    acts
}

fn long_lasting() -> Vec<Act> {
    use protocol::{TCP, UDP};
    let long = |out, back, seconds| Shape::Long { out, back, seconds };
    let helped = |kind| (Who::Everyone, Whom::Helper(kind));
    vec![
        act(
            "film",
            3.0,
            (Who::Everyone, Whom::Film),
            (TCP, 443),
            long((60.0, 60), (130.0, 1_400), 1_500.0),
        ),
        act(
            "film over QUIC",
            2.0,
            (Who::Everyone, Whom::Film),
            (UDP, 443),
            long((30.0, 70), (140.0, 1_300), 1_200.0),
        ),
        act(
            "video call",
            0.6,
            helped(Helper::Call),
            (UDP, 3478),
            long((90.0, 900), (90.0, 900), 1_200.0),
        ),
        act(
            "game",
            0.5,
            helped(Helper::Game),
            (UDP, 30_100),
            long((40.0, 90), (40.0, 180), 2_400.0),
        ),
        act(
            "tunnel to the office",
            0.3,
            helped(Helper::Tunnel),
            (UDP, 4500),
            long((25.0, 300), (40.0, 700), 9_000.0),
        ),
        act(
            "download",
            0.6,
            (Who::Everyone, Whom::Service),
            (TCP, 443),
            long((900.0, 52), (1_900.0, 1_452), 90.0),
        ),
        act(
            "upload",
            0.4,
            (Who::Everyone, Whom::Service),
            (TCP, 443),
            long((900.0, 1_452), (450.0, 52), 120.0),
        ),
        act(
            "speed test, down",
            0.02,
            helped(Helper::SpeedTest),
            (TCP, 8080),
            long((9_000.0, 52), (18_000.0, 1_452), 10.0),
        ),
        act(
            "speed test, up",
            0.02,
            helped(Helper::SpeedTest),
            (TCP, 8080),
            long((8_000.0, 1_452), (4_000.0, 52), 10.0),
        ),
        act(
            "speed test over UDP",
            0.005,
            helped(Helper::SpeedTest),
            (UDP, 5201),
            long((8_000.0, 1_400), (1.0, 60), 10.0),
        ),
    ]
}

fn sharing() -> Vec<Act> {
    use Shape::Short;
    use protocol::{TCP, UDP};
    let peers = (Who::Sharers, Whom::Peer);
    let mut acts = vec![
        act(
            "peer that does not answer",
            900.0,
            peers,
            (TCP, 0),
            Short(UNANSWERED[..3].to_vec()),
        ),
        act(
            "peer that refuses",
            120.0,
            peers,
            (TCP, 0),
            Short(REFUSED.to_vec()),
        ),
        act(
            "peer that answers",
            350.0,
            peers,
            (TCP, 0),
            Short(connection((10, 300), (12, 400), 6_000)),
        ),
        act(
            "silent node of the hash table",
            2_200.0,
            peers,
            (UDP, 0),
            Short(vec![run(false, 0, 130, 2, 0, 3_000)]),
        ),
        act(
            "node of the hash table",
            1_600.0,
            peers,
            (UDP, 0),
            Short(question(130, 320, 90)),
        ),
        act(
            "meeting point of the hash table",
            12.0,
            (Who::Sharers, Whom::Helper(Helper::Bootstrap)),
            (UDP, 6881),
            Short(question(130, 320, 90)),
        ),
        act(
            "piece of a file",
            14.0,
            peers,
            (UDP, 0),
            Shape::Long {
                out: (60.0, 60),
                back: (120.0, 1_400),
                seconds: 500.0,
            },
        ),
        act(
            "piece for somebody else",
            14.0,
            peers,
            (TCP, 0),
            Shape::Long {
                out: (80.0, 1_400),
                back: (40.0, 60),
                seconds: 500.0,
            },
        ),
    ];
    acts.iter_mut().for_each(|act| act.awake = false);
    acts
}

fn specialists() -> Vec<Act> {
    use Shape::{Long, Short};
    use protocol::TCP;
    let probe = vec![run(false, TcpFlags::SYN, KERNEL_SYN, 1, 0, 0)];
    let machines = |who| (who, Whom::OwnMachine);
    vec![
        act(
            "work on a machine of theirs",
            5.0,
            machines(Who::ShellUsers),
            (TCP, 22),
            Long {
                out: (2.0, 100),
                back: (3.0, 200),
                seconds: 1_800.0,
            },
        ),
        act(
            "copy to a machine of theirs",
            3.0,
            machines(Who::ShellUsers),
            (TCP, 22),
            Short(connection((60, 1_300), (30, 80), 4_000)),
        ),
        act(
            "look after a device by Telnet",
            12.0,
            machines(Who::Administrators),
            (TCP, 23),
            Short(connection((40, 60), (50, 200), 20_000)),
        ),
        act(
            "device that is off",
            3.0,
            machines(Who::Administrators),
            (TCP, 23),
            Short(UNANSWERED.to_vec()),
        ),
        act(
            "look after a device by its pages",
            20.0,
            machines(Who::Administrators),
            (TCP, 8291),
            Short(connection((12, 200), (20, 800), 5_000)),
        ),
        act(
            "measurement of port 443",
            12_000.0,
            (Who::Researchers, Whom::Stranger),
            (TCP, 443),
            Short(probe.clone()),
        ),
        act(
            "measurement of port 22",
            8_000.0,
            (Who::Researchers, Whom::Stranger),
            (TCP, 22),
            Short(probe),
        ),
    ]
}

fn devices() -> Vec<Act> {
    use Shape::{Long, Short};
    let cloud = |name, daily, endpoint: u8, shape| {
        let (port, protocol) = CLOUD_PORTS[usize::from(endpoint)];
        let whom = Whom::Cloud(endpoint);
        Act {
            name,
            daily,
            who: Who::Owners,
            whom,
            protocol,
            port,
            shape,
            awake: false,
        }
    };
    let mut acts = vec![
        cloud(
            "device asks its vendor",
            120.0,
            1,
            Short(connection((4, 300), (4, 500), 300)),
        ),
        cloud(
            "device reports events",
            120.0,
            2,
            Short(connection((6, 400), (3, 120), 300)),
        ),
        cloud(
            "device knocks at the relay",
            500.0,
            3,
            Short(question(76, 76, 40)),
        ),
        cloud(
            "device asks its vendor's clock",
            300.0,
            4,
            Short(question(76, 76, 40)),
        ),
        cloud(
            "device asks for firmware",
            40.0,
            5,
            Short(connection((3, 200), (4, 700), 300)),
        ),
        cloud(
            "device seeks its owner",
            400.0,
            6,
            Short(question(100, 120, 40)),
        ),
        cloud(
            "device sends its log",
            60.0,
            7,
            Short(connection((10, 700), (3, 90), 300)),
        ),
    ];
    let film = Long {
        out: (70.0, 1_100),
        back: (10.0, 60),
        seconds: 120.0,
    };
    acts.push(Act {
        who: Who::CameraOwners,
        ..cloud("camera shows its owner the door", 4.0, 3, film)
    });
    acts
}

/// How awake the country is, hour by hour, in its own time (UTC + 9), against the busiest.
const AWAKE: [f64; 25] = [
    0.50, 0.32, 0.22, 0.17, 0.15, 0.18, 0.28, 0.42, 0.50, 0.52, 0.54, 0.57, 0.62, 0.60, 0.58, 0.60,
    0.64, 0.70, 0.80, 0.90, 0.98, 1.00, 0.95, 0.75, 0.50,
];

/// Tells how awake people are at a moment: 1 = most.
pub(crate) fn awake(micros: i64) -> f64 {
    let hours = (micros + 9 * 3_600_000_000).rem_euclid(86_400_000_000) as f64 / 3.6e9;
    let (hour, part) = (hours as usize, hours.fract());
    AWAKE[hour] * (1.0 - part) + AWAKE[hour + 1] * part
}

/// Tells how awake they are on average over a day.
pub(crate) fn mean_awake() -> f64 {
    // Between two hours it changes evenly, so every hour counts as much as its neighbours' mean.
    AWAKE[..24].iter().sum::<f64>() / 24.0
}

/// Throws the line that does something: one line in eight does nearly half of all.
pub(crate) fn throw_line(dice: &mut Dice, lines: u32) -> u32 {
    let busy = lines.div_ceil(8);
    if dice.chance(0.4) {
        // Busy lines are spread over the country; neighbours are not alike.
        let number = u64::from(dice.below(busy)) * 8;
        return (mix(number) % 8 + number).min(u64::from(lines) - 1) as u32;
    }
    dice.below(lines)
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
