//! The hand of nftables as a program, for checks that end it at any moment; and packets to see what it does.
//!
//! ```text
//! nft_hand NAMESPACE stage|arm ORDER drop|RATE T|- END GOAL…     moments in microseconds; @FILE holds goals
//! nft_hand NAMESPACE drift ORDER drop|RATE T|- END GOAL…         how many things differ, or that all is gone
//! nft_hand NAMESPACE lift ORDER | lift-all | read
//! nft_hand NAMESPACE limit|forged|to NUMBER END …                a reflex: LINE VICTIM RATE, LINE ACCESS, PREFIX
//! nft_hand NAMESPACE unput NUMBER | reflexes
//! nft_hand NAMESPACE wait …                                     does it, and then stays until it is ended
//! nft_hand send OWN BEGIN GAP UNTIL TARGET…                      each target in turn, a packet every GAP µs
//! nft_hand receive UNTIL ADDRESS…                                prints what came: target, when it was sent
//! ```
//! What it did is one line of JSON for each thing. `NFT` in the environment names another `nft`.

use std::io::{self, BufWriter, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use issei_enforce::{Cut, Fences, Seen, Standing};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::nft::{Nft, Settings};
use issei_host::reflexes::ReflexDevice;
use issei_model::{
    Action, Digest, Goal, OrderId, ReflexRule, ReflexRuleId, StandingId, Subscriber, Timestamp,
};

type Done = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *words.as_slice() {
        ["send", own, begin, gap, until, ref targets @ ..] => {
            send(own, [begin, gap, until], targets)
        }
        ["receive", until, ref addresses @ ..] => receive(until, addresses),
        [namespace, ref task @ ..] => hand(namespace, task),
        [] => Err("see the top of the source".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}

// ── the hand ──────────────────────────────────────────────────────────────────────────────────────

fn hand(namespace: &str, task: &[&str]) -> Done {
    let fences = Fences {
        most_rules: 200_000,
        control_plane: Vec::new(),
    };
    let mut settings = Settings::new(fences);
    settings.namespace = Some(namespace.into());
    if let Some(program) = std::env::var_os("NFT") {
        settings.program = program.into();
    }
    let (stays, task) = match task {
        ["wait", task @ ..] => (true, task),
        task => (false, task),
    };
    if let ["forged", _, _, line, access] = task {
        let line = Subscriber::new(line.parse()?);
        settings.accesses = vec![(line.prefix(), access.parse()?)];
    }
    let mut device = Nft::new(settings);
    let began = Instant::now();
    let what = carry_out(&mut device, task)?;
    println!(
        "{{\"did\":\"{}\",\"took_us\":{}{what}}}",
        task[0],
        began.elapsed().as_micros()
    );
    io::stdout().flush()?;
    if stays {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

fn carry_out(device: &mut Nft, task: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    match *task {
        ["stage", ref cut @ ..] => device.stage(&read_cut(cut)?)?,
        ["arm", ref cut @ ..] => device.arm(&read_cut(cut)?)?,
        ["drift", ref cut @ ..] => {
            let drift = device.drift(&read_cut(cut)?)?;
            return Ok(match drift {
                None => ",\"gone\":true".into(),
                Some(drift) => format!(",\"gone\":false,\"drift\":{}", drift.len()),
            });
        }
        ["lift", order] => Device::lift(device, order.parse()?)?,
        ["lift-all"] => return Ok(format!(",\"orders\":{}", device.lift_all()?)),
        ["read"] => read(device)?,
        ["unput", number] => ReflexDevice::lift(device, reflex_id(number)?)?,
        ["reflexes"] => {
            for found in device.found()? {
                println!(
                    "{{\"reflex\":{},\"ends_us\":{}}}",
                    found.id.number,
                    found.ends.as_micros()
                );
            }
        }
        [kind, number, ends, ref rule @ ..] => {
            device.put(reflex_id(number)?, &read_rule(kind, rule)?, moment(ends)?)?;
        }
        _ => return Err("see the top of the source".into()),
    }
    Ok(String::new())
}

fn read_cut(words: &[&str]) -> Result<Cut, Box<dyn std::error::Error>> {
    let [order, action, fires, ends, goals @ ..] = words else {
        return Err("ORDER ACTION T END GOAL…".into());
    };
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
    Ok(Cut {
        order: order.parse::<OrderId>()?,
        goals: read,
        action: match *action {
            "drop" => Action::Drop,
            rate => Action::RateLimit(rate.parse()?),
        },
        ends: moment(ends)?,
        fires_at: if *fires == "-" {
            None
        } else {
            Some(moment(fires)?)
        },
    })
}

fn read_rule(kind: &str, words: &[&str]) -> Result<ReflexRule, Box<dyn std::error::Error>> {
    Ok(match (kind, words) {
        ("limit", &[line, victim, packets]) => {
            let Goal::Service(victim) = victim.parse()? else {
                return Err("a victim is an address or a service".into());
            };
            let line = Subscriber::new(line.parse()?);
            ReflexRule::Limit {
                line,
                victim,
                packets: packets.parse()?,
            }
        }
        ("forged", &[line, _]) => ReflexRule::DropForged {
            line: Subscriber::new(line.parse()?),
        },
        ("to", &[to]) => ReflexRule::Drop { to: to.parse()? },
        _ => return Err("see the top of the source".into()),
    })
}

fn reflex_id(number: &str) -> Result<ReflexRuleId, Box<dyn std::error::Error>> {
    Ok(ReflexRuleId {
        standing: StandingId(Digest([0x5a; 32])),
        number: number.parse()?,
    })
}

fn moment(text: &str) -> Result<Timestamp, std::num::ParseIntError> {
    text.parse().map(Timestamp::from_micros)
}

fn read(device: &mut Nft) -> Done {
    let now = clock::now();
    for found in device.tables()? {
        let Some(seen) = found.seen(now) else {
            continue;
        };
        let Seen {
            order,
            standing,
            ends,
            goals,
            met,
            effect,
        } = seen;
        let (standing, at) = match standing {
            Standing::Staged => ("staged", 0),
            Standing::Armed(at) => ("armed", at.as_micros()),
            Standing::Active(at) => ("active", at.as_micros()),
        };
        let micros = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_micros);
        println!(
            "{{\"order\":\"{order}\",\"standing\":\"{standing}\",\"at_us\":{at},\"ends_us\":{},\"goals\":{},\"met\":{},\"first_us\":{},\"last_us\":{},\"odd\":{}}}",
            micros(ends),
            goals.len(),
            met.unwrap_or(0),
            micros(effect.first_met),
            micros(effect.last_passed),
            found.odd.len(),
        );
    }
    Ok(())
}

// ── packets ───────────────────────────────────────────────────────────────────────────────────────

/// Bytes of a packet: when it was sent, in nanoseconds, and whither.
const PACKET: usize = 9;

/// From this gap on, in nanoseconds, a sender sleeps from packet to packet.
const SLEEPS: u64 = 200_000;

fn nanoseconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// Sends to each target in turn. If packets follow each other closely it waits without sleeping; it does
/// not make up for moments that it was kept from.
fn send(own: &str, [begin, gap, until]: [&str; 3], targets: &[&str]) -> Done {
    let socket = UdpSocket::bind(own)?;
    let targets: Vec<SocketAddr> = targets
        .iter()
        .map(|target| target.parse())
        .collect::<Result<_, _>>()?;
    let gap: u64 = gap.parse::<u64>()? * 1_000;
    let until = u64::try_from(moment(until)?.as_micros())? * 1_000;
    let begin = u64::try_from(moment(begin)?.as_micros())? * 1_000;
    std::thread::sleep(Duration::from_nanos(begin.saturating_sub(nanoseconds())));
    let (mut next, mut sent, mut late) = (nanoseconds(), 0u64, 0u64);
    for (number, target) in targets.iter().enumerate().cycle() {
        let mut now = nanoseconds();
        while now < next {
            if gap >= SLEEPS {
                std::thread::sleep(Duration::from_nanos(next - now));
            }
            std::hint::spin_loop();
            now = nanoseconds();
        }
        if now >= until {
            break;
        }
        let mut packet = [0; PACKET];
        packet[..8].copy_from_slice(&now.to_be_bytes());
        packet[8] = u8::try_from(number)?;
        // A packet that the kernel has no room for is one that was not sent.
        sent += u64::from(socket.send_to(&packet, target).is_ok());
        late += u64::from(now > next + gap);
        next = (next + gap).max(now);
    }
    println!("{{\"did\":\"send\",\"sent\":{sent},\"late\":{late}}}");
    Ok(())
}

/// Prints `TARGET SENT_NS` of each packet.
fn receive(until: &str, addresses: &[&str]) -> Done {
    let until = u64::try_from(moment(until)?.as_micros())? * 1_000;
    let bound = addresses.iter().map(UdpSocket::bind);
    let sockets: Vec<UdpSocket> = bound.collect::<io::Result<_>>()?;
    let reading = sockets
        .into_iter()
        .map(|socket| std::thread::spawn(move || gather(&socket, until)));
    let readers: Vec<_> = reading.collect();
    println!("ready");
    io::stdout().flush()?;
    let mut out = BufWriter::new(io::stdout());
    for reader in readers {
        let came = reader.join().map_err(|_| "a reader failed")??;
        for (target, sent) in came {
            writeln!(out, "{target} {sent}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn gather(socket: &UdpSocket, until: u64) -> io::Result<Vec<(u8, u64)>> {
    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
    let (mut came, mut packet) = (Vec::new(), [0; 64]);
    while nanoseconds() < until {
        match socket.recv(&mut packet) {
            Ok(PACKET) => {
                let sent = packet[..8]
                    .iter()
                    .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
                came.push((packet[8], sent));
            }
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(came)
}
