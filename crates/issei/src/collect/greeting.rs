//! What `issei collect` says when it begins: where it listens, what is ours, where findings go.

use issei_host::receiver::{Granted, Receiver as Sockets};
use issei_host::terminal;
use issei_host::web::Server;
use issei_model::TerritoryBasis;

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
) -> String {
    let paint = Paint(terminal::colours_welcome());
    let mut facts: Vec<(&str, String)> = Vec::new();
    for address in sockets.first().map(Sockets::addresses).unwrap_or_default() {
        facts.push(("listening", format!("{address}/udp")));
    }
    facts.extend(
        granted
            .iter()
            .flat_map(|granted| wishes(configuration, *granted)),
    );
    let interface = &configuration.collect.interface.0;
    if !interface.is_empty() {
        facts.push(("capturing", interface.clone()));
    }
    facts.push(("ours", ours(configuration)));
    facts.extend(lists.notes.iter().map(|note| ("list", note.clone())));
    if let Some(pages) = pages {
        facts.push(("metrics", format!("http://{}/metrics", pages.address())));
    }
    let file = &configuration.output.file;
    if !file.as_os_str().is_empty() {
        facts.push(("findings", file.display().to_string()));
    }
    let office = &configuration.reflex.office;
    if !office.as_os_str().is_empty() {
        facts.push(("reflexes", format!("the office in {}", office.display())));
    }
    let lines = facts
        .iter()
        .map(|(name, value)| format!("  {name:10} {value}\n"));
    format!(
        "{}\n{}",
        paint.bold("issei collects"),
        lines.collect::<String>()
    )
}

/// Says what the kernel did not grant, and what to do.
fn wishes(configuration: &Configuration, granted: Granted) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let wanted = configuration.collect.buffer.0;
    if granted.buffer < wanted {
        let [got, wanted] = [granted.buffer, wanted].map(|bytes| words::bytes(bytes as u64));
        facts.push((
            "buffer",
            format!("{got} of {wanted} for each socket; raise net.core.rmem_max, or run with CAP_NET_ADMIN"),
        ));
    }
    if !granted.steered {
        let how = "by address and port: the kernel refuses to steer by address alone";
        facts.push(("steering", how.into()));
    }
    facts
}

fn ours(configuration: &Configuration) -> String {
    let ours = territory(configuration);
    let list: Vec<String> = ours.ours().iter().map(ToString::to_string).collect();
    let basis = match ours.basis() {
        TerritoryBasis::Configured => "",
        _ => " (the private ranges, for nobody said; name yours with --ours)",
    };
    format!("{}{basis}", list.join(", "))
}
