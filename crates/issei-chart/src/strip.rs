//! The strip of effect times: every enforcement point a dot beside one line T, a row a member.
//!
//! In: per member, how long after T each of its points was read back in force, and how many there should be.
//! Out: the picture, and a table with a row per member. Always: a member that is missing is a row, with its
//! reason in words; members beyond [`MOST_ROWS`] are put together in one row, those with a fault last of all.

use issei_model::{Language, Span, Timestamp};

use crate::axis;
use crate::chart::{Chart, Table};
use crate::look::{Fine, Look, Width};
use crate::scale::Offsets;
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

/// More rows are not read; the rest stands in one row.
const MOST_ROWS: usize = 48;
/// Up to so many dots each is an element of its own.
const MOST_CIRCLES: usize = 2_000;
/// Up to so many dots each is drawn; above, a row shows how many there were at each moment.
const MOST_DOTS: usize = 6_000;
/// So many dots stand above each other in a row.
const LANES: usize = 5;
const LANE: f64 = 3.4;
const RADIUS: f64 = 2.8;

/// When each enforcement point came into force, beside the moment that was agreed.
#[derive(Clone, Debug, Default)]
pub struct EffectStrip {
    /// The agreed moment.
    pub t: Timestamp,
    /// How long after T all were promised to be in force: shaded from T on.
    pub promise: Option<Span>,
    /// The members, in the order of the rows.
    pub members: Vec<StripMember>,
}

/// One member's row.
#[derive(Clone, Debug, Default)]
pub struct StripMember {
    /// What it is called.
    pub name: String,
    /// For each point that was read back in force: how long after T, negative if before. In any order.
    pub offsets: Vec<Span>,
    /// How many points there should be.
    pub expected: usize,
    /// What else is to be said of it.
    pub note: StripNote,
}

/// What is to be said of a member beside its dots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StripNote {
    /// Nothing: the counts say it.
    #[default]
    None,
    /// It tries again where it is not in force yet.
    Retrying,
    /// It does not take part, or cannot; why, in words.
    Missing(String),
}

impl StripMember {
    fn is_complete(&self) -> bool {
        self.offsets.len() >= self.expected && self.note == StripNote::None
    }

    fn sorted(&self) -> Vec<f64> {
        let micros = self.offsets.iter().map(|offset| offset.as_micros() as f64);
        let mut micros: Vec<f64> = micros.collect();
        micros.sort_by(f64::total_cmp);
        micros
    }
}

impl EffectStrip {
    /// Draws the strip.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say("Time of effect", "一斉性（発動時刻）");
        let table = self.table(look);
        let sheet = Sheet::new(look);
        if self.members.is_empty() {
            return sheet.finish_empty(title, table);
        }
        let rows = self.rows(look);
        let all = sorted_together(&rows);
        let plot = Plot::new(look, &rows, &all, self.promise);
        let mut pen = Pen {
            sheet,
            plot,
            promise: self.promise,
            dots: all.len(),
        };
        pen.ground();
        for (place, row) in rows.iter().enumerate() {
            pen.row(row, place);
        }
        pen.t_line(self.t);
        let height = pen.foot(all.len() > MOST_DOTS);
        let description = self.description(look, &all);
        pen.sheet.finish(height, title, &description, table)
    }

    /// Chooses the rows: all, or those that need to be seen and one for the others.
    fn rows(&self, look: &Look) -> Vec<Row<'_>> {
        let row = |member| Row {
            name: None,
            members: vec![member],
        };
        if self.members.len() <= MOST_ROWS {
            return self.members.iter().map(row).collect();
        }
        let (faulty, sound): (Vec<_>, Vec<_>) = self
            .members
            .iter()
            .partition(|member| !member.is_complete());
        let named = MOST_ROWS - 1;
        let split = faulty.len().min(named);
        let sound_split = sound.len().min(named - split);
        let shown = faulty[..split].iter().chain(&sound[..sound_split]);
        let mut rows: Vec<Row<'_>> = shown.map(|member| row(*member)).collect();
        let rest: Vec<_> = faulty[split..]
            .iter()
            .chain(&sound[sound_split..])
            .copied()
            .collect();
        let count = text::count(rest.len() as u64);
        rows.push(Row {
            name: Some(match look.language {
                Language::English => format!("{count} others"),
                Language::Japanese => format!("ほか{count}社"),
            }),
            members: rest,
        });
        rows
    }

    fn description(&self, look: &Look, all: &[f64]) -> String {
        let zone = &look.zone;
        let (points, expected) = counts(self.members.iter());
        let complete = self.members.iter().filter(|member| member.is_complete());
        let missing = self.members.iter().filter_map(|member| match member.note {
            StripNote::Missing(_) => Some(member.name.clone()),
            _ => None,
        });
        let (complete, missing): (usize, Vec<String>) = (complete.count(), missing.collect());
        let t = zone.whole(self.t, Fine::Millis);
        let (points, expected) = (text::count(points as u64), text::count(expected as u64));
        let members = text::count(self.members.len() as u64);
        let mut words = match look.language {
            Language::English => format!(
                "T was {t}. In force: {points} of {expected} enforcement points, \
                 all of them at {complete} of {members} members."
            ),
            Language::Japanese => format!(
                "T は {t}。{expected}拠点のうち{points}拠点で発動を確認し、{members}社のうち{complete}社で全拠点が完了しました。"
            ),
        };
        if let (Some(middle), Some(late)) = (quantile(all, 0.5), quantile(all, 0.99)) {
            let told = |micros| text::offset(micros).trim_start_matches('+').to_string();
            let (middle, late) = (told(middle), told(late));
            words.push_str(&match look.language {
                Language::English => {
                    format!(" Half within {middle} of T, 99 of 100 within {late}.")
                }
                Language::Japanese => {
                    format!("中央値 {middle}、99パーセンタイル {late}。")
                }
            });
        }
        if !missing.is_empty() {
            let names = look.list(&missing);
            words.push_str(&match look.language {
                Language::English => format!(" Missing: {names}."),
                Language::Japanese => format!("未参加：{names}。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let mut table = match look.language {
            Language::English => Table::new(&[
                "Member",
                "In force",
                "Points",
                "First (ms)",
                "Median (ms)",
                "Last (ms)",
                "Note",
            ]),
            Language::Japanese => Table::new(&[
                "参加事業者",
                "発動済み",
                "拠点数",
                "最初 (ms)",
                "中央値 (ms)",
                "最後 (ms)",
                "備考",
            ]),
        };
        for member in &self.members {
            if table.is_full() {
                continue;
            }
            let sorted = member.sorted();
            let ms = |share| {
                quantile(&sorted, share)
                    .map_or("—".to_string(), |micros| format!("{:.1}", micros / 1e3))
            };
            let note = match &member.note {
                StripNote::None => String::new(),
                StripNote::Retrying => look.say("retrying", "再試行中").to_string(),
                StripNote::Missing(why) => why.clone(),
            };
            table.push(&[
                member.name.clone(),
                sorted.len().to_string(),
                member.expected.to_string(),
                ms(0.0),
                ms(0.5),
                ms(1.0),
                note,
            ]);
        }
        table
    }
}

/// One row of the picture: a member, or several that are put together.
struct Row<'a> {
    name: Option<String>,
    members: Vec<&'a StripMember>,
}

impl Row<'_> {
    fn name(&self) -> &str {
        let first = self.members.first().map_or("", |member| &member.name);
        self.name.as_deref().unwrap_or(first)
    }

    fn sorted(&self) -> Vec<f64> {
        match self.members.as_slice() {
            [one] => one.sorted(),
            many => {
                let mut all: Vec<f64> = many.iter().flat_map(|member| member.sorted()).collect();
                all.sort_by(f64::total_cmp);
                all
            }
        }
    }

    fn counts(&self) -> (usize, usize) {
        counts(self.members.iter().copied())
    }

    fn note(&self) -> &StripNote {
        match self.members.as_slice() {
            [one] => &one.note,
            _ => &StripNote::None,
        }
    }
}

/// How many points are in force, of how many; never more than there should be.
fn counts<'a>(members: impl Iterator<Item = &'a StripMember>) -> (usize, usize) {
    members.fold((0, 0), |(points, expected), member| {
        let (own, of) = (member.offsets.len(), member.expected);
        (points + own, of.max(own).saturating_add(expected))
    })
}

fn sorted_together(rows: &[Row<'_>]) -> Vec<f64> {
    let mut all: Vec<f64> = rows.iter().flat_map(Row::sorted).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The value that `share` of a sorted list does not exceed.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1).min(last)).copied()
}

/// Where everything lies.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    row: f64,
    /// From a row's top to the middle of its dots.
    dots: f64,
    bottom: f64,
    /// Where the names end and the counts begin.
    names: f64,
    scale: Offsets,
}

impl Plot {
    fn new(look: &Look, rows: &[Row<'_>], all: &[f64], promise: Option<Span>) -> Self {
        let width = look.width.units();
        let (names, left, right, row, dots) = match look.width {
            Width::Wide => {
                let widest = rows
                    .iter()
                    .map(|row| text::width(row.name(), 13.0))
                    .fold(56.0, f64::max);
                let names = widest.min(180.0);
                (names, names + 18.0, width - 150.0, 26.0, 13.0)
            }
            Width::Narrow => (width * 0.55, 8.0, width - 8.0, 52.0, 35.0),
        };
        let top = if promise.is_some() { 48.0 } else { 28.0 };
        let promise = promise.map_or(0.0, |promise| promise.as_micros() as f64);
        Self {
            left,
            right,
            top,
            row,
            dots,
            bottom: top + rows.len() as f64 * row + 4.0,
            names,
            scale: Offsets::new(all, promise, (left, right)),
        }
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    plot: Plot,
    promise: Option<Span>,
    dots: usize,
}

impl Pen<'_> {
    /// Draws what lies under the dots: the promise, and the lines of the axis.
    fn ground(&mut self) {
        let Plot {
            left, top, bottom, ..
        } = self.plot;
        let start = self.plot.scale.at(0.0);
        if let Some(promise) = self.promise {
            let micros = promise.as_micros() as f64;
            let end = self.plot.scale.at(micros);
            let words = format!(
                "{} ≤ {}",
                self.sheet.look.say("promise", "約束"),
                text::span(micros)
            );
            self.sheet
                .rect("c-calm", (start, top), (end - start, bottom - top));
            if self.plot.scale.shows(micros) {
                self.sheet.line("c-edge", (end, top), (end, bottom));
            }
            let wide = text::width(&words, 12.0);
            let x = end.max(left + wide);
            self.sheet
                .text("c-small", (x, top - 8.0), Anchor::End, &words);
        }
        let about = if self.sheet.look.is_narrow() { 4 } else { 6 };
        let ticks = self.plot.scale.ticks(about);
        let placed: Vec<(f64, String)> = ticks
            .into_iter()
            .map(|(value, label)| (self.plot.scale.at(value), label))
            .collect();
        axis::value_axis(&mut self.sheet, &placed, (top, bottom));
    }

    fn row(&mut self, row: &Row<'_>, place: usize) {
        let top = self.plot.top + place as f64 * self.plot.row;
        let middle = top + self.plot.dots;
        let sorted = row.sorted();
        let median = quantile(&sorted, 0.5);
        let (points, expected) = row.counts();
        let said = match median {
            Some(median) => format!("{points}/{expected}, {}", text::offset(median)),
            None => format!("{points}/{expected}"),
        };
        self.sheet.open(&format!("{}: {said}", row.name()));
        let missing = match row.note() {
            StripNote::Missing(why) => Some(why),
            _ => None,
        };
        if missing.is_some() {
            let size = (self.sheet.width, self.plot.row - 4.0);
            let at = (0.0, top + 2.0);
            self.sheet.box_of("c-alarm-band", at, size, 4.0);
        }
        self.name(row.name(), top, missing.is_some());
        self.counts(row, (points, expected), top);
        let (left, right) = (self.plot.left, self.plot.right);
        self.sheet.line("c-guide", (left, middle), (right, middle));
        self.swarm(&sorted, middle);
        if let Some(median) = median.filter(|_| sorted.len() > 1) {
            let x = self.plot.scale.at(median);
            self.sheet
                .line("c-median", (x, middle - 8.5), (x, middle + 8.5));
        }
        if let Some(why) = missing {
            self.reason(why, &sorted, top);
        }
        self.sheet.close();
    }

    fn name(&mut self, name: &str, top: f64, missing: bool) {
        let name = text::fit(name, 13.0, self.plot.names);
        let class = if missing { "c-strong c-red" } else { "c-label" };
        match self.sheet.look.width {
            Width::Wide => {
                let at = (self.plot.names, top + 17.5);
                self.sheet.text(class, at, Anchor::End, &name);
            }
            Width::Narrow => {
                // The line of T would strike a name out that begins beside it.
                let (left, t) = (self.plot.left, self.plot.scale.at(0.0));
                let x = if t - left < 40.0 { t + 7.0 } else { left };
                self.sheet
                    .text(class, (x, top + 17.0), Anchor::Start, &name);
            }
        }
    }

    fn counts(&mut self, row: &Row<'_>, (points, expected): (usize, usize), top: f64) {
        let ratio = format!(
            "{}/{}",
            text::count(points as u64),
            text::count(expected as u64)
        );
        let look = self.sheet.look;
        let (class, words) = match row.note() {
            StripNote::Missing(_) => ("c-strong c-red", format!("✕ {ratio}")),
            StripNote::Retrying => (
                "c-strong c-amber",
                format!("{ratio} ▲ {}", look.say("retrying", "再試行中")),
            ),
            StripNote::None if points < expected => ("c-strong c-amber", format!("{ratio} ▲")),
            StripNote::None => match self.astray(row) {
                Some(words) => ("c-strong c-amber", format!("{ratio} ▲ {words}")),
                None => ("c-strong c-green", format!("{ratio} ✓")),
            },
        };
        match look.width {
            Width::Wide => {
                let at = (self.plot.right + 18.0, top + 17.5);
                self.sheet.text(class, at, Anchor::Start, &words);
            }
            Width::Narrow => {
                let at = (self.plot.right, top + 17.0);
                self.sheet.text(class, at, Anchor::End, &words);
            }
        }
    }

    /// Says how many points came before T, or after what was promised.
    fn astray(&self, row: &Row<'_>) -> Option<String> {
        let offsets = row.members.iter().flat_map(|member| &member.offsets);
        let (mut early, mut late) = (0, 0);
        for offset in offsets {
            early += u64::from(*offset < Span::ZERO);
            late += u64::from(self.promise.is_some_and(|promise| *offset > promise));
        }
        let look = self.sheet.look;
        let said = |count: u64, word: &str| {
            let count = text::count(count);
            match look.language {
                Language::English => format!("{count} {word}"),
                Language::Japanese => format!("{word} {count}件"),
            }
        };
        match (late, early) {
            (0, 0) => None,
            (0, early) => Some(said(early, look.say("early", "T前"))),
            (late, _) => Some(said(late, look.say("late", "遅延"))),
        }
    }

    /// Writes why a member is missing where it has no dots, or over them where there is no such place.
    fn reason(&mut self, why: &str, sorted: &[f64], top: f64) {
        const SIZE: f64 = 13.5;
        let apart = if self.sheet.look.is_narrow() {
            7.0
        } else {
            12.0
        };
        let (t, end) = (self.plot.scale.at(0.0), self.plot.right);
        let ends = sorted.first().zip(sorted.last());
        let ends =
            ends.map(|(first, last)| (self.plot.scale.at(*first), self.plot.scale.at(*last)));
        let (x, room, halo) = match ends {
            None => (t + apart, end - t - apart, ""),
            Some((first, last)) => {
                let after = (last + apart, end - last - apart, "");
                let before = (t + apart, first - t - 2.0 * apart, "");
                let over = (t + apart, end - t - apart, " c-halo");
                let places = [after, before, over];
                let found = places.into_iter().find(|place| place.1 >= 120.0);
                found.unwrap_or(over)
            }
        };
        let lines = match self.sheet.look.width {
            Width::Wide => vec![(top + 17.5, text::fit(why, SIZE, room))],
            Width::Narrow => {
                let lines = text::wrap(why, SIZE, room, 2).into_iter();
                let lines = lines.map(|line| text::fit(line.trim_end(), SIZE, room));
                [top + 31.5, top + 46.0].into_iter().zip(lines).collect()
            }
        };
        for (y, line) in lines {
            let class = format!("c-strong c-red{halo}");
            self.sheet.text(&class, (x, y), Anchor::Start, &line);
        }
    }

    /// Draws a row's dots so that neighbours do not hide each other.
    fn swarm(&mut self, sorted: &[f64], middle: f64) {
        if self.dots > MOST_DOTS {
            return self.bars(sorted, middle);
        }
        let mut ends = [f64::MIN; LANES];
        let mut d = String::new();
        for (place, offset) in sorted.iter().enumerate() {
            let x = self.plot.scale.at(*offset);
            let free = ends.iter().position(|end| *end <= x);
            let lane = free.unwrap_or(place % LANES);
            ends[lane] = x + RADIUS * 1.9;
            let y = middle + lane_offset(lane);
            if self.dots <= MOST_CIRCLES {
                self.sheet.dot("c-dot", (x, y), RADIUS);
            } else {
                d.push_str(&format!("M{} {}h0", At(x), At(y)));
            }
        }
        self.sheet.path("c-dots", &d);
    }

    /// Draws how many of a row's points came at each moment, as heights.
    fn bars(&mut self, sorted: &[f64], middle: f64) {
        const BAR: f64 = 5.0;
        let (left, right) = (self.plot.left, self.plot.right);
        let mut counts = vec![0_u64; ((right - left) / BAR).ceil() as usize + 1];
        for offset in sorted {
            let place = ((self.plot.scale.at(*offset) - left) / BAR) as usize;
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let mut d = String::new();
        for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = (20.0 * *count as f64 / most as f64).max(2.0);
            let x = left + (place as f64 + 0.5) * BAR;
            d.push_str(&format!(
                "M{} {}v{}",
                At(x),
                At(middle - height / 2.0),
                At(height)
            ));
        }
        self.sheet.path("c-bars", &d);
    }

    fn t_line(&mut self, t: Timestamp) {
        let x = self.plot.scale.at(0.0);
        let name = axis::t_name(&self.sheet, t);
        // The promise is written just above the plot, so the name of T stands higher.
        let top = if self.plot.top > 40.0 { 24.0 } else { 22.0 };
        axis::moment_line(&mut self.sheet, x, (top, self.plot.bottom), &name);
    }

    /// Says what the signs mean, and tells the height of the whole.
    fn foot(&mut self, bars: bool) -> f64 {
        let look = self.sheet.look;
        let mut words = if bars {
            look.say(
                "bar = how many points at that moment · upright = median",
                "棒＝その時刻の拠点数　縦線＝中央値",
            )
        } else {
            look.say(
                "dot = one enforcement point · upright = median",
                "点＝拠点　縦線＝中央値",
            )
        }
        .to_string();
        words.push_str(look.say(" · time after T", "　横軸＝Tからの時間"));
        if let Some(within) = self.plot.scale.linear_within {
            let within = text::trimmed(format!("{:.1}", within / 1e3));
            words.push_str(&match look.language {
                Language::English => {
                    format!(", logarithmic beyond {within} ms")
                }
                Language::Japanese => format!("（{within} ms より外は対数目盛）"),
            });
        }
        let (left, bottom) = (self.plot.left, self.plot.bottom);
        let room = self.sheet.width - left;
        let lines = text::wrap(&words, 12.0, room, 3);
        for (place, line) in lines.iter().enumerate() {
            let y = bottom + 42.0 + place as f64 * 17.0;
            self.sheet
                .text("c-small", (left, y), Anchor::Start, line.trim_end());
        }
        bottom + 34.0 + lines.len() as f64 * 17.0
    }
}

/// Lanes lie around the middle: 0, up, down, further up, further down.
fn lane_offset(lane: usize) -> f64 {
    let step = lane.div_ceil(2) as f64 * LANE;
    if lane % 2 == 1 { -step } else { step }
}
