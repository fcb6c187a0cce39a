//! The enforcer believes nobody: what it puts on a device is logged, approved, lawful and narrow, again.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, OnceLock};

use issei_case::safeguards::{Entry, Kind as Safeguarded, Place};
use issei_enforce::Cut;
use issei_host::device::Fault;
use issei_host::reflexes::ReflexDevice;
use issei_ledger::{Log, Proof, Signer, Tiles, Tip, Witness};
use issei_model::{Action, Decision, Dossier, Ending, Goal, Objection, Observed};

use super::*;
use crate::office::charter::Charter;
use crate::office::control::{Ask, Reply, Stands};
use crate::office::country::{Country, OWN_LINES, ask, done, until};
use crate::office::folder::Settings;
use crate::office::member::witness_key;
use crate::office::rehearsed::{self, People, drafted};
use crate::traffic;

/// A device of the test's: what it holds lies in memory, and it obeys the clock.
#[derive(Clone, Default)]
pub(super) struct Table {
    cuts: Arc<Mutex<BTreeMap<OrderId, Cut>>>,
    /// What it says to every cut, if it takes none.
    refusal: Arc<Mutex<Option<Refusal>>>,
    /// Whether it fails at everything it is told, and can be read.
    fails: Arc<Mutex<bool>>,
    /// Whether it has no words for any order.
    mute: Arc<Mutex<bool>>,
    /// Another device of the same enforcer.
    beside: Option<Box<Table>>,
    /// What it cannot say.
    unsaid: Arc<Mutex<Option<Goal>>>,
    /// Its face for reflexes.
    pub(super) rules: super::reflexes::tests::Rules,
    pub(super) broken: Arc<Mutex<bool>>,
    /// How often it was read.
    reads: Arc<Mutex<u64>>,
}

impl Table {
    fn holds(&self, order: OrderId) -> bool {
        self.cuts.lock().unwrap().contains_key(&order)
    }

    fn can_say(&self, cut: &Cut) -> Result<(), DeviceError> {
        if *self.fails.lock().unwrap() {
            return Err(DeviceError {
                device: "table".into(),
                fault: Fault::Said("not now".into()),
            });
        }
        let unsaid = self.unsaid.lock().unwrap().clone();
        let unsaid = unsaid.filter(|goal| cut.goals.contains(goal));
        let unsaid = unsaid.map(|goal| Refusal::NotExpressible {
            goal,
            what: "the test took the word away",
        });
        match self.refusal.lock().unwrap().clone().or(unsaid) {
            Some(refusal) => Err(DeviceError {
                device: "table".into(),
                fault: Fault::Refused(refusal),
            }),
            None => self.well(),
        }
    }

    fn well(&self) -> Result<(), DeviceError> {
        let fault = Fault::Away("the test broke it".into());
        match *self.broken.lock().unwrap() {
            true => Err(DeviceError {
                device: "table".into(),
                fault,
            }),
            false => Ok(()),
        }
    }
}

impl Device for Table {
    fn name(&self) -> &str {
        "table"
    }

    fn lead(&self) -> Span {
        Span::from_millis(3)
    }

    fn says(&self, _action: Action, _goals: &[Goal]) -> bool {
        !*self.mute.lock().unwrap()
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        self.can_say(cut)?;
        self.cuts
            .lock()
            .unwrap()
            .entry(cut.order)
            .or_insert_with(|| cut.clone());
        Ok(())
    }

    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        self.can_say(cut)?;
        self.cuts.lock().unwrap().insert(cut.order, cut.clone());
        Ok(())
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        self.well()?;
        self.cuts.lock().unwrap().remove(&order);
        Ok(())
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        self.well()?;
        let mut cuts = self.cuts.lock().unwrap();
        let held = cuts.len();
        cuts.clear();
        self.rules.clear();
        Ok(held)
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        self.well()?;
        *self.reads.lock().unwrap() += 1;
        let now = clock::now();
        let mut cuts = self.cuts.lock().unwrap();
        cuts.retain(|_, cut| now < cut.ends);
        let seen = |cut: &Cut| Seen {
            order: cut.order,
            standing: match cut.fires_at {
                None => Standing::Staged,
                Some(at) if at <= now => Standing::Active(at),
                Some(at) => Standing::Armed(at),
            },
            ends: Some(cut.ends),
            goals: cut.goals.clone(),
            met: None,
            effect: Effect {
                first_met: cut.fires_at.filter(|at| *at <= now),
                last_passed: None,
            },
        };
        Ok(cuts.values().map(seen).collect())
    }

    fn reflexes(&mut self) -> Option<&mut dyn ReflexDevice> {
        self.rules.face()
    }

    fn look(&mut self) -> Result<Holding, DeviceError> {
        let orders = self.read()?;
        Ok(self.rules.held(orders))
    }
}

/// A country's charter, and the keys with which a test can log what it likes.
pub(super) struct Notary {
    pub(super) charter: Vec<u8>,
    log: Signer,
    pub(super) witnesses: Vec<Signer>,
}

impl Notary {
    pub(super) fn of(country: &Country) -> Self {
        let name = "coordinator".parse().unwrap();
        let witness = |(name, folder): &(_, Folder)| witness_key(folder, name).unwrap();
        let office = country.member("isp-01");
        Self {
            charter: office.read(&office.charter()).unwrap(),
            log: crate::office::coordinator::log_key(&country.coordinator, &name).unwrap(),
            witnesses: country.members.iter().map(witness).collect(),
        }
    }

    /// Logs an entry as this country would, and proves it.
    pub(super) fn logged(&self, entry: Vec<u8>, witnesses: usize) -> Proven {
        let mut files = BTreeMap::new();
        let mut log = Log::open(&mut files, self.log.verifier(), &Tip::empty()).unwrap();
        let index = log.append(entry.clone()).unwrap();
        let mut note = log.sign(&mut files, &self.log).unwrap();
        for signer in &self.witnesses[..witnesses] {
            let log = self.log.verifier().clone();
            let mut witness = Witness::new(signer.clone(), log, Tip::empty()).unwrap();
            let cosigned = witness.cosign(note.to_string().as_bytes(), &Proof(Vec::new()), 1_000);
            note.signatures.push(cosigned.unwrap().line);
        }
        let proof = Tiles::new(&files, 1).inclusion(index, 1).unwrap();
        Proven {
            note: note.to_string(),
            index,
            entry: String::from_utf8(entry).unwrap(),
            proof: proof.to_text(),
        }
    }
}

/// What a country logged when it cut.
struct Papers {
    notary: Notary,
    dossier: Dossier,
    fires_at: Timestamp,
}

impl Papers {
    /// Logs a decision as this country would, and proves it.
    fn logged(&self, decision: &Decision) -> Proven {
        self.logged_by(decision, self.notary.witnesses.len())
    }

    fn logged_by(&self, decision: &Decision, witnesses: usize) -> Proven {
        self.notary.logged(decision.canonical(), witnesses)
    }
}

pub(super) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A country of two members, of which the second has an enforcer with this device.
async fn country(place: &Path, table: &Table) -> (Country, Folder) {
    country_with(place, table, "isp-01").await
}

/// A country of two members, of which this one has an enforcer with this device.
pub(super) async fn country_with(place: &Path, table: &Table, who: &str) -> (Country, Folder) {
    let mut country = rehearsed::country(place, 2, None).await.unwrap();
    let folder = give_an_enforcer(&mut country, place, table, who).await;
    (country, folder)
}

/// Gives a member an enforcer with this device.
pub(super) async fn give_an_enforcer(
    country: &mut Country,
    place: &Path,
    table: &Table,
    who: &str,
) -> Folder {
    let office = country.member(who).clone();
    country.kill(&office).await.unwrap();
    let folder = Folder::new(place.join("enforcer"));
    std::fs::create_dir_all(folder.root()).unwrap();
    let charter = office.read(&office.charter()).unwrap();
    move_in_of(&folder, &charter, who);
    serve(&folder, table);
    let settings = Settings {
        enforcer: Some(door::socket(&folder)),
        ..office.settings().unwrap()
    };
    office.write_settings(&settings).unwrap();
    country.start(&office).await.unwrap();
    folder
}

/// Writes what an enforcer of the second member needs.
fn move_in(folder: &Folder, charter: &[u8]) {
    move_in_of(folder, charter, "isp-01");
}

/// Writes what an enforcer of this member needs.
pub(super) fn move_in_of(folder: &Folder, charter: &[u8], who: &str) {
    folder.write(&folder.charter(), charter).unwrap();
    let settings = Settings {
        member: Some(who.parse().unwrap()),
        rows_on: vec![rehearsed::ROW.into()],
        ours: vec![OWN_LINES.parse().unwrap()],
        ..Settings::default()
    };
    folder.write_settings(&settings).unwrap();
}

pub(super) fn hand(table: &Table) -> Vec<Hand> {
    let tables = [Some(table), table.beside.as_deref()];
    let hand = |table: &Table| Hand {
        kind: Kind::Packets,
        device: Box::new(table.clone()),
    };
    tables.into_iter().flatten().map(hand).collect()
}

/// Serves until the socket's folder is gone with the test; the thread holds nothing else.
fn serve(folder: &Folder, table: &Table) {
    serve_with(folder, hand(table));
}

fn serve_with(folder: &Folder, hands: Vec<Hand>) {
    let listener = UnixListener::bind(door::socket(folder)).unwrap();
    let mut enforcer = Enforcer::open(folder.clone(), hands, Diary::Nobody, clock::now()).unwrap();
    let (desk, tasks) = mpsc::sync_channel(8);
    let me = door::owner(folder).unwrap();
    std::thread::spawn(move || door::accept(&listener, &[me], &desk));
    std::thread::spawn(move || door::pulse(&mut enforcer, &tasks));
}

async fn acts(country: &Country, order: OrderId) -> bool {
    match ask(country.member("isp-01"), Ask::Order(order))
        .await
        .unwrap()
    {
        Reply::Order(view) => view.members.iter().any(|one| one.effect.is_some()),
        _ => false,
    }
}

#[test]
fn a_member_cuts_through_its_enforcer_and_a_withdrawal_lifts_there() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-cuts");
        let table = Table::default();
        let (country, _) = country(place.path(), &table).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let acting = async || Ok(acts(&country, order).await);
        until("the enforcer's device cuts", acting).await.unwrap();
        assert!(table.holds(order));
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        let gone = async || Ok(!table.holds(order));
        until("the device is empty", gone).await.unwrap();
        country.end().await;
    });
}

#[test]
fn a_member_whose_device_can_never_take_the_cut_says_why_and_takes_no_part() {
    let cannot = |order: &Order| Refusal::NotExpressible {
        goal: order.goals[0].clone(),
        what: "a colour",
    };
    let without_room = |_: &Order| Refusal::NoRoom { wanted: 2, room: 1 };
    refuses("enforcer-cannot", Objection::Technical, cannot);
    refuses("enforcer-full", Objection::Capacity, without_room);
}

fn refuses(name: &str, objection: Objection, refusal: impl Fn(&Order) -> Refusal) {
    runtime().block_on(async {
        let place = traffic::Folder::new(name);
        let table = Table::default();
        let (country, _) = country(place.path(), &table).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        let drafted = match country.ask(Ask::Order(order)).await.unwrap() {
            Reply::Order(view) => view.order,
            other => panic!("{other:?}"),
        };
        *table.refusal.lock().unwrap() = Some(refusal(&drafted));
        People::two().approve(&country, order).await.unwrap();
        let told = async || match country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.members.iter().any(|one| {
                one.member.as_str() == "isp-01"
                    && one.observed == Some(Observed::Refused(objection))
            })),
            _ => Ok(false),
        };
        until("the coordinator hears the reason", told)
            .await
            .unwrap();
        assert!(!table.holds(order));
        country.end().await;
    });
}

#[test]
fn a_member_without_a_device_for_an_order_says_so_and_goes_on_answering() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-no-device");
        let mut country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let office = country.member("isp-01").clone();
        country.kill(&office).await.unwrap();
        let folder = Folder::new(place.path().join("enforcer"));
        std::fs::create_dir_all(folder.root()).unwrap();
        move_in(&folder, &office.read(&office.charter()).unwrap());
        // It answers questions, and the order is about packets.
        let table = Table::default();
        let mut hands = hand(&table);
        hands[0].kind = Kind::Names;
        serve_with(&folder, hands);
        let settings = Settings {
            enforcer: Some(door::socket(&folder)),
            ..office.settings().unwrap()
        };
        office.write_settings(&settings).unwrap();
        country.start(&office).await.unwrap();
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let refused = async || match country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.members.iter().any(|one| {
                one.member.as_str() == "isp-01"
                    && one.observed == Some(Observed::Refused(Objection::Technical))
            })),
            _ => Ok(false),
        };
        until("the coordinator knows that it does not", refused)
            .await
            .unwrap();
        assert!(matches!(
            ask(&office, Ask::Status).await.unwrap(),
            Reply::Status(_)
        ));
        assert!(table.cuts.lock().unwrap().is_empty());
        country.end().await;
    });
}

#[test]
fn a_device_that_fails_now_is_tried_again_in_its_turn_and_keeps_nobody_waiting() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-fails-now");
        let table = Table::default();
        let (country, _) = country(place.path(), &table).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        *table.fails.lock().unwrap() = true;
        People::two().approve(&country, order).await.unwrap();
        let office = country.member("isp-01").clone();
        let failed = async || match ask(&office, Ask::Status).await? {
            Reply::Status(status) => Ok(status.counts.get("device").is_some_and(|&n| n > 1)),
            _ => Ok(false),
        };
        until("it failed more than once", failed).await.unwrap();
        *table.fails.lock().unwrap() = false;
        let acting = async || Ok(acts(&country, order).await);
        until("the device cuts after all", acting).await.unwrap();
        country.end().await;
    });
}

#[test]
fn a_device_without_words_for_an_order_is_left_out_where_another_has_them() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-mute");
        let bouncer = Table::default();
        *bouncer.mute.lock().unwrap() = true;
        *bouncer.refusal.lock().unwrap() = Some(Refusal::NotExpressible {
            goal: "192.0.2.7:23/tcp".parse().unwrap(),
            what: "a bouncer blocks a whole host",
        });
        let filter = Table {
            beside: Some(Box::new(bouncer.clone())),
            ..Table::default()
        };
        let (country, _) = country(place.path(), &filter).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let acting = async || Ok(acts(&country, order).await);
        until("the filter cuts", acting).await.unwrap();
        assert!(filter.holds(order) && !bouncer.holds(order));

        // With nobody left who has words for it, the member says why it cannot.
        *filter.mute.lock().unwrap() = true;
        *filter.refusal.lock().unwrap() = bouncer.refusal.lock().unwrap().clone();
        let next = drafted(&country, 1, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, next).await.unwrap();
        let refused = async || match ask(country.member("isp-01"), Ask::Order(next)).await? {
            Reply::Order(view) => Ok(view
                .members
                .iter()
                .any(|one| one.observed == Some(Observed::Refused(Objection::Technical)))),
            _ => Ok(false),
        };
        until("the member refuses", refused).await.unwrap();
        country.end().await;
    });
}

#[test]
fn a_member_that_never_had_a_device_of_its_own_stops_and_resumes() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-alone");
        let table = Table::default();
        let (mut country, _) = country(place.path(), &table).await;
        let office = country.member("isp-01").clone();
        country.kill(&office).await.unwrap();
        std::fs::remove_dir_all(office.device()).unwrap();
        country.start(&office).await.unwrap();
        assert!(!office.device().exists());
        for word in [Ask::Resume, Ask::Stop, Ask::Resume] {
            done(ask(&office, word).await.unwrap()).unwrap();
        }
        country.end().await;
    });
}

#[test]
fn what_is_withdrawn_while_nobody_can_be_told_is_taken_away_as_soon_as_somebody_can() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-away");
        let table = Table::default();
        let (mut country, folder) = country(place.path(), &table).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let acting = async || Ok(acts(&country, order).await);
        until("the enforcer's device cuts", acting).await.unwrap();
        // The office comes up while its enforcer cannot be reached, and so finds nothing there.
        let office = country.member("isp-01").clone();
        country.kill(&office).await.unwrap();
        let (socket, aside) = (door::socket(&folder), place.path().join("aside"));
        std::fs::rename(&socket, &aside).unwrap();
        country.start(&office).await.unwrap();
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        let ended = async || match ask(&office, Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.stands == Stands::Ended),
            _ => Ok(false),
        };
        until("the office has read of it", ended).await.unwrap();
        assert!(table.holds(order));
        std::fs::rename(&aside, &socket).unwrap();
        let gone = async || Ok(!table.holds(order));
        until("the device is empty", gone).await.unwrap();
        country.end().await;
    });
}

/// What a country logs when it cuts, once for all tests.
fn papers() -> &'static Papers {
    static PAPERS: OnceLock<Papers> = OnceLock::new();
    PAPERS.get_or_init(|| runtime().block_on(write_papers()))
}

async fn write_papers() -> Papers {
    let place = traffic::Folder::new("enforcer-papers");
    let country = rehearsed::country(place.path(), 2, None).await.unwrap();
    let order = drafted(&country, 0, Span::from_secs(3_000)).await.unwrap();
    People::two().approve(&country, order).await.unwrap();
    let office = country.member("isp-01");
    let acting = async || match ask(office, Ask::Order(order)).await? {
        Reply::Order(view) => Ok(view.members.iter().any(|one| one.effect.is_some())),
        _ => Ok(false),
    };
    until("it acts", acting).await.unwrap();
    let Reply::Order(view) = ask(office, Ask::Order(order)).await.unwrap() else {
        panic!("it was there")
    };
    let papers = Papers {
        notary: Notary::of(&country),
        fires_at: view.members[0].fires_at.unwrap(),
        dossier: Dossier {
            order: view.order,
            approvals: view.approvals,
        },
    };
    country.end().await;
    papers
}

/// An enforcer by itself, with a device and what a country logged.
struct World {
    place: traffic::Folder,
    table: Table,
    enforcer: Enforcer,
    papers: &'static Papers,
    now: Timestamp,
}

impl World {
    fn new(name: &str) -> Self {
        let papers = papers();
        let place = traffic::Folder::new(&format!("enforcer-{name}"));
        let folder = Folder::new(place.path());
        move_in(&folder, &papers.notary.charter);
        let table = Table::default();
        let now = clock::now();
        let enforcer = Enforcer::open(folder, hand(&table), Diary::Nobody, now).unwrap();
        Self {
            place,
            table,
            enforcer,
            papers,
            now,
        }
    }

    fn order(&self) -> OrderId {
        self.papers.dossier.order.id()
    }

    fn proposed(&self) -> Box<Proven> {
        self.proposed_as(&self.papers.dossier)
    }

    fn proposed_as(&self, dossier: &Dossier) -> Box<Proven> {
        let decision = Decision::Proposed(Box::new(dossier.clone()));
        Box::new(self.papers.logged(&decision))
    }

    fn armed_for(&self, members: &[&str], order: OrderId, fires_at: Timestamp) -> Box<Proven> {
        Box::new(self.papers.logged(&Decision::Armed {
            order,
            members: members.iter().map(|name| name.parse().unwrap()).collect(),
            fires_at,
        }))
    }

    fn armed(&self) -> Box<Proven> {
        self.armed_for(&["isp-01"], self.order(), self.papers.fires_at)
    }

    fn does(&mut self, task: Task) -> Told {
        self.enforcer.handle(task, self.now)
    }

    fn arm(&mut self) -> Told {
        let (proposed, armed) = (self.proposed(), self.armed());
        self.does(Task::Arm {
            proposed,
            armed,
            confirmed: None,
        })
    }

    /// Expects a no by this rule, and that nothing is on the device.
    fn refuses(&mut self, task: Task, rule: &str) {
        match self.does(task) {
            Told::Refused(said) => assert!(said.rule.contains(rule), "{}", said.rule),
            other => panic!("{other:?} instead of {rule}"),
        }
        assert!(self.table.cuts.lock().unwrap().is_empty());
    }

    /// Reads a while later.
    fn reads(&mut self) -> Told {
        self.now += FRESH;
        self.does(Task::Read)
    }

    /// Starts anew in the same folder with the same device.
    fn restart(&mut self) {
        let folder = Folder::new(self.place.path());
        let hands = hand(&self.table);
        self.enforcer = Enforcer::open(folder, hands, Diary::Nobody, self.now).unwrap();
    }
}

#[test]
fn what_is_logged_approved_lawful_and_narrow_comes_in() {
    let mut world = World::new("comes-in");
    let proposed = world.proposed();
    assert_eq!(world.does(Task::Stage(proposed)), Told::Done);
    assert_eq!(world.arm(), Told::Done);
    assert!(world.table.holds(world.order()));
}

#[test]
fn what_is_not_in_the_log_does_not_come_in() {
    let mut world = World::new("not-logged");
    let mut other = world.proposed();
    other.entry = other.entry.replace("rehearsal-0", "rehearsal-1");
    world.refuses(Task::Stage(other), "not-logged");
    let mut moved = world.proposed();
    moved.index = 1;
    world.refuses(Task::Stage(moved), "not-logged");
}

#[test]
fn too_few_witnesses_are_none() {
    let mut world = World::new("witnesses");
    let decision = Decision::Proposed(Box::new(world.papers.dossier.clone()));
    let proven = world.papers.logged_by(&decision, 1);
    world.refuses(Task::Stage(Box::new(proven)), "not-logged");
}

#[test]
fn a_logged_order_without_its_approvals_does_not_come_in() {
    let mut world = World::new("approvals");
    let mut dossier = world.papers.dossier.clone();
    dossier.approvals.pop();
    let proposed = world.proposed_as(&dossier);
    world.refuses(Task::Stage(proposed), "too-few-people");
}

#[test]
fn an_order_for_others_does_not_come_in() {
    let mut world = World::new("others");
    let mut dossier = world.papers.dossier.clone();
    dossier
        .order
        .participants
        .retain(|one| one.member.as_str() != "isp-01");
    let proposed = world.proposed_as(&dossier);
    world.refuses(Task::Stage(proposed), "not-asked");
    let (proposed, order, at) = (world.proposed(), world.order(), world.papers.fires_at);
    let armed = world.armed_for(&["isp-00"], order, at);
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "not-asked",
    );
}

#[test]
fn a_moment_of_another_order_or_outside_its_bounds_arms_nothing() {
    let mut world = World::new("moment");
    let at = world.papers.fires_at;
    let other = OrderId(issei_model::Digest([7; 32]));
    let (proposed, armed) = (world.proposed(), world.armed_for(&["isp-01"], other, at));
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "other-order",
    );
    let late = world.papers.dossier.order.fire_before;
    let (proposed, armed) = (
        world.proposed(),
        world.armed_for(&["isp-01"], world.order(), late),
    );
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "too-late",
    );
    let (proposed, armed) = (world.proposed(), world.proposed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "not-armed",
    );
    let proposed = world.armed();
    world.refuses(Task::Stage(proposed), "not-a-proposal");
}

#[test]
fn an_order_that_has_ended_does_not_come_in() {
    let mut world = World::new("ended");
    world.now = world.papers.dossier.order.expires_at;
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "ended");
}

/// A list on which the order's goal stands.
fn safeguard(world: &World) {
    let goal = world.papers.dossier.order.goals[0].ip().unwrap();
    let entry = Entry {
        place: Place::Prefix(goal.into()),
        kind: Safeguarded::ControlPlane,
        reason: "our own router".into(),
        source: "the test".into(),
    };
    let text = serde_json::to_vec(&[entry]).unwrap();
    world.place.file("safeguards.json", &text);
}

#[test]
fn what_the_enforcers_own_list_safeguards_does_not_come_in() {
    let mut world = World::new("own-list");
    safeguard(&world);
    world.restart();
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "safeguard");
}

#[test]
fn what_becomes_safeguarded_is_taken_away_and_does_not_come_back() {
    let mut world = World::new("becomes");
    assert_eq!(world.arm(), Told::Done);
    safeguard(&world);
    // Nobody asks for it: the file is looked at.
    world.enforcer.look(world.now);
    assert!(!world.table.holds(world.order()));
    // The list that is empty again lets nothing come back, and is an alarm.
    world.place.file("safeguards.json", b"[]");
    assert!(matches!(world.does(Task::Reload), Told::Wrong(_)));
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "withdrawn",
    );
}

#[test]
fn what_became_safeguarded_while_nobody_ran_is_taken_away_at_the_start() {
    let mut world = World::new("while-away");
    assert_eq!(world.arm(), Told::Done);
    safeguard(&world);
    world.restart();
    assert!(!world.table.holds(world.order()));
}

#[test]
fn a_list_that_is_emptied_or_deleted_goes_on_counting() {
    let mut world = World::new("emptied");
    safeguard(&world);
    world.restart();
    world.place.file("safeguards.json", b"[]");
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "safeguard");
    std::fs::remove_file(world.place.path().join("safeguards.json")).unwrap();
    world.restart();
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "safeguard");
}

#[test]
fn a_list_that_cannot_be_read_is_an_alarm_and_changes_nothing() {
    let mut world = World::new("list-broken");
    safeguard(&world);
    world.restart();
    world.place.file("safeguards.json", b"{");
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "safeguard");
    match world.does(Task::Status) {
        Told::Status(standing) => assert!(standing.alarm.unwrap().contains("safeguards.json")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_safeguard_counts_also_for_an_order_that_was_let_in_before() {
    let mut world = World::new("let-in-before");
    assert_eq!(world.arm(), Told::Done);
    let order = world.order();
    world.does(Task::Lift {
        order,
        for_good: false,
    });
    safeguard(&world);
    // As if nobody had looked at what stands.
    world.enforcer.gate.look();
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "safeguard",
    );
}

#[test]
fn what_was_taken_away_for_good_stays_away_also_after_a_restart() {
    let mut world = World::new("for-good");
    assert_eq!(world.arm(), Told::Done);
    let order = world.order();
    world.does(Task::Lift {
        order,
        for_good: true,
    });
    assert!(!world.table.holds(order));
    world.restart();
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "withdrawn",
    );
}

#[test]
fn an_order_taken_away_before_it_ever_came_does_not_come_in() {
    let mut world = World::new("before");
    let order = world.order();
    world.does(Task::Lift {
        order,
        for_good: true,
    });
    world.restart();
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "withdrawn",
    );
}

#[test]
fn what_nobody_knows_is_taken_away_at_the_start_and_later() {
    let mut world = World::new("strangers");
    let admitted = Admitted {
        order: world.papers.dossier.order.clone(),
        at: world.now,
        fires_at: Some(world.now),
        confirmed: false,
        gone: false,
    };
    let cut = Cut {
        order: OrderId(issei_model::Digest([9; 32])),
        ..cut(world.order(), &admitted)
    };
    for _ in 0..2 {
        world.table.clone().arm(&cut).unwrap();
        world.restart();
        assert!(!world.table.holds(cut.order));
    }
    world.table.clone().arm(&cut).unwrap();
    assert_eq!(world.reads(), Told::Holds(BTreeMap::new()));
    assert!(!world.table.holds(cut.order));
}

#[test]
fn the_stop_file_empties_the_device_and_lets_nothing_in() {
    let mut world = World::new("stop-file");
    assert_eq!(world.arm(), Told::Done);
    world.place.file("stop", b"");
    world.enforcer.look(world.now);
    assert!(!world.table.holds(world.order()));
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "stopped");
    world.restart();
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "stopped");
    // The office cannot end what a person did here.
    let resumed = world.does(Task::Resume);
    assert!(matches!(resumed, Told::Refused(said) if said.rule.contains("stopped-here")));
    std::fs::remove_file(world.place.path().join("stop")).unwrap();
    // What was stopped stays away when others may come again.
    assert_eq!(world.does(Task::Resume), Told::Done);
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "withdrawn",
    );
}

#[test]
fn in_force_is_said_only_of_what_is_whole_and_acts() {
    let mut world = World::new("whole");
    let proposed = world.proposed();
    world.does(Task::Stage(proposed));
    let order = world.order();
    let held = |world: &mut World| match world.reads() {
        Told::Holds(held) => held.get(&order).copied(),
        other => panic!("{other:?}"),
    };
    assert_eq!(held(&mut world), Some(Held::Staged));
    world.arm();
    let since = world.papers.fires_at;
    let effect = Effect {
        first_met: Some(since),
        last_passed: None,
    };
    assert_eq!(held(&mut world), Some(Held::Active { since, effect }));
    world
        .table
        .cuts
        .lock()
        .unwrap()
        .get_mut(&order)
        .unwrap()
        .goals
        .clear();
    assert_eq!(held(&mut world), Some(Held::Broken));
}

#[test]
fn devices_are_read_again_when_something_was_done_or_a_while_has_passed() {
    let mut world = World::new("fresh");
    let reads = |world: &World| *world.table.reads.lock().unwrap();
    world.does(Task::Read);
    let first = reads(&world);
    world.does(Task::Read);
    assert_eq!(reads(&world), first);
    assert_eq!(world.arm(), Told::Done);
    assert!(matches!(world.does(Task::Read), Told::Holds(held) if held.len() == 1));
    assert_eq!(reads(&world), first + 1);
    world.reads();
    assert_eq!(reads(&world), first + 2);
    // A clock that was set back is no reason to believe an old reading.
    world.now = world.now - FRESH;
    world.does(Task::Read);
    assert_eq!(reads(&world), first + 3);
}

#[test]
fn a_device_that_fails_is_named_and_nothing_is_said_to_be_gone() {
    let mut world = World::new("fails");
    assert_eq!(world.arm(), Told::Done);
    let order = world.order();
    let before = world.reads();
    *world.table.broken.lock().unwrap() = true;
    assert_eq!(world.reads(), before);
    assert!(matches!(
        world.does(Task::Lift {
            order,
            for_good: true
        }),
        Told::Failed(_)
    ));
    let Told::Status(standing) = world.does(Task::Status) else {
        panic!("a status")
    };
    assert!(
        standing.devices["table"]
            .as_ref()
            .unwrap()
            .contains("the test broke it")
    );
    // It is taken away as soon as the device is well.
    *world.table.broken.lock().unwrap() = false;
    world.enforcer.look(world.now);
    assert!(!world.table.holds(order));
}

#[test]
fn a_rule_that_outlives_its_end_on_the_device_is_taken_away() {
    let mut world = World::new("outlives");
    assert_eq!(world.arm(), Told::Done);
    let order = world.order();
    world
        .enforcer
        .look(world.papers.dossier.order.expires_at + LATE);
    assert!(!world.table.holds(order));
}

#[test]
fn a_memory_that_is_not_whole_lets_no_enforcer_come_up() {
    let world = World::new("memory");
    world.place.file("enforcer.json", b"{");
    let folder = Folder::new(world.place.path());
    let opened = Enforcer::open(folder, hand(&world.table), Diary::Nobody, world.now);
    assert!(opened.is_err_and(|failure| failure.to_string().contains("enforcer.json")));
}

/// Lets every write of the memory fail from now on: a folder lies where the file belongs.
fn disk_fails(world: &World) {
    let path = world.place.path().join("enforcer.json");
    let _ = std::fs::remove_file(&path);
    std::fs::create_dir(&path).unwrap();
}

#[test]
fn what_cannot_be_remembered_is_put_nowhere() {
    let mut world = World::new("disk-full");
    disk_fails(&world);
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "no-memory");
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "no-memory",
    );
    // Once the disk takes it, so does the device.
    std::fs::remove_dir(world.place.path().join("enforcer.json")).unwrap();
    assert_eq!(world.arm(), Told::Done);
}

#[test]
fn a_disk_that_fails_hinders_nobody_who_takes_away() {
    let mut world = World::new("disk-lift");
    assert_eq!(world.arm(), Told::Done);
    disk_fails(&world);
    let (order, for_good) = (world.order(), true);
    let told = world.does(Task::Lift { order, for_good });
    assert!(matches!(told, Told::Failed(_)), "{told:?}");
    assert!(!world.table.holds(order));
    // While this process lives it is remembered all the same.
    let (proposed, armed) = (world.proposed(), world.armed());
    world.refuses(
        Task::Arm {
            proposed,
            armed,
            confirmed: None,
        },
        "withdrawn",
    );

    let mut world = World::new("disk-stop");
    assert_eq!(world.arm(), Told::Done);
    disk_fails(&world);
    assert_eq!(world.does(Task::Stop), Told::Lifted(1));
    assert!(!world.table.holds(order));
}

#[test]
fn the_days_ceiling_counts_here_too() {
    let mut world = World::new("ceiling");
    let most = Charter::parse(&world.papers.notary.charter)
        .unwrap()
        .raised
        .unwrap()
        .figures
        .per_day;
    let mut other = world.papers.dossier.order.clone();
    other.case = "another".into();
    other.radius.predicted_lines = most;
    let admitted = Admitted {
        at: world.now,
        order: other.clone(),
        fires_at: None,
        confirmed: false,
        gone: true,
    };
    world.enforcer.memory.admit(other.id(), admitted).unwrap();
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "day");
}

/// Names an address of the member's own as its sentinel, and starts anew.
fn with_sentinel(name: &str, address: &str) -> World {
    let mut world = World::new(name);
    name_sentinel(&world, address, address);
    world.restart();
    world
}

fn name_sentinel(world: &World, address: &str, ours: &str) {
    let folder = Folder::new(world.place.path());
    let settings = Settings {
        ours: vec![format!("{ours}/32").parse().unwrap()],
        ..folder.settings().unwrap()
    };
    folder.write_settings(&settings).unwrap();
    let devices = format!("[sentinel]\naddress = \"{address}\"\n");
    world.place.file("devices.toml", devices.as_bytes());
}

/// What the test's device holds of the order.
fn goals(world: &World) -> Vec<Goal> {
    world.table.cuts.lock().unwrap()[&world.order()]
        .goals
        .clone()
}

fn held(world: &mut World) -> Option<Held> {
    let order = world.order();
    match world.reads() {
        Told::Holds(held) => held.get(&order).copied(),
        other => panic!("{other:?}"),
    }
}

fn count(world: &World, kind: &str) -> u64 {
    world.enforcer.counts.get(kind).copied().unwrap_or_default()
}

#[test]
fn the_sentinel_is_cut_along_with_an_order_and_nothing_else_is() {
    let mut world = with_sentinel("sentinel", "198.51.100.250");
    let proposed = world.proposed();
    assert_eq!(world.does(Task::Stage(proposed)), Told::Done);
    assert_eq!(world.arm(), Told::Done);
    let order = world.papers.dossier.order.clone();
    let port = Sentinel::port(world.order());
    let only: Goal = format!("198.51.100.250:{port}/udp").parse().unwrap();
    let more: Vec<Goal> = goals(&world)
        .into_iter()
        .filter(|goal| !order.goals.contains(goal))
        .collect();
    assert_eq!(more, std::slice::from_ref(&only));
    assert_eq!(goals(&world).len(), order.goals.len() + 1);
    assert!(matches!(held(&mut world), Some(Held::Active { .. })));
    // A device that lost the sentinel alone still holds the whole order; one that holds more does not.
    let table = world.table.clone();
    let set = |goals: Vec<Goal>| {
        table
            .cuts
            .lock()
            .unwrap()
            .get_mut(&order.id())
            .unwrap()
            .goals = goals;
    };
    set(order.goals.clone());
    assert!(matches!(held(&mut world), Some(Held::Active { .. })));
    let whole_host: Goal = "198.51.100.250".parse().unwrap();
    let mut wider: Vec<Goal> = order.goals.iter().cloned().chain([whole_host]).collect();
    wider.sort();
    set(wider);
    assert_eq!(held(&mut world), Some(Held::Broken));
    set(vec![only]);
    assert_eq!(held(&mut world), Some(Held::Broken));
}

#[test]
fn a_device_that_cannot_take_the_sentinel_takes_the_order() {
    let mut world = with_sentinel("sentinel-unsaid", "198.51.100.250");
    let port = Sentinel::port(world.order());
    let unsaid = format!("198.51.100.250:{port}/udp").parse().unwrap();
    *world.table.unsaid.lock().unwrap() = Some(unsaid);
    let proposed = world.proposed();
    assert_eq!(world.does(Task::Stage(proposed)), Told::Done);
    assert_eq!(world.arm(), Told::Done);
    assert_eq!(goals(&world), world.papers.dossier.order.goals);
    assert_eq!(count(&world, "put without the sentinel"), 2);
    assert!(matches!(held(&mut world), Some(Held::Active { .. })));
    // What it cannot say of the order itself it refuses as before.
    let goal = world.papers.dossier.order.goals[0].clone();
    *world.table.unsaid.lock().unwrap() = Some(goal);
    assert!(matches!(world.arm(), Told::Refused(said) if said.rule.ends_with(NOT_TAKEN)));
}

#[test]
fn an_order_that_is_aimed_at_the_sentinel_does_not_come_in() {
    let goal = papers().dossier.order.goals[0].ip().unwrap();
    let mut world = with_sentinel("sentinel-aimed", &goal.to_string());
    let proposed = world.proposed();
    world.refuses(Task::Stage(proposed), "sentinel");
}

#[test]
fn a_sentinel_outside_of_our_own_network_lets_no_enforcer_come_up() {
    let world = World::new("sentinel-others");
    name_sentinel(&world, "203.0.113.7", "198.51.100.250");
    let folder = Folder::new(world.place.path());
    let opened = Enforcer::open(folder, hand(&world.table), Diary::Nobody, world.now);
    assert!(opened.is_err_and(|failure| failure.to_string().contains("`ours`")));
}

#[path = "enforcer/confirm_tests.rs"]
mod confirming;
