//! The memory counts lines, not flows; hides what is small; and knows when it is not whole.

use issei_model::{FlowBatch, FlowRecord, Marks, TcpFlags, Territory, TerritoryBasis, Timestamp};

use super::{MOST_LINES, Memory};

fn territory() -> Territory {
    Territory::new(
        &["10.0.0.0/8".parse().unwrap()],
        &[],
        TerritoryBasis::Configured,
    )
}

pub fn flow(source: &str, destination: &str, port: u16, sampling: u32) -> FlowRecord {
    FlowRecord {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        source_port: 40_000,
        destination_port: port,
        protocol: 6,
        tcp_flags: TcpFlags(0),
        packets: 1,
        bytes: 100,
        first: Timestamp::from_secs(1_000),
        last: Timestamp::from_secs(1_001),
        sampling,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    }
}

fn memory(flows: &[FlowRecord]) -> Memory {
    let mut batch = FlowBatch::default();
    flows.iter().for_each(|flow| batch.push(flow));
    let mut memory = Memory::new([7; 32]);
    memory.look(&batch, &territory(), None);
    memory
}

#[test]
fn lines_are_counted_once_however_often_they_call() {
    let mut flows: Vec<FlowRecord> = (1..=6)
        .map(|host| flow(&format!("10.0.0.{host}"), "198.51.100.7", 23, 10))
        .collect();
    flows.extend(flows.clone());
    let told = memory(&flows).contacts(&[]);
    assert_eq!(told.goals.len(), 1);
    assert_eq!(told.goals[0].goal, "198.51.100.7:23/tcp".parse().unwrap());
    assert_eq!(told.goals[0].lines, 6);
    assert_eq!(told.goals[0].volume, 12 * 100 * 10);
    assert!(told.complete);
}

#[test]
fn few_lines_and_what_strangers_send_are_not_written_down() {
    let mut flows: Vec<FlowRecord> = (1..=4)
        .map(|host| flow(&format!("10.0.0.{host}"), "198.51.100.7", 23, 1))
        .collect();
    flows.extend((1..=9).map(|host| flow(&format!("198.51.100.{host}"), "10.0.0.1", 23, 1)));
    flows.extend((1..=9).map(|host| flow(&format!("10.0.0.{host}"), "10.0.1.1", 23, 1)));
    assert!(memory(&flows).contacts(&[]).goals.is_empty());
}

#[test]
fn a_host_is_more_than_its_services_that_are_written_down() {
    let mut flows: Vec<FlowRecord> = (1..=4)
        .map(|host| flow(&format!("10.0.0.{host}"), "198.51.100.7", 23, 1))
        .collect();
    flows.extend((4..=7).map(|host| flow(&format!("10.0.0.{host}"), "198.51.100.7", 80, 1)));
    flows.extend((1..=4).map(|host| flow(&format!("10.0.0.{host}"), "198.51.100.8", 80, 1)));
    let told = memory(&flows).contacts(&[]);
    assert!(told.goals.is_empty());
    let [host] = &told.hosts.unwrap()[..] else {
        panic!("one host has as many lines as are told");
    };
    assert_eq!(host.goal, "198.51.100.7".parse().unwrap());
    assert_eq!((host.lines, host.volume), (7, 800));
}

#[test]
fn a_service_that_everybody_contacts_is_counted_up_to_a_bound() {
    let line = |n: usize| format!("10.{}.{}.{}", n / 65_536, n / 256 % 256, n % 256);
    let flows: Vec<FlowRecord> = (0..MOST_LINES + 100)
        .map(|n| flow(&line(n), "198.51.100.7", 443, 1))
        .collect();
    assert_eq!(
        memory(&flows).contacts(&[]).goals[0].lines,
        MOST_LINES as u64
    );
}

#[test]
fn the_hours_in_which_anything_was_seen_are_told() {
    let told = memory(&[flow("10.0.0.1", "198.51.100.7", 23, 1)]).contacts(&[]);
    assert_eq!(told.hours.into_iter().collect::<Vec<_>>(), [0]);
    let mut later = flow("10.0.0.1", "198.51.100.7", 23, 1);
    later.first = Timestamp::from_secs(2 * 3_600);
    let told = memory(&[flow("10.0.0.1", "198.51.100.7", 23, 1), later]).contacts(&[]);
    assert_eq!(told.hours.into_iter().collect::<Vec<_>>(), [0, 2]);
}

/// Six lines that call one service, as of this moment.
fn six(memory: &mut Memory, first: u8, now: Timestamp) {
    let mut batch = FlowBatch::default();
    for host in first..first + 6 {
        batch.push(&flow(&format!("10.0.0.{host}"), "198.51.100.7", 23, 1));
    }
    memory.look(&batch, &territory(), Some(now));
}

#[test]
fn what_is_kept_goes_on_after_a_restart_counts_nobody_twice_and_names_no_line() {
    let now = Timestamp::from_secs(1_800_000_000);
    let mut memory = Memory::new([7; 32]);
    six(&mut memory, 1, now);
    let text = serde_json::to_string(&memory.kept()).unwrap();
    assert!(!text.contains("10.0.0."), "{text}");
    let mut memory = Memory::going_on([7; 32], serde_json::from_str(&text).unwrap());
    six(&mut memory, 4, now);
    let told = memory.contacts(&[]);
    assert_eq!((told.goals[0].lines, told.goals[0].volume), (9, 1_200));
    assert_eq!(told.hours.len(), 1);
    assert!(told.complete);
}

#[test]
fn what_is_longer_ago_than_thirty_days_is_forgotten() {
    let now = Timestamp::from_secs(1_800_000_000);
    let day = |number: i64| Timestamp::from_secs(1_800_000_000 + number * 86_400);
    let mut memory = Memory::new([7; 32]);
    six(&mut memory, 1, now);
    six(&mut memory, 101, day(20));
    memory.turn_away(super::hour(now));
    memory.forget(day(29));
    assert_eq!(memory.contacts(&[]).goals[0].lines, 12);
    assert!(!memory.contacts(&[]).complete);
    memory.forget(day(31));
    let told = memory.contacts(&[]);
    assert_eq!(told.goals[0].lines, 6);
    assert_eq!(
        (told.hours.len(), told.complete, memory.pairs),
        (1, true, 6)
    );
    memory.forget(day(51));
    assert!(memory.contacts(&[]).goals.is_empty());
}

#[test]
fn contact_that_is_no_service_is_contact_with_the_host_and_is_read_again() {
    let echo = |host: u8| FlowRecord {
        protocol: 1,
        ..flow(&format!("10.0.0.{host}"), "198.51.100.7", 0, 1)
    };
    let told = memory(&(1..=6).map(echo).collect::<Vec<_>>()).contacts(&[]);
    assert_eq!(told.goals[0].goal, "198.51.100.7".parse().unwrap());
    let text = serde_json::to_vec(&told).unwrap();
    let read: crate::office::member::contacts::Contacts = serde_json::from_slice(&text).unwrap();
    assert_eq!(read, told);
}
