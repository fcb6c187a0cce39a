//! What it costs to write FlowSpec rules, and to read them twice before they go out.
//!
//! Rules as cuts have them: a host, both ways, half of them with a protocol and a port. Written as messages
//! by our writer; the same rules written by `rustbgpd-wire`'s, of which only the rules themselves are
//! counted; read by our reader and by the library's; and all that a plan costs until it may go out:
//! written, and read by both. Rules in a second of the thread's processor time, medians of rounds that take
//! turns.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use issei_enforce::Cut;
use issei_enforce::bgp::{Dropping, Means, Plan};
use issei_host::device::bgp::messages;
use issei_model::{Action, Digest, Endpoint, Goal, OrderId, Timestamp, protocol};
use issei_wire::bgp::flowspec::{self, Condition, Way};
use issei_wire::bgp::{self, Announcement, Effect, Families, Message, Path, Route};
use rustbgpd_wire::flowspec::{decode_flowspec_nlri, try_encode_flowspec_nlri};
use rustbgpd_wire::{
    Afi, FlowSpecComponent, FlowSpecPrefix, FlowSpecRule, Ipv4Prefix, NumericMatch,
};

const GOALS: u32 = 50_000;
const ROUNDS: usize = 11;
/// The kernel counts a thread's time by ticks, so that one round must be long.
const REPEATS: u32 = 20;
const PATH: Path = Path::Internal(100);
const MEANS: Means = Means::Rules(Dropping::Discard);

fn main() {
    let routes = MEANS
        .routes(&cut(), Families::ALL)
        .expect("rules that can be said");
    let theirs: Vec<FlowSpecRule> = routes.iter().map(as_theirs).collect();
    let plan = Plan {
        go: Vec::new(),
        come: routes.clone(),
    };
    let effect = Effect::Flow(flowspec::Action::Discard);
    let (mut octets, mut by_them) = (Vec::new(), Vec::new());
    Announcement::write_coming(PATH, effect, &routes, &mut octets).expect("suiting");
    try_encode_flowspec_nlri(&theirs, &mut by_them, Afi::Ipv4).expect("short enough");

    let mut out = Vec::with_capacity(octets.len());
    let mut tasks: [(&str, Task); 5] = [
        (
            "written",
            Box::new(|| {
                out.clear();
                Announcement::write_coming(PATH, effect, &routes, &mut out).expect("suiting");
                out.len()
            }),
        ),
        (
            "written by the library",
            Box::new(|| {
                let mut out = Vec::with_capacity(by_them.len());
                try_encode_flowspec_nlri(&theirs, &mut out, Afi::Ipv4).expect("short enough");
                out.len()
            }),
        ),
        ("read", Box::new(|| read(&octets))),
        (
            "read by the library",
            Box::new(|| {
                decode_flowspec_nlri(&by_them, Afi::Ipv4)
                    .expect("rules")
                    .len()
            }),
        ),
        (
            "written and read by both",
            Box::new(|| {
                messages(&plan, &MEANS, PATH, usize::MAX)
                    .expect("both agree")
                    .len()
            }),
        ),
    ];
    let mut times = vec![Vec::new(); tasks.len()];
    for _ in 0..ROUNDS {
        for ((_, task), times) in tasks.iter_mut().zip(&mut times) {
            let before = busy();
            for _ in 0..REPEATS {
                assert!(task() > 0);
            }
            times.push((busy() - before) / REPEATS);
        }
    }
    let rates: Vec<f64> = times.iter_mut().map(|times| rate(times)).collect();
    println!(
        "{} rules, {} octets of messages",
        routes.len(),
        octets.len()
    );
    for ((name, _), rate) in tasks.iter().zip(&rates) {
        println!(
            "{name}: {:.2} M rules/s, {:.2} of our writer",
            rate / 1e6,
            rate / rates[0]
        );
    }
}

type Task<'a> = Box<dyn FnMut() -> usize + 'a>;

fn cut() -> Cut {
    let goal = |number: u32| {
        let ip = IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 + number * 7));
        Goal::Service(match number % 2 {
            0 => Endpoint::host(ip),
            _ => Endpoint {
                ip,
                port: 23 + number as u16 % 1_000,
                protocol: protocol::TCP,
            },
        })
    };
    Cut {
        order: OrderId(Digest([1; 32])),
        goals: (0..GOALS).map(goal).collect(),
        action: Action::Drop,
        ends: Timestamp::MAX,
        fires_at: None,
    }
}

fn read(mut octets: &[u8]) -> usize {
    let mut rules = 0;
    while let Ok(Some(length)) = bgp::length(octets) {
        let (message, rest) = octets.split_at(length);
        let Ok(Message::Update(update)) = Message::read(message) else {
            break;
        };
        let Ok(Announcement::Come { routes, .. }) = Announcement::read(&update) else {
            break;
        };
        (octets, rules) = (rest, rules + routes.len());
    }
    rules
}

/// Turns one of our rules into the library's form.
fn as_theirs(route: &Route) -> FlowSpecRule {
    let Route::Rule(rule) = route else {
        panic!("only rules")
    };
    let IpAddr::V4(ip) = rule.host() else {
        panic!("only IPv4")
    };
    let prefix = FlowSpecPrefix::V4(Ipv4Prefix::new(ip, 32));
    let mut components = vec![match rule.way() {
        Way::To => FlowSpecComponent::DestinationPrefix(prefix),
        Way::From => FlowSpecComponent::SourcePrefix(prefix),
    }];
    components.extend(rule.conditions().iter().map(|condition| match condition {
        Condition::Protocol(terms) => FlowSpecComponent::IpProtocol(equal(first(terms).into())),
        Condition::DestinationPort(terms) => {
            FlowSpecComponent::DestinationPort(equal(first(terms).into()))
        }
        Condition::SourcePort(terms) => FlowSpecComponent::SourcePort(equal(first(terms).into())),
        other => panic!("{other:?}"),
    }));
    FlowSpecRule { components }
}

fn first<V: Copy>(terms: &flowspec::Terms<flowspec::Number<V>>) -> V {
    terms.iter().next().expect("at least one").1.value
}

fn equal(value: u64) -> Vec<NumericMatch> {
    vec![NumericMatch {
        end_of_list: true,
        and_bit: false,
        lt: false,
        gt: false,
        eq: true,
        value,
    }]
}

/// Tells rules a second at the median time.
fn rate(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    f64::from(2 * GOALS) / times[times.len() / 2].as_secs_f64()
}

/// Tells the processor time of this process, in which nothing else runs.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells");
    let nanos = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    Duration::from_nanos(nanos.expect("a number"))
}
