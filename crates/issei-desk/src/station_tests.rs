use issei_model::Language;

use super::*;
use crate::samples::{after, armed, in_force, silent, staged};

fn observed(member: MemberView, observed: Observed) -> MemberView {
    MemberView {
        observed: Some(observed),
        ..member
    }
}

#[test]
fn each_report_leads_to_its_station() {
    let (t, now) = (after(5_000), after(1_000));
    let late = after(6_000);
    let acting = in_force("isp-a", 1, t, 800);
    let since = t + Span::from_micros(800);
    let at = after(9_000);
    let refused = Observed::Refused(Objection::Customer);
    let cases: [(MemberView, Timestamp, Station, &str, &str); 11] = [
        (silent("isp-a", 1), now, Station::Preparing, "preparing", ""),
        (staged("isp-a", 1), now, Station::Staged, "staged", ""),
        (
            armed("isp-a", 1, t),
            now,
            Station::Armed(t),
            "armed",
            "in 4.0 s",
        ),
        (
            armed("isp-a", 1, t),
            t,
            Station::Unread(t),
            "not read back",
            "0.0 s after T",
        ),
        (
            armed("isp-a", 1, t),
            late,
            Station::Unread(t),
            "not read back",
            "1.0 s after T",
        ),
        (
            acting.clone(),
            late,
            Station::InForce {
                since,
                fires_at: Some(t),
                well: true,
            },
            "in force",
            "T+0.8 ms",
        ),
        (
            MemberView {
                fires_at: None,
                ..acting.clone()
            },
            late,
            Station::InForce {
                since,
                fires_at: None,
                well: true,
            },
            "in force",
            "since 12:00:05.000",
        ),
        (
            observed(acting.clone(), Observed::Watched { well: false }),
            late,
            Station::InForce {
                since,
                fires_at: Some(t),
                well: false,
            },
            "in force, harm",
            "T+0.8 ms",
        ),
        (
            observed(staged("isp-a", 1), refused),
            now,
            Station::Refused(Objection::Customer),
            "refused: customer",
            "",
        ),
        (
            observed(acting.clone(), refused),
            late,
            Station::Left(Objection::Customer),
            "left: customer",
            "",
        ),
        (
            observed(acting, Observed::Lifted { at }),
            at,
            Station::Lifted(at),
            "lifted",
            "at 12:00:09.000",
        ),
    ];
    for (member, now, station, name, more) in cases {
        assert_eq!(Station::of(&member, now), station, "{member:?}");
        assert_eq!(
            (
                station.name().as_str(),
                station.more(now, Text(Language::English)).as_str()
            ),
            (name, more)
        );
        let acts = matches!(
            member.observed,
            Some(Observed::InForce { .. } | Observed::Watched { .. })
        );
        assert_eq!(station.acts(), acts, "only what was read back acts");
    }
}

#[test]
fn what_changes_is_said_in_the_readers_language() {
    let (at, text) = (Timestamp::from_secs(1_000), Text(Language::Japanese));
    let soon = at + Span::from_millis(4_349);
    assert_eq!(Station::Armed(soon).more(at, text), "あと 4.3 秒");
    assert_eq!(Station::Unread(at).more(soon, text), "T から 4.3 秒");
    assert_eq!(Station::Lifted(at).more(at, text), "00:16:40.000");
}

#[test]
fn the_offset_from_t_has_its_sign_and_tenths_of_milliseconds() {
    let shown = |micros| offset(Span::from_micros(micros));
    assert_eq!(shown(0), "+0.0 ms");
    assert_eq!(shown(-1_250), "-1.2 ms");
    assert_eq!(shown(1_234_560), "+1234.5 ms");
    assert_eq!(shown(12_340_000), "+12.3 s");
}
