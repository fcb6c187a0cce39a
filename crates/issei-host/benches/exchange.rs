//! What a hint to a thousand members costs the coordinator.
//!
//! A server with mutual TLS on loopback, a thread for it alone; a thousand members, each with its own
//! certificate, connected and listening. One hint of 96 bytes goes to all of them; counted is the
//! processor time of the server's thread from telling until the last member has heard it, and
//! beside it the time on the clock, in which the thousand readers share the machine with it. Also
//! counted: what the thousand handshakes cost. Medians of the rounds.

use std::fs;
use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use issei_host::clock;
use issei_host::exchange::{
    Answer, Answering, Authority, Bytes, Client, Credentials, Fan, Identity, Limits, Route, Server,
    Service, SigningRequest,
};
use issei_model::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const MEMBERS: usize = 1_000;
const ROUNDS: usize = 51;
/// A hint as it may be: the log's size, what waits, and a digest.
const HINT: &[u8] =
    br#"{"drafts":0,"log":1234567,"questions":2,"root":"Tm90IGEgcm9vdCwgYnV0IGFzIGxvbmcgYXMgb25lLg"}"#;

struct Hints(Fan);

impl Service for Hints {
    fn answer(&self, _: Option<Identity>, _: Route, _: Bytes) -> Answering<'_> {
        let lines = self.0.listen().beginning_with(b"{}");
        Box::pin(async { Answer::Lines(lines) })
    }
}

fn main() {
    let authority = Authority::found(in_days(-1), in_days(30)).expect("an authority");
    let fan = Fan::new(16);
    let (address, thread) = serve(&authority, &fan);
    let before = busy(&thread);
    let members = runtime();
    let mut heard = members.block_on(listening(&authority, address));
    println!(
        "{MEMBERS} members connected: {:.0} µs of processor time each at the coordinator",
        micros(busy(&thread) - before) / MEMBERS as f64
    );
    let mut costs = Vec::new();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (before, begun) = (busy(&thread), Instant::now());
        fan.tell(HINT);
        members.block_on(async {
            for _ in 0..MEMBERS {
                heard.recv().await.expect("a hint");
            }
        });
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        costs.push(micros(busy(&thread) - before) / MEMBERS as f64);
    }
    println!(
        "one hint: {:.1} µs of processor time a member at the coordinator ({:.1} to {:.1}), {:.0} ms until the last has it",
        median(&mut costs),
        costs[0],
        costs[ROUNDS - 1],
        median(&mut times)
    );
}

/// Serves on a thread of its own, and says where that thread's time is told.
fn serve(authority: &Authority, fan: &Fan) -> (SocketAddr, PathBuf) {
    let own = credentials(authority, &identity("coordinator", Identity::coordinator));
    let service = Arc::new(Hints(fan.clone()));
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let limits = Limits {
            handshakes: usize::MAX,
            per_peer: usize::MAX,
            ..Limits::default()
        };
        runtime().block_on(async {
            let any = "127.0.0.1:0".parse().expect("an address");
            let server = Server::bind(any, &own, limits, service).await;
            let server = server.expect("a free port");
            let thread = fs::read_link("/proc/thread-self").expect("Linux");
            let _ = tell.send((server.address(), PathBuf::from("/proc").join(thread)));
            server.run(pending()).await;
        });
    });
    told.recv().expect("a server")
}

/// Connects all members and waits until each has heard its first line.
async fn listening(authority: &Authority, address: SocketAddr) -> UnboundedReceiver<()> {
    let (tell, mut heard) = unbounded_channel();
    for number in 0..MEMBERS {
        let own = credentials(
            authority,
            &identity(&format!("isp-{number}"), Identity::member),
        );
        let client = Client::new(address.to_string(), &own).expect("credentials");
        let mut lines = client.lines(&Route::Hints).await.expect("a stream");
        let tell = tell.clone();
        tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next().await {
                let _ = tell.send(());
            }
        });
        heard.recv().await.expect("the first line");
    }
    heard
}

fn identity(name: &str, role: fn(issei_model::OrganisationId) -> Identity) -> Identity {
    role(name.parse().expect("a name"))
}

fn credentials(authority: &Authority, identity: &Identity) -> Credentials {
    let asked = SigningRequest::new().expect("a key");
    let issued = authority
        .issue(identity, &asked.request, in_days(-1), in_days(1))
        .expect("a certificate");
    Credentials::from_pem(&issued.certificate, &asked.key, authority.root_pem())
        .expect("credentials")
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::from_micros(clock::now().as_micros() + days * 86_400_000_000)
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// How long a thread had a processor.
fn busy(thread: &std::path::Path) -> Duration {
    let told = fs::read_to_string(thread.join("schedstat")).expect("a kernel that counts");
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("nanoseconds"))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
