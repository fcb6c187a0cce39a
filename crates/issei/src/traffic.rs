//! Traffic to test with, byte by byte: packets, captures, export datagrams, connection logs.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// A folder of its own under the system's temporary one, gone when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("issei-front-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A pcap file of raw IP packets, each with its time in microseconds.
pub fn pcap(packets: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        bytes.extend(word.to_le_bytes());
    }
    for (time, packet) in packets {
        let (secs, micros) = (time.div_euclid(1_000_000), time.rem_euclid(1_000_000));
        let length = packet.len() as u32;
        for word in [secs as u32, micros as u32, length, length] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(packet);
    }
    bytes
}

fn ip(protocol: u8, source: Ipv4Addr, destination: Ipv4Addr, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len()) as u16;
    let mut bytes = vec![0x45, 0];
    bytes.extend(length.to_be_bytes());
    bytes.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    bytes.extend(source.octets());
    bytes.extend(destination.octets());
    let sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]))
        .sum();
    let folded = !((sum & 0xffff) + (sum >> 16)) as u16;
    bytes[10..12].copy_from_slice(&folded.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A UDP datagram.
pub fn udp(source: (Ipv4Addr, u16), destination: (Ipv4Addr, u16), payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(source.1.to_be_bytes());
    bytes.extend(destination.1.to_be_bytes());
    bytes.extend((8 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    ip(17, source.0, destination.0, &bytes)
}

/// A TCP packet without payload.
pub fn tcp(source: (Ipv4Addr, u16), destination: (Ipv4Addr, u16), flags: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(source.1.to_be_bytes());
    bytes.extend(destination.1.to_be_bytes());
    bytes.extend([0, 0, 0, 9, 0, 0, 0, 0, 0x50, flags, 0x72, 0x10, 0, 0, 0, 0]);
    ip(6, source.0, destination.0, &bytes)
}

/// The n-th packet of a scan of telnet by 192.168.1.9: never answered.
pub fn probe(number: u32) -> Vec<u8> {
    let from = (
        Ipv4Addr::new(192, 168, 1, 9),
        40_000 + (number % 20_000) as u16,
    );
    // Odd and large: neighbouring numbers lie far apart.
    let to = Ipv4Addr::from_bits(0x0b00_0000 + number.wrapping_mul(0x9e_3779) % 0x5000_0000);
    tcp(from, (to, 23), 0x02)
}

/// A capture of a scan: `probes` openings, `gap` microseconds apart, from `begin` on.
pub fn scan(begin: i64, probes: u32, gap: i64) -> Vec<u8> {
    let packet = |number: u32| (begin + i64::from(number) * gap, probe(number));
    pcap(&(0..probes).map(packet).collect::<Vec<_>>())
}

/// A NetFlow v5 datagram: one record for each pair of addresses, telnet, one SYN each.
pub fn netflow5(seconds: u32, sequence: u32, pairs: &[(Ipv4Addr, Ipv4Addr)]) -> Vec<u8> {
    let mut bytes = vec![0, 5];
    bytes.extend((pairs.len() as u16).to_be_bytes());
    bytes.extend(100_000_u32.to_be_bytes()); // milliseconds of uptime
    bytes.extend(seconds.to_be_bytes());
    bytes.extend(0_u32.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0, 0, 0, 0]);
    for (number, (source, destination)) in (0_u16..).zip(pairs) {
        bytes.extend(source.octets());
        bytes.extend(destination.octets());
        bytes.extend([0, 0, 0, 0, 0, 1, 0, 2]); // next hop, interfaces
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(40_u32.to_be_bytes());
        bytes.extend(99_000_u32.to_be_bytes());
        bytes.extend(99_000_u32.to_be_bytes());
        bytes.extend((40_000 + number % 1_000).to_be_bytes());
        bytes.extend(23_u16.to_be_bytes());
        bytes.extend([0, 0x02, 6, 0]);
        bytes.extend([0; 8]);
    }
    bytes
}

/// Pairs of a scan: one line of ours and its n-th and following targets.
pub fn targets(first: u32, many: u32) -> Vec<(Ipv4Addr, Ipv4Addr)> {
    let target = |number: u32| {
        let packet = probe(number);
        Ipv4Addr::new(packet[16], packet[17], packet[18], packet[19])
    };
    (first..first + many)
        .map(|number| (Ipv4Addr::new(192, 168, 1, 9), target(number)))
        .collect()
}

/// A connection log of Zeek, tab-separated, a scan of telnet.
pub fn conn_log(begin: i64, lines: u32) -> String {
    let mut text = String::from(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n",
    );
    text.push_str("#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n");
    text.push_str("#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n");
    for (number, (source, target)) in (0_i64..).zip(targets(0, lines)) {
        text.push_str(&format!(
            "{}.{:06}\tC{number}\t{source}\t{}\t{target}\t23\ttcp\t-\t-\t-\t-\tS0\t-\t-\t0\tS\t1\t40\t0\t0\t(empty)\n",
            begin + number / 10,
            number % 10 * 100_000,
            40_000 + number % 1_000
        ));
    }
    text
}
