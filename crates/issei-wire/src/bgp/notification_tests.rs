use super::super::Message;
use super::*;

fn through(notification: &Notification) -> Notification {
    let mut out = Vec::new();
    notification.write(&mut out);
    match Message::read(&out) {
        Ok(Message::Notification(read)) => read,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    for about in [vec![], vec![0, 4], vec![7; MOST_SHOWN]] {
        let told = Notification {
            code: 2,
            subcode: 1,
            about,
        };
        assert_eq!(through(&told), told);
    }
}

#[test]
fn only_the_beginning_of_much_is_kept() {
    let mut long = Vec::new();
    write_message(&mut long, kind::NOTIFICATION, |out| out.extend([6; 3_000]));
    let Ok(Message::Notification(read)) = Message::read(&long) else {
        panic!("a NOTIFICATION may be long");
    };
    assert_eq!(read.about.len(), MOST_SHOWN);
}

/// RFC 9003: a length, and so much text.
#[test]
fn words_for_people_are_shown_and_cannot_draw_on_the_terminal() {
    let mut told = Notification::SHUT_DOWN;
    told.about = b"\x0btill\x1b[31m 5pmand more".to_vec();
    assert_eq!(
        told.to_string(),
        "shut down by the operator (6/2): `till\\u{1b}[31m 5`"
    );
    told.about = vec![200, b'x'];
    assert_eq!(told.to_string(), "shut down by the operator (6/2)");
    told.about = vec![1, 0xff];
    assert_eq!(told.to_string(), "shut down by the operator (6/2)");
}

#[test]
fn codes_without_a_name_are_shown_as_numbers() {
    assert_eq!(Notification::bare(9, 3).to_string(), "9/3");
    assert_eq!(
        Notification::HOLD_TIME_OVER.to_string(),
        "hold time over (4/0)"
    );
}
