//! Axes and the line of T, drawn the same in every picture.
//!
//! In: a scale and where it lies. Out: grid lines, labels that do not touch, and the zone in words.
//! Not here: what a scale means (`scale`).

use issei_model::Timestamp;

use crate::look::Fine;
use crate::scale::Times;
use crate::sheet::{Anchor, Sheet};
use crate::text;

/// The size of the letters on an axis.
const SIZE: f64 = 12.0;

/// The height of an axis of time below what it measures: labels, and the line with date and zone.
pub(crate) const TIME_AXIS: f64 = 46.0;

/// Draws the axis of time under `bottom`, its lines up to `top`, and names the date and the zone.
pub(crate) fn time_axis(
    sheet: &mut Sheet<'_>,
    times: &Times,
    first: Timestamp,
    (top, bottom): (f64, f64),
) {
    let about = if sheet.look.is_narrow() { 4 } else { 8 };
    let ticks = times.ticks(&sheet.look.zone, about);
    value_axis(sheet, &ticks, (top, bottom));
    let zone = &sheet.look.zone;
    let words = format!("{} · {}", zone.date(first), zone.label());
    let x = times.at(first);
    sheet.text("c-small", (x, bottom + 40.0), Anchor::Start, &words);
}

/// Draws vertical lines at the ticks, and those labels below that have room.
pub(crate) fn value_axis(
    sheet: &mut Sheet<'_>,
    ticks: &[(f64, String)],
    (top, bottom): (f64, f64),
) {
    let mut free_from = f64::MIN;
    for (x, label) in ticks {
        sheet.line("c-grid", (*x, top), (*x, bottom));
        let half = text::width(label, SIZE) / 2.0;
        let (at, anchor) = within(sheet.width, *x, half);
        let start = match anchor {
            Anchor::Start => at,
            Anchor::Middle => at - half,
            Anchor::End => at - 2.0 * half,
        };
        if start >= free_from {
            sheet.text("c-small", (at, bottom + 18.0), anchor, label);
            free_from = start + 2.0 * half + 10.0;
        }
    }
}

/// Where a label goes whose middle should be at `x`: at the sheet's edge it is held by its own edge, so that it
/// stays within whatever font draws it.
fn within(width: f64, x: f64, half: f64) -> (f64, Anchor) {
    if x < half {
        (0.0, Anchor::Start)
    } else if x > width - half {
        (width, Anchor::End)
    } else {
        (x, Anchor::Middle)
    }
}

/// Draws the line of a moment, with its name above, within the sheet.
pub(crate) fn moment_line(sheet: &mut Sheet<'_>, x: f64, (top, bottom): (f64, f64), name: &str) {
    sheet.line("c-t", (x, top), (x, bottom));
    let half = text::width(name, 13.0) / 2.0;
    let (at, anchor) = within(sheet.width, x, half);
    sheet.text("c-strong c-red", (at, top - 7.0), anchor, name);
}

/// Writes `T 14:30:00.000`, as finely as the moment is.
pub(crate) fn t_name(sheet: &Sheet<'_>, t: Timestamp) -> String {
    let zone = &sheet.look.zone;
    format!("T {} {}", zone.clock(t, Fine::Millis), zone.label())
}
