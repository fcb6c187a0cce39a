//! A router with the chains of the documentation, our API in it, and the bouncer that asks there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::super::folder::Folder;
use super::super::nft::hand::{self, now};
use super::super::nft::network::{Network, shell};
use super::super::nft::traffic::{self, Traffic};
use super::super::running::Running;
use super::super::told::Told;
use crate::run::{made, root};

/// Everything that one check starts. Ended in the order of the fields.
pub struct Stage {
    /// Our API.
    pub api: Api,
    _bouncer: Running,
    /// The line, the router and the world.
    pub network: Network,
    hand: PathBuf,
    /// Where everything writes.
    pub folder: Folder,
}

/// Our API as a process, until it is killed.
pub struct Api(Option<Told>);

/// Where the bouncer's own package has put its configuration.
const CONFIGURATION: &str = "/etc/crowdsec/bouncers/crowdsec-firewall-bouncer.yaml";
/// How long many elements may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Stage {
    /// Starts everything, and waits until the bouncer asks.
    ///
    /// # Errors
    /// If something does not start.
    pub fn new(role: &str) -> Result<Self, String> {
        let folder = Folder::new(&format!("bouncer-{role}"))?;
        let program = made("issei-host", Some("bouncer_api"), "")?;
        let hand = hand::built()?;
        let network = Network::new(&folder, 1)?;
        let router = &network.routers[0];
        let chains = written(&folder, "chains.nft", &piece("nft")?)?;
        shell(&folder, router, &format!("nft -f {}", chains.display()))?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", router.name()]).arg(program);
        command.args(["listen=127.0.0.1:8080", "key=the word"]);
        command.args(["every=1000", "patience=2000"]);
        command.arg(format!("folder={}", folder.file("api").display()));
        let api = Told::start(&mut command).map_err(|error| format!("our API: {error}"))?;
        let configuration = configuration(&folder)?;
        let configuration = configuration.display().to_string();
        let command = ["crowdsec-firewall-bouncer", "-c", configuration.as_str()];
        let mut bouncer = router.start(&folder, &command)?;
        let mut api = Api(Some(api));
        let asks = api.until("rhythms", |said| said.contains("Some"));
        if !bouncer.is_alive() {
            let said = bouncer.finish()?;
            return Err(format!("the bouncer ended: {}{}", said.out, said.err));
        }
        asks?;
        Ok(Self {
            api,
            _bouncer: bouncer,
            network,
            hand,
            folder,
        })
    }

    /// Begins to send packets.
    ///
    /// # Errors
    /// If a program cannot start.
    pub fn traffic(&self, path: traffic::Path<'_>) -> Result<Traffic, String> {
        Traffic::begin(&self.folder, &self.hand, path)
    }

    /// Counts the elements in both of the bouncer's sets.
    ///
    /// # Errors
    /// If `nft` fails.
    pub fn elements(&self) -> Result<u64, String> {
        let list = ["nft", "list", "table", "inet", "bouncers"];
        let said = self.network.routers[0].says(&self.folder, &list)?;
        Ok(said.out.matches("expires").count() as u64)
    }

    /// Waits until there are so many, and tells when.
    ///
    /// # Errors
    /// If there never are.
    pub fn until_elements(&self, wanted: u64) -> Result<u64, String> {
        let began = Instant::now();
        loop {
            let found = self.elements()?;
            if found == wanted {
                return Ok(now());
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("{found} elements after {PATIENCE:?}, not {wanted}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Api {
    /// Tells it something, and shows what it says to that.
    ///
    /// # Errors
    /// If it says that it failed, or nothing.
    pub fn does(&mut self, command: &str) -> Result<String, String> {
        self.told()?.does(command)
    }

    /// Asks it until what it says is as wished.
    ///
    /// # Errors
    /// If it never is.
    pub fn until(&mut self, command: &str, holds: impl Fn(&str) -> bool) -> Result<(), String> {
        self.told()?.until(command, holds)
    }

    /// Ends it the hard way.
    ///
    /// # Errors
    /// If it had ended.
    pub fn kill(&mut self) -> Result<(), String> {
        self.0.take().ok_or("it was killed")?.kill()
    }

    fn told(&mut self) -> Result<&mut Told, String> {
        self.0.as_mut().ok_or_else(|| "it was killed".to_owned())
    }
}

/// The package's own configuration, and beside it what the documentation puts over it.
fn configuration(folder: &Folder) -> Result<PathBuf, String> {
    let own = fs::read_to_string(CONFIGURATION);
    let own = own.map_err(|error| format!("{CONFIGURATION}: {error}"))?;
    let path = written(folder, "bouncer.yaml", &own)?;
    // Where it writes in this check.
    let here = "log_mode: stdout\ndaemonize: false\n";
    written(folder, "bouncer.yaml.local", &(piece("yaml")? + here))?;
    Ok(path)
}

fn written(folder: &Folder, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.file(name);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// The only piece of a language on the page about enforcing.
///
/// # Errors
/// If there is none.
pub fn piece(language: &str) -> Result<String, String> {
    let page: &Path = &root().join("docs/enforcing.md");
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let found = text.split(&format!("```{language}\n")).nth(1);
    let found = found.and_then(|rest| rest.split("```").next());
    found
        .map(str::to_owned)
        .ok_or_else(|| format!("{} shows no `{language}`", page.display()))
}
