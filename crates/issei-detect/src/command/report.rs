//! How a verdict on a service is put into a finding that another person can check.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Endpoint, Evidence, Finding, FindingId, FlowRecord, Indicator, Level,
    Marks, Observation, Role, Rule, SamplingBasis, SamplingSummary, Statistic, Subject, Timestamp,
    protocol,
};

use super::endpoints::Known;
use super::guards::{Measures, Verdict};
use super::judge::{Population, Tested};
use super::parameters::CommandParameters;
use super::suspects::Suspects;
use super::told::{Kind, Told};
use crate::engine::Surroundings;

/// A service whose tail is small, with everything that was found out about it.
pub(super) struct Case<'a, A> {
    pub(super) tested: &'a Tested,
    pub(super) known: &'a Known<A>,
    pub(super) measures: &'a Measures,
    pub(super) verdict: &'a Verdict,
    /// Services that could have had enough suspects.
    pub(super) family: u64,
    /// The share of wrong ones allowed at one look.
    pub(super) allowed: f64,
    pub(super) population: &'a Population,
}

/// What the evidence is drawn from.
pub(super) struct Evidenced<'a> {
    pub(super) parameters: &'a CommandParameters,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) suspects: &'a Suspects,
    pub(super) shown: &'a [FlowRecord],
    pub(super) dated: &'a [&'a Indicator],
    /// The name of the enrichment finding, for the confirmation that builds on it.
    pub(super) enrichment: Option<FindingId>,
}

impl<A: Address> Case<'_, A> {
    fn endpoint(&self) -> Endpoint {
        let service = self.known.service;
        Endpoint {
            ip: service.address.to_ip(),
            port: service.port,
            protocol: if service.udp {
                protocol::UDP
            } else {
                protocol::TCP
            },
        }
    }

    fn since(&self) -> Timestamp {
        Timestamp::from_secs(i64::from(self.known.first))
    }

    /// Estimates how many suspects contact the service in all.
    pub(super) fn suspects(&self) -> u64 {
        let share = self.tested.suspected as f64 / self.tested.sample.len().max(1) as f64;
        (share * self.known.distinct.count).round() as u64
    }
}

/// Tells at which level a verdict is told; none if it is not.
pub(super) fn level(verdict: &Verdict) -> Option<Level> {
    match verdict {
        Verdict::Candidate => Some(Level::Candidate),
        verdict if is_told(verdict) => Some(Level::Context),
        _ => None,
    }
}

/// Tells whether a verdict that is no accusation is worth seeing all the same.
pub(super) fn is_told(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Victim
            | Verdict::Download
            | Verdict::Protected(_)
            | Verdict::Common
            | Verdict::Cloudlike
    )
}

/// Names the finding. The first contact is part of the name, so a service that is named again
/// after weeks of silence gets a new finding.
pub(super) fn name<A: Address>(case: &Case<'_, A>, kind: Kind) -> FindingId {
    FindingId::derive(
        rule(kind),
        &Subject::Remote(case.endpoint()),
        None,
        case.since(),
    )
}

fn rule(kind: Kind) -> Rule {
    match kind {
        Kind::Enrichment => Rule::CommandEnrichment,
        Kind::Confirmation => Rule::CommandConfirmed,
    }
}

/// Writes the finding.
pub(super) fn finding<A: Address>(
    case: &Case<'_, A>,
    kind: Kind,
    told: &Told,
    from: &Evidenced<'_>,
) -> Finding {
    Finding {
        id: told.id,
        revision: told.revision,
        rule: rule(kind),
        level: told.level,
        subject: Subject::Remote(case.endpoint()),
        role: role(case.verdict),
        peer: None,
        summary: summary(case, kind, told.level),
        since: case.since(),
        until: Timestamp::from_secs(i64::from(case.known.last)).max(case.since()),
        decided_at: told.decided_at,
        evidence: evidence(case, kind, from),
    }
}

fn role(verdict: &Verdict) -> Role {
    match verdict {
        Verdict::Candidate => Role::CommandServer,
        Verdict::Victim => Role::Victim,
        Verdict::Download => Role::DownloadServer,
        _ => Role::Contact,
    }
}

fn summary<A: Address>(case: &Case<'_, A>, kind: Kind, level: Level) -> String {
    let tested = case.tested;
    let share = format!(
        "{} of {} contacting lines are suspects, {:.2} expected by chance",
        tested.suspected,
        tested.sample.len(),
        tested.within.expected
    );
    match (kind, case.verdict) {
        (Kind::Confirmation, Verdict::Candidate) => {
            format!(
                "command server by two independent kinds of evidence: {share}, and a dated indicator"
            )
        }
        (_, Verdict::Candidate) => format!("possible command server: {share}"),
        (_, Verdict::Victim) => {
            format!("target of the suspects, not their command server: {share}")
        }
        (_, Verdict::Download) => format!("hands out files to suspects: {share}"),
        (_, Verdict::Protected(source)) => format!("shared by suspects, but protected as {source}"),
        (_, Verdict::Common) => format!("shared by suspects and by too many clean lines: {share}"),
        (_, Verdict::Cloudlike) => {
            format!("shared by suspects, perhaps as the cloud of one device model: {share}")
        }
        _ if level == Level::Context => format!("no longer a possible command server: {share}"),
        _ => share,
    }
}

fn evidence<A: Address>(case: &Case<'_, A>, kind: Kind, from: &Evidenced<'_>) -> Evidence {
    let mut origins: Vec<u32> = from.shown.iter().map(|record| record.origin).collect();
    origins.sort_unstable();
    origins.dedup();
    let mut kinds = vec!["enrichment among suspects, within device classes".to_owned()];
    if kind == Kind::Confirmation {
        let sources: Vec<&str> = from.dated.iter().map(|said| said.source.as_str()).collect();
        // However many lists say it, that is one kind: lists copy each other.
        kinds.push(format!("dated intelligence: {}", sources.join(", ")));
    }
    Evidence {
        parameters: from.around.parameters.version.clone(),
        observations: observations(case, from),
        statistic: Some(statistic(case, from)),
        sampling: sampling(from),
        origins,
        sample: from.shown.to_vec(),
        alternatives: alternatives(case, from),
        families: families(from.shown),
        refuted_by: refuted_by(),
        does_not_show: does_not_show(),
        builds_on: builds_on(case, kind, from),
        independent_kinds: kinds,
    }
}

fn observations<A: Address>(case: &Case<'_, A>, from: &Evidenced<'_>) -> Vec<Observation> {
    let (tested, known, measures) = (case.tested, case.known, case.measures);
    let sampled = tested.sample.len() as u64;
    let mut list = vec![
        Observation::count(
            "suspects among the contacts sampled",
            tested.suspected,
            "lines",
        ),
        Observation::count("contacts sampled", sampled, "lines"),
        Observation::real(
            "suspects expected by chance within the classes",
            tested.within.expected,
            "lines",
        ),
        Observation::real(
            "suspects expected by chance among all lines",
            tested.blind.expected,
            "lines",
        ),
        Observation::real("contacts in all, at least", known.distinct.count, "lines"),
        Observation::real("its standard error", known.distinct.standard_error, "lines"),
        Observation::count("active lines, at least", case.population.lines, "lines"),
        Observation::count("suspects in all", case.population.suspects, "lines"),
        Observation::real("lower bound of the suspects' share", measures.share, ""),
        Observation::real(
            "clean contacts among the active lines",
            measures.clean_prevalence,
            "",
        ),
    ];
    list.extend(tested.by_class.iter().map(|count| {
        let stratum = count.stratum;
        let name = format!("class {}", from.around.classes.name(count.classes));
        let words = format!(
            "{} of {} contacts suspected, {} of {} lines",
            count.suspected, stratum.contacts, stratum.suspects, stratum.lines
        );
        Observation::text(&name, words)
    }));
    for (rule, count) in rules(case, from) {
        let name = format!("sampled contacts suspected by {rule}");
        list.push(Observation::count(&name, count, "lines"));
    }
    let hours = from.parameters.related_hours.value;
    let related = format!("suspects first in contact within {hours} h of their suspicion");
    list.extend([
        Observation::count(&related, measures.related, "lines"),
        Observation::count(
            "suspects first in contact only after their infection",
            tested.onset.after,
            "lines",
        ),
        Observation::real(
            "of these expected if contacts did not care for infections",
            tested.onset.expected,
            "lines",
        ),
        Observation::count(
            "time from the first to the last contact",
            measures.age.into(),
            "s",
        ),
        Observation::count("bytes sent to it, scaled", known.bytes_out, "bytes"),
        Observation::count("bytes that came back, scaled", known.bytes_in, "bytes"),
        Observation::real(
            "mean size of the packets sent",
            measures.bytes_a_packet,
            "bytes",
        ),
        Observation::real(
            "packets sent by a line",
            measures.packets_a_second,
            "packets/s",
        ),
    ]);
    let said = |indicator: &&Indicator| {
        let at = indicator
            .said_at
            .map(|at| at.to_string())
            .unwrap_or_default();
        Observation::text(
            "dated indicator",
            format!(
                "`{}`, said by {} at {at}",
                indicator.label, indicator.source
            ),
        )
    };
    list.extend(from.dated.iter().map(said));
    list
}

/// Counts the suspects in the sample by the rule that spoke about them first.
fn rules<A>(case: &Case<'_, A>, from: &Evidenced<'_>) -> BTreeMap<Rule, u64> {
    let mut counts = BTreeMap::new();
    for contact in &case.tested.sample {
        if let Some(suspect) = from.suspects.get(contact.line) {
            *counts.entry(suspect.rule).or_default() += 1;
        }
    }
    counts
}

fn statistic<A: Address>(case: &Case<'_, A>, from: &Evidenced<'_>) -> Statistic {
    let tested = case.tested;
    Statistic {
        name: "expected share of wrong ones in the list up to this service".into(),
        value: tested.wrong_share,
        threshold: case.allowed,
        null_model: format!(
            "contacts drawn blindly within each set of device classes (convolved hypergeometric \
             laws): P(X>={}) = e^{:.1}; first contacts indifferent to the infections: \
             P(N>={}) = e^{:.1}; both combined by Fisher's method, or the greater of the second \
             and of the first without classes, e^{:.1}; the smaller of these doubled: e^{:.1}; \
             one of {} services that could have had {} suspects",
            tested.suspected,
            tested.within.ln_at_least,
            tested.onset.after,
            tested.onset.ln_tail,
            tested.blind.ln_at_least,
            tested.ln_tail,
            case.family,
            from.parameters.least_suspects.value
        ),
        null_origin: "counted in the same records: active lines, suspects and contacts".into(),
        error_bound: from.parameters.wrong_share.value,
        bound_of: "expected share of wrong ones among all services named within an epoch".into(),
    }
}

/// Tells the sampling of the records that are shown.
fn sampling(from: &Evidenced<'_>) -> SamplingSummary {
    let rates = || from.shown.iter().map(|record| record.sampling);
    let origins = from.shown.iter().map(|record| record.origin);
    SamplingSummary {
        least: rates().min().unwrap_or(0),
        most: rates().max().unwrap_or(0),
        basis: origins
            .map(|origin| from.around.origins.basis(origin))
            .max()
            .unwrap_or(SamplingBasis::Unknown),
    }
}

fn alternatives<A: Address>(case: &Case<'_, A>, from: &Evidenced<'_>) -> Vec<Alternative> {
    let (measures, tested) = (case.measures, case.tested);
    let classed = format!(
        "the class of {} of {} sampled contacts is known",
        measures.classed,
        tested.sample.len()
    );
    let cloud = "the cloud of one vulnerable device model";
    let cloud = match case.verdict {
        Verdict::Cloudlike => Alternative::open(
            cloud,
            "no class is known, and the times or another service's contacts speak for a cloud",
        ),
        _ if tested.onset.ln_tail <= from.parameters.onset_alone.value.ln() => {
            let because = format!(
                "{} of {} suspects came only after their infection, {:.1} expected of a cloud; \
                 {classed}",
                tested.onset.after, tested.suspected, tested.onset.expected
            );
            Alternative::rejected(cloud, because)
        }
        _ if 2 * measures.classed > tested.sample.len() as u64 => {
            Alternative::rejected(cloud, format!("compared within device classes; {classed}"))
        }
        _ => Alternative::open(
            cloud,
            format!("{classed}; no other service explains the contacts"),
        ),
    };
    let target = "a target of the suspects' attack";
    let target = match (case.verdict, measures.answer_ratio) {
        (Verdict::Victim, _) => Alternative::open(target, "much is sent and little comes back"),
        (_, Some(ratio)) => Alternative::rejected(
            target,
            format!(
                "{ratio:.2} bytes come back for each byte sent, {:.3} packets a second and line",
                measures.packets_a_second
            ),
        ),
        (_, None) => Alternative::open(
            target,
            "nothing that comes back is exported here; only the low rate speaks against it",
        ),
    };
    let shared = "a service that everybody uses";
    let shared = match case.verdict {
        Verdict::Protected(source) => Alternative::open(shared, format!("listed as {source}")),
        Verdict::Common => Alternative::open(
            shared,
            format!(
                "{:.4} of the active lines use it and are no suspects",
                measures.clean_prevalence
            ),
        ),
        _ => Alternative::rejected(
            shared,
            format!(
                "not listed ({} places known), and {:.5} of the active lines use it without being suspects",
                from.around.known.len(),
                measures.clean_prevalence
            ),
        ),
    };
    let hosting = Alternative::open(
        "another service on the same shared address",
        "flow records do not show names; the radius must be measured before anything is cut",
    );
    let researcher = Alternative::open(
        "a sinkhole or a researcher's server that infected devices reach",
        "lists of sinkholes are the place to ask",
    );
    let peer = case.known.service.udp.then(|| {
        let because = format!(
            "half of its suspects contact at most {} UDP services at client ports",
            measures.peers
        );
        Alternative::rejected("one peer of a network without servers", because)
    });
    let mut list = vec![cloud, target, shared, hosting, researcher];
    list.extend(peer);
    list
}

/// Names families by marks in the records shown. Description only.
fn families(shown: &[FlowRecord]) -> Vec<String> {
    let marked = |mark| shown.iter().any(|record| record.marks.any(mark));
    let mut families = Vec::new();
    if marked(Marks::TWO_BYTE_KEEPALIVE) {
        families.push("Mirai and kin: two-byte payloads both ways about once a minute".into());
    }
    if marked(Marks::TEXT_KEEPALIVE) {
        families.push("Gafgyt and kin: short text payloads in question and answer".into());
    }
    families
}

fn refuted_by() -> Vec<String> {
    [
        "clean lines of the same device class contact the service as often",
        "the vendor or the host names the service as part of an ordinary product",
        "the suspicions against the lines turn out wrong, for they are counted as given",
    ]
    .map(String::from)
    .to_vec()
}

fn does_not_show() -> Vec<String> {
    [
        "what was said on the connection: no payload is looked at",
        "which device behind a line made the contact",
        "that any single service of the list is a command server: the bound is on the list",
        "whether other names or customers share the address",
    ]
    .map(String::from)
    .to_vec()
}

fn builds_on<A: Address>(case: &Case<'_, A>, kind: Kind, from: &Evidenced<'_>) -> Vec<FindingId> {
    let of_suspects = case.tested.sample.iter().filter_map(|contact| {
        let suspect = from.suspects.get(contact.line)?;
        Some(suspect.finding)
    });
    let mut list: Vec<FindingId> = of_suspects.collect();
    if kind == Kind::Confirmation {
        list.extend(from.enrichment);
    }
    list.sort_unstable();
    list.dedup();
    list
}
