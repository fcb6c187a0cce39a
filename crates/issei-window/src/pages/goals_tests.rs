//! Only what was measured has a bar, and it says what the table says.

use std::sync::Arc;

use issei_desk::samples::{after, in_force, noon, view};
use issei_desk::{OrderView, Stands};
use issei_model::Language;

use super::*;
use crate::rights::Visitor;
use crate::view::Colours;
use issei_text::Text;
use issei_text::format::Zone;

fn reader() -> Reader {
    Reader {
        text: Text(Language::English),
        zone: Zone::Utc,
        colours: Colours::System,
        visitor: Visitor::default(),
        address: "/".into(),
        looks: true,
        said: None,
    }
}

fn scene(orders: Vec<OrderView>) -> Scene {
    Scene {
        at: after(60_000),
        orders: orders
            .into_iter()
            .map(|view| (view.id, Arc::new(view)))
            .collect(),
        ..Scene::default()
    }
}

#[test]
fn without_a_cut_there_is_no_bar() {
    assert!(bullets(&reader(), &scene(Vec::new())).rows.is_empty());
    let draft = view(Stands::Draft, noon(), Vec::new());
    assert!(bullets(&reader(), &scene(vec![draft])).rows.is_empty());
}

#[test]
fn a_bar_is_as_long_as_what_the_table_says() {
    let t = after(5_000);
    let members = vec![
        in_force("isp-a", 4_000, after(2_000), 700),
        in_force("isp-b", 12_000, t, 1_000),
        in_force("isp-c", 4_000, t, 41_000),
    ];
    let scene = scene(vec![view(Stands::Armed, after(6_000), members)]);
    let reader = reader();
    let drawn = bullets(&reader, &scene);
    let table = goals(&reader, &scene);
    let spread = drawn.rows.iter().find(|row| row.unit == "ms").unwrap();
    assert_eq!((spread.value, spread.target), (40.0, 150.0));
    assert_eq!(table[0].now.as_deref(), Some("40.0 ms"));
    assert_eq!(
        spread.previous, None,
        "nothing was measured in the period before"
    );
    // Each goal that the table calls measured has a bar, and no other.
    let measured = table.iter().filter(|goal| goal.now.is_some());
    assert_eq!(measured.count(), drawn.rows.len());
    let kept = table.iter().filter(|goal| goal.kept == Some(true)).count();
    let said = drawn
        .draw(&issei_chart::Look::new(Language::English, "goals"))
        .description;
    assert!(
        said.starts_with(&format!("{kept} of {} targets are met.", drawn.rows.len())),
        "{said}"
    );
}
