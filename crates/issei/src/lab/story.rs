//! The story of a cut in a lab: from the infection to the end, with packets that are measured.
//!
//! In: a folder. Out: the story in the terminal, and a table of figures. Always: a step that does not come
//! true in time ends the story with an error; what could not be measured is said, and is no zero.
//! Not here: what the figures mean (`figures`), who acts (`raise`).

mod before;
mod hard;
mod measuring;
mod names;
mod sentinels;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use issei_host::clock;
use issei_model::{
    Action, Ending, Goal, Language, OrderId, OrganisationId, PersonId, Radius, Span, Timestamp,
};
use issei_text::said;

use super::actors::{Asked, Orders};
use super::figures::Marks;
use super::place::Place;
use super::routers::Router;
use super::topology;
use super::{down, look, raise};
use crate::code::{self, Failure};
use crate::command_line::Demo;
use crate::demo::telling::Telling;
use crate::office::control::{Ask, OrderView, Reply, Stands, Wish};
use crate::office::country::{ask, done, unexpected, until};
use crate::office::rehearsed::{ROW, facts};
use measuring::Measuring;
use table::{Again, Figures, Row, Run};

/// How long an order of the story lasts.
const LASTS: Span = Span::from_secs(24);
/// How long one lasts that is taken back, or that must outlive everybody.
const LASTS_LONGER: Span = Span::from_secs(60);
/// How long a rule may stay after its end (G3).
const LATE: Span = Span::from_micros(2_200_000);
/// How long a rule may stay after a kill switch (G8).
const SWITCHED: Span = Span::from_secs(2);
/// How long a withdrawn rule may stay in a kernel.
const RECALLED: Span = Span::from_secs(1);
/// How long a withdrawn rule may stay at a routing daemon.
const RECALLED_BY_BGP: Span = Span::from_secs(3);

/// How the story is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the routers are, if the lab is built for it.
    pub routers: Vec<Router>,
    /// With a cut of a name, at the resolvers of two members.
    pub names: bool,
    /// Without pauses.
    pub fast: bool,
    /// In which language.
    pub language: Language,
    /// With kill switches and with everybody killed at the end.
    pub hard: bool,
    /// Where the figures are written too.
    pub figures: Option<PathBuf>,
}

/// Tells the story in a lab that is up, or in one that is built for it and taken down again.
///
/// # Errors
/// If a step does not come true in time.
pub async fn tell(root: &Path, told: &Told) -> Result<u8, Failure> {
    let (lab, ours) = match Place::find(root) {
        Ok(lab) => (lab, false),
        Err(_) => (
            raise::up(root, SECONDS, &told.routers, told.names).await?,
            true,
        ),
    };
    let done = story(&lab, told).await;
    if ours {
        down::down(root)?;
    }
    done.map(|()| code::DONE)
}

/// A story is over in a few minutes; who acts in it may not act for longer.
const SECONDS: u64 = 1_200;

async fn story(lab: &Place, told: &Told) -> Result<(), Failure> {
    let telling = Telling::new(
        &Demo {
            paths: Vec::new(),
            town: false,
            step: false,
            fast: told.fast,
            no_web: true,
        },
        told.language,
    );
    let mut story = Story {
        telling,
        lab,
        goal: Goal::Service(issei_model::Endpoint {
            ip: topology::COMMAND.into(),
            port: topology::COMMAND_PORT,
            protocol: issei_model::protocol::UDP,
        }),
        figures: Figures::default(),
    };
    story.outbreak().await?;
    story.findings().await?;
    story.gates().await?;
    story.cut().await?;
    story.recall().await?;
    if told.names {
        story.names().await?;
    }
    if told.hard {
        story.stopped().await?;
        story.killed().await?;
    }
    let text = table::text(&story.figures, telling.language);
    crate::demo::telling::put(&text)?;
    if let Some(path) = &told.figures {
        let json = serde_json::to_vec_pretty(&story.figures).map_err(Failure::broken)?;
        fs::write(path, json)
            .map_err(|error| Failure::broken(format!("{}: {error}", path.display())))?;
    }
    table::verdict(&story.figures).map_err(Failure::broken)
}

struct Story<'a> {
    telling: Telling,
    lab: &'a Place,
    goal: Goal,
    figures: Figures,
}

impl Story<'_> {
    /// Opens a case about a goal, lets the members answer, and sums what they say.
    async fn measured(&self, case: &str, goal: Goal) -> Result<Radius, Failure> {
        let coordinator = self.lab.coordinator();
        let case = case.to_owned();
        let open = Ask::CaseOpen {
            case: case.clone(),
            goal,
        };
        done(ask(&coordinator, open).await?)?;
        done(ask(&coordinator, Ask::CaseQuestion(case.clone())).await?)?;
        let answered = async || match ask(&coordinator, Ask::CaseShow(case.clone())).await? {
            Reply::Case(view) => Ok(view.answered().len() == usize::from(topology::MEMBERS)),
            other => Err(unexpected(&other)),
        };
        until("the members answer", answered).await?;
        let Reply::Case(view) = ask(&coordinator, Ask::CaseAssess(case.clone())).await? else {
            return Err(Failure::broken("the radius was not measured"));
        };
        let none = || Failure::broken("no radius stands in the case");
        view.radius.ok_or_else(none)
    }

    async fn proposed(&self, wish: Wish) -> Result<OrderId, Failure> {
        match ask(&self.lab.coordinator(), Ask::Propose(Box::new(wish))).await? {
            Reply::Named(order) => Ok(order),
            other => Err(unexpected(&other)),
        }
    }

    /// Drafts an order about the command server.
    async fn drafted(&self, case: &str, lasts: Span) -> Result<OrderId, Failure> {
        let radius = self.measured(case, self.goal.clone()).await?;
        let (benign, bots) = (radius.predicted_lines, radius.suspected_lines);
        self.telling.say(&said!(
            self.telling,
            "lab-radius",
            case,
            bots,
            goal = self.goal,
            benign
        ))?;
        self.proposed(wish(case, lasts)?).await
    }

    /// Two people of two members sign what their own offices show them.
    async fn approved(&self, order: OrderId) -> Result<(), Failure> {
        let people = raise::people();
        for (who, number) in [1, 2].into_iter().enumerate() {
            let office = self.lab.office(number);
            let shown = match ask(&office, Ask::Order(order)).await? {
                Reply::Order(view) => view.order,
                other => return Err(unexpected(&other)),
            };
            let approval = people.signed(who, &shown);
            done(ask(&office, Ask::Approve { order, approval }).await?)?;
        }
        self.telling.say(&said!(self.telling, "lab-approved"))
    }

    // ── the order ───────────────────────────────────────────────────────────────────────────────

    /// Draws an order up, lets it be signed, and waits until it is in force everywhere.
    async fn in_force(&self, case: &str, lasts: Span) -> Result<Order, Failure> {
        let id = self.drafted(case, lasts).await?;
        self.approved(id).await?;
        let begun = clock::now();
        let mut told: BTreeMap<OrganisationId, Step> = BTreeMap::new();
        let everywhere = async || {
            let view = self.view(id).await?;
            for member in &view.members {
                let step = told.entry(member.member.clone()).or_default();
                self.progress(begun, member, step)?;
            }
            if view.stands == Stands::Ended {
                return Err(Failure::broken("the order ended before it was in force"));
            }
            Ok(view
                .members
                .iter()
                .filter(|one| one.effect.is_some())
                .count()
                == usize::from(topology::MEMBERS))
        };
        until("the order is in force everywhere", everywhere).await?;
        let view = self.view(id).await?;
        let moment = |number| {
            let name = topology::member(number);
            let of = view.members.iter().find(|one| one.member.as_str() == name);
            let fires_at = of.and_then(|one| one.fires_at);
            let none = || Failure::broken(format!("{name} knows no moment"));
            fires_at.map(|at| (number, at)).ok_or_else(none)
        };
        let fires_at: Result<BTreeMap<u8, Timestamp>, Failure> =
            topology::numbers().map(moment).collect();
        Ok(Order {
            id,
            fires_at: fires_at?,
            ends: view.order.expires_at,
        })
    }

    fn progress(
        &self,
        begun: Timestamp,
        member: &crate::office::control::MemberView,
        step: &mut Step,
    ) -> Result<(), Failure> {
        let name = &member.member;
        if let Some(at) = member.fires_at.filter(|_| !step.armed) {
            step.armed = true;
            let words = said!(self.telling, "lab-staged");
            self.telling.happens(
                begun,
                clock::now(),
                &format!("{name} {words}: {}", at.exact()),
            )?;
        }
        if let Some(at) = member.effect.filter(|_| !step.fired) {
            step.fired = true;
            let words = said!(self.telling, "lab-drops");
            self.telling
                .happens(begun, at, &format!("{name} {words}"))?;
        }
        Ok(())
    }

    async fn view(&self, order: OrderId) -> Result<OrderView, Failure> {
        match ask(&self.lab.coordinator(), Ask::Order(order)).await? {
            Reply::Order(view) => Ok(*view),
            other => Err(unexpected(&other)),
        }
    }

    /// What ordinary people and hijacked devices have told until now.
    fn heard(&self) -> Heard {
        let users = topology::numbers().map(|number| look::users(self.lab, number));
        let bots = topology::numbers().map(|number| look::bots(self.lab, number));
        Heard {
            users: users.collect(),
            bots: bots.collect(),
        }
    }

    /// The cut, from the case to its end by itself.
    async fn cut(&mut self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-all-at-once"))?;
        let measuring = Measuring::begin(self.lab, seconds(LASTS)).await?;
        let order = self.in_force("worm", LASTS).await?;
        // They report twice a second: what they tell a second later is of a time in which it was in force.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let before = self.heard();
        sleep_until(order.ends - Span::from_millis(100)).await;
        let after = self.heard();
        sleep_until(order.ends + LATE + Span::from_millis(1_500)).await;
        let marks = measuring.end(self.lab).await?;
        let row = |(number, marks): (u8, &Marks)| {
            let fires_at = order.fires_at[&number];
            Row::cut(self.who(number), fires_at, order.ends, marks)
        };
        let rows: Vec<Row> = marks
            .by_member
            .iter()
            .map(|(number, marks)| row((*number, marks)))
            .collect();
        let run = Run {
            rows,
            canary: topology::member(1),
            users_asked: sum(&before.users, &after.users, |one| one.asked),
            users_failed: sum(&before.users, &after.users, |one| one.failed),
            bots_pings: sum(&before.bots, &after.bots, |one| one.pings),
            bots_answers: sum(&before.bots, &after.bots, |one| one.answers),
            dropped_by_watch: marks.dropped,
        };
        self.told_of(&run)?;
        self.figures.cut = Some(run);
        self.figures.sentinels = Some(self.sentinels(order.id).await?);
        Ok(())
    }

    fn again(&self, number: u8, us: Option<i64>) -> Again {
        let (member, router) = self.who(number);
        Again {
            member,
            by: None,
            router,
            us,
        }
    }

    fn who(&self, number: u8) -> (String, Router) {
        (topology::member(number), self.lab.router(number))
    }

    fn told_of(&self, run: &Run) -> Result<(), Failure> {
        let stopped = run
            .rows
            .iter()
            .filter(|row| row.first_stopped_us.is_some())
            .count();
        let again = run.rows.iter().filter(|row| row.again_us.is_some()).count();
        let (asked, failed) = (run.users_asked, run.users_failed);
        let (pings, answers) = (run.bots_pings, run.bots_answers);
        self.telling.say(&said!(
            self.telling,
            "lab-stopped",
            stopped,
            pings,
            answers,
            asked,
            failed,
            again
        ))
    }

    /// A second cut, which a person takes back.
    async fn recall(&mut self) -> Result<(), Failure> {
        self.telling
            .chapter(&said!(self.telling, "lab-taken-back"))?;
        self.told_again(&self.goal).await?;
        let measuring = Measuring::begin(self.lab, seconds(LASTS_LONGER)).await?;
        let order = self.in_force("worm-again", LASTS_LONGER).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let asked = clock::now();
        let withdraw = Ask::Withdraw {
            order: order.id,
            reason: Ending::ByPerson,
        };
        done(ask(&self.lab.coordinator(), withdraw).await?)?;
        tokio::time::sleep(Duration::from_secs(4)).await;
        let marks = measuring.end(self.lab).await?;
        let again = |(number, marks): (&u8, &Marks)| {
            let us = table::again_after(order.fires_at[number], asked, marks);
            self.again(*number, us)
        };
        let recalled: Vec<Again> = marks.by_member.iter().map(again).collect();
        let told = self.sentinels(order.id).await?;
        let by_sentinel = sentinels::recalled(&told, order.ends, asked);
        sentinels::agree_on_recall(&by_sentinel, &recalled).map_err(Failure::broken)?;
        self.figures.recalled_by_sentinel_us = by_sentinel.iter().map(|one| one.us).max();
        let slowest: Option<Vec<i64>> = recalled.iter().map(|one| one.us).collect();
        let slowest = slowest.and_then(|all| all.into_iter().max());
        let slowest =
            slowest.ok_or_else(|| Failure::broken("packets did not pass again at every member"))?;
        let ms = slowest as f64 / 1_000.0;
        self.telling.say(&said!(
            self.telling,
            "lab-recalled",
            ms = format_args!("{ms:.0}")
        ))?;
        self.figures.recalled_us = Some(recalled);
        Ok(())
    }
}

/// An order in force.
struct Order {
    id: OrderId,
    fires_at: BTreeMap<u8, Timestamp>,
    ends: Timestamp,
}

/// What those who make traffic have told.
struct Heard {
    users: Vec<Asked>,
    bots: Vec<Orders>,
}

/// What was told of a member's way to T.
#[derive(Default)]
struct Step {
    armed: bool,
    fired: bool,
}

fn wish(case: &str, lasts: Span) -> Result<Wish, Failure> {
    let counsel: PersonId = "counsel@m2".parse().map_err(Failure::broken)?;
    Ok(Wish {
        case: case.into(),
        proposer: "duty@coordinator".parse().map_err(Failure::broken)?,
        ground: ROW.into(),
        action: Action::Drop,
        facts: facts(&counsel)?,
        canary: vec![topology::member(1).parse().map_err(Failure::broken)?],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        fire_within: Span::from_micros(lasts.as_micros() - 4_000_000),
        lasts,
        confirm_within: None,
        hold: false,
    })
}

/// Waits until something has come true, for longer than a question takes.
async fn within(
    patience: Duration,
    what: &str,
    mut come_true: impl AsyncFnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    while !come_true().await? {
        if begun.elapsed() > patience {
            return Err(Failure::broken(format!(
                "waited {} s: {what}",
                patience.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn sleep_until(moment: Timestamp) {
    let left = moment.since(clock::now()).as_micros();
    tokio::time::sleep(Duration::from_micros(u64::try_from(left).unwrap_or(0))).await;
}

/// How long is measured around an order that lasts so long.
fn seconds(lasts: Span) -> u64 {
    lasts.as_micros() as u64 / 1_000_000 + 60
}

/// Sums a count over the members, from one moment to another.
fn sum<T>(before: &[T], after: &[T], part: fn(&T) -> u64) -> u64 {
    let of = |all: &[T]| all.iter().map(part).sum::<u64>();
    of(after).saturating_sub(of(before))
}
