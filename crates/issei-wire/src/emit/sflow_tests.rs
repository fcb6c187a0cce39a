use super::*;

#[test]
fn a_datagram_counts_its_samples_and_everything_stands_on_four_bytes() {
    let header = Header {
        agent: "192.0.2.9".parse().expect("an address"),
        sub_agent: 1,
        sequence: 2,
        uptime: 3,
    };
    let head = [0xaa; 5];
    let sample = Sample {
        sequence: 4,
        source: 5,
        rate: 6,
        pool: 7,
        drops: 8,
        input: 9,
        output: 10,
        head: &head,
        length: 11,
        stripped: 12,
    };
    let mut bytes = Vec::new();
    let mut datagram = Datagram::begin(&mut bytes, header);
    datagram.sample(&sample);
    datagram.finish();
    let words: Vec<u32> = bytes
        .chunks_exact(4)
        .map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
        .collect();
    let expected = [
        5,
        1,
        0xc000_0209,
        1,
        2,
        3,
        1, // header, one sample
        1,
        64,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        1, // flow sample with one record
        1,
        24,
        1,
        11,
        12,
        5,
        0xaaaa_aaaa,
        0xaa00_0000, // raw head
    ];
    assert_eq!(words, expected);
    assert_eq!(bytes.len(), 28 + sample_length(head.len()));
}
