use clap::CommandFactory;

use super::*;

#[test]
fn the_definitions_hold_together() {
    CommandLine::command().debug_assert();
}

#[test]
fn every_option_has_help() {
    fn walk(command: &clap::Command) {
        for argument in command
            .get_arguments()
            .filter(|argument| !matches!(argument.get_id().as_str(), "help" | "version"))
        {
            assert!(
                argument.get_help().is_some(),
                "{} {}",
                command.get_name(),
                argument.get_id()
            );
        }
        command.get_subcommands().for_each(walk);
    }
    walk(&CommandLine::command());
}

#[test]
fn a_prefix_with_bits_behind_its_length_is_refused_with_the_mend() {
    let error = CommandLine::try_parse_from(["issei", "analyze", "x", "--ours", "192.0.2.7/24"])
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `192.0.2.0/24`"), "{error}");
}

#[test]
fn a_bare_address_is_a_prefix_of_its_own() {
    let line =
        CommandLine::try_parse_from(["issei", "analyze", "x", "--ours", "192.0.2.7"]).unwrap();
    let Command::Analyze(analyze) = line.command else {
        panic!()
    };
    assert_eq!(analyze.network.ours, ["192.0.2.7/32".parse().unwrap()]);
}
