//! What arrives at the port of a response policy zone, and what resolvers answer to our questions.

#![no_main]

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use issei_enforce::zone::{
    Access, Bounds, Caller, Fetch, Key, Notices, Over, Port, Record, Reply, Says, Serial, Timers,
    Wanted, Zone, hear, read_names,
};
use issei_model::{DomainName, Timestamp};

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);
/// Who signs, who cannot, and a stranger.
const FROM: [[u8; 4]; 3] = [[192, 0, 2, 1], [192, 0, 2, 2], [192, 0, 2, 3]];

static KEY: LazyLock<Key> = LazyLock::new(|| Key::new(name("one.key"), &[1; 32]).expect("a key"));
static ZONE: LazyLock<Zone> = LazyLock::new(zone);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((kind, input)) = input.split_first() else {
        return;
    };
    match kind % 4 {
        0 => arrives(input),
        1 => answered(input),
        2 => fetched(input),
        _ => listed(input),
    }
});

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

fn zone() -> Zone {
    let record = |number: u32| Record::of(&name(&format!("n{number}.example")), Says::Absent);
    let timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    let bounds = Bounds {
        changes: 4,
        records: 99,
    };
    let begin: BTreeSet<Record> = (0..5).map(record).collect();
    let mut zone = Zone::new(name("hot.rpz.test"), Serial(7), begin, timers, bounds);
    for step in 1..6 {
        zone.become_at(Serial(7 + step), (step..step + 5).map(record).collect());
    }
    zone
}

/// A message at the port. From who signs, it gets a right signature half of the time, so that what is
/// behind the signature is reached.
fn arrives(input: &[u8]) {
    let [from, message @ ..] = input else { return };
    let over = if from & 1 == 0 { Over::Udp } else { Over::Tcp };
    let ip = IpAddr::from(FROM[usize::from(from >> 1) % FROM.len()]);
    let mut port = Port::new(vec![
        Caller {
            ip: FROM[0].into(),
            access: Access::Key(KEY.clone()),
        },
        Caller {
            ip: FROM[1].into(),
            access: Access::Address,
        },
    ]);
    let mut message = message.to_vec();
    let signs = from & 8 == 8 && message.len() >= 12 && message[10..12] != [0xff, 0xff];
    if signs {
        KEY.sign_request(NOW, &mut message);
    }
    match port.read(NOW, ip, over, &message) {
        Err(turned) => {
            let most = message.len() + 600;
            assert!(
                turned
                    .reply
                    .is_none_or(|reply| reply.len() <= most && reply[2] & 0x80 != 0)
            );
        }
        Ok(asked) => {
            assert!(
                signs || ip == IpAddr::from(FROM[1]),
                "nobody else is answered"
            );
            let wants = asked.wants_transfer();
            match asked.answer(NOW, &ZONE) {
                Reply::One(reply) => assert!(reply[2] & 0x80 != 0 && reply.len() <= 1_100),
                Reply::Stream(mut transfer) => {
                    assert!(wants && over == Over::Tcp);
                    while let Some(message) = transfer.next(NOW) {
                        assert!(message.len() <= 32 * 1_024);
                    }
                }
            }
        }
    }
}

/// A datagram that says it answers a question, or a notice.
fn answered(input: &[u8]) {
    if let Some(heard) = hear(0x1234, &name("c2.example"), input) {
        assert!(input.len() >= 12);
        let _ = heard.only_address();
    }
    let at = SocketAddr::from((FROM[0], 53));
    let mut notices = Notices::new(vec![(at, Some(KEY.clone()))]);
    notices.changed(NOW, || 0x1234);
    let mut out = Vec::new();
    notices.on_deadline(NOW, &ZONE, &mut out);
    if notices.answered(at, input) {
        assert_eq!(input[..2], [0x12, 0x34]);
    }
}

/// An answer to a transfer of ours.
fn fetched(input: &[u8]) {
    let [kind, message @ ..] = input else { return };
    let wanted = match kind % 3 {
        0 => Wanted::Start,
        1 => Wanted::Whole,
        _ => Wanted::Since(Serial(7)),
    };
    let mut plain = Fetch::new(0x1234, ZONE.apex(), wanted, None);
    let mut signed = Fetch::new(0x1234, ZONE.apex(), wanted, Some(KEY.clone()));
    signed.request(NOW);
    assert_ne!(signed.take(NOW, message), Ok(true), "nobody signed this");
    if plain.take(NOW, message) == Ok(true) {
        let _ = plain.apply(&mut BTreeSet::new());
    }
}

/// A standing list.
fn listed(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let list = read_names(&text, 50);
    assert!(list.names.len() <= 50);
    assert!(list.names.iter().all(|name| !name.as_str().contains('*')));
}
