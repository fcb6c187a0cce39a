//! Sign-in by OpenID Connect in a real browser, against a provider that others wrote.
//!
//! In: a coordinator's office, oidc-provider from npm, Debian's Chromium. Out: what was seen, and nothing that is wrong.
//! Always: modules lie under the target folder, at exact versions, and run no scripts when they are installed; window
//! and provider are on the loopback, as two sites. Not here: what is looked at (`xtask/browser/accounts.mjs`), the
//! provider (`xtask/browser/provider.mjs`).

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::browser::{MODULES, installed, place, seen};
use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::Running;
use super::{Check, Scene};
use crate::run::root;

/// An operator binds an account and comes by it; a stranger does not.
pub const COME: Check = Check {
    name: "browser: people come by OpenID Connect through oidc-provider, and a strange account opens nothing",
    needs: &[
        Need::Program("chromium", "chromium"),
        Need::Program("node", "nodejs"),
        Need::Program("npm", "npm"),
    ],
    run: come,
};

const PROVIDER: [&str; 1] = ["oidc-provider@9.13.3"];
const LONGEST_VISIT: Duration = Duration::from_secs(180);
/// Guards nothing; its letters show whether both sides code it as a form.
const SECRET: &str = "s%cret: of+ours/=";

fn come(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("accounts")?;
    let modules = installed(&folder, &place(), &MODULES)?;
    let providers = installed(&folder, &root().join("target/oidc-provider"), &PROVIDER)?;
    let port = free_port()?;
    let origin = format!("http://localhost:{port}");
    let script = |name: &str| root().join("xtask/browser").join(name);
    let shown = |path: &Path| path.display().to_string();

    let back = format!("{origin}/sign-in/oidc/back");
    let (server, module) = (shown(&script("provider.mjs")), shown(&providers));
    let command = ["node", &server, &module, SECRET, &back];
    let mut provider = Running::start(&folder, &command)?;
    let out = provider.out().to_owned();
    let line = || fs::read_to_string(&out).unwrap_or_default();
    provider.until("the provider is open", |_| line().ends_with('\n'))?;
    let issuer = format!("http://127.0.0.1:{}", line().trim());

    let office = founded(&folder, scene.issei.path(), port, &issuer)?;
    let mut running = Running::start(
        &folder,
        &[scene.issei.path(), "coordinator", "run", &office],
    )?;
    let said = running.out().to_owned();
    let link = || {
        let said = [&said, &said.with_extension("err")]
            .map(|file| fs::read_to_string(file).unwrap_or_default());
        let words = said.iter().flat_map(|said| said.split_whitespace());
        let mut links = words.filter(|word| word.starts_with(&format!("{origin}/first/")));
        links.next().map(str::to_owned)
    };
    running.until("the window is open", |_| {
        link().is_some() && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    })?;
    let told = json!({ "origin": origin, "link": link(), "provider": issuer }).to_string();
    let words = [
        shown(&script("accounts.mjs")),
        shown(&modules),
        "/usr/bin/chromium".into(),
        shown(&place().join("pictures")),
        told,
    ];
    let mut command = vec!["node"];
    command.extend(words.iter().map(String::as_str));
    let visit = Running::start(&folder, &command)?.finish_within(LONGEST_VISIT);
    running.end()?;
    provider.end()?;
    let visit = visit?;
    let compared = judged(&visit.out)?;
    visit.well().map(|_| compared)
}

/// Holds what was seen against what was to be seen.
fn judged(out: &str) -> Result<Comparison, String> {
    let lines = seen(out)?;
    let told = |name: &str| lines.iter().filter(|line| line.get(name).is_some()).count() as u64;
    let mut comparison = Comparison::default();
    comparison.expected("accounts bound", 1, told("bound"));
    comparison.expected("times it opened the window again", 1, told("came_again"));
    comparison.expected("times without script", 1, told("without_script"));
    comparison.expected("strange accounts refused", 1, told("refused"));
    comparison.expected("browsers that another site set out", 1, told("lured"));
    comparison.expected("lies of a provider that were not believed", 3, told("lied"));
    comparison.expected("pages that axe-core looked at", 8, told("looked"));
    comparison.expected("visits that came to their end", 1, told("done"));
    comparison.some("bytes said", out.len() as u64);
    Ok(comparison)
}

/// Founds an office whose settings name the provider; gives its folder.
fn founded(folder: &Folder, issei: &str, port: u16, issuer: &str) -> Result<String, String> {
    let place = folder.file("office");
    let office = place.display().to_string();
    let command = [
        issei,
        "coordinator",
        "found",
        &office,
        "--listen",
        "127.0.0.1:0",
    ];
    Running::start(folder, &command)?.finish()?.well()?;
    let told = |error: std::io::Error| format!("{office}: {error}");
    let mut options = OpenOptions::new();
    let mut secret = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place.join("oidc.secret"))
        .map_err(told)?;
    writeln!(secret, "{SECRET}").map_err(told)?;
    let settings = place.join("settings.toml");
    let before = fs::read_to_string(&settings).unwrap_or_default();
    let after = format!(
        "{before}
window = \"127.0.0.1:{port}\"
window_origin = \"http://localhost:{port}\"

[oidc]
name = \"Example\"
issuer = \"{issuer}\"
client_id = \"issei window\"
client_secret_file = \"oidc.secret\"
"
    );
    fs::write(&settings, after).map_err(told)?;
    Ok(office)
}

/// Finds a TCP port that nobody uses now.
fn free_port() -> Result<u16, String> {
    let told = |error: std::io::Error| format!("no free port: {error}");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(told)?;
    Ok(listener.local_addr().map_err(told)?.port())
}
