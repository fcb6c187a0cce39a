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

fn flow(source: &str, destination: &str, port: u16, sampling: u32) -> FlowRecord {
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
    let mut memory = Memory::default();
    memory.look(&batch, &territory());
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
