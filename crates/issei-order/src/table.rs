//! A transition table: what becomes of a phase when something happens, written as rows.
//!
//! Always: a pair that no row names changes nothing. The diagram in the documentation is printed
//! from these rows by a test.

/// One row: from, on, to.
pub(crate) type Row<P, E> = (P, E, P);

/// Looks the pair up.
pub(crate) fn next<P: Copy + PartialEq, E: Copy + PartialEq>(
    rows: &[Row<P, E>],
    phase: P,
    event: E,
) -> Option<P> {
    let row = rows.iter().find(|row| row.0 == phase && row.1 == event);
    row.map(|row| row.2)
}

/// Draws the rows as a Mermaid state diagram.
#[cfg(test)]
pub(crate) fn diagram<P: std::fmt::Debug, E: std::fmt::Debug>(rows: &[Row<P, E>]) -> String {
    let arrow = |row: &Row<P, E>| format!("    {:?} --> {:?}: {:?}\n", row.0, row.2, row.1);
    let arrows: String = rows.iter().map(arrow).collect();
    format!("stateDiagram-v2\n    [*] --> {:?}\n{arrows}", rows[0].0)
}
