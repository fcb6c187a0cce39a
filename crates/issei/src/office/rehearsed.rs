//! What a rehearsal at a whole country brings along: people with keys, statements, made-up findings.
//!
//! In: a country, a number. Out: drafts and signatures as people would make them. Always: everything is
//! asked over the offices' own sockets; the keys are known to everybody and good for nothing else.
//! Not here: anything that a real country uses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_case::ground::Pack;
use issei_host::clock;
use issei_model::{
    Action, Approval, Digest, EvidenceEntry, Fact, Goal, Language, Level, Order, OrderId,
    OrganisationId, PersonId, PublicKey, Reflex, Rule, Span, StandingId, StandingOrder, Timestamp,
};
use issei_sim::rehearsal::{self, Person};

use super::control::{Ask, Reply, Reported, StandingWish, StandsOn, Wish};
use super::country::{Country, Founding, OWN_LINES, ask, done, unexpected, until};
use super::member::contacts::{Contacts, WANTED_HOURS, hour};
use crate::code::Failure;
use issei_desk::ceiling::{Figures, Raised, Raiser};

/// How long a rehearsed canary is watched, in milliseconds.
pub const WATCH_MS: u32 = 200;

/// A prefix that a rehearsed operator registered: addresses for documentation.
pub const REGISTERED: &str = "192.0.2.0/24";

/// The row that rehearsals stand on: off as shipped.
pub const ROW: &str = "X1";

/// Ceilings for many rehearsed orders a day: each counts the few lines that a hidden count may be.
const CEILINGS: Figures = Figures {
    per_order: 300,
    per_day: 29_000,
};

/// Names the member with this number.
pub fn name(number: usize) -> String {
    format!("isp-{number:02}")
}

/// People who approve, with their keys.
pub struct People(Vec<Person>);

impl People {
    /// These people.
    pub fn new(people: Vec<Person>) -> Self {
        Self(people)
    }

    /// Two people of the first two members.
    pub fn two() -> Self {
        let person = |who: &str, number: usize| {
            let id = format!("{who}@{}", name(number)).parse();
            let key = SigningKey::from_bytes(&[number as u8 + 1; 32]);
            Person::new(id.expect("a name of ours"), key)
        };
        Self(vec![person("approver", 0), person("counsel", 1)])
    }

    /// What the charter says of them.
    pub fn entries(&self) -> Vec<(PersonId, PublicKey, Role)> {
        let entry = |person: &Person| (person.id.clone(), person.public(), Role::Approver);
        self.0.iter().map(entry).collect()
    }

    /// Lets the first two of them sign for higher ceilings.
    ///
    /// # Errors
    /// If there are not two.
    pub fn raise(&self, figures: Figures) -> Result<Raised, Failure> {
        let text = figures.to_be_signed(&"coordinator".parse().map_err(Failure::broken)?);
        let signed = self.0.iter().take(2).map(|person| Raiser {
            person: person.id.clone(),
            key: person.public(),
            signature: person.sign(&text),
        });
        let by: Result<[Raiser; 2], _> = signed.collect::<Vec<_>>().try_into();
        let by = by.map_err(|_| Failure::broken("two people raise a ceiling"))?;
        Ok(Raised { figures, by })
    }

    /// Signs an order as one of them, as it is shown.
    pub fn signed(&self, who: usize, order: &Order) -> Approval {
        rehearsal::approve(&self.0[who], order, Language::English, clock::now())
    }

    /// Signs as one of them that an order goes on, as that is shown.
    pub fn confirmed(&self, who: usize, order: &Order) -> Approval {
        rehearsal::confirm(&self.0[who], order, Language::English, clock::now())
    }

    /// Signs a standing order as one of them, as it is shown.
    pub fn signed_standing(&self, who: usize, order: &StandingOrder) -> Approval {
        rehearsal::approve_standing(&self.0[who], order, Language::English, clock::now())
    }

    /// Lets each of them sign an order as their own member shows it.
    ///
    /// # Errors
    /// As [`People::approve_beside`].
    pub async fn approve(&self, country: &Country, order: OrderId) -> Result<(), Failure> {
        self.approve_beside(country, order, &[]).await
    }

    /// Lets each of them who has not signed yet sign an order as their own member shows it.
    ///
    /// # Errors
    /// If a member does not show it, or an approval is not taken.
    pub async fn approve_beside(
        &self,
        country: &Country,
        order: OrderId,
        before: &[Approval],
    ) -> Result<(), Failure> {
        for who in 0..self.0.len() {
            if before.iter().any(|one| one.person == self.0[who].id) {
                continue; // the person signed elsewhere
            }
            let folder = country.member(self.0[who].id.organisation().as_str());
            let shown = match ask(folder, Ask::Order(order)).await? {
                Reply::Order(view) => view.order,
                other => return Err(unexpected(&other)),
            };
            let approval = self.signed(who, &shown);
            done(ask(folder, Ask::Approve { order, approval }).await?)?;
        }
        Ok(())
    }
}

impl People {
    /// Lets one of them sign a standing order as the own member shows it.
    ///
    /// # Errors
    /// If the member does not show it, or the approval is not taken.
    pub async fn sign_standing(
        &self,
        country: &Country,
        who: usize,
        standing: StandingId,
    ) -> Result<String, Failure> {
        let person = &self.0[who];
        let folder = country.member(person.id.organisation().as_str());
        let shown = match ask(folder, Ask::Standing(standing)).await? {
            Reply::Standing(view) => view.order,
            other => return Err(unexpected(&other)),
        };
        let approval = self.signed_standing(who, &shown);
        done(ask(folder, Ask::ApproveStanding { standing, approval }).await?)
    }
}

/// What is wished of a rehearsed standing order: within the lines of every member, or a documentation
/// prefix that an operator has registered; two activations at once and three an hour.
///
/// # Errors
/// If the pack has lost its rows.
pub fn standing_wish(reflex: Reflex, lasts: Span) -> Result<StandingWish, Failure> {
    let (row, scope) = match &reflex {
        Reflex::LimitFlood(_) => ("A2", OWN_LINES),
        Reflex::DropForged => ("A3", OWN_LINES),
        Reflex::DropOnRequest(_) => ("A1", REGISTERED),
    };
    let proposer: PersonId = format!("duty@{}", name(0))
        .parse()
        .map_err(Failure::broken)?;
    let counsel: PersonId = format!("counsel@{}", name(1))
        .parse()
        .map_err(Failure::broken)?;
    let pack = Pack::japan();
    let lost = || Failure::broken("the pack has lost a row");
    let facts = rehearsal::facts(
        pack.row(row).ok_or_else(lost)?,
        clock::now(),
        [&proposer, &counsel],
    );
    Ok(StandingWish {
        proposer,
        reflex,
        scope: vec![scope.parse().map_err(Failure::broken)?],
        ground: row.into(),
        facts,
        lasts,
        at_once: 2,
        per_hour: 3,
        stands: Span::from_secs(86_400),
    })
}

/// Drafts a standing order at the first member.
///
/// # Errors
/// If a gate says no.
pub async fn draft_standing(country: &Country, wish: StandingWish) -> Result<StandingId, Failure> {
    let asked = Ask::ProposeStanding(Box::new(wish));
    match ask(country.member(&name(0)), asked).await? {
        Reply::NamedStanding(standing) => Ok(standing),
        other => Err(unexpected(&other)),
    }
}

/// Takes a standing order of the first member from its draft to where triggers act.
///
/// # Errors
/// If an office does not do its part.
pub async fn standing(country: &Country, wish: StandingWish) -> Result<StandingId, Failure> {
    let standing = draft_standing(country, wish).await?;
    let people = People::two();
    for who in 0..people.0.len() {
        people.sign_standing(country, who, standing).await?;
    }
    stands(country, standing, StandsOn::Ready).await?;
    let member = country.member(&name(0));
    let current = async || match ask(member, Ask::Reflexes).await? {
        Reply::Reflexes(view) => Ok(view.current),
        other => Err(unexpected(&other)),
    };
    until("the log is read to its end", current).await?;
    Ok(standing)
}

/// Waits until a standing order of the first member stands so.
///
/// # Errors
/// If it does not come to that.
pub async fn stands(
    country: &Country,
    standing: StandingId,
    wanted: StandsOn,
) -> Result<(), Failure> {
    let member = country.member(&name(0));
    let told = async || match ask(member, Ask::Standing(standing)).await? {
        Reply::Standing(view) => Ok(view.stands == wanted),
        _ => Ok(false),
    };
    until(&format!("a standing order is {wanted:?}"), told).await
}

/// Lets every member remember thirty days without any contact.
///
/// # Errors
/// If a memory cannot be written.
fn remember_nothing(country: &Country) -> Result<(), Failure> {
    let this = hour(clock::now());
    let memory = Contacts {
        since: clock::now() - Span::from_secs(30 * 86_400),
        complete: true,
        hours: (this - WANTED_HOURS..=this).collect(),
        goals: Vec::new(),
        hosts: Some(Vec::new()),
    };
    let text = serde_json::to_vec(&memory).map_err(Failure::broken)?;
    let mut folders = country.members.iter().map(|(_, folder)| folder);
    folders.try_for_each(|folder| folder.write(&folder.root().join("contacts.json"), &text))
}

/// Adds to a memory the days before its lines were there: nobody was in contact with anybody then.
///
/// # Errors
/// If it cannot be read or written.
pub fn remember_silence(path: &Path) -> Result<(), Failure> {
    let text = std::fs::read(path).map_err(Failure::broken)?;
    let mut memory: Contacts = serde_json::from_slice(&text).map_err(Failure::broken)?;
    let this = hour(clock::now());
    memory.hours.extend(this - WANTED_HOURS..=this);
    let text = serde_json::to_vec(&memory).map_err(Failure::broken)?;
    issei_host::files::write_private(path, &text).map_err(Failure::broken)
}

/// A command server that nobody has.
fn goal(number: usize) -> Goal {
    let (host, port) = (number % 250 + 1, 40_000 + number / 250);
    format!("198.51.100.{host}:{port}/tcp")
        .parse()
        .expect("an address with its port")
}

/// What a member tells about it.
fn found(member: &str, number: usize, now: Timestamp) -> Result<Reported, Failure> {
    let mut salt = [member.as_bytes()[member.len() - 1]; 32];
    salt[..8].copy_from_slice(&(number as u64).to_be_bytes());
    salt[8..16].copy_from_slice(&now.as_micros().to_be_bytes());
    Ok(Reported {
        goal: goal(number),
        level: Level::Finding,
        evidence: EvidenceEntry {
            source: member.parse().map_err(Failure::broken)?,
            rule: Rule::CommandConfirmed,
            kinds: vec!["session".into(), "download".into()],
            forgeable: false,
            commitment: Digest(salt),
            until: now,
        },
        addresses: BTreeSet::new(),
    })
}

/// The statements that the row asks for, confirmed by a second person.
///
/// # Errors
/// If the pack has lost the row.
pub fn facts(confirmed_by: &PersonId) -> Result<BTreeMap<String, Fact>, Failure> {
    let pack = Pack::japan();
    let row = pack
        .row(ROW)
        .ok_or_else(|| Failure::broken("the pack has lost a row"))?;
    let stated_by = "duty@coordinator".parse().map_err(Failure::broken)?;
    Ok(rehearsal::facts(
        row,
        clock::now(),
        [&stated_by, confirmed_by],
    ))
}

/// Founds a country of so many members in a folder, which decides fast and remembers no contact.
///
/// # Errors
/// If an office does not come up.
pub async fn country(
    root: &Path,
    members: usize,
    program: Option<PathBuf>,
) -> Result<Country, Failure> {
    let member = |number| Ok((name(number).parse()?, 4_000));
    let members: Result<Vec<(OrganisationId, u64)>, String> = (0..members).map(member).collect();
    let country = Country::found(Founding {
        root,
        members: &members.map_err(Failure::broken)?,
        people: &People::two().entries(),
        watch_ms: WATCH_MS,
        notice_ms: 1_000,
        ceilings: Some(People::two().raise(CEILINGS)?),
        program,
    })
    .await?;
    remember_nothing(&country)?;
    Ok(country)
}

/// What is wished of a rehearsed order.
///
/// # Errors
/// If the pack has changed its names.
pub fn wish(case: &str, lasts: Span) -> Result<Wish, Failure> {
    let counsel = format!("counsel@{}", name(1));
    let facts = facts(&counsel.parse().map_err(Failure::broken)?)?;
    Ok(Wish {
        case: case.into(),
        proposer: "duty@coordinator".parse().map_err(Failure::broken)?,
        ground: ROW.into(),
        action: Action::Drop,
        facts,
        canary: vec![name(0).parse().map_err(Failure::broken)?],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        fire_within: Span::from_micros(lasts.as_micros() / 2),
        lasts,
        confirm_within: None,
        hold: false,
    })
}

/// Takes a made-up command server from two members' findings to a draft that people can sign.
///
/// # Errors
/// If an office does not do its part.
pub async fn drafted(country: &Country, number: usize, lasts: Span) -> Result<OrderId, Failure> {
    let case = format!("rehearsal-{number}");
    report(country, number, clock::now()).await?;
    measured(country, &case, number).await?;
    proposed(country, wish(&case, lasts)?).await
}

/// Lets two members tell of a made-up command server, and waits until the coordinator knows.
///
/// # Errors
/// If an office does not do its part.
pub async fn report(
    country: &Country,
    number: usize,
    until_then: Timestamp,
) -> Result<(), Failure> {
    for who in 0..2 {
        let member = name(who);
        let report = Ask::Report(vec![found(&member, number, until_then)?]);
        done(ask(country.member(&member), report).await?)?;
    }
    let (goal, at) = (goal(number), until_then);
    let told = |one: &Reported| one.goal == goal && one.evidence.until == at;
    let arrived = async || match country.ask(Ask::Findings).await? {
        Reply::Findings(all) => Ok(all.iter().filter(|one| told(one)).count() == 2),
        other => Err(unexpected(&other)),
    };
    until("the findings arrive", arrived).await
}

/// Opens a case about a made-up command server, and sums what every member answers.
///
/// # Errors
/// If an office does not do its part.
pub async fn measured(country: &Country, case: &str, number: usize) -> Result<(), Failure> {
    let goal = goal(number);
    let case = case.to_owned();
    let open = Ask::CaseOpen {
        case: case.clone(),
        goal,
    };
    done(country.ask(open).await?)?;
    assessed(country, case).await
}

/// Lets every member answer about a case, and sums that.
///
/// # Errors
/// If an office does not do its part.
pub async fn assessed(country: &Country, case: String) -> Result<(), Failure> {
    done(country.ask(Ask::CaseQuestion(case.clone())).await?)?;
    let answered = async || match country.ask(Ask::CaseShow(case.clone())).await? {
        Reply::Case(view) => Ok(view.answered().len() == country.members.len()),
        other => Err(unexpected(&other)),
    };
    until("the members answer", answered).await?;
    match country.ask(Ask::CaseAssess(case.clone())).await? {
        Reply::Case(_) => Ok(()),
        other => Err(unexpected(&other)),
    }
}

/// Drafts an order as it is wished.
///
/// # Errors
/// If a gate says no.
pub async fn proposed(country: &Country, wish: Wish) -> Result<OrderId, Failure> {
    match country.ask(Ask::Propose(Box::new(wish))).await? {
        Reply::Named(order) => Ok(order),
        other => Err(unexpected(&other)),
    }
}
