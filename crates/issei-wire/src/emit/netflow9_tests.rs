use super::*;

const HEADER: Header = Header {
    uptime: 0x0102_0304,
    seconds: 0x0506_0708,
    sequence: 0x090a_0b0c,
    source: 0x0d0e_0f10,
};

#[test]
fn a_message_counts_its_records_and_pads_its_sets() {
    let mut bytes = vec![0xee];
    let mut message = Message::begin(&mut bytes, HEADER);
    message.template(256, &[Field::new(8, 4), Field::new(4, 1)]);
    message.data(256, [[192, 0, 2, 1, 6], [192, 0, 2, 2, 17]]);
    message.finish();
    let expected = [
        0xee, // what stood before is left alone
        0, 9, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, //
        0, 0, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 4, 0, 1, //
        1, 0, 0, 16, 192, 0, 2, 1, 6, 192, 0, 2, 2, 17, 0, 0,
    ];
    assert_eq!(bytes, expected);
}

#[test]
fn rfc_3954_section_6_1_lengths_of_options_are_in_bytes() {
    let mut bytes = Vec::new();
    let mut message = Message::begin(&mut bytes, HEADER);
    message.options_template(
        258,
        &[Field::new(1, 4)],
        &[Field::new(34, 4), Field::new(35, 1)],
    );
    message.finish();
    let expected = [
        0, 1, 0, 24, 1, 2, 0, 4, 0, 8, 0, 1, 0, 4, 0, 34, 0, 4, 0, 35, 0, 1, 0, 0,
    ];
    assert_eq!(bytes[super::HEADER..], expected);
}
