//! What a million goals cost a packet, beside none and beside a set of nftables of that size.
//!
//! In a network and mount namespace of its own. A frame is run over and over, and before each run given other
//! addresses (`bpf/walk.c`), so that every run looks somewhere else in memory. Measured twice:
//! - the program alone (`BPF_PROG_TEST_RUN`), as the difference between walking and walking into it;
//! - frames handed on to the receive path behind a veth interface (`BPF_F_TEST_XDP_LIVE_FRAMES`), which all end
//!   at the same place there: without anything, through the program, and past a rule of nftables for
//!   either address at the device's own hook, its cheapest.
//!
//! Rounds alternate between all of them; medians are told, and the quarter and three-quarter marks.
//! Also: how long a million goals take to load, when the first packet is dropped after T, and whether a change of a
//! million goals is seen between two packets.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use aya::maps::ProgramArray;
use aya::programs::Xdp as Program_;
use aya::programs::{Program, ProgramFd, ProgramInfo, TestRun, TestRunAttrs, TestRunOptions};
use aya::{Ebpf, EbpfLoader};
use issei_enforce::{Cut, Fences};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::xdp::{Place, Xdp};
use issei_model::{Action, Digest, Endpoint, Goal, OrderId, Span, Timestamp};

/// A million, and no more than the mask of a frame can say.
const GOALS: u32 = 1 << 20;
const ROUNDS: usize = 21;
const RUNS: u32 = 1_000_000;
const LIVE_RUNS: u32 = 400_000;
/// The odd factor of `walk.c`.
const SPREAD: u32 = 0x9e37_79b1;
const INSIDE: &str = "ISSEI_BENCH_INSIDE";
const WALK: &[u8] = include_bytes!("../bpf/walk.o");
/// Where addresses go: anywhere, or to the goals.
const ANYWHERE: u32 = u32::MAX;
const TO_GOALS: u32 = GOALS - 1;

fn main() {
    if std::env::var_os(INSIDE).is_none() {
        return go_inside();
    }
    let folder = bpf_file_system();
    run(
        "ip",
        &[
            "link", "add", "outside", "type", "veth", "peer", "name", "inside",
        ],
    );
    for end in ["outside", "inside"] {
        run("ip", &["link", "set", end, "up"]);
    }
    let mut walk = Walk::load();
    let mut device = open(&folder, GOALS);
    for attached in device.attached() {
        println!("attached to {} ({:?})", attached.interface, attached.mode);
    }
    walk.leads_to(&folder);
    let mut alone = Series::default();
    let without: Vec<f64> = (0..ROUNDS).map(|_| walk.alone(ANYWHERE)).collect();
    alone.add("no rules", without);
    load(&mut device);
    in_turns(&mut walk, &mut alone);
    alone.tell("the program alone, ns a packet (the walk itself is in every line)");
    receive_path(&mut walk);
    fire(&mut device);
    drop(device);
    Xdp::clear(&place(&folder, GOALS)).expect("everything of ours gone");
    flip(&folder);
}

/// Starts itself in namespaces of its own, or says why not.
fn go_inside() {
    let may = Command::new("unshare")
        .args(["--net", "--mount", "true"])
        .output();
    if !may.is_ok_and(|said| said.status.success()) {
        println!("skipped: needs root, for namespaces and for programs in the kernel");
        return;
    }
    let this = std::env::current_exe().expect("a path of our own");
    let error = Command::new("unshare")
        .args(["--net", "--mount"])
        .arg(this)
        .env(INSIDE, "1")
        .exec();
    panic!("unshare could not start: {error}");
}

/// Mounts one that nobody else sees; it goes with the mount namespace.
fn bpf_file_system() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("issei-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    run(
        "mount",
        &["-t", "bpf", "bpf", &folder.display().to_string()],
    );
    folder.join("issei")
}

fn place(folder: &Path, goals: u32) -> Place {
    Place {
        pins: folder.to_owned(),
        goals,
        ..Place::on(vec!["inside".into()])
    }
}

fn open(folder: &Path, goals: u32) -> Xdp {
    let fences = Fences {
        most_rules: goals as usize,
        control_plane: Vec::new(),
    };
    Xdp::open(place(folder, goals), fences).expect("a kernel that takes the program")
}

fn from_now(span: Span) -> Timestamp {
    clock::now() + span
}

/// An order of goals that lie all over the addresses, as the walk finds them.
fn cut(number: u8, goals: std::ops::Range<u32>, fires_at: Option<Timestamp>) -> Cut {
    let goals = goals.map(|goal| Ipv4Addr::from_bits(goal.wrapping_mul(SPREAD)));
    let goals = goals.filter(|ip| is_somebodys(*ip));
    let goals: BTreeSet<Goal> = goals
        .map(|ip| Goal::Service(Endpoint::host(IpAddr::V4(ip))))
        .collect();
    Cut {
        order: OrderId(Digest([number; 32])),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: from_now(Span::from_secs(3_600)),
        fires_at,
    }
}

fn is_somebodys(ip: Ipv4Addr) -> bool {
    // From 224 on: multicast, and what is reserved.
    !(ip.is_loopback() || ip.is_link_local() || ip.octets()[0] == 0 || ip.octets()[0] >= 224)
}

fn load(device: &mut Xdp) {
    let mut cut = cut(1, 0..GOALS, None);
    let begun = Instant::now();
    device.stage(&cut).expect("staged");
    let staged = begun.elapsed();
    cut.fires_at = Some(clock::now());
    let begun = Instant::now();
    device.arm(&cut).expect("armed");
    let armed = begun.elapsed();
    let begun = Instant::now();
    let seen = device.read().expect("read back");
    println!(
        "{} goals: staged in {staged:.0?}, armed in {armed:.0?}, read back in {:.0?}",
        seen[0].goals.len(),
        begun.elapsed()
    );
}

/// The program alone, with a million goals.
fn in_turns(walk: &mut Walk, series: &mut Series) {
    let (mut nothing, mut passing, mut hit) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        passing.push(walk.alone(ANYWHERE));
        hit.push(walk.alone(TO_GOALS));
        let program = walk.lead_nowhere();
        nothing.push(walk.alone(ANYWHERE));
        walk.lead(program);
    }
    series.add("no program", nothing);
    series.add("a million goals, passing", passing);
    series.add("a million goals, met", hit);
}

/// Frames on the receive path: without anything, through the program, past nftables.
fn receive_path(walk: &mut Walk) {
    let interface = interface("inside");
    let (mut nothing, mut through, mut past) = (Vec::new(), Vec::new(), Vec::new());
    if !is_here("nft") {
        println!("skipped: `nft` is not here; `apt-get install nftables` brings it");
        return;
    }
    let begun = Instant::now();
    load_set();
    println!(
        "nftables: a set of as many addresses loaded in {:.1?}",
        begun.elapsed()
    );
    for _ in 0..ROUNDS {
        through.push(walk.live(interface));
        let program = walk.lead_nowhere();
        nothing.push(walk.live(interface));
        hook(true);
        past.push(walk.live(interface));
        hook(false);
        walk.lead(program);
    }
    let mut series = Series::default();
    series.add("nothing", nothing);
    series.add("the program, a million goals", through);
    series.add("nftables, a set of a million", past);
    series.tell("on the receive path behind a veth, ns a packet");
}

/// Makes a set like the program's goals, in a table without a chain.
fn load_set() {
    let goals = cut(1, 0..GOALS, None).goals;
    let addresses: Vec<String> = goals.iter().map(Goal::to_string).collect();
    let script = format!(
        "table netdev issei {{ set cut {{ type ipv4_addr; size {GOALS}; flags timeout; elements = {{ {} }}; }}; }}\n",
        addresses.join(", ")
    );
    let path = std::env::temp_dir().join(format!("issei-bench-{}.nft", std::process::id()));
    std::fs::write(&path, script).expect("a file");
    run("nft", &["-f", &path.display().to_string()]);
    let _ = std::fs::remove_file(path);
}

fn hook(is_wanted: bool) {
    let chain = "table netdev issei { chain cut { type filter hook ingress device inside priority 0; ip daddr @cut drop; ip saddr @cut drop; }; }";
    if is_wanted {
        run("nft", &[chain]);
    } else {
        run("nft", &["delete chain netdev issei cut"]);
    }
}

/// When the first packet is dropped after T.
fn fire(device: &mut Xdp) {
    let goal = Ipv4Addr::new(10, 9, 8, 7);
    let mut late = Vec::new();
    device.lift(OrderId(Digest([1; 32]))).expect("room");
    for number in 100..100 + ROUNDS as u8 {
        let at = from_now(Span::from_millis(200));
        let mut cut = cut(number, 0..0, Some(at));
        cut.goals = vec![Goal::Service(Endpoint::host(IpAddr::V4(goal)))];
        device.arm(&cut).expect("armed");
        let frame = frame(goal);
        while clock::now() < at + Span::from_millis(5) {
            device.try_frame(&frame, 20_000).expect("a run");
        }
        let tally = device.tally(cut.order).expect("counts").expect("an effect");
        let (first, last) = (
            tally.first_drop.expect("drops"),
            tally.last_early.expect("passes"),
        );
        assert!(
            last < at && first >= at,
            "T {at:?}, last {last:?}, first {first:?}"
        );
        late.push(first.since(last).as_micros() as f64);
        device.lift(cut.order).expect("lifted");
    }
    let (low, middle, high) = quartiles(&mut late);
    println!(
        "T falls between the last packet that passes and the first that is dropped, {middle:.0} µs apart ({low:.0} to {high:.0}, whole microseconds)"
    );
}

/// Half a million goals go and half a million come, in one change.
fn flip(folder: &Path) {
    let mut device = open(folder, GOALS);
    let half = GOALS / 2;
    let (old, new) = (
        cut(1, 0..half, Some(clock::now())),
        cut(2, half..2 * half - 1, Some(clock::now())),
    );
    device.agree(std::slice::from_ref(&old)).expect("loaded");
    let begun = Instant::now();
    device.agree(std::slice::from_ref(&new)).expect("changed");
    println!(
        "{} goals out and {} in, in one change: {:.0?}; packets see it when one byte is written",
        old.goals.len(),
        new.goals.len(),
        begun.elapsed()
    );
    let begun = Instant::now();
    device.lift_all().expect("lifted");
    println!("everything lifted in {:.1?}", begun.elapsed());
}

/// The walk, and where it leads.
struct Walk {
    loaded: Ebpf,
    next: Option<ProgramFd>,
}

impl Walk {
    fn load() -> Self {
        let mut loaded = EbpfLoader::new().btf(None).load(WALK).expect("an object");
        let program: &mut Program_ = loaded
            .program_mut("walk")
            .and_then(|program| program.try_into().ok())
            .expect("a program");
        program.load().expect("a kernel that takes it");
        Self { loaded, next: None }
    }

    fn leads_to(&mut self, pins: &Path) {
        let program = ProgramInfo::from_pin(pins.join("program")).expect("a pinned program");
        self.lead(program.fd().expect("a descriptor"));
    }

    fn lead(&mut self, program: ProgramFd) {
        let mut next =
            ProgramArray::try_from(self.loaded.map_mut("next").expect("a map")).expect("its kind");
        next.set(0, &program, 0).expect("a place");
        self.next = Some(program);
    }

    fn lead_nowhere(&mut self) -> ProgramFd {
        let mut next =
            ProgramArray::try_from(self.loaded.map_mut("next").expect("a map")).expect("its kind");
        next.clear_index(&0).expect("a place");
        self.next.take().expect("a program")
    }

    fn alone(&self, mask: u32) -> f64 {
        self.run(mask, RUNS, None)
    }

    fn live(&self, interface: u32) -> f64 {
        self.run(ANYWHERE, LIVE_RUNS, Some(interface))
    }

    /// Tells nanoseconds a packet.
    fn run(&self, mask: u32, runs: u32, interface: Option<u32>) -> f64 {
        let mut frame = frame(Ipv4Addr::new(192, 0, 2, 1));
        frame[34..38].copy_from_slice(&mask.to_le_bytes());
        let length = frame.len() as u32;
        let context = [0, length, 0, interface.unwrap_or(0), 0, 0];
        let context: Vec<u8> = context.into_iter().flat_map(u32::to_ne_bytes).collect();
        let mut options = TestRunOptions {
            data_in: Some(&frame),
            repeat: runs,
            ..TestRunOptions::default()
        };
        if interface.is_some() {
            options.ctx_in = Some(&context);
            options.attrs = TestRunAttrs::new().xdp_live_frames(64);
        }
        let begun = Instant::now();
        let Some(Program::Xdp(program)) = self.loaded.program("walk") else {
            panic!("a program");
        };
        let ran = program.test_run(options).expect("a run");
        match interface {
            Some(_) => begun.elapsed().as_nanos() as f64 / f64::from(runs),
            None => nanos(ran.duration),
        }
    }
}

fn nanos(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

/// A frame over UDP, from and to the same address.
fn frame(address: Ipv4Addr) -> Vec<u8> {
    let mut frame = vec![7; 12];
    frame.extend([8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0]);
    frame.extend([192, 0, 2, 9]);
    frame.extend(address.octets());
    frame.extend([0; 26]);
    frame
}

/// Medians, line by line.
#[derive(Default)]
struct Series(Vec<(&'static str, Vec<f64>)>);

impl Series {
    fn add(&mut self, name: &'static str, values: Vec<f64>) {
        self.0.push((name, values));
    }

    fn tell(mut self, title: &str) {
        println!("{title}:");
        let first = quartiles(&mut self.0[0].1).1;
        for (name, values) in &mut self.0 {
            let (low, middle, high) = quartiles(values);
            println!(
                "  {name:<32} {middle:7.1} ({low:.1} to {high:.1}), {:+.1}",
                middle - first
            );
        }
    }
}

fn quartiles(values: &mut [f64]) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |part: usize| values[values.len() * part / 4];
    (at(1), at(2), at(3))
}

fn interface(name: &str) -> u32 {
    let path = format!("/sys/class/net/{name}/ifindex");
    let index = std::fs::read_to_string(path).ok();
    let index = index.and_then(|index| index.trim().parse().ok());
    // A mount namespace shows the interfaces of the network namespace in which /sys was mounted.
    index.unwrap_or_else(|| index_by_ip(name))
}

fn index_by_ip(name: &str) -> u32 {
    let said = Command::new("ip")
        .args(["-o", "link", "show", name])
        .output()
        .expect("ip");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.split(':')
        .next()
        .and_then(|index| index.parse().ok())
        .expect("an index")
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn run(program: &str, arguments: &[&str]) {
    let said = Command::new(program).args(arguments).output();
    let said = said.unwrap_or_else(|error| panic!("{program} could not start: {error}"));
    assert!(
        said.status.success(),
        "{program} said {}",
        String::from_utf8_lossy(&said.stderr)
            .chars()
            .take(300)
            .collect::<String>()
    );
}
