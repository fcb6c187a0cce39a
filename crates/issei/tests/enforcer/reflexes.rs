//! A member's reflexes in the kernel of its router: from the first export that shows a flood to packets that
//! pass no more, and from what a protected operator signed; with everybody dead the kernel ends them.
//!
//! Beside the router's namespace stand one of a line and one of those it reaches; the system's shell opens
//! connections there that are refused at once, and the receiver's own packet filter counts the openings.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::time::SystemTime;

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::Role;
use issei_case::request::{self, Request, Wanted};
use issei_case::request_text;
use issei_model::{Approval, Language, PublicKey, Reflex, Signature};

use super::*;

/// The member whose reflexes are tried.
const MEMBER: &str = "isp-00";
const LINE: &str = "203.0.113.7";
const VICTIM: &str = "198.51.100.9";
const REGISTERED: &str = "192.0.2.7";
/// How long an activation lasts.
const LASTS: Span = Span::from_secs(20);
/// A rule may outlive its end by so much (G3).
const LATE: Duration = Duration::from_millis(2_200);
/// How many openings are sent to see how many pass, and within how many seconds at most.
const SENT: u64 = 200;
const SECONDS: u64 = 3;
/// How many of a line that floods pass in a second.
const LIMIT: u32 = 20;

/// A line and those it reaches, each in a namespace, on both sides of the router's.
struct Network<'a> {
    router: &'a Place,
    line: String,
    world: String,
}

impl<'a> Network<'a> {
    fn around(router: &'a Place) -> Self {
        let name = |what: &str| format!("{}-{what}", router.namespace);
        let network = Self {
            router,
            line: name("line"),
            world: name("world"),
        };
        for one in [&network.line, &network.world] {
            run("ip", &["netns", "add", one]);
        }
        network.link(&network.line, "203.0.113", &[LINE]);
        network.link(&network.world, "198.51.100", &[VICTIM, REGISTERED]);
        let way = ["route", "add", "192.0.2.0/24", "via", VICTIM];
        run("ip", &[&["-n", &router.namespace], &way[..]].concat());
        network.inside(&router.namespace, "sysctl -q -w net.ipv4.ip_forward=1");
        let table = "add table ip count { chain in { type filter hook input priority 0; policy accept; \
            ip daddr 198.51.100.9 tcp dport 80 counter; ip daddr 198.51.100.9 tcp dport 81 counter; \
            ip daddr 192.0.2.7 tcp dport 80 counter; }; }";
        network.inside(&network.world, &format!("nft '{table}'"));
        network
    }

    /// Joins a namespace to the router's, which is the first address of its network.
    fn link(&self, other: &str, network: &str, addresses: &[&str]) {
        let end = format!("to-{}", &network[..3]);
        let router = &self.router.namespace;
        let joined = ["type", "veth", "peer", "name", "up0", "netns", other];
        run(
            "ip",
            &[&["-n", router, "link", "add", &end], &joined[..]].concat(),
        );
        let gateway = format!("{network}.1");
        run(
            "ip",
            &[
                "-n",
                router,
                "addr",
                "add",
                &format!("{gateway}/24"),
                "dev",
                &end,
            ],
        );
        run("ip", &["-n", router, "link", "set", &end, "up"]);
        for (number, address) in addresses.iter().enumerate() {
            let length = if number == 0 { 24 } else { 32 };
            let address = format!("{address}/{length}");
            run("ip", &["-n", other, "addr", "add", &address, "dev", "up0"]);
        }
        run("ip", &["-n", other, "link", "set", "up0", "up"]);
        run(
            "ip",
            &["-n", other, "route", "add", "default", "via", &gateway],
        );
    }

    fn inside(&self, namespace: &str, words: &str) -> String {
        let net = format!("--net=/run/netns/{namespace}");
        run("nsenter", &[&net, "bash", "-c", words])
    }

    /// Sends openings of the line, and tells how many arrived.
    fn passes(&self, to: &str, port: u16) -> u64 {
        let before = self.arrived(to, port);
        let one = format!("(: < /dev/tcp/{to}/{port}) 2> /dev/null &");
        let all = format!("for i in {{1..{SENT}}}; do {one} done; wait");
        self.inside(
            &self.line,
            &format!("timeout {SECONDS} bash -c '{all}' || true"),
        );
        self.arrived(to, port) - before
    }

    fn arrived(&self, to: &str, port: u16) -> u64 {
        let listed = self.inside(&self.world, "nft list table ip count");
        let of = format!("ip daddr {to} tcp dport {port} counter packets ");
        let count = listed
            .lines()
            .find_map(|line| line.trim().strip_prefix(&of));
        let count = count.and_then(|rest| rest.split(' ').next());
        count.unwrap().parse().unwrap()
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        for one in [&self.line, &self.world] {
            let _ = Command::new("ip").args(["netns", "del", one]).status();
        }
    }
}

/// A running `issei collect`; ended by its id when dropped.
struct Collecting(Child, SocketAddr);

impl Collecting {
    fn beside(office: &Folder, place: &Place) -> Self {
        let settings = format!(
            "[territory]\nours = [\"203.0.113.0/24\"]\n[reflex]\noffice = \"{}\"\n",
            office.root().display()
        );
        let file = place.folder.join("collect.toml");
        std::fs::write(&file, settings).unwrap();
        let any = "127.0.0.1:0";
        let mut child = Command::new(env!("CARGO_BIN_EXE_issei"))
            .args(["collect", "--listen", any, "--metrics", any, "--config"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let listen = said.lines().map_while(Result::ok).find_map(|line| {
            let word = line.split_whitespace().nth(1)?;
            word.strip_suffix("/udp")?.parse().ok()
        });
        Self(child, listen.expect("it says where it listens"))
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A NetFlow v5 datagram: one flow of so many openings from the line to its victim, which just ended.
fn flood(packets: u32) -> Vec<u8> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap();
    let octets = |text: &str| text.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let mut bytes = vec![0, 5, 0, 1];
    bytes.extend(100_000_u32.to_be_bytes()); // milliseconds of uptime
    bytes.extend((now.as_secs() as u32).to_be_bytes());
    bytes.extend(now.subsec_nanos().to_be_bytes());
    bytes.extend([0; 8]); // sequence, engine, sampling
    bytes.extend(octets(LINE));
    bytes.extend(octets(VICTIM));
    bytes.extend([0, 0, 0, 0, 0, 1, 0, 2]); // next hop, interfaces
    bytes.extend(packets.to_be_bytes());
    bytes.extend((packets * 40).to_be_bytes());
    bytes.extend(98_000_u32.to_be_bytes());
    bytes.extend(100_000_u32.to_be_bytes());
    bytes.extend(40_000_u16.to_be_bytes());
    bytes.extend(80_u16.to_be_bytes());
    bytes.extend([0, 0x02, 6, 0]); // a SYN over TCP
    bytes.extend([0; 8]);
    bytes
}

/// A country whose first member has an enforcer for this packet filter, and an operator on its roster.
async fn country_of_reflexes(place: &Place, reflex: Reflex) -> (Country, Folder, Enforcer) {
    let mut country = rehearsed::country(&place.folder, 2, None).await.unwrap();
    let entered = Ask::EnterPerson {
        person: "duty@power".parse().unwrap(),
        key: PublicKey(operator_key().verifying_key().to_bytes()),
        role: Role::Proposer,
    };
    done(country.ask(entered).await.unwrap()).unwrap();
    country.accept_everywhere().await.unwrap();
    let office = country.member(MEMBER).clone();
    let devices = format!("[[nft]]\nnamespace = \"{}\"\n", place.namespace);
    let (_, enforcer) = enforced(&mut country, place, &office, &devices, None).await;
    let wish = rehearsed::standing_wish(reflex, LASTS).unwrap();
    rehearsed::standing(&country, wish).await.unwrap();
    (country, office, enforcer)
}

fn operator_key() -> SigningKey {
    SigningKey::from_bytes(&[77; 32])
}

/// What the operator asks, signed now.
fn asks(wish: Wanted) -> Ask {
    let key = operator_key();
    let mut request = Request {
        member: MEMBER.parse().unwrap(),
        wish,
        to: REGISTERED.parse().unwrap(),
        signed: Approval {
            person: "duty@power".parse().unwrap(),
            key: PublicKey(key.verifying_key().to_bytes()),
            language: Language::English,
            at: clock::now(),
            signature: Signature([0; 64]),
        },
    };
    let text = request_text(&request, Language::English);
    request.signed.signature = Signature(key.sign(&request::signed_bytes(&text)).to_bytes());
    Ask::Request(Box::new(request))
}

async fn ends_of_the_one_that_acts(office: &Folder) -> issei_model::Timestamp {
    match ask(office, Ask::Reflexes).await.unwrap() {
        Reply::Reflexes(view) => view.acting[0].ends,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs root, nft and network namespaces: cargo xtask interop enforcer"]
fn an_export_that_shows_a_flood_leads_to_a_limit_in_the_kernel_that_outlives_everybody_for_its_minutes()
 {
    runtime().block_on(async {
        let place = Place::new("flood");
        let network = Network::around(&place);
        let limited = Reflex::LimitFlood(LIMIT);
        let (country, office, mut enforcer) = country_of_reflexes(&place, limited).await;
        let collecting = Collecting::beside(&office, &place);
        assert_eq!(network.passes(VICTIM, 80), SENT, "nothing is limited yet");
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let since = Instant::now();
        socket.send_to(&flood(20_000), collecting.1).unwrap();
        let there = async || Ok(place.nft("list ruleset").contains(VICTIM));
        until("the kernel limits", there).await.unwrap();
        let took = since.elapsed();
        println!(
            "from the first export to the limit in the kernel: {} ms",
            took.as_millis()
        );
        assert!(took < Duration::from_secs(2), "{took:?}");
        let passed = network.passes(VICTIM, 80);
        assert!(0 < passed && passed < SENT / 2, "{passed} of {SENT} passed");
        assert_eq!(
            network.passes(VICTIM, 81),
            SENT,
            "another service is left alone"
        );
        // With everybody dead it acts on, and ends by itself.
        let ends = ends_of_the_one_that_acts(&office).await;
        enforcer.0.kill().unwrap();
        enforcer.0.wait().unwrap();
        drop(collecting);
        country.end().await;
        assert!(
            network.passes(VICTIM, 80) < SENT / 2,
            "it acts with nobody alive"
        );
        assert!(clock::now() < ends, "the machine is too slow to tell");
        let rest = ends.since(clock::now()).as_micros().max(0).unsigned_abs();
        tokio::time::sleep(Duration::from_micros(rest) + LATE).await;
        assert_eq!(network.passes(VICTIM, 80), SENT, "G3");
    });
}

#[test]
#[ignore = "needs root, nft and network namespaces: cargo xtask interop enforcer"]
fn what_an_operator_signs_drops_in_the_kernel_is_repaired_there_and_leaves_nothing() {
    runtime().block_on(async {
        let place = Place::new("request");
        let network = Network::around(&place);
        let before = place.nft("list ruleset");
        let reflex = Reflex::DropOnRequest("power".parse().unwrap());
        let (country, office, _enforcer) = country_of_reflexes(&place, reflex).await;
        assert_eq!(network.passes(REGISTERED, 80), SENT);
        let since = Instant::now();
        done(ask(&office, asks(Wanted::Drop)).await.unwrap()).unwrap();
        let took = since.elapsed();
        assert!(place.nft("list ruleset").contains(REGISTERED));
        println!("from the request to the drop in the kernel: {} ms", took.as_millis());
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(network.passes(REGISTERED, 80), 0);
        assert_eq!(network.passes(VICTIM, 80), SENT, "others are left alone");
        // Somebody takes it away.
        place.nft("flush ruleset");
        let flushed = Instant::now();
        let back = async || Ok(place.nft("list ruleset").contains(REGISTERED));
        until("it is back", back).await.unwrap();
        println!("put back after {} ms", flushed.elapsed().as_millis());
        assert!(flushed.elapsed() < Duration::from_secs(5), "G10");
        done(ask(&office, asks(Wanted::Release)).await.unwrap()).unwrap();
        assert_eq!(network.passes(REGISTERED, 80), SENT);
        let theirs = "add table inet theirs { chain in { type filter hook input priority 0; policy accept; }; }";
        place.nft(theirs); // it was flushed too
        assert_eq!(place.nft("list ruleset"), before);
        country.end().await;
    });
}
