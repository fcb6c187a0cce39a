use issei_model::{Territory, TerritoryBasis};

use super::*;

fn atlas() -> Atlas {
    Atlas::new(10_000, 0.1, 0.4, 5)
}

#[test]
fn every_line_is_ours_and_no_service_victim_or_stranger_is() {
    let territory = Territory::new(&Atlas::ours(), &[usual_dark()], TerritoryBasis::Configured);
    let atlas = atlas();
    for line in 0..atlas.lines {
        assert!(territory.is_ours_ip(atlas.place(line).ip));
        assert!(atlas.v6(line, 1).is_none_or(|ip| territory.is_ours_ip(ip)));
    }
    let mut dice = Dice::new(1, "strangers");
    let mut others = vec![
        service(19_999),
        v6_of_service(service(3)),
        film_server(255),
        hostile(9),
    ];
    others.extend([
        victim_abroad(1),
        cloud(24, 7),
        helper(Helper::SpeedTest, 15),
    ]);
    others.extend((0..10_000).map(|_| stranger(&mut dice)));
    assert!(others.iter().all(|&ip| !territory.is_ours_ip(ip)));
}

#[test]
fn lines_behind_a_carriers_nat_share_an_address_in_blocks_of_ports_that_do_not_touch() {
    let atlas = atlas();
    let places: Vec<Place> = (9_000..9_032).map(|line| atlas.place(line)).collect();
    assert!(places.iter().all(|place| place.ip == places[0].ip));
    let blocks: Vec<u16> = places.iter().filter_map(|place| place.block).collect();
    assert_eq!(blocks.len(), 32);
    assert!(
        blocks
            .windows(2)
            .all(|pair| pair[1] - pair[0] == PORTS_A_BLOCK)
    );
    let mut dice = Dice::new(1, "ports");
    for _ in 0..1_000 {
        let port = atlas.port(9_031, &mut dice);
        assert!(port >= blocks[31] && u32::from(port) < u32::from(blocks[31]) + 2_000);
    }
    assert_ne!(atlas.place(9_032).ip, places[0].ip);
    assert_eq!(atlas.place(8_999).block, None);
}

#[test]
fn addresses_are_numbered_without_gap_or_repetition() {
    let atlas = atlas();
    let mut by_number: Vec<IpAddr> = (0..atlas.addresses()).map(|n| atlas.address(n)).collect();
    let mut by_line: Vec<IpAddr> = (0..atlas.lines).map(|line| atlas.place(line).ip).collect();
    by_line.dedup();
    assert_eq!(by_number, by_line);
    by_number.dedup();
    assert_eq!(by_number.len(), 9_000 + 32);
}

#[test]
fn a_stranger_with_a_number_keeps_its_address() {
    assert_eq!(known_stranger(77), known_stranger(77));
    assert_ne!(known_stranger(77), known_stranger(78));
}

#[test]
fn two_services_never_share_an_address() {
    let mut all: Vec<IpAddr> = (0..SERVICES).map(service).collect();
    all.extend((0..256).map(film_server));
    all.extend((0..16).map(|n| helper(Helper::Clock, n)));
    all.extend((0..16).map(|n| helper(Helper::SpeedTest, n)));
    all.extend((0..25).flat_map(|model| (0..CLOUDS_A_MODEL).map(move |e| cloud(model, e))));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}
