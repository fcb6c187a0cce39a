//! What the pages say: metrics in the Prometheus text format, health, readiness.
//!
//! Standard: Prometheus exposition format 0.0.4. Names end with their unit; counters with `_total`.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use issei_host::web::Pages;
use issei_host::webhook::Counts;

use super::board::{Board, Delays, Judged, Taken};
use super::exchanges;
use super::sightings::Shown;

impl Pages for Board {
    fn metrics(&self) -> String {
        let (taken, judged, webhook) = self.read();
        let mut page = Page(String::new());
        page.receivers(&taken);
        page.problems(&taken, &judged);
        page.judge(&judged);
        if let Some(counts) = webhook {
            page.webhook(&counts);
        }
        if let Some(shown) = self.sightings() {
            page.sightings(&shown);
        }
        if let Some(counts) = self.exchanges() {
            page.exchanges(&counts);
        }
        page.head(
            "issei_start_time_seconds",
            "gauge",
            "When collecting began, in seconds since the epoch.",
        );
        page.line(
            "issei_start_time_seconds",
            "",
            self.since.as_micros() as f64 / 1e6,
        );
        page.head("issei_build_info", "gauge", "The version, as a label.");
        page.line(
            "issei_build_info",
            concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""),
            1.0,
        );
        page.0
    }

    fn health(&self) -> Result<String, String> {
        if self.is_ending() {
            Err("ending".into())
        } else {
            Ok("well".into())
        }
    }

    fn ready(&self) -> Result<String, String> {
        let (taken, ..) = self.read();
        match taken.iter().any(|taken| taken.blind) {
            true => Err("the kernel does not tell what it drops".into()),
            false if self.is_ending() => Err("ending".into()),
            false => Ok("receiving".into()),
        }
    }
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let (open, close) = if labels.is_empty() {
            ("", "")
        } else {
            ("{", "}")
        };
        let _ = writeln!(self.0, "{name}{open}{labels}{close} {value}");
    }

    fn by_receiver(
        &mut self,
        taken: &[Taken],
        name: &str,
        help: &str,
        count: impl Fn(&Taken) -> u64,
    ) {
        self.head(name, "counter", help);
        for (number, taken) in taken.iter().enumerate() {
            self.line(name, &format!("receiver=\"{number}\""), count(taken) as f64);
        }
    }

    fn receivers(&mut self, taken: &[Taken]) {
        self.by_receiver(
            taken,
            "issei_received_total",
            "Datagrams or packets taken from the kernel.",
            |taken| taken.datagrams,
        );
        self.by_receiver(
            taken,
            "issei_dropped_total",
            "Datagrams or packets that the kernel dropped.",
            |taken| taken.dropped,
        );
        self.by_receiver(
            taken,
            "issei_decoded_records_total",
            "Flow records decoded or metered.",
            |taken| taken.records,
        );
        self.by_receiver(
            taken,
            "issei_handed_records_total",
            "Flow records handed to the judge.",
            |taken| taken.handed,
        );
        self.by_receiver(
            taken,
            "issei_waits_total",
            "Times the judge kept the receiver waiting.",
            |taken| taken.waited,
        );
    }

    fn problems(&mut self, taken: &[Taken], judged: &Judged) {
        self.head(
            "issei_problems_total",
            "counter",
            "Bad input in a good stream, losses, and full tables, by kind.",
        );
        let mut all = judged.problems.clone();
        taken.iter().for_each(|taken| all.absorb(&taken.problems));
        for &kind in issei_model::ProblemKind::ALL {
            self.line(
                "issei_problems_total",
                &format!("kind=\"{kind}\""),
                all.count(kind) as f64,
            );
        }
    }

    fn judge(&mut self, judged: &Judged) {
        self.head(
            "issei_judged_records_total",
            "counter",
            "Flow records judged.",
        );
        self.line("issei_judged_records_total", "", judged.records as f64);
        self.head("issei_judged_batches_total", "counter", "Batches judged.");
        self.line("issei_judged_batches_total", "", judged.batches as f64);
        self.head(
            "issei_findings_total",
            "counter",
            "Findings told, each once, by rule and level.",
        );
        for ((rule, level), count) in &judged.findings {
            let labels = format!("rule=\"{rule}\",level=\"{}\"", crate::words::level(*level));
            self.line("issei_findings_total", &labels, *count as f64);
        }
        self.head(
            "issei_revisions_total",
            "counter",
            "Findings told anew with more evidence.",
        );
        self.line("issei_revisions_total", "", judged.revisions as f64);
        self.head(
            "issei_withheld_findings_total",
            "counter",
            "Findings below the level that is told.",
        );
        self.line("issei_withheld_findings_total", "", judged.withheld as f64);
        self.head(
            "issei_written_findings_total",
            "counter",
            "Findings and revisions written to the file.",
        );
        self.line("issei_written_findings_total", "", judged.written as f64);
        self.head(
            "issei_reloads_total",
            "counter",
            "Reloads of the configuration.",
        );
        self.line(
            "issei_reloads_total",
            "outcome=\"taken\"",
            judged.reloads.0 as f64,
        );
        self.line(
            "issei_reloads_total",
            "outcome=\"refused\"",
            judged.reloads.1 as f64,
        );
        self.delays(
            "issei_judging_delay_seconds",
            "From the first datagram of a batch to the end of its judging.",
            &judged.judging,
        );
        self.delays(
            "issei_finding_delay_seconds",
            "From the datagram to the finding that it led to.",
            &judged.telling,
        );
    }

    fn delays(&mut self, name: &str, help: &str, delays: &Delays) {
        self.head(name, "histogram", help);
        let mut sum = 0;
        for (count, step) in delays.counts.iter().zip(Delays::STEPS) {
            sum += count;
            self.line(
                &format!("{name}_bucket"),
                &format!("le=\"{}\"", step as f64 / 1e6),
                sum as f64,
            );
        }
        self.line(
            &format!("{name}_bucket"),
            "le=\"+Inf\"",
            delays.count() as f64,
        );
        self.line(&format!("{name}_sum"), "", delays.sum as f64 / 1e6);
        self.line(&format!("{name}_count"), "", delays.count() as f64);
    }

    fn webhook(&mut self, counts: &Counts) {
        self.head(
            "issei_webhook_total",
            "counter",
            "Findings offered to the webhook, by what became of them.",
        );
        let all = [
            ("offered", &counts.offered),
            ("delivered", &counts.delivered),
            ("failed", &counts.failed),
            ("turned-away", &counts.turned_away),
            ("failed-tries", &counts.failed_tries),
        ];
        for (name, count) in all {
            self.line(
                "issei_webhook_total",
                &format!("outcome=\"{name}\""),
                AtomicU64::load(count, Ordering::Relaxed) as f64,
            );
        }
    }
}

impl Page {
    fn exchanges(&mut self, counts: &exchanges::Counts) {
        self.head(
            "issei_watched_exchanges_total",
            "counter",
            "Records of own lines and watched goals, by what became of them.",
        );
        for (name, count) in [("shown", &counts.shown), ("lost", &counts.lost)] {
            self.line(
                "issei_watched_exchanges_total",
                &format!("outcome=\"{name}\""),
                AtomicU64::load(count, Ordering::Relaxed) as f64,
            );
        }
    }

    fn sightings(&mut self, shown: &Shown) {
        self.head(
            "issei_reflex_sightings_total",
            "counter",
            "Floods shown to the member's office, by what became of them.",
        );
        let all = [
            ("acted-on", &shown.acted),
            ("refused", &shown.refused),
            ("failed", &shown.failed),
            ("turned-away", &shown.turned_away),
        ];
        for (name, count) in all {
            self.line(
                "issei_reflex_sightings_total",
                &format!("outcome=\"{name}\""),
                AtomicU64::load(count, Ordering::Relaxed) as f64,
            );
        }
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
