//! A flood from an own line, from the first export that shows it to a rule on the device and its end: a
//! country of real offices over TLS, and `issei collect` as an operator runs it.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use issei::office::country::Country;
use issei::office::rehearsed;
use issei_host::rehearsal::reflexes::Reflexes;
use issei_model::{Reflex, ReflexRule, Span};

/// What the first export leads to a rule within, on a machine that does nothing else: two seconds. Here
/// other tests run beside it.
const DEADLINE: Duration = Duration::from_secs(20);
/// How long one activation lasts.
const LASTS: Span = Span::from_secs(3);

const LINE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
const VICTIM: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 9);

/// A folder of the test's own, removed with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("issei-reflexes-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running `issei collect`; it ends with the test, also if that fails.
struct Collecting {
    child: Child,
    listen: SocketAddr,
}

impl Collecting {
    fn beside(office: &Path, place: &Path) -> Self {
        let settings = format!(
            "[territory]\nours = [\"203.0.113.0/24\"]\n[reflex]\noffice = \"{}\"\n",
            office.display()
        );
        let file = place.join("collect.toml");
        std::fs::write(&file, settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_issei"))
            .env("ISSEI_LANG", "en")
            .args([
                "collect",
                "--listen",
                "127.0.0.1:0",
                "--metrics",
                "127.0.0.1:0",
            ])
            .arg("--config")
            .arg(&file)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let listen = said.lines().map_while(Result::ok).find_map(|line| {
            let word = line.split_whitespace().nth(1)?;
            word.strip_suffix("/udp")?.parse().ok()
        });
        Self {
            child,
            listen: listen.expect("it says where it listens"),
        }
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A NetFlow v5 datagram: one flow of so many SYN packets from the line to its victim, which just ended.
fn flood(packets: u32) -> Vec<u8> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap();
    let mut bytes = vec![0, 5, 0, 1];
    bytes.extend(100_000_u32.to_be_bytes()); // milliseconds of uptime
    bytes.extend((now.as_secs() as u32).to_be_bytes());
    bytes.extend(now.subsec_nanos().to_be_bytes());
    bytes.extend(0_u32.to_be_bytes());
    bytes.extend([0, 0, 0, 0]);
    bytes.extend(LINE.octets());
    bytes.extend(VICTIM.octets());
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

async fn until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    began.elapsed()
}

async fn ready(place: &Path) -> Country {
    let country = rehearsed::country(place, 2, None).await.unwrap();
    let wish = rehearsed::standing_wish(Reflex::LimitFlood(100), LASTS).unwrap();
    rehearsed::standing(&country, wish).await.unwrap();
    country
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_export_that_shows_a_flood_leads_to_a_limit_that_ends_by_itself() {
    let place = Place::new();
    let country = ready(&place.0).await;
    let office = country.member(&rehearsed::name(0)).clone();
    let collecting = Collecting::beside(office.root(), &place.0);
    let device = Reflexes::open(&office.device()).unwrap();
    let rules = || device.found().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(&flood(20_000), collecting.listen).unwrap();
    let took = until("the flood is limited", || !rules().is_empty()).await;
    println!("from the first export to the rule on the device: {took:?}");
    let found = rules();
    let ReflexRule::Limit {
        line,
        victim,
        packets,
    } = &found[0].rule
    else {
        panic!("{found:?}");
    };
    assert_eq!((line.reveal(), *packets), (LINE.into(), 100));
    assert_eq!(victim.to_string(), "198.51.100.9:80/tcp");
    until("it ends by itself", || rules().is_empty()).await;
    drop(collecting);
    country.end().await;
}
