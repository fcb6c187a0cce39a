//! The same story at pages: two approvers and a duty officer come by one-time links and decide in their browsers.
//!
//! In: a country of the demonstration. Out: its coordinator's window and a member's over the loopback, and what
//! people did there.
//! Always: the pages are those of production and ask the coordinator over its socket; made up is that a link proves
//! as much as a passkey, and that a key which somebody asks for is entered at once. Whoever does not come does not
//! hold the story up: the made-up people sign instead. Not here: what is told in the terminal (`country`).

use std::io::BufRead as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use issei_case::approvals::Role as KeyRole;
use issei_model::{OrderId, PersonId};
use issei_text::said;
use issei_window::{Asked, Office, Role};
use tokio::sync::mpsc;

use super::telling::Telling;
use crate::code::Failure;
use crate::office::control::{Ask, Reply, Stands};
use crate::office::country::{Country, ask};
use crate::office::folder::Folder;
use crate::window::{self, Opened};

/// How long is waited for people at pages.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks at what they did.
const EVERY: Duration = Duration::from_millis(100);

/// The windows of the demonstration.
pub struct Web {
    opened: Opened,
    /// A member's, where lines are seen, unnamed.
    _member: Opened,
    enter: Enter,
}

/// Whether somebody pressed Enter, as far as there is somebody.
struct Enter {
    pressed: mpsc::UnboundedReceiver<()>,
    /// Whether anybody can: a story without a terminal waits for nobody.
    is_there: bool,
}

impl Enter {
    /// Listens for the Enter key, unless the telling does.
    fn listen(telling: Telling) -> Self {
        let (tell, pressed) = mpsc::unbounded_channel();
        if !telling.waits_for_enter() {
            std::thread::spawn(move || {
                for line in std::io::stdin().lock().lines() {
                    if line.is_err() || tell.send(()).is_err() {
                        return;
                    }
                }
            });
        }
        Self {
            pressed,
            is_there: true,
        }
    }

    /// Waits so long, or until Enter; tells whether the story goes on.
    async fn within(&mut self, wait: Duration) -> bool {
        tokio::select! {
            pressed = self.pressed.recv(), if self.is_there => {
                // Nobody is at the other end: then nobody is waited for either.
                self.is_there = pressed.is_some();
                true
            }
            () = tokio::time::sleep(wait) => !self.is_there,
        }
    }
}

impl Web {
    /// Opens the window and tells the links.
    ///
    /// # Errors
    /// If no port is free, or the terminal is gone.
    pub fn open(telling: Telling, country: &Country) -> Result<Self, Failure> {
        let opened = opened("coordinator", &country.coordinator)?;
        let member = self::opened(MEMBER, country.member(MEMBER))?;
        let at_member: PersonId = AT_MEMBER.parse().map_err(Failure::broken)?;
        let link_at_member = member.invite(&at_member, &[Role::AbuseDesk]);
        let link_at_member = link_at_member.map_err(|why| Failure::broken(why.en))?;
        let web = Self {
            opened,
            _member: member,
            enter: Enter::listen(telling),
        };
        telling.chapter(&said!(telling, "demo-the-window"))?;
        telling.say(&said!(telling, "demo-links"))?;
        for (person, roles) in PEOPLE {
            let id: PersonId = person.parse().map_err(Failure::broken)?;
            let link = web.opened.invite(&id, roles);
            let link = link.map_err(|why| Failure::broken(why.en))?;
            telling.plain(&format!("{person:18}  {link}"))?;
        }
        telling.plain(&format!("{AT_MEMBER:18}  {link_at_member}"))?;
        Ok(web)
    }

    /// Tells whether somebody may be there: a story whose input has ended waits for nobody.
    pub fn is_watched(&self) -> bool {
        self.enter.is_there && !self.enter.pressed.is_closed()
    }

    /// Waits until people at pages have signed; who does not come in time, or if Enter is pressed, is not waited for.
    ///
    /// # Errors
    /// If the coordinator does not answer.
    pub async fn signed(
        &mut self,
        telling: Telling,
        country: &Country,
        order: OrderId,
    ) -> Result<(), Failure> {
        let address = format!("{}/orders/{order}", self.opened.origin());
        telling.say(&said!(telling, "demo-can-sign"))?;
        telling.plain(&address)?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && !self.enter.within(EVERY).await {
            self.enter_wanted_keys(country).await?;
            if !matches!(stands(country, order).await?, Stands::Draft | Stands::Held) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Enters the keys that people asked for, and lets every member accept the charter with them.
    async fn enter_wanted_keys(&self, country: &Country) -> Result<(), Failure> {
        let door = self.opened.window().door();
        let wanted = door.wanted();
        for one in &wanted {
            let (person, key, role) = (one.person.clone(), one.key, KeyRole::Approver);
            // A second key of a person is no error, and a key that is there already changes nothing.
            let _ = country.ask(Ask::EnterPerson { person, key, role }).await?;
            door.settle_key(key)
                .map_err(|no| Failure::broken(format!("{no:?}")))?;
        }
        if wanted.is_empty() {
            return Ok(());
        }
        country.accept_everywhere().await
    }

    /// Leaves the pages open until Enter, if anybody is there.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub async fn stays(&mut self, telling: Telling) -> Result<(), Failure> {
        if !self.enter.is_there || telling.waits_for_enter() {
            return Ok(());
        }
        telling.say(&said!(telling, "demo-pages-stay"))?;
        while !self.enter.within(Duration::from_secs(3_600)).await {}
        Ok(())
    }
}

/// Opens a window on an office.
fn opened(name: &str, folder: &Folder) -> Result<Opened, Failure> {
    let office = Office {
        name: name.parse().map_err(Failure::broken)?,
        coordinates: name == "coordinator",
    };
    let (desk, asks) = mpsc::channel(64);
    tokio::spawn(carried(folder.clone(), asks));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let findings = folder.root().join(super::country::FINDINGS);
    let place = window::Place {
        findings: (!office.coordinates).then(|| findings.join("findings.jsonl")),
        ..window::Place::at(address)
    };
    window::open(place, office, desk, None)
}

async fn stands(country: &Country, order: OrderId) -> Result<Stands, Failure> {
    match country.ask(Ask::Order(order)).await? {
        Reply::Order(view) => Ok(view.stands),
        other => Err(crate::office::country::unexpected(&other)),
    }
}

/// Carries asks of the pages to an office's socket.
async fn carried(folder: Folder, mut asks: mpsc::Receiver<Asked>) {
    while let Some((wish, reply)) = asks.recv().await {
        let folder = folder.clone();
        tokio::spawn(async move {
            let said = ask(&folder, wish).await;
            let _ = reply.send(
                said.unwrap_or_else(|failure| Reply::Failed(issei_text::Phrase::failure(failure))),
            );
        });
    }
}

/// The member whose own pages are open too, and who comes there.
const MEMBER: &str = "isp-a";
const AT_MEMBER: &str = "desk@isp-a";

/// Who comes to the coordinator's pages.
const PEOPLE: [(&str, &[Role]); 3] = [
    ("approver@isp-a", &[Role::Viewer, Role::Approver]),
    ("counsel@isp-b", &[Role::Viewer, Role::Approver]),
    (
        "duty@coordinator",
        &[Role::Viewer, Role::Analyst, Role::Operator, Role::Auditor],
    ),
];
