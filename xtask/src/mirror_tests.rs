use super::*;

#[test]
fn functions_are_measured_from_head_to_closing_brace() {
    let text = "fn one() {\n    two();\n}\n\nimpl X {\n    pub(crate) fn three(a: u8) -> u8 {\n        if a > 1 {\n            a\n        } else {\n            1\n        }\n    }\n}\n// fn not_this() {\n";
    assert_eq!(
        function_sizes(text),
        [(3, "one".to_string()), (7, "three".to_string())]
    );
}
