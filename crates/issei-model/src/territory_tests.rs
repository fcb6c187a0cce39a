use super::*;
use proptest::prelude::*;

#[test]
fn private_ranges_end_where_the_standards_end_them() {
    let territory = Territory::private(&[]);
    for (text, ours) in [
        ("10.255.255.255", true),
        ("11.0.0.0", false),
        ("172.15.255.255", false),
        ("172.16.0.0", true),
        ("172.32.0.0", false),
        ("192.168.1.1", true),
        ("100.64.0.1", true),
        ("100.128.0.1", false),
        ("fe80::1", true),
        ("2001:db8::1", false),
    ] {
        assert_eq!(territory.is_ours_ip(text.parse().unwrap()), ours, "{text}");
    }
}

proptest! {
    #[test]
    fn the_quick_answer_is_the_plain_one(
        nets in prop::collection::vec((any::<u32>(), 0u8..=32), 0..12),
        probes in prop::collection::vec(any::<u32>(), 1..40),
    ) {
        let nets: Vec<ipnet::Ipv4Net> = nets
            .into_iter()
            .map(|(bits, len)| ipnet::Ipv4Net::new(bits.into(), len).unwrap().trunc())
            .collect();
        let set: Vec<IpNet> = nets.iter().copied().map(IpNet::V4).collect();
        let territory = Territory::new(&set, &[], TerritoryBasis::Configured);
        let edges = nets.iter().flat_map(|net| {
            let (low, high) = (net.network().to_bits(), net.broadcast().to_bits());
            [low, high, low.wrapping_sub(1), high.wrapping_add(1)]
        });
        for probe in probes.into_iter().chain(edges) {
            let plain = nets.iter().any(|net| net.contains(&std::net::Ipv4Addr::from(probe)));
            prop_assert_eq!(territory.is_ours(probe), plain);
        }
    }
}
