//! Records that carry the first bytes of a packet instead of addresses.

use issei_model::{Marks, ProblemKind};

use crate::say::{Ear, ipfix, netflow9, set, template};

/// An Ethernet frame that opens a TCP connection.
fn frame() -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend([
        0x45, 0, 0, 60, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 9,
    ]);
    frame.extend([
        0x9c, 0x40, 0, 23, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 2, 0x39, 8, 0, 0, 0, 0,
    ]);
    frame
}

#[test]
fn element_315_is_a_frame() {
    let fields = [(10, 4), (312, 2), (315, 0xffff)];
    let frame = frame();
    let record = [&[0, 0, 0, 7, 0, 74, frame.len() as u8][..], &frame].concat();
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &record)],
    )]);
    let record = &ear.records()[0];
    assert_eq!(
        (record.source_port, record.destination_port, record.protocol),
        (40_000, 23, 6)
    );
    assert_eq!(
        (record.packets, record.bytes, record.input_interface),
        (1, 60, 7)
    );
    assert_eq!(record.tcp_flags.0, 2);
    assert!(!record.marks.any(Marks::BARE_SYN), "it has options");
    assert_eq!(ear.problems(), [""; 0]);
}

#[test]
fn element_313_begins_with_the_ip_header() {
    let section = &frame()[14..];
    let fields = [(313, section.len() as u16)];
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, section)],
    )]);
    assert_eq!(ear.records()[0].destination.to_string(), "192.0.2.9");
}

#[test]
fn element_104_is_a_frame_of_netflow_9() {
    let fields = [(104, frame().len() as u16)];
    let ear = Ear::of(&[netflow9(
        0,
        5,
        &[set(0, &template(256, &fields)), set(256, &frame())],
    )]);
    assert_eq!(ear.records()[0].source.to_string(), "10.0.0.1");
}

#[test]
fn addresses_of_the_record_itself_go_before_the_section() {
    let fields = [(8, 4), (12, 4), (315, frame().len() as u16)];
    let record = [&[172, 16, 0, 1, 172, 16, 0, 2][..], &frame()].concat();
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &record)],
    )]);
    assert_eq!(ear.records()[0].source.to_string(), "172.16.0.1");
}

#[test]
fn a_frame_that_is_not_ip_is_turned_away_by_its_own_name() {
    let fields = [(315, 60)];
    let mut arp = vec![0; 60];
    arp[12..14].copy_from_slice(&[8, 6]);
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &arp)],
    )]);
    assert_eq!(
        (ear.tally().records_refused, ear.count(ProblemKind::NotIp)),
        (1, 1)
    );
}
