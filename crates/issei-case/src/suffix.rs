//! Refuses names under which strangers have theirs: public suffixes such as `co.jp`, or `github.io`.
//!
//! In: a goal. Out: a refusal, if it is such a name. Always: a name that does not exist has nothing below it
//! either (RFC 8020), so refusing a suffix would refuse everybody's names there. Source: the public suffix
//! list, also its part of private operators, as the library `psl` had it when it was built; members may
//! have lists of different age, and each judges by its own.
//! Not here: names that somebody safeguards (`safeguards`).

use issei_model::Goal;

use crate::refusal::{Gate, Refusal, Words};

/// Says no to a goal that is a public suffix.
pub fn too_wide(goal: &Goal) -> Option<Refusal> {
    let Goal::Name(name) = goal else {
        return None;
    };
    let name = name.as_str();
    let suffix = psl::suffix(name.as_bytes())?;
    (suffix.as_bytes() == name.as_bytes()).then(|| public(name))
}

fn public(name: &str) -> Refusal {
    Refusal::new(
        Gate::Safeguards,
        "public-suffix",
        Words::new(
            format!(
                "strangers register their names below `{name}`, and all of them would be refused"
            ),
            format!("`{name}` の配下には第三者が名前を登録しており、そのすべてが拒否されます"),
        ),
        Words::new(
            "name exactly what commands, such as the name below it",
            "配下の名前など、指令に使われている名前を正確に指定してください",
        ),
    )
}

#[cfg(test)]
#[path = "suffix_tests.rs"]
mod tests;
