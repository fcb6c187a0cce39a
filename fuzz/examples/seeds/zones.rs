//! Seeds about response policy zones: what resolvers ask, what they answer, what they fetch.

use std::collections::BTreeSet;
use std::io;

use issei_enforce::zone::{
    Access, Bounds, Caller, Fetch, Over, Port, Record, Reply, Says, Serial, Timers, Wanted, Zone,
    ask,
};
use issei_model::{DomainName, Timestamp};

use super::keep;

const AT: Timestamp = Timestamp::from_secs(1_764_000_000);
/// Who cannot sign, as the target knows it.
const PLAIN: [u8; 4] = [192, 0, 2, 2];

pub(super) fn seeds() -> io::Result<()> {
    let wanted = [
        ("start", Wanted::Start),
        ("whole", Wanted::Whole),
        ("since", Wanted::Since(Serial(7))),
    ];
    for (word, wanted) in wanted {
        let request = Fetch::new(0x1234, &name("hot.rpz.test"), wanted, None).request(AT);
        // The first byte chooses what is tried, the second who asks, over what, and whether it is signed.
        for (who, from) in [("signed", 8), ("plain", 2), ("stranger", 4)] {
            let over_udp = [&[0, from], &request[..]].concat();
            let over_tcp = [&[0, from | 1], &request[..]].concat();
            keep("dns", &format!("{word}-{who}-udp"), &over_udp)?;
            keep("dns", &format!("{word}-{who}-tcp"), &over_tcp)?;
        }
        let kind = ["start", "whole", "since"]
            .iter()
            .position(|one| *one == word);
        let head = [2, kind.unwrap_or_default() as u8];
        keep(
            "dns",
            &format!("{word}-answer"),
            &[&head, &answer(&request)[..]].concat(),
        )?;
    }
    let mut heard = ask(0x1234, &name("c2.example"));
    heard[2] |= 0x80;
    heard[7] = 1;
    heard.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04\xc0\0\x02\x35");
    keep("dns", "heard", &[&[1], &heard[..]].concat())?;
    keep("dns", "list", b"\x03one.example\n# two\n*.three.example\n")
}

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

/// What a zone with two versions answers to who cannot sign.
fn answer(request: &[u8]) -> Vec<u8> {
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
    let record = |text, says| Record::of(&name(text), says);
    let begin = BTreeSet::from([
        record("a.example", Says::Absent),
        record("b.example", Says::A([192, 0, 2, 80].into())),
    ]);
    let mut zone = Zone::new(name("hot.rpz.test"), Serial(7), begin, timers, bounds);
    let passing = Record::passing("2001:db8::/32".parse().expect("a prefix"));
    let then = BTreeSet::from([record("a.example", Says::Empty), passing]);
    zone.become_at(Serial(8), then);
    let caller = Caller {
        ip: PLAIN.into(),
        access: Access::Address,
    };
    let asked = Port::new(vec![caller]).read(AT, PLAIN.into(), Over::Tcp, request);
    match asked.expect("a request").answer(AT, &zone) {
        Reply::One(reply) => reply,
        Reply::Stream(mut transfer) => transfer.next(AT).expect("a message"),
    }
}
