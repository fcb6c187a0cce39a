use super::*;
use issei_model::FlowBatch;

fn scenario() -> Scenario {
    Scenario::sketch(200, 4, 10).expect("a good sketch")
}

fn lived(scenario: &Scenario) -> (FlowBatch, Truth) {
    let mut batches = Country::new(scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    (batch, batches.truth())
}

#[test]
fn the_truth_is_written_and_read_again() {
    let (_, truth) = lived(&scenario());
    assert_eq!(Truth::from_json(&truth.to_json()).expect("it reads"), truth);
    assert_eq!(truth.schema, Truth::SCHEMA);
    assert_eq!(truth.bots.len(), 10);
    assert!(
        truth
            .bots
            .windows(2)
            .all(|pair| pair[0].infected_at <= pair[1].infected_at)
    );
    assert_eq!(truth.clouds.len(), 25 * 8);
    assert_eq!(truth.attacks.len(), 2);
    assert!(truth.attacks.iter().all(|attack| attack.seen_packets > 100));
}

#[test]
fn every_server_of_the_truth_is_contacted_by_its_bots_and_by_nobody_else() {
    let (batch, truth) = lived(&Scenario {
        minutes: 60,
        ..scenario()
    });
    for server in truth.command_servers.iter().chain(&truth.download_servers) {
        let mut callers: Vec<_> = batch
            .records()
            .filter(|record| {
                record.destination == server.ip && record.destination_port == server.port
            })
            .map(|record| record.source)
            .collect();
        callers.sort_unstable();
        callers.dedup();
        let mut bots: Vec<_> = truth
            .bots
            .iter()
            .filter(|bot| bot.botnet == server.botnet)
            .map(|bot| bot.address)
            .collect();
        bots.sort_unstable();
        bots.dedup();
        assert_eq!(callers, bots, "{}", server.endpoint);
    }
}

#[test]
fn a_line_passes_one_router_and_so_do_all_behind_its_address() {
    let land = Land::new(&Scenario {
        lines: 5_000,
        routers: 3,
        ..scenario()
    });
    let mut routers = std::collections::BTreeMap::new();
    for line in 0..5_000 {
        let (ip, router) = (land.atlas.place(line).ip, land.router(line));
        assert_eq!(*routers.entry(ip).or_insert(router), router, "{line}");
        assert_eq!(land.atlas.address(land.atlas.number(line)), ip);
    }
    assert_eq!(routers.values().max(), Some(&2));
}

#[test]
fn dark_addresses_are_thrown_over_all_dark_prefixes() {
    let dark = ["203.0.113.0/24", "192.88.99.0/25"].map(|net| net.parse().expect("a prefix"));
    let land = Land::new(&Scenario {
        dark: dark.to_vec(),
        ..scenario()
    });
    assert_eq!(land.dark_addresses, 384.0);
    let mut dice = Dice::new(1, "dark");
    let mut hits = [0_u32; 2];
    for _ in 0..3_000 {
        let ip = land.dark_address(&mut dice);
        let net = dark.iter().position(|net: &ipnet::IpNet| net.contains(&ip));
        hits[net.expect("a dark one")] += 1;
    }
    // Two thirds of 3,000, within five standard deviations of a binomial count.
    assert!((1_871..=2_129).contains(&hits[0]), "{hits:?}");
}

#[test]
fn a_country_without_dark_space_has_no_sensor() {
    let (batch, truth) = lived(&Scenario {
        dark: Vec::new(),
        ..scenario()
    });
    assert_eq!(truth.exporters.len(), 2);
    assert!(batch.records().all(|record| record.origin < 2));
}
