//! The table of figures at the end of a story, and whether they are good enough.
//!
//! In: what was measured. Out: words, and a verdict. Always: what was not measured is a dash, never a zero.

use std::fmt::Write as _;

use issei_model::{Language, Span, Timestamp};
use issei_text::{Text, key, said};
use serde::Serialize;

use super::super::figures::{Marks, spread};
use super::super::routers::{HOLD, Router};
use super::sentinels::{self, Told as Sentinel};
use super::{LATE, RECALLED, RECALLED_BY_BGP, SWITCHED, names};

/// The figures of a story.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// The cut that ended by itself.
    pub cut: Option<Run>,
    /// What the members' sentinels told of it.
    pub sentinels: Option<Vec<Sentinel>>,
    /// Microseconds from a person's withdrawal until packets passed again, by the slowest member's sentinel.
    pub recalled_by_sentinel_us: Option<i64>,
    /// Microseconds from a person's withdrawal until packets passed again, by member.
    pub recalled_us: Option<Vec<Again>>,
    /// The cuts of a name.
    pub names: Option<names::Run>,
    /// Microseconds from pulling a kill switch until packets passed again, by switch.
    pub stopped_us: Option<Vec<Again>>,
    /// Microseconds from the order's end until packets passed again, with everybody killed, by member.
    pub killed_us: Option<Vec<Again>>,
}

/// When packets passed again after something.
#[derive(Clone, Debug, Serialize)]
pub struct Again {
    /// Whose, and by what.
    pub member: String,
    /// The same for people, if something more than the member's name stands there: the name, and what is said of it.
    #[serde(skip)]
    pub by: Option<(String, &'static str)>,
    /// Its router.
    pub router: Router,
    /// So many microseconds after it; less than none if before it.
    pub us: Option<i64>,
}

impl Again {
    /// Says by what it was stopped, too: a key into which the member's name goes. Programs read it in English.
    pub fn by(self, how: &'static str) -> Self {
        let member = said!(Text(Language::English), how, member = self.member);
        Self {
            by: Some((self.member, how)),
            member,
            ..self
        }
    }

    fn who(&self, tongue: Text) -> String {
        match &self.by {
            Some((member, key)) => said!(tongue, key, member),
            None => self.member.clone(),
        }
    }
}

/// A cut from T to its end.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The members.
    pub rows: Vec<Row>,
    /// Who fired first, at a moment of its own.
    pub canary: String,
    /// Questions of ordinary people while it was in force.
    pub users_asked: u64,
    /// Those without an answer.
    pub users_failed: u64,
    /// Pings of hijacked devices to their server while it was in force.
    pub bots_pings: u64,
    /// Answers that they heard.
    pub bots_answers: u64,
    /// Packets that the kernel could not hand to the watch: if any, the rest is doubtful.
    pub dropped_by_watch: u64,
}

/// One member.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub member: String,
    /// Its router.
    pub router: Router,
    /// Its T, in microseconds since 1970.
    pub fires_at: i64,
    /// When the last packet arrived, in microseconds after T.
    pub last_passed_us: Option<i64>,
    /// When the first left that was stopped, in microseconds after T.
    pub first_stopped_us: Option<i64>,
    /// How far apart the two packets left: no moment is known better.
    pub grain_us: Option<i64>,
    /// When the first arrived again, in microseconds after the order's end.
    pub again_us: Option<i64>,
    /// Packets that were stopped.
    pub stopped: usize,
    /// Packets lost before and after.
    pub lost: usize,
}

impl Row {
    /// Reads a member's packets around its T and the order's end.
    pub fn cut(
        (member, router): (String, Router),
        fires_at: Timestamp,
        ends: Timestamp,
        marks: &Marks,
    ) -> Self {
        let silence = marks.silence(fires_at - BEFORE, ends);
        let after = |moment: Timestamp, from: Timestamp| moment.since(from).as_micros();
        let stopped = silence.map_or(0, |silence| {
            let (passed, sent) = marks.passed(silence.first_stopped, silence.last_stopped);
            sent - passed + 1 // the last one too
        });
        Self {
            member,
            router,
            fires_at: fires_at.as_micros(),
            last_passed_us: silence.and_then(|one| Some(after(one.last_passed?, fires_at))),
            first_stopped_us: silence.map(|one| after(one.first_stopped, fires_at)),
            grain_us: silence.map(|one| one.grain_before.as_micros()),
            again_us: silence.and_then(|one| Some(after(one.passed_again?, ends))),
            stopped,
            lost: marks.lost(),
        }
    }

    fn first_stopped(&self) -> Option<Timestamp> {
        Some(Timestamp::from_micros(
            self.fires_at + self.first_stopped_us?,
        ))
    }

    fn last_passed(&self) -> Option<Timestamp> {
        Some(Timestamp::from_micros(self.fires_at + self.last_passed_us?))
    }
}

/// Microseconds from a moment until packets passed again that a cut at `fires_at` had stopped.
pub fn again_after(fires_at: Timestamp, moment: Timestamp, marks: &Marks) -> Option<i64> {
    let silence = marks.silence(fires_at - BEFORE, moment + LATE)?;
    Some(silence.passed_again?.since(moment).as_micros())
}

/// A silence that begins so long before T is looked at too: a cut that came too early must show.
const BEFORE: Span = Span::from_secs(1);

impl Run {
    /// Those that had one T, without the canary.
    fn together(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.member != self.canary)
    }

    /// How far apart the first and the last of them stopped, by the first packet stopped and the last passed.
    pub fn spreads(&self) -> (Option<Span>, Option<Span>) {
        let all = |of: fn(&Row) -> Option<Timestamp>| {
            let moments: Option<Vec<Timestamp>> = self.together().map(of).collect();
            moments.and_then(spread)
        };
        (all(Row::first_stopped), all(Row::last_passed))
    }
}

/// Writes the table.
pub fn text(figures: &Figures, language: Language) -> String {
    let mut text = format!("\n{}\n", Text(language).say(TITLE));
    if let Some(run) = &figures.cut {
        rows(&mut text, run, language);
        counts(&mut text, run, language);
    }
    if let (Some(run), Some(told)) = (&figures.cut, &figures.sentinels) {
        by_sentinel(&mut text, run, told, language);
    }
    if let Some(run) = &figures.names {
        text += &names::text(run, language);
    }
    for (words, all) in [
        (RECALL, &figures.recalled_us),
        (SWITCH, &figures.stopped_us),
        (DEATH, &figures.killed_us),
    ] {
        let shown = |one: &Again| {
            let who = one.who(Text(language));
            format!("{who} {} {}", one.router, milliseconds(one.us))
        };
        if let Some(all) = all {
            let all: Vec<String> = all.iter().map(shown).collect();
            let _ = writeln!(text, "  {}: {}", Text(language).say(words), all.join(", "));
        }
    }
    if let Some(us) = figures.recalled_by_sentinel_us {
        let words = Text(language).say(RECALL_BY_SENTINEL);
        let _ = writeln!(text, "  {words}: {}", milliseconds(Some(us)));
    }
    text
}

fn rows(text: &mut String, run: &Run, language: Language) {
    let (heading, beneath) = (Text(language).say(HEADING), Text(language).say(BENEATH));
    let _ = writeln!(text, "  {heading}\n  {beneath}");
    for row in &run.rows {
        let mark = if row.member == run.canary { "*" } else { " " };
        let _ = writeln!(
            text,
            "  {:<3}{:<6}{mark}{:>9}{:>16}{:>10}{:>18}",
            row.member,
            row.router,
            milliseconds(row.last_passed_us),
            milliseconds(row.first_stopped_us),
            milliseconds(row.grain_us),
            milliseconds(row.again_us),
        );
    }
    let _ = writeln!(text, "  {}", Text(language).say(CANARY));
}

fn counts(text: &mut String, run: &Run, language: Language) {
    let (stopped, passed) = run.spreads();
    let span = |span: Option<Span>| milliseconds(span.map(Span::as_micros));
    let lost: usize = run.rows.iter().map(|row| row.lost).sum();
    for (words, one, other) in [
        (APART, span(stopped), span(passed)),
        (
            USERS,
            run.users_asked.to_string(),
            run.users_failed.to_string(),
        ),
        (
            BOTS,
            run.bots_pings.to_string(),
            run.bots_answers.to_string(),
        ),
        (DOUBT, lost.to_string(), run.dropped_by_watch.to_string()),
    ] {
        let _ = writeln!(text, "  {}: {one} / {other}", Text(language).say(words));
    }
}

fn by_sentinel(text: &mut String, run: &Run, told: &[Sentinel], language: Language) {
    *text += &sentinels::text(told, &run.canary, language);
    let fires_at = run.rows.iter();
    let fires_at: Vec<(String, i64)> = fires_at
        .map(|row| (row.member.clone(), row.fires_at))
        .collect();
    let spread = milliseconds(sentinels::spread_us(told, &fires_at, &run.canary));
    let _ = writeln!(
        text,
        "  {}: {spread}\n",
        Text(language).say(APART_BY_SENTINEL)
    );
}

const TITLE: &str = key!("lab-figures");
const HEADING: &str = key!("lab-figures-head");
const BENEATH: &str = key!("lab-figures-beneath");
const CANARY: &str = key!("lab-figures-canary");
const APART: &str = key!("lab-figures-spread");
const APART_BY_SENTINEL: &str = key!("lab-sentinels-spread");
const USERS: &str = key!("lab-figures-users");
const BOTS: &str = key!("lab-figures-bots");
const DOUBT: &str = key!("lab-figures-doubt");
const RECALL: &str = key!("lab-figures-recall");
const RECALL_BY_SENTINEL: &str = key!("lab-sentinels-recall");
const SWITCH: &str = key!("lab-figures-switch");
const DEATH: &str = key!("lab-figures-death");

pub(super) fn milliseconds(micros: Option<i64>) -> String {
    micros.map_or_else(
        || "–".into(),
        |micros| format!("{:.2}", micros as f64 / 1_000.0),
    )
}

/// Tells what did not come true in time.
///
/// # Errors
/// The first thing.
pub fn verdict(figures: &Figures) -> Result<(), String> {
    if let Some(run) = &figures.cut {
        run.rows.iter().try_for_each(judged)?;
        if let Some(told) = &figures.sentinels {
            sentinels::agree(told, &run.rows)?;
        }
        if run.users_failed * FAILED_IN > run.users_asked || run.users_asked == 0 {
            let (failed, asked) = (run.users_failed, run.users_asked);
            return Err(format!(
                "{failed} of {asked} ordinary questions had no answer while the cut was in force"
            ));
        }
        if run.bots_answers > 0 || run.bots_pings == 0 {
            let (answers, pings) = (run.bots_answers, run.bots_pings);
            return Err(format!(
                "hijacked devices heard {answers} answers to {pings} pings while the cut was in force"
            ));
        }
    }
    figures.names.as_ref().map_or(Ok(()), names::verdict)?;
    let recalled = |router: Router| {
        if router.is_kernel() {
            RECALLED
        } else {
            RECALLED_BY_BGP
        }
    };
    bounded(&figures.recalled_us, recalled, "the withdrawal")?;
    bounded(&figures.stopped_us, |_| SWITCHED, "the kill switch")?;
    // At a routing daemon the session is the lease, so its hold time comes on top.
    let lease = |router: Router| match router.is_kernel() {
        true => LATE,
        false => Span::from_micros(LATE.as_micros() + Span::from_secs(HOLD).as_micros()),
    };
    bounded(&figures.killed_us, lease, "the end, with everybody killed")
}

/// Ordinary questions of which one may fail: a machine under load answers late.
const FAILED_IN: u64 = 200;
/// A packet may pass for so long after T before the story says that a member missed it.
const MISSED: Span = Span::from_millis(75);
/// A packet may be stopped so long before T in a kernel: its sender noted the time before it sent.
const EARLY: Span = Span::from_millis(5);
/// A routing daemon is told earlier than T, by what it was measured to need; it may be quicker for once.
const EARLY_BY_BGP: Span = Span::from_millis(75);

fn judged(row: &Row) -> Result<(), String> {
    let member = &row.member;
    let early = if row.router.is_kernel() {
        EARLY
    } else {
        EARLY_BY_BGP
    };
    let (Some(first), Some(last)) = (row.first_stopped_us, row.last_passed_us) else {
        return Err(format!("{member}: packets never stopped"));
    };
    if first < -early.as_micros() {
        return Err(format!(
            "{member}: a packet was stopped {} ms before T",
            -first / 1_000
        ));
    }
    if last > MISSED.as_micros() {
        return Err(format!(
            "{member}: a packet passed {} ms after T",
            last / 1_000
        ));
    }
    match row.again_us {
        None => Err(format!(
            "{member}: packets did not pass again after the order's end"
        )),
        Some(late) if late > LATE.as_micros() => Err(format!(
            "{member}: packets passed again only {} ms after the order's end",
            late / 1_000
        )),
        Some(again) if again < -early.as_micros() => Err(format!(
            "{member}: packets passed again {} ms before the order's end",
            -again / 1_000
        )),
        Some(_) => Ok(()),
    }
}

fn bounded(
    all: &Option<Vec<Again>>,
    most: impl Fn(Router) -> Span,
    after: &str,
) -> Result<(), String> {
    for Again {
        member, router, us, ..
    } in all.iter().flatten()
    {
        match us {
            Some(late) if *late <= most(*router).as_micros() => {}
            Some(late) => {
                let late = late / 1_000;
                return Err(format!(
                    "{member}: packets passed only {late} ms after {after}"
                ));
            }
            None => {
                return Err(format!(
                    "{member}: packets did not pass again after {after}"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
