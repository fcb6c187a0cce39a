use super::*;

fn judge(manifest: &str) -> Vec<String> {
    room_complaints(&manifest.parse().unwrap())
}

#[test]
fn the_house_is_in_order() {
    let found = complaints(&crate::run::root());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_forbidden_arrow_is_named() {
    let found = judge(
        "[package]\nname = \"issei-detect\"\n[dependencies]\nissei-host.workspace = true\n[lints]\nworkspace = true",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("may not stand on issei-host"));
}

#[test]
fn an_arrow_for_tests_does_not_open_the_way_for_the_code() {
    let in_tests = judge(
        "[package]\nname = \"issei-detect\"\n[dev-dependencies]\nissei-flow.workspace = true\n[lints]\nworkspace = true",
    );
    assert!(in_tests.is_empty(), "{in_tests:?}");
    let in_code = judge(
        "[package]\nname = \"issei-detect\"\n[dependencies]\nissei-flow.workspace = true\n[lints]\nworkspace = true",
    );
    assert_eq!(in_code.len(), 1);
}

#[test]
fn a_quiet_room_may_not_take_a_library_with_hands() {
    let found = judge(
        "[package]\nname = \"issei-flow\"\n[dependencies]\ntokio = \"1\"\n[lints]\nworkspace = true",
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("tokio"));
}

#[test]
fn dependencies_per_target_and_missing_lints_are_noticed() {
    let found =
        judge("[package]\nname = \"issei-model\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"1\"");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn an_unknown_room_needs_a_record() {
    assert!(judge("[package]\nname = \"issei-new\"")[0].contains("no such room"));
}

#[test]
fn a_dependency_without_a_reason_is_noticed() {
    let manifest = "[workspace.dependencies]\nissei-model = { path = \"m\" }\nserde = \"1\" # reports\ntoml = \"1\"\n[other]\nx = 1";
    let found = dependencies_without_reason(manifest);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("toml"));
}

#[test]
fn one_dependency_too_many_is_noticed() {
    let manifest = |many: usize| -> Table {
        let lines: String = (0..many).map(|n| format!("dep{n} = \"1\"\n")).collect();
        format!("[workspace.dependencies]\nissei-model = \"1\"\n{lines}")
            .parse()
            .unwrap()
    };
    assert_eq!(too_many_dependencies(&manifest(MOST_DEPENDENCIES)), None);
    assert!(too_many_dependencies(&manifest(MOST_DEPENDENCIES + 1)).is_some());
}
