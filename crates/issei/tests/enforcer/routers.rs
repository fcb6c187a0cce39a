//! What becomes of a cut at a router of somebody else's when its session, its line or its routes are taken away.
//!
//! BIRD stands in a namespace of its own, a pair of interfaces away from the enforcer's. Always: what is gone
//! is found within [`FOUND`] and told as it is; when the cause is gone, the rules are back without anybody's
//! word.

use super::*;

/// Where the router is, and where the enforcer speaks from.
const ROUTER: &str = "10.78.0.1";
const SPEAKER: &str = "10.78.0.2";
/// The interfaces between them.
const OUR_END: &str = "r0";
const ITS_END: &str = "r1";
/// G10.
pub const FOUND: Duration = Duration::from_secs(5);
/// Seconds that rules may outlive a speaker who is not heard.
const HOLD: u64 = 3;
/// How long a session may take to come back: our pause, and the router's after an error.
const BACK: Duration = Duration::from_secs(20);
/// The goal of a rehearsed order, as it stands in a listing.
pub const GOAL: &str = "198.51.100.1/32";

/// BIRD in a namespace of its own, beside the enforcer's. Both are gone when the check ends.
pub struct Bird<'a> {
    place: &'a Place,
    namespace: String,
    daemon: Option<Child>,
}

impl<'a> Bird<'a> {
    pub fn beside(place: &'a Place) -> Self {
        let namespace = format!("{}-router", place.namespace);
        run("ip", &["netns", "add", &namespace]);
        let mut bird = Self {
            place,
            namespace,
            daemon: None,
        };
        bird.join();
        bird.believes("all");
        let (conf, control) = (bird.file("bird.conf"), bird.file("bird.ctl"));
        let pid = bird.file("bird.pid");
        let net = format!("--net=/run/netns/{}", bird.namespace);
        let words = ["-f", "-c", &conf, "-s", &control, "-P", &pid];
        let mut command = Command::new("nsenter");
        command.args([&net, "bird"]).args(words);
        bird.daemon = Some(command.stdout(Stdio::null()).spawn().unwrap());
        bird
    }

    /// Joins the two namespaces by a pair of interfaces.
    fn join(&self) {
        let (ours, theirs) = (self.place.namespace.as_str(), self.namespace.as_str());
        let pair = [
            "link", "add", OUR_END, "type", "veth", "peer", "name", ITS_END,
        ];
        run(
            "ip",
            &[&["-n", ours][..], &pair, &["netns", theirs]].concat(),
        );
        for (side, end, address) in [(ours, OUR_END, SPEAKER), (theirs, ITS_END, ROUTER)] {
            let address = format!("{address}/24");
            run("ip", &["-n", side, "address", "add", &address, "dev", end]);
            for end in ["lo", end] {
                run("ip", &["-n", side, "link", "set", end, "up"]);
            }
        }
    }

    /// What stands in `devices.toml`.
    pub fn device(&self) -> String {
        let control = self.file("bird.ctl");
        format!(
            "[[bgp]]\npeer = \"{ROUTER}:179\"\nfrom = \"{SPEAKER}\"\nown_as = 64496\npeer_as = 64500\n\
             id = \"{SPEAKER}\"\nhold_time = {HOLD}\n\
             read_back = {{ bird = {{ protocol = \"issei\", program = [\"birdc\", \"-s\", \"{control}\"] }} }}\n"
        )
    }

    fn file(&self, name: &str) -> String {
        self.place.folder.join(name).display().to_string()
    }

    /// Writes the configuration, with which of our routes it takes.
    fn believes(&self, which: &str) {
        let text = CONFIGURATION
            .replace("WHICH", which)
            .replace("ROUTER", ROUTER)
            .replace("SPEAKER", SPEAKER);
        std::fs::write(self.place.folder.join("bird.conf"), text).unwrap();
    }

    /// Says something to it, as its operator does.
    fn told(&self, words: &str) -> String {
        let control = self.file("bird.ctl");
        let words: Vec<&str> = words.split(' ').collect();
        run("birdc", &[&["-s", &control][..], &words].concat())
    }

    /// Tells whether it lists the rules of the goal, both ways.
    pub fn lists(&self, goal: &str) -> bool {
        let listed = self.told("show route table rules4");
        ["dst", "src"]
            .iter()
            .all(|way| listed.contains(&format!("{way} {goal}")))
    }

    /// Tells whether it lists nothing at all.
    pub fn is_empty(&self) -> bool {
        !self.told("show route table rules4").contains("flow4 {")
    }

    /// Takes its interface down, or up again.
    fn link(&self, state: &str) {
        run(
            "ip",
            &["-n", &self.namespace, "link", "set", ITS_END, state],
        );
    }
}

impl Drop for Bird<'_> {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        let _ = Command::new("ip")
            .args(["netns", "del", &self.namespace])
            .status();
    }
}

const CONFIGURATION: &str = "\
router id 10.9.9.9;
log stderr { error, fatal, bug };
flow4 table rules4;
protocol device { scan time 1; }
protocol bgp issei {
  local ROUTER port 179 as 64500;
  neighbor SPEAKER as 64496;
  passive; multihop; strict bind;
  hold time 9;
  error wait time 1, 2;
  flow4 { table rules4; import WHICH; export none; validate off; };
}
";

/// A country whose second member tells this router, with an order in force.
struct Ground<'a> {
    country: Country,
    order: OrderId,
    router: Bird<'a>,
    desk: Desk,
    _enforcer: Enforcer,
}

impl<'a> Ground<'a> {
    async fn new(place: &'a Place) -> Self {
        let router = Bird::beside(place);
        let inside = Some(place.namespace.as_str());
        let (country, folder, enforcer) = country_with(place, &router.device(), inside).await;
        let desk = Desk::of(&folder);
        until("there is a session", async || {
            Ok(desk.complaint().is_none())
        })
        .await
        .unwrap();
        let order = cut(&country, Span::from_secs(600)).await;
        assert!(router.lists(GOAL), "in force is said of what it lists");
        Self {
            country,
            order,
            router,
            desk,
            _enforcer: enforcer,
        }
    }

    /// Waits until what is gone was found; tells how long that took.
    async fn found(&self, what: &str, mut is_told: impl FnMut(&Desk) -> bool) -> Duration {
        let since = Instant::now();
        let told = async || Ok(is_told(&self.desk));
        until(what, told).await.unwrap();
        let took = since.elapsed();
        figure(took, &format!("until {what} was found"));
        assert!(took < FOUND, "G10: {took:?}");
        took
    }

    /// Waits until the router lists the rules again, and the office says that they act.
    async fn mended(&self, what: &str) {
        let since = Instant::now();
        let back = async || Ok(self.router.lists(GOAL));
        until("the router lists the rules again", back)
            .await
            .unwrap();
        figure(
            since.elapsed(),
            &format!("until the rules were back after {what}"),
        );
        assert!(since.elapsed() < BACK);
        let told = async || Ok(self.desk.complaint().is_none() && self.desk.acts(self.order));
        until("it is read back", told).await.unwrap();
        assert!(acts(self.country.member("isp-01"), self.order).await);
    }
}

#[test]
#[ignore = "needs root, bird and network namespaces: cargo xtask interop enforcer"]
fn a_session_that_a_router_ends_is_told_and_its_rules_come_back_with_it() {
    runtime().block_on(async {
        let place = Place::new("session");
        let ground = Ground::new(&place).await;
        ground.router.told("disable issei");
        let what = "a session that the router ended";
        ground.found(what, |desk| desk.complains_of(ROUTER)).await;
        assert!(
            ground.router.is_empty(),
            "without the session there is nothing"
        );
        ground.router.told("enable issei");
        ground.mended(what).await;
        ground.country.end().await;
    });
}

#[test]
#[ignore = "needs root, bird and network namespaces: cargo xtask interop enforcer"]
fn a_line_to_a_router_that_is_down_is_told_and_its_rules_come_back_with_it() {
    runtime().block_on(async {
        let place = Place::new("line");
        let ground = Ground::new(&place).await;
        let since = Instant::now();
        ground.router.link("down");
        let what = "a line that is down";
        ground.found(what, |desk| desk.complains_of(ROUTER)).await;
        let empty = async || Ok(ground.router.is_empty());
        until("the router lets go", empty).await.unwrap();
        figure(
            since.elapsed(),
            &format!("until the router let go at {what}"),
        );
        // The hold time, and a second in which either side looks.
        assert!(since.elapsed() < Duration::from_secs(HOLD + 2), "the lease");
        ground.router.link("up");
        ground.mended(what).await;
        ground.country.end().await;
    });
}

#[test]
#[ignore = "needs root, bird and network namespaces: cargo xtask interop enforcer"]
fn rules_that_a_router_does_not_take_any_more_are_not_said_to_be_in_force() {
    runtime().block_on(async {
        let place = Place::new("filtered");
        let ground = Ground::new(&place).await;
        // One of the two rules only: what is left would stop half of the packets.
        ground
            .router
            .believes("filter { if net.src = 198.51.100.1/32 then reject; accept; }");
        ground.router.told("configure");
        let what = "a rule that the router dropped by hand";
        let order = ground.order;
        ground
            .found(what, |desk| desk.complaint().is_none() && !desk.acts(order))
            .await;
        assert!(!ground.router.lists(GOAL) && !ground.router.is_empty());
        let silent = async || Ok(!acts(ground.country.member("isp-01"), order).await);
        until("the office says so", silent).await.unwrap();
        ground.router.believes("all");
        ground.router.told("configure");
        ground.mended(what).await;
        ground.country.end().await;
    });
}
