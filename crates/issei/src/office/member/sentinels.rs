//! Which orders' sentinels are asked from here, and when one is asked faster.
//!
//! In: that an order was armed, that its rules are taken away. Out: what was seen, among what the office
//! hears. Always: asking begins after the rules were handed over and holds nothing up; so many at once and
//! no more. Not here: asking (`crate::sentinel`), what becomes of it (`effects`).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use issei_enforce::Sentinel;
use issei_enforce::zone::Wording;
use issei_model::{Action, OrderId, Timestamp};
use tokio::sync::mpsc;

use super::reader::Heard;
use crate::enforcer::speech::Sentinels as Named;
use crate::sentinel::{Far, Plan, Prober};

/// Sentinels that are asked at once: each has a thread.
const MOST: usize = 32;

/// Tells who is asked about an order, if an enforcer has named anybody: of several resolvers the first.
pub fn far(named: Named, order: OrderId, action: Action) -> Option<Far> {
    match action {
        Action::Drop => {
            let ip = named.address?;
            Some(Far::Service(SocketAddr::new(ip, Sentinel::port(order))))
        }
        Action::RefuseName | Action::Redirect => {
            let (resolver, tests) = named.names.into_iter().next()?;
            let name = Wording::sentinel_below(&tests, order);
            Some(Far::Name { resolver, name })
        }
        Action::RateLimit(_) => None, // some pass, and it is nobody's business which
    }
}

/// Those that are asked.
#[derive(Debug, Default)]
pub struct Sentinels {
    probers: BTreeMap<OrderId, Prober>,
}

impl Sentinels {
    /// Begins to ask about an order whose T is to come, unless it is asked about already.
    ///
    /// # Errors
    /// Why it is not measured.
    pub fn begin(
        &mut self,
        order: OrderId,
        far: Far,
        (fires_at, ends): (Timestamp, Timestamp),
        told: mpsc::Sender<Heard>,
    ) -> Result<(), String> {
        if self.probers.contains_key(&order) {
            return Ok(());
        }
        if self.probers.len() >= MOST {
            return Err(format!("{MOST} orders are measured at once; not {order}"));
        }
        let plan = Plan {
            far,
            fires_at,
            ends,
        };
        let prober = Prober::start(plan, move |edges| {
            // An office that is gone hears nothing.
            let _ = told.blocking_send(Heard::Sentinel(order, edges));
        });
        let prober = prober.map_err(|error| format!("asking the sentinel of {order}: {error}"))?;
        self.probers.insert(order, prober);
        Ok(())
    }

    /// Asks faster about an order whose rules are being taken away.
    pub fn hurry(&self, order: OrderId) {
        if let Some(prober) = self.probers.get(&order) {
            prober.hurry();
        }
    }

    /// Asks faster about every order.
    pub fn hurry_all(&self) {
        self.probers.values().for_each(Prober::hurry);
    }

    /// Ends asking about an order of which everything was seen, or that is not known any more.
    pub fn keep_only(&mut self, wanted: impl Fn(OrderId) -> bool) {
        self.probers
            .retain(|order, prober| wanted(*order) && !prober.is_done());
    }
}
