//! NetFlow v9 and IPFIX: walks over the sets of a datagram.
//!
//! Template sets teach, data sets are copied, options sets tell sampling and when the exporter
//! started. A data set whose template is not known waits.

use issei_model::{FlowBatch, Problem, ProblemKind, Timestamp};
use issei_wire::export::sets::{Set, SetKind, Sets};
use issei_wire::export::templates::{Entries, Entry, Template};
use issei_wire::export::{Protocol, ipfix, netflow9};

use super::desk::Desk;
use super::domain::Domain;
use super::flows;
use super::options;
use super::templates::Learnt;
use super::times::Clock;
use super::waiting::Waiting;

/// What a datagram's header says to all of its sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) protocol: Protocol,
    pub(super) export: Timestamp,
    pub(super) uptime: Option<u32>,
    pub(super) sequence: u32,
}

/// The reading of one datagram: whose it is, and where its records go.
pub(super) struct Reading<'a> {
    domain: &'a mut Domain,
    session: usize,
    message: Message,
    desk: &'a mut Desk,
    out: &'a mut FlowBatch,
    /// Data records met, as far as they can be counted.
    records: u32,
    all_counted: bool,
}

/// Reads a datagram that came from `port`.
pub(super) fn read(
    domain: &mut Domain,
    port: u16,
    message: Message,
    sets: Sets<'_>,
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> Result<(), Problem> {
    let full = Problem::new(ProblemKind::TooManyExporters, 0, u64::from(port));
    let session = domain
        .sessions
        .of(port, message.sequence, desk.now)
        .ok_or(full)?;
    desk.tally.datagrams_read += 1;
    let reading = Reading {
        domain,
        session,
        message,
        desk,
        out,
        records: 0,
        all_counted: true,
    };
    reading.run(sets);
    Ok(())
}

impl From<netflow9::Header> for Message {
    fn from(header: netflow9::Header) -> Self {
        Self {
            protocol: Protocol::Netflow9,
            export: header.export,
            uptime: Some(header.uptime_ms),
            sequence: header.sequence,
        }
    }
}

impl From<ipfix::Header> for Message {
    fn from(header: ipfix::Header) -> Self {
        Self {
            protocol: Protocol::Ipfix,
            export: header.export,
            uptime: None,
            sequence: header.sequence,
        }
    }
}

impl Reading<'_> {
    fn run(mut self, sets: Sets<'_>) {
        let Message {
            sequence: number,
            uptime,
            ..
        } = self.message;
        let Some(session) = self.domain.sessions.get_mut(self.session) else {
            return;
        };
        if let Some(uptime) = uptime {
            session.notice_restart(uptime, number);
        }
        let arrival = self.desk.arrive(&mut session.sequence, number);
        for set in sets {
            self.desk.tally.sets += 1;
            match set {
                Ok(set) => self.set(set),
                Err(problem) => self.refuse_set(problem),
            }
        }
        let units = match self.message.protocol {
            Protocol::Netflow9 => Some(1),
            _ => self.all_counted.then_some(self.records),
        };
        if let Some(session) = self.domain.sessions.get_mut(self.session) {
            session.sequence.took(arrival, number, units);
            self.domain.lost += self.desk.losses(&mut session.sequence);
        }
        self.desk.account(self.domain);
    }

    fn set(&mut self, set: Set<'_>) {
        match SetKind::of(self.message.protocol, set.id) {
            SetKind::Templates => self.templates(set, false),
            SetKind::OptionsTemplates => self.templates(set, true),
            SetKind::Data(id) => {
                match self.data(self.session, self.message, id, set.at, set.body) {
                    Some(records) => self.records = self.records.wrapping_add(records),
                    None => self.keep(id, set),
                }
            }
            SetKind::Reserved => {
                let detail = u64::from(set.id);
                self.refuse_set(Problem::new(
                    ProblemKind::Unsupported,
                    set.at as u64,
                    detail,
                ));
            }
        }
    }

    fn refuse_set(&mut self, problem: Problem) {
        self.all_counted = false;
        self.desk.refuse_set(problem);
    }

    fn templates(&mut self, set: Set<'_>, options: bool) {
        self.desk.tally.sets_read += 1;
        for entry in Entries::new(self.message.protocol, options, set) {
            match entry {
                Ok(Entry::Template(template)) => self.template(&template, set.at),
                Ok(Entry::Withdrawal(id)) => self.withdraw(set, id, options),
                Err(problem) => self.desk.problems.note(problem),
            }
        }
    }

    fn template(&mut self, template: &Template<'_>, at: usize) {
        self.desk.tally.templates += 1;
        let problem = match self.learn(template) {
            Learnt::Known => return,
            Learnt::New => return self.release(template.id),
            Learnt::Impossible => ProblemKind::BadTemplate,
            Learnt::Full => ProblemKind::TooManyTemplates,
        };
        let detail = u64::from(template.id);
        self.desk
            .problems
            .note(Problem::new(problem, at as u64, detail));
    }

    fn learn(&mut self, template: &Template<'_>) -> Learnt {
        let held = self.domain.sessions.templates();
        let (sender, before) = (self.domain.key.sender, self.domain.held.templates);
        let grown = self.domain.sessions.template_bytes().saturating_sub(before);
        let has_room = self.desk.budget.has_room_for_templates(sender, grown);
        let room = self.desk.limits.templates_per_domain.saturating_sub(held);
        let Some(session) = self.domain.sessions.get_mut(self.session) else {
            return Learnt::Full;
        };
        let most = if has_room {
            session.templates.count() + room
        } else {
            0
        };
        session
            .templates
            .learn(template, self.desk.hash_key, most, self.desk.now)
    }

    /// Forgets what is withdrawn (RFC 7011, section 8.1).
    fn withdraw(&mut self, set: Set<'_>, id: u16, options: bool) {
        let Some(session) = self.domain.sessions.get_mut(self.session) else {
            return;
        };
        if id == set.id {
            session.templates.withdraw_all(options);
        } else if !session.templates.withdraw(id) {
            let (at, detail) = (set.at as u64, u64::from(id));
            self.desk
                .problems
                .note(Problem::new(ProblemKind::UnknownWithdrawal, at, detail));
        }
    }

    /// Decodes what waited for a template that now came, also in sessions that may borrow it.
    fn release(&mut self, template: u16) {
        for place in 0..self.domain.sessions.count() {
            if let Some(serial) = self.domain.sessions.serial_if_knows(place, template) {
                self.release_of(place, serial, template);
            }
        }
    }

    fn release_of(&mut self, session: usize, serial: u32, template: u16) {
        for waiting in self.domain.waiting.take(serial, template) {
            self.desk.tally.sets_waiting -= 1;
            let Waiting {
                message, at, body, ..
            } = waiting;
            if self.data(session, message, template, at, &body).is_none() {
                let (at, detail) = (at as u64, u64::from(template));
                let problem = Problem::new(ProblemKind::TemplateNeverCame, at, detail);
                self.desk.refuse_set(problem);
            }
        }
    }

    /// Keeps a data set until its template comes.
    fn keep(&mut self, id: u16, set: Set<'_>) {
        self.all_counted = false;
        let (at, detail) = (set.at as u64, u64::from(id));
        let waits = self
            .domain
            .waiting
            .bytes()
            .saturating_sub(self.domain.held.waiting);
        let more = waits + Waiting::bytes_for(set.body.len());
        if !self
            .desk
            .budget
            .has_room_to_wait(self.domain.key.sender, more)
        {
            return self.refuse_set(Problem::new(ProblemKind::WaitingRoomFull, at, detail));
        }
        let Some(session) = self.domain.sessions.get_mut(self.session) else {
            return;
        };
        self.desk
            .problems
            .note(Problem::new(ProblemKind::DataBeforeTemplate, at, detail));
        self.desk.tally.sets_waiting += 1;
        let (message, now) = (self.message, self.desk.now);
        let waiting = Waiting::new(id, session.serial, message, set.at, set.body, now);
        self.domain.waiting.keep(waiting);
    }

    /// Decodes a data set. Tells how many records it had; nothing if its template is not known.
    fn data(
        &mut self,
        session: usize,
        message: Message,
        id: u16,
        at: usize,
        body: &[u8],
    ) -> Option<u32> {
        let clock = Clock {
            export: message.export.as_micros(),
            boot: self.domain.boot(message.uptime),
        };
        let Domain {
            sessions,
            sampling,
            started,
            origin,
            ..
        } = self.domain;
        let held = sessions.template(session, id, self.desk.now)?;
        self.desk.tally.sets_read += 1;
        let plan = &held.plan;
        if held.options {
            return Some(options::read(plan, body, at, sampling, started, self.desk));
        }
        let set = flows::DataSet {
            plan,
            body,
            at,
            clock,
        };
        let records = flows::read(&set, sampling, origin, self.desk, self.out);
        if let Some(session) = sessions.get_mut(session) {
            session.proven |= origin.is_some();
        }
        Some(records)
    }
}
