//! Pictures of plain data, as SVG for pages, files and reports, and the same data as a table.
//!
//! In: one struct per picture, filled by the caller, and a [`Look`]: language, width, zone. Out: a [`Chart`].
//! Promised: whatever the numbers and names are, drawing ends, never panics, and the SVG stays below
//! [`Chart::LARGEST`]; nothing is said by colour alone; every time axis names its zone; what was left out or put
//! together is said in the picture's own words; the same data gives the same bytes.
//! Deliberately absent: where the data comes from, files, clocks, scripts, styles inside an inlined picture
//! (a page takes [`STYLE`] into its own sheet), and any rule about what is good or bad (decision record 0035).

#![forbid(unsafe_code)]

mod attack;
mod axis;
mod bullets;
mod cells;
mod chart;
mod checkpoints;
mod fan;
mod look;
mod prefectures;
mod raster;
mod readiness;
mod ribbons;
mod scale;
mod sheet;
mod spark;
mod strip;
mod text;

pub use attack::{AttackFlow, AttackSeries};
pub use bullets::{Better, Bullet, Bullets};
pub use chart::{Chart, STYLE, Table};
pub use checkpoints::{CheckpointRow, Checkpoints};
pub use fan::{FanOut, PortContacts};
pub use look::{Look, Width, Zone};
pub use prefectures::{PREFECTURES, Prefectures};
pub use raster::{ContactRaster, RasterGroup};
pub use readiness::{Preparation, Readiness, ReadyMember};
pub use ribbons::{Ribbon, Ribbons};
pub use spark::Spark;
pub use strip::{EffectStrip, StripMember, StripNote};
