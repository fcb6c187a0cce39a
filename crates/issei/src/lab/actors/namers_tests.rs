use super::*;

#[test]
fn what_was_written_is_read_and_a_torn_line_is_none() {
    let all = [Said::Address, Said::Absent, Said::Nothing];
    for said in all {
        let answered = Answered {
            which: 1,
            sent: 1_700_000_000_000_001,
            came: 1_700_000_000_000_900,
            said,
        };
        let line = answered.line();
        let line = line.trim_end();
        assert_eq!(Answered::parse(line), Some(answered));
        assert_eq!(Answered::parse(&line[..line.len() - 1]), None);
    }
}
