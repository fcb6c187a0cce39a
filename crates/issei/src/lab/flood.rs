//! A flood in a lab: lines of one member flood a protected operator, and the member acts by itself.
//!
//! In: a lab. Out: the story with its figures, counted where the operator is. Always: the flood has a bounded
//! rate and ends by itself; a step that does not come true ends it with an error. Not here: who sends
//! (`actors`), whether a reflex may act (office and enforcer, as in production).

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ed25519_dalek::Signer as _;
use issei_case::ground::Pack;
use issei_case::request::{self, Request, Wanted};
use issei_case::request_text;
use issei_host::clock;
use issei_model::{
    Approval, Language, PersonId, PublicKey, Reflex, Signature, Span, StandingId, Timestamp,
};
use issei_text::said;

use super::place::Place;
use super::routers::Router;
use super::topology::{self, OUT};
use super::{down, look, raise};
use crate::code::{self, Failure};
use crate::command_line::Demo;
use crate::demo::telling::Telling;
use crate::office::control::{Ask, ReflexesView, Reply, StandingWish, StandsOn};
use crate::office::country::{ask, done, unexpected, until};

/// The member whose lines flood.
const MEMBER: u8 = 1;
/// How many lines flood, and the microseconds between two openings of each.
const LINES: u32 = 4;
const EVERY: u64 = 3_000;
/// The port of the operator that is flooded; people ask another one of the same machine.
const PORT: u16 = 9;
/// How many openings of each line pass in a second, once it is limited.
const LIMIT: u32 = 20;
/// How long an activation lasts.
const LASTS: Span = Span::from_secs(60);
/// Seconds after which the flood ends by itself.
const SECONDS: u64 = 45;
/// How long is counted at each step.
const COUNTED: Duration = Duration::from_secs(2);
/// How long the exporter and the collector may take to show it.
const UNTIL_LIMITED: Duration = Duration::from_secs(30);
/// How fast an operator's request must act.
const REQUESTED: Duration = Duration::from_secs(1);
/// For how long a lab that is built for the flood may act.
const LAB_SECONDS: u64 = 600;

/// Tells of a flood in a lab that is up, or in one that is built for it and taken down again.
///
/// # Errors
/// If a step does not come true in time.
pub async fn tell(root: &Path, language: Language) -> Result<u8, Failure> {
    let routers = [Router::Nft; topology::MEMBERS as usize];
    let (lab, ours) = match Place::find(root) {
        Ok(lab) => (lab, false),
        Err(_) => (raise::up(root, LAB_SECONDS, &routers, false).await?, true),
    };
    let telling = Telling::new(
        &Demo {
            paths: Vec::new(),
            town: false,
            step: false,
            fast: true,
            no_web: true,
        },
        language,
    );
    let done = Flood { lab: &lab, telling }.run().await;
    if ours {
        down::down(root)?;
    }
    done.map(|()| code::DONE)
}

struct Flood<'a> {
    lab: &'a Place,
    telling: Telling,
}

/// What arrived at the operator in a second, and what people asked meanwhile.
struct Counted {
    openings: u64,
    asked: u64,
    failed: u64,
}

impl Flood<'_> {
    async fn run(&self) -> Result<(), Failure> {
        self.telling.chapter(&said!(self.telling, "lab-floods"))?;
        self.stand().await?;
        count_here(self.lab)?;
        let begun = Instant::now();
        self.begin()?;
        let before = self.count().await?;
        let (view, took) = self.limited(begun).await?;
        let limited = self.count().await?;
        self.told_of_the_limit(&before, &limited, &view, took)?;
        let took = self.requested().await?;
        let dropped = self.count().await?;
        self.told_of_the_request(&dropped, took)?;
        judge(&before, &limited, &dropped, took)
    }

    // ── what is signed beforehand ─────────────────────────────────────────────────────────────

    /// Two people sign what the member may do by itself.
    async fn stand(&self) -> Result<(), Failure> {
        let lines = topology::network(MEMBER).into();
        self.standing("A2", Reflex::LimitFlood(LIMIT), lines)
            .await?;
        let operator = operator()?.organisation().clone();
        let registered = std::net::IpAddr::from(topology::NEIGHBOUR).into();
        self.standing("A1", Reflex::DropOnRequest(operator), registered)
            .await?;
        self.telling.say(&said!(
            self.telling,
            "lab-standing-orders",
            limit = LIMIT,
            neighbour = topology::NEIGHBOUR
        ))
    }

    async fn standing(
        &self,
        row: &str,
        reflex: Reflex,
        scope: ipnet::IpNet,
    ) -> Result<(), Failure> {
        let office = self.lab.office(MEMBER);
        let wish = wish(row, reflex, scope)?;
        let asked = Ask::ProposeStanding(Box::new(wish));
        let standing = match ask(&office, asked).await? {
            Reply::NamedStanding(standing) => standing,
            other => return Err(unexpected(&other)),
        };
        for (who, number) in [1, 2].into_iter().enumerate() {
            self.signs(who, number, standing).await?;
        }
        let ready = async || match ask(&office, Ask::Standing(standing)).await? {
            Reply::Standing(view) => Ok(view.stands == StandsOn::Ready),
            _ => Ok(false),
        };
        until("the standing order is ready", ready).await?;
        let current = async || Ok(self.view().await?.current);
        until("the log is read to its end", current).await
    }

    async fn signs(&self, who: usize, number: u8, standing: StandingId) -> Result<(), Failure> {
        let office = self.lab.office(number);
        let shown = match ask(&office, Ask::Standing(standing)).await? {
            Reply::Standing(view) => view.order,
            other => return Err(unexpected(&other)),
        };
        let approval = raise::people().signed_standing(who, &shown);
        done(ask(&office, Ask::ApproveStanding { standing, approval }).await?).map(drop)
    }

    async fn view(&self) -> Result<ReflexesView, Failure> {
        match ask(&self.lab.office(MEMBER), Ask::Reflexes).await? {
            Reply::Reflexes(view) => Ok(*view),
            other => Err(unexpected(&other)),
        }
    }

    // ── the flood ─────────────────────────────────────────────────────────────────────────────

    fn begin(&self) -> Result<(), Failure> {
        let (from, count) = (topology::flooder(MEMBER).to_string(), LINES.to_string());
        let (to, every) = (victim().to_string(), EVERY.to_string());
        let words = [
            "flood", "--from", &from, "--count", &count, "--to", &to, "--every", &every,
        ];
        let role = format!("{} flood", topology::member(MEMBER));
        let log = self.lab.file(MEMBER, "flood.json");
        raise::act_for(
            self.lab,
            &topology::lines(MEMBER),
            &role,
            SECONDS,
            &log,
            &[],
            &words,
        )
    }

    /// Counts for a while what arrives at the operator.
    async fn count(&self) -> Result<Counted, Failure> {
        let (openings, users) = (arrived(self.lab)?, look::users(self.lab, MEMBER));
        let since = Instant::now();
        tokio::time::sleep(COUNTED).await;
        let counted = arrived(self.lab)?.saturating_sub(openings);
        let after = look::users(self.lab, MEMBER);
        Ok(Counted {
            openings: (counted as f64 / since.elapsed().as_secs_f64()).round() as u64,
            asked: after.asked.saturating_sub(users.asked),
            failed: after.failed.saturating_sub(users.failed),
        })
    }

    /// Waits until every line that floods is limited; tells how long after the first packet.
    async fn limited(&self, begun: Instant) -> Result<(ReflexesView, Duration), Failure> {
        loop {
            let view = self.view().await?;
            let seen = view.acting.iter().filter(|one| one.seen.is_some());
            if seen.count() == LINES as usize {
                return Ok((view, begun.elapsed()));
            }
            if begun.elapsed() > UNTIL_LIMITED {
                let refused = &view.refused;
                return Err(Failure::broken(format!(
                    "not every line was limited in time; refused: {refused:?}"
                )));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn told_of_the_limit(
        &self,
        before: &Counted,
        limited: &Counted,
        view: &ReflexesView,
        took: Duration,
    ) -> Result<(), Failure> {
        let acted = view.acting.iter().filter_map(|one| {
            let micros = one.seen?.since(one.began).as_micros();
            Some(micros.unsigned_abs() / 1_000)
        });
        let slowest = acted.max().unwrap_or_default();
        let (from, to) = (before.openings, limited.openings);
        let (asked, failed) = (limited.asked, limited.failed);
        let seconds = took.as_secs_f64();
        self.telling.say(&said!(
            self.telling,
            "lab-flood-limited",
            lines = LINES,
            victim = victim(),
            from,
            seconds = format_args!("{seconds:.1}"),
            slowest,
            to,
            asked,
            failed
        ))
    }

    // ── the operator's request ────────────────────────────────────────────────────────────────

    /// The operator asks for a drop at one port of his; tells how long it took until it was read back.
    async fn requested(&self) -> Result<Duration, Failure> {
        let request = Ask::Request(Box::new(signed()?));
        let since = Instant::now();
        done(ask(&self.lab.office(MEMBER), request).await?)?;
        Ok(since.elapsed())
    }

    fn told_of_the_request(&self, dropped: &Counted, took: Duration) -> Result<(), Failure> {
        let (openings, ms) = (dropped.openings, took.as_millis());
        let (asked, failed) = (dropped.asked, dropped.failed);
        self.telling.say(&said!(
            self.telling,
            "lab-flood-dropped",
            port = PORT,
            ms,
            openings,
            asked,
            failed
        ))
    }
}

/// Holds the figures against what reflexes are for.
fn judge(
    before: &Counted,
    limited: &Counted,
    dropped: &Counted,
    took: Duration,
) -> Result<(), Failure> {
    let most = u64::from(LINES * LIMIT) * 3 / 2;
    let fails = |counted: &Counted| 20 * counted.failed > counted.asked;
    let rules = [
        (
            before.openings > 2 * most,
            "the flood was none, so nothing was shown",
        ),
        (
            limited.openings <= most,
            "more arrived than the limits let pass",
        ),
        (dropped.openings == 0, "something passed the drop"),
        (took < REQUESTED, "the request took longer than a second"),
        (
            !fails(limited) && !fails(dropped),
            "ordinary people went without an answer",
        ),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, why)) => Err(Failure::broken(*why)),
    }
}

/// Who is flooded.
fn victim() -> SocketAddr {
    SocketAddr::new(topology::NEIGHBOUR.into(), PORT)
}

/// Who answers for what is flooded.
fn operator() -> Result<PersonId, Failure> {
    raise::OPERATOR.parse().map_err(Failure::broken)
}

fn wish(row: &str, reflex: Reflex, scope: ipnet::IpNet) -> Result<StandingWish, Failure> {
    let proposer: PersonId = "duty@m1".parse().map_err(Failure::broken)?;
    let counsel: PersonId = "counsel@m2".parse().map_err(Failure::broken)?;
    let pack = Pack::japan();
    let lost = || Failure::broken("the pack has lost a row");
    let row_of_pack = pack.row(row).ok_or_else(lost)?;
    let facts = issei_sim::rehearsal::facts(row_of_pack, clock::now(), [&proposer, &counsel]);
    Ok(StandingWish {
        proposer,
        reflex,
        scope: vec![scope],
        ground: row.into(),
        facts,
        lasts: LASTS,
        at_once: LINES,
        per_hour: 50,
        stands: Span::from_secs(86_400),
    })
}

/// What the operator signs now.
fn signed() -> Result<Request, Failure> {
    let key = raise::operator_key();
    let text = format!("{}:{PORT}/tcp", topology::NEIGHBOUR);
    let at: Timestamp = clock::now();
    let mut request = Request {
        member: topology::member(MEMBER).parse().map_err(Failure::broken)?,
        wish: Wanted::Drop,
        to: text.parse().map_err(Failure::broken)?,
        signed: Approval {
            person: operator()?,
            key: PublicKey(key.verifying_key().to_bytes()),
            language: Language::English,
            at,
            signature: Signature([0; 64]),
        },
    };
    let shown = request_text(&request, Language::English);
    let bytes = request::signed_bytes(&shown);
    request.signed.signature = Signature(key.sign(&bytes).to_bytes());
    Ok(request)
}

/// Lets the packet filter outside count what opens connections at the operator's flooded port.
fn count_here(lab: &Place) -> Result<(), Failure> {
    let (ip, port) = (topology::NEIGHBOUR, PORT);
    let table = format!(
        "table inet flood\ndelete table inet flood\ntable inet flood {{\n counter openings {{ }}\n chain in {{ type filter hook input priority 0; policy accept; ip daddr {ip} tcp dport {port} counter name openings; }}\n}}\n"
    );
    lab.run(OUT, &["nft", "-f", "-"], &table)
}

/// Reads how many have arrived.
fn arrived(lab: &Place) -> Result<u64, Failure> {
    let namespace = lab.topology.namespace(OUT);
    let listed = Command::new("ip")
        .args(["netns", "exec", &namespace])
        .args(["nft", "-j", "list", "counters", "table", "inet", "flood"])
        .output()
        .map_err(|error| Failure::broken(format!("ip: {error}")))?;
    let listed: serde_json::Value =
        serde_json::from_slice(&listed.stdout).map_err(Failure::broken)?;
    let objects = listed["nftables"].as_array().into_iter().flatten();
    let mut counts = objects.filter_map(|object| object["counter"]["packets"].as_u64());
    counts
        .next()
        .ok_or_else(|| Failure::broken("nft lists no counter of the flood"))
}

#[cfg(test)]
#[path = "flood_tests.rs"]
mod tests;
