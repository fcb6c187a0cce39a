//! `issei collect` as an operator runs it: the real program, real sockets on the loopback.
//!
//! Conditions are waited for with a deadline and never slept for. Processes end by their id.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../src/traffic.rs"]
#[allow(dead_code, reason = "shared with the tests inside, which use the rest")]
mod traffic;

use traffic::Folder;

/// No condition may take longer. Generous: the machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `issei collect`.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    greeting: String,
    listen: Option<SocketAddr>,
    metrics: SocketAddr,
}

impl Running {
    /// Starts it with these options besides free ports, and waits for its greeting.
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_issei"))
            .env("ISSEI_LANG", "en")
            .args(["collect", "--metrics", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (mut greeting, mut listen, mut metrics) = (String::new(), None, None);
        while metrics.is_none() {
            let mut line = String::new();
            if output.read_line(&mut line).unwrap() == 0 {
                let mut said = String::new();
                child
                    .stderr
                    .take()
                    .unwrap()
                    .read_to_string(&mut said)
                    .unwrap();
                panic!("issei ended: {said}");
            }
            greeting.push_str(&line);
            let word = line.split_whitespace().nth(1).unwrap_or_default();
            if line.contains("listening") {
                listen = word.strip_suffix("/udp").and_then(|word| word.parse().ok());
            }
            let page = word
                .strip_prefix("http://")
                .and_then(|word| word.strip_suffix("/metrics"));
            metrics = page.map(|address| address.parse().unwrap());
        }
        Self {
            child,
            output,
            greeting,
            listen,
            metrics: metrics.unwrap(),
        }
    }

    /// Asks a page.
    fn page(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.metrics).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: issei\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, body.to_owned())
    }

    /// Sums a metric over its labels.
    fn metric(&self, name: &str) -> u64 {
        let (_, page) = self.page("/metrics");
        let of_name = page.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        of_name
            .map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap() as u64)
            .sum()
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Asks for the end and hears the farewell. Tells the exit code too.
    fn end(mut self) -> (i32, String) {
        self.signal("TERM");
        let mut said = String::new();
        self.output.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until the condition holds.
fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        // Asking without pause would take the time that the program needs.
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs()
}

/// Sends the scan of one line as NetFlow v5, 30 records a datagram.
fn send_scan(to: SocketAddr, datagrams: u32) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let now = now();
    for number in 0..datagrams {
        let datagram =
            traffic::netflow5(now as u32, number * 30, &traffic::targets(number * 30, 30));
        socket.send_to(&datagram, to).unwrap();
    }
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names_the_scan(line: &serde_json::Value) -> bool {
    // Version 5 does not say whether it samples, so either rule for scans may speak.
    let scan = line["rule"] == "horizontal-scan" || line["rule"] == "sampled-scan";
    scan && line["subject"] == "192.168.1.9"
}

/// Reads `1,234` before these words.
fn count(said: &str, words: &str) -> u64 {
    let before = said.split(words).next().unwrap_or_else(|| panic!("{said}"));
    let number = before.split_whitespace().next_back().unwrap();
    number
        .replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("`{number}` before `{words}` in {said}"))
}

#[test]
fn a_scan_in_exported_records_is_told_in_the_file_and_counted_on_the_pages() {
    let folder = Folder::new("collect-scan");
    let file = folder.path().join("findings.jsonl");
    let running = Running::start(&["--listen", "127.0.0.1:0", "--file", file.to_str().unwrap()]);
    send_scan(running.listen.unwrap(), 20);
    until("the scan is in the file", || {
        lines(&file).iter().any(names_the_scan)
    });
    until("every record is judged", || {
        running.metric("issei_judged_records_total") == 600
    });
    until("the receivers have posted their counts", || {
        running.metric("issei_received_total") == 20
    });
    assert!(running.metric("issei_findings_total") >= 1);
    assert_eq!(running.page("/health"), (200, "well\n".into()));
    assert_eq!(running.page("/ready"), (200, "receiving\n".into()));
    assert!(
        running
            .greeting
            .contains("the private ranges, for nobody said")
    );

    let (code, said) = running.end();
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("192.168.1.9"),
        "the terminal tells it too: {said}"
    );
    let verified = Command::new(env!("CARGO_BIN_EXE_issei"))
        .env("ISSEI_LANG", "en")
        .arg("verify")
        .arg(&file)
        .output()
        .unwrap();
    assert!(verified.status.success());
    let id = lines(&file)[0]["id"].as_str().unwrap().to_owned();
    let explained = Command::new(env!("CARGO_BIN_EXE_issei"))
        .env("ISSEI_LANG", "en")
        .args(["explain", &id, "--from"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        String::from_utf8(explained.stdout)
            .unwrap()
            .contains("127.0.0.1"),
        "the exporter is named"
    );
}

#[test]
fn when_the_end_is_asked_for_in_the_middle_of_a_burst_nothing_is_lost_uncounted() {
    const DATAGRAMS: u32 = 20_000;
    let running = Running::start(&["--listen", "127.0.0.1:0", "--quiet"]);
    send_scan(running.listen.unwrap(), DATAGRAMS);
    let (code, said) = running.end();
    assert_eq!(code, 0, "{said}");
    let (received, dropped) = (
        count(&said, " received"),
        count(&said, " dropped by the kernel"),
    );
    assert_eq!(received + dropped, u64::from(DATAGRAMS), "{said}");
    let (decoded, judged) = (count(&said, " decoded"), count(&said, " judged"));
    assert_eq!(decoded, received * 30, "{said}");
    assert_eq!(judged, decoded, "{said}");
}

#[test]
fn a_country_that_exports_in_each_language_is_received_whole() {
    use issei_sim::{Country, Export, Scenario};
    for export in [Export::Netflow9, Export::Ipfix, Export::Sflow] {
        let mut scenario = Scenario::sketch(300, 1, 4).unwrap();
        scenario.start = issei_model::Timestamp::from_secs(now() as i64);
        let mut country = Country::new(&scenario).unwrap().datagrams(export);
        let planned = country.truth();
        let ours = planned.ours.iter().map(|net| format!("--ours={net}"));
        let options = ["--listen".into(), "127.0.0.1:0".into(), "--quiet".into()];
        let options: Vec<String> = options.into_iter().chain(ours).collect();
        let running = Running::start(&options.iter().map(String::as_str).collect::<Vec<_>>());

        let (socket, to) = (
            UdpSocket::bind("127.0.0.1:0").unwrap(),
            running.listen.unwrap(),
        );
        let mut sent = 0;
        while country.second(&mut |datagram| {
            socket.send_to(datagram.bytes, to).unwrap();
            sent += 1;
        }) {
            // As fast as they are taken, so that no buffer overflows.
            until("they are received", || {
                running.metric("issei_received_total") + running.metric("issei_dropped_total")
                    >= sent
            });
        }
        let truth = country.truth();
        let (code, said) = running.end();
        assert_eq!(code, 0, "{said}");
        assert_eq!(count(&said, " received"), sent, "{said}");
        assert_eq!(count(&said, " dropped by the kernel"), 0, "{said}");
        assert_eq!(
            count(&said, " decoded"),
            truth.records(),
            "{export:?}: {said}"
        );
        assert_eq!(
            count(&said, " judged"),
            truth.records(),
            "{export:?}: {said}"
        );
        assert_eq!(
            count(&said, " packets"),
            truth.packets(),
            "{export:?}: {said}"
        );
        assert!(count(&said, " finding,") > 0, "{export:?}: {said}");
    }
}

#[test]
fn a_good_configuration_is_taken_on_sighup_and_a_bad_one_refused_while_collecting_goes_on() {
    let folder = Folder::new("collect-reload");
    let configuration = folder.file("issei.toml", b"[output]\nlevel = \"finding\"\n");
    let running = Running::start(&[
        "--listen",
        "127.0.0.1:0",
        "--quiet",
        "--config",
        configuration.to_str().unwrap(),
    ]);
    let reloads = |outcome: &str| {
        let name = format!("issei_reloads_total{{outcome=\"{outcome}\"}} 1");
        running.page("/metrics").1.lines().any(|line| line == name)
    };
    folder.file(
        "issei.toml",
        b"[output]\nlevel = \"context\"\n[territory]\nours = [\"192.168.0.0/16\"]\n",
    );
    running.signal("HUP");
    until("the good one is taken", || reloads("taken"));
    folder.file("issei.toml", b"[output]\nlevle = \"context\"\n");
    running.signal("HUP");
    until("the bad one is refused", || reloads("refused"));
    send_scan(running.listen.unwrap(), 3);
    until("records are still judged", || {
        running.metric("issei_judged_records_total") == 90
    });

    let mut running = running;
    let mut said = running.child.stderr.take().unwrap();
    assert_eq!(running.end().0, 0);
    let mut complaint = String::new();
    said.read_to_string(&mut complaint).unwrap();
    assert!(
        complaint
            .contains("issei.toml:2:1: output.levle: there is no such knob; did you mean `level`?"),
        "{complaint}"
    );
}

#[test]
fn findings_are_posted_to_the_webhook() {
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/desk", receiver.local_addr().unwrap());
    let running = Running::start(&["--listen", "127.0.0.1:0", "--quiet", "--webhook", &url]);
    let posted = std::thread::spawn(move || take_post(&receiver));
    send_scan(running.listen.unwrap(), 20);
    let (head, body) = posted.join().unwrap();
    assert!(head.starts_with("POST /desk HTTP/1.1\r\n"), "{head}");
    let finding: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(names_the_scan(&finding), "{body}");
    until("the delivery is counted", || {
        running.metric("issei_webhook_total") > 0
    });
    let (code, said) = running.end();
    assert_eq!(code, 0, "{said}");
    assert!(count(&said, " delivered") >= 1, "{said}");
}

/// Takes one POST and thanks for it; further ones are thanked for until the test ends.
fn take_post(receiver: &TcpListener) -> (String, String) {
    let (mut stream, _) = receiver.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        head.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream
        .write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        .unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn two_programs_do_not_share_a_port_in_silence() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let second = Command::new(env!("CARGO_BIN_EXE_issei"))
        .env("ISSEI_LANG", "en")
        .args(["collect", "--metrics", "127.0.0.1:0", "--listen", &port])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(4));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        said.contains("another program does; stop it or choose another port"),
        "{said}"
    );
}

#[test]
fn packets_on_an_interface_are_captured_and_judged() {
    let probe = Command::new("sh")
        .args(["-c", "grep CapEff /proc/self/status"])
        .output()
        .unwrap();
    let capabilities = String::from_utf8(probe.stdout).unwrap();
    let bits =
        u64::from_str_radix(capabilities.split_whitespace().nth(1).unwrap_or("0"), 16).unwrap_or(0);
    const CAP_NET_RAW: u32 = 13;
    if bits & (1 << CAP_NET_RAW) == 0 {
        println!("skipped: capturing on `lo` needs CAP_NET_RAW");
        return;
    }
    let running = Running::start(&["--interface", "lo", "--quiet"]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    until("packets are captured", || {
        socket.send_to(b"here", sink.local_addr().unwrap()).unwrap();
        running.metric("issei_received_total") >= 10
    });
    let (code, said) = running.end();
    assert_eq!(code, 0, "{said}");
    let (decoded, judged) = (count(&said, " decoded"), count(&said, " judged"));
    assert!(decoded > 0 && judged == decoded, "{said}");
}
