//! What a person sets in an office's `settings.toml`: each knob's name, kind and range.
//!
//! In: the text of the file. Out: [`Settings`], or every complaint with its place and mend. Always: none is the
//! same as an empty file. Not here: the collector's file (`configuration`), an enforcer's devices (`enforcer`).

use std::io::Read as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use issei_case::Ceiling;
use issei_host::clock::Untold;
use issei_model::{Goal, Order, OrganisationId, Span, StandingOrder};
use serde::Serialize;

use crate::code::Failure;
use crate::configuration::{
    Complaint, Complaints, Count, Issuer, Label, Origin, Places, Reach, Section, Spot, parse_flat,
    span_text,
};

/// What a person sets in `settings.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Whose office this is, at a member.
    pub member: Option<OrganisationId>,
    /// Where the coordinator listens, or where a member finds it: `address:port`.
    pub address: Option<String>,
    /// Rows of the pack that are off as shipped and on here.
    pub rows_on: Vec<String>,
    /// A file with own policies, stricter than the nation's.
    pub own_pack: Option<PathBuf>,
    /// Lines of one order, at most; only lowers.
    pub lines_per_order: Option<u64>,
    /// Lines of a day's orders, at most; only lowers.
    pub lines_per_day: Option<u64>,
    /// Take the clock's error as this many milliseconds, where the kernel is not told.
    pub clock_error_ms: Option<u32>,
    /// Connections that the coordinator takes from one address.
    pub connections_per_address: Option<usize>,
    /// How long the canary is watched, in milliseconds.
    pub watch_ms: Option<u32>,
    /// Time between signing T and T, in milliseconds, beside the slowest lead.
    pub notice_ms: Option<u32>,
    /// How long after the first T people have to confirm an order that says nothing of it; else it ends.
    #[serde(serialize_with = "as_time")]
    pub confirm_within: Option<Span>,
    /// The socket of the enforcer that has this member's real devices; without one, cuts are rehearsed.
    pub enforcer: Option<PathBuf>,
    /// Services, `address:port`, that answer while ordinary traffic goes on; looked at when a cut begins.
    pub probes: Vec<SocketAddr>,
    /// Goals that customers of this member need to reach.
    pub needed_by_customers: Vec<Goal>,
    /// Resolvers, `address:port`, that this member's lines ask: asked here for the names in question.
    pub resolvers: Vec<SocketAddr>,
    /// The prefixes of this member's own lines: only there its reflexes act.
    pub ours: Vec<IpNet>,
    /// How often what reflexes did is reported, in milliseconds.
    pub report_reflexes_ms: Option<u32>,
    /// Where people find this office's pages, `address:port`; without it there are none.
    pub window: Option<SocketAddr>,
    /// The origin under which people see them, such as `https://issei.example`, where something stands between.
    pub window_origin: Option<String>,
    /// The file of findings that this member's collector writes, for its pages.
    pub findings: Option<PathBuf>,
    /// By whose accounts people come to the pages too.
    pub oidc: Option<Oidc>,
}

/// A provider of accounts (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Oidc {
    /// What people call it; the label of the button.
    pub name: String,
    /// Its issuer, letter by letter as its own document says.
    pub issuer: String,
    /// What it calls this window.
    pub client_id: String,
    /// A file with what this window shows it, beside the settings; without one the client is public.
    pub client_secret_file: Option<PathBuf>,
}

impl Settings {
    /// The file's name in an office's folder.
    pub const FILE: &'static str = "settings.toml";

    /// Reads them. `file` names the file in complaints.
    ///
    /// # Errors
    /// Every complaint, in the order of the lines.
    pub fn parse(file: &str, text: &str) -> Result<Self, Complaints> {
        Self::parse_with_places(file, text).map(|(settings, _)| settings)
    }

    /// Reads them, and tells where the knobs stand in the text.
    ///
    /// # Errors
    /// Every complaint, in the order of the lines.
    pub(crate) fn parse_with_places<'a>(
        file: &str,
        text: &'a str,
    ) -> Result<(Self, Places<'a>), Complaints> {
        parse_flat(file, text, Self::take, Self::check)
    }

    fn take(from: &mut Section<'_, '_>) -> Self {
        Self {
            member: from.take_if_set("member", ""),
            address: from
                .take_if_set("address", "")
                .map(|Reach(address)| address),
            rows_on: from.take_if_set("rows_on", "").unwrap_or_default(),
            own_pack: from.take_if_set("own_pack", ""),
            lines_per_order: number(from, "lines_per_order", LINES),
            lines_per_day: number(from, "lines_per_day", LINES),
            clock_error_ms: number(from, "clock_error_ms", MILLISECONDS),
            connections_per_address: number(from, "connections_per_address", CONNECTIONS),
            watch_ms: number(from, "watch_ms", MILLISECONDS),
            notice_ms: number(from, "notice_ms", MILLISECONDS),
            confirm_within: from.take_if_set("confirm_within", CONFIRM),
            enforcer: from.take_if_set("enforcer", ""),
            probes: from.take_if_set("probes", "").unwrap_or_default(),
            needed_by_customers: from
                .take_if_set("needed_by_customers", "")
                .unwrap_or_default(),
            resolvers: from.take_if_set("resolvers", "").unwrap_or_default(),
            ours: from.take_if_set("ours", "").unwrap_or_default(),
            report_reflexes_ms: number(from, "report_reflexes_ms", MILLISECONDS),
            window: from.take_if_set("window", ""),
            window_origin: from
                .take_if_set("window_origin", "")
                .map(|Origin(origin)| origin),
            findings: from.take_if_set("findings", ""),
            oidc: from.subsection("oidc", Oidc::take),
        }
    }

    /// Looks for what cannot work, though each knob by itself could.
    fn check(&self, places: &Places<'_>, complaints: &mut Vec<Complaint>) {
        let mut say = |spot, key: &str, wrong: String, mend: String| {
            complaints.push(Complaint {
                spot,
                key: key.into(),
                wrong,
                mend,
            });
        };
        for net in self.ours.iter().filter(|net| !is_own(net)) {
            let (v4, v6) = StandingOrder::WIDEST;
            say(
                places.part("ours", &net.to_string()),
                "ours",
                format!("`{net}` is wider than any provider"),
                format!(
                    "name the prefixes of your own lines: /{v4} or longer, of IPv6 /{v6} or longer"
                ),
            );
        }
        for (key, addresses) in [("probes", &self.probes), ("resolvers", &self.resolvers)] {
            for address in addresses.iter().filter(|address| address.port() == 0) {
                say(
                    places.part(key, &address.to_string()),
                    key,
                    format!("nothing answers at port 0 of `{address}`"),
                    "choose a port from 1 to 65535".into(),
                );
            }
        }
        if let Some(within) = self.confirm_within
            && let Some(nearest) = Order::nearest_confirm(within, Span::from_micros(i64::MAX))
            && nearest != within
        {
            say(
                places.spot("confirm_within"),
                "confirm_within",
                "people confirm within whole seconds".into(),
                format!("write `\"{}\"`", span_text(nearest)),
            );
        }
        if self.window.is_none()
            && places.has("window_origin")
            && self.window_origin.is_some()
            && !places.has("window")
        {
            say(
                places.spot("window_origin"),
                "window_origin",
                "it has no effect without a window".into(),
                "set `window` to an address, such as `\"127.0.0.1:8090\"`, or take it out".into(),
            );
        }
        if let Some(oidc) = &self.oidc {
            if !places.has("window_origin") {
                say(
                    places.spot("oidc"),
                    "oidc",
                    "the provider would not know where to send people back to".into(),
                    "set `window_origin`, such as `\"https://issei.example\"`, above the section"
                        .into(),
                );
            }
            oidc.check(places, &mut say);
        }
    }

    /// Tells where the coordinator listens.
    ///
    /// # Errors
    /// If `address` is not an address with a port.
    pub fn listening(&self) -> Result<SocketAddr, Failure> {
        let address = self.address.as_deref().unwrap_or("127.0.0.1:0");
        let wrong = |_| {
            let hint = "an address with its port, such as 192.0.2.1:7443";
            Failure::wrong(format!(
                "settings.toml: `address = \"{address}\"` is not {hint}"
            ))
        };
        address.parse().map_err(wrong)
    }

    /// Lowers the ceilings that were agreed on, as far as is set here.
    pub fn lowered(&self, agreed: Ceiling) -> Ceiling {
        agreed.lowered(
            self.lines_per_order.unwrap_or(u64::MAX),
            self.lines_per_day.unwrap_or(u64::MAX),
        )
    }

    /// Gives what is believed of a clock of which the kernel is not told.
    pub fn untold(&self) -> Untold {
        match self.clock_error_ms {
            Some(ms) => Untold::Assumed(Span::from_millis(i64::from(ms))),
            None => Untold::Unsynchronised,
        }
    }

    /// Gives a span that is set in milliseconds.
    pub fn span(set: Option<u32>, usual: Span) -> Span {
        set.map_or(usual, |ms| Span::from_millis(i64::from(ms)))
    }
}

impl Oidc {
    fn take(from: &mut Section<'_, '_>) -> Self {
        Self {
            name: from
                .take_if_set("name", "")
                .map_or(String::new(), |Label(name)| name),
            issuer: from
                .take_if_set("issuer", "")
                .map_or(String::new(), |Issuer(issuer)| issuer),
            client_id: from
                .take_if_set("client_id", "")
                .map_or(String::new(), |Label(id)| id),
            client_secret_file: from.take_if_set("client_secret_file", ""),
        }
    }

    fn check(&self, places: &Places<'_>, say: &mut impl FnMut(Spot, &str, String, String)) {
        for (key, set, example) in [
            (
                "oidc.name",
                &self.name,
                "write what people call it, such as `name = \"Example\"`",
            ),
            (
                "oidc.issuer",
                &self.issuer,
                "write the provider's, such as `issuer = \"https://login.example\"`",
            ),
            (
                "oidc.client_id",
                &self.client_id,
                "write what the provider calls this window, such as `client_id = \"issei\"`",
            ),
        ] {
            if set.is_empty() && !places.has(key) {
                say(
                    places.spot("oidc"),
                    key,
                    "it is missing".into(),
                    example.into(),
                );
            }
        }
        if let Some(rest) = self.issuer.strip_prefix("http://")
            && !is_here(rest)
        {
            say(
                places.spot("oidc.issuer"),
                "oidc.issuer",
                "whoever stands between could sign in as anybody".into(),
                format!("write `https://{rest}`; without TLS only on the machine itself"),
            );
        }
    }

    /// Reads what this window shows the provider; `root` is the office's folder.
    ///
    /// # Errors
    /// If the file cannot be read, is open to others, or is empty or too long.
    pub fn secret(&self, root: &Path) -> Result<Option<String>, Failure> {
        let Some(file) = &self.client_secret_file else {
            return Ok(None);
        };
        let path = root.join(file);
        let told = |why: String| {
            Failure::wrong(format!(
                "settings.toml: oidc.client_secret_file: {}: {why}",
                path.display()
            ))
        };
        let read = || {
            let file = std::fs::File::open(&path)?;
            let mode = file.metadata()?.permissions().mode();
            let mut text = String::new();
            file.take(LONGEST_SECRET + 1).read_to_string(&mut text)?;
            Ok::<_, std::io::Error>((mode, text))
        };
        let (mode, text) = read().map_err(|error| told(error.to_string()))?;
        if mode & 0o077 != 0 {
            return Err(told("others may read it; `chmod 600` it".into()));
        }
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.is_empty() || text.len() as u64 > LONGEST_SECRET || secret.contains('\n') {
            return Err(told("it holds one line, the client's secret".into()));
        }
        Ok(Some(secret.to_owned()))
    }
}

/// Tells whether what stands behind `http://` is this very machine.
fn is_here(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// Bytes of a client's secret; providers make some fifty.
const LONGEST_SECRET: u64 = 1_024;

/// Tells whether a prefix can be one member's own: as narrow as a standing order's scope may be.
fn is_own(net: &IpNet) -> bool {
    let (v4, v6) = StandingOrder::WIDEST;
    let widest = if net.addr().is_ipv4() { v4 } else { v6 };
    net.prefix_len() >= widest && net.trunc() == *net
}

/// Writes a time as a person does.
#[expect(clippy::ref_option, reason = "serde hands it over like this")]
fn as_time<S: serde::Serializer>(set: &Option<Span>, to: S) -> Result<S::Ok, S::Error> {
    set.map(span_text).serialize(to)
}

/// Lines that a ceiling may let through. To cut nothing is `issei stop`, not a ceiling of 0.
const LINES: &str = "1 .. 1000000000";
/// Milliseconds of a knob: an hour is long for each of them.
const MILLISECONDS: &str = "0 .. 3600000";
/// How long people may have to confirm an order; each order's own life bounds it further.
const CONFIRM: &str = "60s .. 24h";
/// Connections from one address: a country of processes at one address needs as many.
const CONNECTIONS: &str = "1 .. 1000000";

/// Takes a whole number that fits its kind, for its range does.
fn number<T: TryFrom<u64>>(
    from: &mut Section<'_, '_>,
    name: &'static str,
    range: &str,
) -> Option<T> {
    let Count(number) = from.take_if_set(name, range)?;
    T::try_from(number).ok()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
