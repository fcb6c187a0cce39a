//! Made-up data for the gallery and the golden pictures. No network looked like this; the addresses are those
//! kept for documentation, the members do not exist.

use issei_chart::{
    AttackFlow, AttackSeries, Chart, ContactRaster, EffectStrip, Look, RasterGroup, StripMember,
    StripNote,
};
use issei_model::{Language, Span, Timestamp};

/// Every picture: its name, and how it is drawn.
pub const ALL: &[(&str, fn(&Look) -> Chart)] = &[
    ("strip", |look| strip().draw(look)),
    ("strip-late", |look| strip_late().draw(look)),
    ("raster", |look| raster().draw(look)),
    ("raster-many", |look| raster_many().draw(look)),
    ("attack", |look| attack().draw(look)),
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
        unit: "Gbit/s".to_string(),
        without: without
            .map(|(place, total)| (place >= 90).then_some(total + 6.0 * dice.bell()))
            .collect(),
        times,
        series,
        t: Some(t()),
    }
}
