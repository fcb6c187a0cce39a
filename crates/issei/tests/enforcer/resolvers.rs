//! What becomes of a name that is refused when its resolver is started anew, or its operator takes the policy away.
//!
//! BIND and Unbound on loopback, set up as `docs/resolvers.md` says but for the key, with somebody who answers
//! every name below `example`. Always: a name that is answered though it should not be is found within
//! [`FOUND`] and told as a complaint about the device; nobody has to say the order again.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use issei_case::ground::Pack;
use issei_host::names::look_up;
use issei_model::{Action, Digest, DomainName, EvidenceEntry, Goal, Level, Rule};
use issei_sim::rehearsal;

use super::routers::FOUND;
use super::*;
use issei::office::control::{Reported, Wish};

/// Where the enforcer serves its zone, and where the resolver answers: BIND listens only where an interface says.
const PRIMARY: &str = "127.0.3.1";
const RESOLVER: &str = "127.0.0.1";
/// What every name below `example` stands for.
const SERVER: [u8; 4] = [198, 51, 100, 7];
/// How long a resolver may take to come up.
const UP: Duration = Duration::from_secs(20);

/// A resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BIND 9.
    Bind,
    /// Unbound.
    Unbound,
}

/// A resolver that follows the zone of an enforcer; ended when dropped.
pub struct Follower<'a> {
    place: &'a Place,
    kind: Kind,
    pub at: SocketAddr,
    zone: SocketAddr,
    world: World,
    running: Option<Child>,
}

/// A port of this address that nobody has.
fn free(ip: &str) -> SocketAddr {
    let taken = TcpListener::bind((ip, 0)).unwrap();
    taken.local_addr().unwrap()
}

impl<'a> Follower<'a> {
    pub fn new(place: &'a Place, kind: Kind) -> Self {
        let mut follower = Self {
            place,
            kind,
            at: free(RESOLVER),
            zone: free(PRIMARY),
            world: World::new(),
            running: None,
        };
        follower.set_up(true);
        follower.start();
        follower
    }

    /// What stands in `devices.toml`.
    pub fn device(&self) -> String {
        let (at, zone) = (self.at, self.zone);
        format!(
            "[[zone]]\nlisten = \"{zone}\"\napex = \"hot.rpz.test\"\ntests = \"issei.test\"\nresolvers = [\"{at}\"]\n\n\
             [[zone.fetchers]]\nip = \"{RESOLVER}\"\nnotify = \"{at}\"\n"
        )
    }

    fn file(&self, name: &str) -> String {
        self.place.folder.join(name).display().to_string()
    }

    /// Writes its configuration, with the policy or without.
    fn set_up(&self, has_policy: bool) {
        let policy = match has_policy {
            true => POLICY,
            false => "",
        };
        let text = match self.kind {
            Kind::Bind => NAMED.replace("POLICY", policy),
            Kind::Unbound => UNBOUND.to_owned(),
        };
        let ports = [self.at, self.zone, self.world.at].map(|one| one.port().to_string());
        let text = text
            .replace("AT", &ports[0])
            .replace("ZONE", &ports[1])
            .replace("WORLD", &ports[2])
            .replace("PRIMARY", PRIMARY)
            .replace("RESOLVER", RESOLVER)
            .replace("HOME", &self.place.folder.display().to_string());
        std::fs::write(self.place.folder.join("resolver.conf"), text).unwrap();
    }

    fn start(&mut self) {
        let conf = self.file("resolver.conf");
        let (program, words) = match self.kind {
            Kind::Bind => ("named", ["-g", "-c", conf.as_str()]),
            Kind::Unbound => ("unbound", ["-d", "-c", conf.as_str()]),
        };
        let mut command = Command::new(program);
        command
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.running = Some(command.spawn().unwrap());
    }

    /// Ends it as a power cut does, with all that it kept.
    fn dies(&mut self) {
        let mut running = self.running.take().unwrap();
        running.kill().unwrap();
        running.wait().unwrap();
        for kept in ["hot.db", "hot.db.jnl", "hot.zone"] {
            let _ = std::fs::remove_file(self.place.folder.join(kept));
        }
    }

    /// Its operator takes the policy away, or gives it back.
    fn policy(&self, has_policy: bool) {
        match self.kind {
            Kind::Bind => {
                self.set_up(has_policy);
                let id = self.running.as_ref().unwrap().id().to_string();
                run("kill", &["-HUP", &id]);
            }
            Kind::Unbound => {
                let conf = self.file("resolver.conf");
                let word = match has_policy {
                    true => "rpz_enable",
                    false => "rpz_disable",
                };
                run("unbound-control", &["-c", &conf, word, "hot.rpz.test"]);
            }
        }
    }

    /// Tells whether a name is refused; nothing, if nobody answers.
    pub fn refuses(&self, name: &DomainName) -> Option<bool> {
        look_up(self.at, name).ok().map(|found| found.is_empty())
    }
}

impl Drop for Follower<'_> {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            let _ = running.kill();
            let _ = running.wait();
        }
    }
}

const POLICY: &str = r#"
    response-policy {
        zone "hot.rpz.test" max-policy-ttl 1 min-update-interval 0;
    } qname-wait-recurse no nsip-wait-recurse no nsdname-wait-recurse no;
"#;

const NAMED: &str = r#"
options {
    directory "HOME";
    listen-on port AT { RESOLVER; };
    listen-on-v6 { none; };
    allow-query { any; };
    allow-recursion { any; };
    forwarders { 127.0.0.1 port WORLD; };
    forward only;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    serial-query-rate 2000;
POLICY
};
controls {};
zone "hot.rpz.test" {
    type secondary;
    file "hot.db";
    primaries { PRIMARY port ZONE; };
    transfer-source RESOLVER;
    allow-notify { PRIMARY; };
    min-refresh-time 1; max-refresh-time 1;
    min-retry-time 1; max-retry-time 1;
};
"#;

const UNBOUND: &str = r#"
server:
    directory: "HOME"
    chroot: ""
    username: ""
    pidfile: ""
    interface: RESOLVER@AT
    outgoing-interface: RESOLVER
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    module-config: "respip iterator"
    use-syslog: no
    local-zone: "test." nodefault
    local-zone: "example." nodefault
rpz:
    name: "hot.rpz.test."
    primary: PRIMARY@ZONE
    allow-notify: PRIMARY
    zonefile: "hot.zone"
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@WORLD
remote-control:
    control-enable: yes
    control-interface: "HOME/control"
    control-use-cert: no
"#;

/// Who answers for the rest of the world: every name below `example` has an address, others are not there.
struct World {
    at: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl World {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let (at, ends) = (
            socket.local_addr().unwrap(),
            Arc::new(AtomicBool::new(false)),
        );
        let over = Arc::clone(&ends);
        let answer = move || {
            let mut buffer = [0; 1_024];
            while !over.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                if let Some(reply) = reply(&buffer[..length]) {
                    let _ = socket.send_to(&reply, from);
                }
            }
        };
        Self {
            at,
            ends,
            thread: Some(std::thread::spawn(answer)),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers a question (RFC 1035, section 4.1): its head, its first question, an address or the word that there
/// is no such name.
fn reply(question: &[u8]) -> Option<Vec<u8>> {
    let mut end = 12;
    let mut last: &[u8] = &[];
    while let length @ 1.. = usize::from(*question.get(end)?) {
        last = question.get(end + 1..end + 1 + length)?;
        end += 1 + length;
    }
    let mut reply = question.get(..end + 5)?.to_vec();
    let is_there = last.eq_ignore_ascii_case(b"example");
    let has_address = is_there && reply.get(end + 1..end + 3)? == [0, 1];
    let code = if is_there { 0 } else { 3 };
    let asked = reply[2] & 1;
    reply[2..12].copy_from_slice(&[
        0x84 | asked,
        0x80 | code,
        0,
        1,
        0,
        u8::from(has_address),
        0,
        0,
        0,
        0,
    ]);
    if has_address {
        reply.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 200, 0, 4]);
        reply.extend_from_slice(&SERVER);
    }
    Some(reply)
}

/// The name by which a made-up command server is found.
pub fn name(number: usize) -> DomainName {
    format!("c2-{number}.example").parse().unwrap()
}

/// A country whose members ask this resolver, and whose second member serves a zone to it.
pub async fn named_country(place: &Place, follower: &Follower<'_>) -> (Country, PathBuf, Enforcer) {
    let mut country = rehearsed::country(&place.folder, 2, None).await.unwrap();
    for (_, office) in country.members.clone() {
        country.kill(&office).await.unwrap();
        let settings = Settings {
            resolvers: vec![follower.at],
            ..office.settings().unwrap()
        };
        office.write_settings(&settings).unwrap();
        country.start(&office).await.unwrap();
    }
    let office = country.member("isp-01").clone();
    let device = follower.device();
    let (folder, enforcer) = enforced(&mut country, place, &office, &device, None).await;
    (country, folder, enforcer)
}

/// Takes a name from two members' findings to a draft that people can sign.
pub async fn drafted_name(country: &Country, number: usize) -> OrderId {
    let goal = Goal::Name(name(number));
    for who in ["isp-00", "isp-01"] {
        let report = Ask::Report(vec![found(who, &goal)]);
        done(ask(country.member(who), report).await.unwrap()).unwrap();
    }
    let told = async || match country.ask(Ask::Findings).await? {
        Reply::Findings(all) => Ok(all.iter().filter(|one| one.goal == goal).count() == 2),
        _ => Ok(false),
    };
    until("the findings arrive", told).await.unwrap();
    let case = format!("name-{number}");
    let open = Ask::CaseOpen {
        case: case.clone(),
        goal: goal.clone(),
    };
    done(country.ask(open).await.unwrap()).unwrap();
    rehearsed::assessed(country, case.clone()).await.unwrap();
    let people = ["duty@coordinator", "counsel@isp-01"].map(|one| one.parse().unwrap());
    let pack = Pack::japan();
    let facts = rehearsal::facts(
        pack.row("C1").unwrap(),
        clock::now(),
        [&people[0], &people[1]],
    );
    let wish = Wish {
        ground: "C1".into(),
        action: Action::RefuseName,
        facts,
        ..rehearsed::wish(&case, Span::from_secs(600)).unwrap()
    };
    rehearsed::proposed(country, wish).await.unwrap()
}

/// What a member tells about a name.
fn found(member: &str, goal: &Goal) -> Reported {
    let mut salt = [member.as_bytes()[member.len() - 1]; 32];
    salt[..8].copy_from_slice(&clock::now().as_micros().to_be_bytes());
    Reported {
        goal: goal.clone(),
        level: Level::Finding,
        evidence: EvidenceEntry {
            source: member.parse().unwrap(),
            rule: Rule::CommandConfirmed,
            kinds: vec!["session".into(), "download".into()],
            forgeable: false,
            commitment: Digest(salt),
            until: clock::now(),
        },
        addresses: [IpAddr::from(SERVER)].into(),
    }
}

/// A country with a name that is refused.
struct Ground<'a> {
    country: Country,
    order: OrderId,
    follower: Follower<'a>,
    desk: Desk,
    _enforcer: Enforcer,
}

impl<'a> Ground<'a> {
    async fn new(place: &'a Place, kind: Kind) -> Self {
        let follower = Follower::new(place, kind);
        let (country, folder, enforcer) = named_country(place, &follower).await;
        let desk = Desk::of(&folder);
        let uses = async || Ok(desk.complaint().is_none());
        until("the resolver uses the zone", uses).await.unwrap();
        let order = drafted_name(&country, 0).await;
        assert_eq!(follower.refuses(&name(0)), Some(false));
        People::two().approve(&country, order).await.unwrap();
        let acting = async || Ok(acts(country.member("isp-01"), order).await);
        until("the resolver refuses the name", acting)
            .await
            .unwrap();
        assert_eq!(follower.refuses(&name(0)), Some(true));
        Self {
            country,
            order,
            follower,
            desk,
            _enforcer: enforcer,
        }
    }

    /// Waits until there is a complaint about the device; tells how long that took.
    async fn found(&self, what: &str) {
        let since = Instant::now();
        let told = async || Ok(self.desk.complains_of("zone"));
        until(what, told).await.unwrap();
        figure(since.elapsed(), &format!("until {what} was found"));
        assert!(since.elapsed() < FOUND, "G10");
    }

    /// Waits until the name is refused again and read back; until then nobody says that all is well.
    async fn mended(&self, what: &str) {
        let begun = Instant::now();
        let mut first_answer = None;
        loop {
            let complained = self.desk.complaint().is_some();
            match self.follower.refuses(&name(0)) {
                Some(true) => break,
                Some(false) => {
                    assert!(complained, "the name is answered, and nobody says so");
                    first_answer.get_or_insert_with(Instant::now);
                }
                None => {}
            }
            assert!(begun.elapsed() < UP, "the resolver does not come back");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let answered = first_answer.map_or(Duration::ZERO, |at| at.elapsed());
        figure(
            begun.elapsed(),
            &format!("until {what} refused the name again"),
        );
        figure(answered, &format!("in which {what} answered it before"));
        assert!(answered < FOUND, "the name was answered for {answered:?}");
        let since = Instant::now();
        let told = async || Ok(self.desk.complaint().is_none() && self.desk.acts(self.order));
        until("it is read back", told).await.unwrap();
        figure(since.elapsed(), &format!("more until {what} was read back"));
        assert!(since.elapsed() < FOUND, "G10");
        assert!(acts(self.country.member("isp-01"), self.order).await);
    }
}

fn is_started_anew(kind: Kind) {
    runtime().block_on(async {
        let place = Place::new(&format!("{kind:?}-anew").to_lowercase());
        let mut ground = Ground::new(&place, kind).await;
        let what = format!("{kind:?} that died and forgot");
        ground.follower.dies();
        ground.found(&what).await;
        ground.follower.start();
        ground.mended(&what).await;
        ground.country.end().await;
    });
}

fn loses_the_policy(kind: Kind) {
    runtime().block_on(async {
        let place = Place::new(&format!("{kind:?}-hand").to_lowercase());
        let ground = Ground::new(&place, kind).await;
        let what = format!("{kind:?} whose policy was taken away by hand");
        ground.follower.policy(false);
        let answered = async || Ok(ground.follower.refuses(&name(0)) == Some(false));
        until("the name is answered", answered).await.unwrap();
        ground.found(&what).await;
        ground.follower.policy(true);
        ground.mended(&what).await;
        ground.country.end().await;
    });
}

#[test]
#[ignore = "needs root, bind9 and network namespaces: cargo xtask interop enforcer"]
fn bind_that_starts_anew_refuses_the_name_again() {
    is_started_anew(Kind::Bind);
}

#[test]
#[ignore = "needs root, unbound and network namespaces: cargo xtask interop enforcer"]
fn unbound_that_starts_anew_refuses_the_name_again() {
    is_started_anew(Kind::Unbound);
}

#[test]
#[ignore = "needs root, bind9 and network namespaces: cargo xtask interop enforcer"]
fn a_policy_that_is_taken_from_bind_by_hand_is_told() {
    loses_the_policy(Kind::Bind);
}

#[test]
#[ignore = "needs root, unbound and network namespaces: cargo xtask interop enforcer"]
fn a_policy_that_is_taken_from_unbound_by_hand_is_told() {
    loses_the_policy(Kind::Unbound);
}
