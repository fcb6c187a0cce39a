//! The story until an order can be drafted: an outbreak, what each member finds, a gate that is shut.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use issei_host::clock;
use issei_model::{Digest, Goal, OrganisationId, Timestamp};
use issei_text::{Text, said};
use sha2::{Digest as _, Sha256};

use super::super::topology::{self, BOTS};
use super::super::{look, raise};
use super::{Story, within};
use crate::analyze;
use crate::case::report;
use crate::code::Failure;
use crate::command_line::{Analyze, Command, CommandLine};
use crate::office::control::{Ask, Reply, Reported};
use crate::office::country::{ask, done, unexpected, until};
use crate::office::rehearsed::remember_silence;

/// How long scans and sessions may take to show in the exported flows.
const UNTIL_FOUND: Duration = Duration::from_secs(150);
/// A command server must have been in use for a minute before it is named; contacts are told to the minute.
const UNTIL_NAMED: Duration = Duration::from_secs(75);

impl Story<'_> {
    pub(super) async fn outbreak(&self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-an-outbreak"))?;
        raise::attack(self.lab)?;
        let bots = u32::from(topology::MEMBERS) * BOTS;
        self.telling
            .say(&said!(self.telling, "lab-country", bots, goal = self.goal))?;
        let found = async || {
            Ok(topology::numbers().all(|number| look::suspects(self.lab, number) >= BOTS as usize))
        };
        let begun = Instant::now();
        within(UNTIL_FOUND, "the scans show in the exported flows", found).await?;
        let took = begun.elapsed().as_secs_f64();
        self.telling.say(&said!(
            self.telling,
            "lab-collectors-found",
            took = format_args!("{took:.0}")
        ))
    }

    /// Each member looks at the flows it kept, and tells the coordinator whom it accuses.
    pub(super) async fn findings(&self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-what-each-provider-finds"))?;
        self.telling.say(&said!(self.telling, "lab-who-commands"))?;
        tokio::time::sleep(UNTIL_NAMED).await;
        self.found_by_all().await?;
        self.telling
            .say(&said!(self.telling, "lab-named-by-all", goal = self.goal))
    }

    /// Lets every member tell again what it found about a goal, once hijacked devices have called their server
    /// again: a further order follows one that stood, and rests only on what is newer. Made up is that somebody
    /// finds it so soon, and writes it down: a detector would take another minute.
    pub(super) async fn told_again(&self, goal: &Goal) -> Result<(), Failure> {
        let since = match ask(&self.lab.coordinator(), Ask::Orders).await? {
            Reply::Orders(views) => views.iter().map(|view| view.order.proposed_at).max(),
            other => return Err(unexpected(&other)),
        };
        let since = since.ok_or_else(|| Failure::broken("no order stood before this one"))?;
        let pings = || -> u64 {
            let each = topology::numbers().map(|number| look::bots(self.lab, number).pings);
            each.sum()
        };
        let before = pings();
        until("the devices call again", async || Ok(pings() > before)).await?;
        let mut newest: BTreeMap<OrganisationId, Reported> = BTreeMap::new();
        for one in self.reported(goal).await? {
            newest.insert(one.evidence.source.clone(), one);
        }
        for number in topology::numbers() {
            let member: OrganisationId =
                topology::member(number).parse().map_err(Failure::broken)?;
            let again = newest.get(&member).map(seen_again);
            let again = Ask::Report(again.into_iter().collect());
            done(ask(&self.lab.office(number), again).await?)?;
        }
        self.arrived(goal, since).await?;
        self.telling.say(&said!(self.telling, "lab-told-again"))
    }

    /// Waits until every member names the command server, and tells it.
    async fn found_by_all(&self) -> Result<(), Failure> {
        let everybody = async || {
            let mut accusers = BTreeSet::new();
            for number in topology::numbers() {
                if self.accuses(number)? {
                    accusers.insert(number);
                }
            }
            Ok(accusers.len() == usize::from(topology::MEMBERS))
        };
        let what = "every member names the command server";
        within(UNTIL_FOUND, what, everybody).await?;
        for number in topology::numbers() {
            let office = self.lab.office(number);
            let (all, _) = report::told(&office, &self.found(number).join("findings.jsonl"))?;
            done(ask(&office, Ask::Report(all)).await?)?;
        }
        self.arrived(&self.goal, Timestamp::from_secs(0)).await
    }

    /// Waits until the coordinator has heard of a goal from everybody, of a time since a moment.
    async fn arrived(&self, goal: &Goal, since: Timestamp) -> Result<(), Failure> {
        let arrived = async || {
            let all = self.reported(goal).await?;
            let about = all.iter().filter(|one| one.evidence.until > since);
            let from: BTreeSet<&OrganisationId> = about.map(|one| &one.evidence.source).collect();
            Ok(from.len() == usize::from(topology::MEMBERS))
        };
        until("the findings arrive", arrived).await
    }

    /// What the coordinator has heard of a goal.
    async fn reported(&self, goal: &Goal) -> Result<Vec<Reported>, Failure> {
        match ask(&self.lab.coordinator(), Ask::Findings).await? {
            Reply::Findings(all) => Ok(all.into_iter().filter(|one| one.goal == *goal).collect()),
            other => Err(unexpected(&other)),
        }
    }

    pub(super) fn found(&self, number: u8) -> PathBuf {
        self.lab.file(number, "analysis")
    }

    /// Looks at a member's exported flows, and tells whether they accuse the command server.
    fn accuses(&self, number: u8) -> Result<bool, Failure> {
        let contacts = self.lab.office(number).root().join("contacts.json");
        let exported = raise::exports(self.lab, number).display().to_string();
        let ours = topology::network(number).to_string();
        let (contacts, out) = (
            contacts.display().to_string(),
            self.found(number).display().to_string(),
        );
        let words = [
            "issei",
            "analyze",
            &exported,
            "--quiet",
            "--sampling",
            "1",
            "--ours",
            &ours,
            "--contacts",
            &contacts,
            "--out",
            &out,
        ];
        let seen = analyze::see(&analysis(&words)?)?;
        remember_silence(Path::new(&contacts))?;
        Ok(seen
            .findings
            .iter()
            .filter_map(report::accused)
            .any(|goal| goal == self.goal))
    }

    pub(super) async fn gates(&self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-the-gates"))?;
        let everybodys: Goal = format!("{}:80/tcp", topology::SERVICE)
            .parse()
            .map_err(Failure::broken)?;
        let open = Ask::CaseOpen {
            case: "everybodys".into(),
            goal: everybodys.clone(),
        };
        match ask(&self.lab.coordinator(), open).await? {
            Reply::Refused(said) => self.telling.refused(
                &everybodys.to_string(),
                Text(self.telling.language).pick(&said.en, &said.ja),
            ),
            other => Err(Failure::broken(format!(
                "a gate that is shut let {everybodys} pass: {other:?}"
            ))),
        }
    }
}

/// The same finding as somebody sees it now, under a commitment of its own.
fn seen_again(one: &Reported) -> Reported {
    let mut again = one.clone();
    again.evidence.until = clock::now();
    let until = again.evidence.until.as_micros().to_be_bytes();
    let written = [&one.evidence.commitment.0[..], &until].concat();
    again.evidence.commitment = Digest(Sha256::digest(written).into());
    again
}

fn analysis(words: &[&str]) -> Result<Analyze, Failure> {
    let words = words.iter().map(|word| (*word).to_owned());
    match <CommandLine as clap::Parser>::try_parse_from(words)
        .map_err(Failure::broken)?
        .command
    {
        Command::Analyze(options) => Ok(options),
        _ => unreachable!("the second word is analyze"),
    }
}
