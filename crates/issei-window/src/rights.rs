//! Who may do what at a window, as Cedar policies.
//!
//! In: a visitor's roles, an action. Out: yes, or no, with the roles that could. Always: what no policy permits is
//! refused, and so is everything if the engine finds a fault. A role here only opens a door: an approval counts by
//! the person's own key in the charter, which the office judges. Not here: who a visitor is (`sign_in`), whether an
//! order may leave (`issei-case`). Source: rights.cedar, with its schema, validated strictly.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use issei_model::PersonId;
use serde::{Deserialize, Serialize};

/// What a person is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looks at the situation and at orders; sees no subscriber.
    Viewer,
    /// Opens cases, asks members, drafts orders.
    Analyst,
    /// Looks at lines and writes notices, at a member.
    AbuseDesk,
    /// Signs orders.
    Approver,
    /// Arms, withdraws, lifts, runs the office.
    Operator,
    /// Reads everything that is logged, and who looked at what.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Viewer,
        Self::Analyst,
        Self::AbuseDesk,
        Self::Approver,
        Self::Operator,
        Self::Auditor,
    ];
}

/// What can be done at a window; each route asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Read what anybody may: the public page, how to verify the log.
    ReadPublic,
    /// Read the situation, cases, orders, goals.
    Read,
    /// Read findings and lines; at a member these are people's data.
    ReadLines,
    /// Read who looked at what.
    ReadAudit,
    /// Open, ask about, assess, reopen and close cases.
    HandleCase,
    /// Draft and retract orders.
    Propose,
    /// Hand a signature in.
    Approve,
    /// Let a held order go.
    Arm,
    /// End an order, or all; leave one; say that it harms.
    Withdraw,
    /// Keys, members, lists, tokens, people of this window.
    SetUp,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ReadPublic,
        Self::Read,
        Self::ReadLines,
        Self::ReadAudit,
        Self::HandleCase,
        Self::Propose,
        Self::Approve,
        Self::Arm,
        Self::Withdraw,
        Self::SetUp,
    ];
}

/// Who asks: a person with a session, or a machine with a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    /// Who; none for who has not signed in.
    pub person: Option<PersonId>,
    /// What for.
    pub roles: BTreeSet<Role>,
    /// Whether the person showed more than a link: a key of the charter, a passkey that was added
    /// after one, or a token that a signed-in person made.
    pub proven: bool,
    /// What a form must bring along, so that no other site can send it.
    pub form_token: String,
}

impl Role {
    /// Finds the role of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Its name in policies and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::AbuseDesk => "abuse-desk",
            Self::Approver => "approver",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
}

impl Action {
    /// Its name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadPublic => "read-public",
            Self::Read => "read",
            Self::ReadLines => "read-lines",
            Self::ReadAudit => "read-audit",
            Self::HandleCase => "handle-case",
            Self::Propose => "propose",
            Self::Approve => "approve",
            Self::Arm => "arm",
            Self::Withdraw => "withdraw",
            Self::SetUp => "set-up",
        }
    }
}

/// The policies, read once.
struct Book {
    policies: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
}

static BOOK: LazyLock<Result<Book, String>> = LazyLock::new(|| Book::read(POLICIES, SCHEMA));
const POLICIES: &str = include_str!("rights.cedar");
const SCHEMA: &str = include_str!("rights.cedarschema");

impl Book {
    fn read(policies: &str, schema: &str) -> Result<Self, String> {
        let (schema, _) =
            Schema::from_cedarschema_str(schema).map_err(|error| error.to_string())?;
        let policies = PolicySet::from_str(policies).map_err(|error| error.to_string())?;
        let validated = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !validated.validation_passed() {
            let faults = validated.validation_errors();
            return Err(faults
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "));
        }
        Ok(Self {
            policies,
            schema,
            authorizer: Authorizer::new(),
        })
    }

    fn permits(&self, visitor: &Visitor, action: Action) -> Result<bool, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let principal = uid("Visitor", "asking")?;
        let roles: Result<HashSet<EntityUid>, String> = visitor
            .roles
            .iter()
            .map(|role| uid("Role", role.name()))
            .collect();
        let proven = RestrictedExpression::new_bool(visitor.proven);
        let attributes = HashMap::from([("proven".to_owned(), proven)]);
        let asking = Entity::new(principal.clone(), attributes, roles?).map_err(|e| told(&e))?;
        let entities =
            Entities::from_entities([asking], Some(&self.schema)).map_err(|e| told(&e))?;
        let request = Request::new(
            principal,
            uid("Action", action.name())?,
            uid("Office", "this")?,
            Context::empty(),
            Some(&self.schema),
        )
        .map_err(|e| told(&e))?;
        let answer = self
            .authorizer
            .is_authorized(&request, &self.policies, &entities);
        // An error in a policy is a no, also if another one permits.
        let broken = answer.diagnostics().errors().next().is_some();
        Ok(answer.decision() == Decision::Allow && !broken)
    }
}

fn uid(kind: &str, name: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(name)))
}

/// Tells whether a visitor may; any fault of the engine is a no.
pub fn permits(visitor: &Visitor, action: Action) -> bool {
    let book = BOOK.as_ref();
    book.is_ok_and(|book| book.permits(visitor, action).unwrap_or(false))
}

/// Gives the roles that could, each by itself.
pub fn who_could(action: Action) -> Vec<Role> {
    let alone = |role: &Role| Visitor {
        roles: BTreeSet::from([*role]),
        proven: true,
        ..Visitor::default()
    };
    let could = Role::ALL
        .into_iter()
        .filter(|role| permits(&alone(role), action));
    could.collect()
}

#[cfg(test)]
#[path = "rights_tests.rs"]
mod tests;
