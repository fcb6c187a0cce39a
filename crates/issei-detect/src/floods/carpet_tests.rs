//! Carpets under sampling, and what looks like them.

use issei_model::{Finding, FlowRecord, Subject, TcpFlags};

use super::world::*;
use super::*;

const NET: u32 = VICTIM & 0xffff_ff00;
const RATE: u32 = 1_000;
/// The stream is ten minutes old when something happens.
const LATER: i64 = 600_000;

/// What one packet in a thousand shows of a minute: so many packets a second between remote
/// hosts and the addresses of a prefix; which ones, and which way, the caller tells.
fn sampled(a_second: u32, one: impl Fn(u32) -> FlowRecord) -> Vec<FlowRecord> {
    (0..a_second * 60)
        .map(|at| {
            let mut seen = one(at);
            let time = Span::from_millis(LATER + i64::from(at) * 1_000 / i64::from(a_second));
            (seen.first, seen.last) = (seen.first + time, seen.last + time);
            seen.sampling = RATE;
            seen
        })
        .collect()
}

fn datagram(from: (u32, u16), to: (u32, u16)) -> FlowRecord {
    record(0, from, to, protocol::UDP, 0)
}

/// Scatters numbers, the same each time.
fn scatter(at: u32, below: u32) -> u32 {
    (at.wrapping_mul(0x9e37_79b9) >> 8) % below
}

fn sender(at: u32) -> (u32, u16) {
    let which = scatter(at ^ 0x5555, 3_000);
    (remote(which), 1_024 + (which % 50_000) as u16)
}

/// A carpet of datagrams: two sampled packets a second at each of 256 addresses.
fn carpet() -> Vec<FlowRecord> {
    sampled(500, |at| {
        datagram(sender(at), (NET + scatter(at, 256), 443))
    })
}

/// Life elsewhere from the first minute on, so that both directions are known to be seen.
fn elsewhere() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let (mine, theirs) = ((0x0a63_0000 + at % 4_096, 50_000), (remote(at), 443));
        let millis = i64::from(at) * 40;
        let mut pair = [
            record(millis, theirs, mine, protocol::TCP, TcpFlags::ACK),
            record(millis, mine, theirs, protocol::TCP, TcpFlags::ACK),
        ];
        pair.iter_mut().for_each(|one| one.sampling = RATE);
        pair
    };
    (0..17_500).flat_map(one).collect()
}

fn told(change: impl FnOnce(&mut FloodParameters), records: Vec<FlowRecord>) -> Vec<Finding> {
    let mut all = elsewhere();
    all.extend(records);
    World::with(change).told(all)
}

fn prefixes(found: &[Finding]) -> Vec<String> {
    let name = |one: &Finding| match one.subject {
        Subject::Prefix(net) => Some(net.to_string()),
        _ => None,
    };
    let mut names: Vec<_> = found.iter().filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// Both directions: `back` packets for each `there`.
fn with_answers(records: Vec<FlowRecord>, there: usize, back: usize) -> Vec<FlowRecord> {
    let answers: Vec<_> = records
        .iter()
        .enumerate()
        .filter(|(at, _)| at % there < back)
        .map(|(_, one)| {
            let mut answer = one.clone();
            (answer.source, answer.destination) = (one.destination, one.source);
            (answer.source_port, answer.destination_port) = (one.destination_port, one.source_port);
            answer
        })
        .collect();
    [records, answers].concat()
}

#[test]
fn a_carpet_of_datagrams_is_named_by_its_prefix_though_no_address_gets_much() {
    let found = told(|_| (), carpet());
    assert_eq!(prefixes(&found), ["10.10.10.0/24"]);
    found.iter().for_each(assert_complete);
    let first = &found[0];
    let late = first.decided_at.since(first.since);
    assert!(late <= Span::from_secs(21), "{late}");
    let model = first.evidence.statistic.as_ref().unwrap();
    assert!(
        model.null_origin.contains("windows of 10 s before"),
        "{model:?}"
    );
}

#[test]
fn a_carpet_over_a_busy_prefix_is_named_too() {
    // 200 subscribers load pages and films: ten packets in, one out.
    let subscribers = with_answers(
        sampled(60, |at| {
            datagram((remote(scatter(at, 400)), 443), (NET + at % 200, 50_000))
        }),
        10,
        1,
    );
    let found = told(|_| (), [carpet(), subscribers].concat());
    assert_eq!(prefixes(&found), ["10.10.10.0/24"]);
}

#[test]
fn a_thin_carpet_over_four_prefixes_is_named_by_the_one_around_them() {
    // Four sampled packets a second in each /24: too few there, enough together.
    let thin = sampled(16, |at| {
        let to = (NET & 0xffff_fc00) + scatter(at, 1_024);
        datagram(sender(at), (to, 443))
    });
    let found = told(|p| p.least_sampled.value = 12, thin);
    assert_eq!(prefixes(&found), ["10.10.8.0/22"]);
}

#[test]
fn a_carpet_of_tcp_packets_is_named_by_its_prefix() {
    let stray = sampled(500, |at| {
        let to = (NET + scatter(at, 256), 443);
        record(0, sender(at), to, protocol::TCP, TcpFlags::ACK)
    });
    // Some of the hosts refuse what they never opened.
    let refusals: Vec<_> = with_answers(stray.clone(), 20, 1)
        .into_iter()
        .skip(stray.len())
        .map(|mut one| {
            one.tcp_flags = TcpFlags(TcpFlags::RST);
            one
        })
        .collect();
    let found = told(|_| (), [stray, refusals].concat());
    assert_eq!(prefixes(&found), ["10.10.10.0/24"]);
}

#[test]
fn a_prefix_of_busy_subscribers_at_peak_hour_is_not_flooded() {
    // Films over QUIC begin at 200 lines at once; one packet in ten is an acknowledgement.
    let films = sampled(500, |at| {
        datagram(
            (remote(scatter(at ^ 7, 300)), 443),
            (NET + scatter(at, 200), 50_000),
        )
    });
    let peak = with_answers(films, 10, 1);
    assert_eq!(prefixes(&told(|_| (), peak.clone())), Vec::<String>::new());
    let found = told(|p| p.one_sided.value = 0.01, peak);
    assert!(!prefixes(&found).is_empty(), "the guard does the work");
}

#[test]
fn a_crowd_at_one_server_is_no_carpet_of_its_prefix() {
    // Nine packets in ten go to one address, which answers none of them.
    let crowd = sampled(500, |at| {
        let host = if at % 10 > 0 { 7 } else { scatter(at, 256) };
        datagram(sender(at), (NET + host, 443))
    });
    assert_eq!(prefixes(&told(|_| (), crowd.clone())), Vec::<String>::new());
    let found = told(|p| p.address_share.value = 1.1, crowd);
    assert!(!prefixes(&found).is_empty(), "the guard does the work");
}

#[test]
fn a_crowd_that_is_served_is_no_flood_at_all() {
    let crowd = sampled(500, |at| datagram(sender(at), (NET + scatter(at, 20), 443)));
    // A server sends ten packets for each it receives.
    let served = sampled(5_000, |at| {
        datagram((NET + scatter(at, 20), 443), sender(at))
    });
    let found = told(|_| (), [crowd, served].concat());
    assert!(above_context(&found).is_empty(), "{found:#?}");
}

#[test]
fn a_cache_that_is_filled_by_few_origins_is_not_flooded() {
    let fill = sampled(500, |at| {
        datagram((remote(at % 12), 5_000), (NET + scatter(at, 64), 5_000))
    });
    assert_eq!(prefixes(&told(|_| (), fill.clone())), Vec::<String>::new());
    let few = |p: &mut FloodParameters| p.some_sources.value = 8;
    assert!(
        !prefixes(&told(few, fill)).is_empty(),
        "the guard does the work"
    );
}

#[test]
fn a_prefix_whose_way_back_lies_elsewhere_is_not_judged_by_its_silence() {
    let films = || {
        sampled(500, |at| {
            let (from, to) = (
                (remote(scatter(at ^ 7, 300)), 443),
                (NET + scatter(at, 200), 50_000),
            );
            datagram(from, to)
        })
    };
    let pages = || {
        sampled(200, |at| {
            let (from, to) = (
                (remote(scatter(at ^ 9, 300)), 443),
                (NET + scatter(at, 200), 50_001),
            );
            record(0, from, to, protocol::TCP, TcpFlags::ACK)
        })
    };
    let one_way = [films(), pages()].concat();
    assert_eq!(prefixes(&told(|_| (), one_way)), Vec::<String>::new());
    // If TCP is answered, the silence of the datagrams tells.
    let seen = [films(), with_answers(pages(), 2, 1)].concat();
    assert!(
        !prefixes(&told(|_| (), seen)).is_empty(),
        "the guard does the work"
    );
}

#[test]
fn nothing_is_said_of_datagrams_where_only_one_direction_is_exported() {
    let mut world = World::new();
    let far = |at: u32| datagram(sender(at), (0x0a63_0000 + at % 4_096, 443));
    let mut before = sampled(20, far);
    for one in &mut before {
        (one.first, one.last) = (
            one.first - Span::from_millis(LATER),
            one.last - Span::from_millis(LATER),
        );
    }
    world.live([before, carpet()].concat());
    assert_eq!(prefixes(&world.end()), Vec::<String>::new());
}

#[test]
fn a_prefix_that_always_gets_much_one_way_is_compared_with_itself() {
    // Television: 500 sampled packets a second for ten minutes, and hardly anything back.
    let television = |seconds: i64| {
        let one = move |at: u32| {
            let to = (NET + scatter(at, 200), 5_000);
            let millis = i64::from(at) * 20;
            let mut seen = record(
                millis,
                (remote(scatter(at ^ 7, 40)), 5_000),
                to,
                protocol::UDP,
                0,
            );
            seen.sampling = RATE;
            seen
        };
        (0..seconds as u32 * 50).map(one)
    };
    let records: Vec<_> = television(660).collect();
    // It begins with the stream: there is nothing to compare with, and then it is usual.
    assert_eq!(
        prefixes(&told(|_| (), records.clone())),
        Vec::<String>::new()
    );
    let found = told(|p| p.least_learned.value = 0, records);
    assert!(!prefixes(&found).is_empty(), "the guard does the work");
}

#[test]
fn radiation_on_a_dark_prefix_is_no_carpet_at_any_rate() {
    // One packet in ten of what 256 addresses get: 6 packets each in 10 s, from many sources.
    let mut sweep = sampled(15, |at| {
        datagram(sender(at), (NET + scatter(at, 256), 5_060))
    });
    sweep.iter_mut().for_each(|one| one.sampling = 10);
    assert_eq!(prefixes(&told(|_| (), sweep.clone())), Vec::<String>::new());
    let found = told(|p| p.packets_an_address.value = 0.0, sweep);
    assert!(!prefixes(&found).is_empty(), "the guard does the work");
}

#[test]
fn answers_that_are_exported_later_than_questions_are_waited_for() {
    // The way back is told six seconds late, and the first window closes before.
    let films = sampled(500, |at| {
        let from = (remote(scatter(at ^ 7, 300)), 443);
        let mut one = datagram(from, (NET + scatter(at, 200), 50_000));
        one.first += Span::from_secs(5);
        one.last = one.first;
        one
    });
    let count = films.len();
    let mut peak = with_answers(films, 10, 1);
    for answer in &mut peak[count..] {
        answer.first += Span::from_secs(6);
        answer.last = answer.first;
    }
    assert_eq!(prefixes(&told(|_| (), peak)), Vec::<String>::new());
}

#[test]
fn a_few_hundred_packets_without_a_sampled_answer_prove_nothing() {
    let quiet = sampled(5, |at| {
        let from = (remote(scatter(at ^ 7, 300)), 443);
        datagram(from, (NET + scatter(at, 200), 50_000))
    });
    assert_eq!(prefixes(&told(|_| (), quiet)), Vec::<String>::new());
}

#[test]
fn names_that_are_asked_for_in_a_silent_prefix_are_no_reflection_on_it() {
    // One packet in a thousand shows the question of one line and the answer to another.
    let answers = sampled(500, |at| {
        let port = 1_024 + scatter(at ^ 3, 60_000) as u16;
        let line = NET + scatter(at, 256);
        datagram((remote(scatter(at ^ 7, 900)), 53), (line, port))
    });
    let mut asked = with_answers(answers.clone(), 1, 1);
    for one in &mut asked[answers.len()..] {
        one.source = (NET + scatter(one.source_port.into(), 256)).to_ip();
    }
    assert_eq!(prefixes(&told(|_| (), asked)), Vec::<String>::new());
    let found = told(|_| (), answers);
    assert_eq!(prefixes(&found), ["10.10.10.0/24"], "unasked");
}

#[test]
fn a_sweep_of_which_few_packets_are_sampled_is_not_taken_for_many_at_few_addresses() {
    // 1,300 SYN in ten seconds, five for each address; of 130 sampled some hit the same.
    let mut sweep = sampled(13, |at| {
        let to = (NET + scatter(at.wrapping_mul(at), 256), 23);
        record(0, sender(at), to, protocol::TCP, SYN)
    });
    sweep.truncate(260);
    sweep.iter_mut().for_each(|one| one.sampling = 10);
    assert_eq!(prefixes(&told(|_| (), sweep)), Vec::<String>::new());
}
