//! An order about a name goes through all rooms to what resolvers answer, and back.

use std::net::Ipv4Addr;
use std::os::unix::net::UnixListener;
use std::sync::mpsc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser as _;
use issei_case::ground::Pack;
use issei_host::clock;
use issei_host::names::look_up;
use issei_model::{FindingRecord, Level, OrderId, Role, Rule, Timestamp};

use super::super::super::{Enforcer, door};
use super::super::Settings as Devices;
use super::*;
use crate::command_line::CommandLine;
use crate::examples;
use crate::office::Diary;
use crate::office::control::{Ask, MemberView, OrderView, Reply, Reported, Stands};
use crate::office::country::{Country, ask, status, until};
use crate::office::folder::{Folder, Settings};
use crate::office::rehearsed::{self, People};
use crate::record::Chain;
use crate::resolver::Resolver;
use crate::traffic;

/// The command server, and the name by which its bots find it.
const SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
const NAME: &str = "c2.example";
const APEX: &str = "hot.rpz.test";
const SECRET: [u8; 32] = [7; 32];
/// How long the order lasts.
const LASTS: &str = "12s";

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

/// Types a command, as a person at that office does.
async fn types(office: &Folder, words: &str) -> Result<(), String> {
    let line = format!("issei {words} --office {}", office.root().display());
    let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let typed = move || {
        let parsed = CommandLine::try_parse_from(line).map_err(|error| error.to_string())?;
        let done = crate::run(&parsed.command, issei_model::Language::English);
        done.map(drop).map_err(|failure| failure.to_string())
    };
    tokio::task::spawn_blocking(typed).await.unwrap()
}

/// What a member found about the command server, on the disk.
fn findings(office: &Folder) -> String {
    let finding = FindingRecord {
        rule: Rule::CommandConfirmed,
        level: Level::Finding,
        subject_kind: "remote".into(),
        subject: format!("{SERVER}:48101/udp"),
        role: Role::CommandServer,
        independent_kinds: vec!["session".into(), "download".into()],
        until: clock::now(),
        ..examples::scan()
    };
    let record = Chain::new().seal(finding, clock::now(), Span::from_secs(86_400));
    let path = office.root().join("findings.jsonl");
    std::fs::write(&path, record.line() + "\n").unwrap();
    path.display().to_string()
}

/// A country of two members whose lines ask this resolver; the second serves a zone to it.
async fn country(place: &Path, resolver: &mut Resolver) -> Country {
    let mut country = rehearsed::country(place, 2, None).await.unwrap();
    let folder = Folder::new(place.join("enforcer"));
    std::fs::create_dir_all(folder.root()).unwrap();
    serve(&country, &folder, resolver);
    for (number, (_, office)) in country.members.clone().into_iter().enumerate() {
        country.kill(&office).await.unwrap();
        let settings = Settings {
            resolvers: vec![resolver.at],
            enforcer: (number == 1).then(|| door::socket(&folder)),
            ..office.settings().unwrap()
        };
        office.write_settings(&settings).unwrap();
        country.start(&office).await.unwrap();
    }
    country
}

/// Lets an enforcer of the second member serve a zone, as `devices.toml` says.
fn serve(country: &Country, folder: &Folder, resolver: &mut Resolver) {
    let office = country.member("isp-01");
    let charter = office.read(&office.charter()).unwrap();
    folder.write(&folder.charter(), &charter).unwrap();
    let settings = Settings {
        member: Some(name_of("isp-01")),
        ..Settings::default()
    };
    folder.write_settings(&settings).unwrap();
    std::fs::write(folder.root().join("tsig.key"), STANDARD.encode(SECRET)).unwrap();
    // The device cannot tell which port it was given.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap();
    drop(free);
    let devices = format!(
        "[[zone]]\nlisten = \"{listen}\"\napex = \"{APEX}\"\ntests = \"issei.test\"\nresolvers = [\"{}\"]\n\n\
         [[zone.fetchers]]\nip = \"127.0.0.1\"\nkey = \"one.key\"\nsecret_file = \"tsig.key\"\n",
        resolver.at
    );
    std::fs::write(folder.root().join("devices.toml"), devices).unwrap();
    let hands = super::super::open(&Devices::read(folder).unwrap(), folder).unwrap();
    let key = Key::new(name("one.key"), &SECRET).unwrap();
    resolver.follow(listen, &name(APEX), key);
    let mut enforcer = Enforcer::open(folder.clone(), hands, Diary::Nobody, clock::now()).unwrap();
    let listener = UnixListener::bind(door::socket(folder)).unwrap();
    let (desk, tasks) = mpsc::sync_channel(8);
    let me = door::owner(folder).unwrap();
    std::thread::spawn(move || door::accept(&listener, &[me], &desk));
    std::thread::spawn(move || door::pulse(&mut enforcer, &tasks));
}

fn name_of(member: &str) -> issei_model::OrganisationId {
    member.parse().unwrap()
}

/// From findings to a draft on the row for names, in the words of docs/desk.md.
async fn drafted(country: &Country) -> OrderId {
    for (_, office) in &country.members {
        let from = findings(office);
        types(office, &format!("case report --from {from} --name {NAME}"))
            .await
            .unwrap();
    }
    let goal: issei_model::Goal = NAME.parse().unwrap();
    let told = async || match country.ask(Ask::Findings).await? {
        Reply::Findings(all) => Ok(all.iter().filter(|one| one.goal == goal).count() == 2),
        _ => Ok(false),
    };
    until("the findings arrive", told).await.unwrap();
    let desk = &country.coordinator;
    types(desk, &format!("case open worm {NAME}"))
        .await
        .unwrap();
    types(desk, "case question worm --wait 20").await.unwrap();
    types(desk, "case assess worm").await.unwrap();
    types(desk, &proposal()).await.unwrap();
    let Reply::Orders(orders) = country.ask(Ask::Orders).await.unwrap() else {
        panic!("no list of orders")
    };
    orders[0].id
}

/// The words of a proposal on the row for names.
fn proposal() -> String {
    let pack = Pack::japan();
    let facts: Vec<String> = pack.row("C1").unwrap().facts.iter().map(fact).collect();
    format!(
        "order propose worm --ground C1 {} --stated-by duty@coordinator --confirmed-by counsel@isp-01 --canary isp-00 --lasts {LASTS} --fire-within 10s",
        facts.join(" ")
    )
}

/// A fact of the row, as it is typed.
fn fact((name, rule): (&String, &issei_case::ground::FactRule)) -> String {
    use issei_case::ground::FactKind;
    let value = match rule.kind {
        FactKind::Flag => "yes".to_owned(),
        FactKind::Number => "1".into(),
        FactKind::Moment => "2026-01-31T09:00:00Z".into(),
        FactKind::Text => "clause-12".into(),
        FactKind::Document => "00".repeat(32),
    };
    format!("--fact {name}={value}")
}

async fn view(office: &Folder, order: OrderId) -> OrderView {
    match ask(office, Ask::Order(order)).await.unwrap() {
        Reply::Order(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// Looks again and again whether the resolver refuses the name, and tells when it was first as wanted.
async fn until_refused(at: SocketAddr, wanted: bool) -> Timestamp {
    let looked = async || {
        let found = tokio::task::spawn_blocking(move || look_up(at, &name(NAME))).await;
        Ok(found.unwrap().is_ok_and(|found| found.is_empty()) == wanted)
    };
    until("the resolver answers otherwise", looked)
        .await
        .unwrap();
    clock::now()
}

#[test]
fn a_name_is_refused_at_t_and_answered_again_after_the_end() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = traffic::Folder::new("zone-rooms");
        let mut resolver = Resolver::new(Some(SERVER));
        let country = country(place.path(), &mut resolver).await;
        let order = drafted(&country).await;
        let office = country.member("isp-01");
        let drafted = view(&country.coordinator, order).await.order;
        assert!(drafted.radius.unanswered.is_empty());
        assert_eq!(drafted.radius.hints, ["by-address=1 c2.example"]);
        assert!(!look_up(resolver.at, &name(NAME)).unwrap().is_empty());
        People::two().approve(&country, order).await.unwrap();
        let refused = until_refused(resolver.at, true).await;
        let others = look_up(resolver.at, &name("www.example")).unwrap();
        assert!(!others.is_empty(), "nobody else is refused");
        let mut fires_at = None;
        until("it was read back", async || {
            let members = view(office, order).await.members;
            fires_at = members.iter().find_map(acts);
            Ok(fires_at.is_some())
        })
        .await
        .unwrap();
        // The names leave earlier than T by what a resolver usually needs, and it may be quicker for once.
        let earliest = fires_at.unwrap() - Span::from_millis(250);
        assert!(earliest <= refused, "not before T");
        let answered = until_refused(resolver.at, false).await;
        assert!(drafted.expires_at <= answered, "not before the end");
        assert!(
            answered < drafted.expires_at + Span::from_micros(2_200_000),
            "G3"
        );
        let ended = async || Ok(view(office, order).await.stands == Stands::Ended);
        until("the office says so", ended).await.unwrap();
        country.end().await;
    });
}

/// The moment at which a member's rules were to act, once they were read back.
fn acts(member: &MemberView) -> Option<Timestamp> {
    member.effect.and(member.fires_at)
}

#[test]
fn a_name_of_which_no_member_knows_an_address_is_not_cleared() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = traffic::Folder::new("zone-unknown");
        let country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let desk = &country.coordinator;
        for (member, office) in &country.members {
            let reported = vec![said_of_name(member)];
            ask(office, Ask::Report(reported)).await.unwrap();
        }
        let told = async || match country.ask(Ask::Findings).await? {
            Reply::Findings(all) => Ok(all.len() == 2),
            _ => Ok(false),
        };
        until("the findings arrive", told).await.unwrap();
        types(desk, &format!("case open worm {NAME}"))
            .await
            .unwrap();
        types(desk, "case question worm").await.unwrap();
        for (member, office) in &country.members {
            // Others report an address; without resolvers of its own the member believes none of them.
            let silent = async || {
                let counts = status(office).await?.counts;
                Ok(counts.contains_key("question not answered"))
            };
            until(&format!("{member} says why"), silent).await.unwrap();
        }
        types(desk, "case assess worm").await.unwrap();
        let no = types(desk, &proposal()).await.unwrap_err();
        assert!(no.contains("unanswered"), "{no}");
        country.end().await;
    });
}

/// What a member says of the name, by somebody's word alone.
fn said_of_name(member: &issei_model::OrganisationId) -> Reported {
    let mut evidence = issei_desk::samples::entry(member.as_str());
    evidence.until = clock::now();
    Reported {
        goal: NAME.parse().unwrap(),
        level: Level::Finding,
        evidence,
        addresses: [SERVER.into()].into(),
    }
}
