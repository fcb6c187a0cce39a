//! Serves a zone for checks against resolvers that others wrote, and measures them.
//!
//! In: a setup on the command line, then one command a line. Out: one line for each, beginning with its word;
//! `failed` and the reason if it went wrong. It ends with its input.
//!
//! ```text
//! zone_primary listen=ADDR folder=DIR key=NAME:SECRET [lease=SECONDS] [pulse=SECONDS] [passing=PREFIX]
//!              {fetcher=IP:signed|plain[:NOTIFYPORT]} {resolver=ADDR}
//! zone_primary upstream=ADDR                  answers every question with one address, until it is ended
//! zone_primary until=ADDR name=NAME word=refused|answered seconds=N     waits, and tells how long it took
//!
//! cut NUMBER SECONDS refuse|redirect NAME…    arms an order that ends after so many seconds
//! lift NUMBER | lift-all | read | serial | counts | lags RESOLVER | load FILE
//! ask RESOLVER NAME [FROM]                    asks as a line would, from an address of loopback
//! until RESOLVER NAME refused|answered SECONDS
//! rounds RESOLVER COUNT SUFFIX PAUSE          refuses and lifts names one after the other, so many
//!                                             milliseconds later in each round, and times both
//! moments RESOLVER COUNT SUFFIX               lets names be refused at a moment T, and tells how much later
//!                                             than T (or earlier: negative) the resolver did
//! ```

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{BufRead, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use issei_enforce::zone::{
    Access, Heard, Key, Names, Refused, Timers, Wording, ask, hear, read_names,
};
use issei_enforce::{Cut, Fences};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::zone::{BaseSetup, Fetcher, Setup, ZoneDevice};
use issei_model::{Action, Digest, DomainName, Goal, OrderId, Span};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(address) = value(&words, "upstream") {
        return upstream(address.parse()?);
    }
    if let Some(address) = value(&words, "until") {
        let word = |name| value(&words, name).ok_or(format!("`{name}=` is missing"));
        let seconds = word("seconds")?.parse()?;
        let took = until(
            address.parse()?,
            &word("name")?,
            heard(&word("word")?)?,
            seconds,
        )?;
        return say(&format!("until {}", took.as_micros()));
    }
    let setup = setup(&words)?;
    let resolvers = setup.resolvers.clone();
    let mut device = ZoneDevice::open(setup)?;
    say(&format!("ready {} {}", device.address()?, device.serial()))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match obey(&mut device, &resolvers, &words) {
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

fn value(words: &[String], name: &str) -> Option<String> {
    let mut words = words.iter().filter_map(|word| word.split_once('='));
    words
        .find(|(word, _)| *word == name)
        .map(|(_, value)| value.to_owned())
}

fn setup(words: &[String]) -> Outcome<Setup> {
    let all = |name: &str| -> Vec<String> {
        let words = words.iter().filter_map(|word| word.split_once('='));
        let named = words.filter(|(word, _)| *word == name);
        named.map(|(_, value)| value.to_owned()).collect()
    };
    let one = |name: &str| all(name).pop().ok_or(format!("`{name}=` is missing"));
    let key = one("key")?;
    let (name, secret) = key.split_once(':').ok_or("the key has no secret")?;
    let key = Key::new(name.parse()?, secret.as_bytes())?;
    let expire = all("lease").pop().map_or(Ok(2), |lease| lease.parse())?;
    let timers = Timers {
        expire,
        ..Setup::HOT
    };
    let fetchers = all("fetcher");
    let fetchers = fetchers.iter().map(|word| fetcher(word, &key));
    let resolvers = all("resolver");
    let resolvers: Result<Vec<SocketAddr>, _> = resolvers.iter().map(|word| word.parse()).collect();
    let page = vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 80))];
    let apex: DomainName = "hot.rpz.test".parse()?;
    let wording = Wording::new(apex, "issei.test".parse()?, Refused::Absent, page);
    let passing: Result<Vec<_>, _> = all("passing").iter().map(|word| word.parse()).collect();
    let pulse = all("pulse").pop().map(|secs| secs.parse()).transpose()?;
    let setup = Setup {
        pulse: pulse.map(Span::from_secs),
        listen: one("listen")?.parse()?,
        wording: wording?,
        timers,
        fences: Fences {
            most_rules: 10_000,
            control_plane: Vec::new(),
        },
        passing: passing?,
        base: Some(BaseSetup {
            apex: "base.rpz.test".parse()?,
            timers: Setup::BASE,
        }),
        fetchers: fetchers.collect::<Outcome<Vec<Fetcher>>>()?,
        resolvers: resolvers?,
        folder: PathBuf::from(one("folder")?),
    };
    Ok(setup)
}

fn fetcher(word: &str, key: &Key) -> Outcome<Fetcher> {
    let mut parts = word.split(':');
    let ip: IpAddr = parts.next().ok_or("no address")?.parse()?;
    let access = match parts.next() {
        Some("signed") => Access::Key(key.clone()),
        Some("plain") => Access::Address,
        _ => return Err("a fetcher is signed or plain".into()),
    };
    let port = parts.next().map(str::parse::<u16>).transpose()?;
    let notify = port.map(|port| SocketAddr::new(ip, port));
    Ok(Fetcher { ip, access, notify })
}

fn obey(device: &mut ZoneDevice, resolvers: &[SocketAddr], words: &[&str]) -> Outcome<String> {
    match words {
        ["cut", number, seconds, action, names @ ..] => {
            let cut = cut(number.parse()?, seconds.parse()?, action, names)?;
            device.arm(&cut)?;
            Ok(format!("cut {number}"))
        }
        ["lift", number] => {
            device.lift(order(number.parse()?))?;
            Ok(format!("lift {number} {}", device.serial()))
        }
        ["lift-all"] => Ok(format!("lift-all {}", device.lift_all()?)),
        ["serial"] => Ok(format!("serial {}", device.serial())),
        ["counts"] => Ok(format!("counts {:?}", device.counts())),
        ["lags", resolver] => Ok(format!("lags {}", figures(&device.lags(resolver.parse()?)))),
        ["read"] => {
            let seen = device.read()?;
            let seen = seen
                .iter()
                .map(|seen| format!("{} {:?}", &seen.order.to_string()[..4], seen.standing));
            Ok(format!("read {}", seen.collect::<Vec<_>>().join("; ")))
        }
        ["load", file] => {
            let list = read_names(&std::fs::read_to_string(file)?, 2_000_000);
            let began = Instant::now();
            device.load(&list.names, Names(Refused::Absent))?;
            let took = began.elapsed().as_millis();
            Ok(format!("load {} {took}", list.names.len()))
        }
        ["ask", resolver, name, from @ ..] => {
            let from = from
                .first()
                .map_or(Ok(Ipv4Addr::UNSPECIFIED), |from| from.parse())?;
            let heard = asked(at(resolvers, resolver)?, from, &name.parse()?);
            Ok(format!("ask {heard:?}"))
        }
        ["until", resolver, name, word, seconds] => {
            let resolver = at(resolvers, resolver)?;
            let took = until(resolver, name, heard(word)?, seconds.parse()?)?;
            Ok(format!("until {}", took.as_micros()))
        }
        ["rounds", resolver, count, suffix, pause] => {
            let resolver = at(resolvers, resolver)?;
            rounds(device, resolver, count.parse()?, suffix, pause.parse()?)
        }
        ["moments", resolver, count, suffix] => {
            let resolver = at(resolvers, resolver)?;
            moments(device, resolver, count.parse()?, suffix)
        }
        _ => Err("no such command".into()),
    }
}

fn order(number: u16) -> OrderId {
    let mut digest = [0; 32];
    digest[..2].copy_from_slice(&number.to_be_bytes());
    OrderId(Digest(digest))
}

fn cut(number: u16, seconds: i64, action: &str, names: &[&str]) -> Outcome<Cut> {
    let now = clock::now();
    let goals: Result<Vec<Goal>, String> = names.iter().map(|name| name.parse()).collect();
    Ok(Cut {
        order: order(number),
        goals: goals?,
        action: match action {
            "redirect" => Action::Redirect,
            _ => Action::RefuseName,
        },
        ends: now + Span::from_secs(seconds),
        fires_at: Some(now),
    })
}

fn at(resolvers: &[SocketAddr], number: &str) -> Outcome<SocketAddr> {
    let resolver = resolvers.get(number.parse::<usize>()?).copied();
    Ok(resolver.ok_or("no such resolver")?)
}

/// Times refusals and liftings. Each name is asked for before, so that its good answer is in every cache.
fn rounds(
    device: &mut ZoneDevice,
    resolver: SocketAddr,
    count: u16,
    suffix: &str,
    pause: u64,
) -> Outcome<String> {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for number in 0..count {
        let name = format!("r{number}.{suffix}");
        device.lift(order(10_000 + number))?;
        until(resolver, &name, is_answered, PATIENCE)?;
        std::thread::sleep(Duration::from_millis(pause * u64::from(number % 10)));
        let cut = cut(10_000 + number, 600, "refuse", &[&name])?;
        device.arm(&cut)?;
        on.push(until(resolver, &name, is_refused, PATIENCE)?);
        std::thread::sleep(Duration::from_millis(pause * u64::from(number % 10)));
        device.lift(cut.order)?;
        off.push(until(resolver, &name, is_answered, PATIENCE)?);
    }
    Ok(format!(
        "rounds refused {} answered {}",
        figures(&on),
        figures(&off)
    ))
}

/// Tells how far from T names are refused.
fn moments(
    device: &mut ZoneDevice,
    resolver: SocketAddr,
    count: u16,
    suffix: &str,
) -> Outcome<String> {
    let mut apart = Vec::new();
    for number in 0..count {
        let name = format!("m{number}.{suffix}");
        until(resolver, &name, is_answered, PATIENCE)?;
        let mut cut = cut(20_000 + number, 600, "refuse", &[&name])?;
        let fires_at = clock::now() + Span::from_millis(400 + 13 * i64::from(number % 10));
        cut.fires_at = Some(fires_at);
        device.stage(&cut)?;
        device.arm(&cut)?;
        until(resolver, &name, is_refused, PATIENCE)?;
        apart.push(clock::now().since(fires_at));
        device.lift(cut.order)?;
    }
    Ok(format!("moments {}", figures(&apart)))
}

/// Seconds that a round may take.
const PATIENCE: u64 = 20;

fn heard(word: &str) -> Outcome<fn(&Heard) -> bool> {
    match word {
        "refused" => Ok(is_refused),
        "answered" => Ok(is_answered),
        _ => Err("it is refused or answered".into()),
    }
}

fn is_answered(heard: &Heard) -> bool {
    matches!(heard, Heard::Exists(addresses) if !addresses.is_empty())
}

fn is_refused(heard: &Heard) -> bool {
    *heard == Heard::Absent
}

fn until(
    resolver: SocketAddr,
    name: &str,
    holds: fn(&Heard) -> bool,
    seconds: u64,
) -> Outcome<Span> {
    let name: DomainName = name.parse()?;
    let (began, mut last) = (Instant::now(), None);
    while began.elapsed() < Duration::from_secs(seconds) {
        let heard = asked(resolver, Ipv4Addr::UNSPECIFIED, &name);
        if heard.as_ref().is_some_and(holds) {
            return Ok(span(began.elapsed()));
        }
        last = heard.or(last);
        std::thread::sleep(Duration::from_micros(500));
    }
    Err(format!("`{name}` at {resolver}: waited {seconds} s; last heard {last:?}").into())
}

/// Asks once, from an address of loopback.
fn asked(resolver: SocketAddr, from: Ipv4Addr, name: &DomainName) -> Option<Heard> {
    let socket = UdpSocket::bind((from, 0)).ok()?;
    socket.connect(resolver).ok()?;
    let patience = Duration::from_millis(200);
    socket.set_read_timeout(Some(patience)).ok()?;
    socket.send(&ask(1, name)).ok()?;
    let mut buffer = [0; 2_048];
    let length = socket.recv(&mut buffer).ok()?;
    hear(1, name, &buffer[..length])
}

/// Answers every question for an address with one, and every other with nothing.
fn upstream(at: SocketAddr) -> Outcome<()> {
    let socket = UdpSocket::bind(at)?;
    say("ready")?;
    let mut buffer = [0; 2_048];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        let question = buffer.get(12..length).unwrap_or_default();
        let Some(end) = question.iter().position(|&byte| byte == 0) else {
            continue;
        };
        let mut reply = buffer.get(..12 + end + 5).unwrap_or_default().to_vec();
        let [.., 0, kind, 0, 1] = reply[..] else {
            continue;
        };
        reply[2] |= 0x84;
        reply[6..12].copy_from_slice(&[0, u8::from(kind == 1), 0, 0, 0, 0]);
        if kind == 1 {
            // The name of the question, an address, for five minutes.
            let answer = b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc6\x33\x64\x07";
            reply.extend_from_slice(answer);
        }
        socket.send_to(&reply, from)?;
    }
}

fn span(time: Duration) -> Span {
    Span::from_micros(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

/// Least, median, nine of ten, worst, in microseconds.
fn figures(spans: &[Span]) -> String {
    let mut sorted: BTreeSet<(i64, usize)> = BTreeSet::new();
    sorted.extend(
        spans
            .iter()
            .enumerate()
            .map(|(place, span)| (span.as_micros(), place)),
    );
    let sorted: Vec<i64> = sorted.into_iter().map(|(micros, _)| micros).collect();
    let at = |share: usize| {
        sorted
            .get(sorted.len().saturating_sub(1) * share / 100)
            .copied()
    };
    let shown = [0, 50, 90, 100].map(|share| at(share).unwrap_or(0).to_string());
    format!("{} of {}", shown.join(" "), sorted.len())
}
