use std::net::Ipv4Addr;

use super::*;
use crate::traffic::{self, Folder};

const SECOND: i64 = 1_000_000;
const BEGIN: i64 = 1_700_000_000;

fn carrying(exports: usize, others: usize) -> Vec<u8> {
    let [router, collector] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(Ipv4Addr::from);
    let export = traffic::netflow5(BEGIN as u32, 1, &traffic::targets(0, 3));
    let export = traffic::udp((router, 50_000), (collector, 9_999), &export);
    let mut packets = vec![(BEGIN * SECOND, export); exports];
    packets.extend((0..others).map(|number| (BEGIN * SECOND + 1, traffic::probe(number as u32))));
    traffic::pcap(&packets)
}

fn content(bytes: &[u8], exports: Exports) -> Option<Content> {
    recognise(bytes, exports).map(|(content, _)| content)
}

#[test]
fn each_kind_is_recognised_by_its_content_and_tells_its_first_time() {
    let first = Some(Timestamp::from_secs(BEGIN));
    let export = traffic::netflow5(BEGIN as u32, 1, &traffic::targets(0, 3));
    let table = [
        (traffic::scan(BEGIN * SECOND, 5, SECOND), Content::Packets),
        (carrying(4, 0), Content::Exports),
        (export.repeat(3), Content::Datagrams),
        (
            traffic::conn_log(BEGIN, 3).into_bytes(),
            Content::Connections,
        ),
    ];
    for (bytes, content) in table {
        assert_eq!(recognise(&bytes, Exports::Auto), Some((content, first)));
    }
    for nothing in [&b""[..], b"hello", &[0; 4_096], b"#!/bin/sh\n"] {
        assert_eq!(recognise(nothing, Exports::Auto), None);
    }
}

#[test]
fn exports_inside_a_capture_are_decoded_when_they_make_up_a_good_part_of_it() {
    let table = [
        (carrying(1, 3), Content::Exports),
        (carrying(1, 4), Content::Packets),
        (carrying(0, 4), Content::Packets),
    ];
    for (bytes, wanted) in table {
        assert_eq!(content(&bytes, Exports::Auto), Some(wanted));
        assert_eq!(content(&bytes, Exports::Always), Some(Content::Exports));
        assert_eq!(content(&bytes, Exports::Never), Some(Content::Packets));
    }
}

#[test]
fn files_are_judged_in_the_order_of_their_first_record_and_not_of_their_names() {
    let folder = Folder::new("order");
    for (name, hours) in [("a.pcap", 2), ("b.pcap", 0), ("c/c.pcap", 1)] {
        folder.file(
            name,
            &traffic::scan((BEGIN + hours * 3_600) * SECOND, 2, SECOND),
        );
    }
    folder.file("empty.pcap", &traffic::pcap(&[]));
    let gathered = gather(&[folder.path().to_owned()], Exports::Auto).unwrap();
    let names: Vec<_> = gathered
        .inputs
        .iter()
        .map(|input| input.path.file_name().unwrap())
        .collect();
    assert_eq!(names, ["b.pcap", "c.pcap", "a.pcap", "empty.pcap"]);
}

#[test]
fn what_is_nothing_known_is_passed_over_in_a_folder_and_an_error_when_named() {
    let folder = Folder::new("unknown");
    let notes = folder.file("notes.txt", b"remember the milk");
    let capture = folder.file("capture", &traffic::scan(BEGIN * SECOND, 2, SECOND));
    let gathered = gather(&[folder.path().to_owned()], Exports::Auto).unwrap();
    assert_eq!(gathered.passed_over, std::slice::from_ref(&notes));
    assert_eq!(gathered.inputs.len(), 1);

    let error = gather(&[capture.clone(), notes], Exports::Auto)
        .unwrap_err()
        .to_string();
    assert!(error.contains("notes.txt` is none of: pcap"), "{error}");
    std::fs::remove_file(capture).unwrap();
    let error = gather(&[folder.path().to_owned()], Exports::Auto).unwrap_err();
    assert!(matches!(error, InputError::NothingKnown { files: 1 }));
}

#[test]
fn the_imprint_is_that_of_the_content() {
    let folder = Folder::new("imprint");
    let imprint = |name: &str, begin: i64| {
        let path = folder.file(name, &traffic::scan(begin, 2, SECOND));
        gather(&[path], Exports::Auto).unwrap().imprint
    };
    assert_eq!(imprint("one", 5), imprint("two", 5));
    assert_ne!(imprint("one", 5), imprint("two", 6));
}
