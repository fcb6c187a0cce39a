//! The resolvers, set up as `docs/resolvers.md` says, each at its address of loopback.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::{Running, said_by};

/// A resolver.
pub struct Peer {
    /// Where it answers.
    pub address: &'static str,
    /// Who fetches for it: from where, how it is known, where it is told.
    pub fetchers: &'static [&'static str],
    /// Whether it lets clients pass that the zone lets pass.
    pub lets_pass: bool,
    /// The longest median until it refuses a name, in microseconds.
    pub median: u64,
    /// The furthest median from T at which it refuses a name, in microseconds.
    pub from_t: u64,
    /// The longest that it holds rules without the primary, in microseconds.
    pub lease: u64,
    /// Milliseconds by which each round begins later than the one before: a resolver that polls is
    /// otherwise always met just after it has.
    pub pause: u64,
    /// Starts it and what it needs.
    pub start: fn(&Namespace, &Folder, &Setting) -> Result<Vec<Running>, String>,
    /// Asks for its version, which stands in the first line that names it.
    version: (&'static [&'static str], &'static str),
}

/// What every setup needs to know.
pub struct Setting {
    /// Our program.
    pub program: String,
    /// A folder for everything.
    home: String,
}

/// Where the primary listens, and who answers for the rest of the world.
pub const PRIMARY: &str = "127.0.1.10";
pub const AUTHORITY: &str = "127.0.1.9";
/// The key's bytes, and the same in base 64.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SECRET_64: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// What a member may be promised: rules end within this after the end of an order.
const G3: u64 = 2_200_000;
/// Until a file is there that another program writes.
const PATIENCE: Duration = Duration::from_secs(20);

/// BIND heeds the zone's expiry, and needs to be allowed to refresh so often.
pub const BIND: Peer = Peer {
    address: "127.0.1.1",
    fetchers: &["127.0.1.1:signed:53"],
    lets_pass: true,
    median: 50_000,
    from_t: 50_000,
    lease: G3,
    pause: 7,
    start: bind,
    version: (&["named", "-v"], "BIND"),
};

/// Unbound cannot sign, and does not heed the expiry of such a zone: a loop beside it does. Its questions
/// come from the address of the route, here the first of loopback. Clients that the zone lets pass it
/// refuses all the same (a name of the zone goes before them): a tag lets them pass.
pub const UNBOUND: Peer = Peer {
    address: "127.0.1.2",
    fetchers: &["127.0.1.2:plain:53", "127.0.0.1:plain"],
    lets_pass: true,
    median: 50_000,
    from_t: 50_000,
    lease: G3,
    pause: 7,
    start: unbound,
    version: (&["unbound", "-V"], "Version"),
};

/// Knot Resolver reads a file that Knot DNS fetches, and knows no clients. Knot DNS holds a zone for at
/// least three seconds; told of a change less than a second after the one before, it often fetches only when
/// that second is over, whatever its timers are set to.
pub const KNOT: Peer = Peer {
    address: "127.0.1.3",
    fetchers: &["127.0.1.4:signed:53"],
    lets_pass: false,
    median: 50_000,
    from_t: 1_000_000,
    lease: 4_000_000,
    pause: 7,
    start: knot,
    version: (&["kresd", "--version"], "Knot Resolver"),
};

/// PowerDNS Recursor asks once a second and is not told.
pub const POWERDNS: Peer = Peer {
    address: "127.0.1.5",
    fetchers: &["127.0.1.5:signed"],
    lets_pass: true,
    median: 1_000_000,
    from_t: 1_000_000,
    lease: 3_200_000,
    pause: 97,
    start: powerdns,
    version: (&["pdns_recursor", "--version"], "PowerDNS Recursor"),
};

impl Peer {
    /// Names it with its version.
    ///
    /// # Errors
    /// If it does not tell.
    pub fn version(&self) -> Result<String, String> {
        let folder = Folder::new("version")?;
        let said = said_by(&folder, self.version.0)?;
        let text = format!("{}\n{}", said.out, said.err);
        let line = text.lines().find(|line| line.contains(self.version.1));
        let line = line.ok_or_else(|| format!("it said `{text}`"))?;
        let from = line.find(self.version.1).unwrap_or(0);
        let words = line[from..]
            .split([' ', ','])
            .take_while(|word| !word.starts_with('('));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).take(4).collect();
        Ok(words.join(" ").replace("Version", "Unbound"))
    }
}

impl Setting {
    /// Takes a folder and our program.
    pub fn new(folder: &Folder, program: &Path) -> Self {
        Self {
            program: program.display().to_string(),
            home: folder.file("").display().to_string(),
        }
    }

    /// Names a folder in it.
    pub fn folder(&self, name: &str) -> String {
        format!("{}{name}", self.home)
    }

    /// Writes a file of a setup, with what it needs to know put in.
    fn write(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.folder(name);
        let folder = Path::new(&path).parent().unwrap_or(Path::new("/"));
        let filled = text
            .replace("PRIMARY", PRIMARY)
            .replace("AUTHORITY", AUTHORITY)
            .replace("SECRET", SECRET_64)
            .replace("HOME/", &self.home);
        let made = fs::create_dir_all(folder).and_then(|()| fs::write(&path, filled));
        made.map_err(|error| format!("{path}: {error}"))?;
        Ok(path)
    }
}

fn bind(namespace: &Namespace, folder: &Folder, setting: &Setting) -> Result<Vec<Running>, String> {
    let path = setting.write("bind/named.conf", NAMED)?;
    Ok(vec![
        namespace.start(folder, &["named", "-g", "-c", &path])?,
    ])
}

fn unbound(
    namespace: &Namespace,
    folder: &Folder,
    setting: &Setting,
) -> Result<Vec<Running>, String> {
    let path = setting.write("unbound/unbound.conf", UNBOUND_CONF)?;
    let lease = setting.write("unbound/lease.sh", UNBOUND_LEASE)?;
    let resolver = namespace.start(folder, &["unbound", "-d", "-c", &path])?;
    Ok(vec![resolver, namespace.start(folder, &["sh", &lease])?])
}

fn knot(namespace: &Namespace, folder: &Folder, setting: &Setting) -> Result<Vec<Running>, String> {
    let path = setting.write("knot/knot.conf", KNOTD)?;
    setting.write("knot/zones/none", "")?;
    let config = setting.write("kres/kresd.conf", KRESD)?;
    let mut fetcher = namespace.start(folder, &["knotd", "-c", &path])?;
    let (file, began) = (setting.folder("knot/zones/hot.zone"), Instant::now());
    fetcher.until("the zone is there", |_| {
        fs::metadata(&file).is_ok_and(|file| file.len() > 0) || began.elapsed() > PATIENCE
    })?;
    let home = setting.folder("kres");
    let resolver = namespace.start(folder, &["kresd", "-n", "-c", &config, &home])?;
    Ok(vec![resolver, fetcher])
}

fn powerdns(
    namespace: &Namespace,
    folder: &Folder,
    setting: &Setting,
) -> Result<Vec<Running>, String> {
    setting.write("pdns/recursor.conf", RECURSOR)?;
    setting.write("pdns/zone.lua", RECURSOR_ZONE)?;
    setting.write("pdns/lease.lua", RECURSOR_LEASE)?;
    let config = format!("--config-dir={}", setting.folder("pdns"));
    Ok(vec![namespace.start(folder, &["pdns_recursor", &config])?])
}

const NAMED: &str = r#"
key "issei.key" { algorithm hmac-sha256; secret "SECRET"; };
options {
    directory "HOME/bind";
    listen-on port 53 { 127.0.1.1; };
    listen-on-v6 { none; };
    allow-query { any; };
    allow-recursion { any; };
    forwarders { AUTHORITY; };
    forward only;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    serial-query-rate 2000;
    response-policy {
        zone "hot.rpz.test" max-policy-ttl 1 min-update-interval 0;
        zone "base.rpz.test" min-update-interval 60;
    } qname-wait-recurse no nsip-wait-recurse no nsdname-wait-recurse no;
};
controls {};
zone "hot.rpz.test" {
    type secondary;
    file "hot.db";
    primaries { PRIMARY key "issei.key"; };
    transfer-source 127.0.1.1;
    allow-notify { key "issei.key"; };
    min-refresh-time 1; max-refresh-time 1;
    min-retry-time 1; max-retry-time 1;
};
zone "base.rpz.test" {
    type secondary;
    file "base.db";
    primaries { PRIMARY key "issei.key"; };
    transfer-source 127.0.1.1;
    allow-notify { key "issei.key"; };
};
"#;

const UNBOUND_CONF: &str = r#"
server:
    directory: "HOME/unbound"
    chroot: ""
    username: ""
    pidfile: ""
    interface: 127.0.1.2
    outgoing-interface: 127.0.1.2
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    module-config: "respip iterator"
    use-syslog: no
    local-zone: "test." nodefault
    local-zone: "example." nodefault
    define-tag: "cut opted-out"
    access-control-tag: 127.0.0.0/8 "cut"
    access-control-tag: 127.0.5.0/24 "opted-out"
rpz:
    name: "hot.rpz.test."
    tags: "cut"
    primary: PRIMARY
    allow-notify: PRIMARY
    zonefile: "hot.zone"
rpz:
    name: "base.rpz.test."
    primary: PRIMARY
    allow-notify: PRIMARY
    zonefile: "base.zone"
forward-zone:
    name: "."
    forward-addr: AUTHORITY
remote-control:
    control-enable: yes
    control-interface: "HOME/unbound/control"
    control-use-cert: no
"#;

/// Takes the policy away when the primary is silent twice, and gives it back when it speaks again.
const UNBOUND_LEASE: &str = r#"
silent=0 on=yes
while sleep 0.5; do
    serial=$(dig +short +tries=1 +time=1 -b 127.0.1.2 @PRIMARY hot.rpz.test SOA | cut -d' ' -f3)
    case "$serial" in [0-9]*) silent=0 ;; *) silent=$((silent + 1)) ;; esac
    if [ $silent -ge 2 ] && [ $on = yes ]; then
        unbound-control -c HOME/unbound/unbound.conf rpz_disable hot.rpz.test && on=no
    elif [ $silent -eq 0 ] && [ $on = no ]; then
        unbound-control -c HOME/unbound/unbound.conf rpz_enable hot.rpz.test && on=yes
    fi
done
"#;

const KNOTD: &str = r#"
server:
    listen: 127.0.1.4@53
    rundir: "HOME/knot"
database:
    storage: "HOME/knot/database"
log:
  - target: stderr
    any: warning
key:
  - id: issei.key
    algorithm: hmac-sha256
    secret: SECRET
remote:
  - id: issei
    address: PRIMARY@53
    via: 127.0.1.4
    key: issei.key
acl:
  - id: notices
    address: PRIMARY
    key: issei.key
    action: notify
zone:
  - domain: hot.rpz.test
    storage: "HOME/knot/zones"
    file: "hot.zone"
    master: issei
    acl: notices
    semantic-checks: off
    zonefile-sync: 0
    journal-content: none
    refresh-min-interval: 2
    retry-min-interval: 1
    expire-min-interval: 3
"#;

const KRESD: &str = r#"
modules = { 'policy' }
net.listen('127.0.1.3', 53, { kind = 'dns' })
cache.open(10 * MB, 'lmdb://HOME/kres/cache')
trust_anchors.remove('.')

local lives = true
local rules = policy.rpz(policy.DENY, 'HOME/knot/zones/hot.zone', true)
policy.add(function (state, query)
    if lives then return rules(state, query) end
end)
policy.add(policy.suffix(policy.STUB('127.0.1.4'), { todname('hot.rpz.test') }))
policy.add(policy.all(policy.STUB('AUTHORITY')))
event.recurrent(200, function ()
    resolve('hot.rpz.test', kres.type.SOA, kres.class.IN, { 'NO_CACHE' }, function (answer)
        lives = answer ~= nil and answer:rcode() == kres.rcode.NOERROR
    end)
end)
"#;

const RECURSOR: &str = r#"
socket-dir=HOME/pdns
local-address=127.0.1.5
forward-zones-recurse=.=AUTHORITY
allow-from=127.0.0.0/8
dont-query=
dnssec=off
daemon=no
disable-syslog=yes
security-poll-suffix=
setuid=
setgid=
disable-packetcache=yes
lua-config-file=HOME/pdns/zone.lua
lua-dns-script=HOME/pdns/lease.lua
"#;

const RECURSOR_ZONE: &str = r#"
rpzPrimary({"PRIMARY"}, "hot.rpz.test", {
    tsigname = "issei.key", tsigalgo = "hmac-sha256", tsigsecret = "SECRET",
    refresh = 1, localAddress = "127.0.1.5", policyName = "hot", dumpFile = "HOME/pdns/hot.zone",
})
"#;

/// The dump of the zone begins with its serial, which steps each second while somebody is there.
const RECURSOR_LEASE: &str = r#"
local last, since, stale = nil, os.time(), false
function maintenance()
    local file, now = io.open("HOME/pdns/hot.zone"), os.time()
    local serial = file and file:read("*l")
    if file then file:close() end
    if serial ~= last then last, since = serial, now end
    stale = now - since > 1
end
function prerpz(query)
    if stale then query:discardPolicy("hot") end
    return false
end
"#;
