//! Seeds of BGP: a session, announcements of every kind, rules of every component.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_fuzz::put_letter;
use issei_wire::bgp::flowspec::{
    Action, BitTest, Bits, Comparison, Condition, Dscp, FlowLabel, Fragments, Joint, Number, Rule,
    TcpFlags, Terms, Way,
};
use issei_wire::bgp::{
    Announcement, Effect, Families, Notification, Open, Path, Route, write_keepalive,
};

use super::keep;

const FOUR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const SIX: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7));

pub fn seeds() -> io::Result<()> {
    sessions()?;
    announcements()?;
    rules()
}

fn sessions() -> io::Result<()> {
    let open = Open {
        as_number: 64_500,
        hold_time: 9,
        id: Ipv4Addr::new(192, 0, 2, 2),
        families: Families::ALL,
        four_octets: true,
    };
    let (mut hello, mut sign, mut farewell) = (Vec::new(), Vec::new(), Vec::new());
    open.write(&mut hello);
    write_keepalive(&mut sign);
    Notification::SHUT_DOWN.write(&mut farewell);
    let mut come = Vec::new();
    let route = Route::Host4(Ipv4Addr::new(192, 0, 2, 7));
    let hole = Effect::Hole4(Ipv4Addr::new(192, 0, 2, 1));
    let written = Announcement::write_coming(Path::External(64_500), hole, [&route], &mut come);
    written.map_err(io::Error::other)?;
    let mut session = Vec::new();
    for (piece, later) in [
        (&[][..], 1),
        (&hello, 1),
        (&sign, 1),
        (&come, 10),
        (&sign, 60),
        (&farewell, 1),
        (&[], 60),
        (&hello, 60),
    ] {
        put_letter(&mut session, piece, later);
    }
    keep("bgp", "session", &session)?;
    keep("bgp", "open", &hello)?;
    keep("bgp", "notification", &farewell)
}

fn announcements() -> io::Result<()> {
    let rule = Route::Rule(Rule::new(Way::To, FOUR, vec![]).map_err(io::Error::other)?);
    let six = Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 1);
    let kinds = [
        ("rule", Effect::Flow(Action::Discard), rule),
        (
            "hole4",
            Effect::Hole4(Ipv4Addr::new(192, 0, 2, 1)),
            Route::Host4(Ipv4Addr::new(192, 0, 2, 7)),
        ),
        ("hole6", Effect::Hole6(six), Route::Host6(six)),
    ];
    for (name, effect, route) in kinds {
        for (by, path) in [
            ("internal", Path::Internal(100)),
            ("external", Path::External(64_496)),
        ] {
            let mut out = Vec::new();
            let written = Announcement::write_coming(path, effect, [&route], &mut out);
            written.map_err(io::Error::other)?;
            keep("bgp", &format!("{name}-{by}"), &out)?;
        }
        let mut out = Vec::new();
        Announcement::write_going([&route], &mut out);
        keep("bgp", &format!("{name}-goes"), &out)?;
    }
    Ok(())
}

fn rules() -> io::Result<()> {
    for (family, host) in [(0, FOUR), (1, SIX)] {
        let mut all = conditions();
        if let (1, Some(label)) = (family, FlowLabel::new(7)) {
            all.push(Condition::FlowLabel(Terms::equal(label)));
        }
        for (number, condition) in all.iter().enumerate() {
            let rule = Rule::new(Way::From, host, vec![condition.clone()]);
            keep_rule(
                &format!("{family}-{number}"),
                family,
                &rule.map_err(io::Error::other)?,
            )?;
        }
        let rule = Rule::new(Way::To, host, all).map_err(io::Error::other)?;
        keep_rule(&format!("{family}-all"), family, &rule)?;
    }
    Ok(())
}

fn keep_rule(name: &str, family: u8, rule: &Rule) -> io::Result<()> {
    let mut out = vec![family];
    rule.write(&mut out);
    keep("flowspec", name, &out)
}

/// One of each that both families have.
fn conditions() -> Vec<Condition> {
    let range = Terms::one(Number {
        is: Comparison::AtLeast,
        value: 1_000u16,
    })
    .joined(
        Joint::And,
        Number {
            is: Comparison::AtMost,
            value: 1_500,
        },
    );
    let mut all = vec![
        Condition::Protocol(Terms::equal(6)),
        Condition::Port(Terms::equal(23)),
        Condition::DestinationPort(Terms::equal(48_101)),
        Condition::SourcePort(Terms::equal(23)),
        Condition::IcmpType(Terms::equal(8)),
        Condition::IcmpCode(Terms::equal(0)),
        Condition::PacketLength(range),
    ];
    all.extend(Dscp::new(46).map(|dscp| Condition::Dscp(Terms::equal(dscp))));
    let flags = TcpFlags::new(0x12).map(|mask| Bits {
        set: BitTest::All,
        mask,
    });
    all.extend(flags.map(|bits| Condition::TcpFlags(Terms::one(bits))));
    let first = Fragments::new(4).map(|mask| Bits {
        set: BitTest::Any,
        mask,
    });
    all.extend(first.map(|bits| Condition::Fragment(Terms::one(bits))));
    all
}
