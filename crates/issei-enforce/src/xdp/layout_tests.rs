use proptest::prelude::*;

use super::*;
use crate::xdp::Seeds;

fn goal(text: &str) -> Endpoint {
    match text.parse().unwrap() {
        issei_model::Goal::Service(goal) => goal,
        issei_model::Goal::Name(_) => panic!("an address"),
    }
}

#[test]
fn a_key_is_laid_out_as_the_program_reads_it() {
    let service = key(&goal("192.0.2.7:443/tcp"));
    assert_eq!(service[..6], [192, 0, 2, 7, 0, 0]);
    assert_eq!(service[16..], [1, 187, 6, 4]);
    let host = key(&goal("2001:db8::7"));
    assert_eq!(host[..4], [0x20, 1, 0x0d, 0xb8]);
    assert_eq!(host[15..], [7, 0, 0, 0, 6]);
}

#[test]
fn what_no_goal_is_written_as_reads_as_a_free_place() {
    let whole = Slot {
        reach: 3,
        cell: Some(Cell {
            goal: goal("192.0.2.7:443/tcp"),
            line: false,
            rows: [RowNumber::new(0x0101), None, None, None],
        }),
    };
    let bytes = whole.to_bytes();
    assert_eq!(Slot::from_bytes(&bytes), whole);
    // An IPv4 address with more behind it; a port without a protocol; a protocol without a port; a family.
    for (at, value) in [(4, 1), (18, 0), (18, 1), (16, 0), (19, 5), (19, 6)] {
        let mut broken = bytes;
        broken[at] = value;
        if at == 16 {
            broken[17] = 0;
        }
        let read = Slot::from_bytes(&broken);
        let is_v6 = (at, value) == (19, 6);
        assert_eq!(read.cell.is_some(), is_v6, "{at} {value}");
        assert_eq!(read.reach, 3);
    }
}

#[test]
fn no_row_in_force_has_a_number_with_a_byte_that_is_zero() {
    let all: Vec<u16> = RowNumber::all()
        .map(|number| number.index() as u16)
        .collect();
    assert_eq!(all.len(), 4_080);
    assert!(
        all.iter()
            .all(|number| number & 0xff != 0 && number >> 8 != 0)
    );
    assert!(all.iter().all(|number| u32::from(*number) < ROWS));
}

#[test]
fn settings_of_another_layout_or_half_do_not_read() {
    let settings = Settings {
        live: Half::Second,
        tai_lead: 37,
        homes: 9,
        seeds: Seeds([1, 2, 3, 4, 5, 6, 7]),
    };
    let bytes = settings.to_bytes();
    assert_eq!(Settings::from_bytes(&bytes), Some(settings));
    for (at, value) in [(0, 2), (8, 2), (28, 1)] {
        let mut broken = bytes;
        broken[at] = value;
        assert_eq!(Settings::from_bytes(&broken), None);
    }
}

proptest! {
    #[test]
    fn a_place_reads_as_it_was_written(
        v4: bool, address: [u8; 16], port in 1u16.., tcp: bool, host: bool, line: bool, reach: u8,
        lanes: [u16; LANES],
    ) {
        let ip = if v4 { IpAddr::from([address[0], address[1], address[2], address[3]]) } else { address.into() };
        let (port, protocol) = if host { (0, 0) } else { (port, if tcp { 6 } else { 17 }) };
        let goal = Endpoint { ip, port, protocol };
        let slot = Slot { reach, cell: Some(Cell { goal, line, rows: lanes.map(RowNumber::new) }) };
        prop_assert_eq!(Slot::from_bytes(&slot.to_bytes()), slot);
    }

    #[test]
    fn bytes_of_strangers_read_or_do_not_and_never_harm(bytes: [u8; SLOT]) {
        let slot = Slot::from_bytes(&bytes);
        let again = Slot::from_bytes(&slot.to_bytes());
        prop_assert_eq!(again, slot);
    }
}
