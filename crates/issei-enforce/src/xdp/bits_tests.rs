use super::*;

const SEEDS: Seeds = Seeds([
    0x9e37_79b9_7f4a_7c15,
    3,
    0xd1b5_4a32_d192_ed03,
    7,
    11,
    13,
    17,
]);

fn hosts(count: u32) -> impl Iterator<Item = IpAddr> {
    (0..count).map(|n| IpAddr::from((0x0a00_0000 + n).to_be_bytes()))
}

#[test]
fn every_address_that_was_set_is_found_also_after_writing_and_reading() {
    let v6 = (0..500u16).map(|n| IpAddr::from([0x2001, 0xdb8, 0, n, 0, 0, 0, 1]));
    let all: Vec<IpAddr> = hosts(500).chain(v6).collect();
    let bits = Bits::of(&SEEDS, all.iter().copied());
    let again = Bits::from_bytes(&bits.to_bytes()).unwrap();
    assert!(again == bits && all.iter().all(|ip| again.has(&SEEDS, *ip)));
    assert_eq!(Bits::from_bytes(&[0; 8]), None);
}

#[test]
fn neighbours_are_spread_evenly_over_bits_and_homes() {
    let count = 1 << 16;
    let bits = Bits::of(&SEEDS, hosts(count));
    let strangers = (0..count).map(|n| IpAddr::from((0xc000_0000 + n * 977).to_be_bytes()));
    let hits = strangers.filter(|ip| bits.has(&SEEDS, *ip)).count();
    // By chance one in 256 has a bit that is set.
    assert!((150..400).contains(&hits), "{hits}");
    let mut homes = vec![0u8; 1 << 16];
    hosts(count).for_each(|ip| homes[SEEDS.home(ip, 1 << 16) as usize] += 1);
    let alone = homes.iter().filter(|count| **count == 1).count();
    // By chance 1/e of all homes have one address.
    assert!((20_000..28_000).contains(&alone), "{alone}");
    assert!(homes.iter().all(|count| *count < 12));
}

#[test]
fn a_home_is_one_of_those_there_are() {
    for homes in [1, 2, 3, 1_000, u32::MAX] {
        assert!(hosts(1_000).all(|ip| SEEDS.home(ip, homes) < homes));
    }
}

#[test]
fn other_seeds_give_other_bits() {
    let other = Seeds(SEEDS.0.map(|seed| seed.rotate_left(9) | 1));
    let same = hosts(1_000).filter(|ip| SEEDS.bit(*ip) == other.bit(*ip));
    assert!(same.count() < 5);
}
