//! The way from a receiver to the judge: batches go over a bounded queue and come back empty.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use issei_model::{FlowBatch, Origin, Timestamp};

use super::Message;

/// One receiver's end of the queues.
pub struct Lane {
    /// Which receiver.
    pub number: usize,
    to_judge: SyncSender<Message>,
    empties: Receiver<Box<FlowBatch>>,
}

impl Lane {
    /// Makes a lane, and the end at which the judge gives empty batches back.
    pub fn new(
        number: usize,
        queue: usize,
        to_judge: &SyncSender<Message>,
    ) -> (Self, SyncSender<Box<FlowBatch>>) {
        let (give_back, empties) = sync_channel(queue);
        let lane = Self {
            number,
            to_judge: to_judge.clone(),
            empties,
        };
        (lane, give_back)
    }

    /// Introduces an exporter before its records.
    pub fn introduce(&self, origin: Origin) {
        // The judge leaves last, so there is always somebody to tell.
        let _ = self.to_judge.send(Message::Introduce(origin));
    }

    /// Says that nothing more will come.
    pub fn end(&self) {
        let _ = self.to_judge.send(Message::Done);
    }
}

/// Records on their way to the judge.
pub struct Outgoing {
    /// The way.
    pub lane: Lane,
    /// The records that gather.
    pub batch: Box<FlowBatch>,
    /// When the first of them came.
    pub oldest: Option<Timestamp>,
    /// Records handed on.
    pub handed: u64,
    /// Times the judge kept us waiting.
    pub waited: u64,
}

impl Outgoing {
    /// Begins with nothing.
    pub fn new(lane: Lane) -> Self {
        Self {
            lane,
            batch: Box::default(),
            oldest: None,
            handed: 0,
            waited: 0,
        }
    }

    /// Hands the batch on if there is anything in it, and takes an empty one that came back.
    pub fn hand_on(&mut self, now: Timestamp) {
        if self.batch.is_empty() {
            return;
        }
        self.handed += self.batch.len() as u64;
        let empty = self.lane.empties.try_recv().unwrap_or_default();
        let rows = std::mem::replace(&mut self.batch, empty);
        let message = Message::Batch {
            rows,
            oldest: self.oldest.take().unwrap_or(now),
            from: self.lane.number,
        };
        if let Err(TrySendError::Full(message)) = self.lane.to_judge.try_send(message) {
            // The kernel's buffer holds what comes meanwhile, and counts what it cannot hold.
            self.waited += 1;
            let _ = self.lane.to_judge.send(message);
        }
    }
}
