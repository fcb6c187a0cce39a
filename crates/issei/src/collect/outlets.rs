//! Where findings go: a member's office, the terminal, a file, a webhook.
//!
//! Always: the office, which may act within seconds, hears first; a finding is written to the file before
//! it is shown or posted; what could not be written is counted, said once, and makes the exit code tell it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use issei_host::journal::Journal;
use issei_host::webhook::{Delivery, Webhook};
use issei_host::{clock, terminal};
use issei_model::{Finding, Level, Origin, Problem, ProblemKind, Span};
use issei_text::Text;

use super::sightings::Sightings;
use super::{Board, CollectError};
use crate::configuration::Configuration;
use crate::record::{Chain, Record};
use crate::table::View;
use crate::words::Paint;

/// How long findings may still be posted after the end was asked for.
const LAST_DELIVERIES: Duration = Duration::from_secs(10);

/// Findings whose weight is remembered, so that a revision is told apart from news.
const MOST_REMEMBERED: usize = 1 << 20;

/// The open outlets.
pub struct Outlets {
    tongue: Text,
    board: Arc<Board>,
    origins: BTreeMap<u32, Origin>,
    chain: Chain,
    journal: Option<Journal>,
    sightings: Option<Sightings>,
    webhook: Option<Webhook>,
    webhook_level: Level,
    terminal: bool,
    level: Level,
    retention: Span,
    told: BTreeMap<u64, Level>,
    failed: bool,
}

impl Outlets {
    /// Opens them.
    ///
    /// # Errors
    /// If the file cannot be written or ends with something else than a finding.
    pub fn open(
        configuration: &Configuration,
        board: &Arc<Board>,
        tongue: Text,
    ) -> Result<Self, CollectError> {
        let path = &configuration.output.file;
        let (mut journal, mut chain) = (None, Chain::new());
        if !path.as_os_str().is_empty() {
            let (opened, before) = Journal::open(path).map_err(CollectError::Journal)?;
            if let Some(line) = before.last_line {
                let last: Record = serde_json::from_str(&line)
                    .map_err(|_| CollectError::NotFindings(path.clone()))?;
                chain = Chain::after(&last.hash);
            }
            if before.torn > 0 {
                eprintln!(
                    "issei: the last line of `{}` was torn by a crash and is cut off",
                    path.display()
                );
            }
            journal = Some(opened);
        }
        let mut outlets = Self {
            board: Arc::clone(board),
            tongue,
            origins: BTreeMap::new(),
            chain,
            journal,
            sightings: None,
            webhook: None,
            webhook_level: configuration.webhook.level,
            terminal: configuration.output.terminal,
            level: configuration.output.level,
            retention: configuration.output.retention,
            told: BTreeMap::new(),
            failed: false,
        };
        outlets.open_webhook(configuration)?;
        let office = &configuration.reflex.office;
        if !office.as_os_str().is_empty() {
            let sightings = Sightings::begin(office).map_err(CollectError::System)?;
            board.set_sightings(sightings.counts());
            outlets.sightings = Some(sightings);
        }
        Ok(outlets)
    }

    fn open_webhook(&mut self, configuration: &Configuration) -> Result<(), CollectError> {
        let told = &configuration.webhook;
        if told.url.0.is_empty() {
            return Ok(());
        }
        let delivery = Delivery {
            url: told.url.0.clone(),
            queue: told.queue.get(),
            attempts: u32::try_from(told.attempts.0).unwrap_or(u32::MAX),
            timeout: Duration::from_micros(told.timeout.as_micros().unsigned_abs()),
        };
        let webhook = Webhook::start(delivery).map_err(CollectError::Webhook)?;
        self.board.set_webhook(webhook.counts());
        self.webhook = Some(webhook);
        Ok(())
    }

    /// Takes what a reload may change: levels, retention, the terminal.
    pub fn reload(&mut self, configuration: &Configuration) {
        self.level = configuration.output.level;
        self.retention = configuration.output.retention;
        self.terminal = configuration.output.terminal;
        self.webhook_level = configuration.webhook.level;
    }

    /// Remembers an exporter, to name it in findings.
    pub fn introduce(&mut self, origin: Origin) {
        self.origins.insert(origin.index, origin);
    }

    /// Tells a finding. Says whether it is news, and not a revision or withheld.
    pub fn tell(&mut self, finding: &Finding) -> bool {
        if let Some(sightings) = &self.sightings {
            sightings.offer(finding);
        }
        if finding.level < self.level {
            self.board.judged(|judged| judged.withheld += 1);
            return false;
        }
        let before = self.told.get(&finding.id.0).copied();
        if before.is_some() || self.told.len() < MOST_REMEMBERED {
            self.told.insert(finding.id.0, finding.level);
        }
        let news = before.is_none();
        self.board.judged(|judged| {
            let key = (finding.rule, finding.level);
            match before {
                None => *judged.findings.entry(key).or_default() += 1,
                Some(_) => judged.revisions += 1,
            }
        });
        let record = finding.local_record(&|index| self.origins.get(&index).cloned());
        let record = self.chain.seal(record, clock::now(), self.retention);
        self.write(&record);
        if self.terminal && before.is_none_or(|before| before < finding.level) {
            let view = View {
                columns: usize::from(terminal::columns()),
                paint: Paint(terminal::colours_welcome()),
                sources: true,
                tongue: self.tongue,
            };
            // A terminal that went away is no reason to stop collecting.
            let _ = terminal::say(&view.row(&record.finding));
        }
        if let Some(webhook) = self
            .webhook
            .as_ref()
            .filter(|_| finding.level >= self.webhook_level)
        {
            webhook.offer(record.line());
        }
        news
    }

    fn write(&mut self, record: &Record) {
        let Some(journal) = &mut self.journal else {
            return;
        };
        match journal.append(&record.line()) {
            Ok(()) => self.board.judged(|judged| judged.written += 1),
            Err(error) => {
                // The chain goes on behind the last line that is there.
                self.chain = Chain::after(&record.previous);
                self.fail(&error.to_string());
            }
        }
    }

    fn fail(&mut self, error: &str) {
        if !self.failed {
            eprintln!("issei: {error}; findings are not written until this is mended");
        }
        self.failed = true;
        self.board.judged(|judged| {
            judged
                .problems
                .note(Problem::new(ProblemKind::DeliveryFailed, 0, 0));
        });
    }

    /// Brings what was written onto the disk, if it is time.
    pub fn settle(&mut self) {
        if let Some(Err(error)) = self.journal.as_mut().map(Journal::sync_if_due) {
            self.fail(&error.to_string());
        }
    }

    /// Writes and posts what is left. Tells whether everything was written.
    pub fn close(mut self) -> bool {
        if let Some(Err(error)) = self.journal.as_mut().map(Journal::sync) {
            self.fail(&error.to_string());
        }
        if let Some(sightings) = self.sightings.take() {
            sightings.finish();
        }
        if let Some(webhook) = self.webhook.take() {
            webhook.finish(LAST_DELIVERIES);
        }
        !self.failed
    }
}
