use super::*;

fn with(roles: &[Role], proven: bool) -> Visitor {
    Visitor {
        person: "duty@isp-a".parse().ok(),
        roles: roles.iter().copied().collect(),
        proven,
        form_token: String::new(),
    }
}

#[test]
fn the_policies_fit_their_schema_strictly() {
    assert!(BOOK.is_ok(), "{:?}", BOOK.as_ref().err());
    let unknown = POLICIES.replace("principal.proven", "principal.rich");
    assert!(Book::read(&unknown, SCHEMA).is_err());
}

#[test]
fn who_is_nobody_may_read_what_is_public_and_nothing_else() {
    for action in Action::ALL {
        let may = permits(&Visitor::default(), action);
        assert_eq!(may, action == Action::ReadPublic, "{action:?}");
    }
}

/// The whole table: a letter for each action that a role permits.
#[test]
fn each_role_opens_exactly_its_doors() {
    use Action::{
        Approve, Arm, HandleCase, Propose, Read, ReadAudit, ReadLines, ReadPublic, SetUp, Withdraw,
    };
    let table: [(Role, &[Action]); 6] = [
        (Role::Viewer, &[ReadPublic, Read]),
        (
            Role::Analyst,
            &[ReadPublic, Read, ReadLines, HandleCase, Propose],
        ),
        (Role::AbuseDesk, &[ReadPublic, Read, ReadLines]),
        (Role::Approver, &[ReadPublic, Read, Approve, Withdraw]),
        (
            Role::Operator,
            &[ReadPublic, Read, HandleCase, Propose, Arm, Withdraw, SetUp],
        ),
        (Role::Auditor, &[ReadPublic, Read, ReadAudit]),
    ];
    for (role, doors) in table {
        for action in Action::ALL {
            let may = permits(&with(&[role], true), action);
            assert_eq!(may, doors.contains(&action), "{role:?} {action:?}");
        }
    }
}

#[test]
fn a_link_alone_signs_nothing_and_still_lifts() {
    let linked = with(&[Role::Approver, Role::Operator], false);
    for action in [Action::Approve, Action::Arm, Action::Propose, Action::SetUp] {
        assert!(!permits(&linked, action), "{action:?}");
    }
    assert!(
        permits(&linked, Action::Withdraw),
        "taking away waits for nothing"
    );
    assert!(permits(&linked, Action::Read));
}

#[test]
fn a_no_names_the_roles_that_could() {
    assert_eq!(who_could(Action::Approve), [Role::Approver]);
    assert_eq!(
        who_could(Action::Withdraw),
        [Role::Approver, Role::Operator]
    );
}
