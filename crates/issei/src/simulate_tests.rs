use super::*;
use crate::command_line::{Command, CommandLine};
use crate::japanese::assert_no_english;
use crate::traffic::Folder;
use crate::words::{EN, JA};

fn options(words: &[&str]) -> Simulate {
    let line = ["issei", "simulate"].iter().chain(words);
    match <CommandLine as clap::Parser>::parse_from(line).command {
        Command::Simulate(options) => options,
        _ => unreachable!("the words are those of simulate"),
    }
}

#[test]
fn the_same_seed_writes_the_same_file_and_another_seed_another() {
    let folder = Folder::new("simulate");
    let written = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        let words = [
            "--lines",
            "300",
            "--minutes",
            "1",
            "--bots",
            "2",
            "--seed",
            seed,
            "--out",
        ];
        let options = options(&[&words[..], &[out.to_str().unwrap()]].concat());
        assert_eq!(run(&options, Language::English).unwrap(), code::DONE);
        assert!(Truth::from_json(&std::fs::read_to_string(truth_path(&out)).unwrap()).is_ok());
        std::fs::read(out).unwrap()
    };
    assert!(written("a", "7") == written("b", "7"));
    assert!(written("a", "7") != written("b", "8"));
}

#[test]
fn a_preset_gives_way_to_the_options_beside_it() {
    let told = scenario(&options(&[
        "--preset",
        "demo",
        "--minutes",
        "20",
        "--sampling",
        "10",
        "--out",
        "x",
    ]))
    .unwrap();
    let demo = Scenario::preset("demo").unwrap();
    assert_eq!(
        (told.minutes, told.sampling, told.lines),
        (20, 10, demo.lines)
    );
}

#[test]
fn made_up_traffic_leaves_this_machine_under_no_name() {
    let away = options(&["--format", "ipfix", "--out", "192.0.2.1:4739"]);
    let error = run(&away, Language::English).unwrap_err();
    assert_eq!(error.code, code::WRONG);
    assert!(error.to_string().contains("loopback only"), "{error}");
    let packets = options(&["--out", "127.0.0.1:4739"]);
    assert!(
        run(&packets, Language::English)
            .unwrap_err()
            .to_string()
            .contains("choose --format")
    );
}

#[test]
fn each_router_sends_from_an_address_of_its_own() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut senders = Senders::to(receiver.local_addr().unwrap());
    for router in ["192.0.2.1:5000", "192.0.2.2:5000", "192.0.2.1:5000"] {
        let datagram = Datagram {
            time: Timestamp::default(),
            router: router.parse().unwrap(),
            export: Export::Ipfix,
            bytes: b"here",
        };
        senders.send(&datagram).unwrap();
    }
    let from = [(); 3].map(|()| receiver.recv_from(&mut [0; 9]).unwrap().1);
    assert_eq!(from[0], from[2]);
    assert_ne!(from[0].ip(), from[1].ip());
}

#[test]
fn what_was_made_up_is_said_in_both_languages() {
    let words = ["--lines", "300", "--minutes", "1", "--bots", "2", "--out"];
    let scenario = scenario(&options(&[&words[..], &["x"]].concat())).unwrap();
    let folder = Folder::new("simulate-told");
    let path = folder.path().join("x");
    let truth = to_file(&scenario, Some(Export::Ipfix), &path).unwrap();
    let beside = Path::new("x.truth.json");
    let said = told(&truth, "x", Some(beside), EN);
    let sum = |of: fn(&issei_sim::TrueExporter) -> u64| {
        words::count(truth.exporters.iter().map(of).sum())
    };
    let ours = truth.ours.iter().map(|net| format!(" --ours {net}"));
    assert_eq!(
        said,
        format!(
            "x: {}, 300 lines, 1 minute, seed {}\n  {} packets seen, {} records in {} datagrams\n  2 lines \
             hijacked, {}, {}\n  the truth: x.truth.json\n  next: issei analyze x{}\n",
            truth.scenario.name,
            truth.scenario.seed,
            words::count(truth.packets()),
            words::count(truth.records()),
            sum(|one| one.datagrams),
            words::tally(EN, "simulate-servers", truth.command_servers.len() as u64),
            words::tally(EN, "simulate-floods", truth.attacks.len() as u64),
            ours.collect::<String>(),
        )
    );
    assert_no_english(&told(&truth, "x", Some(beside), JA));
    assert_no_english(&told(&truth, "127.0.0.1:2055", None, JA));
    let minutes = words::tally(JA, "count-minutes", 5);
    let address = "127.0.0.1:2055";
    assert_no_english(&said!(JA, "simulate-sending", address, minutes));
}
