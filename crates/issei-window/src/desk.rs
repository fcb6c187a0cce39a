//! The way to the office that the window belongs to.
//!
//! In: an [`Ask`]. Out: its [`Reply`]. Always: it goes through the same task that answers the socket in the
//! office's folder, in turn; an office that ended answers so. Not here: what an ask does.

use issei_desk::{Ask, Reply};
use issei_text::Phrase;
use tokio::sync::{mpsc, oneshot};

/// An ask on its way to the office.
pub type Asked = (Ask, oneshot::Sender<Reply>);

/// Where asks are taken.
#[derive(Clone, Debug)]
pub struct Desk(mpsc::Sender<Asked>);

impl Desk {
    /// Takes the office's end.
    pub const fn new(office: mpsc::Sender<Asked>) -> Self {
        Self(office)
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&self, ask: Ask) -> Reply {
        let (reply, answer) = oneshot::channel();
        let gone = || Reply::Failed(Phrase::say("says-office-ends"));
        if self.0.send((ask, reply)).await.is_err() {
            return gone();
        }
        answer.await.unwrap_or_else(|_| gone())
    }
}
