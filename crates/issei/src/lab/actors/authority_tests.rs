use issei_enforce::zone::{Family, Heard, ask, ask_for, hear, hear_of};

use super::*;

fn heard(name: &str) -> Option<Heard> {
    let name = name.parse().unwrap();
    hear(7, &name, &reply(&ask(7, &name))?)
}

#[test]
fn the_command_servers_name_stands_for_it_and_every_other_for_everybodys_service() {
    let command = Heard::Exists(vec![topology::COMMAND.into()]);
    assert_eq!(heard(COMMANDS), Some(command));
    let service = Heard::Exists(vec![topology::SERVICE.into()]);
    assert_eq!(heard("www.shop.example"), Some(service.clone()));
    assert_eq!(heard(&format!("below.{COMMANDS}")), Some(service));
}

#[test]
fn there_are_no_addresses_of_ipv6() {
    let name = COMMANDS.parse().unwrap();
    let reply = reply(&ask_for(7, &name, Family::V6)).unwrap();
    assert_eq!(
        hear_of(7, &name, Family::V6, &reply),
        Some(Heard::Exists(Vec::new()))
    );
}

#[test]
fn what_is_no_question_is_not_answered() {
    let question = ask(7, &COMMANDS.parse().unwrap());
    for length in 0..question.len() {
        assert_eq!(reply(&question[..length]), None);
    }
    let answer = reply(&question).unwrap();
    assert_eq!(reply(&answer), None, "two of them would never end");
    let mut points = question;
    points[HEAD] = 0xc0;
    assert_eq!(reply(&points), None);
}
