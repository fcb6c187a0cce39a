//! Serves a zone for checks against resolvers that others wrote, and measures them.
//!
//! In: a setup on the command line, then one command a line. Out: one line for each, beginning with its word;
//! `failed` and the reason if it went wrong. It ends with its input.
//!
//! ```text
//! zone_primary listen=ADDR folder=DIR key=NAME:SECRET [lease=SECONDS] [base=FILE]
//!              {fetcher=IP:signed|plain[:NOTIFYPORT]} {resolver=ADDR}
//! cut NUMBER SECONDS refuse|redirect NAME…    arms an order that ends after so many seconds
//! lift NUMBER | lift-all | read | serial | counts | lags RESOLVER
//! rounds RESOLVER COUNT SUFFIX                refuses and lifts names one after the other, and times both
//! ```

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{BufRead, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use issei_enforce::zone::{Access, Heard, Key, Names, Refused, Timers, Wording, ask, hear, read_names};
use issei_enforce::{Cut, Fences};
use issei_host::device::Device;
use issei_host::device::zone::{BaseSetup, Fetcher, Setup, ZoneDevice};
use issei_host::clock;
use issei_model::{Action, Digest, DomainName, Goal, OrderId, Span};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (setup, base) = setup(&words)?;
    let resolvers = setup.resolvers.clone();
    let mut device = ZoneDevice::open(setup)?;
    if let Some(file) = base {
        let list = read_names(&std::fs::read_to_string(file)?, 2_000_000);
        device.load(&list.names, Names(Refused::Absent))?;
        say(&format!("loaded {}", list.names.len()))?;
    }
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

fn setup(words: &[String]) -> Outcome<(Setup, Option<String>)> {
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
    let timers = Timers { expire, ..Setup::HOT };
    let fetchers = all("fetcher");
    let fetchers = fetchers.iter().map(|word| fetcher(word, &key));
    let resolvers = all("resolver");
    let resolvers: Result<Vec<SocketAddr>, _> = resolvers.iter().map(|word| word.parse()).collect();
    let page = vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 80))];
    let apex: DomainName = "hot.rpz.test".parse()?;
    let wording = Wording::new(apex, "issei.test".parse()?, Refused::Absent, page);
    let base = all("base").pop();
    let passing: Result<Vec<_>, _> = all("passing").iter().map(|word| word.parse()).collect();
    let setup = Setup {
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
    Ok((setup, base))
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
            let seen = seen.iter().map(|seen| format!("{} {:?}", &seen.order.to_string()[..4], seen.standing));
            Ok(format!("read {}", seen.collect::<Vec<_>>().join("; ")))
        }
        ["rounds", resolver, count, suffix] => {
            let resolver: usize = resolver.parse()?;
            let resolver = *resolvers.get(resolver).ok_or("no such resolver")?;
            rounds(device, resolver, count.parse()?, suffix)
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

/// Times refusals and liftings. Each name is asked for before, so that its good answer is in every cache.
fn rounds(device: &mut ZoneDevice, resolver: SocketAddr, count: u16, suffix: &str) -> Outcome<String> {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for number in 0..count {
        let name = format!("r{number}.{suffix}");
        until(resolver, &name, is_answered)?;
        let cut = cut(10_000 + number, 600, "refuse", &[&name])?;
        let began = Instant::now();
        device.arm(&cut)?;
        until(resolver, &name, is_refused)?;
        on.push(span(began.elapsed()));
        let began = Instant::now();
        device.lift(cut.order)?;
        until(resolver, &name, is_answered)?;
        off.push(span(began.elapsed()));
    }
    Ok(format!("rounds refused {} answered {}", figures(&on), figures(&off)))
}

fn is_answered(heard: &Heard) -> bool {
    matches!(heard, Heard::Exists(addresses) if !addresses.is_empty())
}

fn is_refused(heard: &Heard) -> bool {
    *heard == Heard::Absent
}

fn until(resolver: SocketAddr, name: &str, holds: fn(&Heard) -> bool) -> Outcome<()> {
    let name: DomainName = name.parse()?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(resolver)?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let began = Instant::now();
    let (mut id, mut last) = (1, None);
    while began.elapsed() < Duration::from_secs(20) {
        id += 1;
        socket.send(&ask(id, &name))?;
        let mut buffer = [0; 2_048];
        if let Ok(length) = socket.recv(&mut buffer) {
            last = hear(id, &name, &buffer[..length]);
        }
        if last.as_ref().is_some_and(holds) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err(format!("`{name}` at {resolver}: waited 20 s; last heard {last:?}").into())
}

fn span(time: Duration) -> Span {
    Span::from_micros(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

/// Least, median, nine of ten, worst, in microseconds.
fn figures(spans: &[Span]) -> String {
    let mut sorted: BTreeSet<(i64, usize)> = BTreeSet::new();
    sorted.extend(spans.iter().enumerate().map(|(place, span)| (span.as_micros(), place)));
    let sorted: Vec<i64> = sorted.into_iter().map(|(micros, _)| micros).collect();
    let at = |share: usize| sorted.get(sorted.len().saturating_sub(1) * share / 100).copied();
    let shown = [0, 50, 90, 100].map(|share| at(share).unwrap_or(0).to_string());
    format!("{} of {}", shown.join(" "), sorted.len())
}
