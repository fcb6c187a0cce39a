//! Reads SVG as strictly as a parser of XML would, and says what is wrong with it.

/// Looks for what makes XML ill-formed, and for what a strict content security policy refuses.
pub fn complaint(svg: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        if let Some(wrong) = text_complaint(&rest[..start]) {
            return Some(wrong);
        }
        let Some(length) = rest[start..].find('>') else {
            return Some("an element without an end".to_string());
        };
        let tag = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("`{name}` is closed where it is not open"));
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if let Some(wrong) = attributes_complaint(attributes, &mut ids) {
            return Some(format!("`{name}`: {wrong}"));
        }
        if ["script", "style", "image", "foreignObject", "a"].contains(&name) {
            return Some(format!("`{name}` has no place in a page"));
        }
        if !closed {
            open.push(name);
        }
    }
    if !rest.trim().is_empty() || !open.is_empty() {
        return Some(format!("left open: {open:?}"));
    }
    None
}

fn text_complaint(text: &str) -> Option<String> {
    if let Some(bad) = text.chars().find(|letter| {
        (letter.is_control() && *letter != '\n')
            || matches!(letter, '\u{fffe}' | '\u{ffff}' | '\u{202e}')
    }) {
        return Some(format!("U+{:04X} in text", bad as u32));
    }
    let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    let mut after = text.split('&').skip(1);
    after
        .find(|after| !entities.iter().any(|entity| after.starts_with(entity)))
        .map(|after| format!("a bare & before `{after}`"))
}

fn attributes_complaint<'a>(attributes: &'a str, ids: &mut Vec<&'a str>) -> Option<String> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once("=\"") else {
            return Some(format!("no value in quotes: `{rest}`"));
        };
        let Some((value, after)) = after.split_once('"') else {
            return Some(format!("an open quote: `{rest}`"));
        };
        if name == "style" || name.starts_with("on") || name.contains("href") {
            return Some(format!("`{name}` is refused by the pages' policy"));
        }
        let numbers = ["x", "y", "width", "height", "cx", "cy", "r", "d", "viewBox"];
        if numbers.contains(&name) && (value.contains("NaN") || value.contains("inf")) {
            return Some(format!("`{name}` is no number: `{value}`"));
        }
        if name == "id" {
            if ids.contains(&value) {
                return Some(format!("the id `{value}` twice"));
            }
            ids.push(value);
        }
        if let Some(wrong) = text_complaint(value) {
            return Some(wrong);
        }
        rest = after.trim_start();
    }
    None
}
