//! Asks the policies about one order: yes, no and by which rule, or broken.
//!
//! In: the layers as policies, an order and the row it names. Out: an [`Answer`]. Always: an error in
//! any policy is an answer of its own, because the engine skips a forbid that errs and would allow;
//! the request itself is held against the schema. Not here: what the answer means (`ground`).

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid,
    Policy, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use issei_model::{Action, FactValue, Goal, Order, Timestamp, protocol};

use super::LONGEST_LAYER;
use super::ceiling::evidence_age;
use super::error::{Layer, PackError};
use super::nesting;

/// The policies of all layers, and each ground alone.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    schema: Schema,
    pub(super) all: PolicySet,
    alone: BTreeMap<String, PolicySet>,
}

/// What the policies say about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Allowed by this permit; nothing forbids.
    Yes(String),
    /// Forbidden by these, the highest layer first; none if no permit applies.
    No(Vec<String>),
    /// The engine found a fault: what it says.
    Broken(String),
}

impl Engine {
    pub(super) fn new(schema: Schema, policies: Vec<Policy>) -> Result<Self, PackError> {
        Ok(Self {
            schema,
            all: set(policies)?,
            alone: BTreeMap::new(),
        })
    }

    /// Keeps a ground apart, so that it can be asked alone.
    pub(super) fn keep_alone(&mut self, row: &str, permit: Policy) -> Result<(), PackError> {
        self.alone.insert(row.to_owned(), set(vec![permit])?);
        Ok(())
    }

    /// Tells the words of a policy under an annotation.
    pub(super) fn annotation(&self, policy: &str, key: &str) -> Option<&str> {
        self.all.annotation(&PolicyId::new(policy), key)
    }

    /// Asks all layers about an order.
    pub(super) fn ask(
        &self,
        row: &str,
        order: &Order,
        facts: &BTreeMap<String, FactValue>,
    ) -> Answer {
        self.ask_set(&self.all, row, order, facts)
    }

    /// Asks one ground alone: what nothing else forbids.
    pub(super) fn ask_alone(
        &self,
        row: &str,
        order: &Order,
        facts: &BTreeMap<String, FactValue>,
    ) -> Answer {
        match self.alone.get(row) {
            Some(set) => self.ask_set(set, row, order, facts),
            None => Answer::No(Vec::new()),
        }
    }

    fn ask_set(
        &self,
        policies: &PolicySet,
        row: &str,
        order: &Order,
        facts: &BTreeMap<String, FactValue>,
    ) -> Answer {
        let request = match self.request(row, order, facts) {
            Ok(request) => request,
            Err(fault) => return Answer::Broken(fault),
        };
        let response = Authorizer::new().is_authorized(&request, policies, &Entities::empty());
        let errors = response.diagnostics().errors();
        if let Some(error) = errors.map(ToString::to_string).min() {
            return Answer::Broken(error);
        }
        let mut reasons: Vec<String> = response
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect();
        reasons.sort();
        match (response.decision(), reasons.first()) {
            (Decision::Allow, Some(permit)) => Answer::Yes(permit.clone()),
            (Decision::Allow, None) => Answer::Broken("allowed without a permit".to_owned()),
            (Decision::Deny, _) => Answer::No(reasons),
        }
    }

    pub(super) fn request(
        &self,
        row: &str,
        order: &Order,
        facts: &BTreeMap<String, FactValue>,
    ) -> Result<Request, String> {
        let facts = facts
            .iter()
            .map(|(name, value)| (name.clone(), expression(value)));
        let facts = RestrictedExpression::new_record(facts).map_err(|error| error.to_string())?;
        let context = Context::from_pairs([
            ("order".to_owned(), shape(order)?),
            ("facts".to_owned(), facts),
        ])
        .map_err(|error| error.to_string())?;
        Request::new(
            uid("Person", &order.proposer.to_string())?,
            uid("Action", row)?,
            uid("Order", &order.id().to_string())?,
            context,
            Some(&self.schema),
        )
        .map_err(|error| error.to_string())
    }
}

/// Reads one layer: policies named after it, held strictly against the schema.
pub(super) fn layer(layer: Layer, text: &str, schema: &Schema) -> Result<Vec<Policy>, PackError> {
    if text.len() > LONGEST_LAYER {
        return Err(PackError::TooLong { layer });
    }
    if nesting::policies_too_deep(text) {
        return Err(PackError::TooDeep { layer });
    }
    let parsed = PolicySet::from_str(text).map_err(|error| PackError::Policies {
        layer,
        fault: error.to_string(),
    })?;
    if parsed.num_of_templates() > 0 {
        return Err(PackError::Template { layer });
    }
    let result = Validator::new(schema.clone()).validate(&parsed, ValidationMode::Strict);
    let errors = result.validation_errors().map(ToString::to_string);
    let faults = errors.chain(result.validation_warnings().map(ToString::to_string));
    if let Some(fault) = faults.min() {
        return Err(PackError::Validation { layer, fault });
    }
    // The letter puts the layers in order: what the ceiling forbids is named first.
    let letter = match layer {
        Layer::Ceiling => 'a',
        Layer::National => 'b',
        Layer::Own => 'c',
    };
    let rename =
        |policy: &Policy| policy.new_id(PolicyId::new(format!("{letter}-{layer}/{}", policy.id())));
    Ok(parsed.policies().map(rename).collect())
}

/// Tells the one row that a policy is for, if its scope names exactly one.
pub(super) fn row_of(policy: &Policy) -> Option<String> {
    match policy.action_constraint() {
        ActionConstraint::Eq(action) => Some(action.id().unescaped().to_owned()),
        ActionConstraint::Any | ActionConstraint::In(_) => None,
    }
}

fn set(policies: Vec<Policy>) -> Result<PolicySet, PackError> {
    PolicySet::from_policies(policies).map_err(|error| PackError::Policies {
        layer: Layer::National,
        fault: error.to_string(),
    })
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn expression(value: &FactValue) -> RestrictedExpression {
    match value {
        FactValue::Flag(flag) => RestrictedExpression::new_bool(*flag),
        FactValue::Number(number) => RestrictedExpression::new_long(*number),
        FactValue::Moment(moment) => RestrictedExpression::new_long(seconds(*moment)),
        FactValue::Text(text) => RestrictedExpression::new_string(text.clone()),
        FactValue::Document(digest) => RestrictedExpression::new_string(digest.to_string()),
    }
}

/// Works out the record `Shape` of the schema.
fn shape(order: &Order) -> Result<RestrictedExpression, String> {
    let count =
        |of: &dyn Fn(&Goal) -> bool| long(order.goals.iter().filter(|goal| of(goal)).count());
    let lifetime = order.expires_at.since(order.proposed_at);
    let action = match order.action {
        Action::RefuseName => "refuse-name",
        Action::Redirect => "redirect",
        Action::Drop => "drop",
        Action::RateLimit(_) => "rate-limit",
    };
    let age = evidence_age(order).map_or(i64::MAX, |age| rounded_up(age.as_micros()));
    let numbers = [
        ("goals", long(order.goals.len())),
        ("names", count(&|goal| matches!(goal, Goal::Name(_)))),
        (
            "services",
            count(&|goal| matches!(goal, Goal::Service(_)) && !goal.is_whole_host()),
        ),
        ("whole_hosts", count(&Goal::is_whole_host)),
        ("udp_53", count(&is_dns)),
        ("members", long(order.participants.len())),
        ("evidence", long(order.evidence.len())),
        ("lifetime", rounded_up(lifetime.as_micros())),
        ("evidence_age", age),
        ("proposed_at", seconds(order.proposed_at)),
        ("expires_at", rounded_up(order.expires_at.as_micros())),
    ];
    let numbers =
        numbers.map(|(name, number)| (name.to_owned(), RestrictedExpression::new_long(number)));
    let action = (
        "action".to_owned(),
        RestrictedExpression::new_string(action.to_owned()),
    );
    RestrictedExpression::new_record(numbers.into_iter().chain([action]))
        .map_err(|error| error.to_string())
}

fn is_dns(goal: &Goal) -> bool {
    matches!(goal, Goal::Service(end) if end.port == 53 && end.protocol == protocol::UDP)
}

fn long(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn seconds(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(1_000_000)
}

/// Whole seconds that are not shorter: a limit is not passed by a fraction.
fn rounded_up(micros: i64) -> i64 {
    micros.div_euclid(1_000_000) + i64::from(micros.rem_euclid(1_000_000) > 0)
}
