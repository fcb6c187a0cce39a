//! Answers the coordinator's questions about contacts, beside the reading of the log.
//!
//! In: that something is asked. Out: what the own resolvers say of names in question, kept; answers, posted.
//! Always: a slow resolver holds up no entry of the log; what is not known is not answered, and the radius says
//! that this member did not. Not here: what is known (`contacts`, `names`).

use std::sync::Arc;
use std::time::Duration;

use issei_host::clock;
use issei_host::exchange::{Client, Route};
use issei_model::{Goal, OrganisationId};
use tokio::sync::{Notify, mpsc};

use super::names::{self, Reported};
use super::reader::Heard;
use super::{contacts, post::Post};
use crate::office::coordinator::desk::{Answers, Question};
use crate::office::folder::Folder;

/// How long to wait before questions that could not be fetched are fetched again.
const AGAIN: Duration = Duration::from_secs(1);

/// Who answers.
pub struct Answering {
    /// This member.
    pub me: OrganisationId,
    /// Where its memories lie.
    pub folder: Folder,
    /// The way to the coordinator.
    pub client: Arc<Client>,
    /// Where answers go.
    pub post: Post,
    /// Where trouble is told.
    pub told: mpsc::Sender<Heard>,
}

/// Answers whenever something is asked, until nobody listens any more.
pub async fn answer(answering: Answering, asked: Arc<Notify>) {
    loop {
        tokio::select! {
            () = asked.notified() => {}
            () = answering.told.closed() => return,
        }
        let questions = match answering.questions().await {
            Ok(questions) => questions,
            Err(why) => {
                answering.tell(why).await;
                tokio::time::sleep(AGAIN).await;
                asked.notify_one();
                continue;
            }
        };
        for question in questions {
            answering.answer(question).await;
        }
    }
}

impl Answering {
    async fn questions(&self) -> Result<Vec<Question>, String> {
        let bytes = self.client.get(&Route::Questions).await;
        let bytes = bytes.map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|error| error.to_string())
    }

    async fn answer(&self, question: Question) {
        // Nobody listens any more only while the member ends.
        let goals = question.goals.clone();
        let _ = self.told.send(Heard::InQuestion(goals)).await;
        let (folder, reported) = (self.folder.clone(), in_question(&question));
        let learned =
            tokio::task::spawn_blocking(move || names::learn(&folder, &reported, clock::now()));
        if let Ok(Err(why)) = learned.await {
            self.tell(why).await;
        }
        let found = contacts::answers(&self.folder, &self.me, &question.goals, clock::now());
        match found {
            Err(why) => self.tell(why).await,
            Ok(answers) if answers.is_empty() => {} // the radius says that this member did not answer
            Ok(answers) => {
                let case = question.case;
                self.post.answers(&Answers { case, answers });
            }
        }
    }

    async fn tell(&self, why: String) {
        let _ = self.told.send(Heard::Unanswered(why)).await;
    }
}

/// The names that are asked about, each with what members reported of it.
fn in_question(question: &Question) -> Reported {
    let named = question.goals.iter().filter_map(|goal| match goal {
        Goal::Name(name) => Some(name),
        Goal::Service(_) => None,
    });
    let known = named.map(|name| {
        let reported = question.addresses.get(name).cloned();
        (name.clone(), reported.unwrap_or_default())
    });
    known.collect()
}
