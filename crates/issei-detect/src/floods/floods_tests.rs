use issei_model::{Finding, FlowRecord, Marks, Role, Rule, Subject, TcpFlags};

use super::world::*;
use super::*;

// ---------------------------------------------------------------- floods of openings

/// 24,000 SYN from as many sources in 24 s, as one record each.
fn forged_openings() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        record(i64::from(at), from, (VICTIM, 25_565), protocol::TCP, SYN)
    };
    (0..24_000).map(one).collect()
}

#[test]
fn a_flood_of_openings_with_forged_sources_names_its_victim_and_no_source() {
    let found = World::new().told(forged_openings());
    let finding = only(&found);
    assert_complete(finding);
    assert!(
        is_about(finding, VICTIM, 25_565, protocol::TCP),
        "{finding:#?}"
    );
    assert_eq!(finding.rule, Rule::InboundFlood);
    assert_eq!(finding.role, Role::Victim);
    assert_eq!(words(finding, "manner"), "spoofed direct");
    let sources = amount(finding, "sources");
    assert!((sources - 24_000.0).abs() < 24_000.0 * 0.06, "{sources}");
    assert!(amount(finding, "packets, scaled") >= 23_900.0);
    assert!(
        found
            .iter()
            .all(|one| matches!(one.subject, Subject::Own(..)))
    );
}

#[test]
fn the_flood_is_named_in_its_first_seconds_and_told_again_when_it_doubles_and_ends() {
    let found = World::new().told(forged_openings());
    let late = found[0].decided_at.since(found[0].since);
    assert!(late <= Span::from_secs(5), "{late}");
    let revisions: Vec<u32> = found.iter().map(|one| one.revision).collect();
    assert_eq!(revisions, (1..=found.len() as u32).collect::<Vec<_>>());
    assert!((4..=8).contains(&found.len()), "{revisions:?}");
    assert!(
        found
            .iter()
            .all(|one| one.decided_at == found[0].decided_at)
    );
}

#[test]
fn a_popular_server_whose_clients_are_served_is_not_flooded() {
    let one = |at: u32| {
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        let used = record(i64::from(at), from, (VICTIM, 443), protocol::TCP, USED);
        let back = record(i64::from(at), (VICTIM, 443), from, protocol::TCP, USED);
        [used, back]
    };
    let found = World::new().told((0..24_000).flat_map(one).collect());
    assert_eq!(found, []);
}

#[test]
fn openings_among_many_served_clients_are_a_sampled_server_and_no_flood() {
    // One packet in a thousand: a lone SYN is seen for one connection in some twenty.
    let one = |at: u32| {
        let flags = if at.is_multiple_of(20) {
            SYN
        } else {
            TcpFlags::ACK
        };
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        let mut seen = record(i64::from(at), from, (VICTIM, 443), protocol::TCP, flags);
        seen.sampling = 1_000;
        let mut back = record(
            i64::from(at),
            (VICTIM, 443),
            from,
            protocol::TCP,
            TcpFlags::ACK,
        );
        back.sampling = 1_000;
        [seen, back]
    };
    let records: Vec<_> = (0..24_000).flat_map(one).collect();
    let found = World::new().told(records.clone());
    assert!(
        above_context(&found).is_empty(),
        "{:?}",
        found.iter().map(|f| &f.summary).collect::<Vec<_>>()
    );
    // Without the guard the same traffic would be a flood.
    let found = World::with(|p| p.opening_share.value = 0.0).told(records);
    assert!(!above_context(&found).is_empty());
}

#[test]
fn a_fast_scan_of_one_host_by_another_is_no_flood() {
    let one = |at: u32| {
        let to = (VICTIM, (at % 60_000) as u16 + 1);
        record(
            i64::from(at) / 10,
            (remote(7), 40_000),
            to,
            protocol::TCP,
            SYN,
        )
    };
    let records: Vec<_> = (0..60_000).map(one).collect();
    assert_eq!(World::new().told(records.clone()), []);
    let found = World::with(|p| p.port_share.value = 0.0).told(records);
    assert!(!found.is_empty(), "the guard does the work");
}

#[test]
fn a_victim_that_answers_the_flood_is_accused_of_nothing() {
    let mut records = forged_openings();
    let answers: Vec<_> = records
        .iter()
        .map(|one| {
            let mut back = one.clone();
            (back.source, back.destination) = (one.destination, one.source);
            (back.source_port, back.destination_port) = (one.destination_port, one.source_port);
            back.tcp_flags = TcpFlags(SYN_ACK);
            back
        })
        .collect();
    records.extend(answers);
    let mut world = World::new();
    world.live(records);
    assert!(world.suspicions.is_empty());
    let found = world.end();
    assert!(found.iter().all(|one| one.role == Role::Victim));
    assert!(amount(only(&found), "packets of the subject that only answer") > 20_000.0);
}

// ---------------------------------------------------------------- reflection

/// Replies of 4,000 SNMP services to three ports within 25 ms.
fn snmp_replies() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let port = [54_609, 12_294, 3_299][at as usize % 3];
        let from = (remote(at), 161);
        metered(record(
            i64::from(at) / 160,
            from,
            (VICTIM, port),
            protocol::UDP,
            0,
        ))
    };
    (0..4_000).map(one).collect()
}

#[test]
fn replies_of_thousands_of_services_that_nobody_asked_are_a_reflection() {
    let found = World::new().told(snmp_replies());
    let finding = only(&found);
    assert_complete(finding);
    assert_eq!(words(finding, "manner"), "reflection");
    assert!(
        finding.summary.contains("SNMP (161/udp)"),
        "{}",
        finding.summary
    );
    assert!(finding.evidence.does_not_show[0].contains("notify their owners, do not cut"));
    assert!(
        found
            .iter()
            .all(|one| matches!(one.subject, Subject::Own(..)))
    );
}

#[test]
fn a_station_that_asks_thousands_of_devices_gets_what_it_asked_for() {
    let mut records = snmp_replies();
    let asked: Vec<_> = records
        .iter()
        .map(|one| {
            let mut out = one.clone();
            (out.source, out.destination) = (one.destination, one.source);
            (out.source_port, out.destination_port) = (one.destination_port, one.source_port);
            out.marks = Marks(0);
            out
        })
        .collect();
    records.iter_mut().for_each(|one| one.marks = Marks(0));
    records.extend(asked);
    assert_eq!(World::new().told(records), []);
}

#[test]
fn a_resolver_of_which_only_the_answers_are_seen_is_no_victim() {
    // Each question has a port of its own; a forged one aims at few.
    let one = |at: u32| {
        let port = 10_000 + (at.wrapping_mul(7_919) % 50_000) as u16;
        record(
            i64::from(at),
            (remote(at % 900), 53),
            (VICTIM, port),
            protocol::UDP,
            0,
        )
    };
    let records: Vec<_> = (0..20_000).map(one).collect();
    assert_eq!(above_context(&World::new().told(records.clone())).len(), 0);
    let found = World::with(|p| p.port_share.value = 0.0).told(records);
    assert!(!above_context(&found).is_empty(), "the guard does the work");
}

#[test]
fn fragments_without_ports_count_with_the_reflection_they_belong_to() {
    let reply = |at: u32| {
        let from = (remote(at % 49), 53);
        record(i64::from(at) * 57, from, (VICTIM, 22), protocol::UDP, 0)
    };
    let fragment = |at: u32| {
        let from = (remote(at % 26), 0);
        let mut one = record(i64::from(at) * 41, from, (VICTIM, 0), protocol::UDP, 0);
        one.marks = Marks(Marks::FRAGMENT);
        one
    };
    let mut records: Vec<_> = (0..523).map(reply).collect();
    records.extend((0..726).map(fragment));
    let found = World::new().told(records);
    let finding = only(&found);
    assert_complete(finding);
    assert!(is_about(finding, VICTIM, 22, protocol::UDP), "{finding:#?}");
    assert!(
        finding.summary.contains("DNS (53/udp) with fragments"),
        "{}",
        finding.summary
    );
    assert!(amount(finding, "of these non-first fragments") > 600.0);
    assert!((amount(finding, "sources") - 49.0).abs() < 1.0);
}

/// Two servers that answer one address every two and six seconds for fourteen minutes.
fn slow_answers() -> Vec<FlowRecord> {
    let from = |server: u32, every: i64, count: i64| {
        (0..count).map(move |at| {
            let from = (remote(server), 21);
            let mut one = record(at * every, from, (VICTIM, 21), protocol::TCP, SYN_ACK);
            one.marks = Marks(Marks::FIRST_IS_ANSWER | Marks::REVERSE_WATCHED);
            one
        })
    };
    from(1, 2_060, 396).chain(from(2, 6_000, 136)).collect()
}

#[test]
fn a_slow_reflection_by_two_tcp_servers_is_found_by_its_answers_not_its_volume() {
    let found = World::new().told(slow_answers());
    let finding = only(&found);
    assert_complete(finding);
    assert!(is_about(finding, VICTIM, 21, protocol::TCP), "{finding:#?}");
    assert_eq!(words(finding, "manner"), "reflection");
    let statistic = finding.evidence.statistic.as_ref().unwrap();
    assert!(statistic.null_model.contains("quarter of an hour"));
}

#[test]
fn an_address_that_gets_a_few_answers_a_day_is_no_victim() {
    // The most that a measured day of backscatter brought to one address: 17, 6 within 15 min.
    let one = |at: i64| {
        record(
            at * 150_000,
            (remote(1), 80),
            (VICTIM, 5_000),
            protocol::TCP,
            SYN_ACK,
        )
    };
    assert_eq!(World::new().told((0..17).map(one).collect()), []);
}

#[test]
fn a_line_that_scans_gets_refusals_it_asked_for() {
    let one = |at: u32| {
        let (mine, theirs) = ((VICTIM, 40_000), (remote(at), 23));
        let asked = record(i64::from(at) * 10, mine, theirs, protocol::TCP, SYN);
        let refused = record(
            i64::from(at) * 10 + 5,
            theirs,
            mine,
            protocol::TCP,
            TcpFlags::RST | TcpFlags::ACK,
        );
        [asked, refused]
    };
    let found = World::new().told((0..6_000).flat_map(one).collect());
    assert!(
        found.iter().all(|one| one.rule != Rule::InboundFlood),
        "{found:#?}"
    );
}

// ---------------------------------------------------------------- many and few sources

fn datagrams(sources: u32, count: u32, millis: i64) -> Vec<FlowRecord> {
    let one = |at: u32| {
        let from = (
            remote(at % sources),
            40_000 + (at % sources) as u16 % 20_000,
        );
        let time = i64::from(at) * millis / i64::from(count);
        record(time, from, (VICTIM, 80), protocol::UDP, 0)
    };
    (0..count).map(one).collect()
}

#[test]
fn datagrams_from_repeating_senders_are_a_direct_flood() {
    let found = World::new().told(datagrams(200, 20_000, 20_000));
    let finding = only(&found);
    assert_complete(finding);
    assert_eq!(words(finding, "manner"), "direct");
    assert!(is_about(finding, VICTIM, 80, protocol::UDP));
}

#[test]
fn a_call_with_packets_both_ways_is_no_flood_however_fast() {
    let mut records = datagrams(20, 20_000, 20_000);
    let back: Vec<_> = records
        .iter()
        .map(|one| {
            let mut back = one.clone();
            (back.source, back.destination) = (one.destination, one.source);
            (back.source_port, back.destination_port) = (one.destination_port, one.source_port);
            back
        })
        .collect();
    records.extend(back);
    let told = World::new().told(records);
    assert!(
        told.iter().all(|one| one.rule != Rule::InboundFlood),
        "{told:#?}"
    );
}

#[test]
fn much_from_a_single_sender_is_context_for_it_may_be_a_speed_test() {
    let found = World::new().told(datagrams(1, 80_000, 10_000));
    assert!(!found.is_empty());
    assert!(above_context(&found).is_empty(), "{found:#?}");
}

#[test]
fn one_packet_in_a_thousand_is_enough_to_see_a_flood() {
    let mut records = datagrams(3_000, 60, 12_000);
    records.iter_mut().for_each(|one| one.sampling = 1_000);
    let found = World::new().told(records);
    let finding = only(&found);
    assert_eq!(finding.evidence.sampling.most, 1_000);
    let error = amount(finding, "its error, 95 %");
    assert!((20.0..80.0).contains(&error), "{error}");
}

#[test]
fn a_line_that_always_gets_much_is_compared_with_itself() {
    // 150 datagrams a second from many, an hour long: what it is used to.
    let every_second = |second: i64| {
        (0..150).map(move |at: u32| {
            let from = (remote(at + (second as u32 % 7) * 150), 50_000);
            record(
                second * 1_000 + i64::from(at),
                from,
                (VICTIM, 80),
                protocol::UDP,
                0,
            )
        })
    };
    let usual: Vec<_> = (0..600).flat_map(every_second).collect();
    let mut world = World::with(|p| p.many_sources.value = 100_000);
    world.live(usual);
    let found = world.end();
    assert!(above_context(&found).is_empty(), "{found:#?}");
}

// ---------------------------------------------------------------- prefixes

/// Packets to each of `addresses` neighbours of the victim.
fn carpet(addresses: u32, each: u32) -> Vec<FlowRecord> {
    let one = move |at: u32| {
        let address = (VICTIM & 0xffff_ff00) + at % addresses;
        let from = (remote(at % 5_000), 53);
        let time = i64::from(at) * 9_000 / i64::from(addresses * each);
        record(time, from, (address, 80), protocol::UDP, 0)
    };
    (0..addresses * each).map(one).collect()
}

#[test]
fn a_flood_spread_over_a_prefix_names_the_prefix() {
    let found = World::new().told(carpet(200, 25));
    let prefixes: Vec<_> = found
        .iter()
        .filter_map(|one| match one.subject {
            Subject::Prefix(net) => Some(net.to_string()),
            _ => None,
        })
        .collect();
    assert!(prefixes.contains(&"10.10.10.0/24".to_owned()), "{found:#?}");
    // One /24 gets all of it, so the /22 around it is not named.
    assert!(prefixes.iter().all(|net| net == "10.10.10.0/24"));
    found.iter().for_each(assert_complete);
}

#[test]
fn a_flood_spread_over_four_prefixes_names_the_one_around_them() {
    let quarter = |third: u32| {
        let mut part = carpet(200, 25);
        for one in &mut part {
            let std::net::IpAddr::V4(ip) = one.destination else {
                unreachable!()
            };
            one.destination = ((ip.to_bits() & 0xffff_fcff) | third << 8).to_ip();
        }
        part
    };
    let found = World::new().told((0..4).flat_map(quarter).collect());
    let wide =
        |one: &&Finding| matches!(one.subject, Subject::Prefix(net) if net.prefix_len() == 22);
    let finding = found.iter().find(wide).expect("the /22");
    assert_complete(finding);
}

#[test]
fn a_flood_of_one_address_does_not_name_its_prefix() {
    let found = World::new().told(forged_openings());
    assert!(
        found
            .iter()
            .all(|one| !matches!(one.subject, Subject::Prefix(_)))
    );
}

#[test]
fn a_sweep_over_a_prefix_is_no_flood_of_it() {
    // Many scanners, each tries some addresses: six packets for each address in ten seconds.
    let one = |at: u32| {
        let to = ((VICTIM & 0xffff_ff00) + at % 256, 23);
        record(
            i64::from(at) * 6,
            (remote(at % 300), 40_000),
            to,
            protocol::TCP,
            SYN,
        )
    };
    let records: Vec<_> = (0..1_600).map(one).collect();
    assert_eq!(World::new().told(records.clone()), []);
    let found = World::with(|p| p.packets_an_address.value = 0.0).told(records);
    assert!(!found.is_empty(), "the guard does the work");
}

#[test]
fn a_prefix_of_busy_servers_is_not_flooded_when_sampling_begins() {
    // One packet in a thousand of what 64 servers get: a SYN for one packet in ten.
    let one = |at: u32| {
        let to = ((VICTIM & 0xffff_ff00) + at % 64, 443);
        let mut seen = record(
            i64::from(at) * 20,
            (remote(at), 50_000),
            to,
            protocol::TCP,
            SYN,
        );
        seen.sampling = 1_000;
        seen
    };
    let records: Vec<_> = (0..2_000).map(one).collect();
    let prefixes = |found: &[Finding]| {
        let named = |one: &&Finding| matches!(one.subject, Subject::Prefix(_));
        found.iter().filter(named).count()
    };
    let busy = |p: &mut FloodParameters| p.most_victims.value = 8;
    assert_eq!(prefixes(&World::with(busy).told(records.clone())), 0);
    let found = World::with(|p| p.least_learned.value = 0).told(records);
    assert!(prefixes(&found) > 0, "the guard does the work");
}

#[test]
fn a_single_host_that_opens_without_end_floods_one_service() {
    let one = |at: u32| {
        let from = (remote(3), 1_024 + (at % 60_000) as u16);
        record(i64::from(at) / 2, from, (VICTIM, 443), protocol::TCP, SYN)
    };
    let found = World::new().told((0..20_000).map(one).collect());
    assert_eq!(words(only(&found), "manner"), "direct");
}

#[test]
fn an_unlisted_service_that_answers_from_one_port_reflects() {
    let mut records = datagrams(500, 20_000, 20_000);
    for one in &mut records {
        one.source_port = 10_074;
    }
    let found = World::new().told(records);
    let finding = only(&found);
    assert_eq!(words(finding, "manner"), "reflection");
    assert!(finding.summary.starts_with("reflection by 10074/udp"));
}

#[test]
fn refusals_by_icmp_are_no_taking_part() {
    let mut records = datagrams(200, 20_000, 20_000);
    let refusals: Vec<_> = records
        .iter()
        .map(|one| {
            let mut back = one.clone();
            (back.source, back.destination) = (one.destination, one.source);
            (back.source_port, back.destination_port) = (0, 0x0303);
            back.protocol = protocol::ICMP;
            back
        })
        .collect();
    records.extend(refusals);
    let found = World::new().told(records);
    assert_eq!(words(only(&found), "manner"), "direct");
}

// ---------------------------------------------------------------- bounds

#[test]
fn a_line_costs_at_most_64_bytes() {
    assert!(size_of::<Line>() + size_of::<u128>() + size_of::<u32>() <= 64);
}

#[test]
fn victims_without_room_are_counted() {
    let mut world = World::with(|p| p.most_victims.value = 1);
    world.live(forged_openings());
    let mut second = forged_openings();
    for one in &mut second {
        one.destination = (VICTIM + 1).to_ip();
        one.first += Span::from_secs(25);
        one.last = one.first;
    }
    world.live(second);
    assert!(world.floods.problems().count(ProblemKind::VictimTableFull) > 0);
}

#[test]
fn a_flood_that_comes_back_after_an_hour_is_a_new_finding() {
    let mut world = World::new();
    world.live(forged_openings());
    for _ in 0..60 {
        world.wait(60);
    }
    let mut again = forged_openings();
    for one in &mut again {
        one.first += Span::from_secs(3_700);
        one.last = one.first;
    }
    world.live(again);
    let found = world.end();
    let mut names: Vec<_> = found.iter().map(|one| one.id).collect();
    names.dedup();
    assert_eq!(names.len(), 2);
}
