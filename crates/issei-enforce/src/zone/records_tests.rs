use super::*;

fn owner(record: &Record) -> String {
    record.owner().expect("an owner").to_string()
}

fn clients(text: &str) -> String {
    owner(&Record::passing(text.parse().expect("a prefix")))
}

#[test]
fn a_name_is_written_as_it_is() {
    let record = Record::of(&"c2.example".parse().expect("a name"), Says::Absent);
    assert_eq!(owner(&record), "c2.example");
}

#[test]
fn clients_are_written_from_the_last_byte_to_the_first() {
    assert_eq!(clients("192.0.2.64/26"), "26.64.2.0.192.rpz-client-ip");
}

#[test]
fn clients_have_no_bits_behind_their_prefix() {
    assert_eq!(clients("192.0.2.65/26"), "26.64.2.0.192.rpz-client-ip");
}

#[test]
fn the_longest_run_of_zeros_is_two_letters() {
    assert_eq!(clients("2001:db8::/32"), "32.zz.db8.2001.rpz-client-ip");
    assert_eq!(
        clients("2001:db8:0:0:1:0:0:0/80"),
        "80.zz.1.0.0.db8.2001.rpz-client-ip"
    );
    assert_eq!(
        clients("2001:db8:0:1:2:3:4:5/128"),
        "128.5.4.3.2.1.0.db8.2001.rpz-client-ip"
    );
    assert_eq!(clients("::1/128"), "128.1.zz.rpz-client-ip");
    assert_eq!(
        clients("2001:0:0:1:0:0:2:3/128"),
        "128.3.2.0.0.1.zz.2001.rpz-client-ip"
    );
}

#[test]
fn clients_do_not_print() {
    let record = Record::passing("192.0.2.64/26".parse().expect("a prefix"));
    assert_eq!(format!("{record:?}"), "(clients that opted out)");
}
