use issei_model::Span;

use super::*;
use crate::parameters::Parameters;

fn dossiers(change: impl FnOnce(&mut ContactParameters)) -> Dossiers<u32> {
    let mut parameters = Parameters::shipped().contacts;
    change(&mut parameters);
    let mut dossiers = Dossiers::new(&parameters, [3, 5]);
    dossiers.keep_time(moment(0), Span::from_secs(86_400));
    dossiers
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_secs(1_700_000_000 + second)
}

fn onset(second: i64) -> Onset {
    Onset {
        since: moment(second),
        told_at: moment(second),
        finding: FindingId(1),
        rule: Rule::HorizontalScan,
    }
}

fn service(number: u32) -> Service<u32> {
    Service {
        address: 0xcb00_7100 + number,
        port: 23,
        udp: false,
    }
}

fn add(dossiers: &mut Dossiers<u32>, line: u32, number: u32, second: i64) -> bool {
    let visit = dossiers.visit(0, line);
    let Some(_) = dossiers.of_sender(&visit, line, crate::table::second(moment(second))) else {
        return false;
    };
    let service = service(number);
    let hash = dossiers.hash_of(&service);
    let contact = Contact::new(service, moment(second), 40_000, 31);
    dossiers.add(line, hash, contact).is_some()
}

fn holds(dossiers: &mut Dossiers<u32>, line: u32, number: u32) -> bool {
    let service = service(number);
    let hash = dossiers.hash_of(&service);
    dossiers
        .of(line)
        .is_some_and(|dossier| dossier.find(hash, &service).is_some())
}

#[test]
fn a_service_tried_twice_knocks_and_one_tried_once_does_not() {
    let mut dossier = Dossier::<u32>::default();
    assert!(!dossier.knocked(0xabcd_0000_0000_0000));
    assert!(dossier.knocked(0xabcd_0000_0000_0000));
    assert!(!dossier.knocked(0x1bcd_0000_0000_0000));
}

#[test]
fn a_full_dossier_forgets_what_was_never_answered_first_then_what_was_silent_longest() {
    let mut dossiers = dossiers(|p| p.most_contacts_a_line.value = 3);
    for number in 0..3 {
        assert!(add(&mut dossiers, 7, number, 100 - i64::from(number)));
    }
    let hash = dossiers.hash_of(&service(2));
    dossiers
        .of(7)
        .unwrap()
        .find(hash, &service(2))
        .unwrap()
        .answered = 1;
    assert!(add(&mut dossiers, 7, 9, 200));
    let held = [0, 1, 2, 9].map(|number| holds(&mut dossiers, 7, number));
    assert_eq!(held, [true, false, true, true]);
}

#[test]
fn a_quarter_of_the_room_is_for_suspects() {
    let mut dossiers = dossiers(|p| p.most_contacts.value = 8);
    dossiers.suspect(1_000, onset(0), crate::table::second(moment(0)));
    let entered = (0..20)
        .filter(|&line| add(&mut dossiers, line, 0, 1))
        .count();
    assert_eq!(entered, 6);
    assert!(add(&mut dossiers, 1_000, 0, 1) && add(&mut dossiers, 1_000, 1, 1));
    assert_eq!(dossiers.suspects_turned_away, 0);
}

#[test]
fn a_quarter_of_the_lines_is_for_suspects() {
    let mut dossiers = dossiers(|p| p.most_lines.value = 1_024);
    for line in 0..4_000 {
        add(&mut dossiers, line, 0, 1);
    }
    assert_eq!(dossiers.len(), 768);
    let second = crate::table::second(moment(1));
    for line in 4_000..4_150 {
        dossiers.suspect(line, onset(1), second);
    }
    assert_eq!((dossiers.len(), dossiers.suspects_turned_away), (918, 0));
}

#[test]
fn where_suspects_find_no_room_all_others_are_forgotten_for_an_hour() {
    let mut dossiers = dossiers(|p| p.most_contacts.value = 8);
    for line in 0..8 {
        add(&mut dossiers, line, 0, 1);
    }
    for line in 100..110 {
        dossiers.suspect(line, onset(0), crate::table::second(moment(0)));
        add(&mut dossiers, line, 0, 1);
    }
    assert_eq!(dossiers.suspects_turned_away, 8);
    assert!(dossiers.is_open());
    dossiers.keep_time(moment(3_600), Span::from_secs(86_400));
    assert!(!dossiers.is_open() && dossiers.len() == 10);
    assert!((102..108).all(|line| add(&mut dossiers, line, 0, 3_601)));
    dossiers.keep_time(moment(7_200), Span::from_secs(86_400));
    assert!(dossiers.is_open());
}

#[test]
fn a_line_is_suspected_once_and_the_earliest_evidence_counts() {
    let mut dossiers = dossiers(|_| {});
    assert!(!dossiers.may_suspect(7));
    assert!(dossiers.suspect(7, onset(50), 0));
    assert!(!dossiers.suspect(7, onset(20), 0));
    assert_eq!(dossiers.of(7).unwrap().onset.unwrap().since, moment(20));
    assert!(dossiers.may_suspect(7));
}

#[test]
fn lines_silent_for_a_day_are_forgotten_and_so_are_suspects() {
    let mut dossiers = dossiers(|_| {});
    dossiers.suspect(7, onset(0), crate::table::second(moment(0)));
    add(&mut dossiers, 7, 0, 0);
    add(&mut dossiers, 8, 0, 80_000);
    dossiers.keep_time(moment(90_000), Span::from_secs(86_400));
    assert!(!holds(&mut dossiers, 7, 0) && holds(&mut dossiers, 8, 0));
    assert!(!dossiers.may_suspect(7));
}
