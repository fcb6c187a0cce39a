//! A member cuts in the kernel of its router, through an enforcer that can do nothing else.
//!
//! A country of two members in this process; the second has an enforcer as a process of its own, confined,
//! whose device is the packet filter of a network namespace. It needs root and `nft`, makes a namespace and
//! removes it; `cargo xtask interop enforcer` runs it, `cargo test` does not.

#[path = "enforcer/killed.rs"]
mod killed;
#[path = "enforcer/reflexes.rs"]
mod reflexes;
#[path = "enforcer/resolvers.rs"]
mod resolvers;
#[path = "enforcer/routers.rs"]
mod routers;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use issei::enforcer::line::Line;
use issei::enforcer::speech::{Held, Task, Told};
use issei::office::control::{Ask, OrderView, Reply, Stands};
use issei::office::country::{Country, ask, done, until};
use issei::office::folder::{Folder, Settings};
use issei::office::rehearsed::{self, People, drafted};
use issei_host::clock;
use issei_model::{Ending, OrderId, Span};

/// A namespace and a folder that are gone when the check ends.
struct Place {
    folder: PathBuf,
    namespace: String,
}

impl Place {
    fn new(name: &str) -> Self {
        let namespace = format!("issei-enforcer-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(&namespace);
        std::fs::create_dir_all(&folder).unwrap();
        run("ip", &["netns", "add", &namespace]);
        let place = Self { folder, namespace };
        place.nft("add table inet theirs { chain in { type filter hook input priority 0; policy accept; }; }");
        place
    }

    /// What the kernel of the namespace says to `nft`.
    fn nft(&self, words: &str) -> String {
        let net = format!("--net=/run/netns/{}", self.namespace);
        let mut command = vec![net.as_str(), "nft"];
        command.extend(words.split(' '));
        run("nsenter", &command)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "del", &self.namespace])
            .status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn run(program: &str, words: &[&str]) -> String {
    let said = Command::new(program).args(words).output().unwrap();
    let err = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{program} {words:?}: {err}");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

/// An enforcer at work; ended by its id when dropped.
struct Enforcer(Child);

impl Enforcer {
    /// Runs it in our own namespace, or in that one.
    fn run(folder: &Path, inside: Option<&str>) -> Self {
        let program = env!("CARGO_BIN_EXE_issei");
        let mut command = match inside {
            None => Command::new(program),
            Some(namespace) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net=/run/netns/{namespace}"));
                command.arg(program);
                command
            }
        };
        command.args(["enforcer", "run"]).arg(folder);
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// A line of what the kernel says about the process.
    fn status(&self, key: &str) -> String {
        let path = format!("/proc/{}/status", self.0.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap().trim_start_matches(':').trim().to_owned()
    }
}

impl Drop for Enforcer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks an enforcer how it stands, as its office does.
struct Desk(Mutex<Line>);

impl Desk {
    fn of(folder: &Path) -> Self {
        Self(Mutex::new(Line::to(&folder.join("enforcer.sock"))))
    }

    fn asks(&self, task: &Task) -> Result<Told, String> {
        self.0.lock().unwrap().ask(task)
    }

    /// What is wrong with a device, or with the enforcer.
    fn complaint(&self) -> Option<String> {
        match self.asks(&Task::Status) {
            Ok(Told::Status(standing)) => standing.devices.into_values().flatten().next(),
            other => Some(format!("{other:?}")),
        }
    }

    /// Tells whether the device of that name is said to be in trouble.
    fn complains_of(&self, name: &str) -> bool {
        self.complaint().is_some_and(|why| why.contains(name))
    }

    /// Tells whether every device is said to carry the order out.
    fn acts(&self, order: OrderId) -> bool {
        match self.asks(&Task::Read) {
            Ok(Told::Holds(held)) => matches!(held.get(&order), Some(Held::Active { .. })),
            _ => false,
        }
    }
}

/// A country whose second member has an enforcer for the packet filter of this namespace.
async fn country(place: &Place) -> (Country, PathBuf, Enforcer) {
    let devices = format!("[[nft]]\nnamespace = \"{}\"\n", place.namespace);
    country_with(place, &devices, None).await
}

/// A country whose second member has an enforcer with these devices, in our own namespace or in that one.
async fn country_with(
    place: &Place,
    devices: &str,
    inside: Option<&str>,
) -> (Country, PathBuf, Enforcer) {
    let mut country = rehearsed::country(&place.folder, 2, None).await.unwrap();
    let office = country.member("isp-01").clone();
    let (folder, enforcer) = enforced(&mut country, place, &office, devices, inside).await;
    (country, folder, enforcer)
}

/// Gives a member's office an enforcer with these devices, in our own namespace or in that one.
async fn enforced(
    country: &mut Country,
    place: &Place,
    office: &Folder,
    devices: &str,
    inside: Option<&str>,
) -> (PathBuf, Enforcer) {
    country.kill(office).await.unwrap();
    let folder = place.folder.join("enforcer");
    let office_folder = office.root().to_str().unwrap();
    let set_up = [
        "enforcer",
        "set-up",
        folder.to_str().unwrap(),
        "--office",
        office_folder,
    ];
    run(env!("CARGO_BIN_EXE_issei"), &set_up);
    std::fs::write(folder.join("devices.toml"), devices).unwrap();
    let enforcer = Enforcer::run(&folder, inside);
    let settings = Settings {
        enforcer: Some(folder.join("enforcer.sock")),
        ..office.settings().unwrap()
    };
    office.write_settings(&settings).unwrap();
    let up = async || Ok(folder.join("enforcer.sock").exists());
    until("the enforcer listens", up).await.unwrap();
    country.start(office).await.unwrap();
    (folder, enforcer)
}

async fn cut(country: &Country, lasts: Span) -> OrderId {
    let order = drafted(country, 0, lasts).await.unwrap();
    People::two().approve(country, order).await.unwrap();
    let acting = async || Ok(acts(country.member("isp-01"), order).await);
    until("the kernel cuts", acting).await.unwrap();
    order
}

async fn acts(office: &Folder, order: OrderId) -> bool {
    view(office, order)
        .await
        .is_some_and(|view| in_effect(&view))
}

async fn view(office: &Folder, order: OrderId) -> Option<OrderView> {
    match ask(office, Ask::Order(order)).await.unwrap() {
        Reply::Order(view) => Some(*view),
        _ => None,
    }
}

fn in_effect(view: &OrderView) -> bool {
    view.members.iter().any(|one| one.effect.is_some())
}

/// Tells a figure to whoever reads what the test says.
fn figure(took: Duration, what: &str) {
    println!("\nfigure {} ms {what}", took.as_millis());
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
#[ignore = "needs root, nft and network namespaces: cargo xtask interop enforcer"]
fn a_kernel_takes_the_rules_and_is_afterwards_as_it_was() {
    runtime().block_on(async {
        let place = Place::new("whole");
        let before = place.nft("list ruleset");
        let (country, _, enforcer) = country(&place).await;
        let order = cut(&country, Span::from_secs(600)).await;
        assert!(
            place.nft("list ruleset").contains("198.51.100.1"),
            "the goal stands in the kernel"
        );
        // NET_ADMIN and, to enter the namespace, SYS_ADMIN; nothing else, now or later.
        for set in ["CapPrm", "CapEff", "CapBnd"] {
            assert_eq!(enforcer.status(set), "0000000000201000", "{set}");
        }
        assert_eq!(enforcer.status("NoNewPrivs"), "1");
        assert_eq!(enforcer.status("Seccomp"), "2");
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        let as_before = async || Ok(!place.nft("list ruleset").contains("198.51.100.1"));
        until("the goal is gone", as_before).await.unwrap();
        country.end().await;
        drop(enforcer);
        run(
            env!("CARGO_BIN_EXE_issei"),
            &[
                "enforcer",
                "stop",
                place.folder.join("enforcer").to_str().unwrap(),
            ],
        );
        assert_eq!(place.nft("list ruleset"), before);
    });
}

#[test]
#[ignore = "needs root, nft and network namespaces: cargo xtask interop enforcer"]
fn what_is_flushed_by_hand_is_found_and_put_back() {
    runtime().block_on(async {
        let place = Place::new("flushed");
        let (country, _, _enforcer) = country(&place).await;
        cut(&country, Span::from_secs(600)).await;
        place.nft("flush ruleset");
        let since = Instant::now();
        let back = async || Ok(place.nft("list ruleset").contains("198.51.100.1"));
        until("the rules are back", back).await.unwrap();
        figure(since.elapsed(), "until a filter flushed by hand was back");
        assert!(since.elapsed() < Duration::from_secs(5), "G10");
        country.end().await;
    });
}

#[test]
#[ignore = "needs root, nft and network namespaces: cargo xtask interop enforcer"]
fn with_everybody_dead_the_kernel_ends_the_cut_and_without_anybody_a_person_can() {
    runtime().block_on(async {
        let place = Place::new("dead");
        let (country, folder, mut enforcer) = country(&place).await;
        let order = cut(&country, Span::from_secs(20)).await;
        let ends = match ask(country.member("isp-01"), Ask::Order(order))
            .await
            .unwrap()
        {
            Reply::Order(view) => view.order.expires_at,
            other => panic!("{other:?}"),
        };
        enforcer.0.kill().unwrap();
        enforcer.0.wait().unwrap();
        country.end().await;
        assert!(
            place.nft("list ruleset").contains("198.51.100.1"),
            "it acts with nobody alive"
        );
        let rest = ends.since(clock::now()).as_micros().max(0).unsigned_abs();
        tokio::time::sleep(Duration::from_micros(rest) + Duration::from_millis(2_200)).await;
        assert!(!place.nft("list ruleset").contains("198.51.100.1"), "G3");
        run(
            env!("CARGO_BIN_EXE_issei"),
            &["enforcer", "stop", folder.to_str().unwrap()],
        );
        let after = place.nft("list ruleset");
        assert!(
            after.contains("theirs") && !after.contains("issei"),
            "{after}"
        );
    });
}

/// A file system for what the kernel's earliest hook holds, unmounted when the check ends.
struct Pins(PathBuf);

impl Pins {
    fn new(place: &Place) -> Self {
        let path = place.folder.join("bpf");
        std::fs::create_dir(&path).unwrap();
        run(
            "mount",
            &["-t", "bpf", "issei-check", path.to_str().unwrap()],
        );
        Self(path)
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
#[ignore = "needs root, BPF and network namespaces: cargo xtask interop enforcer"]
fn the_earliest_hook_takes_the_rules_and_is_free_afterwards() {
    runtime().block_on(async {
        let place = Place::new("xdp");
        let pins = Pins::new(&place);
        let name = place.namespace.as_str();
        run(
            "ip",
            &[
                "-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1",
            ],
        );
        for end in ["v0", "v1"] {
            run("ip", &["-n", name, "link", "set", end, "up"]);
        }
        let shown = || run("ip", &["-n", name, "-details", "link", "show", "v0"]);
        assert!(!shown().contains("xdp"));
        let held = pins.0.join("issei");
        let devices = format!(
            "[[xdp]]\ninterfaces = [\"v0\"]\npins = \"{}\"\n",
            held.display()
        );
        let (country, folder, enforcer) = country_with(&place, &devices, Some(name)).await;
        let order = cut(&country, Span::from_secs(600)).await;
        assert!(shown().contains("xdp") && held.exists());
        // NET_ADMIN, PERFMON and BPF; nothing else, now or later.
        for set in ["CapPrm", "CapEff", "CapBnd"] {
            assert_eq!(enforcer.status(set), "000000c000001000", "{set}");
        }
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        let gone = async || Ok(!acts(country.member("isp-01"), order).await);
        until("nothing acts", gone).await.unwrap();
        country.end().await;
        drop(enforcer);
        let net = format!("--net=/run/netns/{name}");
        let program = env!("CARGO_BIN_EXE_issei");
        run(
            "nsenter",
            &[&net, program, "enforcer", "stop", folder.to_str().unwrap()],
        );
        assert!(!shown().contains("xdp") && !held.exists());
    });
}
