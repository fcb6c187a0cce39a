//! Builds a lab: namespaces, servers and lines, offices, enforcers, meters.
//!
//! In: a folder. Out: a country at work in it. Always: everything is founded, invited, joined, accepted and
//! set up as people would, over the same sockets, files and TLS as between machines; what was half built
//! is taken down again. Made up are the traffic, the people and their statements; the row of the pack is
//! the one for rehearsals.

pub mod naming;

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use issei_case::Roster;
use issei_case::approvals::Role;
use issei_case::safeguards::{Entry, Kind, Place as Protected};
use issei_model::{OrganisationId, PersonId};
use issei_sim::rehearsal::Person;

use super::actors::{Held, reported};
use super::place::{self, Place};
use super::routers::{self, Router};
use super::topology::{self, BOTS, CONTROL, OUT, USERS};
use crate::code::Failure;
use crate::enforcer::line::Line;
use crate::enforcer::speech::{Task, Told};
use crate::office::control::{Ask, Reply};
use crate::office::country::{ask, done, status, unexpected, until};
use crate::office::folder::{Folder, Settings};
use crate::office::founding;
use crate::office::rehearsed::{People, ROW};

/// Where the coordinator listens, inside the offices' namespace.
const COORDINATOR: &str = "127.0.0.1:7443";
/// Where a meter sends what it exports: to the collector, and to who keeps it.
const COLLECTOR: &str = "127.0.0.1:2055";
const KEEPER: &str = "127.0.0.1:2056";
/// Lines that each member stands for in a quorum.
const WEIGHT: u64 = 4_000;
/// How long a canary is watched, in milliseconds.
const WATCH_MS: u32 = 1_500;
/// Time between signing T and T, in milliseconds.
const NOTICE_MS: u32 = 1_500;
/// Seconds of somebody who acts once and ends.
const MOMENT: u64 = 10;

/// Builds a lab whose actors end after so many seconds.
///
/// # Errors
/// If something is missing or does not come up; then nothing is left.
pub async fn up(
    root: &Path,
    seconds: u64,
    routers: &[Router],
    names: bool,
) -> Result<Place, Failure> {
    let lab = Place::begin(root, seconds, routers, names)?;
    match raise(&lab).await {
        Ok(()) => Ok(lab),
        Err(failure) => {
            let logs = last_words(&lab);
            super::down::down(root)?;
            Err(Failure::broken(format!("{failure}{logs}")))
        }
    }
}

async fn raise(lab: &Place) -> Result<(), Failure> {
    network(lab)?;
    outside(lab)?;
    naming::authority(lab)?;
    coordinator(lab).await?;
    for number in topology::numbers() {
        member(lab, number).await?;
    }
    accepted(lab).await?;
    for number in topology::numbers() {
        daemon(lab, number)?;
        naming::resolver(lab, number)?;
        enforcer(lab, number)?;
    }
    for number in topology::numbers() {
        answering(lab, number)?;
        carded(lab, number)?;
        meters(lab, number)?;
        sentinel(lab, number)?;
    }
    Ok(())
}

/// The last line that each process of a lab that failed has said.
fn last_words(lab: &Place) -> String {
    let Ok(logs) = fs::read_dir(lab.shared("log")) else {
        return String::new();
    };
    let mut told = String::new();
    for log in logs.flatten() {
        let text = fs::read_to_string(log.path()).unwrap_or_default();
        if let Some(last) = text.lines().last() {
            let last = crate::words::tame(last);
            told += &format!("\n  {}: {last}", log.file_name().to_string_lossy());
        }
    }
    told
}

// ── the network ────────────────────────────────────────────────────────────────────────────────

fn network(lab: &Place) -> Result<(), Failure> {
    for command in lab.topology.commands() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        place::ip(&words)?;
    }
    for place in topology::Topology::places() {
        act_once(lab, &place, &["forward"])?;
    }
    Ok(())
}

fn outside(lab: &Place) -> Result<(), Failure> {
    let (command, service) = (place::shown(topology::command()), "0.0.0.0:80");
    act(
        lab,
        OUT,
        "servers",
        &lab.shared("servers.json"),
        &["server", "--command", &command, "--service", service],
    )?;
    for number in topology::numbers() {
        let (from, count) = (topology::first_user(number).to_string(), USERS.to_string());
        let asked = topology::asked().map(place::shown);
        let mut words = vec!["users", "--from", &from, "--count", &count];
        words.extend(asked.iter().flat_map(|one| ["--ask", one]));
        let role = format!("{} users", topology::member(number));
        act(
            lab,
            &topology::lines(number),
            &role,
            &lab.file(number, "users.json"),
            &words,
        )?;
    }
    Ok(())
}

/// Starts the hijacked devices of every member that has none yet.
///
/// # Errors
/// If one cannot start.
pub fn attack(lab: &Place) -> Result<(), Failure> {
    for number in topology::numbers() {
        let role = format!("{} bots", topology::member(number));
        if lab.worker(&role).is_some() {
            continue;
        }
        let (from, count) = (topology::first_bot(number).to_string(), BOTS.to_string());
        let command = place::shown(topology::command());
        let scanned = topology::SCANNED.map(|ip| ip.to_string());
        let mut words = vec![
            "bots",
            "--from",
            &from,
            "--count",
            &count,
            "--command",
            &command,
        ];
        words.extend(scanned.iter().flat_map(|one| ["--scan", one]));
        act(
            lab,
            &topology::lines(number),
            &role,
            &lab.file(number, "bots.json"),
            &words,
        )?;
    }
    Ok(())
}

/// Starts somebody who acts until the lab's time is over.
///
/// # Errors
/// If it cannot start.
pub fn act(
    lab: &Place,
    place: &str,
    role: &str,
    log: &Path,
    words: &[&str],
) -> Result<(), Failure> {
    act_for(lab, place, role, lab.lab.seconds, log, &[], words)
}

/// Starts somebody who acts for so many seconds, by way of another program.
///
/// # Errors
/// If it cannot start.
pub fn act_for(
    lab: &Place,
    place: &str,
    role: &str,
    seconds: u64,
    log: &Path,
    by: &[&str],
    words: &[&str],
) -> Result<(), Failure> {
    let (program, log, seconds) = (program()?, log.display().to_string(), seconds.to_string());
    let actor = [
        &program,
        "lab",
        "actor",
        "--seconds",
        &seconds,
        "--log",
        &log,
    ];
    lab.start(place, role, &[by, &actor, words].concat())
}

fn act_once(lab: &Place, place: &str, words: &[&str]) -> Result<(), Failure> {
    let (program, seconds) = (program()?, MOMENT.to_string());
    let actor = [
        &program,
        "lab",
        "actor",
        "--seconds",
        &seconds,
        "--log",
        "/dev/null",
    ];
    lab.run(place, &[&actor, words].concat(), "")
}

/// Names this program: every office and actor is the same.
///
/// # Errors
/// If the system does not tell.
pub fn program() -> Result<String, Failure> {
    let path = std::env::current_exe().map_err(Failure::broken)?;
    Ok(path.display().to_string())
}

// ── the offices ────────────────────────────────────────────────────────────────────────────────

/// Two people of two members, whose keys everybody knows: they are good for a lab and nothing else.
pub fn people() -> People {
    let person = |name: &str, seed: u8| {
        let id = name.parse().expect("a name of ours");
        Person::new(id, ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    };
    People::new(vec![person("approver@m1", 101), person("counsel@m2", 102)])
}

/// A person of a protected operator, who may ask for a drop at his own address.
pub const OPERATOR: &str = "duty@hospital";

/// That person's key; everybody knows it.
pub fn operator_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[103; 32])
}

fn name(number: u8) -> Result<OrganisationId, Failure> {
    topology::member(number).parse().map_err(Failure::broken)
}

fn settings() -> Settings {
    Settings {
        rows_on: vec![ROW.to_owned()],
        // All offices share one machine's clock.
        clock_error_ms: Some(5),
        ..Settings::default()
    }
}

async fn coordinator(lab: &Place) -> Result<(), Failure> {
    let folder = lab.coordinator();
    let wanted = Settings {
        address: Some(COORDINATOR.into()),
        connections_per_address: Some(1_000),
        watch_ms: Some(WATCH_MS),
        notice_ms: Some(NOTICE_MS),
        ..settings()
    };
    let name: OrganisationId = "coordinator".parse().map_err(Failure::broken)?;
    founding::found(&folder, &name, Roster::LEAST, &wanted)?;
    protect(&folder)?;
    let (program, shown) = (program()?, folder.root().display().to_string());
    lab.start(
        CONTROL,
        "coordinator",
        &[&program, "coordinator", "run", &shown],
    )?;
    comes_up("the coordinator", &folder).await?;
    let mut entries: Vec<(PersonId, issei_model::PublicKey, Role)> = people().entries();
    let key = issei_model::PublicKey(operator_key().verifying_key().to_bytes());
    let operator = OPERATOR.parse().map_err(Failure::broken)?;
    entries.push((operator, key, Role::Proposer));
    for (person, key, role) in entries {
        done(ask(&folder, Ask::EnterPerson { person, key, role }).await?)?;
    }
    Ok(())
}

async fn member(lab: &Place, number: u8) -> Result<(), Failure> {
    let invite = Ask::Invite {
        member: name(number)?,
        lines: WEIGHT,
    };
    let code = match ask(&lab.coordinator(), invite).await? {
        Reply::Invitation { code, .. } => code,
        other => return Err(unexpected(&other)),
    };
    let (folder, member) = (lab.office(number), topology::member(number));
    let (program, shown) = (program()?, folder.root().display().to_string());
    let join = [
        &program,
        "enrol",
        "join",
        &shown,
        "--as",
        &member,
        "--coordinator",
        COORDINATOR,
    ];
    lab.run(CONTROL, &join, &format!("{code}\n"))?;
    let joined = folder.settings()?;
    folder.write_settings(&Settings {
        member: joined.member,
        address: joined.address,
        ours: vec![topology::network(number).into()],
        enforcer: Some(lab.enforcer(number).root().join("enforcer.sock")),
        probes: vec![topology::probe(number)],
        resolvers: naming::asked(lab, number),
        ..settings()
    })?;
    protect(&folder)?;
    lab.start(
        CONTROL,
        &format!("{member} office"),
        &[&program, "member", &shown],
    )?;
    comes_up(&member, &folder).await
}

async fn comes_up(who: &str, folder: &Folder) -> Result<(), Failure> {
    until(&format!("{who} comes up"), async || {
        Ok(status(folder).await.is_ok())
    })
    .await
}

/// Puts what everybody uses on the list of what is never cut.
fn protect(folder: &Folder) -> Result<(), Failure> {
    let entry = |ip: IpAddr, reason: &str| Entry {
        place: Protected::Prefix(ip.into()),
        kind: Kind::Cloud,
        reason: reason.into(),
        source: "the lab".into(),
    };
    let entries = [entry(
        topology::SERVICE.into(),
        "a service that every line of the lab uses",
    )];
    let text = serde_json::to_vec(&entries).map_err(Failure::broken)?;
    folder.write(&folder.root().join("safeguards.json"), &text)
}

/// Lets people at every member accept the charter that the coordinator goes by.
async fn accepted(lab: &Place) -> Result<(), Failure> {
    let Reply::Charter { pinned, .. } = ask(&lab.coordinator(), Ask::Charter).await? else {
        return Err(Failure::broken("the coordinator has no charter"));
    };
    for number in topology::numbers() {
        let folder = lab.office(number);
        let accepts = async || {
            let Reply::Charter {
                pinned: own,
                offered,
            } = ask(&folder, Ask::Charter).await?
            else {
                return Ok(false);
            };
            if offered.is_some_and(|(digest, _)| digest == pinned) {
                done(ask(&folder, Ask::AcceptCharter(pinned)).await?)?;
            }
            Ok(own == pinned)
        };
        until(
            &format!("{} accepts the charter", topology::member(number)),
            accepts,
        )
        .await?;
    }
    for number in topology::numbers() {
        let folder = lab.office(number);
        let current = async || Ok(status(&folder).await?.current);
        until(
            &format!("{} has read the log", topology::member(number)),
            current,
        )
        .await?;
    }
    Ok(())
}

// ── the members' devices and meters ────────────────────────────────────────────────────────────

fn enforcer(lab: &Place, number: u8) -> Result<(), Failure> {
    let member = topology::member(number);
    let (folder, office) = (lab.enforcer(number), lab.office(number));
    let (program, shown) = (program()?, folder.root().display().to_string());
    let beside = office.root().display().to_string();
    lab.run(
        &member,
        &[&program, "enforcer", "set-up", &shown, "--office", &beside],
        "",
    )?;
    let devices = lab.router(number).devices(number, &routing(lab, number));
    let (sentinel, zone) = (topology::sentinel(number), naming::device(lab, number)?);
    let devices = format!("{devices}\n[sentinel]\naddress = \"{sentinel}\"\n{zone}");
    folder.write(&folder.root().join("devices.toml"), devices.as_bytes())?;
    protect(&folder)?;
    enforce(lab, number)
}

/// Starts a member's enforcer, on its router.
///
/// # Errors
/// If it cannot start.
pub fn enforce(lab: &Place, number: u8) -> Result<(), Failure> {
    let (member, folder) = (topology::member(number), lab.enforcer(number));
    let (program, shown) = (program()?, folder.root().display().to_string());
    let run = [&program, "enforcer", "run", &shown];
    lab.start(&member, &format!("{member} enforcer"), &run)
}

/// Starts the far end of a member's sentinel, among its lines.
fn sentinel(lab: &Place, number: u8) -> Result<(), Failure> {
    let address = topology::sentinel(number).to_string();
    let role = format!("{} sentinel", topology::member(number));
    let answers = [&program()?, "sentinel", "answer", &address];
    lab.start(&topology::lines(number), &role, &answers)
}

/// Names the folder of a member's routing daemon.
fn routing(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "routing")
}

/// Starts what a member's router is beside the kernel: a routing daemon and its line card, or a file
/// system for what the earliest hook holds.
fn daemon(lab: &Place, number: u8) -> Result<(), Failure> {
    let (router, folder) = (lab.router(number), routing(lab, number));
    if router == Router::Xdp {
        return place::mount_bpf(&routers::pins(&folder));
    }
    let Some(text) = router.configuration(number) else {
        return Ok(());
    };
    fs::create_dir_all(&folder).map_err(Failure::broken)?;
    let configuration = folder.join("configuration");
    fs::write(&configuration, text).map_err(Failure::broken)?;
    let member = topology::member(number);
    let starts = router.starts(&configuration.display().to_string(), &folder);
    let starts: Vec<&str> = starts.iter().map(String::as_str).collect();
    lab.start(&member, &format!("{member} router"), &starts)?;
    let (daemon, number_of_as) = routers::daemon();
    let number_of_as = number_of_as.to_string();
    let words = [
        "card",
        "--from",
        routers::CARD,
        "--daemon",
        &daemon,
        "--as",
        &number_of_as,
    ];
    act(
        lab,
        &member,
        &format!("{member} card"),
        &card(lab, number),
        &words,
    )
}

/// Names the file in which a line card tells how it stands.
pub fn card(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "card.json")
}

/// Waits until a member's line card hears its daemon.
fn carded(lab: &Place, number: u8) -> Result<(), Failure> {
    let begun = Instant::now();
    while !lab.router(number).is_kernel() && !reported::<Held>(&card(lab, number)).stands {
        if begun.elapsed() > PATIENCE {
            let (member, router) = (topology::member(number), lab.router(number));
            return Err(Failure::broken(format!(
                "{member}: {router} does not speak with its line card"
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Waits until an enforcer answers, with every device well.
///
/// # Errors
/// If it does not in time.
pub fn answering(lab: &Place, number: u8) -> Result<(), Failure> {
    let mut line = Line::to(&lab.enforcer(number).root().join("enforcer.sock"));
    let begun = Instant::now();
    loop {
        let told = match line.ask(&Task::Status) {
            Ok(Told::Status(standing)) => match standing
                .devices
                .into_iter()
                .find(|(_, fault)| fault.is_some())
            {
                None => return Ok(()),
                Some((name, fault)) => format!("{name}: {}", fault.unwrap_or_default()),
            },
            Ok(other) => format!("{other:?}"),
            Err(why) => why,
        };
        if begun.elapsed() > PATIENCE {
            return Err(Failure::broken(told));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How long an enforcer may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

fn meters(lab: &Place, number: u8) -> Result<(), Failure> {
    let member = topology::member(number);
    let ours = topology::network(number).to_string();
    let findings = lab.file(number, "findings.jsonl").display().to_string();
    let program = program()?;
    let listens = [&program, "collect", "--listen", COLLECTOR, "--ours", &ours];
    let shows = lab.file(number, "collect.toml");
    let office = lab.office(number).root().display().to_string();
    fs::write(&shows, format!("[reflex]\noffice = {office:?}\n")).map_err(Failure::broken)?;
    let shows = shows.display().to_string();
    let tells = [
        "--sampling",
        "1",
        "--file",
        &findings,
        "--quiet",
        "--config",
        &shows,
    ];
    let collector = format!("{member} collector");
    lab.start(&member, &collector, &[&listens[..], &tells].concat())?;
    let keeper = format!("{member} keeper");
    let keeps = ["keep", "--listen", KEEPER];
    act(lab, &member, &keeper, &exports(lab, number), &keeps)?;
    let pid = lab.file(number, "softflowd.pid").display().to_string();
    let to = format!("{COLLECTOR},{KEEPER}");
    // What is sent only to be measured is no traffic of a line.
    let (marked, sentinel) = (topology::marked(number), topology::sentinel(number));
    let metered = format!("ip and not host {marked} and not host {sentinel}");
    let mut meter = vec!["softflowd", "-d", "-c", "none", "-p", &pid];
    meter.extend(["-i", "lines", "-v", "9", "-n", &to]);
    meter.extend(SOON.iter().flat_map(|one| ["-t", one]));
    meter.push(&metered);
    lab.start(&member, &format!("{member} meter"), &meter)
}

/// When a flow is told, in seconds: a story is short, so soon.
const SOON: [&str; 7] = [
    "expint=1",
    "maxlife=10",
    "tcp=10",
    "tcp.rst=2",
    "tcp.fin=2",
    "udp=10",
    "general=10",
];

/// Names the file of a member's exported flow records.
pub fn exports(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "exported.netflow")
}

#[cfg(test)]
#[path = "raise_tests.rs"]
mod tests;
