//! How a scan or a hit on dark space is put into a finding that another person can check.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_model::{
    Address, Alternative, Endpoint, Evidence, Finding, Level, Observation, Role, Rule, Statistic,
    Subject, Timestamp, protocol,
};

use super::dossier::Dossier;
use super::evidence::sentences;
use super::judge::{Hit, Scan, Test, Why};
use super::thresholds::Thresholds;
use super::told::Told;
use crate::engine::Surroundings;

/// What a finding is written from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, A> {
    pub(super) line: A,
    pub(super) dossier: &'a Dossier,
    pub(super) thresholds: &'a Thresholds,
    pub(super) around: &'a Surroundings<'a>,
}

impl<A: Address> Source<'_, A> {
    /// Writes a finding about the line.
    fn finding(&self, rule: Rule, told: &Told, since: i64, said: Said) -> Finding {
        Finding {
            id: told.id,
            revision: told.revision,
            rule,
            level: told.level,
            subject: subject(self.line),
            role: Role::Scanner,
            peer: said.peer,
            summary: said.summary,
            since: Timestamp::from_micros(since),
            until: Timestamp::from_micros(self.dossier.until.max(since)),
            decided_at: told.decided_at,
            evidence: said.evidence,
        }
    }

    /// Names the worm port that was asked most, at any address.
    fn port(&self) -> Option<Endpoint> {
        let most = self.dossier.ports.iter().max_by_key(|(_, count)| *count);
        most.map(|&(port, _)| Endpoint {
            ip: if A::BITS == 32 {
                IpAddr::V4(Ipv4Addr::UNSPECIFIED)
            } else {
                IpAddr::V6(Ipv6Addr::UNSPECIFIED)
            },
            port,
            protocol: protocol::TCP,
        })
    }

    fn ports(&self) -> String {
        let mut ports = self.dossier.ports.clone();
        ports.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let words: Vec<String> = ports
            .iter()
            .map(|(port, count)| format!("{port}: {count}"))
            .collect();
        words.join(", ")
    }

    fn hours(&self) -> u32 {
        self.around.parameters.scans.window_hours.value
    }
}

/// What differs from rule to rule.
struct Said {
    peer: Option<Endpoint>,
    summary: String,
    evidence: Evidence,
}

/// Tells the subject that a line is.
pub(super) fn subject<A: Address>(line: A) -> Subject {
    Subject::Line(issei_model::Subscriber::new(line.to_ip()))
}

// ---------------------------------------------------------------- D1, D2

/// Writes the finding on a scan.
pub(super) fn scan<A: Address>(from: &Source<'_, A>, scan: &Scan, told: &Told) -> Finding {
    let mut evidence = from
        .dossier
        .shown
        .evidence(from.around, scan_statistic(from, scan));
    evidence.observations = scan_observations(from, scan);
    evidence.alternatives = scan_alternatives(from, scan);
    evidence.families = families(from.dossier);
    evidence.refuted_by = sentences([
        "the customer or an administrator names a survey, an inventory or a research tool that asked these ports",
        "the destinations turn out to be devices of the customer's own that were out of reach",
        "other exporters on the line's way did not see these packets",
    ]);
    evidence.does_not_show = sentences([
        "which device behind the line sent the packets",
        "that any destination was broken into: no payload is looked at",
        "who gave the order, and whether the owner knows of it",
    ]);
    evidence.independent_kinds =
        vec!["openings to ports that hardly anybody but worms asks".into()];
    let at_least = if from.dossier.is_exact() {
        ""
    } else {
        "about "
    };
    let asked = from.dossier.destinations();
    let summary = match scan.test {
        Test::Sampled(sampling) => format!(
            "opens to worm ports: {at_least}{asked} different destinations among one packet in {sampling} ({})",
            from.ports()
        ),
        _ => format!(
            "scans worm ports: {} of {at_least}{asked} destinations fail ({})",
            from.dossier.in_all(scan.counts.failed),
            from.ports()
        ),
    };
    let said = Said {
        peer: from.port(),
        summary,
        evidence,
    };
    from.finding(scan.test.rule(), told, from.dossier.since, said)
}

fn scan_statistic<A: Address>(from: &Source<'_, A>, scan: &Scan) -> Statistic {
    let (thresholds, parameters) = (from.thresholds, &from.around.parameters.scans);
    let hours = from.hours();
    let both = format!(
        "per line and {hours} h, of all tests of this rule together; each counts at {}",
        scan.threshold
    );
    match scan.test {
        Test::Failed | Test::FailedTogether => {
            let together = scan.test == Test::FailedTogether;
            let (knob, who) = if together {
                (
                    &parameters.busiest_contacts_a_day,
                    "the busiest innocent line (all destinations lie in one network, so one outage may explain them)",
                )
            } else {
                (&parameters.innocent_contacts_a_day, "an innocent line")
            };
            Statistic {
                name: format!("P(N>={}) failed destinations on worm ports", scan.count),
                value: thresholds.failed_tail(scan.count, together),
                threshold: thresholds.alpha / 2.0,
                null_model: format!(
                    "{who} opens to {} destinations on worm ports in {hours} h on average, {}",
                    knob.value,
                    law(parameters.contacts_dispersion.value)
                ),
                null_origin: knob.origin.clone(),
                error_bound: thresholds.alpha / 2.0 + thresholds.sequential.false_alarm,
                bound_of: both,
            }
        }
        Test::Sequential => Statistic {
            name: "log-likelihood ratio of the first contacts".into(),
            value: from.dossier.highest,
            threshold: thresholds.sequential.upper,
            null_model: format!(
                "of an innocent line's first contacts {} fail, of a scanner's {}; the sum starts \
                 anew at zero, and the bound holds per start",
                parameters.innocent_failures.value, parameters.scanner_failures.value
            ),
            null_origin: parameters.innocent_failures.origin.clone(),
            error_bound: thresholds.alpha / 2.0 + thresholds.sequential.false_alarm,
            bound_of: both,
        },
        Test::Sampled(sampling) => Statistic {
            name: format!("P(N>={}) destinations on worm ports", scan.count),
            value: thresholds.sampled_tail(scan.count, sampling),
            threshold: thresholds.alpha,
            null_model: format!(
                "the busiest innocent line opens to {} destinations on worm ports in {hours} h, of \
                 which one in {sampling} is seen: {:.3e}, {}",
                parameters.busiest_contacts_a_day.value,
                thresholds.busiest_at(sampling),
                law(parameters.contacts_dispersion.value)
            ),
            null_origin: parameters.busiest_contacts_a_day.origin.clone(),
            error_bound: thresholds.sampled_tail(scan.threshold, sampling),
            bound_of: format!(
                "per line and {hours} h; the rule counts at {}",
                scan.threshold
            ),
        },
    }
}

fn law(dispersion: f64) -> String {
    if dispersion.is_finite() {
        format!("by a negative binomial law of dispersion {dispersion}")
    } else {
        "by a Poisson law".into()
    }
}

fn scan_observations<A: Address>(from: &Source<'_, A>, scan: &Scan) -> Vec<Observation> {
    let (dossier, counts) = (from.dossier, &scan.counts);
    let hours = from.hours();
    let within = |what: &str| format!("{what} within {hours} h, of those kept one by one");
    let exact = if dossier.is_exact() {
        "different destinations in all"
    } else {
        "different destinations in all, estimated, standard error 6.5 %"
    };
    vec![
        Observation::count(exact, dossier.destinations(), "destinations"),
        Observation::count("openings to them", dossier.openings, "records"),
        Observation::count(&within("failed"), counts.failed, "destinations"),
        Observation::count(&within("outcome unknown"), counts.unknown, "destinations"),
        Observation::count(&within("answered"), counts.answered, "destinations"),
        Observation::count(
            &within("among the own lines"),
            counts.inside,
            "destinations",
        ),
        Observation::count(
            "foreign networks (IPv4 /16, IPv6 /32) of these",
            counts.networks as u64,
            "networks",
        ),
        Observation::text("destinations by port", from.ports()),
        Observation::count(
            "openings to other ports since the first",
            scan.others,
            "records",
        ),
        Observation::real(
            "greatest log-likelihood ratio of the first contacts",
            dossier.highest,
            "",
        ),
        Observation::count("openings without TCP options", dossier.bare, "records"),
    ]
}

fn scan_alternatives<A: Address>(from: &Source<'_, A>, scan: &Scan) -> Vec<Alternative> {
    let peers = format!(
        "{} openings to worm ports beside {} to others; with a share of {} among peers' ports the \
         chance is e^{:.1}",
        scan.counts.failed + scan.counts.unknown,
        scan.others,
        from.around.parameters.scans.peers_share.value,
        scan.ln_peers
    );
    let outage = "an outage of a network that the line is used to contact";
    let outage = match scan.test {
        Test::Sampled(_) => Alternative::open(outage, "outcomes are not visible under sampling"),
        Test::FailedTogether => Alternative::rejected(
            outage,
            "even the busiest innocent line does not open to so many destinations",
        ),
        _ if scan.counts.networks > 1 => Alternative::rejected(
            outage,
            format!("the destinations lie in {} networks", scan.counts.networks),
        ),
        _ => Alternative::open(
            outage,
            "the destinations lie among the own lines; whether they are devices in use is not seen",
        ),
    };
    let researcher = Alternative::open(
        "a researcher, an administrator or an inventory tool",
        "the packets look alike; ask the customer",
    );
    let inside = scan.counts.inside > 0;
    let tool = if inside {
        "some destinations are own lines: an administrator's tool is likelier than outside"
    } else {
        "all destinations are foreign"
    };
    vec![
        Alternative::rejected("peer-to-peer programs", peers.clone()),
        Alternative::rejected("a NAT with many users", peers),
        Alternative::rejected(
            "answers to packets that others sent in this line's name (backscatter)",
            "only TCP openings are counted: SYN without ACK, sent by the line",
        ),
        outage,
        researcher,
        Alternative::open("a tool for the own network", tool),
        spoofed(from),
    ]
}

fn spoofed<A: Address>(from: &Source<'_, A>) -> Alternative {
    let shown = &from.dossier.shown.records;
    let entered = shown.iter().any(|record| record.input_interface != 0);
    let because = if entered {
        "the exporter names the interface by which the packets came in: compare it with the line's"
    } else {
        "the exporter does not name the interface by which the packets came in; where sources are \
         not checked at the line (BCP 38), another line may have forged them"
    };
    Alternative::open("packets forged in this line's name", because)
}

/// Names families by marks. Description only: no rule needs them.
pub(super) fn families(dossier: &Dossier) -> Vec<String> {
    let mut families = Vec::new();
    if dossier.mirai > 0 {
        families.push(format!(
            "Mirai: {} openings whose sequence number is their destination (chance 2^-32 each)",
            dossier.mirai
        ));
    }
    let asked = |port| {
        let found = dossier.ports.iter().find(|(known, _)| *known == port);
        found.map_or(0, |&(_, count)| count)
    };
    let (first, second) = (asked(23), asked(2323));
    let all = first + second;
    // Mirai asks 2323 one time in ten: between 4 and 20 % of at least thirty.
    let tenth = all >= 30 && second * 25 >= all && second * 5 <= all;
    if tenth && dossier.bare * 2 >= dossier.openings {
        families.push(format!(
            "Mirai and kin: raw openings, {first} destinations at 23 and {second} at 2323"
        ));
    }
    let (both, swapped) = (dossier.both_orders(), dossier.swapped_orders());
    if both > 0 || swapped >= 3 {
        families.push(format!(
            "IoTroop/Reaper: {swapped} ports asked with swapped bytes, {both} of them in both orders"
        ));
    }
    families
}

// ---------------------------------------------------------------- D3

/// Writes the finding on hits on dark space.
pub(super) fn hit<A: Address>(from: &Source<'_, A>, hit: &Hit, told: &Told) -> Finding {
    let mut evidence = from
        .dossier
        .shown
        .evidence(from.around, hit_statistic(from, hit));
    evidence.observations = hit_observations(from, hit);
    evidence.alternatives = hit_alternatives(from, hit);
    evidence.families = families(from.dossier);
    evidence.refuted_by = sentences([
        "an address counted as dark is or was in use, or a name still points to it",
        "the packets did not come from the line: its exporter does not show them",
        "the customer or an administrator names the tool that asked these addresses",
    ]);
    evidence.does_not_show = sentences([
        "which device behind the line sent the packets",
        "what else the line asked: dark space sees a share of it",
        "who gave the order, and whether the owner knows of it",
    ]);
    evidence.independent_kinds = vec!["openings to addresses that nobody uses".into()];
    let summary = format!(
        "opens to {} different dark addresses, {} of them at worm ports",
        hit.counts.dark, hit.counts.dark_worm
    );
    let said = Said {
        peer: None,
        summary,
        evidence,
    };
    from.finding(Rule::SensorHit, told, from.dossier.dark_since, said)
}

fn hit_statistic<A: Address>(from: &Source<'_, A>, hit: &Hit) -> Statistic {
    let parameters = &from.around.parameters.scans;
    let hours = from.hours();
    let (name, null_model, null_origin) = match hit.why {
        Why::Marks => (
            format!("expected openings with the mark, {} seen", hit.count),
            "the sequence number of an opening is its destination once in 2^32".to_owned(),
            "RFC 9293, section 3.4.1: initial sequence numbers are not predictable".to_owned(),
        ),
        Why::WormPorts => (
            format!("P(N>={}) dark addresses at worm ports", hit.count),
            format!(
                "the busiest innocent line opens to {} destinations on worm ports in {hours} h; \
                 drawn blindly {:.2e} of them are dark",
                parameters.busiest_contacts_a_day.value, hit.expected
            ),
            parameters.busiest_contacts_a_day.origin.clone(),
        ),
        Why::Addresses => (
            format!("P(N>={}) dark addresses", hit.count),
            format!(
                "the busiest innocent line opens to {} addresses in {hours} h that it does not \
                 know; drawn blindly {:.2e} of them are dark",
                parameters.blind_openings_a_day.value, hit.expected
            ),
            parameters.blind_openings_a_day.origin.clone(),
        ),
    };
    let value = match hit.why {
        Why::Marks => hit.expected,
        _ => crate::statistics::poisson_tail(hit.count, hit.expected),
    };
    Statistic {
        name,
        value,
        threshold: from.thresholds.alpha,
        null_model,
        null_origin,
        error_bound: from.thresholds.alpha,
        bound_of: format!(
            "per line and {hours} h; the rule counts at {}",
            hit.threshold
        ),
    }
}

fn hit_observations<A: Address>(from: &Source<'_, A>, hit: &Hit) -> Vec<Observation> {
    let hours = from.hours();
    let dark = format!("different dark addresses within {hours} h");
    let worm = format!("different dark addresses at worm ports within {hours} h");
    vec![
        Observation::count(&dark, hit.counts.dark, "addresses"),
        Observation::count(&worm, hit.counts.dark_worm, "addresses"),
        Observation::real(
            "dark addresses to expect of the busiest innocent line",
            hit.expected,
            "addresses",
        ),
        Observation::count(
            "openings whose sequence number is their destination",
            from.dossier.mirai,
            "records",
        ),
        Observation::text("destinations by worm port", from.ports()),
    ]
}

fn hit_alternatives<A: Address>(from: &Source<'_, A>, hit: &Hit) -> Vec<Alternative> {
    let mistake = "a typing error or a setting that is out of date";
    let mistake = if hit.level == Level::Finding {
        Alternative::rejected(
            mistake,
            format!("{} different addresses", hit.counts.dark.max(hit.count)),
        )
    } else {
        Alternative::open(mistake, format!("{} addresses so far", hit.counts.dark))
    };
    let peers = "peer-to-peer programs with stale lists of peers";
    let peers = match (hit.level, hit.why) {
        (Level::Finding, _) => Alternative::rejected(
            peers,
            format!(
                "{:.2e} dark addresses to expect, {} seen",
                hit.expected, hit.count
            ),
        ),
        _ => Alternative::open(peers, "too few addresses to tell"),
    };
    vec![
        mistake,
        peers,
        Alternative::rejected(
            "answers to packets that others sent in this line's name (backscatter)",
            "only TCP openings are counted: SYN without ACK, sent by the line",
        ),
        Alternative::open(
            "a researcher, an administrator or an inventory tool",
            "the packets look alike; ask the customer",
        ),
        spoofed(from),
    ]
}
