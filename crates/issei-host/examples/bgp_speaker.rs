//! Speaks with a BGP peer for checks against routers that others wrote, or watches what one tells others.
//!
//! In: a setup on the command line, then one command a line. Out: one line for each, beginning with its word;
//! `failed` and the reason if it went wrong. It ends with its input. Moments are microseconds since 1970.
//!
//! ```text
//! bgp_speaker peer=ADDR [from=IP] | listen=ADDR peer=IP   as=N peer-as=N id=IP [hold=SECONDS] [room=N]
//!             [secret=WORD] [hops=N] [lead=MICROS] [sentinel=IP] [ask=bird:SOCKET | frr:DIR:NEIGHBOR | gobgp:PORT]
//!             [within=PREFIX… next-hop=IP…]               blackholes within these, instead of rules
//! up                                    waits for the session; tells the hold time
//! measured                              waits for the lead
//! stage NUMBER LIVES GOAL…              both in milliseconds from now
//! arm NUMBER FIRES LIVES GOAL…
//! many NUMBER FIRES LIVES COUNT         so many hosts
//! lift NUMBER | lift-all | read | state
//!
//! bgp_speaker watch=ADDR from=IP as=N id=IP                tells of every message with routes when it came
//! bgp_speaker flood=ADDR from=IP as=N id=IP count=N way=to|both [together=N]
//!             tells so many rules at once, external; tells when it began; ends with its input
//! ```

use std::error::Error;
use std::io::{BufRead, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use issei_enforce::bgp::{Dialect, Dropping, Holes, Means, Plan, Sources};
use issei_enforce::{Cut, Fences, Seen, Standing};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::bgp::{Asking, Bgp, Connection, Settings, messages};
use issei_model::{Action, Digest, Endpoint, Goal, OrderId, Span};
use issei_wire::bgp::flowspec::{Rule, Way};
use issei_wire::bgp::{self, Families, Message, Open, Route};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words = Words(std::env::args().skip(1).collect());
    if let Some(peer) = words.one("watch") {
        return watch(peer.parse()?, &words);
    }
    if let Some(peer) = words.one("flood") {
        return flood(peer.parse()?, &words);
    }
    let mut bgp = Bgp::start(settings(&words)?)?;
    say("ready")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match obey(&mut bgp, &words) {
            Ok(said) => say(&said)?,
            Err(error) => say(&format!("failed {error}"))?,
        }
    }
    Ok(())
}

fn say(line: &str) -> Outcome<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Words such as `as=64496`.
struct Words(Vec<String>);

impl Words {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let words = self.0.iter().filter_map(|word| word.split_once('='));
        words
            .filter(move |(word, _)| *word == name)
            .map(|(_, value)| value)
    }

    fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).last()
    }

    fn must<T: std::str::FromStr<Err: Error + 'static>>(&self, name: &str) -> Outcome<T> {
        let word = self.one(name).ok_or(format!("`{name}=` is missing"))?;
        Ok(word.parse()?)
    }

    fn maybe<T: std::str::FromStr<Err: Error + 'static>>(&self, name: &str) -> Outcome<Option<T>> {
        self.one(name).map(|word| Ok(word.parse()?)).transpose()
    }
}

fn settings(words: &Words) -> Outcome<Settings> {
    let connection = match words.maybe("listen")? {
        Some(listen) => Connection::From {
            peer: words.must("peer")?,
            listen,
        },
        None => Connection::To {
            peer: words.must("peer")?,
            from: words.maybe("from")?,
        },
    };
    Ok(Settings {
        connection,
        as_number: words.must("as")?,
        peer_as: words.must("peer-as")?,
        id: words.must("id")?,
        hold_time: words.maybe("hold")?.unwrap_or(9),
        preference: 100,
        means: means(words)?,
        fences: Fences {
            most_rules: words.maybe("room")?.unwrap_or(1_000),
            control_plane: Vec::new(),
        },
        secret: words
            .one("secret")
            .map(|secret| secret.as_bytes().to_vec().into()),
        hops: words.maybe("hops")?,
        lead: Span::from_micros(words.maybe("lead")?.unwrap_or(0)),
        sentinel: words.maybe("sentinel")?,
        asking: words.one("ask").map(asking).transpose()?,
        chance: u64::from(std::process::id()),
    })
}

fn means(words: &Words) -> Outcome<Means> {
    let within: Result<Vec<_>, _> = words.all("within").map(str::parse).collect();
    let next_hops: Result<Vec<IpAddr>, _> = words.all("next-hop").map(str::parse).collect();
    let (within, next_hops) = (within?, next_hops?);
    if within.is_empty() {
        return Ok(Means::Rules(Dropping::Discard));
    }
    let four = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => Some(*ip),
        IpAddr::V6(_) => None,
    };
    let six = |ip: &IpAddr| match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => Some(*ip),
    };
    Ok(Means::Holes(Holes {
        within,
        next_hop4: next_hops.iter().find_map(four),
        next_hop6: next_hops.iter().find_map(six),
        sources: Sources::Checked,
    }))
}

fn asking(word: &str) -> Outcome<Asking> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let parts: Vec<&str> = word.split(':').collect();
    let (dialect, program) = match parts[..] {
        ["bird", socket] => (
            Dialect::Bird {
                protocol: "issei".into(),
            },
            words(&["birdc", "-r", "-s", socket]),
        ),
        ["frr", folder, neighbor] => (
            Dialect::Frr {
                neighbor: neighbor.parse()?,
            },
            words(&["vtysh", "--vty_socket", folder, "-d", "bgpd"]),
        ),
        ["gobgp", port] => (Dialect::Gobgp, words(&["gobgp", "-p", port])),
        _ => return Err("ask=bird:SOCKET, frr:DIR:NEIGHBOR or gobgp:PORT".into()),
    };
    Ok(Asking { dialect, program })
}

fn obey(bgp: &mut Bgp, words: &[&str]) -> Outcome<String> {
    Ok(match words {
        ["up"] => {
            wait(|| bgp.lease().is_some(), "session")?;
            let hold = bgp.lease().map_or(0, Span::as_micros);
            format!("up {hold}")
        }
        ["measured"] => {
            wait(|| bgp.standing().measured.is_some(), "lead")?;
            format!("measured {}", bgp.lead().as_micros())
        }
        ["stage", number, lives, goals @ ..] => {
            let cut = cut(number, None, lives, named(goals)?)?;
            bgp.stage(&cut)?;
            format!("staged {number}")
        }
        ["arm", number, fires, lives, goals @ ..] => arm(bgp, number, fires, lives, named(goals)?)?,
        ["many", number, fires, lives, count] => arm(bgp, number, fires, lives, hosts(count)?)?,
        ["lift", number] => {
            let begun = Instant::now();
            bgp.lift(order(number)?)?;
            format!("lifted {number} {}", begun.elapsed().as_micros())
        }
        ["lift-all"] => {
            let begun = Instant::now();
            let count = bgp.lift_all()?;
            format!("lifted-all {count} {}", begun.elapsed().as_micros())
        }
        ["read"] => {
            let begun = Instant::now();
            let seen = bgp.read()?;
            let took = begun.elapsed().as_micros();
            let seen: Vec<String> = seen.iter().map(shown).collect();
            format!("read {took} {}", seen.join(" "))
        }
        ["state"] => {
            let standing = bgp.standing();
            let last = standing
                .last
                .map_or("none".into(), |reason| reason.to_string());
            let counts = standing.counts;
            format!(
                "state up={} sessions={} broken={} come={} differed={} last={last}",
                standing.agreed.is_some(),
                counts.sessions,
                counts.broken,
                counts.come,
                standing.differed.is_some(),
            )
        }
        _ => return Err("no such command".into()),
    })
}

fn arm(bgp: &mut Bgp, number: &str, fires: &str, lives: &str, goals: Vec<Goal>) -> Outcome<String> {
    let cut = cut(number, Some(fires), lives, goals)?;
    let begun = Instant::now();
    bgp.arm(&cut)?;
    let took = begun.elapsed().as_micros();
    let (fires, ends) = (cut.fires_at.unwrap_or_default(), cut.ends);
    Ok(format!(
        "armed {number} {} {} {took}",
        fires.as_micros(),
        ends.as_micros()
    ))
}

fn wait(mut until: impl FnMut() -> bool, what: &str) -> Outcome<()> {
    let begun = Instant::now();
    while !until() {
        if begun.elapsed() > Duration::from_secs(30) {
            return Err(format!("no {what} within 30 s").into());
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn order(number: &str) -> Outcome<OrderId> {
    Ok(OrderId(Digest([number.parse()?; 32])))
}

fn cut(number: &str, fires: Option<&str>, lives: &str, goals: Vec<Goal>) -> Outcome<Cut> {
    let now = clock::now();
    let later = |millis: &str| Outcome::Ok(now + Span::from_millis(millis.parse()?));
    Ok(Cut {
        order: order(number)?,
        goals,
        action: Action::Drop,
        ends: later(lives)?,
        fires_at: fires.map(later).transpose()?,
    })
}

fn named(goals: &[&str]) -> Outcome<Vec<Goal>> {
    let goals: Result<Vec<Goal>, String> = goals.iter().map(|goal| goal.parse()).collect();
    Ok(goals?)
}

/// Hosts from 10.0.0.1 on.
fn hosts(count: &str) -> Outcome<Vec<Goal>> {
    let count: u32 = count.parse()?;
    let host = |number| Endpoint::host(Ipv4Addr::from_bits(0x0a00_0000 + number).into());
    Ok((1..=count).map(host).map(Goal::Service).collect())
}

/// `1:active@MOMENT:2` for the first order, which acts, with two goals.
fn shown(seen: &Seen) -> String {
    let standing = match seen.standing {
        Standing::Staged => "staged".into(),
        Standing::Armed(at) => format!("armed@{}", at.as_micros()),
        Standing::Active(at) => format!("active@{}", at.as_micros()),
    };
    format!("{}:{standing}:{}", seen.order.0.0[0], seen.goals.len())
}

/// Holds a session with a router and tells of everything that he tells.
fn watch(peer: SocketAddr, words: &Words) -> Outcome<()> {
    let mut stream = greeted(peer, words)?;
    let (mut gathered, mut piece) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let taken = stream.read(&mut piece)?;
        let now = clock::now().as_micros();
        if taken == 0 {
            return say("closed");
        }
        gathered.extend_from_slice(&piece[..taken]);
        while let Some(length) = bgp::length(&gathered)?.filter(|&length| length <= gathered.len())
        {
            tell(now, &gathered[..length])?;
            gathered.drain(..length);
        }
    }
}

/// Tells many rules at once.
fn flood(peer: SocketAddr, words: &Words) -> Outcome<()> {
    let count: u32 = words.must("count")?;
    let host = |number| IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 + number));
    let ways: &[Way] = match words.one("way") {
        Some("both") => &[Way::To, Way::From],
        _ => &[Way::To],
    };
    let rules = (0..count).flat_map(|number| ways.iter().map(move |&way| (way, host(number))));
    let come: Result<Vec<Route>, _> = rules
        .map(|(way, host)| Rule::new(way, host, Vec::new()).map(Route::Rule))
        .collect();
    let plan = Plan {
        go: Vec::new(),
        come: come?,
    };
    let path = bgp::Path::External(words.must("as")?);
    let together = words.maybe("together")?.unwrap_or(usize::MAX);
    let octets = messages(&plan, &Means::Rules(Dropping::Discard), path, together)?;
    let mut stream = greeted(peer, words)?;
    let mut drained = stream.try_clone()?;
    thread::spawn(move || std::io::copy(&mut drained, &mut std::io::sink()));
    say("ready")?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    say(&format!("began {}", clock::now().as_micros()))?;
    stream.write_all(&octets)?;
    say(&format!("sent {}", clock::now().as_micros()))?;
    std::io::stdin().read_line(&mut line)?;
    Ok(())
}

/// Connects and comes to terms with a router.
fn greeted(peer: SocketAddr, words: &Words) -> Outcome<TcpStream> {
    let mut stream = connect(peer, words.must("from")?)?;
    let open = Open {
        as_number: words.must("as")?,
        hold_time: 90,
        id: words.must("id")?,
        families: Families::ALL,
        four_octets: true,
    };
    let mut octets = Vec::new();
    open.write(&mut octets);
    bgp::write_keepalive(&mut octets);
    stream.write_all(&octets)?;
    keep_alive(stream.try_clone()?);
    Ok(stream)
}

fn tell(now: i64, message: &[u8]) -> Outcome<()> {
    match Message::read(message)? {
        Message::Update(update) => {
            let counted = update.count();
            say(&format!(
                "{now} come {} gone {}",
                counted.come, counted.gone
            ))
        }
        Message::Notification(told) => say(&format!("{now} {told}")),
        Message::Open(open) => say(&format!("{now} as {}", open.as_number)),
        Message::Keepalive => Ok(()),
    }
}

fn keep_alive(mut stream: TcpStream) {
    let mut sign = Vec::new();
    bgp::write_keepalive(&mut sign);
    thread::spawn(move || {
        while stream.write_all(&sign).is_ok() {
            thread::sleep(Duration::from_secs(1));
        }
    });
}

/// Connects from an address; the standard library cannot choose it.
fn connect(peer: SocketAddr, from: IpAddr) -> Outcome<TcpStream> {
    let domain = socket2::Domain::for_address(peer);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect(&peer.into())?;
    Ok(socket.into())
}
