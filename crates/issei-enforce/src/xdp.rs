//! Turns cuts into bits, entries and rows for the kernel's earliest hook, and a change of them into steps
//! that may be broken off anywhere.
//!
//! In: [`Cut`](crate::Cut)s, what the maps were read to hold, and two clocks. Out: [`Plan`]s, byte for byte as
//! the program in the kernel reads them, or a [`Refusal`](crate::Refusal). Always: a goal is found by its exact
//! address, or address, port and protocol; an order acts through its row alone, so however many goals it has,
//! they begin and end in one moment; a plan first writes what nobody heeds yet, then turns to the other
//! half of the rows, and only then takes away what nobody heeds any more.
//! Not here: a call of the kernel (`issei-host`), the program itself (`crates/issei-host/bpf/cut.c`).
//! Limits: four orders at once for one goal; 4,080 orders; names and protocols other than TCP and UDP cannot
//! be said here.

mod bits;
mod clocks;
pub mod layout;
mod observed;
mod plan;
mod row;
mod table;
mod tally;

pub use bits::{Bits, Seeds};
pub use clocks::Clocks;
pub use layout::{Cell, Half, RowNumber, Settings, Slot};
pub use observed::Observed;
pub use plan::{Plan, Slots, Step};
pub use row::{Allowance, Row};
pub use table::Table;
pub use tally::Tally;
