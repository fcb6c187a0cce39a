//! The story of a country: an outbreak, findings, gates, approvals, one moment, an end, and the proof.
//!
//! In: nothing but a seed. Out: the story in the terminal, with figures measured while it was told.
//! Always: the offices are those of production, over real TLS on the loopback; made up are the
//! traffic, the people, their statements and the devices, and the story says so.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_case::order_text;
use issei_case::safeguards::{Entry, Kind, Place};
use issei_desk::traffic::MemberTraffic;
use issei_host::clock;
use issei_host::store::{Owner, Store};
use issei_ledger::{Audit, Strangers};
use issei_model::{
    Action, Goal, Language, Objection, Observed, OrderId, OrganisationId, PersonId, PublicKey,
    Span, Timestamp,
};
use issei_sim::rehearsal::Person;
use issei_sim::{Export, Scenario, Truth};
use issei_text::{Text, said};

use super::telling::Telling;
use super::traffic::Traffic;
use super::web::Web;
use crate::analyze::{self, suspect};
use crate::case::report;
use crate::code::{self, Failure};
use crate::command_line::{Analyze, Command, CommandLine, Demo};
use crate::office::charter::Charter;
use crate::office::control::{Ask, MemberView, OrderView, Reply, Stands, Wish};
use crate::office::country::{Country, Founding, ask, done, unexpected, until};
use crate::office::folder::{Folder, chance};
use crate::office::rehearsed::{self, People, ROW, facts};
use crate::simulate;
use crate::words;

/// The outbreak that is shown.
const OUTBREAK: &str = "outbreak-mirai";
/// The members, each with a part of the simulated lines.
const MEMBERS: [(&str, &str); 5] = [
    ("isp-a", "10.16.0.0/20"),
    ("isp-b", "10.16.16.0/20"),
    ("isp-c", "10.16.32.0/20"),
    ("isp-d", "10.16.48.0/20"),
    ("isp-e", "10.16.64.0/20"),
];
/// Lines of each member.
const LINES: u64 = 4_000;
/// The one that leaves while the order is in force.
const LEAVER: &str = "isp-c";
/// Where in its folder a member leaves what it found.
pub const FINDINGS: &str = "findings";
/// How long the order lasts: long enough to look at, short enough to see its end.
const LASTS: Span = Span::from_secs(30);
/// The same, where people come to the pages: time to read and sign, and to see the end.
const LASTS_WEB: Span = Span::from_secs(150);
/// Between two looks at whether it goes on.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(250);
/// The same, for who is in a hurry.
const LASTS_FAST: Span = Span::from_secs(16);

/// Tells the story.
///
/// # Errors
/// If an office does not do its part, or the story does not end as it must.
pub fn run(options: &Demo, language: Language) -> Result<u8, Failure> {
    let begun = Instant::now();
    let place = Temporary::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::broken)?;
    let measured = runtime.block_on(story(options, language, &place.0))?;
    let text = Text(language);
    Telling::new(options, language).say(&measured.words(text, begun.elapsed().as_secs_f64()))?;
    Ok(code::DONE)
}

/// What was measured while the story was told.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measured {
    /// Providers that cut at the same moment, after the canary.
    together: usize,
    /// From the first of them to the last, by the machine's own clock.
    milliseconds: f64,
}

impl Measured {
    /// The last words: what was measured, and how long it all took.
    fn words(self, text: Text, seconds: f64) -> String {
        let milliseconds = format!("{:.2}", self.milliseconds);
        let seconds = format!("{seconds:.0}");
        said!(
            text,
            "demo-measured",
            together = self.together,
            milliseconds,
            seconds
        )
    }
}

/// A folder that is gone afterwards.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Failure> {
        let name = format!("issei-demo-{}", std::process::id());
        let place = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&place).map_err(Failure::broken)?;
        Ok(Self(place))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn story(options: &Demo, language: Language, place: &Path) -> Result<Measured, Failure> {
    let telling = Telling::new(options, language);
    let outbreak = Outbreak::begin(telling, place)?;
    let people = approvers()?;
    let country = founded(telling, place, &people, &outbreak).await?;
    let goal = outbreak.findings(telling, &country).await?;
    let traffic = outbreak.goes_on(&country, &goal);
    let mut web = match options.fast || options.no_web {
        true => None,
        false => Some(Web::open(telling, &country)?),
    };
    let lasts = match (options.fast, &web) {
        (true, _) => LASTS_FAST,
        (false, Some(web)) if web.is_watched() => LASTS_WEB,
        (false, _) => LASTS,
    };
    let mut cut = Cut {
        telling,
        country: &country,
        outbreak: &outbreak,
        people: &people,
        goal,
        lasts,
    };
    cut.gates().await?;
    let order = cut.drafted().await?;
    traffic.is_cut_by(order);
    cut.approved(order, web.as_mut()).await?;
    let measured = cut.at_once(order).await?;
    cut.one_leaves(order).await?;
    cut.ends(order).await?;
    if let Some(web) = &mut web {
        web.stays(telling).await?;
    }
    drop((web, traffic));
    let coordinator = country.coordinator.clone();
    country.end().await;
    verified(telling, &coordinator).await?;
    Ok(measured)
}

/// The outbreak, and the truth about it.
struct Outbreak {
    capture: PathBuf,
    truth: Truth,
}

impl Outbreak {
    /// Makes six hours of a country up that end now.
    fn begin(telling: Telling, place: &Path) -> Result<Self, Failure> {
        let mut scenario = Scenario::preset(OUTBREAK).map_err(Failure::broken)?;
        let length = Span::from_secs(60 * i64::from(scenario.minutes));
        scenario.start = (clock::now() - length).floor(Span::from_secs(1));
        telling.chapter(&said!(telling, "demo-an-outbreak"))?;
        telling.say(&said!(telling, "demo-made-up"))?;
        let capture = place.join("country.pcap");
        let truth = simulate::to_file(&scenario, Some(Export::Ipfix), &capture)?;
        let outbreak = Self { capture, truth };
        let camera = outbreak.camera();
        let bots = outbreak.truth.bots.len();
        telling.say(&said!(telling, "demo-worm", bots, camera))?;
        Ok(outbreak)
    }

    /// The camera of the story: the first camera that was hijacked.
    fn camera(&self) -> String {
        let camera = self
            .truth
            .bots
            .iter()
            .find(|bot| bot.model.contains("camera"));
        camera
            .or(self.truth.bots.first())
            .map_or_else(String::new, |bot| {
                format!("{} ({})", bot.model, bot.address)
            })
    }

    /// Lets each member look at its own part, and tell the coordinator whom it accuses.
    async fn findings(&self, telling: Telling, country: &Country) -> Result<Goal, Failure> {
        telling.chapter(&said!(telling, "demo-what-each-provider-finds"))?;
        let mut accused: BTreeMap<Goal, usize> = BTreeMap::new();
        for (name, ours) in MEMBERS {
            let folder = country.member(name);
            let seen = analyze::see(&self.analysis(folder, ours)?)?;
            // The simulated lines have no month behind them.
            rehearsed::remember_silence(&folder.root().join("contacts.json"))?;
            let lines: BTreeSet<IpAddr> = seen.findings.iter().filter_map(suspect).collect();
            let lines = lines.len();
            let findings = folder.root().join(FINDINGS);
            let (servers, _) = report::told(folder, &findings.join("findings.jsonl"))?;
            let named: BTreeSet<Goal> = servers.iter().map(|one| one.goal.clone()).collect();
            let shown: Vec<String> = named.iter().map(ToString::to_string).collect();
            telling.say(&said!(
                telling,
                "demo-member-found",
                name,
                lines,
                listed = listed(&shown)
            ))?;
            for goal in named {
                *accused.entry(goal).or_default() += 1;
            }
            if !servers.is_empty() {
                done(ask(folder, Ask::Report(servers)).await?)?;
            }
        }
        let most = accused.iter().max_by_key(|(_, members)| **members);
        let (goal, members) = most.ok_or_else(|| Failure::broken("nobody found a commander"))?;
        telling.say(&said!(telling, "demo-named-by", goal, members))?;
        self.told(country, goal, *members).await?;
        Ok(goal.clone())
    }

    /// Waits until what members told has arrived.
    async fn told(&self, country: &Country, goal: &Goal, members: usize) -> Result<(), Failure> {
        let arrived = async || match country.ask(Ask::Findings).await? {
            Reply::Findings(all) => {
                let about = all.iter().filter(|one| one.goal == *goal);
                let from: BTreeSet<&OrganisationId> =
                    about.map(|one| &one.evidence.source).collect();
                Ok(from.len() >= members)
            }
            other => Err(unexpected(&other)),
        };
        until("the findings arrive", arrived).await
    }

    fn analysis(&self, folder: &Folder, ours: &str) -> Result<Analyze, Failure> {
        let contacts = folder.root().join("contacts.json");
        let out = folder.root().join(FINDINGS);
        let words = [
            "issei",
            "analyze",
            &self.capture.display().to_string(),
            "--quiet",
            "--ours",
            ours,
            "--contacts",
            &contacts.display().to_string(),
            "--out",
            &out.display().to_string(),
        ]
        .map(str::to_owned);
        match <CommandLine as clap::Parser>::try_parse_from(words)
            .map_err(Failure::broken)?
            .command
        {
            Command::Analyze(options) => Ok(options),
            _ => unreachable!("the first word is analyze"),
        }
    }

    /// Lets the hijacked devices ask their commander from now on.
    fn goes_on(&self, country: &Country, goal: &Goal) -> Traffic {
        let devices = |(name, ours): &(&str, &str)| {
            let bots = self.bots(ours, goal) as u64;
            (country.member(name).clone(), bots)
        };
        Traffic::begin(MEMBERS.iter().map(devices).collect(), goal)
    }

    /// Hijacked lines of a member that listen to a commander.
    fn bots(&self, ours: &str, goal: &Goal) -> usize {
        let prefix: Option<ipnet::IpNet> = ours.parse().ok();
        let wanted = goal.to_string();
        let of = |bot: &&issei_sim::TrueBot| {
            prefix.is_some_and(|prefix| prefix.contains(&bot.address))
                && bot.server.as_ref() == Some(&wanted)
        };
        self.truth.bots.iter().filter(of).count()
    }
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        "–".into()
    } else {
        words.join(", ")
    }
}

/// Two approvers of two members, with keys that live as long as the story.
fn approvers() -> Result<People, Failure> {
    let person = |name: &str| -> Result<Person, Failure> {
        let id = name.parse().map_err(Failure::broken)?;
        Ok(Person::new(id, SigningKey::from_bytes(&chance()?)))
    };
    Ok(People::new(vec![
        person("approver@isp-a")?,
        person("counsel@isp-b")?,
    ]))
}

/// Founds the country and lets every office come up.
async fn founded(
    telling: Telling,
    place: &Path,
    people: &People,
    outbreak: &Outbreak,
) -> Result<Country, Failure> {
    telling.chapter(&said!(telling, "demo-a-country"))?;
    let members: Result<Vec<(OrganisationId, u64)>, String> = MEMBERS
        .iter()
        .map(|(name, _)| Ok((name.parse()?, LINES)))
        .collect();
    let entries: Vec<(PersonId, PublicKey, Role)> = people.entries();
    let country = Country::found(Founding {
        root: place,
        members: &members.map_err(Failure::broken)?,
        people: &entries,
        watch_ms: 2_000,
        notice_ms: 2_500,
        ceilings: None,
        program: None,
    })
    .await?;
    protect(&country, outbreak).await?;
    telling.say(&said!(telling, "demo-up"))?;
    Ok(country)
}

/// Puts the vendors' clouds on everybody's list of what is never cut.
async fn protect(country: &Country, outbreak: &Outbreak) -> Result<(), Failure> {
    let entries: Vec<Entry> = outbreak
        .truth
        .clouds
        .iter()
        .map(|cloud| Entry {
            place: Place::Prefix(cloud.ip.into()),
            kind: Kind::Cloud,
            reason: format!("the vendor's cloud of {}", cloud.model),
            source: "vendors".into(),
        })
        .collect();
    let text = serde_json::to_vec(&entries).map_err(Failure::broken)?;
    let members = country.members.iter().map(|(_, folder)| folder);
    for folder in members.chain([&country.coordinator]) {
        folder.write(&folder.root().join("safeguards.json"), &text)?;
        done(ask(folder, Ask::Reload).await?)?;
    }
    Ok(())
}

/// The cut under way.
struct Cut<'a> {
    telling: Telling,
    country: &'a Country,
    outbreak: &'a Outbreak,
    people: &'a People,
    goal: Goal,
    lasts: Span,
}

impl Cut<'_> {
    /// What does not pass is seen first.
    async fn gates(&mut self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "demo-the-gates"))?;
        let clouds = self.outbreak.truth.clouds.iter();
        let of_cameras = clouds.filter(|cloud| cloud.model.contains("camera"));
        let cloud = of_cameras.max_by_key(|cloud| cloud.lines);
        let cloud = cloud.ok_or_else(|| Failure::broken("the country has no vendor's cloud"))?;
        let goal: Goal = cloud.endpoint.parse().map_err(Failure::broken)?;
        self.telling
            .say(&said!(self.telling, "demo-first-attempt", goal))?;
        let case = "vendors-cloud".to_owned();
        let reply = self
            .country
            .ask(Ask::CaseOpen {
                case,
                goal: goal.clone(),
            })
            .await?;
        self.refused(&goal.to_string(), reply)?;
        let case = "worm".to_owned();
        let goal = self.goal.clone();
        done(self.country.ask(Ask::CaseOpen { case, goal }).await?)?;
        self.radius().await?;
        let bare = Wish {
            facts: BTreeMap::new(),
            ..self.wish()?
        };
        let reply = self.country.ask(Ask::Propose(Box::new(bare))).await?;
        self.refused(&self.goal.to_string(), reply)
    }

    fn refused(&self, what: &str, reply: Reply) -> Result<(), Failure> {
        match reply {
            Reply::Refused(said) => self
                .telling
                .refused(what, Text(self.telling.language).pick(&said.en, &said.ja)),
            other => Err(Failure::broken(format!(
                "a gate that is shut let {what} pass: {other:?}"
            ))),
        }
    }

    /// Each member answers from its own memory how many lines were in contact.
    async fn radius(&self) -> Result<(), Failure> {
        let case = || "worm".to_owned();
        done(self.country.ask(Ask::CaseQuestion(case())).await?)?;
        let answered = async || match self.country.ask(Ask::CaseShow(case())).await? {
            Reply::Case(view) => Ok(view.answered().len() == MEMBERS.len()),
            other => Err(unexpected(&other)),
        };
        until("the members answer", answered).await?;
        let Reply::Case(view) = self.country.ask(Ask::CaseAssess(case())).await? else {
            return Err(Failure::broken("the radius was not measured"));
        };
        let radius = view
            .radius
            .ok_or_else(|| Failure::broken("no radius stands in the case"))?;
        let (benign, bots) = (radius.predicted_lines, radius.suspected_lines);
        self.telling.say(&said!(
            self.telling,
            "demo-radius",
            goal = self.goal,
            bots,
            benign
        ))
    }

    fn wish(&self) -> Result<Wish, Failure> {
        let counsel: PersonId = "counsel@isp-b".parse().map_err(Failure::broken)?;
        Ok(Wish {
            case: "worm".into(),
            proposer: "duty@coordinator".parse().map_err(Failure::broken)?,
            ground: ROW.into(),
            action: Action::Drop,
            facts: facts(&counsel)?,
            canary: vec!["isp-a".parse().map_err(Failure::broken)?],
            canary_skipped_by: Vec::new(),
            quorum_percent: 60,
            clock_limit: Span::from_millis(50),
            fire_within: Span::from_micros(self.lasts.as_micros() - 2_000_000),
            lasts: self.lasts,
            confirm_within: None,
            hold: false,
        })
    }

    async fn drafted(&self) -> Result<OrderId, Failure> {
        match self
            .country
            .ask(Ask::Propose(Box::new(self.wish()?)))
            .await?
        {
            Reply::Named(order) => Ok(order),
            other => Err(unexpected(&other)),
        }
    }

    /// Two people of two providers sign what they see.
    async fn approved(&self, order: OrderId, web: Option<&mut Web>) -> Result<(), Failure> {
        let view = self.view(order).await?;
        self.telling.chapter(&said!(self.telling, "demo-signed"))?;
        self.telling
            .paper(&order_text(&view.order, self.telling.language))?;
        if let Some(web) = web {
            web.signed(self.telling, self.country, order).await?;
        }
        let view = self.view(order).await?;
        match view.stands {
            Stands::Draft => {
                self.people
                    .approve_beside(self.country, order, &view.approvals)
                    .await
            }
            _ => Ok(()),
        }
    }

    /// Everybody moves towards T, and fires.
    async fn at_once(&self, order: OrderId) -> Result<Measured, Failure> {
        self.telling
            .chapter(&said!(self.telling, "demo-all-at-once"))?;
        let begun = clock::now();
        let mut told: BTreeMap<OrganisationId, Seen> = BTreeMap::new();
        let everywhere = async || {
            let view = self.view(order).await?;
            for member in &view.members {
                self.tell_progress(
                    begun,
                    member,
                    told.entry(member.member.clone()).or_default(),
                )?;
            }
            if view.stands == Stands::Ended {
                return Err(Failure::broken("the order ended before it was in force"));
            }
            let begun = view.members.iter().filter(|one| one.effect.is_some());
            Ok(begun.count() == MEMBERS.len())
        };
        until("the order is in force everywhere", everywhere).await?;
        let measured = self.spread(order).await?;
        self.effect(order).await?;
        Ok(measured)
    }

    fn tell_progress(
        &self,
        begun: Timestamp,
        member: &MemberView,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let (name, now) = (&member.member, clock::now());
        let telling = self.telling;
        if matches!(member.observed, Some(Observed::Prepared { .. })) && !seen.prepared {
            seen.prepared = true;
            let words = said!(telling, "demo-staged");
            telling.happens(begun, now, &format!("{name} {words}"))?;
        }
        if let Some(at) = member.fires_at.filter(|_| !seen.armed) {
            seen.armed = true;
            let words = said!(telling, "demo-knows-t");
            telling.happens(begun, now, &format!("{name} {words}: {}", at.exact()))?;
        }
        if let Some(at) = member.effect.filter(|_| !seen.fired) {
            seen.fired = true;
            let words = said!(telling, "demo-cuts");
            telling.happens(begun, at, &format!("{name} {words}"))?;
        }
        Ok(())
    }

    /// How far apart the four that fired together were, from their devices' own clocks.
    async fn spread(&self, order: OrderId) -> Result<Measured, Failure> {
        let mut fired = Vec::new();
        for (name, folder) in &self.country.members {
            let Reply::Stamps(stamps) = ask(folder, Ask::Stamps).await? else {
                continue;
            };
            let of = stamps.iter().find(|one| one.order == order && one.fired);
            // The canary fires before the others, and is watched.
            fired.extend(
                of.filter(|_| name.as_str() != "isp-a")
                    .map(|one| one.monotonic_ns),
            );
        }
        let (first, last) = (fired.iter().min(), fired.iter().max());
        let (Some(first), Some(last)) = (first, last) else {
            return Err(Failure::broken("no device has a stamp"));
        };
        let measured = Measured {
            together: fired.len(),
            milliseconds: (last - first) as f64 / 1e6,
        };
        let Measured {
            together,
            milliseconds,
        } = measured;
        self.telling.say(&said!(
            self.telling,
            "demo-spread",
            together,
            milliseconds = format_args!("{milliseconds:.2}")
        ))?;
        Ok(measured)
    }

    /// Who can no longer reach its commander.
    async fn effect(&self, order: OrderId) -> Result<(), Failure> {
        let (mut cut, mut all) = (0, 0);
        for (name, ours) in MEMBERS {
            let bots = self.outbreak.bots(ours, &self.goal);
            all += bots;
            if self.acts(name, order).await? {
                cut += bots;
            }
        }
        let (before, since) = self.answers(order).await?;
        self.telling.say(&said!(
            self.telling,
            "demo-packets",
            before,
            goal = self.goal,
            since
        ))?;
        let covered = words::count(LINES * MEMBERS.len() as u64);
        self.telling.say(&said!(
            self.telling,
            "demo-covered",
            all,
            goal = self.goal,
            cut,
            covered
        ))
    }

    /// Packets that came back to all members in the five whole seconds before T, and in the two after the one it
    /// lies in, as the coordinator was told: once all who told of the time before have told of the time after.
    async fn answers(&self, order: OrderId) -> Result<(u64, u64), Failure> {
        let view = self.view(order).await?;
        let t = view
            .members
            .iter()
            .filter_map(|member| member.fires_at)
            .max();
        let t = t.ok_or_else(|| Failure::broken("nobody has a T"))?;
        let second = Span::from_secs(1);
        let (t, over) = (t.floor(second), t.floor(second) + Span::from_secs(3));
        let told = async || match self.country.ask(Ask::Traffic(order)).await? {
            Reply::Traffic(view) => Ok(view),
            other => Err(unexpected(&other)),
        };
        let all = async || {
            let view = told().await?;
            let after = |one: &MemberTraffic| one.seconds.iter().any(|one| one.at >= over);
            Ok(!view.members.is_empty() && view.members.iter().all(after))
        };
        until("the members tell what passes", all).await?;
        let view = told().await?;
        let seconds = || view.members.iter().flat_map(|member| &member.seconds);
        let sum = |from: Timestamp, to: Timestamp| -> u64 {
            let within = seconds().filter(|one| from <= one.at && one.at < to);
            within.map(|one| one.answered).sum()
        };
        let before = sum(t - Span::from_secs(5), t);
        Ok((before, sum(t + second, over)))
    }

    async fn acts(&self, member: &str, order: OrderId) -> Result<bool, Failure> {
        match ask(self.country.member(member), Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.members.iter().any(|one| one.effect.is_some())),
            _ => Ok(false),
        }
    }

    async fn view(&self, order: OrderId) -> Result<OrderView, Failure> {
        match self.country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => Ok(*view),
            other => Err(unexpected(&other)),
        }
    }

    /// A member may leave at any moment, without asking anybody.
    async fn one_leaves(&self, order: OrderId) -> Result<(), Failure> {
        if self.view(order).await?.stands == Stands::Ended {
            return self.lifted_early();
        }
        self.telling
            .chapter(&said!(self.telling, "demo-one-leaves"))?;
        let why = Objection::Customer;
        let folder = self.country.member(LEAVER);
        done(ask(folder, Ask::Leave { order, why }).await?)?;
        let gone = async || Ok(!self.acts(LEAVER, order).await?);
        until("the rule of who left is gone", gone).await?;
        self.telling
            .say(&said!(self.telling, "demo-hospital", leaver = LEAVER))
    }

    /// Somebody lifted it before its end.
    fn lifted_early(&self) -> Result<(), Failure> {
        self.telling.say(&said!(self.telling, "demo-lifted-early"))
    }

    /// What is cut comes back by itself.
    async fn ends(&self, order: OrderId) -> Result<(), Failure> {
        self.telling.chapter(&said!(self.telling, "demo-the-end"))?;
        let ends = self.view(order).await?.order.expires_at;
        let left = ends.since(clock::now()).as_secs_f64().max(0.0);
        self.telling.say(&said!(
            self.telling,
            "demo-ends-in",
            left = format_args!("{left:.0}"),
            ends = ends.exact()
        ))?;
        let over = async || {
            for (name, _) in MEMBERS {
                if self.acts(name, order).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let mut over = over;
        let begun = Instant::now();
        // Somebody at the pages may lift it before.
        while begun.elapsed().as_secs_f64() < left {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.view(order).await?.recalled_at.is_some() {
                until("no rule is left", &mut over).await?;
                return self.lifted_early();
            }
        }
        until("no rule is left", over).await?;
        let late = clock::now().since(ends).as_secs_f64();
        self.telling.say(&said!(
            self.telling,
            "demo-over",
            late = format_args!("{late:.1}")
        ))
    }
}

/// What was told of a member's way to T.
#[derive(Default)]
struct Seen {
    prepared: bool,
    armed: bool,
    fired: bool,
}

/// Anybody may check it afterwards, from the files alone.
async fn verified(telling: Telling, coordinator: &Folder) -> Result<(), Failure> {
    telling.chapter(&said!(telling, "demo-check"))?;
    let charter =
        Charter::parse(&coordinator.read(&coordinator.charter())?).map_err(Failure::broken)?;
    let policy = charter.policy().map_err(Failure::broken)?;
    let store = Store::open(&coordinator.database(), Owner::Coordinator)
        .await
        .map_err(Failure::broken)?;
    let files = store.files().await.map_err(Failure::broken)?;
    let audit = Audit::new(&files, policy.as_ref(), Strangers::Refused);
    let verdict = audit.and_then(|audit| audit.run());
    let verdict = verdict.map_err(|fault| Failure::broken(fault.to_string()))?;
    let witnesses = verdict
        .checkpoint
        .as_ref()
        .map_or(0, |one| one.witnesses().len());
    telling.say(&said!(
        telling,
        "demo-ledger",
        size = verdict.size,
        witnesses
    ))
}

#[cfg(test)]
#[path = "country_tests.rs"]
mod tests;
