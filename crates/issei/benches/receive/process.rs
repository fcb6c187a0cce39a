//! The receiving programs: started, asked, ended by their id.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::load::Sent;

/// How long a program may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a program did.
pub struct Outcome {
    /// Records judged or stored.
    pub records: u64,
    /// CPU seconds of the process, start and end included.
    pub cpu: f64,
    /// Those of its receiving threads alone: taking, decoding, handing on.
    pub receiving: Option<f64>,
    /// From a datagram to its finding, in words.
    pub delay: String,
    /// Datagrams received and counted as dropped, if the program tells.
    pub accounted: Option<u64>,
}

/// `issei collect`.
pub struct Issei {
    child: Child,
    output: BufReader<ChildStdout>,
    listen: SocketAddr,
    metrics: SocketAddr,
}

impl Issei {
    /// Starts it and waits for its greeting.
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_issei"))
            .args([
                "collect",
                "--quiet",
                "--ours",
                "10.0.0.0/8",
                "--listen",
                "127.0.0.1:0",
                "--metrics",
                "127.0.0.1:0",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("issei starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let (mut listen, mut metrics) = (None, None);
        while metrics.is_none() {
            let mut line = String::new();
            assert!(
                output.read_line(&mut line).expect("its greeting") > 0,
                "issei ended early"
            );
            let word = line.split_whitespace().nth(1).unwrap_or_default();
            if line.contains("listening") {
                listen = word.strip_suffix("/udp").and_then(|word| word.parse().ok());
            }
            let page = word
                .strip_prefix("http://")
                .and_then(|word| word.strip_suffix("/metrics"));
            metrics = page.and_then(|page| page.parse().ok());
        }
        Self {
            child,
            output,
            listen: listen.expect("an address to send to"),
            metrics: metrics.expect("a page"),
        }
    }

    /// Tells where it listens.
    pub const fn listen(&self) -> SocketAddr {
        self.listen
    }

    fn page(&self) -> String {
        let mut stream = TcpStream::connect(self.metrics).expect("the metrics answer");
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .expect("a question");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("an answer");
        page
    }

    /// Waits until everything sent is accounted for, and ends it.
    pub fn end(&mut self, sent: &Sent) -> Outcome {
        let deadline = Instant::now() + PATIENCE;
        let mut page = self.page();
        while metric(&page, "issei_received_total") + metric(&page, "issei_dropped_total")
            < sent.datagrams
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(50));
            page = self.page();
        }
        let receiving = receiving(self.child.id());
        signal(&self.child, "TERM");
        let mut said = String::new();
        self.output.read_to_string(&mut said).expect("its farewell");
        let cpu = cpu(&mut self.child);
        let count = |words: &str| {
            let number = said
                .split(words)
                .next()
                .and_then(|before| before.split_whitespace().next_back());
            number
                .and_then(|number| number.replace(',', "").parse().ok())
                .unwrap_or(0)
        };
        let judged: u64 = count(" judged");
        Outcome {
            records: judged,
            cpu,
            receiving: Some(receiving),
            delay: delay(&page),
            accounted: Some(count(" received") + count(" dropped by the kernel")),
        }
    }
}

/// Sums a metric over its labels.
fn metric(page: &str, name: &str) -> u64 {
    let lines = page.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['{', ' ']))
    });
    lines
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
        .sum::<f64>() as u64
}

/// Reads how long findings took out of the histogram, as the steps below which they lie.
fn delay(page: &str) -> String {
    let prefix = "issei_finding_delay_seconds_bucket{le=\"";
    let steps: Vec<(f64, f64)> = page
        .lines()
        .filter_map(|line| line.strip_prefix(prefix)?.split_once("\"} "))
        .filter_map(|(step, count)| {
            Some((step.parse().unwrap_or(f64::INFINITY), count.parse().ok()?))
        })
        .collect();
    let all = steps.last().map_or(0.0, |&(_, count)| count);
    let below = |share: f64| {
        let step = steps.iter().find(|(_, count)| *count >= all * share);
        step.map_or(f64::INFINITY, |(step, _)| step * 1e3)
    };
    if all == 0.0 {
        return "no finding".into();
    }
    format!(
        "{all} findings: half below {} ms, 90 % below {} ms, 95 % below {} ms, 99 % below {} ms",
        below(0.5),
        below(0.9),
        below(0.95),
        below(0.99)
    )
}

/// `nfcapd`.
pub struct Nfcapd {
    child: Child,
    folder: PathBuf,
    listen: SocketAddr,
}

impl Nfcapd {
    /// Starts it if it is installed.
    pub fn start() -> Option<Self> {
        let folder =
            std::env::temp_dir().join(format!("issei-bench-nfcapd-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).ok()?;
        let listen = UdpSocket::bind("127.0.0.1:0").ok()?.local_addr().ok()?;
        // The buffer that issei asks for too; the kernel grants what net.core.rmem_max allows.
        let child = Command::new("nfcapd")
            .args([
                "-b",
                "127.0.0.1",
                "-p",
                &listen.port().to_string(),
                "-B",
                "67108864",
                "-t",
                "3600",
                "-w",
            ])
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let deadline = Instant::now() + PATIENCE;
        // It is ready when nobody else may have its port.
        while UdpSocket::bind(listen).is_ok() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self {
            child,
            folder,
            listen,
        })
    }

    /// Tells where it listens.
    pub const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Ends it and counts what it stored.
    pub fn end(&mut self, _sent: &Sent) -> Outcome {
        // What lies in its socket is taken within a moment, or not at all.
        std::thread::sleep(Duration::from_secs(2));
        signal(&self.child, "TERM");
        let cpu = cpu(&mut self.child);
        let told = Command::new("nfdump")
            .args(["-I", "-R"])
            .arg(&self.folder)
            .output()
            .expect("nfdump runs");
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let flows = told
            .lines()
            .find_map(|line| line.strip_prefix("Flows: ")?.trim().parse().ok());
        Outcome {
            records: flows.unwrap_or(0),
            cpu,
            receiving: None,
            delay: "stores only".into(),
            accounted: None,
        }
    }
}

impl Drop for Nfcapd {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    let _ = Command::new("sh").args(["-c", &kill]).status();
}

/// Sums up the CPU seconds of the threads that receive.
fn receiving(process: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    let stats = tasks
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let of_receivers = stats.filter(|stat| stat.contains("(receiver)"));
    of_receivers.map(|stat| seconds(&stat)).sum()
}

/// Reads user and system time out of `stat`, in hundredths of a second (proc(5), fields 14 and 15).
fn seconds(stat: &str) -> f64 {
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let times = behind_name.split_whitespace().skip(11).take(2);
    times
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Waits for the end and tells the CPU time. A process that has ended and was not yet waited for
/// still shows its times.
fn cpu(child: &mut Child) -> f64 {
    let path = format!("/proc/{}/stat", child.id());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stat = std::fs::read_to_string(&path).unwrap_or_default();
        let ended = stat.is_empty() || stat.contains(") Z ");
        if ended || Instant::now() > deadline {
            let _ = child.wait();
            return seconds(&stat);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
