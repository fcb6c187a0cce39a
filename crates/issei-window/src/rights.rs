//! Who may do what at a window.
//!
//! In: a visitor's roles, an action. Out: yes, or a no with the role that could. Always: what no policy allows is
//! refused. Not here: who a visitor is (`sign_in`), whether an order may leave (`issei-case`).

use std::collections::BTreeSet;

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
    /// What a form must bring along, so that no other site can send it.
    pub form_token: String,
}
