//! The made-up traffic of the story while it is told: hijacked devices ask their commander, who answers whom he hears.
//!
//! In: each member's hijacked lines, its office. Out: exchanges, shown to each member's office as a collector beside
//! it shows them. Always: an answer is left out exactly from when that member's device says that its rule acts until
//! it is gone; what is summed, hidden and drawn of it afterwards is production's. Not here: detection, which judged
//! six hours of other traffic.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use issei_desk::traffic::Exchange;
use issei_host::clock;
use issei_model::{Goal, OrderId, Span, Timestamp};
use tokio::task::JoinHandle;

use crate::office::control::{Ask, Reply};
use crate::office::country::ask;
use crate::office::folder::Folder;

/// How often exchanges are shown.
const EVERY: Duration = Duration::from_millis(250);
/// The shortest time between two questions of a device.
const SHORTEST: Span = Span::from_millis(2_000);
/// So many different times there are, each so much longer.
const TIMES: u64 = 40;
const LONGER: Span = Span::from_millis(75);
/// Packets of a question, and of its answer.
const ASKED: u64 = 2;
const ANSWERED: u64 = 1;

/// Devices that go on asking.
pub struct Traffic {
    order: Arc<Mutex<Option<OrderId>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Traffic {
    /// Lets so many devices of each member ask from now on.
    pub fn begin(members: Vec<(Folder, u64)>, goal: &Goal) -> Self {
        let order = Arc::<Mutex<Option<OrderId>>>::default();
        let tasks = members.into_iter().map(|(folder, devices)| {
            let member = Member {
                folder,
                devices,
                goal: goal.clone(),
                order: order.clone(),
            };
            tokio::spawn(member.go_on())
        });
        let tasks = tasks.collect();
        Self { order, tasks }
    }

    /// Tells which order cuts them off.
    pub fn is_cut_by(&self, order: OrderId) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The devices of one member.
struct Member {
    folder: Folder,
    devices: u64,
    goal: Goal,
    order: Arc<Mutex<Option<OrderId>>>,
}

impl Member {
    async fn go_on(self) {
        let mut tick = tokio::time::interval(EVERY);
        let mut last = clock::now();
        loop {
            tick.tick().await;
            // Looked at first: what the device begins meanwhile is seen the next time.
            let now = clock::now();
            let cut = self.cut_since().await;
            let seen = exchanges(&self.goal, self.devices, (last, now), cut);
            last = now;
            // An office that is ending has no use for it.
            let _ = ask(&self.folder, Ask::Exchanges(seen)).await;
        }
    }

    /// Since when the member's device lets nothing through.
    async fn cut_since(&self) -> Option<Timestamp> {
        let order = *self.order.lock().unwrap_or_else(PoisonError::into_inner);
        match ask(&self.folder, Ask::Order(order?)).await {
            Ok(Reply::Order(view)) => view.members.iter().find_map(|member| member.effect),
            _ => None,
        }
    }
}

/// Questions of so many devices after one moment and up to another, each answered unless it was cut by then.
fn exchanges(
    goal: &Goal,
    devices: u64,
    (after, until): (Timestamp, Timestamp),
    cut: Option<Timestamp>,
) -> Vec<Exchange> {
    let mut all = Vec::new();
    for line in 0..devices {
        // Neighbours do not ask together.
        let mixed = line.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let number = i64::try_from(mixed % TIMES).unwrap_or(0);
        let every = SHORTEST.as_micros() + number * LONGER.as_micros();
        let offset = i64::try_from(mixed).unwrap_or(0) % every;
        let mut at = (after.as_micros() - offset).div_euclid(every) * every + offset + every;
        while at <= until.as_micros() {
            let moment = Timestamp::from_micros(at);
            let is_cut = cut.is_some_and(|cut| moment >= cut);
            all.push(Exchange {
                goal: goal.clone(),
                line,
                at: moment,
                asked: ASKED,
                answered: if is_cut { 0 } else { ANSWERED },
            });
            at += every;
        }
    }
    all
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
