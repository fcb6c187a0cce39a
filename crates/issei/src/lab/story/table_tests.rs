use super::*;

const T: i64 = 1_000_000_000;
const ROUTER: Router = Router::Nft;
const ENDS: i64 = T + 20_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A packet each half millisecond from two seconds before T on; those between the moments are stopped.
fn row(member: &str, from: i64, until: i64) -> Row {
    let sent: Vec<Timestamp> = (0..52_000)
        .map(|number| at(T - 2_000_000 + number * 500))
        .collect();
    let passes =
        |moment: &Timestamp| moment.as_micros() < T + from || moment.as_micros() >= ENDS + until;
    let arrived = (0..)
        .zip(&sent)
        .filter(|(_, moment)| passes(moment))
        .map(|(number, moment)| (number, *moment));
    let marks = Marks {
        arrived: arrived.collect(),
        sent: sent.clone(),
    };
    Row::cut((member.into(), ROUTER), at(T), at(ENDS), &marks)
}

fn figures(rows: Vec<Row>) -> Figures {
    let cut = Run {
        rows,
        canary: "m1".into(),
        users_asked: 500,
        users_failed: 0,
        bots_pings: 100,
        bots_answers: 0,
        dropped_by_watch: 0,
    };
    Figures {
        cut: Some(cut),
        ..Figures::default()
    }
}

#[test]
fn a_cut_from_t_to_its_end_is_good() {
    let row = row("m2", 0, 0);
    assert_eq!(
        (row.first_stopped_us, row.last_passed_us),
        (Some(0), Some(-500))
    );
    assert_eq!(
        (row.again_us, row.grain_us, row.lost),
        (Some(0), Some(500), 0)
    );
    assert_eq!(row.stopped, 40_000);
    assert_eq!(verdict(&figures(vec![row])), Ok(()));
}

#[test]
fn each_way_of_missing_a_moment_is_told() {
    for (from, until, said) in [
        (-20_000, 0, "20 ms before T"),
        (100_000, 0, "passed 99 ms after T"),
        (0, 3_000_000, "only 3000 ms after the order's end"),
        (0, -100_000, "100 ms before the order's end"),
        (0, 9_000_000, "did not pass again"),
        (22_000_000, 0, "never stopped"),
    ] {
        let told = verdict(&figures(vec![row("m2", from, until)])).expect_err(said);
        assert!(told.contains(said), "{told}: {said}");
    }
}

#[test]
fn ordinary_people_count() {
    let mut figures = figures(vec![row("m2", 0, 0)]);
    for (asked, failed, well) in [(500, 2, true), (500, 3, false), (0, 0, false)] {
        let cut = figures.cut.as_mut().expect("it is there");
        (cut.users_asked, cut.users_failed) = (asked, failed);
        assert_eq!(verdict(&figures).is_ok(), well, "{failed} of {asked}");
    }
}

#[test]
fn an_answer_that_a_hijacked_device_hears_is_a_cut_that_failed() {
    let mut figures = figures(vec![row("m2", 0, 0)]);
    for (pings, answers, well) in [(100, 0, true), (100, 1, false), (0, 0, false)] {
        let cut = figures.cut.as_mut().expect("it is there");
        (cut.bots_pings, cut.bots_answers) = (pings, answers);
        assert_eq!(verdict(&figures).is_ok(), well, "{answers} of {pings}");
    }
}

#[test]
fn a_spread_leaves_the_canary_out() {
    let rows = vec![
        row("m1", 60_000, 0),
        row("m2", 1_000, 0),
        row("m3", 4_000, 0),
    ];
    let run = figures(rows).cut.expect("it is there");
    let three = Some(Span::from_millis(3));
    assert_eq!(run.spreads(), (three, three));
}

#[test]
fn a_spread_of_which_one_is_not_known_is_none() {
    let rows = vec![row("m2", 1_000, 0), row("m3", 22_000_000, 0)];
    assert_eq!(
        figures(rows).cut.expect("it is there").spreads(),
        (None, None)
    );
}

#[test]
fn recall_and_death_have_bounds_of_their_own() {
    let late = |us: Option<i64>| {
        let (member, router) = ("m1".to_owned(), ROUTER);
        Some(vec![Again {
            member,
            by: None,
            router,
            us,
        }])
    };
    for (us, recalled, killed) in [
        (900_000, true, true),
        (1_100_000, false, true),
        (2_300_000, false, false),
    ] {
        let figures = Figures {
            recalled_us: late(Some(us)),
            ..Figures::default()
        };
        assert_eq!(verdict(&figures).is_ok(), recalled, "{us}");
        let figures = Figures {
            killed_us: late(Some(us)),
            ..Figures::default()
        };
        assert_eq!(verdict(&figures).is_ok(), killed, "{us}");
    }
    assert!(
        verdict(&Figures {
            killed_us: late(None),
            ..Figures::default()
        })
        .is_err()
    );
}

#[test]
fn what_was_not_measured_is_a_dash() {
    let text = text(&figures(vec![row("m2", 22_000_000, 0)]), Language::English);
    assert!(text.contains("m2") && text.contains('–'), "{text}");
    assert!(!text.contains("0.00"), "{text}");
}

#[test]
fn a_routing_daemon_has_more_time_to_recall_and_its_lease_to_end() {
    for (router, us, recalled, killed) in [
        (Router::Nft, 2_900_000, false, false),
        (Router::Bird, 2_900_000, true, true),
        (Router::Frr, 11_100_000, false, true),
        (Router::Gobgp, 11_300_000, false, false),
        (Router::Gobgp, -5_000_000, true, true),
    ] {
        let again = Some(vec![Again {
            member: "m2".into(),
            by: None,
            router,
            us: Some(us),
        }]);
        let figures = Figures {
            recalled_us: again.clone(),
            ..Figures::default()
        };
        assert_eq!(verdict(&figures).is_ok(), recalled, "{router} {us}");
        let figures = Figures {
            killed_us: again,
            ..Figures::default()
        };
        assert_eq!(verdict(&figures).is_ok(), killed, "{router} {us}");
    }
}

#[test]
fn a_switch_is_named_for_programs_in_english_and_for_people_in_their_language() {
    let again = Again {
        member: "m5".into(),
        by: None,
        router: ROUTER,
        us: Some(2_000),
    };
    let dead = again.clone().by("lab-by-enforcer-stop");
    let figures = Figures {
        stopped_us: Some(vec![again.by("lab-by-stop"), dead]),
        ..figures(vec![row("m2", 0, 0)])
    };
    let json = serde_json::to_value(&figures).unwrap();
    let told = &json["stopped_us"];
    assert_eq!(told[0]["member"], "m5 by `issei stop`");
    let dead = "m5 by `issei enforcer stop` with its process dead";
    assert_eq!(told[1]["member"], dead);
    assert_eq!(told[0].as_object().unwrap().len(), 3, "{told}");
    let english = text(&figures, Language::English);
    let line = format!("m5 by `issei stop` nft 2.00, {dead} nft 2.00\n");
    assert!(english.contains(&line), "{english}");
    crate::japanese::assert_no_english(&text(&figures, Language::Japanese));
}
