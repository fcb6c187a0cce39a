//! The reflexes of a story: each member's machine of standing orders, beside that of orders.
//!
//! In: what a page says of standing orders and floods; the ledger as a member reads it. Out: rules on
//! rehearsed devices, batches for the ledger. Always: machine, gates, signatures and proofs are those of
//! production; a guard is off by not hearing its no. Not here: what a check looks at, besides the words.
//! Limits: the clocks of reflexes are right, and one standing order is drafted at a time.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};
use issei_case::safeguards::Place as Protected;
use issei_case::standing::{self, Ground};
use issei_model::{
    Decision, Digest, Endpoint, Goal, Language, Objection, OrganisationId, Reflex, ReflexRefusal,
    ReflexRule, Span, StandingDossier, StandingEntry, StandingOrder, Subscriber, Territory,
    TerritoryBasis, Timestamp,
};
use issei_order::reflex::{self, Durable, Input, Output, RuleId, Setup, Sighting, Trigger};

use super::{Stage, checks, person};
use crate::rehearsal::{Reading, approve_standing, facts};
use crate::story::slots::Who;
use crate::story::table::Act;

/// The row of the pack on which floods are limited.
const ROW: &str = "A2";
/// How long an activation of a story lasts, how many act at once and begin in an hour.
const LASTS: Span = Span::from_secs(300);
const AT_ONCE: u32 = 2;
const PER_HOUR: u32 = 3;
/// How long a standing order of a story stands.
const STANDS: Span = Span::from_secs(86_400);
/// How often the machines are looked at while time passes.
const STEP: Span = Span::from_millis(100);

/// What a story knows of reflexes; nothing until a page speaks of them.
#[derive(Default)]
pub struct Reflexes {
    places: BTreeMap<OrganisationId, Place>,
    /// The standing order that was drafted last.
    order: Option<StandingOrder>,
    /// Why the last flood was not limited.
    refused: Option<ReflexRefusal>,
}

/// The reflexes of one member.
struct Place {
    machine: reflex::Reflexes,
    /// What survives if the process dies.
    saved: Durable,
    rules: BTreeMap<RuleId, (ReflexRule, Timestamp)>,
    /// Whether rules stay after their end until somebody lifts them.
    endless: bool,
    dead: bool,
    cut_off: bool,
}

impl Place {
    fn acts(&self, id: RuleId, now: Timestamp) -> bool {
        let rule = self.rules.get(&id);
        rule.is_some_and(|(_, ends)| now < *ends || self.endless)
    }
}

/// The prefix of a member's own lines: `10.1.0.0/16` are those of the first.
fn own(number: usize) -> IpNet {
    let number = u8::try_from(number + 1).unwrap_or(u8::MAX);
    Ipv4Net::new_assert([10, number, 0, 0].into(), 16).into()
}

fn setup(name: &OrganisationId, number: usize) -> Setup {
    let own = Territory::new(&[own(number)], &[], TerritoryBasis::Configured);
    Setup::new(name.clone(), own)
}

impl Stage<'_> {
    /// Lets time pass, with a look at the reflexes now and then if there are any.
    pub(super) fn pass(&mut self, span: Span) {
        if self.reflexes.places.is_empty() {
            return self.pass_orders(span);
        }
        let mut left = span.as_micros();
        loop {
            let step = left.min(STEP.as_micros());
            self.pass_orders(Span::from_micros(step));
            self.step_reflexes();
            left -= step;
            if left <= 0 {
                return;
            }
        }
    }

    /// Does what a page says about reflexes, and tells reflexes what else happens to members.
    pub(super) fn act_reflexes(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::MayLimit(who, place, packets) => self.draft(who, place, *packets)?,
            Act::ApproveStanding {
                people,
                organisations,
            } => self.sign(*people, *organisations)?,
            Act::EndStanding => {
                let standing = self.standing()?.id();
                let entry = StandingEntry::StandingWithdrawn { standing };
                self.rehearsal.log_bytes(entry.canonical());
            }
            Act::Flood(line, goals, who) => self.flood(line, goals, who)?,
            Act::Safeguard(who, Protected::Prefix(place)) if !self.off.unheard("safeguarded") => {
                let (place, holder) = (*place, None);
                self.tell_reflexes(who, &Input::Safeguarded { place, holder });
            }
            Act::Stop(who) => self.tell_reflexes(who, &Input::Stop),
            Act::EndNothing(who) => self.at_reflexes(who, |place| place.endless = true),
            Act::LoseRules(who) => self.at_reflexes(who, |place| place.rules.clear()),
            Act::CutOff(who) => self.at_reflexes(who, |place| place.cut_off = true),
            Act::Join(who) => self.at_reflexes(who, |place| place.cut_off = false),
            Act::Die(who) => self.at_reflexes(who, |place| place.dead = true),
            Act::ComeBack(who) => self.come_back(who),
            _ => {}
        }
        Ok(())
    }

    /// Names the members on whose devices a reflex acts.
    pub fn reflexes_at(&self) -> Vec<OrganisationId> {
        let now = self.rehearsal.now();
        let acts = |place: &Place| place.rules.keys().any(|id| place.acts(*id, now));
        let places = self.reflexes.places.iter();
        let acting = places.filter(|(_, place)| acts(place));
        acting.map(|(name, _)| name.clone()).collect()
    }

    /// Tells why the last flood was not limited.
    pub fn not_limited(&self) -> Option<ReflexRefusal> {
        self.reflexes.refused
    }

    /// Counts the activations of which the ledger tells.
    pub fn activations(&mut self) -> u64 {
        let read = self.rehearsal.log_from(0);
        let entries = read.iter().flat_map(|read| &read.entries);
        let batches = entries.filter_map(|(_, bytes)| {
            let StandingEntry::ReflexesReported(batch) = StandingEntry::parse(bytes).ok()? else {
                return None;
            };
            Some(batch.activations.len() as u64)
        });
        batches.sum()
    }

    fn standing(&self) -> Result<&StandingOrder, String> {
        let order = self.reflexes.order.as_ref();
        order.ok_or_else(|| "no standing order was written yet".into())
    }

    // ── standing orders ───────────────────────────────────────────────────────────────────────

    fn draft(&mut self, who: &Who, scope: &Protected, packets: u64) -> Result<(), String> {
        let [name] = &self.named(who)[..] else {
            return Err("a standing order is one member's".into());
        };
        let Protected::Prefix(scope) = scope else {
            return Err("lines lie in a prefix".into());
        };
        if self.reflexes.places.is_empty() {
            self.begin();
        }
        let (now, desk) = (self.rehearsal.now(), self.desk(name)?);
        let counsel = person("counsel", &self.members[0]);
        let proposer = person("watch", name);
        let row = desk.pack.row(ROW).ok_or("the pack has lost a row")?.clone();
        let pack = desk.pack.digest();
        drop(desk);
        self.reflexes.order = Some(StandingOrder {
            schema: StandingOrder::SCHEMA.into(),
            member: name.clone(),
            reflex: Reflex::LimitFlood(u32::try_from(packets).unwrap_or(u32::MAX)),
            scope: vec![*scope],
            ground: ROW.into(),
            pack,
            facts: facts(&row, now, [&proposer, &counsel]),
            proposer,
            lasts: LASTS,
            at_once: AT_ONCE,
            per_hour: PER_HOUR,
            proposed_at: now,
            valid_from: now,
            valid_until: now + STANDS,
        });
        Ok(())
    }

    /// Lets people sign the standing order, and puts it into the log; members judge it themselves.
    fn sign(&mut self, people: u64, organisations: u64) -> Result<(), String> {
        let order = self.standing()?.clone();
        let now = self.rehearsal.now();
        let signers = self.signers(people, organisations)?;
        let sign = |who| approve_standing(who, &order, Language::English, now);
        let approvals = signers.iter().map(sign).collect();
        let dossier = StandingDossier { order, approvals };
        let entry = StandingEntry::StandingProposed(Box::new(dossier));
        self.rehearsal.log_bytes(entry.canonical());
        Ok(())
    }

    fn judged(
        &mut self,
        name: &OrganisationId,
        dossier: &StandingDossier,
    ) -> Result<(), Objection> {
        let own = self.members.iter().position(|one| one == name).map(own);
        let own: Vec<IpNet> = own.into_iter().collect();
        let verdict = match self.desk(name) {
            Ok(desk) => {
                let ground = Ground {
                    member: name,
                    own: &own,
                    pack: &desk.pack,
                    roster: &desk.roster,
                };
                standing::judge(dossier, &ground, self.rehearsal.now())
            }
            Err(_) => return Err(Objection::Technical),
        };
        match verdict {
            Err(no) if !self.off.unheard(&no.rule) => {
                self.said_no.push((name.clone(), no));
                Err(Objection::Legal)
            }
            _ => Ok(()),
        }
    }

    fn desk(&self, name: &OrganisationId) -> Result<std::cell::Ref<'_, super::Desk>, String> {
        let number = self.members.iter().position(|one| one == name);
        let desk = number.and_then(|number| self.desks.get(number));
        let desk = desk.ok_or_else(|| format!("{name} is no member"))?;
        Ok(desk.borrow())
    }

    // ── floods ────────────────────────────────────────────────────────────────────────────────

    fn flood(&mut self, line: &Protected, goals: &[Goal], who: &Who) -> Result<(), String> {
        let (Protected::Prefix(line), [Goal::Service(victim)]) = (line, goals) else {
            return Err("a line floods one service".into());
        };
        self.reflexes.refused = None;
        for name in self.named(who) {
            let sighting = self.sighting(&name, Subscriber::new(line.addr()), *victim)?;
            self.feed_reflexes(&name, Input::Seen(sighting));
        }
        Ok(())
    }

    fn sighting(
        &mut self,
        name: &OrganisationId,
        line: Subscriber,
        victim: Endpoint,
    ) -> Result<Sighting, String> {
        let packets = 0;
        let rule = ReflexRule::Limit {
            line,
            victim,
            packets,
        };
        let meets = !standing::safeguarding(&rule, None, &self.desk(name)?.safeguards).is_empty();
        Ok(Sighting {
            trigger: Trigger::Flood { line, victim },
            at: self.rehearsal.now(),
            safeguarded: meets && !self.off.unheard("safeguarded"),
            commitment: Digest(self.chance.bytes()),
        })
    }

    // ── the machines ──────────────────────────────────────────────────────────────────────────

    fn begin(&mut self) {
        let now = self.rehearsal.now();
        for (number, name) in self.members.iter().enumerate() {
            let setup = setup(name, number);
            let saved = Durable::default();
            let place = Place {
                machine: reflex::Reflexes::start(setup, saved.clone(), &[], now, &mut Vec::new()),
                saved,
                rules: BTreeMap::new(),
                endless: self.off.endless(),
                dead: false,
                cut_off: false,
            };
            self.reflexes.places.insert(name.clone(), place);
        }
    }

    fn at_reflexes(&mut self, who: &Who, mut change: impl FnMut(&mut Place)) {
        for name in self.named(who) {
            if let Some(place) = self.reflexes.places.get_mut(&name) {
                change(place);
            }
        }
    }

    fn tell_reflexes(&mut self, who: &Who, input: &Input) {
        for name in self.named(who) {
            self.feed_reflexes(&name, input.clone());
        }
    }

    /// Starts processes again, with what they had saved and what their devices hold.
    fn come_back(&mut self, who: &Who) {
        let now = self.rehearsal.now();
        for name in self.named(who) {
            let number = self.members.iter().position(|one| *one == name);
            let place = self.reflexes.places.get_mut(&name);
            let (Some(number), Some(place)) = (number, place) else {
                continue;
            };
            let there = place.rules.iter().filter(|(id, _)| place.acts(**id, now));
            let found: Vec<reflex::Found> = there
                .map(|(&id, (rule, ends))| reflex::Found {
                    id,
                    rule: rule.clone(),
                    ends: *ends,
                })
                .collect();
            let (saved, mut out) = (place.saved.clone(), Vec::new());
            let setup = setup(&name, number);
            place.machine = reflex::Reflexes::start(setup, saved, &found, now, &mut out);
            place.dead = false;
            self.do_reflexes(&name, out);
        }
    }

    /// Does what is due at every member: reads the log, and acts on deadlines.
    fn step_reflexes(&mut self) {
        let now = self.rehearsal.now();
        for name in self.members.clone() {
            self.read_log(&name);
            let Some(place) = self.alive(&name) else {
                continue;
            };
            if place.machine.next_deadline().is_some_and(|at| at <= now) {
                let mut out = Vec::new();
                place.machine.on_deadline(now, &mut out);
                self.do_reflexes(&name, out);
            }
        }
    }

    fn alive(&mut self, name: &OrganisationId) -> Option<&mut Place> {
        let place = self.reflexes.places.get_mut(name);
        place.filter(|place| !place.dead)
    }

    fn read_log(&mut self, name: &OrganisationId) {
        let Some(place) = self.alive(name).filter(|place| !place.cut_off) else {
            return;
        };
        let next = place.machine.next_entry();
        let Some(Reading { size, at, entries }) = self.rehearsal.log_from(next) else {
            return;
        };
        self.feed_reflexes(name, Input::Checkpoint { size, at });
        for (index, bytes) in entries {
            let entry = match (StandingEntry::parse(&bytes), Decision::parse(&bytes)) {
                (Ok(entry), _) => Some(entry),
                (_, Ok(Decision::WithdrawnAll { .. })) => {
                    Some(StandingEntry::AllStandingWithdrawn { member: None })
                }
                _ => None,
            };
            self.feed_reflexes(name, Input::Entry { index, entry });
        }
    }

    fn feed_reflexes(&mut self, name: &OrganisationId, input: Input) {
        let (now, mut out) = (self.rehearsal.now(), Vec::new());
        if let Some(place) = self.alive(name) {
            place.machine.handle(now, input, &mut out);
        }
        self.do_reflexes(name, out);
    }

    /// Does what a machine wants.
    fn do_reflexes(&mut self, name: &OrganisationId, out: Vec<Output>) {
        let now = self.rehearsal.now();
        for output in out {
            let Some(place) = self.reflexes.places.get_mut(name) else {
                return;
            };
            match output {
                Output::Save => place.saved = place.machine.durable().clone(),
                Output::Put { id, rule, ends } => drop(place.rules.insert(id, (rule, ends))),
                Output::Lift(id) => drop(place.rules.remove(&id)),
                Output::ReadBack(rule) => {
                    let there = place.acts(rule, now);
                    self.feed_reflexes(name, Input::Read { rule, there });
                }
                Output::Judge(dossier) => {
                    let standing = dossier.order.id();
                    let verdict = self.judged(name, &dossier);
                    self.feed_reflexes(name, Input::Judged { standing, verdict });
                }
                Output::Report(batch) => {
                    let entry = StandingEntry::ReflexesReported(batch);
                    self.rehearsal.log_bytes(entry.canonical());
                }
                Output::Refused(_, why) => self.reflexes.refused = Some(why),
                Output::Declined(..) | Output::Alarm(_) => {}
            }
        }
    }
}

/// Holds why a flood was not limited against what a page says.
///
/// # Errors
/// What was observed instead.
pub fn not_limited(stage: &Stage<'_>, word: &str) -> Result<(), String> {
    match stage
        .not_limited()
        .map(|why| checks::dashed(&format!("{why:?}")))
    {
        Some(name) if name == word => Ok(()),
        Some(name) => Err(format!("it was not limited because {name}")),
        None => Err("nothing spoke against it".into()),
    }
}
