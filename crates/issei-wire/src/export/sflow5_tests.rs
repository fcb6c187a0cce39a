use super::super::{Protocol, recognise};
use super::*;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn structure(kind: u32, body: &[u8]) -> Vec<u8> {
    [words(&[kind, body.len() as u32]), body.to_vec()].concat()
}

fn datagram(samples: &[Vec<u8>]) -> Vec<u8> {
    let head = words(&[5, 1, 0xc000_0201, 3, 42, 7, samples.len() as u32]);
    [head, samples.concat()].concat()
}

fn flow(records: &[Vec<u8>]) -> Vec<u8> {
    let head = words(&[9, 3, 400, 1_000, 0, 5, 6, records.len() as u32]);
    structure(1, &[head, records.concat()].concat())
}

fn flows(datagram: &[u8]) -> Vec<FlowSample<'_>> {
    let samples = parse(datagram).unwrap().1;
    let flows = samples.filter_map(|sample| match sample {
        Ok(Sample::Flow(flow)) => Some(flow),
        _ => None,
    });
    flows.collect()
}

#[test]
fn the_header_names_agent_and_sub_agent() {
    let bytes = datagram(&[]);
    let (header, _) = parse(&bytes).unwrap();
    assert_eq!(header.agent.to_string(), "192.0.2.1");
    assert_eq!(
        (header.sub_agent, header.sequence, header.uptime_ms),
        (3, 42, 7)
    );
}

#[test]
fn an_agent_may_have_an_ipv6_address() {
    let bytes = words(&[5, 2, 0x2001_0db8, 0, 0, 1, 3, 42, 7, 0]);
    assert_eq!(parse(&bytes).unwrap().0.agent.to_string(), "2001:db8::1");
    let strange = words(&[5, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(
        parse(&strange).unwrap_err().kind,
        ProblemKind::UnknownProtocol
    );
}

#[test]
fn the_first_bytes_of_a_packet_stand_where_they_are_told() {
    let header = [words(&[1, 1_500, 4, 5]), vec![1, 2, 3, 4, 5, 0, 0, 0]].concat();
    let bytes = datagram(&[flow(&[structure(1, &header)])]);
    let flow = flows(&bytes).remove(0);
    assert_eq!((flow.rate, flow.input, flow.output), (400, 5, 6));
    let Some(Ok(Record::Header(raw))) = flow.records.clone().next() else {
        panic!()
    };
    assert_eq!(
        (raw.protocol, raw.frame_length, raw.bytes),
        (1, 1_500, &[1, 2, 3, 4, 5][..])
    );
    assert_eq!(&bytes[raw.at..raw.at + 5], raw.bytes);
}

#[test]
fn what_agents_read_themselves() {
    let packet = words(&[84, 1, 0x0a00_0001, 0x0a00_0002, 8, 0, 0, 0]);
    let records = [
        structure(3, &packet),
        structure(1001, &words(&[101, 0, 102, 0])),
        structure(1006, &words(&[1, 1, 2, 24_001 << 12, 5 << 12, 0])),
        structure(1007, &words(&[1, 7, 1, 8])),
        structure(1020, &words(&[1_234, 80])),
        structure(1003, &[0; 8]),
    ];
    let bytes = datagram(&[flow(&records)]);
    let told: Vec<_> = flows(&bytes)[0]
        .records
        .clone()
        .map(Result::unwrap)
        .collect();
    let Record::Packet(packet) = told[0] else {
        panic!()
    };
    assert_eq!(
        (packet.length, packet.protocol, packet.source_port),
        (84, 1, 8)
    );
    assert_eq!(packet.destination.to_string(), "10.0.0.2");
    assert_eq!(told[1..3], [Record::Vlan(101), Record::Label(24_001)]);
    let ip = |last| IpAddr::from([0, 0, 0, last]);
    assert_eq!(
        told[3..],
        [
            Record::Translated(ip(7), ip(8)),
            Record::TranslatedPorts(1_234, 80),
            Record::Other(1003)
        ]
    );
}

#[test]
fn expanded_samples_and_special_interfaces() {
    let expanded = words(&[9, 0, 3, 400, 1_000, 0, 0, 5, 1, 256, 0]);
    let special = words(&[9, 3, 400, 1_000, 0, 0x3fff_ffff, 0x8000_0002, 0]);
    let bytes = datagram(&[structure(3, &expanded), structure(1, &special)]);
    let told: Vec<_> = flows(&bytes)
        .iter()
        .map(|flow| (flow.input, flow.output))
        .collect();
    assert_eq!(told, [(5, 0), (0, 0)]);
}

#[test]
fn samples_of_other_kinds_are_stepped_over() {
    let bytes = datagram(&[
        structure(2, &[0; 40]),
        flow(&[]),
        structure(4 << 12 | 1, &[0; 4]),
    ]);
    let kind = |sample| match sample {
        Ok(Sample::Other(kind)) => kind,
        Ok(Sample::Flow(_)) => 1,
        Err(_) => 0,
    };
    let kinds: Vec<_> = parse(&bytes).unwrap().1.map(kind).collect();
    assert_eq!(kinds, [2, 1, 4 << 12 | 1]);
}

#[test]
fn samples_promised_and_not_there_are_told_once() {
    let mut bytes = datagram(&[flow(&[]), flow(&[])]);
    bytes[24..28].copy_from_slice(&1_000_000_000_u32.to_be_bytes());
    let samples: Vec<_> = parse(&bytes).unwrap().1.collect();
    assert_eq!(samples.len(), 3);
    assert_eq!(samples[2].as_ref().unwrap_err().detail, 999_999_998);
}

#[test]
fn a_length_beyond_the_sample_ends_it() {
    let mut lie = structure(3, &[0; 32]);
    lie[7] = 200;
    let bytes = datagram(&[flow(&[lie])]);
    let records: Vec<_> = flows(&bytes)[0].records.clone().collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].unwrap_err().kind, ProblemKind::Truncated);
}

#[test]
fn it_is_recognised_when_samples_fill_it() {
    let mut bytes = datagram(&[flow(&[]), structure(2, &[0; 8])]);
    assert_eq!(recognise(&bytes), Some(Protocol::Sflow5));
    bytes.push(0);
    assert_eq!(recognise(&bytes), None);
    assert_eq!(recognise(&datagram(&[])), None);
}

#[test]
fn every_cut_is_told_and_none_panics() {
    let header = [words(&[1, 1_500, 4, 8]), vec![1; 8]].concat();
    let bytes = datagram(&[flow(&[structure(1, &header)])]);
    for length in 0..bytes.len() {
        assert_eq!(recognise(&bytes[..length]), None);
        let wrong =
            parse(&bytes[..length]).is_err_and(|problem| problem.kind == ProblemKind::Truncated);
        assert!(
            wrong
                || parse(&bytes[..length])
                    .unwrap()
                    .1
                    .any(|sample| sample.is_err())
        );
    }
}
