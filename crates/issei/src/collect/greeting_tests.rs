//! What is said when it begins, with everything in it that may be in it.

use std::net::SocketAddr;
use std::path::PathBuf;

use issei_host::receiver::Listening;

use super::*;
use crate::japanese::assert_no_english;
use crate::traffic::Folder;
use crate::words::{EN, JA};

/// The greeting of a collector that has everything, of which the kernel granted little.
fn greeting(tongue: Text, ours: bool) -> String {
    let folder = Folder::new(&format!("greeting-{}-{ours}", tongue.tag()));
    let mut configuration = Configuration::default();
    configuration.collect.interface.0 = "eth1".into();
    configuration.output.file = PathBuf::from("/var/f.jsonl");
    configuration.reflex.office = PathBuf::from("/o/isp-a");
    if ours {
        configuration.territory.ours = vec!["192.0.2.0/24".parse().unwrap()];
    }
    let list = folder.file("list.txt", b"192.0.2.7\nevil.example\n");
    configuration.detect.indicators = vec![list];
    let lists = Lists::read(&configuration).unwrap();
    let at: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listening = Listening {
        addresses: vec![at],
        receivers: 1,
        buffer: 1 << 16,
        largest: 2_048,
    };
    let (sockets, _) = Sockets::open(&listening).unwrap();
    let granted = Granted {
        buffer: 425_984,
        steered: false,
    };
    text(
        &configuration,
        &sockets,
        Some(granted),
        None,
        &lists,
        tongue,
    )
}

#[test]
fn everything_that_is_set_is_said_word_for_word() {
    let said = greeting(EN, false);
    for line in [
        "issei collects\n  listening  127.0.0.1:",
        "/udp\n",
        "  buffer     416.0 KiB of 64.0 MiB for each socket; raise net.core.rmem_max, or run with CAP_NET_ADMIN\n",
        "  steering   by address and port: the kernel refuses to steer by address alone\n",
        "  capturing  eth1\n",
        "  ours       10.0.0.0/8, ",
        " (the private ranges, for nobody said; name yours with --ours)\n",
        "list.txt: 1 entry, 1 line without an address (such as line 2: `evil.example`)\n",
        "  findings   /var/f.jsonl\n",
        "  reflexes   the office in /o/isp-a\n",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let said = greeting(EN, true);
    assert!(said.contains("  ours       192.0.2.0/24\n"), "{said}");
}

#[test]
fn in_japanese_nothing_of_it_is_english_and_columns_are_even() {
    let said = greeting(JA, false);
    assert!(said.contains("  自網       10.0.0.0/8, "), "{said}");
    assert!(said.contains("  待ち受け   127.0.0.1:"), "{said}");
    assert_no_english(&said);
}
