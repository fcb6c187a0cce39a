//! The chapter in which a name is cut: at the resolvers of two members, once taken back and once to its end.
//!
//! In: a lab with resolvers. Out: the story, and figures of every question that was asked meanwhile. Always: a
//! moment is known to the questions around it: the last that was answered is told by when it left, the first that
//! was refused by when its answer came; what was not measured is a dash. Not here: how resolvers follow
//! (`resolvers`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use issei_case::ground::Pack;
use issei_host::clock;
use issei_model::{Action, Ending, Fact, Goal, Language, OrderId, PersonId, Span, Timestamp};
use issei_sim::rehearsal;
use issei_text::{Text, said};
use serde::Serialize;

use super::super::actors::{Answered, Called, Said, reported};
use super::super::figures::spread;
use super::super::raise::naming;
use super::super::resolvers::{self, COMMANDS, Resolver};
use super::super::{down, raise, topology};
use super::{LASTS, LASTS_LONGER, LATE, Story, sleep_until};
use crate::code::Failure;
use crate::office::control::{Ask, OrderView, Reply, Wish};
use crate::office::country::{ask, done, unexpected, until};

/// The row for names that command bots.
const ROW: &str = "C1";
/// Lines that must be prepared, in percent: two of five members have resolvers that follow.
const QUORUM: u8 = 40;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Each resolver, while the order was in force that ended by itself.
    pub rows: Vec<Row>,
    /// Each resolver after a person took the other order back.
    pub recalled: Vec<Recalled>,
    /// Look-ups of bots while it was in force, and those that found their server.
    pub bots_asked: u64,
    /// Those that found it.
    pub bots_found: u64,
}

/// One resolver around T and the end.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its member.
    pub member: String,
    /// What it is.
    pub resolver: &'static str,
    /// Its T, in microseconds since 1970.
    pub fires_at: i64,
    /// When the last question left that was answered, in microseconds after T.
    pub last_answered_us: Option<i64>,
    /// When the first refusal came, in microseconds after T.
    pub first_refused_us: Option<i64>,
    /// When the first answer came again, in microseconds after the order's end.
    pub again_us: Option<i64>,
    /// Questions that were refused.
    pub refused: u64,
    /// Questions for another name meanwhile.
    pub others_asked: u64,
    /// Those without an answer.
    pub others_failed: u64,
}

/// When a resolver answered again after a withdrawal.
#[derive(Clone, Debug, Serialize)]
pub struct Recalled {
    /// Its member.
    pub member: String,
    /// What it is.
    pub resolver: &'static str,
    /// So many microseconds after a person asked for it.
    pub us: Option<i64>,
}

/// A cut from T to what ended it.
struct Cut {
    fires_at: BTreeMap<u8, Timestamp>,
    ended: Timestamp,
}

impl Story<'_> {
    /// A name is cut, taken back, cut again, and answered after the end.
    pub(super) async fn names(&mut self) -> Result<(), Failure> {
        self.telling.chapter(&said!(self.telling, "lab-a-name"))?;
        if !self.lab.lab.names {
            let step = "this lab has no resolvers; build one with `issei lab up --names`";
            return Err(Failure::wrong(step));
        }
        self.telling
            .say(&said!(self.telling, "lab-name-family", commands = COMMANDS))?;
        naming::callers(self.lab)?;
        self.told_of_name().await?;
        naming::asking(self.lab)?;
        let recalled = self.name_taken_back().await?;
        let (ended, [before, after]) = self.name_to_its_end().await?;
        let answers = self.answers()?;
        let run = Run {
            rows: rows(&ended, &answers),
            recalled: again(&recalled, &answers),
            bots_asked: after.asked - before.asked,
            bots_found: after.found - before.found,
        };
        self.told_of_answers(&run)?;
        self.figures.names = Some(run);
        Ok(())
    }

    /// At each member a person suspects the name, and the office looks it up at what its lines ask. Typed inside
    /// the lab: from anywhere else the question would go to somebody else's resolver.
    async fn told_of_name(&self) -> Result<(), Failure> {
        let (goal, program) = (goal()?, raise::program()?);
        for number in topology::numbers() {
            let office = self.lab.office(number).root().display().to_string();
            let found = self.found(number).display().to_string();
            let asks = [&program, "case", "report", "--office", &office];
            let told = ["--from", &found, "--name", COMMANDS];
            self.lab
                .run(topology::CONTROL, &[&asks[..], &told].concat(), "")?;
        }
        let arrived = async || match ask(&self.lab.coordinator(), Ask::Findings).await? {
            Reply::Findings(all) => {
                let about = all.iter().filter(|one| one.goal == goal);
                Ok(about.count() >= usize::from(topology::MEMBERS))
            }
            other => Err(unexpected(&other)),
        };
        until("the members tell of the name", arrived).await
    }

    /// From a case about the name to an order that both resolvers obey.
    async fn name_in_force(&self, case: &str, lasts: Span) -> Result<(OrderId, Cut), Failure> {
        let id = self.name_drafted(case, lasts).await?;
        self.approved(id).await?;
        let mut shown = None;
        let obeyed = async || {
            let view = self.view(id).await?;
            let acting = view.members.iter().filter(|one| one.effect.is_some());
            let all = acting.count() == resolvers::numbers().count();
            shown = all.then_some(view);
            Ok(all)
        };
        until("both resolvers refuse the name", obeyed).await?;
        let view = shown.ok_or_else(|| Failure::broken("the order is gone"))?;
        let cut = Cut {
            fires_at: fires_at(&view)?,
            ended: view.order.expires_at,
        };
        Ok((id, cut))
    }

    async fn name_drafted(&self, case: &str, lasts: Span) -> Result<OrderId, Failure> {
        let radius = self.measured(case, goal()?).await?;
        let (benign, bots) = (radius.predicted_lines, radius.suspected_lines);
        self.telling.say(&said!(
            self.telling,
            "lab-name-radius",
            case,
            commands = COMMANDS,
            command = topology::COMMAND,
            benign,
            bots
        ))?;
        self.proposed(wish(case, lasts)?).await
    }

    async fn name_taken_back(&self) -> Result<Cut, Failure> {
        let (order, cut) = self.name_in_force("name", LASTS_LONGER).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let ended = clock::now();
        let reason = Ending::ByPerson;
        done(ask(&self.lab.coordinator(), Ask::Withdraw { order, reason }).await?)?;
        tokio::time::sleep(Duration::from_secs(4)).await;
        Ok(Cut { ended, ..cut })
    }

    async fn name_to_its_end(&self) -> Result<(Cut, [Called; 2]), Failure> {
        self.told_again(&goal()?).await?;
        let (_, cut) = self.name_in_force("name-again", LASTS).await?;
        // Bots report each second: what they tell two later is of a time in which it was in force.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = self.called();
        sleep_until(cut.ended - Span::from_millis(100)).await;
        let after = self.called();
        sleep_until(cut.ended + LATE + Span::from_millis(500)).await;
        Ok((cut, [before, after]))
    }

    fn called(&self) -> Called {
        let all = resolvers::numbers().map(|number| reported(&naming::called(self.lab, number)));
        all.fold(Called::default(), |sum, one: Called| Called {
            asked: sum.asked + one.asked,
            found: sum.found + one.found,
            refused: sum.refused + one.refused,
        })
    }

    /// Ends who asks, and reads what was answered.
    fn answers(&self) -> Result<BTreeMap<u8, Vec<Answered>>, Failure> {
        let role = |number: u8| format!("{} asking", topology::member(number));
        let askers: Vec<_> = resolvers::numbers()
            .filter_map(|number| self.lab.worker(&role(number)))
            .collect();
        down::end(&askers)?;
        let read = |number: u8| {
            let path = naming::answers(self.lab, number);
            let text = fs::read_to_string(&path)
                .map_err(|error| Failure::broken(format!("{}: {error}", path.display())))?;
            Ok((number, text.lines().filter_map(Answered::parse).collect()))
        };
        resolvers::numbers().map(read).collect()
    }

    fn told_of_answers(&self, run: &Run) -> Result<(), Failure> {
        let refused: u64 = run.rows.iter().map(|row| row.refused).sum();
        let (asked, failed) = others(run);
        self.telling.say(&said!(
            self.telling,
            "lab-name-refused",
            refused,
            asked,
            failed
        ))
    }
}

fn goal() -> Result<Goal, Failure> {
    COMMANDS.parse().map(Goal::Name).map_err(Failure::broken)
}

fn wish(case: &str, lasts: Span) -> Result<Wish, Failure> {
    let person =
        |name: &str| -> Result<PersonId, Failure> { name.parse().map_err(Failure::broken) };
    Ok(Wish {
        case: case.into(),
        proposer: person("duty@coordinator")?,
        ground: ROW.into(),
        action: Action::RefuseName,
        facts: facts()?,
        canary: Vec::new(),
        // Only then both have one T, and can be compared.
        canary_skipped_by: vec![person("approver@m1")?, person("counsel@m2")?],
        quorum_percent: QUORUM,
        clock_limit: Span::from_millis(50),
        fire_within: Span::from_micros(lasts.as_micros() - 4_000_000),
        lasts,
        confirm_within: None,
        hold: false,
    })
}

fn facts() -> Result<BTreeMap<String, Fact>, Failure> {
    let person =
        |name: &str| -> Result<PersonId, Failure> { name.parse().map_err(Failure::broken) };
    let pack = Pack::japan();
    let row = pack.row(ROW);
    let row = row.ok_or_else(|| Failure::broken("the pack has lost a row"))?;
    let people = [&person("duty@coordinator")?, &person("counsel@m2")?];
    Ok(rehearsal::facts(row, clock::now(), people))
}

fn fires_at(view: &OrderView) -> Result<BTreeMap<u8, Timestamp>, Failure> {
    let moment = |number: u8| {
        let name = topology::member(number);
        let of = view.members.iter().find(|one| one.member.as_str() == name);
        let at = of.and_then(|one| one.fires_at);
        at.map(|at| (number, at))
            .ok_or_else(|| Failure::broken(format!("{name} knows no moment")))
    };
    resolvers::numbers().map(moment).collect()
}

/// How long before T is looked: a cut that came too early must show.
const BEFORE: Span = Span::from_secs(1);

fn called_so(number: u8) -> (String, &'static str) {
    let resolver = resolvers::of(number).map_or("–", Resolver::name);
    (topology::member(number), resolver)
}

fn rows(cut: &Cut, answers: &BTreeMap<u8, Vec<Answered>>) -> Vec<Row> {
    let row = |(number, answers): (&u8, &Vec<Answered>)| {
        let (member, resolver) = called_so(*number);
        let fires_at = cut.fires_at.get(number).copied().unwrap_or(Timestamp::MAX);
        Row::of((member, resolver), fires_at, cut.ended, answers)
    };
    answers.iter().map(row).collect()
}

fn again(cut: &Cut, answers: &BTreeMap<u8, Vec<Answered>>) -> Vec<Recalled> {
    let recalled = |(number, answers): (&u8, &Vec<Answered>)| {
        let (member, resolver) = called_so(*number);
        let us = answered_after(cut.ended, answers);
        Recalled {
            member,
            resolver,
            us,
        }
    };
    answers.iter().map(recalled).collect()
}

/// Microseconds from a moment until the name was answered, if it was refused right before.
fn answered_after(moment: Timestamp, answers: &[Answered]) -> Option<i64> {
    let moment = moment.as_micros();
    let of_name = || answers.iter().filter(|one| one.which == 0);
    let before = of_name().rfind(|one| one.came <= moment)?;
    let again = of_name().find(|one| one.came > moment && one.said == Said::Address)?;
    (before.said == Said::Absent).then_some(again.came - moment)
}

impl Row {
    fn of(
        (member, resolver): (String, &'static str),
        fires_at: Timestamp,
        ended: Timestamp,
        answers: &[Answered],
    ) -> Self {
        let (from, until) = ((fires_at - BEFORE).as_micros(), ended.as_micros());
        let within = answers
            .iter()
            .filter(|one| from <= one.sent && one.came <= until);
        let (of_name, others): (Vec<&Answered>, Vec<&Answered>) =
            within.partition(|one| one.which == 0);
        let said = |what: Said| of_name.iter().filter(move |one| one.said == what);
        let after_t = |micros: i64| micros - fires_at.as_micros();
        let meanwhile = others.iter().filter(|one| one.sent >= fires_at.as_micros());
        let failed = meanwhile.clone().filter(|one| one.said != Said::Address);
        Self {
            member,
            resolver,
            fires_at: fires_at.as_micros(),
            last_answered_us: said(Said::Address).map(|one| after_t(one.sent)).max(),
            first_refused_us: said(Said::Absent).map(|one| after_t(one.came)).min(),
            again_us: answered_after(ended, answers),
            refused: said(Said::Absent).count() as u64,
            others_asked: meanwhile.clone().count() as u64,
            others_failed: failed.count() as u64,
        }
    }

    fn first_refused(&self) -> Option<Timestamp> {
        Some(Timestamp::from_micros(
            self.fires_at + self.first_refused_us?,
        ))
    }
}

impl Run {
    /// How far apart the first and the last of them refused the name.
    pub fn spread(&self) -> Option<Span> {
        let moments: Option<Vec<Timestamp>> = self.rows.iter().map(Row::first_refused).collect();
        moments.and_then(spread)
    }
}

fn others(run: &Run) -> (u64, u64) {
    let sum = |of: fn(&Row) -> u64| run.rows.iter().map(of).sum();
    (sum(|row| row.others_asked), sum(|row| row.others_failed))
}

/// Writes the table.
pub fn text(run: &Run, language: Language) -> String {
    let heading = said!(Text(language), "lab-names-head");
    let beneath = said!(Text(language), "lab-names-beneath");
    let mut text = format!("  {heading}\n  {beneath}\n");
    for row in &run.rows {
        let _ = writeln!(
            text,
            "  {:<3}{:<8}{:>15}{:>16}{:>17}",
            row.member,
            row.resolver,
            milliseconds(row.last_answered_us),
            milliseconds(row.first_refused_us),
            milliseconds(row.again_us),
        );
    }
    let (asked, failed) = others(run);
    let recalled: Vec<String> = run
        .recalled
        .iter()
        .map(|one| format!("{} {} {}", one.member, one.resolver, milliseconds(one.us)))
        .collect();
    for (words, figure) in [
        (
            said!(Text(language), "lab-names-spread"),
            milliseconds(run.spread().map(Span::as_micros)),
        ),
        (
            said!(Text(language), "lab-names-recalled"),
            recalled.join(", "),
        ),
        (
            said!(Text(language), "lab-names-others"),
            format!("{asked} / {failed}"),
        ),
        (
            said!(Text(language), "lab-names-bots"),
            format!("{} / {}", run.bots_asked, run.bots_found),
        ),
    ] {
        let _ = writeln!(text, "  {words}: {figure}");
    }
    text
}

fn milliseconds(micros: Option<i64>) -> String {
    micros.map_or_else(
        || "–".into(),
        |micros| format!("{:.2}", micros as f64 / 1_000.0),
    )
}

/// What a machine that does other work meanwhile may need beyond the target of 50 ms, which the table shows.
const APART: Span = Span::from_millis(150);
/// A name leaves earlier than T by what the resolver was measured to need, which may be quicker for once.
const EARLY: Span = Span::from_millis(100);
/// A withdrawn name may be refused for so long.
const RECALLED: Span = Span::from_secs(3);
/// Questions for other names of which one may fail: a machine under load answers late.
const FAILED_IN: u64 = 200;

/// Tells what did not come true in time.
///
/// # Errors
/// The first thing.
pub fn verdict(run: &Run) -> Result<(), String> {
    for row in &run.rows {
        judged(row)?;
    }
    let apart = run
        .spread()
        .ok_or("nobody knows how far apart the resolvers were")?;
    if apart > APART {
        let ms = apart.as_micros() / 1_000;
        return Err(format!("the resolvers refused the name {ms} ms apart"));
    }
    for Recalled { member, us, .. } in &run.recalled {
        if !us.is_some_and(|us| us <= RECALLED.as_micros()) {
            return Err(format!(
                "{member}: {} ms after the withdrawal the name was answered",
                milliseconds(*us)
            ));
        }
    }
    Ok(())
}

fn judged(row: &Row) -> Result<(), String> {
    let member = &row.member;
    let first = row
        .first_refused_us
        .ok_or(format!("{member}: the name was never refused"))?;
    if first < -EARLY.as_micros() {
        return Err(format!(
            "{member}: the name was refused {} ms before T",
            -first / 1_000
        ));
    }
    if row.again_us.is_none_or(|us| us > LATE.as_micros()) {
        let ms = milliseconds(row.again_us);
        return Err(format!(
            "{member}: {ms} ms after the end the name was answered again"
        ));
    }
    if row.others_asked == 0 || row.others_failed * FAILED_IN > row.others_asked {
        let (failed, asked) = (row.others_failed, row.others_asked);
        return Err(format!(
            "{member}: {failed} of {asked} questions for another name had no answer"
        ));
    }
    Ok(())
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
