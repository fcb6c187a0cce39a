use super::*;

const UDP: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n \
 2275: 0100007F:0807 00000000:0000 07 00000000:00000A00 00:00000000 00000000     0        0 46490 2 0000000000000000 17\n";
const SNMP: &str = "Ip: Forwarding DefaultTTL\nIp: 1 64\n\
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n\
Udp: 100 5 7 112 6 0 0 0 0\nUdpLite: InDatagrams\nUdpLite: 0\n";
const DEV: &str = "Inter-|   Receive                                                |  Transmit\n \
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    \
lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n  \
own0:    4200      70    0    0    0     0          0         0     5320      80    0    0    0     0       0          0\n";

#[test]
fn a_socket_is_read_with_what_waits_and_what_was_dropped() {
    let listed: Vec<Listed> = UDP.lines().filter_map(Listed::parse).collect();
    assert_eq!(
        listed,
        [Listed {
            port: 0x0807,
            waiting: 0xA00,
            dropped: 17
        }]
    );
}

#[test]
fn counts_are_found_by_their_names() {
    let expected = Datagrams {
        read: 100,
        no_port: 5,
        errors: 7,
        full: 6,
        sent: 112,
    };
    assert_eq!(Datagrams::parse(SNMP), Some(expected));
    assert_eq!(Datagrams::parse(""), None);
}

#[test]
fn packets_of_an_interface_are_both_ways() {
    assert_eq!(packets_of(DEV, "own0"), Some(150));
    assert_eq!(packets_of(DEV, "own"), None);
}

#[test]
fn a_socket_of_this_process_is_listed() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let me = std::process::id();
    assert!(listens(me, port) && is_read_out(me, port));
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(b"x", ("127.0.0.1", port)).unwrap();
    assert!(!is_read_out(me, port));
}

#[test]
fn a_packet_socket_that_is_not_bound_yet_captures_nothing() {
    assert!(!is_bound(
        "sk       RefCnt Type Proto  Iface R Rmem   User   Inode"
    ));
    assert!(!is_bound(
        "00000000c0ffee00 3      3    0000   0     0 0      0      12345"
    ));
    assert!(is_bound(
        "00000000c0ffee00 3      3    0003   2     1 0      0      12345"
    ));
}
