use std::collections::BTreeSet;
use std::net::IpAddr;

use issei_enforce::Standing;
use issei_enforce::xdp::Step;
use issei_model::{Action, Digest, Endpoint, Goal, Timestamp};

use super::frames::{Dice, Frame, Load};
use super::*;
use crate::clock;

/// These need root and a BPF file system, which `cargo xtask interop` makes and names here.
const FOLDER: &str = "ISSEI_BPF";

#[test]
fn elsewhere_than_on_a_bpf_file_system_it_says_what_to_do() {
    let place = Place {
        pins: std::env::temp_dir().join(format!("issei-none-{}", std::process::id())),
        ..Place::on(Vec::new())
    };
    let refused = Xdp::open(place.clone(), fences()).unwrap_err();
    assert!(refused.to_string().contains("mount -t bpf"), "{refused}");
    Xdp::clear(&place).unwrap();
    assert!(!place.pins.exists());
}

struct Bench {
    place: Place,
}

impl Bench {
    fn new(name: &str, interfaces: &[&str]) -> Self {
        let folder = std::env::var(FOLDER).expect("run by `cargo xtask interop XDP`");
        let place = Place {
            pins: Path::new(&folder).join(name),
            goals: 4_096,
            lines: 1_024,
            ..Place::on(interfaces.iter().map(|&name| name.to_owned()).collect())
        };
        Self { place }
    }

    fn open(&self) -> Xdp {
        Xdp::open(self.place.clone(), fences()).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = Xdp::clear(&self.place);
    }
}

fn fences() -> Fences {
    Fences {
        most_rules: 2_000_000,
        control_plane: Vec::new(),
    }
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn from_now(seconds: i64) -> Timestamp {
    clock::now() + Span::from_secs(seconds)
}

fn cut(number: u8, goals: &[&str]) -> Cut {
    let goals: BTreeSet<Goal> = goals.iter().map(|goal| goal.parse().unwrap()).collect();
    Cut {
        order: order(number),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: from_now(60),
        fires_at: Some(from_now(-1)),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn pools() -> (Vec<IpAddr>, Vec<IpAddr>) {
    let v4 = (1..=6).map(|n| IpAddr::from([198, 51, 100, n]));
    let v6 = (1..=6).map(|n| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, n]));
    let link = ["224.0.0.5", "ff02::5"].map(ip);
    (
        v4.chain(link[..1].iter().copied()).collect(),
        v6.chain(link[1..].iter().copied()).collect(),
    )
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn the_kernel_judges_every_packet_as_the_law_does() {
    let bench = Bench::new("law", &[]);
    let mut device = bench.open();
    let (v4, v6) = pools();
    let goals: Vec<IpAddr> = v4[..6].iter().chain(&v6[..6]).copied().collect();
    let (mut dropped, mut passed) = (0, 0);
    for seed in 1..=60 {
        let mut dice = Dice(seed);
        let cuts: Vec<Cut> = (0..dice.below(6))
            .map(|n| thrown(&mut dice, n as u8 + 1, &goals))
            .collect();
        assert!(device.agree(&cuts).unwrap().is_empty(), "seed {seed}");
        let active = cuts.iter().filter(|cut| cut.acts_at(clock::now()));
        let active: Vec<&Cut> = active.collect();
        for _ in 0..400 {
            let frame = Frame::thrown(&mut dice, &v4, &v6);
            let wanted = law(&active, &frame);
            let found = device.try_frame(&frame.bytes(), 1).unwrap().dropped;
            assert_eq!(found, wanted, "seed {seed}: {frame:?} under {cuts:?}");
            *(if wanted { &mut dropped } else { &mut passed }) += 1;
        }
    }
    assert!(dropped > 2_000 && passed > 2_000, "{dropped} {passed}");
}

fn law(active: &[&Cut], frame: &Frame) -> bool {
    let meets = |goal: &Goal| matches!(goal, Goal::Service(goal) if frame.meets(goal));
    !frame.is_of_the_link() && active.iter().any(|cut| cut.goals.iter().any(meets))
}

fn thrown(dice: &mut Dice, number: u8, addresses: &[IpAddr]) -> Cut {
    let count = 1 + dice.below(5);
    let goals: BTreeSet<Goal> = (0..count)
        .map(|_| Goal::Service(thrown_goal(dice, addresses)))
        .collect();
    Cut {
        order: order(number),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: from_now(600),
        fires_at: dice.of(&[
            None,
            Some(from_now(300)),
            Some(from_now(-5)),
            Some(from_now(-5)),
        ]),
    }
}

fn thrown_goal(dice: &mut Dice, addresses: &[IpAddr]) -> Endpoint {
    let ip = dice.of(addresses);
    if dice.one_in(3) {
        return Endpoint::host(ip);
    }
    Endpoint {
        ip,
        port: dice.of(&[23, 80, 53]),
        protocol: dice.of(&[6, 17]),
    }
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn what_is_read_back_is_what_was_put() {
    let bench = Bench::new("read", &[]);
    let mut device = bench.open();
    let mut staged = cut(
        1,
        &["192.0.2.1", "192.0.2.1:23/tcp", "[2001:db8::1]:53/udp"],
    );
    staged.fires_at = None;
    let armed = Cut {
        fires_at: Some(from_now(30)),
        ..cut(2, &["192.0.2.1"])
    };
    let active = cut(3, &["192.0.2.9:80/tcp"]);
    device.stage(&staged).unwrap();
    device.arm(&armed).unwrap();
    device.arm(&active).unwrap();
    let seen = device.read().unwrap();
    let told: Vec<_> = seen
        .iter()
        .map(|seen| (seen.order, seen.standing))
        .collect();
    assert_eq!(
        told,
        [
            (order(1), Standing::Staged),
            (order(2), Standing::Armed(armed.fires_at.unwrap())),
            (order(3), Standing::Active(active.fires_at.unwrap())),
        ]
    );
    for (seen, cut) in seen.iter().zip([&staged, &armed, &active]) {
        assert_eq!((&seen.goals, seen.ends), (&cut.goals, Some(cut.ends)));
    }
}

/// Verdicts of frames one after the other, each with the clock before and after it.
fn verdicts_until(
    device: &mut Xdp,
    frame: &[u8],
    end: Timestamp,
) -> Vec<(Timestamp, bool, Timestamp)> {
    let mut verdicts = Vec::new();
    while verdicts.last().is_none_or(|(_, _, after)| *after < end) {
        let before = clock::now();
        let dropped = device.try_frame(frame, 1).unwrap().dropped;
        verdicts.push((before, dropped, clock::now()));
    }
    verdicts
}

fn udp(from: &str, to: &str) -> Vec<u8> {
    Frame::plain(ip(from), ip(to), Load::Ports(17, 4_000, 53)).bytes()
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn the_kernel_itself_begins_at_t_and_ends_at_the_end() {
    let bench = Bench::new("edges", &[]);
    let mut device = bench.open();
    let begins = clock::now() + Span::from_millis(500);
    let ends = begins + Span::from_millis(100);
    let cut = Cut {
        fires_at: Some(begins),
        ends,
        ..cut(1, &["198.51.100.1"])
    };
    device.arm(&cut).unwrap();
    let frame = udp("192.0.2.1", "198.51.100.1");
    let verdicts = verdicts_until(&mut device, &frame, ends + Span::from_millis(100));
    let (mut early, mut within, mut late) = (0, 0, 0);
    for (before, dropped, after) in verdicts {
        if after < begins {
            assert!(!dropped, "dropped before T");
            early += 1;
        } else if before > begins && after < ends {
            assert!(dropped, "passed after T");
            within += 1;
        } else if before > ends {
            assert!(!dropped, "dropped after the end");
            late += 1;
        }
    }
    assert!(
        early > 0 && within > 0 && late > 0,
        "{early} {within} {late}"
    );
    let tally = device.tally(order(1)).unwrap().unwrap();
    let (last, first) = (tally.last_early.unwrap(), tally.first_drop.unwrap());
    assert!(last < begins && begins <= first && first < ends);
    assert!(tally.last_drop.unwrap() < ends && tally.first_late.unwrap() >= ends);
    assert!(tally.dropped as usize >= within);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn what_is_staged_or_lifted_passes() {
    let bench = Bench::new("staged", &[]);
    let mut device = bench.open();
    let frame = udp("192.0.2.1", "198.51.100.1");
    let cut = cut(1, &["198.51.100.1"]);
    device.stage(&cut).unwrap();
    assert!(!device.try_frame(&frame, 1).unwrap().dropped);
    device.arm(&cut).unwrap();
    assert!(device.try_frame(&frame, 1).unwrap().dropped);
    device.stage(&cut).unwrap();
    assert!(
        device.try_frame(&frame, 1).unwrap().dropped,
        "what acts stays"
    );
    device.lift(order(1)).unwrap();
    assert!(!device.try_frame(&frame, 1).unwrap().dropped);
    assert_eq!(device.read().unwrap(), []);
    device.lift(order(1)).unwrap();
    let tally = device.tally(order(1)).unwrap().unwrap();
    assert_eq!(tally.dropped, 2, "remembered after it is gone");
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn two_orders_for_one_goal_are_told_apart() {
    let bench = Bench::new("two", &[]);
    let mut device = bench.open();
    let frame = udp("198.51.100.1", "198.51.100.2");
    for number in 1..=4 {
        device
            .arm(&cut(number, &["198.51.100.1", "198.51.100.2"]))
            .unwrap();
    }
    let fifth = device
        .arm(&cut(5, &["198.51.100.1", "198.51.100.9"]))
        .unwrap_err();
    assert!(matches!(fifth.fault, Fault::Refused(_)), "{fifth}");
    assert!(device.try_frame(&frame, 10).unwrap().dropped);
    for number in 1..=4 {
        let tally = device.tally(order(number)).unwrap().unwrap();
        let seen = 10 + u64::from(number) - 1;
        assert_eq!(tally.dropped, seen, "each sees each packet once");
        assert!(device.try_frame(&frame, 1).unwrap().dropped);
        device.lift(order(number)).unwrap();
    }
    assert!(!device.try_frame(&frame, 1).unwrap().dropped);
    let nine = udp("198.51.100.9", "192.0.2.1");
    assert!(
        !device.try_frame(&nine, 1).unwrap().dropped,
        "nothing of a refused cut is there"
    );
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn a_limit_lets_each_line_send_so_much() {
    let bench = Bench::new("limit", &[]);
    let mut device = bench.open();
    let limited = Cut {
        action: Action::RateLimit(20),
        ..cut(1, &["198.51.100.1:53/udp"])
    };
    device.arm(&limited).unwrap();
    let begun = std::time::Instant::now();
    let frames = [
        udp("192.0.2.1", "198.51.100.1"),
        udp("192.0.2.2", "198.51.100.1"),
    ];
    let mut sent = 0;
    while begun.elapsed().as_millis() < 1_000 {
        for frame in &frames {
            device.try_frame(frame, 100).unwrap();
        }
        sent += 200;
    }
    let took = begun.elapsed().as_secs_f64();
    let tally = device.tally(order(1)).unwrap().unwrap();
    assert_eq!(tally.dropped + tally.passed, sent);
    // Two lines, two at once, twenty a second each; a run is never so put aside that it sends nothing in 50 ms.
    let most = 2.0 * (2.0 + 20.0 * took);
    assert!(
        tally.passed as f64 <= most,
        "{} of at most {most}",
        tally.passed
    );
    assert!(tally.passed >= 20, "{}", tally.passed);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn a_limit_on_a_line_of_ours_is_that_lines_own() {
    let mut bench = Bench::new("line", &[]);
    bench.place.ours = vec![
        "198.51.100.0/24".parse().unwrap(),
        "2001:db8::/32".parse().unwrap(),
    ];
    let mut device = bench.open();
    let limited = Cut {
        action: Action::RateLimit(1),
        ..cut(1, &["198.51.100.1", "2001:db8::1"])
    };
    let begun = std::time::Instant::now();
    device.arm(&limited).unwrap();
    for other in 1..=50 {
        let frame = udp("198.51.100.1", &format!("192.0.2.{other}"));
        device.try_frame(&frame, 1).unwrap();
        let frame = udp(&format!("2001:db9::{other}"), "2001:db8::1");
        device.try_frame(&frame, 1).unwrap();
    }
    let tally = device.tally(order(1)).unwrap().unwrap();
    let most = 2.0 * (1.0 + begun.elapsed().as_secs_f64());
    assert!(
        tally.passed as f64 <= most,
        "whoever they speak with: {tally:?}"
    );
    assert!(
        tally.passed >= 2 && tally.passed + tally.dropped == 100,
        "{tally:?}"
    );
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn a_change_of_many_goals_is_seen_between_two_packets() {
    let mut bench = Bench::new("flip", &[]);
    bench.place.goals = 20_000;
    let mut device = bench.open();
    let goals = |third: u8| {
        let hosts = (0..5_000u16).map(|n| IpAddr::from([10, third, (n >> 8) as u8, n as u8]));
        hosts
            .map(|ip| Goal::Service(Endpoint::host(ip)))
            .collect::<Vec<Goal>>()
    };
    let old = Cut {
        goals: goals(1),
        ..cut(1, &[])
    };
    let new = Cut {
        goals: goals(2),
        ..cut(2, &[])
    };
    device.agree(std::slice::from_ref(&old)).unwrap();
    let program = call::pinned(&bench.place.pins.join("program")).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let watching = scope.spawn(|| watch(&program, &done));
        for _ in 0..4 {
            device.agree(std::slice::from_ref(&new)).unwrap();
            device.agree(std::slice::from_ref(&old)).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        watching.join().unwrap()
    });
    // Old and new were asked for in turn. Between two changes every answer is the same; a goal of the old that
    // still drops after one of the new does would be a change seen in parts.
    assert!(
        seen.len() > 1_000 && seen.iter().any(|is_old| !is_old),
        "{}",
        seen.len()
    );
    let changes = seen.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(changes, 8);
}

/// Asks without end for a goal that goes and one that comes, and tells each time which of the two is dropped.
fn watch(program: &OwnedFd, done: &std::sync::atomic::AtomicBool) -> Vec<bool> {
    use std::os::fd::AsFd;
    let mut dice = Dice(7);
    let mut seen = Vec::new();
    let mut ask = |third: u64| {
        let to = format!("10.{third}.{}.{}", dice.below(19), dice.below(256));
        let frame = udp("192.0.2.1", &to);
        call::try_frame(program.as_fd(), &frame, 1).unwrap().dropped
    };
    while !done.load(std::sync::atomic::Ordering::Relaxed) {
        // A change may lie between the two questions; then neither or both drop, and the pair says nothing.
        let (old, new) = (ask(1), ask(2));
        if old != new {
            seen.push(old);
        }
    }
    seen
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn whoever_starts_next_takes_over_what_is_pinned() {
    let bench = Bench::new("again", &[]);
    let mut device = bench.open();
    let cuts = [
        cut(1, &["198.51.100.1", "198.51.100.2:53/udp"]),
        cut(2, &["2001:db8::1"]),
    ];
    assert!(device.agree(&cuts).unwrap().is_empty());
    let frame = udp("192.0.2.1", "198.51.100.2");
    assert!(device.try_frame(&frame, 3).unwrap().dropped);
    let before = device.read().unwrap();
    assert_eq!(before[0].met, Some(3));
    assert!(before[0].effect.first_met.is_some());
    drop(device);
    let mut device = bench.open();
    assert_eq!(device.read().unwrap(), before);
    device.agree(&cuts[1..]).unwrap();
    assert!(!device.try_frame(&frame, 1).unwrap().dropped);
    assert_eq!(device.read().unwrap().len(), 1);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn a_plan_broken_off_after_any_step_leaves_the_state_before_or_after() {
    let bench = Bench::new("torn", &[]);
    let (old, new) = (
        cut(1, &["198.51.100.1", "198.51.100.2:53/udp"]),
        cut(2, &["198.51.100.1", "2001:db8::1"]),
    );
    let frames = [
        udp("192.0.2.1", "198.51.100.1"),
        udp("192.0.2.1", "198.51.100.2"),
        udp("2001:db9::1", "2001:db8::1"),
    ];
    let (before, after) = ([true, true, false], [true, false, true]);
    let mut steps = usize::MAX;
    let mut broken_off = 0;
    while steps > 0 {
        let mut device = bench.open();
        device.agree(std::slice::from_ref(&old)).unwrap();
        let plan = plan(&mut device, &new);
        steps = steps.min(plan.len()) - 1;
        let loaded = device.loaded.as_mut().unwrap();
        plan[..steps]
            .iter()
            .for_each(|step| loaded.maps.carry_out(step).unwrap());
        let verdicts = |device: &mut Xdp| {
            frames
                .each_ref()
                .map(|frame| device.try_frame(frame, 1).unwrap().dropped)
        };
        let at_once = verdicts(&mut device);
        assert!(
            at_once == before || at_once == after,
            "{steps}: {at_once:?}"
        );
        drop(device);
        let mut device = bench.open();
        assert_eq!(verdicts(&mut device), at_once, "{steps}");
        let wanted = if at_once == before { &old } else { &new };
        let seen = device.read().unwrap();
        let goals: Vec<_> = seen.iter().map(|seen| (seen.order, &seen.goals)).collect();
        assert_eq!(goals, [(wanted.order, &wanted.goals)], "{steps}");
        assert!(
            device
                .loaded
                .as_mut()
                .unwrap()
                .table(&bench.place)
                .unwrap()
                .1
                .is_empty(),
            "{steps}: waste"
        );
        broken_off += 1;
    }
    assert!(broken_off >= 8, "{broken_off} steps");
}

/// The steps from what stands to this cut alone.
fn plan(device: &mut Xdp, cut: &Cut) -> Vec<Step> {
    let loaded = device.loaded.as_mut().unwrap();
    let clocks = loaded.clocks;
    let table = loaded.table.as_mut().unwrap();
    let (plan, refused) = table.agree(&[cut], &clocks);
    assert!(refused.is_empty());
    plan.into_steps()
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn what_strangers_changed_is_read_back_and_mended() {
    let bench = Bench::new("drift", &[]);
    let mut device = bench.open();
    let cut = cut(1, &["198.51.100.1", "198.51.100.2"]);
    device.arm(&cut).unwrap();
    let frames = ["198.51.100.1", "198.51.100.2"].map(|to| udp("192.0.2.1", to));
    let loaded = device.loaded.as_mut().unwrap();
    let goals = call::Map::new(call::pinned(&bench.place.pins.join("goals")).unwrap()).unwrap();
    let table = loaded.table.as_ref().unwrap();
    let place = table
        .place_of(&"198.51.100.2".parse::<Goal>().unwrap())
        .unwrap();
    goals.put(&place.to_le_bytes(), &[0; 32]).unwrap();
    assert!(!device.try_frame(&frames[1], 1).unwrap().dropped);
    let seen = device.read().unwrap();
    assert_eq!(seen[0].goals, cut.goals[..1]);
    device.arm(&cut).unwrap();
    assert!(
        frames
            .iter()
            .all(|frame| device.try_frame(frame, 1).unwrap().dropped)
    );
    assert_eq!(device.read().unwrap()[0].goals, cut.goals);
    let bits = call::Map::new(call::pinned(&bench.place.pins.join("bits")).unwrap()).unwrap();
    bits.put(&[0; 4], &vec![0; 1 << 21]).unwrap();
    assert_eq!(device.read().unwrap()[0].goals, []);
    device.arm(&cut).unwrap();
    assert!(
        frames
            .iter()
            .all(|frame| device.try_frame(frame, 1).unwrap().dropped)
    );
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn a_second_process_is_kept_out_but_anybody_may_clear() {
    let bench = Bench::new("lock", &[]);
    let mut device = bench.open();
    device.arm(&cut(1, &["198.51.100.1"])).unwrap();
    let second = Xdp::open(bench.place.clone(), fences()).unwrap_err();
    assert!(matches!(second.fault, Fault::Away(_)), "{second}");
    Xdp::clear(&bench.place).unwrap();
    assert!(!bench.place.pins.exists());
    assert_eq!(
        device.read().unwrap(),
        [],
        "what was cleared is told to be gone"
    );
    device.arm(&cut(2, &["198.51.100.2"])).unwrap();
    assert_eq!(device.read().unwrap().len(), 1);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn nothing_is_left_after_everything_is_lifted() {
    let link = Pair::new("gone");
    let bench = Bench::new("gone", &[&link.name]);
    let mut device = bench.open();
    device.arm(&cut(1, &["198.51.100.1"])).unwrap();
    device.arm(&cut(2, &["198.51.100.2"])).unwrap();
    assert!(link.has_program());
    assert_eq!(device.lift_all().unwrap(), 2);
    assert!(!link.has_program() && !bench.place.pins.exists());
    assert_eq!(device.read().unwrap(), []);
    assert_eq!(device.lift_all().unwrap(), 0);
    device.arm(&cut(1, &["198.51.100.1"])).unwrap();
    assert!(link.has_program());
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn anothers_program_is_left_alone() {
    use std::os::fd::AsFd;
    let link = Pair::new("theirs");
    let theirs = Bench::new("theirs", &[]);
    let _other = theirs.open();
    let program = call::pinned(&theirs.place.pins.join("program")).unwrap();
    let index = crate::kernel::interface_index(&link.name).unwrap() as u32;
    let hung = call::attach(program.as_fd(), index, Mode::Native).unwrap();
    let ours = Bench::new("ours", &[&link.name]);
    let refused = Xdp::open(ours.place.clone(), fences()).unwrap_err();
    assert!(refused.to_string().contains("another program"), "{refused}");
    assert_eq!(call::link(hung.as_fd()).unwrap().interface, index);
    assert!(!ours.place.pins.exists(), "nothing of ours stays");
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn it_hangs_natively_where_the_driver_can_and_else_generically() {
    let link = Pair::new("modes");
    let bench = Bench::new("modes", &[&link.name, "lo"]);
    let device = bench.open();
    let [veth, lo] = device.attached() else {
        panic!("two")
    };
    assert_eq!((veth.mode, &veth.instead), (Mode::Native, &None));
    assert_eq!(lo.mode, Mode::Generic);
    assert!(lo.instead.is_some());
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn an_interface_that_is_gone_is_told_and_taken_up_again() {
    let link = Pair::new("away");
    let bench = Bench::new("away", &[&link.name]);
    let mut device = bench.open();
    let cut = cut(1, &["198.51.100.1"]);
    device.arm(&cut).unwrap();
    let name = link.name.clone();
    drop(link);
    assert!(matches!(device.read().unwrap_err().fault, Fault::Away(_)));
    let link = Pair::named(&name);
    assert!(device.read().is_err() && device.arm(&cut).is_ok());
    assert!(link.has_program() && device.read().unwrap().len() == 1);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn links_that_are_not_wanted_any_more_are_taken_off() {
    let (one, two) = (Pair::new("one"), Pair::new("two"));
    let mut bench = Bench::new("fewer", &[&one.name, &two.name]);
    drop(bench.open());
    assert!(one.has_program() && two.has_program());
    bench.place.interfaces.pop();
    let mut device = bench.open();
    assert!(one.has_program() && !two.has_program());
    assert_eq!(
        device.read().unwrap(),
        [],
        "the link carries the program of this start"
    );
    assert_eq!(
        device.attached()[0].mode,
        Mode::Native,
        "remembered by its pin"
    );
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn pins_of_another_shape_are_not_read_but_taken_away() {
    let bench = Bench::new("shape", &[]);
    drop(bench.open());
    let settings =
        call::Map::new(call::pinned(&bench.place.pins.join("settings")).unwrap()).unwrap();
    let mut bytes = settings.get(&[0; 4]).unwrap();
    bytes[0] = 99;
    settings.put(&[0; 4], &bytes).unwrap();
    let refused = Xdp::open(bench.place.clone(), fences()).unwrap_err();
    assert!(matches!(refused.fault, Fault::Unreadable(_)), "{refused}");
    Xdp::clear(&bench.place).unwrap();
    assert!(!bench.place.pins.exists());
    bench.open();
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn what_is_spared_for_the_links_sake_is_counted() {
    let bench = Bench::new("spared", &[]);
    let mut device = bench.open();
    device.arm(&cut(1, &["2001:db8::1"])).unwrap();
    let mut solicitation =
        Frame::plain(ip("2001:db8::1"), ip("2001:db8::2"), Load::Control(135, 0));
    solicitation.hops = 255;
    assert!(!device.try_frame(&solicitation.bytes(), 7).unwrap().dropped);
    solicitation.hops = 254;
    assert!(device.try_frame(&solicitation.bytes(), 1).unwrap().dropped);
    assert_eq!(device.spared().unwrap(), 7);
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn what_lies_within_the_fences_is_never_put() {
    let bench = Bench::new("fence", &[]);
    let fences = Fences {
        most_rules: 2,
        control_plane: vec!["198.51.100.0/30".parse().unwrap()],
    };
    let mut device = Xdp::open(bench.place.clone(), fences).unwrap();
    for goals in [
        &["198.51.100.1"][..],
        &["192.0.2.1:179/tcp"],
        &["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    ] {
        let refused = device.arm(&cut(1, goals)).unwrap_err();
        assert!(matches!(refused.fault, Fault::Refused(_)), "{refused}");
    }
    let past = Cut {
        ends: from_now(-1),
        ..cut(1, &["192.0.2.1"])
    };
    assert!(matches!(
        device.arm(&past).unwrap_err().fault,
        Fault::Ended(_)
    ));
    assert_eq!(device.read().unwrap(), []);
}

/// Two interfaces that are joined to each other, in the check's own namespace.
struct Pair {
    name: String,
}

impl Pair {
    fn new(role: &str) -> Self {
        Self::named(&format!("is-{role}"))
    }

    fn named(name: &str) -> Self {
        let peer = format!("{name}-x");
        said(&["link", "add", name, "type", "veth", "peer", "name", &peer]);
        said(&["link", "set", name, "up"]);
        said(&["link", "set", &peer, "up"]);
        Self { name: name.into() }
    }

    fn has_program(&self) -> bool {
        said(&["-details", "link", "show", &self.name]).contains("prog/xdp")
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        said(&["link", "del", &self.name]);
    }
}

fn said(arguments: &[&str]) -> String {
    let said = std::process::Command::new("ip")
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    String::from_utf8_lossy(&said.stdout).into_owned()
}
