use super::*;

const HEADER: Header = Header {
    seconds: 0x0102_0304,
    sequence: 0x0506_0708,
    domain: 0x090a_0b0c,
};

#[test]
fn a_message_tells_its_length_and_enterprise_fields_their_enterprise() {
    let mut bytes = vec![0xee];
    let mut message = Message::begin(&mut bytes, HEADER);
    let private = Field {
        element: 5,
        width: 2,
        enterprise: 29_305,
    };
    message.template(256, &[private, Field::new(4, 1)]);
    message.data(256, [[1, 2, 6]]);
    message.finish();
    let expected = [
        0xee, // what stood before is left alone
        0, 10, 0, 44, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, //
        0, 2, 0, 20, 1, 0, 0, 2, 0x80, 5, 0, 2, 0, 0, 0x72, 0x79, 0, 4, 0, 1, //
        1, 0, 0, 8, 1, 2, 6, 0,
    ];
    assert_eq!(bytes, expected);
}

#[test]
fn rfc_7011_section_8_1_a_template_without_fields_is_withdrawn() {
    let mut bytes = Vec::new();
    let mut message = Message::begin(&mut bytes, HEADER);
    message.template(300, &[]);
    message.finish();
    assert_eq!(bytes[super::HEADER..], [0, 2, 0, 8, 1, 44, 0, 0]);
}

#[test]
fn rfc_7011_section_3_4_2_2_options_count_their_scope_among_their_fields() {
    let mut bytes = Vec::new();
    let mut message = Message::begin(&mut bytes, HEADER);
    message.options_template(258, &[Field::new(302, 4)], &[Field::new(305, 4)]);
    message.finish();
    let expected = [
        0, 3, 0, 20, 1, 2, 0, 2, 0, 1, 1, 46, 0, 4, 1, 49, 0, 4, 0, 0,
    ];
    assert_eq!(bytes[super::HEADER..], expected);
}

#[test]
fn rfc_7011_section_7_long_values_have_three_bytes_of_length() {
    let mut record = Vec::new();
    put_variable(&mut record, &[7; 254]);
    put_variable(&mut record, &[8; 255]);
    assert_eq!(record[..2], [254, 7]);
    assert_eq!(record[255..259], [255, 0, 255, 8]);
    assert_eq!(record.len(), 255 + 258);
}
