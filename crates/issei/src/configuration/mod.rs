//! The configuration: one TOML file, checked whole before anything begins.
//!
//! In: the text of the file. Out: a [`Configuration`], or every complaint with its place and mend.
//! Always: a knob is written once, in this file: name, kind, default, range, help in two
//! languages; the reader, the printout and `docs/configuration.md` are derived from it.
//! Not here: the command line (its options win over the file), the detectors' parameters
//! (`crates/issei-detect/data/parameters.toml`).

mod combinations;
mod complaint;
mod grammar;
mod knob;
mod reading;
mod reference;
mod told;
mod values;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use issei_model::{Level, Span};
use issei_text::Text;

pub use complaint::{Complaint, Complaints, Spot, nearest};
pub use reading::{Places, Section, parse_flat};
pub use reference::reference;
pub use told::read as read_with_serde;
pub use values::{
    Bytes, Count, HttpUrl, Interface, Issuer, Label, Origin, Reach, prefix, span_text,
};

use knob::sections;

sections! {
    /// Whose lines we answer for.
    territory: Territory, "自網の範囲" {
        /// Prefixes whose lines are ours. Empty: assumed from the traffic of a file (and the output
        /// says what was assumed), the private ranges when collecting.
        ours: Vec<IpNet> = "[]", "", "自網のプレフィックス。空なら通信から推定し、出力に明示する。";
        /// Prefixes of ours that nobody uses: a line that sends there is worth a look.
        dark: Vec<IpNet> = "[]", "", "未使用のプレフィックス(ダークネット)。ここへ送る回線は要注意。";
    }
    /// What exporters leave out.
    sampling: Sampling, "サンプリング" {
        /// One packet in this many was looked at, for every exporter. 0: as the exporter announces.
        every: Count = "0", "0 .. 1000000", "全エクスポータのサンプリング率(1/N)。0 は通知された値に従う。";
        /// The same for single exporters, by address. It wins over `every` and over announcements.
        exporters: BTreeMap<IpAddr, Count> = "{}", "1 .. 1000000", "エクスポータ別のサンプリング率。通知より優先する。";
    }
    /// What the detectors are told.
    detect: Detect, "検知" {
        /// Lists of indicators: one address, address:port or prefix a line, or CSV with a heading.
        indicators: Vec<PathBuf> = "[]", "", "インジケータの一覧(1行1件、または見出し付きCSV)。";
        /// Which vendor services tell a device class: lines of `place class`. Empty: none known.
        classes: PathBuf = "\"\"", "", "機器種別を示すベンダのサービス一覧(`場所 種別` の行)。空なら不明のまま。";
        /// Services that are never named as command servers: prefixes, or MISP warning lists (JSON).
        known: Vec<PathBuf> = "[]", "", "指令サーバと見なさない既知サービス(プレフィックスまたはMISP警告リスト)。";
    }
    /// How packets become flow records.
    meter: Meter, "フロー計測" {
        /// A flow that goes on is recorded after this long.
        active: Span = "\"60s\"", "1s .. 1h", "継続中のフローを記録する間隔。";
        /// A flow that is silent this long is recorded as ended.
        idle: Span = "\"15s\"", "1s .. 1h", "無通信が続いたフローを終了とみなす時間。";
        /// Flows held at once. Beyond it the oldest are recorded early, and counted.
        flows: Count = "1000000", "1024 .. 100000000", "同時に保持するフロー数。超過分は早めに記録し、数える。";
    }
    /// How `issei collect` receives.
    collect: Collect, "受信" {
        /// Addresses to listen on for NetFlow, IPFIX and sFlow; the protocol is told by content.
        listen: Vec<SocketAddr> = "[\"0.0.0.0:2055\", \"[::]:2055\", \"0.0.0.0:4739\", \"[::]:4739\", \"0.0.0.0:6343\", \"[::]:6343\"]", "", "NetFlow・IPFIX・sFlow の受信アドレス。形式は内容で判別する。";
        /// An interface whose packets are captured and judged. Empty: none.
        interface: Interface = "\"\"", "", "パケットを直接取得するインタフェース。空なら使わない。";
        /// Receiving threads. Every exporter address keeps to one of them.
        receivers: Count = "2", "1 .. 64", "受信スレッド数。同じエクスポータは常に同じスレッドに届く。";
        /// Bytes of buffer asked of the kernel for each socket.
        buffer: Bytes = "\"64MiB\"", "64KiB .. 1GiB", "ソケットごとにカーネルへ求める受信バッファ。";
        /// The longest datagram taken whole; a longer one is cut, and counted.
        largest_datagram: Bytes = "\"9216B\"", "576B .. 64KiB", "そのまま受け取る最大データグラム長。超過分は切り詰め、数える。";
        /// How long datagrams may gather in a busy moment before they are taken. 0s: not at all.
        gather: Span = "\"500us\"", "0s .. 20ms", "混雑時にまとめて受け取るまでの待ち時間。0s は待たない。";
        /// Batches that may wait for the judging thread, for each receiver.
        queue: Count = "64", "2 .. 4096", "判定待ちのバッチ数の上限(受信スレッドごと)。";
        /// A member's memory of contacts, `contacts.json` in its office's folder: kept while collecting, so
        /// that its answers rest on thirty days. Two files beside it are the collector's own. Empty: none.
        contacts: PathBuf = "\"\"", "", "事務局フォルダの contacts.json。受信中に通信記憶を保ち、30日分に基づいて回答する。隣の2ファイルは受信側のもの。空なら保たない。";
    }
    /// Where findings go.
    output: Output, "出力" {
        /// Findings below this level are not told: `measure`, `context`, `candidate` or `finding`.
        level: Level = "\"context\"", "", "出力する最低の重さ。measure・context・candidate・finding のいずれか。";
        /// `issei collect` appends findings to this file, one JSON line each. Empty: none.
        file: PathBuf = "\"\"", "", "検知結果を追記するファイル(JSON Lines)。空なら書かない。";
        /// Whether `issei collect` shows findings on the terminal.
        terminal: bool = "true", "", "検知結果を端末に表示するか。";
        /// How long a finding may be kept; its record carries the date.
        retention: Span = "\"90d\"", "1d .. 3650d", "検知結果の保存期間。期限は記録に書かれる。";
    }
    /// Findings for somebody's HTTP address.
    webhook: Webhook, "Webhook" {
        /// Where each finding is posted as JSON. Empty: nowhere.
        url: HttpUrl = "\"\"", "", "検知結果をJSONでPOSTする先。空なら送らない。";
        /// Findings below this level are not posted.
        level: Level = "\"finding\"", "", "送る最低の重さ。";
        /// Findings that may wait for delivery; beyond it they are turned away, and counted.
        queue: Count = "1024", "1 .. 1000000", "送信待ちの上限。超過分は捨て、数える。";
        /// Tries for each finding, with growing pauses.
        attempts: Count = "5", "1 .. 100", "1件あたりの送信試行回数。";
        /// How long one try may take.
        timeout: Span = "\"10s\"", "100ms .. 5min", "1回の送信の制限時間。";
    }
    /// Which member's office acts at once.
    reflex: Reflex, "自動措置" {
        /// The folder of the member's office that runs here: floods from own lines are shown to it as
        /// they are found, and its standing orders decide. Only where exporters see lines at their own
        /// access, or sources are validated (BCP 38). Empty: none.
        office: PathBuf = "\"\"", "", "同じ機器で動く事業者の事務局フォルダ。自網回線の攻撃を検知次第伝え、常時指令が判断する。送信元が検証される網でのみ指定する。空なら使わない。";
    }
    /// Which member's office is shown what own lines and the goals of orders say to each other.
    watch: Watch, "効果の観測" {
        /// The folder of the member's office that runs here: it shows its people contacts by unnamed line, and
        /// tells the coordinator packets by second, never of fewer than five lines. Empty: none.
        office: PathBuf = "\"\"", "", "同じ機器で動く事業者の事務局フォルダ。遮断対象との通信を、回線名を伏せて担当者に示し、毎秒のパケット数だけを調整者に伝える(5 回線未満は伝えない)。空なら使わない。";
    }
    /// The address for monitoring.
    metrics: Metrics, "監視" {
        /// Where `/metrics`, `/health` and `/ready` are served while collecting. Empty: nowhere.
        listen: Option<SocketAddr> = "\"127.0.0.1:9469\"", "", "`/metrics`・`/health`・`/ready` を提供するアドレス。空なら提供しない。";
    }
}

impl Configuration {
    /// Reads a configuration. `file` names it in complaints.
    ///
    /// # Errors
    /// Every complaint, in the order of the lines.
    pub fn parse(file: &str, text: &str) -> Result<Self, Complaints> {
        Self::parse_with_places(file, text).map(|(configuration, _)| configuration)
    }

    /// Reads a configuration, and tells where its knobs stand in the text.
    ///
    /// # Errors
    /// Every complaint, in the order of the lines.
    pub fn parse_with_places<'a>(
        file: &str,
        text: &'a str,
    ) -> Result<(Self, Places<'a>), Complaints> {
        reading::parse(file, text)
    }

    /// Writes the configuration as TOML, each knob with its help above it.
    pub fn show(&self, tongue: Text) -> String {
        reference::show(self, tongue)
    }
}

impl Default for Configuration {
    fn default() -> Self {
        // The defaults are literals of this file; a test reads them all without complaint.
        match Self::parse("(defaults)", "") {
            Ok(defaults) => defaults,
            Err(complaints) => unreachable!("{complaints}"),
        }
    }
}

#[cfg(test)]
#[path = "../configuration_tests.rs"]
mod tests;
