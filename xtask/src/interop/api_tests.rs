//! What Schemathesis says at its end.

use super::*;

const SAID: &str = "API Operations:\n  Selected: 28/29\n  Tested: 28\n\nTest cases:\n  1396 generated, 1396 passed\n\nSeed: 1\n";

#[test]
fn its_figures_are_read() {
    assert_eq!(figure(SAID, "Tested:"), Some(28));
    assert_eq!(cases(SAID), Some(1_396));
    assert_eq!(cases("Test cases:\n  N/A\n"), None);
    assert_eq!(figure("", "Tested:"), None);
}
