//! What `issei collect` says when it begins: where it listens, what is ours, where findings go.

use issei_host::receiver::{Granted, Receiver as Sockets};
use issei_host::terminal;
use issei_host::web::Server;
use issei_model::TerritoryBasis;
use issei_text::{Text, columns, said};

use super::territory;
use crate::configuration::Configuration;
use crate::setting::Lists;
use crate::words::{self, Paint};

/// Writes the greeting.
pub fn text(
    configuration: &Configuration,
    sockets: &[Sockets],
    granted: Option<Granted>,
    pages: Option<&Server>,
    lists: &Lists,
    tongue: Text,
) -> String {
    let paint = Paint(terminal::colours_welcome());
    let mut facts: Vec<(String, String)> = Vec::new();
    for address in sockets.first().map(Sockets::addresses).unwrap_or_default() {
        facts.push((tongue.say("collect-listening"), format!("{address}/udp")));
    }
    facts.extend(
        granted
            .iter()
            .flat_map(|granted| wishes(configuration, *granted, tongue)),
    );
    let interface = &configuration.collect.interface.0;
    if !interface.is_empty() {
        facts.push((tongue.say("collect-capturing"), interface.clone()));
    }
    facts.push((tongue.say("account-ours"), ours(configuration, tongue)));
    let notes = lists.notes.iter().map(|note| note.pick(tongue).to_owned());
    facts.extend(notes.map(|note| (tongue.say("collect-list"), note)));
    if let Some(pages) = pages {
        facts.push((
            "metrics".into(),
            format!("http://{}/metrics", pages.address()),
        ));
    }
    let file = &configuration.output.file;
    if !file.as_os_str().is_empty() {
        facts.push((tongue.say("account-findings"), file.display().to_string()));
    }
    let office = &configuration.reflex.office;
    if !office.as_os_str().is_empty() {
        let place = office.display();
        let office = said!(tongue, "collect-reflexes-office", place);
        facts.push((tongue.say("collect-reflexes"), office));
    }
    let lines = facts
        .iter()
        .map(|(name, value)| format!("  {} {value}\n", columns::left(name, 10)));
    format!(
        "{}\n{}",
        paint.bold(&tongue.say("collect-begins")),
        lines.collect::<String>()
    )
}

/// Says what the kernel did not grant, and what to do.
fn wishes(configuration: &Configuration, granted: Granted, tongue: Text) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let wanted = configuration.collect.buffer.0;
    if granted.buffer < wanted {
        let [got, wanted] =
            [granted.buffer, wanted].map(|bytes| words::bytes_in(bytes as u64, tongue));
        facts.push((
            tongue.say("collect-buffer"),
            said!(tongue, "collect-buffer-small", got, wanted),
        ));
    }
    if !granted.steered {
        facts.push((
            tongue.say("collect-steering"),
            tongue.say("collect-steering-by-port"),
        ));
    }
    facts
}

fn ours(configuration: &Configuration, tongue: Text) -> String {
    let ours = territory(configuration);
    let list: Vec<String> = ours.ours().iter().map(ToString::to_string).collect();
    let prefixes = list.join(", ");
    match ours.basis() {
        TerritoryBasis::Configured => prefixes,
        _ => said!(tongue, "collect-ours-private", prefixes),
    }
}

#[cfg(test)]
#[path = "greeting_tests.rs"]
mod tests;
