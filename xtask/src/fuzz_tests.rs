use super::*;

const SAID: &str = "INFO: Running with entropic power schedule (0xFF, 100).\n\
INFO: -max_len is not provided; libFuzzer will not generate inputs larger than 4096 bytes\n\
#51\tINITED cov: 412 ft: 980 corp: 40/9120b exec/s: 0 rss: 45Mb\n\
#64\tNEW    cov: 413 ft: 985 corp: 41/9200b lim: 1400 exec/s: 0 rss: 45Mb L: 80/1400 MS: 1 ChangeBit-\n\
#10000000\tDONE   cov: 640 ft: 2100 corp: 310/81Kb lim: 4096 exec/s: 285714 rss: 420Mb\n\
Done 10000000 runs in 35 second(s)\n";

#[test]
fn the_figures_of_a_campaign_are_read() {
    let expected = Figures {
        executions: 10_000_000,
        seconds: 35,
        edges_of_seeds: 412,
        edges: 640,
        inputs: 310,
        longest: 4_096,
    };
    assert_eq!(Figures::parse(SAID), Some(expected));
    assert_eq!(
        expected.row("netflow9"),
        "| `netflow9` | 10000000 | 35 | 285714 | 412 | 640 | 310 | 4096 |"
    );
}

#[test]
fn a_campaign_that_broke_off_has_no_figures() {
    let (before, _) = SAID.split_once("#10000000").unwrap();
    assert_eq!(Figures::parse(before), None);
    assert_eq!(Figures::parse(""), None);
}

#[test]
fn a_target_starts_from_its_seeds_and_grows_elsewhere() {
    let arguments = arguments("netflow9", Path::new("grown/netflow9"), "-runs=5");
    let place = |wanted: &str| arguments.iter().position(|one| one == wanted);
    assert!(place("grown/netflow9") < place("fuzz/corpus/netflow9"));
    assert!(place("-runs=5").is_some());
}

#[test]
fn figures_of_other_targets_stay_as_they_were() {
    let page = heading() + "| `capture` | 5 | 1 |\n| `meter` | 6 | 2 |\n";
    let rows = rows_of(&page);
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["capture", "meter"]);
    assert_eq!(rows["meter"], "| `meter` | 6 | 2 |");
}
