//! How a flood from own lines is put into a finding that another person can check.

use issei_model::{
    Address, Alternative, Evidence, Finding, Level, Observation, Role, Rule, Statistic, Subject,
    Timestamp, protocol,
};

use super::outbound::{Flooding, Sent, Target, endpoint};
use super::report::{flags, ports, sampling};
use super::victims::Told;
use crate::engine::Surroundings;

/// A flood from own lines, ready to be told.
pub(super) struct Sending<'a, A> {
    pub(super) sent: &'a Sent<A>,
    pub(super) target: Target<A>,
    pub(super) flooding: &'a Flooding,
}

/// Writes the finding: about a line with its victim as peer, or about the victim of many lines.
pub(super) fn finding<A: Address>(
    sending: &Sending<'_, A>,
    subject: Subject,
    told: &Told,
    around: &Surroundings<'_>,
) -> Finding {
    let is_joint = matches!(subject, Subject::Remote(_));
    let tally = &sending.sent.tally;
    Finding {
        id: told.id,
        revision: told.revision,
        rule: Rule::OutboundFlood,
        level: told.level,
        subject,
        role: role(sending, is_joint),
        peer: (!is_joint).then(|| endpoint(sending.target)),
        summary: summary(sending, is_joint),
        since: Timestamp::from_micros(tally.first),
        until: Timestamp::from_micros(tally.last),
        decided_at: told.decided_at,
        evidence: evidence(sending, is_joint, around),
    }
}

fn role<A: Address>(sending: &Sending<'_, A>, is_joint: bool) -> Role {
    match is_joint {
        true => Role::Victim,
        // An open service that others misuse is no bot.
        false if sending.sent.replies() => Role::Contact,
        false => Role::FloodSource,
    }
}

fn summary<A: Address>(sending: &Sending<'_, A>, is_joint: bool) -> String {
    let Sending { sent, flooding, .. } = sending;
    let rate = flooding.estimated / 10.0;
    let error = 196.0 / (flooding.count.max(1) as f64).sqrt();
    let what = made_of(sending);
    if is_joint {
        return format!(
            "flooded by {} suspected lines at once with {what}: {rate:.0} packets/s together \
             (±{error:.0} %)",
            sent.most_at_once
        );
    }
    if sent.replies() {
        return format!(
            "an open service of this line answers one address with {rate:.0} packets/s \
             (±{error:.0} %): most likely misused for reflection"
        );
    }
    format!("floods one service with {what}: {rate:.0} packets/s (±{error:.0} %)")
}

fn made_of<A: Address>(sending: &Sending<'_, A>) -> &'static str {
    match sending.target.2 {
        _ if sending.sent.opens() => "TCP openings (SYN)",
        protocol::TCP => "TCP packets that nobody acknowledges",
        protocol::UDP => "UDP datagrams",
        protocol::ICMP | protocol::ICMP_V6 => "ICMP messages",
        _ => "packets of other protocols (GRE and the like)",
    }
}

fn evidence<A: Address>(
    sending: &Sending<'_, A>,
    is_joint: bool,
    around: &Surroundings<'_>,
) -> Evidence {
    let tally = &sending.sent.tally;
    Evidence {
        parameters: around.parameters.version.clone(),
        observations: observations(sending),
        statistic: Some(statistic(sending.flooding, is_joint, around)),
        sampling: sampling(tally, around),
        origins: tally.origins.clone(),
        sample: tally.sample.clone(),
        alternatives: alternatives(sending),
        families: Vec::new(),
        refuted_by: refuted_by(),
        does_not_show: does_not_show(is_joint),
        builds_on: Vec::new(),
        independent_kinds: vec![if is_joint {
            "suspects that send to one target at once".into()
        } else {
            "one-way volume of one line".into()
        }],
    }
}

fn observations<A: Address>(sending: &Sending<'_, A>) -> Vec<Observation> {
    let Sending { sent, flooding, .. } = sending;
    let tally = &sent.tally;
    let error = 196.0 / (flooding.count.max(1) as f64).sqrt();
    let mut list = vec![
        Observation::text("made of", made_of(sending)),
        Observation::real(
            "rate in the fullest window of 10 s",
            flooding.estimated / 10.0,
            "packets/s",
        ),
        Observation::real(
            "its error, 95 %, by the packets sampled (plus or minus)",
            error,
            "%",
        ),
        Observation::count("packets sampled in that window", flooding.count, "packets"),
        Observation::count("packets, scaled by the sampling", tally.packets, "packets"),
        Observation::count("bytes, scaled by the sampling", tally.bytes, "bytes"),
        Observation::count("packets that came back, as sampled", sent.back, "packets"),
        Observation::count(
            "openings that led to nothing, as sampled",
            sent.openings,
            "packets",
        ),
        Observation::count(
            "own lines that sent within one window, at least",
            sent.most_at_once,
            "lines",
        ),
        Observation::real(
            "time from the first to the last packet",
            (tally.last - tally.first) as f64 / 1e6,
            "s",
        ),
        ports("source ports", &tally.source_ports.shares()),
    ];
    if sending.target.2 == protocol::TCP {
        list.push(flags(tally));
    }
    list
}

fn statistic(flooding: &Flooding, is_joint: bool, around: &Surroundings<'_>) -> Statistic {
    let p = &around.parameters.floods;
    Statistic {
        name: format!("ln P(N>={})", flooding.count),
        value: flooding.ln_tail.max(f64::MIN),
        threshold: flooding.ln_alpha,
        null_model: format!(
            "negative binomial, dispersion {}, mean {:.3} sampled packets one way to one target \
             in 10 s; besides, at least {} packets estimated in the window",
            flooding.dispersion, flooding.mean, flooding.floor
        ),
        null_origin: format!(
            "the greater of what {} sent one way before and of the shipped figure: {}",
            if is_joint {
                "as many lines"
            } else {
                "the line"
            },
            p.outbound_mean.origin
        ),
        error_bound: flooding.ln_alpha.exp(),
        bound_of: if is_joint {
            "per target and window of 10 s".into()
        } else {
            "per line and window of 10 s".into()
        },
    }
}

fn alternatives<A: Address>(sending: &Sending<'_, A>) -> Vec<Alternative> {
    let Sending { sent, flooding, .. } = sending;
    let came_back = format!(
        "{} packets came back for {} sent, as sampled",
        sent.back, sent.tally.sampled
    );
    let exchange = "an upload, a backup or a call";
    vec![
        if flooding.level == Level::Context && !sent.replies() {
            Alternative::open(exchange, "what comes back is not exported here")
        } else if sent.opens() {
            Alternative::rejected(exchange, "openings carry nothing")
        } else {
            Alternative::rejected(exchange, came_back)
        },
        Alternative::open(
            "a stream or a speed test that nobody acknowledges",
            "the owner of the line knows; such streams seldom pass 1,000 packets a second",
        ),
        Alternative::rejected(
            "answers of a line that is itself flooded",
            "SYN-ACK, RST and refusals are not counted",
        ),
        Alternative::open(
            "forged own addresses from elsewhere in the own network",
            "source address validation (BCP 38) at the line decides",
        ),
    ]
}

fn refuted_by() -> Vec<String> {
    [
        "the target's owner asked for this traffic",
        "what comes back takes a path that is not exported",
        "the exporter's sampling rate is wrong by so much that the rate falls below the floor",
    ]
    .map(String::from)
    .to_vec()
}

fn does_not_show(is_joint: bool) -> Vec<String> {
    let mut list = vec![
        "which device behind a line sends".to_owned(),
        "what the packets say: no payload is looked at".to_owned(),
        "that the target was harmed".to_owned(),
    ];
    if is_joint {
        list.push("that every suspect among the lines takes part knowingly or by order".to_owned());
    }
    list
}
