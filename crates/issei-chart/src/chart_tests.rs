use super::*;

/// The value that the sheet falls back to for a property in one of its blocks.
fn colour(block: &str, property: &str) -> [f64; 3] {
    let rule = format!("--c-{property}: ");
    let value = block
        .split(&rule)
        .nth(1)
        .unwrap_or_else(|| panic!("{rule}"));
    let value = value.split(';').next().unwrap_or_default();
    let digits = value
        .split('#')
        .nth(1)
        .unwrap_or_else(|| panic!("{rule}{value}"));
    let digits = digits.trim_end_matches(')').trim();
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_string(),
    };
    [0, 2, 4].map(|place| {
        let part = u8::from_str_radix(&wide[place..place + 2], 16);
        f64::from(part.unwrap_or_else(|_| panic!("{rule}{value}"))) / 255.0
    })
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The blocks for light, dark and print.
fn blocks() -> [(&'static str, &'static str); 3] {
    let dark = STYLE
        .find("@media (prefers-color-scheme: dark)")
        .expect("a dark block");
    let print = STYLE.find("@media print").expect("a print block");
    [
        ("light", &STYLE[..dark]),
        ("dark", &STYLE[dark..print]),
        ("print", &STYLE[print..]),
    ]
}

#[test]
fn every_colour_of_text_is_readable_on_what_lies_below_it() {
    for (name, block) in blocks() {
        for ink in ["ink", "muted", "alarm", "good", "warn"] {
            for below in ["surface", "calm"] {
                let ratio = contrast(colour(block, ink), colour(block, below));
                assert!(
                    ratio >= 4.5,
                    "{name}: {ink} on {below} is {ratio:.2}, AA asks for 4.5"
                );
            }
        }
        for step in 1..=5 {
            let (ink, below) = (format!("on{step}"), format!("s{step}"));
            let ratio = contrast(colour(block, &ink), colour(block, &below));
            assert!(ratio >= 4.5, "{name}: {ink} on {below} is {ratio:.2}");
        }
    }
}

#[test]
fn every_mark_can_be_told_from_the_paper() {
    for (name, block) in blocks() {
        for mark in ["series", "alarm", "good", "warn", "other"] {
            let ratio = contrast(colour(block, mark), colour(block, "surface"));
            assert!(
                ratio >= 3.0,
                "{name}: {mark} is {ratio:.2}, AA asks for 3 (1.4.11)"
            );
        }
    }
}

#[test]
fn a_red_row_stays_readable() {
    for (name, block) in blocks().into_iter().take(2) {
        let (alarm, paper) = (colour(block, "alarm"), colour(block, "calm"));
        let below = [0, 1, 2].map(|part| alarm[part] * 0.08 + paper[part] * 0.92);
        let ratio = contrast(alarm, below);
        assert!(ratio >= 4.5, "{name}: {ratio:.2}");
    }
}

#[test]
fn a_full_table_counts_what_it_leaves_out() {
    let mut table = Table::new(&["n"]);
    for number in 0..1_003 {
        table.push(&[number.to_string()]);
    }
    assert_eq!((table.rows.len(), table.left_out), (Table::MOST_ROWS, 3));
}

#[test]
fn a_theme_that_is_chosen_has_the_colours_of_the_same_theme_of_the_system() {
    let colours = |after: &str| -> Vec<String> {
        let block = STYLE
            .split(after)
            .nth(1)
            .unwrap_or_else(|| panic!("{after}"));
        let block = block.split('}').next().unwrap_or_default();
        let entries = block
            .split(';')
            .map(|entry| entry.trim().trim_start_matches(".chart {").trim());
        entries
            .filter(|entry| entry.starts_with("--c-"))
            .map(str::to_string)
            .collect()
    };
    let (light, dark) = (
        colours(".chart {"),
        colours("(prefers-color-scheme: dark) {"),
    );
    assert_eq!((light.len(), dark.len()), (20, 20));
    assert_eq!(colours(":root[data-theme=\"light\"] .chart {"), light);
    assert_eq!(colours(":root[data-theme=\"dark\"] .chart {"), dark);
}
