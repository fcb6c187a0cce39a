//! The first gate: an order has a lawful ground under the pack in force, or a refusal says why not.
//!
//! In: a pack of policies in three layers (the ceiling shipped with the product, a country's grounds,
//! the member's own rules, which only forbid), an order, the time. Out: the witness [`Grounded`],
//! which only this gate makes, or [`Ungrounded`]. Always: any fault of the engine, the schema or an
//! attribute is a no and an alarm. A pack is data; this room knows only its form.
//! Limits: a pack is not legal advice, and statements of people are taken as stated and confirmed.
//! Not here: whether evidence suffices, who signs, what is safeguarded.

mod ceiling;
mod engine;
mod error;
mod facts;
mod nesting;
mod refused;
mod row;
mod standing;

use std::collections::BTreeMap;

use cedar_policy::{Effect, Policy, Schema, SchemaFragment};
use issei_model::{Digest, FactValue, Language, Order, OrderId, Span, StandingOrder, Timestamp};
use sha2::Digest as _;

use self::engine::{Answer, Engine};
use crate::Words;

pub use self::ceiling::{
    CLOCK_SLACK, Excess, LATEST_REVIEW_IN_DANGER, LONGEST, LONGEST_ADDRESS, LONGEST_IN_DANGER,
    LONGEST_WHOLE_HOST, OLDEST_PROOF, Overrun, STATEMENTS,
};
pub use self::error::{Layer, PackError};
pub use self::facts::{FactFault, Fault};
pub use self::refused::Ungrounded;
pub use self::row::{Basis, FactKind, FactRule, Limit, Mark, Row, UnknownBasis};

/// Bytes of one layer: what counsel can read in an afternoon, several times over.
pub const LONGEST_LAYER: usize = 256 * 1_024;

/// What nothing can exceed.
const CEILING: &str = include_str!("../packs/ceiling.cedar");
/// What policies may ask about an order, and the kinds of facts; every schema begins with it.
const FORM: &str = include_str!("../packs/form.cedarschema");
/// The grounds of Japan.
const JAPAN: &str = include_str!("../packs/jp/grounds.cedar");
/// The facts that they require.
const JAPAN_SCHEMA: &str = include_str!("../packs/jp/schema.cedarschema");

/// Lawful grounds in three layers, read and held against their schema.
#[derive(Clone, Debug)]
pub struct Pack {
    engine: Engine,
    rows: BTreeMap<String, Row>,
    digest: Digest,
    own_digest: Digest,
}

/// The witness that an order has a lawful ground. Only [`Pack::judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounded {
    order: OrderId,
    row: String,
    pack: Digest,
    mark: Mark,
    review: Span,
}

/// One row as it is shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name of the row, such as `C1`.
    pub row: String,
    /// What the measure is.
    pub title: String,
    /// How sure the sources are, in words.
    pub mark: String,
    /// Whether the row can ever allow a cut.
    pub allows_cut: bool,
    /// Whether it is switched on.
    pub on: bool,
    /// The longest lifetime of a cut on it.
    pub lifetime: Option<Span>,
    /// The required facts by name, and what each states.
    pub facts: Vec<(String, String)>,
}

impl Pack {
    /// Takes the grounds of Japan without rules of a member's own.
    ///
    /// # Panics
    /// If the shipped pack does not load, which a test rules out.
    pub fn japan() -> Self {
        Self::japan_with("").expect("the shipped pack loads")
    }

    /// Takes the grounds of Japan with rules of a member's own, which only forbid.
    ///
    /// # Errors
    /// If the member's own rules do not fit the schema, or permit something.
    pub fn japan_with(own: &str) -> Result<Self, PackError> {
        Self::load(JAPAN, JAPAN_SCHEMA, own)
    }

    /// Reads a pack: a country's grounds, the schema of their facts, the member's own rules.
    ///
    /// # Errors
    /// If a layer cannot be read, does not fit the schema strictly, exceeds the ceiling, or permits
    /// where it may only forbid.
    pub fn load(national: &str, schema: &str, own: &str) -> Result<Self, PackError> {
        let (table, read_schema) = read_schema(&[FORM, schema].concat())?;
        let ceiling = engine::layer(Layer::Ceiling, CEILING, &read_schema)?;
        let grounds = engine::layer(Layer::National, national, &read_schema)?;
        let members = engine::layer(Layer::Own, own, &read_schema)?;
        only_forbids(Layer::Ceiling, &ceiling)?;
        only_forbids(Layer::Own, &members)?;
        let rows = read_rows(&grounds, &table)?;
        let all = [ceiling, grounds.clone(), members].concat();
        let mut engine = Engine::new(read_schema, all)?;
        for policy in grounds {
            if policy.effect() == Effect::Permit {
                let row = engine::row_of(&policy).unwrap_or_default();
                engine.keep_alone(&row, policy)?;
            }
        }
        Ok(Self {
            engine,
            rows,
            digest: digest(&[CEILING, FORM, schema, national]),
            own_digest: digest(&[own]),
        })
    }

    /// Switches on a row that is off by default.
    ///
    /// # Errors
    /// If the pack has no such row that allows a cut.
    pub fn with_row_on(mut self, row: &str) -> Result<Self, PackError> {
        let found = self.rows.get_mut(row).filter(|row| row.allows_cut());
        let found = found.ok_or_else(|| PackError::NoSuchRow {
            row: row.to_owned(),
        })?;
        found.on = true;
        Ok(self)
    }

    /// Names what all members share: the ceiling, the schema and the country's grounds. An order
    /// carries it; a member's own rules and switches are not part of it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Names the member's own rules.
    pub fn own_digest(&self) -> Digest {
        self.own_digest
    }

    /// Lists the rows, rising by name.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Tells the row of that name.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.get(name)
    }

    /// Describes every row in one language.
    pub fn describe(&self, language: Language) -> Vec<Description> {
        let describe = |row: &Row| Description {
            row: row.name.clone(),
            title: row.title.of(language).to_owned(),
            mark: row.mark.text(language),
            allows_cut: row.allows_cut(),
            on: row.on,
            lifetime: row.limit.map(|limit| limit.lifetime),
            facts: row
                .facts
                .iter()
                .map(|(name, rule)| (name.clone(), rule.states.of(language).to_owned()))
                .collect(),
        };
        self.rows().map(describe).collect()
    }

    /// Judges whether an order has the ground that it names.
    ///
    /// # Errors
    /// A refusal with the row, the faulty facts, why, and the next step in both languages; with an
    /// alarm if the engine found a fault.
    pub fn judge(&self, order: &Order, now: Timestamp) -> Result<Grounded, Box<Ungrounded>> {
        self.same_pack(order)?;
        in_time(order, now)?;
        self.on_ground(order)
            .map_err(|no| self.with_closest(no, order))
    }

    /// Judges whether a standing order has the ground that it names: the row offers itself to such a
    /// reflex, and every layer would take each single activation.
    ///
    /// # Errors
    /// As [`Pack::judge`].
    pub fn judge_standing(&self, order: &StandingOrder) -> Result<Mark, Box<Ungrounded>> {
        let specimen = standing::specimen(order);
        self.same_pack(&specimen)?;
        let (row, limit) = self.usable_row(&order.ground)?;
        if !row.standing.contains(order.reflex.code()) {
            return Err(standing::not_offered(row, &order.reflex));
        }
        let faults = facts::faults(row, &specimen);
        if !faults.is_empty() {
            return Err(Ungrounded::by_facts(row, faults));
        }
        within_limits(row, limit, &specimen)?;
        self.by_policies(row, &specimen)?;
        Ok(row.mark)
    }

    fn on_ground(&self, order: &Order) -> Result<Grounded, Box<Ungrounded>> {
        let (row, limit) = self.usable_row(&order.ground)?;
        let faults = facts::faults(row, order);
        if !faults.is_empty() {
            return Err(Ungrounded::by_facts(row, faults));
        }
        within_limits(row, limit, order)?;
        self.by_policies(row, order)?;
        Ok(Grounded {
            order: order.id(),
            row: row.name.clone(),
            pack: self.digest,
            mark: row.mark,
            review: limit.review,
        })
    }

    fn same_pack(&self, order: &Order) -> Result<(), Box<Ungrounded>> {
        if order.pack == self.digest {
            return Ok(());
        }
        Err(Ungrounded::new(
            &order.ground,
            "other-pack",
            Words::new(
                format!(
                    "the order rests on pack `{}`, and `{}` is in force",
                    order.pack, self.digest
                ),
                format!(
                    "この措置はパック `{}` に基づきますが、有効なのは `{}` です",
                    order.pack, self.digest
                ),
            ),
            Words::new(
                "propose again under the pack in force",
                "有効なパックのもとで再度提案してください",
            ),
        ))
    }

    fn usable_row(&self, name: &str) -> Result<(&Row, Limit), Box<Ungrounded>> {
        let row = self.rows.get(name).ok_or_else(|| self.no_such_row(name))?;
        let Some(limit) = row.limit else {
            let (why, next) = (row.refusal.clone(), row.next_step.clone());
            return Err(Ungrounded::new(name, "never-a-cut", why, next));
        };
        if !row.on {
            let why = Words::new(
                format!("ground {name} is off by default: {}", row.refusal.en),
                format!("根拠 {name} は既定で無効です: {}", row.refusal.ja),
            );
            let next = Words::new(
                format!("let the member switch {name} on and {}", row.next_step.en),
                format!("会員が {name} を有効にし、{}", row.next_step.ja),
            );
            return Err(Ungrounded::new(name, "off-by-default", why, next));
        }
        Ok((row, limit))
    }

    fn no_such_row(&self, name: &str) -> Box<Ungrounded> {
        let usable: Vec<&str> = self
            .rows()
            .filter(|row| row.allows_cut())
            .map(|row| row.name.as_str())
            .collect();
        let (name, usable): (String, String) = (name.chars().take(20).collect(), usable.join(", "));
        Ungrounded::new(
            &name,
            "no-such-row",
            Words::new(
                format!("the pack has no row `{name}`"),
                format!("パックに `{name}` という根拠はありません"),
            ),
            Words::new(
                format!("name one that allows a cut: {usable}"),
                format!("遮断を認める根拠を挙げてください: {usable}"),
            ),
        )
    }

    /// Asks the policies of all layers, with facts that the table has accepted.
    fn by_policies(&self, row: &Row, order: &Order) -> Result<(), Box<Ungrounded>> {
        let facts = values(order);
        match self.engine.ask(&row.name, order, &facts) {
            Answer::Yes(_) => Ok(()),
            Answer::Broken(fault) => Err(Ungrounded::broken(&row.name, &fault)),
            Answer::No(forbids) => Err(match forbids.first() {
                Some(policy) => self.forbidden(row, policy),
                None => self.why_not(row, order, facts),
            }),
        }
    }

    fn forbidden(&self, row: &Row, policy: &str) -> Box<Ungrounded> {
        let words = |key: &str, otherwise: Words| {
            let text = |language| self.engine.annotation(policy, &format!("{key}_{language}"));
            match (text("en"), text("ja")) {
                (Some(en), Some(ja)) => Words::new(en, ja),
                _ => otherwise,
            }
        };
        // The letter in front only orders the layers.
        let rule = policy.split_once('-').map_or(policy, |(_, rule)| rule);
        let why = Words::new(
            format!("rule `{rule}` forbids it"),
            format!("規則 `{rule}` が禁じています"),
        );
        let next = Words::new(
            "ask whoever keeps that rule",
            "その規則の管理者に問い合わせてください",
        );
        let (why, next) = (words("refusal", why), words("next", next));
        Ungrounded::new(&row.name, rule, why, next)
    }

    /// Works out why a ground does not hold by asking it alone: what would it say, if a fact that
    /// is stated as no were a yes?
    fn why_not(
        &self,
        row: &Row,
        order: &Order,
        facts: BTreeMap<String, FactValue>,
    ) -> Box<Ungrounded> {
        let denied = facts
            .iter()
            .filter(|(_, value)| **value == FactValue::Flag(false));
        let denied: Vec<String> = denied.map(|(name, _)| name.clone()).collect();
        let mut affirmed = facts;
        for name in &denied {
            affirmed.insert(name.clone(), FactValue::Flag(true));
        }
        let holds = |facts: &BTreeMap<_, _>| {
            matches!(
                self.engine.ask_alone(&row.name, order, facts),
                Answer::Yes(_)
            )
        };
        let decisive = |name: &String| {
            let mut without = affirmed.clone();
            without.insert(name.clone(), FactValue::Flag(false));
            !holds(&without)
        };
        if denied.is_empty() || !holds(&affirmed) {
            let (why, next) = (row.refusal.clone(), row.next_step.clone());
            return Ungrounded::new(&row.name, "conditions", why, next);
        }
        let faults = denied.into_iter().filter(decisive).map(|fact| FactFault {
            states: row.facts.get(&fact).map(|rule| rule.states.clone()),
            fault: Fault::Denied,
            fact,
        });
        Ungrounded::by_facts(row, faults.collect())
    }

    /// Adds the row that would take this order with the fewest facts to mend, if that is fewer
    /// than on the row it names.
    fn with_closest(&self, no: Box<Ungrounded>, order: &Order) -> Box<Ungrounded> {
        if no.alarm {
            return no;
        }
        let here = match no.facts.len() {
            0 => usize::MAX,
            faults => faults,
        };
        let others = self.rows().filter(|row| row.on && row.name != order.ground);
        let fitting = others.filter(|row| self.would_take(row, order));
        let costs = fitting.map(|row| (facts::faults(row, order).len(), row));
        let best = costs.min_by_key(|(cost, row)| (*cost, row.name.clone()));
        no.with_closest(best.filter(|(cost, _)| *cost < here).map(|(_, row)| row))
    }

    /// Tells whether a row would take an order, once every fact it requires is there.
    fn would_take(&self, row: &Row, order: &Order) -> bool {
        let Some(limit) = row.limit else { return false };
        let given = |name: &str, rule: &FactRule| {
            let value = order.facts.get(name).map(|fact| fact.value.clone());
            value.filter(|value| facts::kind(value) == rule.kind)
        };
        let facts = row.facts.iter().map(|(name, rule)| {
            let value = given(name, rule).unwrap_or_else(|| supposed(rule.kind, order));
            (name.clone(), value)
        });
        let answer = self.engine.ask(&row.name, order, &facts.collect());
        ceiling::overrun(limit, order).is_none() && matches!(answer, Answer::Yes(_))
    }
}

impl Grounded {
    /// Tells which order was judged.
    pub fn order(&self) -> OrderId {
        self.order
    }

    /// Tells the row it stands on.
    pub fn row(&self) -> &str {
        &self.row
    }

    /// Tells under which pack.
    pub fn pack(&self) -> Digest {
        self.pack
    }

    /// Tells how sure the sources of the row are.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Tells how long after the proposal people look at it again.
    pub fn review(&self) -> Span {
        self.review
    }
}

/// Refuses an order from the future, and one that is over.
fn in_time(order: &Order, now: Timestamp) -> Result<(), Box<Ungrounded>> {
    if order.proposed_at.since(now) > CLOCK_SLACK {
        // A later proposal would make the lifetime look shorter than it is.
        let why = Words::new(
            format!("it is proposed at {}, which lies ahead", order.proposed_at),
            format!("提案日時 {} が未来です", order.proposed_at),
        );
        let next = Words::new(
            "compare the clocks and propose again",
            "時計を確かめ、再度提案してください",
        );
        return Err(Ungrounded::new(&order.ground, "from-the-future", why, next));
    }
    if order.expires_at <= now {
        let why = Words::new(
            format!("it ended at {}", order.expires_at),
            format!("{} に終了しています", order.expires_at),
        );
        let next = Words::new(
            "propose a new one with fresh evidence",
            "新しい証拠とともに提案してください",
        );
        return Err(Ungrounded::new(&order.ground, "over", why, next));
    }
    Ok(())
}

fn within_limits(row: &Row, limit: Limit, order: &Order) -> Result<(), Box<Ungrounded>> {
    let name = &row.name;
    match ceiling::overrun(limit, order) {
        None => Ok(()),
        Some(Overrun::TooLong { lifetime, limit }) => Err(Ungrounded::new(
            name,
            "too-long",
            Words::new(
                format!(
                    "it lasts {lifetime} on ground {name}, and at most {limit} is allowed for these goals"
                ),
                format!(
                    "根拠 {name} でこの対象に許される最長は {limit} ですが、{lifetime} 続きます"
                ),
            ),
            Words::new(
                "shorten it; another order with fresh evidence may follow",
                "短くしてください。必要なら新しい証拠とともに後続の措置を提案できます",
            ),
        )),
        Some(Overrun::Stale) => Err(Ungrounded::new(
            name,
            "stale-evidence",
            Words::new(
                format!(
                    "it cuts an address, and no evidence ends within {OLDEST_PROOF} before the proposal"
                ),
                format!("アドレスの遮断ですが、提案前 {OLDEST_PROOF} 以内の証拠がありません"),
            ),
            Words::new(
                "attach fresh evidence that the address still does it",
                "そのアドレスが今も関わっていることを示す新しい証拠を添えてください",
            ),
        )),
    }
}

fn values(order: &Order) -> BTreeMap<String, FactValue> {
    let values = order.facts.iter();
    values
        .map(|(name, fact)| (name.clone(), fact.value.clone()))
        .collect()
}

/// A value as it would stand there, if the fact were attached and as required.
fn supposed(kind: FactKind, order: &Order) -> FactValue {
    match kind {
        FactKind::Flag => FactValue::Flag(true),
        FactKind::Number => FactValue::Number(1),
        FactKind::Moment => FactValue::Moment(order.proposed_at),
        FactKind::Text => FactValue::Text("as stated".to_owned()),
        FactKind::Document => FactValue::Document(Digest([0; 32])),
    }
}

/// Reads the schema twice: as a table of facts, and as what policies are held against.
fn read_schema(text: &str) -> Result<(serde_json::Value, Schema), PackError> {
    let fault = |error: &dyn std::fmt::Display| PackError::Schema {
        fault: error.to_string(),
    };
    if text.len() > LONGEST_LAYER {
        return Err(PackError::TooLong {
            layer: Layer::National,
        });
    }
    if nesting::schema_too_deep(text) {
        return Err(PackError::TooDeep {
            layer: Layer::National,
        });
    }
    let (fragment, _) =
        SchemaFragment::from_cedarschema_str(text).map_err(|error| fault(&error))?;
    let table = fragment.to_json_value().map_err(|error| fault(&error))?;
    let (schema, _) = Schema::from_cedarschema_str(text).map_err(|error| fault(&error))?;
    Ok((table, schema))
}

fn only_forbids(layer: Layer, policies: &[Policy]) -> Result<(), PackError> {
    let permit = policies
        .iter()
        .find(|policy| policy.effect() == Effect::Permit);
    permit.map_or(Ok(()), |policy| {
        Err(PackError::Permit {
            layer,
            policy: policy.id().to_string(),
        })
    })
}

/// Reads the rows from the national layer: every permit is for exactly one, and a forbid may say
/// what a row is for that never allows a cut.
fn read_rows(
    grounds: &[Policy],
    table: &serde_json::Value,
) -> Result<BTreeMap<String, Row>, PackError> {
    let mut rows = BTreeMap::new();
    for policy in grounds {
        let named = policy.annotation("row");
        if named.is_none() && policy.effect() == Effect::Forbid {
            continue;
        }
        let scope = engine::row_of(policy);
        let name = named.filter(|name| scope.as_deref() == Some(name));
        let name = name.ok_or_else(|| PackError::Scope {
            policy: policy.id().to_string(),
        })?;
        let row = Row::read(name, policy, row::facts(table, name)?)?;
        let excess = row.limit.and_then(|limit| ceiling::excess(&row, limit));
        if let Some(excess) = excess {
            let row = name.to_owned();
            return Err(PackError::Beyond { row, excess });
        }
        if rows.insert(name.to_owned(), row).is_some() {
            return Err(PackError::Repeated {
                row: name.to_owned(),
            });
        }
    }
    Ok(rows)
}

/// The digest of texts, each with its length in front, so that no two lists look alike.
fn digest(texts: &[&str]) -> Digest {
    let mut hash = sha2::Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
#[path = "ground_tests.rs"]
mod tests;
