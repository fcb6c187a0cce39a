//! What of a cut a bouncer can say exactly.
//!
//! A decision names an address. What a bouncer does with it is its own setting: the firewall bouncer as it
//! comes drops what comes *from* it, and only what is for the machine itself; with sets that a person has wired
//! into chains it drops what goes to it too, also what is forwarded. A cut means both ways, so only who
//! stops both ways is one that can carry it; the others follow beside, and nothing is claimed of them.

use std::net::IpAddr;

use issei_model::{Action, Goal};

use crate::{Cut, Refusal};

/// What one bouncer does with an address. Only who set it up knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// Which packets it stops.
    pub stops: Stops,
    /// Whether it takes addresses of IPv6.
    pub ipv6: bool,
}

/// Which packets stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    /// Those to the address and those from it, forwarded ones too.
    BothWays,
    /// Those from it, or requests from it; or only some of them.
    FromOnly,
}

impl Means {
    /// Tells whether a cut can be carried by it, and not only followed beside.
    pub fn carries(&self) -> bool {
        self.stops == Stops::BothWays
    }

    /// Tells whether it is told of an address.
    pub fn takes(&self, ip: IpAddr) -> bool {
        self.ipv6 || ip.is_ipv4()
    }
}

/// Tells whether bouncers together say a cut exactly.
///
/// # Errors
/// The first goal that one of those that carry cannot say, or that nobody carries.
pub fn check(cut: &Cut, means: &[Means]) -> Result<(), Refusal> {
    check_all(cut.action, &cut.goals, means)
}

/// Tells whether bouncers together say this of these goals exactly.
///
/// # Errors
/// As [`check`].
pub fn check_all(action: Action, goals: &[Goal], means: &[Means]) -> Result<(), Refusal> {
    for goal in goals {
        let said = check_goal(goal, action, means);
        said.map_err(|what| Refusal::NotExpressible {
            goal: goal.clone(),
            what,
        })?;
    }
    Ok(())
}

fn check_goal(goal: &Goal, action: Action, means: &[Means]) -> Result<(), &'static str> {
    let Goal::Service(endpoint) = goal else {
        return Err("a bouncer blocks addresses, not names; give it to a resolver");
    };
    match action {
        Action::Drop => {}
        Action::RateLimit(_) => return Err("a bouncer blocks or does not; it limits nothing"),
        Action::RefuseName | Action::Redirect => {
            return Err("a bouncer cannot answer for a resolver");
        }
    }
    if endpoint.protocol != 0 || endpoint.port != 0 {
        return Err("a bouncer blocks a whole host, and not one of its services");
    }
    let mut carriers = means.iter().filter(|one| one.carries()).peekable();
    if carriers.peek().is_none() {
        return Err(
            "every bouncer here stops only what comes from an address, and a cut stops both ways; docs/enforcing.md shows how to wire its sets",
        );
    }
    match carriers.all(|one| one.takes(endpoint.ip)) {
        true => Ok(()),
        false => Err("a bouncer that must stop it takes no addresses of IPv6"),
    }
}

#[cfg(test)]
#[path = "means_tests.rs"]
mod tests;
