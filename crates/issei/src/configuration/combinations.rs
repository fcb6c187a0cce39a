//! Combinations of knobs that cannot work, each with the place of the knob that should change.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use issei_host::webhook::Webhook as HostWebhook;

use super::reading::Places;
use super::{Complaint, Configuration};

/// Looks for them all.
pub fn check(configuration: &Configuration, places: &Places<'_>, complaints: &mut Vec<Complaint>) {
    let mut say = |key: &str, wrong: String, mend: &str| {
        complaints.push(Complaint {
            spot: places.spot(key),
            key: key.into(),
            wrong,
            mend: mend.into(),
        });
    };
    let Configuration {
        territory,
        meter,
        collect,
        webhook,
        metrics,
        ..
    } = configuration;
    if meter.idle > meter.active {
        say(
            "meter.idle",
            "a flow would be recorded as going on before it could end".into(),
            "make `idle` at most `active`",
        );
    }
    if let Some(all) = territory.ours.iter().find(|net| net.prefix_len() == 0) {
        say(
            "territory.ours",
            format!("`{all}` is the whole Internet, so nobody would be outside"),
            "name your own prefixes",
        );
    }
    let dark_all = |net: &&ipnet::IpNet| territory.dark.iter().any(|dark| dark.contains(*net));
    if let Some(net) = territory.ours.iter().find(dark_all) {
        say(
            "territory.dark",
            format!("all of `{net}`, which is ours, would be dark"),
            "name only prefixes that nobody uses",
        );
    }
    if !collect.contacts.as_os_str().is_empty() && territory.ours.is_empty() {
        say(
            "collect.contacts",
            "nobody knows whose contacts are to be remembered".into(),
            "name your own prefixes as `ours` under [territory]",
        );
    }
    if collect.listen.is_empty() && collect.interface.0.is_empty() {
        say(
            "collect.listen",
            "there is neither an address to listen on nor an interface".into(),
            "give `listen` an address or `interface` a name",
        );
    }
    let mut seen: BTreeSet<SocketAddr> = BTreeSet::new();
    if let Some(twice) = collect
        .listen
        .iter()
        .find(|address| address.port() != 0 && !seen.insert(**address))
    {
        say(
            "collect.listen",
            format!("`{twice}` stands here twice"),
            "keep one of them",
        );
    }
    let knobs = [
        "webhook.level",
        "webhook.queue",
        "webhook.attempts",
        "webhook.timeout",
    ];
    let touched = knobs.into_iter().find(|key| places.has(key));
    // A file printed by `config show` names every knob; only one that was changed is a slip.
    if let Some(key) = touched
        && webhook.url.0.is_empty()
        && *webhook != Configuration::default().webhook
    {
        say(
            key,
            "it has no effect without an address to post to".into(),
            "set `url`, or remove it",
        );
    }
    if webhook.url.0.starts_with("https://") && !HostWebhook::HTTPS {
        say(
            "webhook.url",
            "this build cannot speak HTTPS".into(),
            "build with the feature `https`, or use `http://` inside your own network",
        );
    }
    if configuration.webhook.level < configuration.output.level && !webhook.url.0.is_empty() {
        say(
            "webhook.level",
            "findings below `output.level` are never told, so they cannot be posted".into(),
            "lower `output.level`, or raise this one",
        );
    }
    if let Some(listen) = metrics.listen
        && !listen.ip().is_loopback()
        && listen.port() == 0
    {
        say(
            "metrics.listen",
            "nobody could find the port that the kernel chooses".into(),
            "choose a port",
        );
    }
}
