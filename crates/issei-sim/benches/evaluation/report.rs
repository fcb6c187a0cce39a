//! Writes the scores as Markdown.

use issei_detect::statistics::share_at_most;
use issei_model::protocol;
use issei_sim::Family;

use crate::run::Outcome;
use crate::score::{clean_device_days, families, floods, missed, quantile, servers, wrong};

/// Smallest botnet whose server must be found.
const BOTS_OF_A_SERVER: u32 = 60;

pub fn heading(outcomes: &[Outcome]) {
    println!("| sampling | lines | hours | bots | flow records | work |");
    println!("|---|---|---|---|---|---|");
    for outcome in outcomes {
        let scenario = &outcome.truth.scenario;
        println!(
            "| 1:{} | {} | {} | {} | {} | {:.0} s |",
            scenario.sampling,
            scenario.lines,
            f64::from(scenario.minutes) / 60.0,
            outcome.truth.bots.len(),
            outcome.records,
            outcome.seconds
        );
    }
}

pub fn print_lines(outcomes: &[Outcome]) {
    println!("\n**Bots**: found of all that fell, and the time from infection to the finding.\n");
    println!("| sampling | family (probes a second) | bots | found | median | 95 % |");
    println!("|---|---|---|---|---|---|");
    for outcome in outcomes {
        for score in families(outcome) {
            let rate = outcome
                .truth
                .bots
                .iter()
                .find(|bot| bot.family == score.family);
            println!(
                "| 1:{} | {} ({:.2}) | {} | {} | {} | {} |",
                outcome.truth.scenario.sampling,
                score.family,
                rate.map_or(0.0, |bot| bot.scan_rate),
                score.bots,
                score.delays.len(),
                duration(quantile(&score.delays, 0.5)),
                duration(quantile(&score.delays, 0.95)),
            );
        }
    }
    println!("\n**False findings** about clean addresses, with the Clopper-Pearson 95 % bound.\n");
    println!("| sampling | clean device-days | false findings | per million | at most |");
    println!("|---|---|---|---|---|");
    for outcome in outcomes {
        let (wrong, days) = (
            wrong(outcome).len() as u64,
            clean_device_days(&outcome.truth),
        );
        let bound = share_at_most(wrong, days as u64, 0.95) * 1e6;
        println!(
            "| 1:{} | {days:.0} | {wrong} | {:.2} | {bound:.2} |",
            outcome.truth.scenario.sampling,
            wrong as f64 / days * 1e6,
        );
    }
}

pub fn print_servers(outcomes: &[Outcome]) {
    println!("\n**Servers** named as command servers.\n");
    println!(
        "| sampling | command servers | of them with {BOTS_OF_A_SERVER} bots or more | download and report servers | vendor clouds | others |"
    );
    println!("|---|---|---|---|---|---|");
    for outcome in outcomes {
        let score = servers(outcome);
        let large = || {
            score
                .command
                .iter()
                .filter(|(server, _)| server.bots >= BOTS_OF_A_SERVER)
        };
        println!(
            "| 1:{} | {} of {} | {} of {} | {} | {} of {} | {} |",
            outcome.truth.scenario.sampling,
            score.command.iter().filter(|(_, named)| *named).count(),
            score.command.len(),
            large().filter(|(_, named)| *named).count(),
            large().count(),
            score.accomplices.len(),
            score.clouds.len(),
            outcome.truth.clouds.len(),
            score.others.len(),
        );
    }
}

pub fn print_floods(outcomes: &[Outcome]) {
    println!("\n**Floods**: time from the first packet to the finding.\n");
    let names: Vec<String> = outcomes
        .iter()
        .map(|outcome| format!("1:{}", outcome.truth.scenario.sampling))
        .collect();
    println!("| flood | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    let scores: Vec<_> = outcomes.iter().map(floods).collect();
    for (row, first) in scores.first().into_iter().flatten().enumerate() {
        let cells: Vec<String> = scores
            .iter()
            .map(|floods| match floods.get(row) {
                Some(flood) => format!(
                    "{} ({:.0}/s)",
                    duration(flood.delay),
                    flood.attack.packets_per_second
                ),
                None => "-".to_owned(),
            })
            .collect();
        let way = if first.attack.inbound { "in" } else { "out" };
        println!(
            "| {way}: {} on {} | {} |",
            first.attack.vector,
            first.attack.victim,
            cells.join(" | ")
        );
    }
}

/// Lists what was missed and what was wrong, for those who mend the detectors.
pub fn print_misses(outcomes: &[Outcome]) {
    for outcome in outcomes {
        println!("\n1:{}", outcome.truth.scenario.sampling);
        for bot in missed(outcome)
            .iter()
            .filter(|bot| bot.family != Family::Slow)
            .take(40)
        {
            let Some(cleaned) = bot.cleaned_at else {
                println!(
                    "missed: {} {} since {} shared {}",
                    bot.family, bot.address, bot.infected_at, bot.shared
                );
                continue;
            };
            println!(
                "missed: {} {} since {} until {cleaned}",
                bot.family, bot.address, bot.infected_at
            );
        }
        for finding in wrong(outcome).iter().take(40) {
            println!(
                "wrong: {} {:?} {} ({})",
                finding.rule, finding.level, finding.summary, finding.role
            );
            for flow in finding.evidence.sample.iter().take(6) {
                println!(
                    "    {}:{} > {}:{} {} {} {} packets",
                    flow.source,
                    flow.source_port,
                    flow.destination,
                    flow.destination_port,
                    protocol::Name(flow.protocol),
                    flow.tcp_flags,
                    flow.packets
                );
            }
        }
        let score = servers(outcome);
        for (server, _) in score.command.iter().filter(|(_, named)| !named) {
            println!(
                "missed: command server {} with {} bots",
                server.endpoint, server.bots
            );
        }
        for (kind, list) in [
            ("cloud", &score.clouds),
            ("accomplice", &score.accomplices),
            ("other", &score.others),
        ] {
            println!("named: {kind} {}", list.join(" "));
        }
    }
}

fn duration(seconds: Option<f64>) -> String {
    match seconds {
        None => "not found".to_owned(),
        Some(seconds) if seconds < 120.0 => format!("{seconds:.0} s"),
        Some(seconds) if seconds < 7_200.0 => format!("{:.1} min", seconds / 60.0),
        Some(seconds) => format!("{:.1} h", seconds / 3_600.0),
    }
}
