//! The command line of what an office knows, and of the forms in which lists are printed.
//!
//! In: words. Out: wishes that cannot be malformed. Not here: what is shown (`show`), how rows are written
//! (`issei_window::rows`).

use clap::{Args, Subcommand};
use issei_model::Goal;
use issei_window::rows::Form;
use serde::Serialize;

use super::duty::{AtOffice, CODES};
use crate::order::OrderName;

/// In which form a list is printed; a table, if nothing is said.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Printing {
    /// Print one JSON document
    #[arg(long, conflicts_with_all = ["jsonl", "csv"])]
    pub json: bool,
    /// Print JSON Lines
    #[arg(long, conflicts_with = "csv")]
    pub jsonl: bool,
    /// Print CSV, heads first
    #[arg(long)]
    pub csv: bool,
}

impl Printing {
    /// Tells the form for programs; none for people.
    pub const fn form(self) -> Option<Form> {
        match self {
            Self { json: true, .. } => Some(Form::Json),
            Self { jsonl: true, .. } => Some(Form::JsonLines),
            Self { csv: true, .. } => Some(Form::Csv),
            Self { .. } => None,
        }
    }

    /// Prints rows in that form, or what people read instead.
    pub fn print<T: Serialize>(self, rows: &[T], table: impl FnOnce() -> String) -> String {
        match self.form() {
            Some(form) => form.write(rows),
            None => table(),
        }
    }
}

/// The options of `show`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Show {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// What is shown
    #[command(subcommand)]
    pub wish: ShowWish,
}

/// What an office can show.
#[derive(Clone, Debug, Subcommand)]
pub enum ShowWish {
    /// Shows what was agreed on: who coordinates, ceilings, signatures that every order needs
    Country {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Lists the members with their lines and what they found
    Members(Printing),
    /// Lists people with their keys, and what each may do with it
    People(Printing),
    /// Lists the newest checkpoints of the log and who signed them; at the coordinator
    Checkpoints(Printing),
    /// Lists the goals that the country measures itself by: target, what was reached, the 30 days before
    Goals(Printing),
    /// Lists who sends records to the collector beside a member's office
    Sensors(Printing),
    /// Shows how the devices stand that take a member's rules
    Devices {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Lists packets between lines and an order's goals, by member and second
    Traffic {
        /// The order's name, or its first 8 digits or more
        order: OrderName,
        /// In which form
        #[command(flatten)]
        form: Printing,
    },
    /// Lists who looked at findings and lines at the pages, newest first
    Looks {
        /// Only lines with this in them: a person, an address, a day
        only: Option<String>,
        /// How many, at most
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=200_000))]
        most: u32,
        /// In which form
        #[command(flatten)]
        form: Printing,
    },
}

/// The options of `why`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Why {
    /// Which office is asked
    #[command(flatten)]
    pub at: AtOffice,
    /// An address, a name, or a service such as 192.0.2.7:23/tcp
    #[arg(value_name = "ADDRESS|NAME")]
    pub goal: Goal,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
