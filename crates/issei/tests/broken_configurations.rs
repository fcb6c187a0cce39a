//! Mistakes that operators make in their files, and what `issei config check` says of each: the real program.
//!
//! Every row gives a file, and the whole of the complaint behind the file's name: line, column, knob, what stands
//! there, what is wrong, what to write instead. The exit code is always 2: the file is to be mended, nobody else.

use std::process::{Command, Output};

#[path = "../src/traffic.rs"]
#[allow(dead_code, reason = "shared with the tests inside, which use the rest")]
mod traffic;

use traffic::Folder;

/// A mistake: its name, the file, and what is said of it.
type Broken = (&'static str, &'static str, &'static str);

/// Mistakes of grammar, in the file of a collector.
const GRAMMAR: &[Broken] = &[
    (
        "a text that is not closed",
        "[meter]\nidle = \"15s\nactive = \"60s\"\n",
        "2:8: `\"15s`: this text is not closed; close it with `\"` on the same line",
    ),
    (
        "no equals sign",
        "[meter]\nidle \"15s\"\n",
        "2:6: `=` is missing between the name and its value; write `idle = …`",
    ),
    (
        "a colon, as in YAML",
        "[meter]\nidle: \"15s\"\n",
        "2:5: `:` does not give a value; write `=`",
    ),
    (
        "a heading that is not closed",
        "[meter\nidle = \"15s\"\n",
        "1:1: `[meter`: a bracket is not closed; close it with `]`",
    ),
    (
        "a heading that is not opened",
        "meter]\nidle = \"15s\"\n",
        "1:1: `meter]`: the bracket before the name is missing; write `[meter]`",
    ),
    (
        "a heading in the wrong brackets",
        "{meter}\nidle = \"15s\"\n",
        "1:1: `{meter}`: a section stands in square brackets; write `[meter]`",
    ),
    (
        "a list that is not closed",
        "[territory]\nours = [\"192.0.2.0/24\"\n",
        "2:1: `ours = [\"192.0.2.0/24\"`: a bracket is not closed; close it with `]`",
    ),
    (
        "a list in round brackets",
        "[territory]\nours = (\"192.0.2.0/24\")\n",
        "2:8: `(\"192.0.2.0/24\")`: a list stands in square brackets; write `[\"192.0.2.0/24\"]`",
    ),
    (
        "a list without commas",
        "[territory]\nours = [\"192.0.2.0/24\" \"198.51.100.0/24\"]\n",
        "2:24: a comma is missing between two items; write `,` between them",
    ),
    (
        "two commas",
        "[territory]\nours = [\"192.0.2.0/24\",, \"198.51.100.0/24\"]\n",
        "2:24: `,`: there is no item between two commas; take one out",
    ),
    (
        "a text without quotes",
        "[output]\nlevel = finding\n",
        "2:9: `finding`: text stands in quotes; write `\"finding\"`",
    ),
    (
        "a truth in capitals, as in Python",
        "[output]\nterminal = True\n",
        "2:12: `True`: this is written in small letters; write `true`",
    ),
    (
        "a yes, as in YAML",
        "[output]\nterminal = yes\n",
        "2:12: `yes`: this is not how TOML says yes; write `true`",
    ),
    (
        "no value",
        "[output]\nfile =\n",
        "2:7: the value is missing; write it after `=`, or take the line out",
    ),
    (
        "a number with commas",
        "[meter]\nflows = 1,000,000\n",
        "2:10: `,`: a number has no commas, and a knob one value; write `1000` or `1_000`; a list stands in brackets",
    ),
    (
        "a number that begins with 0",
        "[collect]\nreceivers = 04\n",
        "2:13: `0`: a number does not begin with 0; write it without zeros in front",
    ),
    (
        "two knobs in a line",
        "[meter]\nidle = \"15s\"; active = \"60s\"\n",
        "2:1: `idle = \"15s\"; active = \"60s\"`: a second thing stands in this line; write one knob or heading a line",
    ),
    (
        "a comment of another language",
        "[meter]\n// a quarter of a minute\nidle = \"15s\"\n",
        "2:1: `// a quarter of a minute`: this is no comment of TOML; begin it with `#`",
    ),
    (
        "a path of another system",
        "[detect]\nclasses = \"C:\\users\\classes\"\n",
        "2:1: `classes = \"C:\\users\\classes\"`: `\\` means something else in double quotes; write `\\\\`, or put the text in single quotes",
    ),
    (
        "one knob twice",
        "[meter]\nidle = \"15s\"\nactive = \"60s\"\nidle = \"16s\"\n",
        "4:1: `idle` stands here twice, first in line 2; keep one of them",
    ),
    (
        "one section twice",
        "[meter]\nidle = \"15s\"\n[output]\n[meter]\nactive = \"60s\"\n",
        "4:2: `meter` stands here twice, first in line 1; put its knobs under one heading",
    ),
    (
        "one exporter twice",
        "[sampling]\nexporters = { \"192.0.2.1\" = 10, \"192.0.2.1\" = 20 }\n",
        "2:33: `192.0.2.1` stands here twice, once already; keep one of them",
    ),
    (
        "a full-width equals sign",
        "[meter]\nidle ＝ \"15s\"\n",
        "2:6: `＝` is not a letter of TOML; write `=` in half width (半角)",
    ),
    (
        "a full-width space before a knob, behind a comment that may have them",
        "# 設定　です\n[meter]\n　idle = \"15s\"\n",
        "3:1: a full-width space (全角スペース) is not a letter of TOML; write a plain space in half width (半角)",
    ),
    (
        "full-width digits",
        "[meter]\nflows = １０００００\n",
        "2:9: `１` is not a letter of TOML; write `1` in half width (半角)",
    ),
    (
        "quotes of a word processor",
        "[meter]\nidle = “15s”\n",
        "2:8: `“` is not a letter of TOML; write `\"` in half width (半角)",
    ),
    (
        "brackets of a Japanese keyboard",
        "【meter】\nidle = \"15s\"\n",
        "1:1: `【` is not a letter of TOML; write `[` in half width (半角)",
    ),
    (
        "a knob with a Japanese name",
        "[meter]\n待ち = \"15s\"\n",
        "2:1: `待` is not a letter of TOML; write plain letters in half width (半角)",
    ),
    (
        "a line end of an old Macintosh",
        "[meter]\ridle = \"15s\"\n",
        "1:1: `[meter]`: this line ends like on an old Macintosh; end lines with a newline (LF)",
    ),
];

/// Mistakes of meaning, in the file of a collector.
const COLLECTOR: &[Broken] = &[
    (
        "a misspelt knob, behind a mark of the byte order",
        "\u{feff}[collect]\nlistn = []\ninterface = \"eth0\"\n",
        "2:1: collect.listn: there is no such knob; did you mean `listen`?",
    ),
    (
        "a misspelt section, behind a mark of the byte order",
        "\u{feff}[colect]\n",
        "1:2: colect: there is no such section; did you mean `[collect]`?",
    ),
    (
        "a knob in capitals, behind a tab",
        "[meter]\n\tIdle = \"15s\"\n",
        "2:2: meter.Idle: there is no such knob; did you mean `idle`?",
    ),
    (
        "a knob in the wrong section",
        "[output]\nindicators = []\n",
        "2:1: output.indicators: there is no such knob; `indicators` belongs under `[detect]`",
    ),
    (
        "a knob before every heading",
        "retention = \"30d\"\n",
        "1:1: retention: there is no such section; write it under `[output]`",
    ),
    (
        "a table that nobody knows",
        "[kitchen]\nknife = 1\n",
        "1:2: kitchen: there is no such section; there are `territory`, `sampling`, `detect`, `meter`, `collect`, `output`, `webhook`, `reflex`, `watch`, `metrics`",
    ),
    (
        "a section as a list of tables",
        "[[meter]]\nidle = \"15s\"\n",
        "1:3: meter: this is the name of a section; write `[meter]` on a line of its own and the knobs below it",
    ),
    (
        "text where a number is wanted",
        "[collect]\nreceivers = \"4\"\n",
        "2:13: collect.receivers: `\"4\"`: this is text, not a whole number; write digits without quotes, such as `1000`",
    ),
    (
        "a time without its unit",
        "[meter]\nidle = 15\n",
        "2:8: meter.idle: `15`: this is a whole number, not a time; write a number with its unit in quotes, such as `\"500us\"`, `\"10s\"`, `\"5min\"`, `\"1h\"` or `\"90d\"`",
    ),
    (
        "a time in another unit",
        "[output]\nretention = \"5 weeks\"\n",
        "2:13: output.retention: `5 weeks` is no time; write a number with its unit in quotes, such as `\"500us\"`, `\"10s\"`, `\"5min\"`, `\"1h\"` or `\"90d\"`",
    ),
    (
        "a time in minutes, or months",
        "[meter]\nactive = \"1m\"\n",
        "2:10: meter.active: `1m` is no time; did you mean `1min`?",
    ),
    (
        "a time in Japanese",
        "[meter]\nidle = \"15秒\"\n",
        "2:8: meter.idle: `15秒` is no time; did you mean `15s`?",
    ),
    (
        "an amount in thousands",
        "[collect]\nbuffer = \"64MB\"\n",
        "2:10: collect.buffer: `64MB` is no amount of bytes; did you mean `64MiB`?",
    ),
    (
        "a limit of zero",
        "[webhook]\nurl = \"http://desk.example/\"\nqueue = 0\n",
        "3:9: webhook.queue: `0`: this is out of range; choose from 1 to 1000000",
    ),
    (
        "a negative number",
        "[collect]\nreceivers = -1\n",
        "2:13: collect.receivers: `-1`: this is negative; choose from 1 to 64",
    ),
    (
        "a number that no machine holds",
        "[meter]\nflows = 99999999999999999999999\n",
        "2:9: meter.flows: `99999999999999999999999`: this number is too large; choose from 1024 to 100000000",
    ),
    (
        "a port that is none",
        "[collect]\nlisten = [\"[::]:2055\", \"0.0.0.0:99999\"]\n",
        "2:24: collect.listen: `0.0.0.0:99999` is no address with a port; a port is 0 to 65535, not 99999",
    ),
    (
        "an address without its port",
        "[metrics]\nlisten = \"127.0.0.1\"\n",
        "2:10: metrics.listen: `127.0.0.1` is no address with a port; a port is missing; write `127.0.0.1:PORT` with its number",
    ),
    (
        "one address twice",
        "[collect]\nlisten = [\"[::]:2055\", \"[::]:2055\"]\n",
        "2:10: collect.listen: `[\"[::]:2055\", \"[::]:2055\"]`: `[::]:2055` stands here twice; keep one of them",
    ),
    (
        "one exporter twice, in two ways of writing",
        "[sampling.exporters]\n\"2001:db8::1\" = 10\n\"2001:DB8:0::1\" = 20\n",
        "3:1: sampling.exporters: `\"2001:DB8:0::1\"`: `2001:db8::1` stands here twice; keep one of them",
    ),
    (
        "a prefix with host bits",
        "[territory]\nours = [\"192.0.2.7/24\"]\n",
        "2:9: territory.ours: `192.0.2.7/24` is no prefix; bits are set behind its length; did you mean `192.0.2.0/24` or the single address `192.0.2.7/32`?",
    ),
    (
        "the length of one family behind an address of the other",
        "[territory]\nours = [\n  \"2001:db8::/32\",\n  \"192.0.2.0/64\",\n]\n",
        "4:3: territory.ours: `192.0.2.0/64` is no prefix; the length of a prefix of IPv4 is 0 to 32, not 64",
    ),
    (
        "a range where a prefix is wanted",
        "[territory]\nours = [\"192.0.2.0-192.0.2.255\"]\n",
        "2:9: territory.ours: `192.0.2.0-192.0.2.255` is no prefix; write a prefix in quotes, such as `\"192.0.2.0/24\"` or `\"2001:db8::/32\"`",
    ),
    (
        "the whole Internet as own",
        "[territory]\nours = [\"::/0\"]\n",
        "2:8: territory.ours: `[\"::/0\"]`: `::/0` is the whole Internet, so nobody would be outside; name your own prefixes",
    ),
    (
        "a level in capitals",
        "[output]\nlevel = \"WARNING\"\n",
        "2:9: output.level: `WARNING` is no level; write `measure`, `context`, `candidate` or `finding`",
    ),
    (
        "a misspelt level",
        "[output]\nlevel = \"Findings\"\n",
        "2:9: output.level: `Findings` is no level; did you mean `finding`?",
    ),
    (
        "an address of the web without its scheme",
        "[webhook]\nurl = \"desk.example/findings\"\n",
        "2:7: webhook.url: `desk.example/findings` is no HTTP address; write `\"https://desk.example/findings\"`",
    ),
    (
        "a password in an address, which is not repeated",
        "[webhook]\nurl = \"https://me:hunter2@desk.example/\"\n",
        "2:7: webhook.url: a name and password do not belong into an address; give the receiver an address of its own",
    ),
    (
        "two times that contradict each other",
        "[meter]\nactive = \"10s\"\nidle = \"20s\"\n",
        "3:8: meter.idle: `\"20s\"`: a flow would be recorded as going on before it could end; make `idle` at most `active`",
    ),
    (
        "a list that is not there",
        "[detect]\nindicators = [\"here.txt\", \"heer.txt\"]\n",
        "2:28: detect.indicators: `heer.txt`: there is no file `PLACE/heer.txt`; did you mean `here.txt`?",
    ),
    (
        "a folder that is not there",
        "[output]\nfile = \"findings/today.jsonl\"\n",
        "2:9: output.file: `findings/today.jsonl`: there is no folder `PLACE/findings`; make it, or name another; a path begins at the file that names it",
    ),
    (
        "a folder where a file is wanted",
        "[detect]\nclasses = \"lists\"\n",
        "2:12: detect.classes: `lists`: `PLACE/lists` is no file; make it, or name another; a path begins at the file that names it",
    ),
];

/// Mistakes in the settings of an office.
const OFFICE: &[Broken] = &[
    (
        "a misspelt knob",
        "rows_on = []\nadress = \"192.0.2.1:7443\"\n",
        "2:1: adress: there is no such knob; did you mean `address`?",
    ),
    (
        "a section of the collector's file",
        "[territory]\nours = [\"192.0.2.0/24\"]\n",
        "1:2: territory: this file has no such section; it belongs into the file of `issei collect --config`",
    ),
    (
        "an office in capitals",
        "member = \"ISP-A\"\n",
        "1:10: member: `ISP-A` is not an organisation; did you mean `isp-a`?",
    ),
    (
        "an office in Japanese",
        "member = \"芦屋ネット\"\n",
        "1:10: member: `芦屋ネット` is not an organisation; an organisation is named by 1 to 40 of a-z, 0-9 and -, such as `isp-a`",
    ),
    (
        "a coordinator without its port",
        "address = \"coordinator.example\"\n",
        "1:11: address: `coordinator.example` is no host with a port; a port is missing; write `coordinator.example:PORT` with its number",
    ),
    (
        "a window at a port that is none",
        "window = \"127.0.0.1:80900\"\n",
        "1:10: window: `127.0.0.1:80900` is no address with a port; a port is 0 to 65535, not 80900",
    ),
    (
        "a window as a bare port",
        "window = 8090\n",
        "1:10: window: `8090`: this is a whole number, not an address with a port; write an address with its port in quotes, such as `\"0.0.0.0:2055\"` or `\"[::]:2055\"`",
    ),
    (
        "an origin without its scheme",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"issei.example\"\n",
        "2:17: window_origin: `issei.example` is no origin; the scheme is missing; did you mean `https://issei.example`?",
    ),
    (
        "an origin with a path",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example/pages\"\n",
        "2:17: window_origin: `https://issei.example/pages` is no origin; an origin ends before the path; did you mean `https://issei.example`?",
    ),
    (
        "an origin without a window",
        "window_origin = \"https://issei.example\"\n",
        "1:17: window_origin: `\"https://issei.example\"`: it has no effect without a window; set `window` to an address, such as `\"127.0.0.1:8090\"`, or take it out",
    ),
    (
        "an issuer without encryption",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nname = \"Example\"\nissuer = \"http://login.example\"\nclient_id = \"issei\"\n",
        "5:10: oidc.issuer: `\"http://login.example\"`: whoever stands between could sign in as anybody; write `https://login.example`; without TLS only on the machine itself",
    ),
    (
        "an issuer without its scheme",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nissuer = \"login.example/realms/isp\"\nname = \"Example\"\nclient_id = \"issei\"\n",
        "4:10: oidc.issuer: `login.example/realms/isp` is no issuer; write it as the provider's own document does, such as `\"https://login.example\"`",
    ),
    (
        "the address of the document as the issuer",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nissuer = \"https://login.example/.well-known/openid-configuration\"\nname = \"Example\"\nclient_id = \"issei\"\n",
        "4:10: oidc.issuer: `https://login.example/.well-known/openid-configuration` is the address of its document; did you mean `https://login.example`?",
    ),
    (
        "a password in the issuer",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nissuer = \"https://me:hush@login.example\"\nname = \"Example\"\nclient_id = \"issei\"\n",
        "4:10: oidc.issuer: a name and password do not belong into an issuer; write it as the provider's own document does, such as `\"https://login.example\"`",
    ),
    (
        "a provider without a client",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nname = \"Example\"\nissuer = \"https://login.example\"\n",
        "3:2: oidc.client_id: `oidc`: it is missing; write what the provider calls this window, such as `client_id = \"issei\"`",
    ),
    (
        "a provider without an issuer",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nname = \"Example\"\nclient_id = \"issei\"\n",
        "3:2: oidc.issuer: `oidc`: it is missing; write the provider's, such as `issuer = \"https://login.example\"`",
    ),
    (
        "a provider whose name is empty",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nname = \" \"\nissuer = \"https://login.example\"\nclient_id = \"issei\"\n",
        "4:8: oidc.name: nobody could read this as a name; write one to 100 letters on one line",
    ),
    (
        "a provider without the window's origin",
        "window = \"127.0.0.1:8090\"\n[oidc]\nname = \"Example\"\nissuer = \"https://login.example\"\nclient_id = \"issei\"\n",
        "2:2: oidc: the provider would not know where to send people back to; set `window_origin`, such as `\"https://issei.example\"`, above the section",
    ),
    (
        "a secret in the settings",
        "window = \"127.0.0.1:8090\"\nwindow_origin = \"https://issei.example\"\n[oidc]\nname = \"Example\"\nissuer = \"https://login.example\"\nclient_id = \"issei\"\nclient_secret = \"hush\"\n",
        "7:1: oidc.client_secret: there is no such knob; did you mean `client_secret_file`?",
    ),
    (
        "a provider as a knob",
        "oidc = \"https://login.example\"\n",
        "1:1: oidc: this is the name of a section; write `[oidc]` on a line of its own and the knobs below it",
    ),
    (
        "half a minute to confirm",
        "confirm_within = \"30s\"\n",
        "1:18: confirm_within: `\"30s\"`: this is out of range; choose from 60s to 24h",
    ),
    (
        "a time to confirm with half a second",
        "confirm_within = \"90500ms\"\n",
        "1:18: confirm_within: `\"90500ms\"`: people confirm within whole seconds; write `\"91s\"`",
    ),
    (
        "a time to confirm in words",
        "confirm_within = \"10 minutes\"\n",
        "1:18: confirm_within: `10 minutes` is no time; did you mean `10min`?",
    ),
    (
        "a time to confirm without its unit",
        "confirm_within = 600\n",
        "1:18: confirm_within: `600`: this is a whole number, not a time; write a number with its unit in quotes, such as `\"500us\"`, `\"10s\"`, `\"5min\"`, `\"1h\"` or `\"90d\"`",
    ),
    (
        "a ceiling of zero",
        "lines_per_order = 0\n",
        "1:19: lines_per_order: `0`: this is out of range; choose from 1 to 1000000000",
    ),
    (
        "a time with its unit, where the name has it",
        "watch_ms = \"500ms\"\n",
        "1:12: watch_ms: `\"500ms\"`: this is text, not a whole number; write digits without quotes, such as `1000`",
    ),
    (
        "a row that the pack does not have",
        "rows_on = [\"X1\", \"Z9\"]\n",
        "1:19: rows_on: the pack has no row `Z9` that allows a cut; there are A1, A2, A3, A4, A5, B3, C1, C4, X1",
    ),
    (
        "a row in small letters",
        "rows_on = [\"x1\"]\n",
        "1:13: rows_on: the pack has no row `x1` that allows a cut; did you mean `X1`?",
    ),
    (
        "a pack that is not there",
        "own_pack = \"our.cedar\"\n",
        "1:12: own_pack: `\"our.cedar\"`: there is no file `PLACE/our.cedar`; did you mean `ours.cedar`?",
    ),
    (
        "own prefixes as wide as a continent",
        "ours = [\n  \"203.0.113.0/24\",\n  \"10.0.0.0/7\",\n]\n",
        "3:4: ours: `10.0.0.0/7` is wider than any provider; name the prefixes of your own lines: /8 or longer, of IPv6 /16 or longer",
    ),
    (
        "own prefixes that are far too many",
        "ours = [\"2000::/3\"]\n",
        "1:10: ours: `2000::/3` is wider than any provider; name the prefixes of your own lines: /8 or longer, of IPv6 /16 or longer",
    ),
    (
        "a probe at port 0",
        "probes = [\"192.0.2.80:443\", \"192.0.2.81:0\"]\n",
        "1:30: probes: nothing answers at port 0 of `192.0.2.81:0`; choose a port from 1 to 65535",
    ),
    (
        "a goal with a protocol that has no ports",
        "needed_by_customers = [\"198.51.100.7:443/http\"]\n",
        "1:24: needed_by_customers: `198.51.100.7:443/http` is not a goal; the protocol of a service is tcp or udp; a prefix is no goal",
    ),
];

/// Mistakes in the devices of an enforcer.
const ENFORCER: &[Broken] = &[
    (
        "a backend that nobody knows",
        "[[iptables]]\nmost_rules = 5\n",
        "1:3: iptables: there is no such knob; there are `client`, `control_plane`, `sentinel`, `nft`, `xdp`, `bgp`, `zone`, `bouncer`",
    ),
    (
        "a misspelt knob of a device",
        "client = 1\n[[nft]]\nnamspace = \"x\"\n",
        "3:1: namspace: there is no such knob; did you mean `namespace`?",
    ),
    (
        "one bracket too few",
        "[nft]\nmost_rules = 5\n",
        "1:1: `[nft]`: this is a table; there may be several: write `[[nft]]`",
    ),
    (
        "what a device needs is not there",
        "[[nft]]\n\n[[bgp]]\npeer = \"192.0.2.1:179\"\nown_as = 64512\npeer_as = 64512\n",
        "3:1: id: `[[bgp]]`: it is missing; add `id = …` below this heading; docs/enforcing.md shows it",
    ),
    (
        "a time that is too long for its kind",
        "[[bgp]]\npeer = \"192.0.2.1:179\"\nown_as = 64512\npeer_as = 64512\nid = \"192.0.2.2\"\nhold_time = 99999\n",
        "6:13: `99999`: this is out of range; choose from 0 to 65535",
    ),
    (
        "a negative number of an AS",
        "[[bgp]]\nown_as = -1\n",
        "2:10: `-1`: this is out of range; choose from 0 to 4294967295",
    ),
    (
        "a peer at a port that is none",
        "[[bgp]]\npeer = \"192.0.2.1:99999\"\n",
        "2:8: `192.0.2.1:99999` is no address with a port; a port is 0 to 65535, not 99999",
    ),
    (
        "an identifier of the wrong family",
        "[[bgp]]\nid = \"2001:db8::1\"\n",
        "2:6: `2001:db8::1` is no address of IPv4; write an address of IPv4 in quotes, such as `\"192.0.2.1\"`",
    ),
    (
        "a program that reads back, of a router that nobody knows",
        "[[bgp]]\nread_back = { brid = { protocol = \"issei\", program = [\"birdc\"] } }\n",
        "2:15: `brid` is not known here; did you mean `bird`?",
    ),
    (
        "a word of a choice that is none",
        "[[bouncer]]\nlisten = \"127.0.0.1:8080\"\n[[bouncer.clients]]\nname = \"gate\"\nkey_file = \"gate.key\"\nfrom = [\"127.0.0.1\"]\nstops = \"both-ways\"\n",
        "7:9: `both-ways` is not known here; did you mean `both ways`?",
    ),
    (
        "the file of a key that is not there",
        "[[bouncer]]\nlisten = \"127.0.0.1:8080\"\n[[bouncer.clients]]\nname = \"gate\"\nkey_file = \"gat.key\"\nfrom = [\"127.0.0.1\"]\n",
        "5:12: bouncer.clients.key_file: `\"gat.key\"`: there is no file `PLACE/gat.key`; did you mean `gate.key`?",
    ),
    (
        "one value where a list is wanted",
        "control_plane = \"192.0.2.0/24\"\n",
        "1:17: `\"192.0.2.0/24\"`: this is text; write a list in brackets, such as `[\"a\", \"b\"]`",
    ),
    (
        "the grammar, in this file too",
        "[[nft]]\nprogram = /usr/sbin/nft\n",
        "2:11: `/usr/sbin/nft`: text stands in quotes; write `\"/usr/sbin/nft\"`",
    ),
];

fn check(place: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_issei"))
        .env("ISSEI_LANG", "en")
        .args(["config", "check"])
        .arg(place)
        .output()
        .unwrap()
}

/// A folder in which some of what the files name lies.
fn place(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("here.txt", b"192.0.2.7\n");
    folder.file("ours.cedar", b"");
    folder.file("gate.key", b"");
    std::fs::create_dir(folder.path().join("lists")).unwrap();
    folder
}

fn each_is_named(file: &str, rows: &[Broken]) {
    let folder = place(&format!("broken-{file}-{}", rows.len()));
    let mut wrong = Vec::new();
    for (name, text, says) in rows {
        let path = folder.file(file, text.as_bytes());
        let output = check(&path);
        let says = says.replace("PLACE", folder.path().to_str().unwrap());
        let expected = format!("issei: {}:{says}\n", path.display());
        let said = String::from_utf8(output.stderr).unwrap();
        if said != expected || output.status.code() != Some(2) || !output.stdout.is_empty() {
            wrong.push(format!(
                "{name} ({:?})\n  want {expected}  said {said}",
                output.status.code()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_of_grammar_is_named_with_its_place_and_its_mend() {
    each_is_named("issei.toml", GRAMMAR);
}

#[test]
fn a_mistake_in_a_collectors_file_is_named_with_its_place_and_its_mend() {
    each_is_named("issei.toml", COLLECTOR);
}

#[test]
fn a_mistake_in_an_offices_settings_is_named_with_its_place_and_its_mend() {
    each_is_named("settings.toml", OFFICE);
}

#[test]
fn a_mistake_in_an_enforcers_devices_is_named_with_its_place_and_its_mend() {
    each_is_named("devices.toml", ENFORCER);
}

#[test]
fn several_mistakes_are_named_at_once_in_the_order_of_their_places() {
    let folder = place("broken-several");
    let text = "window_origin = \"x\"\nlines_per_day = 0\nmembre = \"isp-a\"\nwindow = \"1\"\n";
    let output = check(&folder.file("settings.toml", text.as_bytes()));
    let said = String::from_utf8(output.stderr).unwrap();
    let places: Vec<&str> = said
        .lines()
        .map(|line| line.split("settings.toml:").nth(1).unwrap())
        .collect();
    let begin = |at: usize, with: &str| assert!(places[at].starts_with(with), "{said}");
    assert_eq!(places.len(), 4, "{said}");
    begin(0, "1:17: window_origin: ");
    begin(1, "2:17: lines_per_day: ");
    begin(2, "3:1: membre: ");
    begin(3, "4:10: window: ");
}

#[test]
fn what_has_no_mistake_is_said_to_have_none_and_so_is_a_whole_folder() {
    let folder = place("broken-none");
    let right = "member = \"isp-a\"\nours = [\"203.0.113.0/24\"]\nwindow = \"127.0.0.1:8090\"\n";
    folder.file("settings.toml", right.as_bytes());
    folder.file("devices.toml", b"[[nft]]\n");
    let output = check(folder.path());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(said.matches(": no mistakes").count(), 2, "{said}");
    folder.file("devices.toml", b"[[nft]]\nmost_rules = \"many\"\n");
    let output = check(folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let none = Folder::new("broken-nothing");
    let output = check(none.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("neither settings.toml nor devices.toml"),
        "{said}"
    );
}

#[test]
fn hostile_bytes_do_not_reach_the_terminal_and_long_pieces_are_cut() {
    let folder = place("broken-hostile");
    let text = format!(
        "[output]\n\"\\u001b[2Jx\" = 1\nlevel = \"\u{9b}31m{}\"\n",
        "x".repeat(500)
    );
    let output = check(&folder.file("issei.toml", text.as_bytes()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(!said.contains(['\u{1b}', '\u{9b}']), "{said:?}");
}
