//! The API.

pub mod problem;
