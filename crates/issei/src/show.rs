//! `issei show`: what an office knows of its country, its goals, its devices and its readers.
//!
//! In: what a person wants to see, a form. Out: a table for people, or the rows that the API gives to programs.
//! Always: an empty list says why it is empty and what to do. Not here: orders, cases, appeals, which have verbs of
//! their own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use issei_case::approvals::Role;
use issei_desk::sensors::SensorsView;
use issei_desk::traffic::TrafficView;
use issei_desk::{CountryView, DevicesView};
use issei_host::clock;
use issei_model::{Language, OrganisationId, Participant, Span};
use issei_text::format::{Zone, count, measured};
use issei_text::{Text, columns, finding, key, said};
use issei_window::looks::{LookBook as _, Looks, Sought};
use issei_window::rows;
use issei_window::shapes::{
    CheckpointLine, DevicesShape, GoalShape, LookShape, MemberLine, SensorShape, TrafficLine,
};
use serde::Serialize;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Show, ShowWish};
use crate::grid::{Head, grid};
use crate::office::control::{Ask, Reply};
use crate::{order, window};

/// Shows what is wished.
///
/// # Errors
/// That no office answers, or that it knows no such thing.
pub fn run(options: &Show, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    let shown = shown(&mut caller, &options.wish)?;
    caller::say(&shown)?;
    Ok(code::DONE)
}

fn shown(caller: &mut Caller, wish: &ShowWish) -> Result<String, Failure> {
    let tongue = caller.text();
    Ok(match wish {
        ShowWish::Country { json } => {
            let view = country(caller)?;
            match json {
                true => rows::document(&view),
                false => facts(&view, tongue),
            }
        }
        ShowWish::Members(form) => {
            let lines = members(caller)?;
            form.print(&lines, || members_table(&lines, tongue))
        }
        ShowWish::People(form) => {
            let lines = keys_of(&country(caller)?);
            form.print(&lines, || people_table(&lines, tongue))
        }
        ShowWish::Checkpoints(form) => {
            let notes = country(caller)?.checkpoints;
            let lines: Vec<CheckpointLine> = notes
                .iter()
                .filter_map(|note| CheckpointLine::read(note))
                .collect();
            form.print(&lines, || checkpoints_table(&lines, tongue))
        }
        ShowWish::Goals(form) => {
            let orders = order::all(caller)?;
            let goals = GoalShape::all(orders.iter(), clock::now());
            form.print(&goals, || goals_table(&goals, tongue))
        }
        ShowWish::Sensors(form) => {
            let view = sensors(caller)?;
            let lines: Vec<SensorShape> = (view.now.iter().flat_map(|now| &now.sensors))
                .map(|one| SensorShape::of(&view, one))
                .collect();
            form.print(&lines, || sensors_table(&view, tongue))
        }
        ShowWish::Devices { json } => {
            let view = devices(caller)?;
            match json {
                true => rows::document(&DevicesShape::of(&view)),
                false => devices_page(&view, tongue),
            }
        }
        ShowWish::Traffic { order, form } => {
            let view = traffic(caller, order)?;
            let lines: Vec<TrafficLine> = (view.members.iter().flat_map(TrafficLine::of))
                .map(|(_, line)| line)
                .collect();
            form.print(&lines, || traffic_table(&lines, view.lost, tongue))
        }
        ShowWish::Looks { only, most, form } => {
            let sought = Sought {
                before: None,
                most: *most as usize,
                only: only.clone(),
            };
            let leaf = window::looks(caller.folder()).read(&sought);
            let looks = Looks::of(&leaf.map_err(Failure::unreadable)?);
            let lines: Vec<LookShape> = looks.looks.iter().map(LookShape::of).collect();
            form.print(&lines, || looks_table(&looks, tongue))
        }
    })
}

fn country(caller: &mut Caller) -> Result<CountryView, Failure> {
    match caller.ask(&Ask::Country)? {
        Reply::Country(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

/// What a member told stands in the coordinator's findings; a member itself knows of none.
fn members(caller: &mut Caller) -> Result<Vec<MemberLine>, Failure> {
    let mut members = country(caller)?.members;
    let told = match caller.folder().settings()?.member {
        Some(_) => Vec::new(),
        None => match caller.ask(&Ask::Findings)? {
            Reply::Findings(told) => told,
            other => return Err(caller::astray(&other)),
        },
    };
    let mut counts: BTreeMap<&OrganisationId, u64> = BTreeMap::new();
    for one in &told {
        *counts.entry(&one.evidence.source).or_default() += 1;
    }
    members.sort_by(|one, other| one.member.cmp(&other.member));
    let line =
        |one: &Participant| MemberLine::of(one, counts.get(&one.member).copied().unwrap_or(0));
    Ok(members.iter().map(line).collect())
}

fn sensors(caller: &mut Caller) -> Result<SensorsView, Failure> {
    match caller.ask(&Ask::Sensors)? {
        Reply::Sensors(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

fn devices(caller: &mut Caller) -> Result<DevicesView, Failure> {
    match caller.ask(&Ask::Devices)? {
        Reply::Devices(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

fn traffic(caller: &mut Caller, name: &order::OrderName) -> Result<TrafficView, Failure> {
    let order = order::named(caller, name)?;
    match caller.ask(&Ask::Traffic(order))? {
        Reply::Traffic(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

/// A person's key, for programs.
#[derive(Debug, Serialize)]
struct KeyLine {
    person: String,
    role: Role,
    key: String,
    from: String,
    until: String,
}

fn keys_of(view: &CountryView) -> Vec<KeyLine> {
    let line = |(person, key): &(issei_model::PersonId, issei_case::RosterKey)| KeyLine {
        person: person.to_string(),
        role: key.role,
        key: key.key.to_string(),
        from: key.from.to_string(),
        until: key.until.to_string(),
    };
    view.people.iter().map(line).collect()
}

/// Says that there is nothing, and what to do.
fn lacking(what: &str, next: &str) -> String {
    format!("{what}\n{next}\n")
}

fn facts(view: &CountryView, tongue: Text) -> String {
    let mut page = String::new();
    let mut fact = |label: &'static str, value: &str| {
        let label = columns::left(&tongue.say(label), 34);
        let _ = writeln!(page, "{label}  {}", crate::words::tame(value));
    };
    fact(key!("show-coordinator"), view.coordinator.as_str());
    fact(key!("show-log-key"), &view.log);
    fact(key!("show-members"), &count(view.members.len() as u64));
    fact(key!("ceiling-people"), &count(view.approvals as u64));
    fact(key!("ceiling-order"), &count(view.lines_per_order));
    fact(key!("ceiling-day"), &count(view.lines_per_day));
    fact(key!("show-never-cut"), &count(view.safeguards as u64));
    fact(key!("show-lists-digest"), &view.lists.to_string());
    page
}

fn members_table(lines: &[MemberLine], tongue: Text) -> String {
    if lines.is_empty() {
        return lacking(
            &tongue.say("providers-none"),
            &tongue.say("providers-none-next"),
        );
    }
    let heads = [
        Head::words(tongue.say("column-member")),
        Head::figures(tongue.say("column-lines")),
        Head::figures(tongue.say("column-findings")),
        Head::figures(tongue.say("column-per-lines")),
    ];
    let row = |one: &MemberLine| {
        let per = one
            .per_100_000_lines
            .map_or_else(|| "–".into(), |per| format!("{per:.1}"));
        [
            one.member.clone(),
            count(one.lines),
            count(one.findings),
            per,
        ]
    };
    grid(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

fn people_table(lines: &[KeyLine], tongue: Text) -> String {
    if lines.is_empty() {
        return lacking(&tongue.say("people-none"), &tongue.say("people-none-next"));
    }
    let heads = [
        Head::words(tongue.say("column-person")),
        Head::words(tongue.say("column-role")),
        Head::words(tongue.say("column-key")),
        Head::words(tongue.say("column-from")),
        Head::words(tongue.say("step-end")),
    ];
    let row = |one: &KeyLine| {
        let role = tongue.say(match one.role {
            Role::Approver => key!("role-approver"),
            Role::Proposer => key!("role-proposer"),
        });
        [
            one.person.clone(),
            role,
            one.key.clone(),
            one.from.clone(),
            one.until.clone(),
        ]
    };
    grid(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

fn checkpoints_table(lines: &[CheckpointLine], tongue: Text) -> String {
    if lines.is_empty() {
        let none = tongue.say("audit-no-checkpoints");
        return lacking(&none, &tongue.say("audit-no-checkpoints-next"));
    }
    let heads = [
        Head::figures(tongue.say("column-count")),
        Head::words(tongue.say("column-root")),
        Head::words(tongue.say("column-witnesses")),
    ];
    let row = |one: &CheckpointLine| [count(one.entries), one.root.clone(), one.signers.join(" ")];
    grid(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

fn goals_table(goals: &[GoalShape], tongue: Text) -> String {
    let heads = [
        Head::words(tongue.say("column-goal-of")),
        Head::words(tongue.say("column-target")),
        Head::figures(tongue.say("column-now")),
        Head::figures(tongue.say("column-before")),
        Head::words(tongue.say("column-kept")),
    ];
    let row = |one: &GoalShape| {
        let (name, is_least) = match one.name.as_str() {
            "spread" => (key!("goal-spread"), false),
            "to-force" => (key!("goal-to-force"), false),
            "reached" => (key!("goal-reached"), true),
            _ => (key!("goal-whole"), true),
        };
        let figure = |value: f64| match one.unit.as_str() {
            "ms" => measured(Span::from_micros((value * 1e3).round() as i64)),
            unit => format!("{value:.0} {unit}"),
        };
        let told = |value: Option<f64>| value.map_or_else(|| tongue.say("not-measured"), figure);
        let what = figure(one.target);
        let target = match is_least {
            true => said!(tongue, "goal-at-least", what),
            false => said!(tongue, "goal-at-most", what),
        };
        let kept = tongue.say(match one.kept {
            Some(true) => key!("kept"),
            Some(false) => key!("not-kept"),
            None => key!("not-measured"),
        });
        [
            tongue.say(name),
            target,
            told(one.now),
            told(one.before),
            kept,
        ]
    };
    let table = grid(&heads, &goals.iter().map(row).collect::<Vec<_>>());
    format!("{table}{}\n", tongue.say("goals-period"))
}

fn sensors_table(view: &SensorsView, tongue: Text) -> String {
    let Some(now) = &view.now else {
        return lacking(&tongue.say("sensors-none"), &tongue.say("sensors-next"));
    };
    let heads = [
        Head::words(tongue.say("sensors-name")),
        Head::figures(tongue.say("sensors-domain")),
        Head::words(tongue.say("sensors-sampling")),
        Head::figures(tongue.say("sensors-records")),
        Head::figures(tongue.say("sensors-rate")),
        Head::figures(tongue.say("sensors-lost")),
        Head::words(tongue.say("sensors-last")),
    ];
    let row = |one: &issei_desk::sensors::Sensor| {
        let rate = view
            .rate(one)
            .map_or_else(|| "–".into(), |rate| count(rate.round() as u64));
        [
            one.name.clone(),
            one.domain.to_string(),
            finding::basis(one.sampling, tongue),
            count(one.records),
            rate,
            count(one.lost),
            Zone::Utc.moment(one.last),
        ]
    };
    let mut page = grid(&heads, &now.sensors.iter().map(row).collect::<Vec<_>>());
    for (label, figure) in [
        (key!("sensors-datagrams"), now.datagrams),
        (key!("sensors-dropped"), now.dropped),
        (key!("sensors-problems"), now.problems),
    ] {
        let _ = writeln!(page, "{:>13}  {}", count(figure), tongue.say(label));
    }
    if !view.is_fresh(clock::now()) {
        let _ = writeln!(
            page,
            "! {} {}",
            tongue.say("sensors-old"),
            Zone::Utc.moment(now.at)
        );
    }
    page
}

fn devices_page(view: &DevicesView, tongue: Text) -> String {
    let mut page = String::new();
    let mut line = |text: String| {
        let _ = writeln!(page, "{}", crate::words::tame(&text));
    };
    if view.rehearsed {
        line(tongue.say("devices-rehearsed"));
        line(tongue.say("devices-rehearsed-next"));
    }
    if let Some(why) = &view.silent {
        line(format!("! {} {why}", tongue.say("devices-silent")));
    }
    if let Some(alarm) = &view.alarm {
        line(format!("! {alarm}"));
    }
    if view.stopped {
        line(format!("! {}", tongue.say("devices-stopped")));
    }
    let width = view
        .devices
        .keys()
        .map(|name| columns::width(name))
        .max()
        .unwrap_or(0);
    for (name, fault) in &view.devices {
        let name = columns::left(name, width);
        line(match fault {
            None => format!("✓ {name}  {}", tongue.say("device-well")),
            Some(why) => format!("✕ {name}  {why}"),
        });
    }
    if view.silent.is_none() {
        line(format!(
            "{:>9}  {}",
            count(view.orders as u64),
            tongue.say("devices-orders")
        ));
        line(format!(
            "{:>9}  {}",
            measured(view.lead),
            tongue.say("devices-lead")
        ));
        if view.reflex_room > 0 {
            let (held, room) = (count(view.reflexes as u64), count(view.reflex_room as u64));
            line(format!(
                "{:>9}  {}",
                format!("{held}/{room}"),
                tongue.say("devices-reflexes")
            ));
        }
    }
    if !view.sentinels.is_empty() {
        line(format!(
            "{} {}",
            tongue.say("devices-sentinels"),
            view.sentinels.join(" ")
        ));
    }
    for (kind, number) in &view.counts {
        line(format!("{:>9}  {kind}", count(*number)));
    }
    page
}

fn traffic_table(lines: &[TrafficLine], lost: u64, tongue: Text) -> String {
    if lines.is_empty() {
        return lacking(
            &tongue.say("show-no-traffic"),
            &tongue.say("show-no-traffic-next"),
        );
    }
    let heads = [
        Head::words(tongue.say("column-when")),
        Head::words(tongue.say("column-member")),
        Head::figures(tongue.say("show-asked")),
        Head::figures(tongue.say("show-answered")),
    ];
    let row = |one: &TrafficLine| {
        [
            one.at.clone(),
            one.member.clone(),
            count(one.asked),
            count(one.answered),
        ]
    };
    let mut page = grid(&heads, &lines.iter().map(row).collect::<Vec<_>>());
    if lost > 0 {
        let _ = writeln!(
            page,
            "{}",
            said!(tongue, "show-traffic-lost", n = count(lost))
        );
    }
    page
}

fn looks_table(looks: &Looks, tongue: Text) -> String {
    if looks.looks.is_empty() && looks.odd == 0 {
        let next = match looks.all {
            0 => key!("looks-none-next"),
            _ => key!("looks-none-here-next"),
        };
        return lacking(&tongue.say("looks-none"), &tongue.say(next));
    }
    let heads = [
        Head::words(tongue.say("column-when")),
        Head::words(tongue.say("column-who")),
        Head::words(tongue.say("column-looked-at")),
    ];
    let row = |one: &issei_window::looks::Look| {
        let who = one.who.as_ref();
        let who = who.map_or_else(|| tongue.say("looks-machine"), ToString::to_string);
        [Zone::Utc.moment(one.at), who, one.what.clone()]
    };
    let mut page = grid(&heads, &looks.looks.iter().map(row).collect::<Vec<_>>());
    if looks.odd > 0 {
        let _ = writeln!(
            page,
            "{}",
            said!(tongue, "looks-odd", n = count(looks.odd as u64))
        );
    }
    if looks.older.is_some() {
        let _ = writeln!(page, "{}", tongue.say("show-more-looks"));
    }
    page
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
