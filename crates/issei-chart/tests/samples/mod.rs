//! Made-up data for the gallery and the golden pictures. No network looked like this; the addresses are those
//! kept for documentation, the members do not exist.

use std::net::Ipv4Addr;

use issei_chart::{
    AttackFlow, AttackSeries, Better, Bullet, Bullets, Chart, CheckpointRow, Checkpoints,
    ContactRaster, EffectStrip, FanOut, Look, Passing, PortContacts, Prefectures, Preparation,
    RasterGroup, Readiness, ReadyMember, Ribbon, Ribbons, Spark, StripMember, StripNote,
};
use issei_model::{Language, Span, Timestamp};

/// The name of a picture, and how it is drawn.
pub type Sample = (&'static str, fn(&Look) -> Chart);

/// Every picture.
pub const ALL: &[Sample] = &[
    ("strip", |look| strip().draw(look)),
    ("strip-late", |look| strip_late().draw(look)),
    ("raster", |look| raster().draw(look)),
    ("raster-many", |look| raster_many().draw(look)),
    ("attack", |look| attack().draw(look)),
    ("ribbons", |look| ribbons().draw(look)),
    ("fan", |look| fan(900).draw(look)),
    ("fan-many", |look| fan(40_000).draw(look)),
    ("prefectures", |look| prefectures(look.language).draw(look)),
    ("bullets", |look| bullets(look.language).draw(look)),
    ("checkpoints", |look| checkpoints(14, 3).draw(look)),
    ("checkpoints-many", |look| checkpoints(200, 9).draw(look)),
    ("readiness", |look| readiness().draw(look)),
    ("spark", |look| spark(look.language).draw(look)),
    ("empty", |look| {
        let why = match look.language {
            Language::English => {
                "No order has fired yet. Propose one with `issei order propose`, or try `issei drill`."
            }
            Language::Japanese => {
                "まだ発動した指令はありません。`issei order propose` で起案するか、`issei drill` をお試しください。"
            }
        };
        EffectStrip::default().draw(&look.clone().why_empty(why))
    }),
];

/// 2026-11-23 14:30:00 JST.
pub fn t() -> Timestamp {
    Timestamp::from_secs(1_795_411_800)
}

/// Numbers that look like chance and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to 1.
    pub fn share(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Something around nothing, rarely beyond 2.
    pub fn bell(&mut self) -> f64 {
        (0..6).map(|_| self.share()).sum::<f64>() - 3.0
    }
}

fn micros(value: f64) -> Span {
    Span::from_micros(value as i64)
}

const MEMBERS: [&str; 14] = [
    "ISP-A", "ISP-B", "ISP-C", "ISP-D", "ISP-E", "ISP-F", "ISP-G", "ISP-H", "ISP-I", "ISP-J",
    "ISP-K", "ISP-L", "ISP-M", "ISP-N",
];

pub fn strip() -> EffectStrip {
    let mut dice = Dice::new(7);
    let shape = [
        (64, 20.0, 9.0),
        (52, 25.0, 10.0),
        (48, 16.0, 7.0),
        (40, 46.0, 17.0),
        (36, 31.0, 9.0),
        (28, 27.0, 9.0),
        (24, 66.0, 24.0),
        (20, 37.0, 11.0),
        (16, 28.0, 9.0),
        (12, 53.0, 10.0),
        (9, 0.0, 0.0),
        (12, 27.0, 8.0),
        (8, 84.0, 22.0),
        (6, 32.0, 6.0),
    ];
    let members = MEMBERS.iter().zip(shape);
    let members = members.map(|(name, (points, middle, spread))| {
        let mut offsets: Vec<Span> = (0..points)
            .map(|_| micros((middle + spread * dice.bell()).max(0.6) * 1e3))
            .collect();
        let mut note = StripNote::None;
        match *name {
            "ISP-G" => {
                offsets.pop();
                note = StripNote::Retrying;
            }
            "ISP-K" => {
                offsets.clear();
                note = StripNote::Missing(
                    "not enrolled — 9 devices still reach the command server".to_string(),
                );
            }
            _ => {}
        }
        StripMember {
            name: (*name).to_string(),
            offsets,
            expected: points,
            note,
        }
    });
    EffectStrip {
        t: t(),
        promise: Some(Span::from_millis(150)),
        members: members.collect(),
    }
}

/// One member fires too early, one seconds late.
pub fn strip_late() -> EffectStrip {
    let mut strip = strip();
    strip.members.truncate(6);
    for offset in strip.members[1].offsets.iter_mut().take(3) {
        *offset = Span::from_micros(-900 - offset.as_micros() / 9);
    }
    for offset in strip.members[4].offsets.iter_mut().take(5) {
        *offset = Span::from_micros(4_000_000 + offset.as_micros() * 20);
    }
    strip
}

pub fn raster() -> ContactRaster {
    raster_of(
        &[
            ("ISP-A", 14),
            ("ISP-B", 11),
            ("ISP-C", 9),
            ("ISP-K", 4),
            ("北陸ケーブル", 12),
        ],
        60,
        3,
    )
}

pub fn raster_many() -> ContactRaster {
    let shape: Vec<(&str, usize)> = MEMBERS
        .iter()
        .zip([412, 291, 204, 137, 98, 45, 30, 22, 14, 9, 9, 6, 4, 3])
        .map(|(name, devices)| (*name, devices))
        .collect();
    raster_of(&shape, 60, 5)
}

fn raster_of(shape: &[(&str, usize)], minutes: i64, seed: u64) -> ContactRaster {
    let mut dice = Dice::new(seed);
    let from = t() - Span::from_secs(minutes * 40);
    let to = t() + Span::from_secs(minutes * 20);
    let groups = shape.iter().map(|(member, devices)| {
        let devices = (0..*devices).map(|place| {
            let leaks = *member == "ISP-K" && place % 2 == 0;
            let begins = if dice.share() < 0.35 {
                dice.share() * 0.6
            } else {
                0.0
            };
            let period = 38.0 + 60.0 * dice.share();
            let mut contacts = Vec::new();
            let mut at = dice.share() * period + begins * 2_400.0;
            while at < 3_600.0 {
                let moment = from + Span::from_micros((at * 1e6) as i64);
                if moment <= t() + Span::from_millis(40) || leaks {
                    contacts.push(moment);
                }
                at += period * (1.0 + 0.06 * dice.bell());
            }
            contacts
        });
        RasterGroup {
            member: (*member).to_string(),
            devices: devices.collect(),
        }
    });
    ContactRaster {
        from,
        to,
        t: Some(t()),
        grace: Span::from_millis(150),
        groups: groups.collect(),
    }
}

pub fn attack() -> AttackFlow {
    let mut dice = Dice::new(11);
    let shares = [0.38, 0.25, 0.17, 0.09, 0.05, 0.03, 0.02, 0.01];
    let times: Vec<Timestamp> = (0..180)
        .map(|place| t() + Span::from_secs((place - 90) * 10))
        .collect();
    let shape: Vec<f64> = (0..180)
        .map(|place| {
            let place = f64::from(place);
            let rise = ((place - 42.0) / 42.0).clamp(0.0, 1.0).powf(0.7);
            rise * (455.0 + 14.0 * dice.bell()) + 3.0
        })
        .collect();
    let series = shares
        .iter()
        .zip(MEMBERS)
        .map(|(share, name)| AttackSeries {
            member: name.to_string(),
            values: shape
                .iter()
                .enumerate()
                .map(|(place, total)| match place {
                    ..90 => total * share * (1.0 + 0.04 * dice.bell()),
                    90 => total * share * 0.2,
                    _ => 2.0 * share,
                })
                .collect(),
        });
    let series = series.collect();
    let without = shape.iter().enumerate();
    AttackFlow {
        what: Passing::default(),
        unit: "Gbit/s".to_string(),
        without: without
            .map(|(place, total)| (place >= 90).then_some(total + 6.0 * dice.bell()))
            .collect(),
        times,
        series,
        t: Some(t()),
    }
}

pub fn ribbons() -> Ribbons {
    let servers = ["198.51.100.77:443", "203.0.113.9:8080", "cnc.example.net"];
    let devices = [412, 291, 204, 137, 98, 45, 30, 22, 14, 9, 9, 6, 4, 3];
    let mut flows = Vec::new();
    for (place, (member, devices)) in MEMBERS.iter().zip(devices).enumerate() {
        let first = devices * (52 + place as u64 % 3 * 4) / 100;
        let second = devices * 31 / 100;
        let parts = [first, second, devices - first - second];
        for (server, devices) in servers.iter().zip(parts) {
            flows.push(Ribbon {
                member: (*member).to_string(),
                server: (*server).to_string(),
                devices,
                leaks: *member == "ISP-K",
            });
        }
    }
    Ribbons { flows }
}

/// A camera that scans in three bursts.
pub fn fan(contacts: usize) -> FanOut {
    let mut dice = Dice::new(23);
    let from = t() - Span::from_secs(5_400);
    let names = ["TCP 23", "TCP 81", "TCP 8080"];
    let mut ports: Vec<PortContacts> = names
        .iter()
        .map(|name| PortContacts {
            port: (*name).to_string(),
            contacts: Vec::new(),
        })
        .collect();
    for _ in 0..contacts {
        let burst = [300.0, 1_750.0, 3_150.0][(dice.share() * 3.0) as usize];
        let wide = if dice.share() < 0.1 { 1_500.0 } else { 230.0 };
        let secs = (burst + wide * dice.bell()).rem_euclid(3_600.0);
        let port = [0, 0, 0, 1, 1, 2][(dice.share() * 6.0) as usize];
        let address = (dice.share() * 2f64.powi(32)) as u32;
        let at = from + Span::from_micros((secs * 1e6) as i64);
        ports[port].contacts.push((at, Ipv4Addr::from(address)));
    }
    FanOut {
        from,
        to: from + Span::from_secs(3_600),
        t: None,
        ports,
    }
}

pub fn prefectures(language: Language) -> Prefectures {
    let mut dice = Dice::new(5);
    let mut values = [None; 47];
    for (place, value) in values.iter_mut().enumerate() {
        let busy = if [12, 13, 22, 26, 39].contains(&place) {
            5.5
        } else {
            0.0
        };
        *value = Some((dice.share() * 50.0).round() / 10.0 + busy);
    }
    values[30] = None;
    Prefectures {
        measure: match language {
            Language::English => "hijacked devices per 100,000 lines",
            Language::Japanese => "10万回線あたりの乗っ取られた機器（台）",
        }
        .to_string(),
        values,
    }
}

pub fn bullets(language: Language) -> Bullets {
    let say = |english: &str, japanese: &str| match language {
        Language::English => english.to_string(),
        Language::Japanese => japanese.to_string(),
    };
    let (all, desk) = (
        say("all members", "全参加事業者"),
        say("coordinator", "調整機関"),
    );
    let row = |name: String,
               owner: &String,
               unit: String,
               better,
               [value, target, previous]: [f64; 3]| Bullet {
        name,
        owner: owner.clone(),
        unit,
        value,
        target,
        previous: Some(previous),
        bands: Vec::new(),
        better,
    };
    use Better::{Higher, Lower};
    let percent = || "%".to_string();
    let mut rows = vec![
        row(
            say("Detection to cut, median", "検知から発動までの中央値"),
            &desk,
            say("min", "分"),
            Lower,
            [48.0, 60.0, 95.0],
        ),
        row(
            say("Spread of effect, 99 of 100", "一斉性（99パーセンタイル）"),
            &all,
            "ms".to_string(),
            Lower,
            [128.0, 150.0, 210.0],
        ),
        row(
            say("Devices mended within 30 days", "30日以内の復旧率"),
            &all,
            percent(),
            Higher,
            [61.4, 70.0, 52.0],
        ),
        row(
            say("Share of lines that take part", "参加事業者の加入者割合"),
            &desk,
            percent(),
            Higher,
            [91.0, 95.0, 88.0],
        ),
        row(
            say("Wrong cuts", "誤遮断"),
            &desk,
            say("cases", "件"),
            Lower,
            [0.0, 0.5, 1.0],
        ),
        row(
            say("Notice to mending, median", "通知から対処までの中央値"),
            &all,
            say("days", "日"),
            Lower,
            [9.0, 7.0, 14.0],
        ),
    ];
    rows[2].bands = vec![40.0, 60.0, 100.0];
    rows[3].bands = vec![50.0, 80.0, 100.0];
    Bullets { rows }
}

pub fn checkpoints(count: i64, witnesses: usize) -> Checkpoints {
    let names = [
        "witness.isp-a.example",
        "ISP-D",
        "ISP-H",
        "ISP-J",
        "research.example",
        "ISP-L",
        "ISP-M",
        "ISP-N",
        "大学計算機センター",
    ];
    let mut dice = Dice::new(31);
    let mut size = 88_412;
    let rows = (0..count).map(|hour| {
        let row = CheckpointRow {
            at: Some(t() - Span::from_secs(hour * 3_600)),
            size,
            signed: (0..witnesses)
                .map(|witness| (hour, witness) != (5, 2) && (hour, witness) != (60, 0))
                .collect(),
        };
        size -= (dice.share() * 300.0) as u64;
        row
    });
    Checkpoints {
        witnesses: names
            .iter()
            .take(witnesses)
            .map(|name| (*name).to_string())
            .collect(),
        needed: witnesses,
        rows: rows.collect(),
    }
}

pub fn readiness() -> Readiness {
    use Preparation::{Armed, InForce, Refused, Silent, Staged};
    let states = [
        (Armed, Some(400)),
        (Armed, Some(-1_100)),
        (InForce, Some(200)),
        (Staged, Some(900)),
        (Armed, Some(7_300)),
        (Silent, None),
        (Refused("radius: 31 lines unknown".to_string()), Some(-600)),
        (Armed, Some(48_000)),
    ];
    let members = MEMBERS.iter().zip(states);
    let members = members.map(|(name, (preparation, micros))| ReadyMember {
        name: (*name).to_string(),
        preparation,
        clock_error: micros.map(Span::from_micros),
    });
    Readiness {
        clock_limit: Some(Span::from_millis(5)),
        members: members.collect(),
    }
}

pub fn spark(language: Language) -> Spark {
    let mut dice = Dice::new(3);
    let mut value = 4_100.0;
    Spark {
        name: match language {
            Language::English => "Hijacked devices, last 30 days",
            Language::Japanese => "乗っ取られた機器（直近30日）",
        }
        .to_string(),
        unit: String::new(),
        values: (0..30)
            .map(|_| {
                value += 90.0 * dice.bell() - 24.0;
                value
            })
            .collect(),
    }
}
