//! Holds what an office wants put on devices against the log, the law, the lists and the limits, again.
//!
//! In: proven entries. Out: the [`Cut`] that may be put, or why not. Always: nobody's word is taken; the
//! office that asks may be anybody's by now. Not here: devices.

mod reflexes;

use std::net::SocketAddr;

use issei_case::{Gates, Refusal, Roster, Safeguards};
use issei_enforce::{Cut, Sentinel};
use issei_ledger::Policy;
use issei_model::{Decision, DomainName, Dossier, Order, OrderId, OrganisationId, Timestamp};

use super::devices;
use super::kept::Admitted;
use super::speech::{OWN, Proven, Sentinels};
use crate::code::Failure;
use crate::office::charter::Charter;
use crate::office::control::Said;
use crate::office::folder::{Folder, Rules};
use crate::office::own_list::OwnList;

/// What the enforcer judges by: its own copies.
pub struct Gate {
    me: OrganisationId,
    policy: Option<Policy>,
    rules: Rules,
    lists: OwnList,
    roster: Roster,
    sentinel: Option<Sentinel>,
    /// Resolvers and the suffix of their sentinels' names.
    names: Vec<(SocketAddr, DomainName)>,
}

/// A no, for people and programs.
pub type No = Box<Said>;

impl Gate {
    /// Reads charter, lists and settings of the enforcer's own folder.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let lists = OwnList::open(folder)?;
        let charter = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
        let settings = folder.settings()?;
        let complaint = "settings.toml names no `member`: whose network this is";
        let rules = folder.rules(&charter, &lists)?;
        let devices = devices::Settings::read_if_any(folder)?;
        Ok(Self {
            sentinel: sentinel(&devices, &rules)?,
            names: devices.sentinel_names(),
            me: settings.member.ok_or_else(|| Failure::wrong(complaint))?,
            policy: charter.policy().map_err(Failure::wrong)?,
            rules,
            lists,
            roster: charter.roster().map_err(Failure::wrong)?,
        })
    }

    /// Reads everything again. What was safeguarded stays so, whatever lies in the folder by now.
    ///
    /// # Errors
    /// What is wrong; then everything stays as it was.
    pub fn reload(&mut self, folder: &Folder) -> Result<(), Failure> {
        self.lists.read();
        self.rules.safeguards = self.lists.safeguards().clone();
        let charter = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
        let policy = charter.policy().map_err(Failure::wrong)?;
        let roster = charter.roster().map_err(Failure::wrong)?;
        self.rules = folder.rules(&charter, &self.lists)?;
        (self.policy, self.roster) = (policy, roster);
        Ok(())
    }

    /// Looks whether the own list changed, and goes by it from now on. Tells whether it did.
    pub fn look(&mut self) -> bool {
        let before = self.lists.version();
        self.lists.look();
        let changed = self.lists.version() != before;
        if changed {
            self.rules.safeguards = self.lists.safeguards().clone();
        }
        changed
    }

    /// Tells what a person has to look at.
    pub fn alarm(&self) -> Option<String> {
        self.lists.alarm()
    }

    /// Reads a proposal that is logged, in time, and ours to carry out.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn proposed(&self, proven: &Proven, now: Timestamp) -> Result<Dossier, No> {
        let Decision::Proposed(dossier) = self.entry(proven)? else {
            return Err(no("not-a-proposal", "the entry proposes no order"));
        };
        self.is_ours_and_in_time(&dossier.order, now)?;
        Ok(*dossier)
    }

    /// Sends a proposal through every gate: law, lists, radius, evidence, approvals.
    ///
    /// # Errors
    /// The first gate that says no.
    pub fn clears(&self, dossier: &Dossier, used_today: u64, now: Timestamp) -> Result<(), No> {
        let gates = Gates {
            pack: &self.rules.pack,
            safeguards: &self.rules.safeguards,
            ceiling: &self.rules.ceiling,
            used_today,
            roster: &self.roster,
        };
        let cleared = gates.clear(dossier, now);
        cleared.map_err(|refusal| said(&refusal))?;
        self.safe(&dossier.order)
    }

    /// Judges the entry that signs T for an order that was judged.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn armed(&self, order: &Order, id: OrderId, proven: &Proven) -> Result<Timestamp, No> {
        let Decision::Armed {
            order: armed,
            members,
            fires_at,
        } = self.entry(proven)?
        else {
            return Err(no("not-armed", "the entry signs no moment"));
        };
        if armed != id {
            return Err(no(
                "other-order",
                "the entry signs a moment of another order",
            ));
        }
        if !members.contains(&self.me) {
            return Err(no("not-asked", "the entry does not name this member"));
        }
        if fires_at < order.proposed_at || order.fire_before <= fires_at {
            return Err(no("too-late", "T lies outside what the order allows"));
        }
        Ok(fires_at)
    }

    /// Judges the entry with which a person lets an order go on: about this order, signed by an approver.
    /// Whether it comes in time is held by the order's end here, which is over when it comes too late.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn confirmed(
        &self,
        order: &Order,
        id: OrderId,
        proven: &Proven,
        now: Timestamp,
    ) -> Result<(), No> {
        let Decision::Confirmed {
            order: confirmed,
            by,
        } = self.entry(proven)?
        else {
            return Err(no("not-confirmed", "the entry confirms no order"));
        };
        if confirmed != id {
            return Err(no("other-order", "the entry confirms another order"));
        }
        let held = self.roster.check_confirmation(order, &by, now);
        held.map_err(|refusal| said(&refusal))
    }

    /// Tells what is cut along with every order.
    pub fn sentinel(&self) -> Option<Sentinel> {
        self.sentinel
    }

    /// Tells what an office may ask to see what an order came to.
    pub fn sentinels(&self) -> Sentinels {
        Sentinels {
            address: self.sentinel.map(Sentinel::ip),
            names: self.names.clone(),
        }
    }

    /// Tells whether something of a cut is safeguarded by now, or what it would be measured by.
    ///
    /// # Errors
    /// What it meets.
    pub fn safe(&self, order: &Order) -> Result<(), No> {
        let aimed = self.sentinel.and_then(|one| one.aimed_at(&order.goals));
        if let Some(goal) = aimed {
            let why = format!("`{goal}` is the address of this member's own sentinel");
            return Err(no("sentinel", &why));
        }
        let judged = self.rules.safeguards.judge(order);
        judged.map(drop).map_err(|refusal| said(&refusal))
    }

    /// Shows what is never cut.
    pub fn safeguards(&self) -> &Safeguards {
        &self.rules.safeguards
    }

    fn entry(&self, proven: &Proven) -> Result<Decision, No> {
        let bytes = self.logged(proven)?;
        Decision::parse(&bytes).map_err(|why| no("not-a-decision", &why))
    }

    fn logged(&self, proven: &Proven) -> Result<Vec<u8>, No> {
        let policy = self.policy.as_ref();
        let policy = policy.ok_or_else(|| no("no-witnesses", "the charter names no witnesses"))?;
        proven.open(policy).map_err(|why| no("not-logged", &why))
    }

    fn is_ours_and_in_time(&self, order: &Order, now: Timestamp) -> Result<(), No> {
        if order.participant(&self.me).is_none() {
            return Err(no("not-asked", "this member is not among the participants"));
        }
        if order.expires_at <= now {
            return Err(no("ended", "the order has ended"));
        }
        Ok(())
    }
}

/// Reads which address is the sentinel: one of our own, and nothing of the control plane.
fn sentinel(settings: &devices::Settings, rules: &Rules) -> Result<Option<Sentinel>, Failure> {
    let Some(named) = &settings.sentinel else {
        return Ok(None);
    };
    let sentinel = named.sentinel(&rules.ours, &settings.control_plane)?;
    Ok(Some(sentinel))
}

/// The cut of an order: staged, or from a moment on.
pub fn cut(id: OrderId, admitted: &Admitted) -> Cut {
    let order = &admitted.order;
    Cut {
        order: id,
        goals: order.goals.clone(),
        action: order.action,
        ends: admitted.ends(),
        fires_at: admitted.fires_at,
    }
}

fn said(refusal: &Refusal) -> No {
    Box::new(Said::from(refusal))
}

/// A no of the enforcer itself: its reader is the office, whose people see the order's own refusals.
pub fn no(rule: &str, why: &str) -> No {
    Box::new(Said {
        rule: format!("{OWN}{rule}"),
        en: format!("the enforcer refuses: {why}"),
        ja: format!("実施装置が拒否しました: {why}"),
        alarm: false,
    })
}
