//! Pictures of plain data, as SVG for pages, files and reports, and the same data as a table.
//!
//! In: one struct per picture, filled by the caller, and a [`Look`]: language, width, zone. Out: a [`Chart`].
//! Promised: whatever the numbers and names are, drawing ends, never panics, and the SVG stays below
//! [`Chart::LARGEST`]; nothing is said by colour alone; every time axis names its zone; what was left out or put
//! together is said in the picture's own words; the same data gives the same bytes.
//! Deliberately absent: where the data comes from, files, clocks, scripts, styles inside an inlined picture
//! (a page takes [`STYLE`] into its own sheet), and any rule about what is good or bad (decision record 0035).
//!
//! ```
//! use issei_chart::{EffectStrip, Look, StripMember, Zone};
//! use issei_model::{Language, Span, Timestamp};
//!
//! let strip = EffectStrip {
//!     t: Timestamp::from_secs(1_795_411_800),
//!     promise: Some(Span::from_millis(150)),
//!     members: vec![StripMember {
//!         name: "ISP-A".to_string(),
//!         offsets: vec![Span::from_micros(31_000), Span::from_micros(46_500)],
//!         expected: 2,
//!         ..StripMember::default()
//!     }],
//! };
//! let look = Look::new(Language::English, "order-7").in_zone(Zone::jst());
//! let (wide, narrow) = (strip.draw(&look), strip.draw(&look.narrow()));
//! let page = format!("<div class=\"chart-both\">{}{}</div>", wide.svg, narrow.svg);
//! let file = wide.standalone();
//! assert!(page.contains("2/2 ✓") && file.contains("<style>"));
//! assert_eq!(wide.table.rows[0][4], "31.0");
//! ```

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

pub use attack::{AttackFlow, AttackSeries, Passing};
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
