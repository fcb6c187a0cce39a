//! The judging thread: batches in, findings out, in the order in which they come.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use issei_detect::{Engine, Setting};
use issei_host::clock;
use issei_model::{Finding, FlowBatch, Problem, ProblemKind, Problems, Territory, Timestamp};

use super::board::{Board, Delays};
use super::contacts::Remembering;
use super::exchanges::Exchanges;
use super::outlets::Outlets;
use super::{Message, Reloaded};

/// How long the judge waits when nothing is due, so that outlets settle.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// The engine and where its findings go.
pub struct Judge {
    engine: Engine,
    outlets: Outlets,
    empties: Vec<SyncSender<Box<FlowBatch>>>,
    board: Arc<Board>,
    findings: Vec<Finding>,
    /// What is remembered of contacts, and of whose lines.
    remembering: Option<(Remembering, Territory)>,
    /// Who is shown what lines and watched goals say to each other.
    exchanges: Option<(Exchanges, Territory)>,
}

impl Judge {
    /// Makes a judge. `empties` takes the batches back, by receiver.
    pub fn new(
        setting: Setting,
        outlets: Outlets,
        empties: Vec<SyncSender<Box<FlowBatch>>>,
        board: Arc<Board>,
    ) -> Self {
        Self {
            engine: Engine::new(setting),
            outlets,
            empties,
            board,
            findings: Vec::new(),
            remembering: None,
            exchanges: None,
        }
    }

    /// Lets it remember contacts, if that is wanted.
    #[must_use]
    pub fn remembering(self, remembering: Option<(Remembering, Territory)>) -> Self {
        Self {
            remembering,
            ..self
        }
    }

    /// Lets it show traffic to an office, if that is wanted.
    #[must_use]
    pub fn showing(self, exchanges: Option<(Exchanges, Territory)>) -> Self {
        Self { exchanges, ..self }
    }

    /// Judges until every receiver has ended, then says everything that is due.
    pub fn work(mut self, messages: &Receiver<Message>, receivers: usize) -> Outlets {
        let mut left = receivers;
        while left > 0 {
            match messages.recv_timeout(self.until_due()) {
                Ok(Message::Introduce(origin)) => {
                    if let Some((exchanges, _)) = &self.exchanges {
                        exchanges.introduce(&origin, clock::now());
                    }
                    self.outlets.introduce(origin.clone());
                    self.engine.introduce(origin);
                }
                Ok(Message::Batch { rows, oldest, from }) => self.judge(rows, oldest, from),
                Ok(Message::Reload(reloaded)) => self.reload(*reloaded),
                Ok(Message::Done) => left -= 1,
                Err(RecvTimeoutError::Timeout) => self.outlets.settle(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.deadlines();
        }
        self.engine.finish(clock::now(), &mut self.findings);
        self.tell(None);
        self.keep_contacts(true);
        self.post_problems();
        self.outlets
    }

    fn judge(&mut self, mut rows: Box<FlowBatch>, oldest: Timestamp, from: usize) {
        let (records, (packets, _)) = (rows.len() as u64, rows.volume());
        self.engine.handle(clock::now(), &rows, &mut self.findings);
        if let Some((memory, territory)) = &mut self.remembering {
            memory.look(&rows, territory, clock::now());
        }
        if let Some((exchanges, territory)) = &self.exchanges {
            exchanges.look(&rows, territory, clock::now());
        }
        let delay = clock::now().since(oldest);
        self.board.judged(|judged| {
            judged.records += records;
            judged.packets = judged.packets.saturating_add(packets);
            judged.batches += 1;
            judged.judging.note(delay);
        });
        rows.clear();
        // A receiver that has enough empty ones, or has ended, lets this one go.
        let _ = self.empties[from].try_send(rows);
        self.tell(Some(oldest));
    }

    fn reload(&mut self, reloaded: Reloaded) {
        let territory = super::territory(&reloaded.configuration);
        if let Some((_, told)) = &mut self.remembering {
            *told = territory.clone();
        }
        if let Some((_, told)) = &mut self.exchanges {
            *told = territory;
        }
        self.outlets.reload(&reloaded.configuration);
        self.engine.reconfigure(reloaded.setting);
    }

    /// Writes down what is remembered of contacts, if it is time or the end.
    fn keep_contacts(&mut self, ends: bool) {
        let Some((memory, _)) = &mut self.remembering else {
            return;
        };
        let now = clock::now();
        let written = match ends {
            true => memory.write(now),
            false => memory.write_if_due(now),
        };
        if let Err(failure) = written {
            eprintln!("issei: contacts are not written: {failure}");
            let problem = Problem::new(ProblemKind::DeliveryFailed, 0, 0);
            self.board.judged(|judged| judged.problems.note(problem));
        }
    }

    fn deadlines(&mut self) {
        self.keep_contacts(false);
        let now = clock::now();
        if self.engine.next_deadline().is_some_and(|due| due <= now) {
            self.engine.on_deadline(now, &mut self.findings);
            self.tell(None);
            self.post_problems();
        }
    }

    fn until_due(&self) -> Duration {
        let due = self
            .engine
            .next_deadline()
            .map(|due| due.since(clock::now()).as_micros().max(0));
        due.map_or(LONGEST_WAIT, |micros| {
            Duration::from_micros(micros.unsigned_abs()).min(LONGEST_WAIT)
        })
    }

    fn tell(&mut self, oldest: Option<Timestamp>) {
        if self.findings.is_empty() {
            return;
        }
        let mut delays = Delays::default();
        for finding in self.findings.drain(..) {
            if let Some((memory, _)) = &mut self.remembering {
                memory.heed(&finding, clock::now());
            }
            let news = self.outlets.tell(&finding);
            if let Some(oldest) = oldest.filter(|_| news) {
                delays.note(clock::now().since(oldest));
            }
        }
        self.board.judged(|judged| judged.telling.absorb(&delays));
        self.post_problems();
    }

    /// Posts the engine's problems beside those of delivery, which the outlets count themselves.
    fn post_problems(&mut self) {
        let engine = self.engine.problems();
        self.board.judged(|judged| {
            let delivery = judged
                .problems
                .count(issei_model::ProblemKind::DeliveryFailed);
            let mut problems: Problems = engine.clone();
            problems.note_many(
                issei_model::Problem::new(issei_model::ProblemKind::DeliveryFailed, 0, 0),
                delivery,
            );
            judged.problems = problems;
        });
    }
}
