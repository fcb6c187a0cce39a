use super::super::moment::{Moment, Tongue};
use super::{Bytecode, Compared};

const TONGUE: Tongue = Tongue::ALL[1]; // words as they are written, on every machine

fn code(text: &str) -> Bytecode {
    Bytecode::of("ours", text.lines(), &["first"])
}

const RULE: &str = "\
inet ours to 15
  [ meta load time => reg 1 ]
  [ byteorder reg 1 = hton(reg 1, 8, 8) ]
  [ cmp gte reg 1 0x18ebb181 0x4b3ff200 ]
  [ meta load time => reg 1 ]
  [ byteorder reg 1 = hton(reg 1, 8, 8) ]
  [ cmp lt reg 1 0x18ebb4c7 0x5e2b2c00 ]
  [ immediate reg 0 goto -> gone ]
";

#[test]
fn the_two_moments_of_a_rule_are_read_whole() {
    let window = code(RULE).window("to", 15, TONGUE);
    assert_eq!(
        window,
        Some([Moment(0x18eb_b181_4b3f_f200), Moment(0x18eb_b4c7_5e2b_2c00)])
    );
    assert_eq!(code(RULE).window("from", 15, TONGUE), None);
    assert_eq!(code(RULE).window("to", 16, TONGUE), None);
}

#[test]
fn comparisons_of_another_kind_or_number_are_no_window() {
    let cases = [
        RULE.replace("cmp lt", "cmp lte"),
        RULE.replace("cmp gte", "cmp lt"),
        RULE.replace("0x5e2b2c00 ]", "]"),
        RULE.replace("0x18ebb181", "0x18ebb18"),
        RULE.replace("meta load time", "meta load mark"),
        RULE.replace("inet ours", "inet theirs"),
        format!("{RULE}  [ meta load time => reg 1 ]\n  [ cmp lt reg 1 0x00000000 0x00000000 ]\n"),
    ];
    for case in cases {
        assert_eq!(code(&case).window("to", 15, TONGUE), None, "{case}");
    }
}

#[test]
fn a_comparison_with_something_else_is_not_one_with_the_time() {
    let text = RULE.replacen(
        "  [ immediate",
        "  [ payload load 4b @ network header + 16 => reg 1 ]\n  [ cmp gte reg 1 0x00000000 0x00000000 ]\n  [ immediate",
        1,
    );
    assert!(code(&text).window("to", 15, TONGUE).is_some());
    assert!(!code(&text).times[&("to".to_owned(), 15)].contains(&Compared::Strange));
}

#[test]
fn of_the_sets_only_those_asked_for_are_kept() {
    let text = "inet ours @first\n\telement 00000001 00000002  : 0 [end]\n\telement 0000001  : 0 [end]\n\
                inet ours @lines4\n\telement 096433c6 00000000  : 0 [end]\n";
    let code = code(text);
    let word = |number: u32| number.to_ne_bytes();
    let [a, b] = [word(1), word(2)];
    let first = u64::from_ne_bytes([a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]]);
    assert_eq!(code.noted("first").collect::<Vec<_>>(), vec![Moment(first)]);
    assert_eq!(code.elements.len(), 1, "addresses of lines are not kept");
}
