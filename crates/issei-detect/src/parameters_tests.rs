use super::*;

#[test]
fn the_shipped_parameters_read_and_every_figure_has_an_origin() {
    let parameters = Parameters::shipped();
    assert!(parameters.version.contains('-'));
    let text = include_str!("../data/parameters.toml");
    let table: toml::Table = text.parse().unwrap();
    for (name, group) in table.iter().filter(|(_, group)| group.is_table()) {
        for (knob, value) in group.as_table().unwrap() {
            let origin = value.get("origin").and_then(toml::Value::as_str);
            assert!(
                origin.is_some_and(|origin| origin.len() >= 10),
                "{name}.{knob} does not say where its value comes from"
            );
        }
    }
}

#[test]
fn the_budget_is_shared_out_over_lines_windows_and_rules() {
    let alpha = Parameters::shipped().budget.alpha();
    assert!((alpha - 1.0 / (30e6 * 6.0)).abs() < 1e-12, "{alpha}");
}
