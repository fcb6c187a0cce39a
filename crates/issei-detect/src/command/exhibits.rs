//! Flow records kept to be shown: what suspects exchanged with the services they share.
//!
//! Kept from the second contact of suspects with a service on, at most twenty records each and
//! two of one line, for a bounded number of services. Evidence, and not a log of a person.

use std::collections::BTreeMap;

use issei_model::{Address, Columns, Evidence, FlowRecord};

use crate::hashing::Service;

/// The records.
#[derive(Clone, Debug)]
pub(super) struct Exhibits<A> {
    by_service: BTreeMap<Service<A>, Vec<FlowRecord>>,
    most: usize,
    /// Services of which nothing was kept because there were too many.
    pub(super) turned_away: u64,
}

/// Records of one line, so that the sample shows several.
const MOST_OF_A_LINE: usize = 2;

impl<A: Address> Exhibits<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_service: BTreeMap::new(),
            most,
            turned_away: 0,
        }
    }

    /// Keeps a row if there is room for it.
    pub(super) fn show(&mut self, service: &Service<A>, columns: &Columns<A>, row: usize) {
        let full = self.by_service.len() >= self.most;
        let shown = match self.by_service.get_mut(service) {
            Some(shown) => shown,
            None if full => {
                self.turned_away += 1;
                return;
            }
            None => self.by_service.entry(*service).or_default(),
        };
        let line = columns.source[row].to_ip();
        let of_line = shown.iter().filter(|record| record.source == line).count();
        if shown.len() < Evidence::MOST_SAMPLES && of_line < MOST_OF_A_LINE {
            shown.push(columns.record(row));
        }
    }

    /// Tells what is kept of a service.
    pub(super) fn of(&self, service: &Service<A>) -> &[FlowRecord] {
        self.by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// Tells whether there is room for as many services again.
    pub(super) fn is_roomy(&self) -> bool {
        self.by_service.len() * 2 <= self.most
    }

    /// Forgets services that are no longer worth it.
    pub(super) fn keep(&mut self, worth: impl Fn(&Service<A>) -> bool) {
        self.by_service.retain(|service, _| worth(service));
    }
}
