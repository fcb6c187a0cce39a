use super::*;

/// What a resolver answers: no such name, or this address.
fn reply(question: &[u8], address: Option<Ipv4Addr>) -> Vec<u8> {
    let mut bytes = question.to_vec();
    bytes[2] |= 0x80; // an answer
    match address {
        None => bytes[3] = 3, // NXDOMAIN
        Some(ip) => {
            bytes[7] = 1; // one record, of the name in the question, type A, class IN, 5 seconds
            bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
            bytes.extend(ip.octets());
        }
    }
    bytes
}

fn asker(resolver: SocketAddr) -> Asker {
    let name = "0123456789ab.sentinel.test.example".parse().unwrap();
    Asker::open(Far::Name { resolver, name }).unwrap()
}

#[test]
fn a_resolver_that_marks_the_name_stops_it_and_any_other_answer_passes() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut asker = asker(socket.local_addr().unwrap());
    // Ids wrap while questions are open.
    asker.chance = u64::from(u16::MAX) - 1;
    let mut bytes = [0; 512];
    let answers = [
        None,
        Some(MARK),
        Some(Ipv4Addr::new(192, 0, 2, 1)),
        Some(MARK),
    ];
    for (number, address) in (10..).zip(answers) {
        asker.ask(number);
        let (length, from) = socket.recv_from(&mut bytes).unwrap();
        socket
            .send_to(&reply(&bytes[..length], address), from)
            .unwrap();
    }
    let mut heard = Vec::new();
    while heard.len() < answers.len() {
        heard.extend(asker.heard(10));
    }
    assert_eq!(heard, [(10, true), (11, false), (12, true), (13, false)]);
}

#[test]
fn an_answer_about_another_name_or_half_an_answer_is_none() {
    let asker = asker("127.0.0.1:53".parse().unwrap());
    let Far::Name { name, .. } = &asker.far else {
        unreachable!("it asks about a name");
    };
    let good = reply(&ask(asker.id(7), name), None);
    assert_eq!(asker.read(7, &good), Some((7, true)));
    let other = reply(&ask(asker.id(7), &"other.example".parse().unwrap()), None);
    assert_eq!(asker.read(7, &other), None);
    for cut in 0..good.len() {
        assert_eq!(asker.read(7, &good[..cut]), None, "{cut}");
    }
}
