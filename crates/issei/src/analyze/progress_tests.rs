use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

#[test]
fn the_bar_is_a_template_in_both_languages() {
    assert_eq!(
        template(EN),
        "  reading {bar:30} {percent:>3} %  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"
    );
    for tongue in [EN, JA] {
        assert!(ProgressStyle::with_template(&template(tongue)).is_ok());
    }
    assert_no_english(&template(JA));
}
