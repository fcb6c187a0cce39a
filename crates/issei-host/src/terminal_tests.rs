use super::*;

fn line(bytes: &[u8]) -> io::Result<Vec<u8>> {
    typed(&mut &*bytes, 8).map(|line| line.to_vec())
}

#[test]
fn a_typed_line_ends_with_its_key_and_can_be_mended() {
    assert_eq!(line(b"rain\nsnow\n").unwrap(), b"rain");
    assert_eq!(line(b"rain\r").unwrap(), b"rain");
    assert_eq!(line(b"rai\x7f\x08ope\n").unwrap(), b"rope");
    assert_eq!(line("rあ\u{7f}\n".as_bytes()).unwrap(), b"r");
    assert_eq!(line(b"snow\x15rain\n").unwrap(), b"rain");
    assert_eq!(line(b"\x7frain\n").unwrap(), b"rain");
}

#[test]
fn a_typed_line_is_bounded() {
    assert_eq!(line(b"0123456789\n").unwrap(), b"01234567");
}

#[test]
fn a_person_may_break_off() {
    for bytes in [&b"ra\x03in\n"[..], b"ra\x04", b"ra"] {
        assert_eq!(line(bytes).unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
