//! The sentinel: questions of our own to an address of our own, which every order cuts along.
//!
//! In: an order's T and end, a member's own address or a resolver that marks a name. Out: between which two questions the answers ceased,
//! and between which they came again. Always: questions are small, bounded in rate and in time, and answers
//! no larger; who answers answers nobody's answers, so nothing goes round; a sentinel that was not answered
//! before T says nothing. Not here: putting the rule on devices (`issei-enforce`, `crate::enforcer`).

mod answering;
mod asker;
mod prober;
mod question;
mod reckoning;

use crate::code::Failure;
use crate::command_line::Sentinel as Wish;

pub use asker::Far;
pub use prober::{Plan, Prober};

/// Does what is wished.
///
/// # Errors
/// If the address is not of this machine, or its ports are taken.
pub fn run(wish: &Wish) -> Result<u8, Failure> {
    match wish {
        Wish::Answer { address } => answering::run(*address),
    }
}
