//! Rows of a list in the forms that programs read.
//!
//! In: rows, a form. Out: text. Always: the same rows read alike in every form; a spreadsheet takes no foreign text
//! for a formula. Standards: RFC 8259 (JSON), RFC 4180 (CSV); JSON Lines is one JSON value a line. Not here: tables
//! for people.

use serde::Serialize;
use serde_json::{Map, Value};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON document: an array.
    Json,
    /// A JSON value a line.
    JsonLines,
    /// Comma-separated values, heads first: what is flat of each row, for spreadsheets.
    Csv,
}

impl Form {
    /// Writes rows. What does not serialise is left out; nouns of ours always do.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use issei_window::rows::Form;
    /// let rows = [BTreeMap::from([("member", "isp-a")]), BTreeMap::from([("member", "isp-b")])];
    /// assert_eq!(Form::JsonLines.write(&rows), "{\"member\":\"isp-a\"}\n{\"member\":\"isp-b\"}\n");
    /// assert_eq!(Form::Csv.write(&rows), "member\r\nisp-a\r\nisp-b\r\n");
    /// ```
    pub fn write<T: Serialize>(self, rows: &[T]) -> String {
        match self {
            Self::Json => document(&rows),
            Self::JsonLines => {
                let lines = rows
                    .iter()
                    .filter_map(|row| serde_json::to_string(row).ok());
                lines.map(|line| line + "\n").collect()
            }
            Self::Csv => csv(rows),
        }
    }
}

/// Writes one thing as a JSON document for a terminal. What does not serialise gives an empty one; nouns of ours do.
pub fn document<T: Serialize>(one: &T) -> String {
    serde_json::to_string_pretty(one).unwrap_or_default() + "\n"
}

/// Writes the heads of all rows, in the order in which they come, and a line a row. Lists of words are joined by spaces;
/// a column that holds objects anywhere is left out, for nobody reads JSON in a cell.
fn csv<T: Serialize>(rows: &[T]) -> String {
    let rows: Vec<Map<String, Value>> = rows.iter().filter_map(object).collect();
    let mut heads: Vec<&String> = Vec::new();
    for head in rows.iter().flat_map(Map::keys) {
        if !heads.contains(&head) {
            heads.push(head);
        }
    }
    heads.retain(|head| !rows.iter().filter_map(|row| row.get(*head)).any(is_nested));
    let lines = rows.iter().map(|row| {
        let cells = heads
            .iter()
            .map(|head| row.get(*head).map_or_else(String::new, cell));
        cells.collect::<Vec<_>>().join(",")
    });
    let first = heads.iter().map(|head| quoted(head)).collect::<Vec<_>>();
    let first = (!first.is_empty()).then(|| first.join(","));
    first
        .into_iter()
        .chain(lines)
        .map(|line| line + "\r\n")
        .collect()
}

fn object<T: Serialize>(row: &T) -> Option<Map<String, Value>> {
    match serde_json::to_value(row) {
        Ok(Value::Object(row)) => Some(row),
        _ => None,
    }
}

fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(all) => all.iter().any(|one| one.is_object() || one.is_array()),
        _ => false,
    }
}

fn cell(value: &Value) -> String {
    let plain = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(all) => {
            let words = all
                .iter()
                .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned));
            words.collect::<Vec<_>>().join(" ")
        }
        number @ Value::Number(_) => return number.to_string(), // what begins with `-` is no formula
        other => other.to_string(),
    };
    match plain.starts_with(['=', '+', '-', '@']) {
        true => quoted(&format!("'{plain}")),
        false => quoted(&plain),
    }
}

fn quoted(plain: &str) -> String {
    match plain.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", plain.replace('"', "\"\"")),
        false => plain.to_owned(),
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
