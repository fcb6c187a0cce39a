//! The story is told to its end; it ends with an error if anything in it is not as it must be.

use crate::code;
use crate::command_line::{Demo, Tongue};

#[test]
fn the_story_ends_well() {
    let fast = Demo {
        paths: Vec::new(),
        town: false,
        lang: Tongue::Ja,
        step: false,
        fast: true,
    };
    assert_eq!(
        super::run(&fast).map_err(|failure| failure.to_string()),
        Ok(code::DONE)
    );
}
