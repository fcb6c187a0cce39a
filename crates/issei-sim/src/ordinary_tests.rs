use super::*;
use crate::Country;
use crate::scenario::Scenario;
use issei_model::{FlowBatch, FlowRecord};

/// Ordinary life only.
fn lived(change: impl FnOnce(&mut Scenario)) -> (Vec<FlowRecord>, Scenario) {
    let mut scenario = Scenario {
        sampling: 1,
        lines: 400,
        minutes: 60,
        radiation: 0.0,
        researchers: 0,
        ..Scenario::preset("quiet").expect("it ships")
    };
    change(&mut scenario);
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    (batch.records().collect(), scenario)
}

/// Five standard deviations of a Poisson count, and a twentieth for what changes within the hour.
fn expect_near(count: usize, mean: f64) {
    let far = (count as f64 - mean).abs();
    assert!(
        far < 5.0 * mean.sqrt() + 0.05 * mean,
        "{count} instead of {mean:.0}"
    );
}

fn to(record: &FlowRecord, port: u16, number: u8) -> bool {
    atlas::is_home(record.source) && record.destination_port == port && record.protocol == number
}

#[test]
fn acts_happen_as_often_as_their_daily_rates_say() {
    let (records, scenario) = lived(|_| {});
    let line_days = f64::from(scenario.lines) / 24.0;
    // Nine in the morning: the hour's mean is that of nine and ten o'clock.
    let awake = (0.52 + 0.54) / 2.0 / people::mean_awake();
    let questions = records
        .iter()
        .filter(|record| to(record, 53, protocol::UDP))
        .count();
    expect_near(questions, 60.0 * line_days * awake);
    let news = records
        .iter()
        .filter(|record| to(record, 5228, protocol::TCP))
        .count();
    expect_near(news, 140.0 * line_days);
    let clocks = records.iter().filter(|record| {
        to(record, 123, protocol::UDP)
            && atlas::helper(Helper::Clock, 0) <= record.destination
            && record.destination <= atlas::helper(Helper::Clock, 15)
    });
    expect_near(clocks.count(), 33.0 * line_days);
}

#[test]
fn under_sampling_short_acts_are_as_many_packets_as_chance_lets_through() {
    let packets = |sampling: u32| {
        let (records, _) = lived(|scenario| {
            (scenario.sampling, scenario.lines, scenario.bulk) = (sampling, 2_000, 0.001);
        });
        let news = records
            .iter()
            .filter(|record| to(record, 5228, protocol::TCP));
        news.map(|record| record.packets).sum::<u64>()
    };
    expect_near(packets(20) as usize, packets(1) as f64 / 20.0);
}

#[test]
fn long_acts_are_shown_in_pieces_and_go_on_from_the_first_second() {
    let (records, scenario) = lived(|scenario| scenario.bulk = 1.0);
    let films = records.iter().filter(|record| {
        record.source_port == 443
            && record.protocol == protocol::TCP
            && atlas::film_server(0) <= record.source
            && record.source <= atlas::film_server(255)
    });
    let longest = films
        .clone()
        .map(|film| film.last.since(film.first).as_secs_f64())
        .fold(0.0, f64::max);
    assert!((55.0..=60.1).contains(&longest), "{longest}");
    // 3 films of 1,500 s a line and day at 130 packets a second, in the waking of this hour.
    let awake = (0.52 + 0.54) / 2.0 / people::mean_awake();
    let mean = 3.0 * 1_500.0 / 24.0 * f64::from(scenario.lines) * awake;
    let seconds = films
        .clone()
        .map(|film| film.packets as f64 / 130.0)
        .sum::<f64>();
    // A film is worth 1,500 s; so many films' standard deviation, five times.
    let deviation = (mean / 1_500.0).sqrt() * 1_500.0 * 2.0_f64.sqrt();
    assert!(
        (seconds - mean).abs() < 5.0 * deviation,
        "{seconds} instead of {mean}"
    );
    let start = scenario.start;
    let at_once = films
        .filter(|film| film.first.since(start).as_secs_f64() < 60.0)
        .count();
    assert!(at_once > 5, "{at_once}");
}

#[test]
fn every_device_tells_its_vendor_every_minute_that_it_lives() {
    let (records, scenario) = lived(|scenario| scenario.activity = 0.0);
    let devices = crate::people::People::settle(&scenario).devices;
    let beats = records
        .iter()
        .filter(|record| to(record, 8883, protocol::TCP));
    assert_eq!(beats.count(), devices.len() * 60);
    let (sampled, _) = lived(|scenario| (scenario.activity, scenario.sampling) = (0.0, 10));
    let packets: u64 = sampled
        .iter()
        .filter(|record| record.destination_port == 8883 || record.source_port == 8883)
        .map(|record| record.packets)
        .sum();
    expect_near(packets as usize, devices.len() as f64 * 60.0 * 3.0 / 10.0);
}

#[test]
fn devices_speak_only_with_the_clouds_of_their_own_model() {
    let (records, scenario) = lived(|_| {});
    let people = crate::people::People::settle(&scenario);
    let land = atlas::Atlas::new(
        scenario.lines,
        scenario.shared_lines,
        scenario.v6_lines,
        scenario.seed,
    );
    let first = atlas::cloud(0, 0);
    for record in records.iter().filter(|r| {
        atlas::is_home(r.source) && r.destination >= first && r.destination <= atlas::cloud(24, 7)
    }) {
        let owns = people.devices.iter().any(|device| {
            land.place(device.line).ip == record.source
                && (0..8).any(|endpoint| atlas::cloud(device.model, endpoint) == record.destination)
        });
        assert!(owns, "{record:?}");
    }
}

#[test]
fn lines_with_ipv6_use_it_for_some_services() {
    let (records, _) = lived(|_| {});
    let opened = |v6: bool| {
        let pages = records
            .iter()
            .filter(move |record| record.source.is_ipv6() == v6 && to(record, 443, protocol::TCP));
        pages.count() as f64
    };
    // 40 % of the lines have it, and use it for 60 % of what they ask of services.
    let share = opened(true) / (opened(true) + opened(false));
    assert!((0.15..0.30).contains(&share), "{share}");
}
