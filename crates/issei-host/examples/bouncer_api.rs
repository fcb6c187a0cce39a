//! Serves decisions for checks against bouncers that others wrote, confined as an enforcer is, and tells when what
//! was told.
//!
//! In: a setup on the command line, then one command a line. Out: one line for each, beginning with its word;
//! `failed` and the reason if it went wrong. It ends with its input.
//!
//! ```text
//! bouncer_api listen=ADDR folder=DIR key=KEY every=MS patience=MS
//!
//! cut NUMBER BEGINS LASTS GOAL…     arms an order that begins so many milliseconds from now, and lasts so many;
//!                                   @FILE holds goals. Tells T and the end, in microseconds
//! lift NUMBER | lift-all            tells the moment
//! read | counts | rhythms
//! rounds COUNT GOAL                 lets an address be cut and lifted, so often, and tells T and the lift of each
//! ```

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use issei_enforce::bouncer::{KeyHash, Means, Stops};
use issei_enforce::{Cut, Fences, Standing};
use issei_host::clock;
use issei_host::confine::{self, Kept};
use issei_host::device::Device;
use issei_host::device::bouncer::{Asks, BouncerDevice, Client, Setup};
use issei_model::{Action, Digest, Goal, OrderId, Span, Timestamp};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How long a bouncer may take to show that it read an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a cut of a round stands once it is in force, so that packets meet it.
const STANDS: Duration = Duration::from_millis(200);

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let setup = setup(&words)?;
    std::fs::create_dir_all(&setup.folder)?;
    // As the enforcer does, which needs no right for bouncers.
    confine::confine(&Kept {
        readable: confine::system(),
        writable: vec![setup.folder.clone()],
        capabilities: Vec::new(),
    })?;
    let mut device = BouncerDevice::open(setup)?;
    say(&format!("ready {}", device.address()))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match obey(&mut device, &words) {
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

fn setup(words: &[String]) -> Outcome<Setup> {
    let one = |name: &str| -> Outcome<String> {
        let mut words = words.iter().filter_map(|word| word.split_once('='));
        let found = words.find(|(word, _)| *word == name);
        let (_, value) = found.ok_or_else(|| format!("`{name}=` is missing"))?;
        Ok(value.to_owned())
    };
    let means = Means {
        stops: Stops::BothWays,
        ipv6: true,
    };
    Ok(Setup {
        listen: one("listen")?.parse()?,
        fences: Fences {
            most_rules: 20_000,
            control_plane: Vec::new(),
        },
        clients: vec![Client {
            name: "gate".into(),
            key: KeyHash::of(one("key")?.as_bytes()),
            from: vec!["127.0.0.1".parse()?],
            asks: Asks::Stream {
                means,
                every: Span::from_millis(one("every")?.parse()?),
                patience: Duration::from_millis(one("patience")?.parse()?),
            },
        }],
        folder: one("folder")?.into(),
    })
}

fn obey(device: &mut BouncerDevice, words: &[&str]) -> Outcome<String> {
    match *words {
        ["cut", number, begins, lasts, ref goals @ ..] => {
            let cut = cut(number.parse()?, begins.parse()?, lasts.parse()?, goals)?;
            device.stage(&cut)?;
            device.arm(&cut)?;
            let fires_at = cut.fires_at.unwrap_or(cut.ends);
            let (fires_at, ends) = (fires_at.as_micros(), cut.ends.as_micros());
            Ok(format!("cut {fires_at} {ends}"))
        }
        ["lift", number] => {
            let at = clock::now();
            device.lift(order(number.parse()?))?;
            Ok(format!("lift {}", at.as_micros()))
        }
        ["lift-all"] => {
            let at = clock::now();
            Ok(format!(
                "lift-all {} {}",
                device.lift_all()?,
                at.as_micros()
            ))
        }
        ["read"] => read(device),
        ["counts"] => Ok(format!("counts {:?}", device.counts())),
        ["rhythms"] => Ok(format!("rhythms {:?}", device.rhythms())),
        ["rounds", count, goal] => rounds(device, count.parse()?, goal),
        _ => Err("see the top of the source".into()),
    }
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn cut(number: u8, begins: i64, lasts: i64, goals: &[&str]) -> Outcome<Cut> {
    let mut read: Vec<Goal> = Vec::new();
    for goal in goals {
        match goal.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file)?;
                let lines: Result<Vec<Goal>, String> = text.lines().map(str::parse).collect();
                read.extend(lines?);
            }
            None => read.push(goal.parse()?),
        }
    }
    read.sort_unstable();
    read.dedup();
    let fires_at = clock::now() + Span::from_millis(begins);
    Ok(Cut {
        order: order(number),
        goals: read,
        action: Action::Drop,
        ends: fires_at + Span::from_millis(lasts),
        fires_at: Some(fires_at),
    })
}

fn read(device: &mut BouncerDevice) -> Outcome<String> {
    let seen = device.read()?;
    let words = seen.iter().map(|one| {
        let standing = match one.standing {
            Standing::Staged => "staged",
            Standing::Armed(_) => "armed",
            Standing::Active(_) => "active",
        };
        format!(" {}:{standing}:{}", one.order.0.0[0], one.goals.len())
    });
    Ok(format!("read{}", words.collect::<String>()))
}

fn rounds(device: &mut BouncerDevice, count: u8, goal: &str) -> Outcome<String> {
    let mut told = String::from("rounds");
    for number in 0..count {
        let cut = cut(number, 300, 60_000, &[goal])?;
        device.arm(&cut)?;
        until(device, |said| said.contains("active"))?;
        std::thread::sleep(STANDS);
        let lifted = clock::now();
        device.lift(cut.order)?;
        until(device, |said| said == "read")?;
        let fires_at = cut.fires_at.map_or(0, Timestamp::as_micros);
        told.push_str(&format!(" {fires_at}:{}", lifted.as_micros()));
    }
    Ok(told)
}

fn until(device: &mut BouncerDevice, holds: impl Fn(&str) -> bool) -> Outcome<()> {
    let began = Instant::now();
    loop {
        let said = read(device)?;
        if holds(&said) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("at last it was `{said}`").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
