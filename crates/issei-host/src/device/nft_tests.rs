use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use issei_model::{Action, Digest, StandingId, Subscriber};

use super::*;

/// What nftables 1.0.6 listed.
const PROBE: &str = include_str!("../../../issei-enforce/tests/nft/probe-1.0.6.txt");
const TABLES: &str = include_str!("../../../issei-enforce/tests/nft/tables-1.0.6.txt");
const DROP: &str = include_str!("../../../issei-enforce/tests/nft/drop-1.0.6.txt");
const LIMIT: &str = include_str!("../../../issei-enforce/tests/nft/limit-1.0.6.txt");
const NO_TABLES: &str = "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}]}";

/// A folder in which a program stands that answers always the same, and keeps what it is handed.
struct Stubborn(PathBuf);

impl Stubborn {
    fn new(tables: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("issei-nft-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let made = Self(folder);
        made.answer("tables", tables);
        made.answer("probe", PROBE);
        made.answer("a1", DROP);
        made.answer("a2", LIMIT);
        let script = format!(
            "#!/bin/sh\ncd {}\ncase \"$*\" in\n\
             '-j list tables inet'|'-j list chains inet') cat tables ;;\n\
             '-c -j --debug=netlink -f -') cat > /dev/null; cat probe ;;\n\
             *list*issei-order-a1*) cat a1 ;;\n*list*issei-order-a2*) cat a2 ;;\n\
             *list*) echo 'Error: No such file or directory' >&2; exit 1 ;;\n\
             '-j -f -') cat > said.$$; if [ -e no ]; then cat no >&2; exit 1; fi ;;\n\
             *) echo \"unknown: $*\" >&2; exit 2 ;;\nesac\n",
            made.0.display()
        );
        made.place(&script);
        made
    }

    /// Lets a shell write the program: a file that we hold open for writing, be it through a child that
    /// another test has just started, cannot be run.
    fn place(&self, script: &str) {
        let mut shell = Command::new("/bin/sh");
        let write = shell
            .args(["-c", "cat > nft && chmod +x nft"])
            .current_dir(&self.0);
        let mut writing = write.stdin(Stdio::piped()).spawn().unwrap();
        writing
            .stdin
            .take()
            .unwrap()
            .write_all(script.as_bytes())
            .unwrap();
        assert!(writing.wait().unwrap().success());
    }

    fn answer(&self, to: &str, text: &str) {
        fs::write(self.0.join(to), text).unwrap();
    }

    /// Shows the transactions that it was handed.
    fn said(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let said =
            files.filter(|path| path.extension().is_some() && path.file_stem().unwrap() == "said");
        said.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    fn device(&self) -> Nft {
        let control_plane = vec!["203.0.113.0/24".parse().unwrap()];
        let fences = Fences {
            most_rules: 20,
            control_plane,
        };
        Nft::new(Settings {
            program: self.0.join("nft"),
            patience: Duration::from_secs(60),
            ..Settings::new(fences)
        })
    }
}

impl Drop for Stubborn {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn order(byte: u8) -> OrderId {
    OrderId(Digest([byte; 32]))
}

fn cut(byte: u8, goal: &str) -> Cut {
    Cut {
        order: order(byte),
        goals: vec![goal.parse().unwrap()],
        action: Action::Drop,
        ends: clock::now() + Span::from_secs(600),
        fires_at: Some(clock::now()),
    }
}

fn fault<T: std::fmt::Debug>(done: Result<T, DeviceError>) -> Fault {
    done.expect_err("an error").fault
}

#[test]
fn what_the_program_lists_is_read_order_by_order() {
    let stubborn = Stubborn::new(TABLES);
    let seen = stubborn.device().read().unwrap();
    assert_eq!(
        seen.iter().map(|seen| seen.order).collect::<Vec<_>>(),
        [order(0xa1), order(0xa2)]
    );
    assert_eq!((seen[0].goals.len(), seen[0].met), (6, Some(10)));
    assert_eq!(
        stubborn.said(),
        Vec::<String>::new(),
        "reading changes nothing"
    );
}

#[test]
fn a_kernel_that_holds_otherwise_than_it_was_told_is_no_success() {
    let stubborn = Stubborn::new(TABLES);
    let said = fault(stubborn.device().arm(&cut(0xa1, "192.0.2.7")));
    assert!(
        matches!(&said, Fault::Said(what) if what.contains("holds otherwise")),
        "{said:?}"
    );
    assert_eq!(
        stubborn.said().len(),
        ATTEMPTS,
        "tried more than once, and not for ever"
    );
}

#[test]
fn a_program_that_says_no_is_quoted() {
    let stubborn = Stubborn::new(NO_TABLES);
    stubborn.answer(
        "no",
        "internal:0:0-0: Error: Could not process rule: Operation not permitted\n",
    );
    let said = fault(stubborn.device().stage(&cut(1, "192.0.2.7")));
    assert!(
        matches!(&said, Fault::Said(what) if what.contains("Operation not permitted")),
        "{said:?}"
    );
}

#[test]
fn what_is_refused_is_never_said() {
    let stubborn = Stubborn::new(TABLES);
    let mut device = stubborn.device();
    let control = fault(device.arm(&cut(1, "203.0.113.7")));
    assert!(
        matches!(control, Fault::Refused(Refusal::ControlPlane(..))),
        "{control:?}"
    );
    let name = fault(device.stage(&cut(1, "c2.example")));
    assert!(
        matches!(name, Fault::Refused(Refusal::NotExpressible { .. })),
        "{name:?}"
    );
    let many = (1..=9)
        .map(|host| format!("192.0.2.{host}").parse().unwrap())
        .collect();
    let many = fault(device.stage(&Cut {
        goals: many,
        ..cut(1, "192.0.2.1")
    }));
    // Twelve rules of the two orders are there.
    assert!(
        matches!(
            many,
            Fault::Refused(Refusal::NoRoom {
                wanted: 21,
                room: 20
            })
        ),
        "{many:?}"
    );
    assert_eq!(stubborn.said(), Vec::<String>::new());
}

#[test]
fn what_has_ended_or_would_end_before_it_begins_is_never_said() {
    let stubborn = Stubborn::new(NO_TABLES);
    let mut device = stubborn.device();
    let now = clock::now();
    let over = Cut {
        ends: now,
        ..cut(1, "192.0.2.7")
    };
    assert!(matches!(fault(device.arm(&over)), Fault::Ended(_)));
    assert!(matches!(
        fault(device.stage(&Cut {
            fires_at: None,
            ..over
        })),
        Fault::Ended(_)
    ));
    let ends = now + Span::from_secs(60);
    let late = Cut {
        ends,
        fires_at: Some(ends),
        ..cut(1, "192.0.2.7")
    };
    assert!(matches!(fault(device.arm(&late)), Fault::Ended(_)));
    assert_eq!(stubborn.said(), Vec::<String>::new());
}

#[test]
fn lifting_names_one_table_and_looks_whether_it_is_gone() {
    let stubborn = Stubborn::new(TABLES);
    Device::lift(&mut stubborn.device(), order(7)).unwrap();
    let said = stubborn.said().concat();
    assert_eq!(said.matches("\"name\"").count(), 2, "{said}");
    assert_eq!(
        said.matches(&format!("issei-order-{}", order(7))).count(),
        2,
        "{said}"
    );
    let still = fault(Device::lift(&mut stubborn.device(), order(0xa1)));
    assert!(matches!(still, Fault::Said(_)), "{still:?}");
}

#[test]
fn lifting_all_takes_ours_and_names_no_other() {
    let others = TABLES.replacen(
        "{\"table\"",
        "{\"table\": {\"family\": \"inet\", \"name\": \"filter\"}}, {\"table\"",
        1,
    );
    let stubborn = Stubborn::new(&others);
    // It says that they are still there, which is an error; what it was told is what matters.
    let _ = stubborn.device().lift_all();
    let said = stubborn.said().concat();
    assert_eq!(said.matches("\"delete\"").count(), 2, "{said}");
    assert!(!said.contains("filter"), "{said}");
    let none = Stubborn::new(NO_TABLES);
    assert_eq!(none.device().lift_all().unwrap(), 0);
    assert_eq!(none.said(), Vec::<String>::new());
}

#[test]
fn a_program_that_writes_moments_otherwise_is_told_nothing() {
    let stubborn = Stubborn::new(NO_TABLES);
    stubborn.answer("probe", &PROBE.replace("0x00ca9a3b", "0x00ca9a3c"));
    let said = fault(stubborn.device().arm(&cut(1, "192.0.2.7")));
    assert!(matches!(said, Fault::Unreadable(_)), "{said:?}");
    assert_eq!(stubborn.said(), Vec::<String>::new());
}

#[test]
fn there_are_never_more_tables_than_hooks_that_we_allow_ourselves() {
    let stubborn = Stubborn::new(NO_TABLES);
    let mut device = stubborn.device();
    let found = Stubborn::new(TABLES).device().tables().unwrap().remove(0);
    let named = |number: u16| {
        Name::Order(OrderId(Digest(
            [number.to_be_bytes(); 16].concat().try_into().unwrap(),
        )))
    };
    let table = |number| Found {
        table: Table {
            name: named(number),
            goals: nft::Goals::default(),
            ..found.table.clone()
        },
        ..found.clone()
    };
    device.known = Some(
        (0..MOST_TABLES as u16)
            .map(|number| (named(number), table(number)))
            .collect(),
    );
    let full = fault(device.stage(&cut(0xee, "192.0.2.7")));
    assert!(
        matches!(
            full,
            Fault::Refused(Refusal::NoRoom {
                wanted: 65,
                room: 64
            })
        ),
        "{full:?}"
    );
}

#[test]
fn a_reflex_for_which_there_is_no_room_is_never_said() {
    let stubborn = Stubborn::new(TABLES);
    let mut device = stubborn.device();
    let id = ReflexRuleId {
        standing: StandingId(Digest([5; 32])),
        number: 1,
    };
    let drop = ReflexRule::Drop {
        to: "192.0.2.0/24".parse().unwrap(),
    };
    // Twelve rules of the two orders are there.
    device.fences.most_rules = 12;
    let ends = clock::now() + Span::from_secs(60);
    let refused = device.put(id, &drop, ends).expect_err("no room");
    assert!(refused.to_string().contains("has room for 12"), "{refused}");
    assert_eq!(stubborn.said(), Vec::<String>::new());
}

#[test]
fn a_reflex_on_the_control_plane_is_never_said() {
    let stubborn = Stubborn::new(NO_TABLES);
    let mut device = stubborn.device();
    let id = ReflexRuleId {
        standing: StandingId(Digest([5; 32])),
        number: 1,
    };
    let drop = ReflexRule::Drop {
        to: "203.0.113.0/24".parse().unwrap(),
    };
    let ends = clock::now() + Span::from_secs(60);
    let refused = device.put(id, &drop, ends).expect_err("it is ours");
    assert!(refused.to_string().contains("own control"), "{refused}");
    assert_eq!(stubborn.said(), Vec::<String>::new());
}

#[test]
fn reflexes_leave_room_for_orders() {
    let stubborn = Stubborn::new(NO_TABLES);
    let mut device = stubborn.device();
    let found = Stubborn::new(TABLES).device().tables().unwrap().remove(0);
    let id = |number| ReflexRuleId {
        standing: StandingId(Digest([5; 32])),
        number,
    };
    let table = |number| {
        let name = Name::Reflex(id(number));
        let goals = nft::Goals::default();
        let table = Table {
            name,
            goals,
            ..found.table.clone()
        };
        let found = Found {
            table,
            ..found.clone()
        };
        (name, found)
    };
    device.known = Some((0..MOST_REFLEXES as u64).map(table).collect());
    device.fences.most_rules = 10_000;
    let drop = ReflexRule::Drop {
        to: "192.0.2.0/24".parse().unwrap(),
    };
    let ends = clock::now() + Span::from_secs(60);
    let refused = device.put(id(99), &drop, ends).expect_err("no room");
    assert!(refused.to_string().contains("has room for 32"), "{refused}");
    let order = device.stage(&cut(1, "192.0.2.7"));
    let no_room = |error: &DeviceError| matches!(error.fault, Fault::Refused(_));
    assert!(
        !order.is_err_and(|error| no_room(&error)),
        "an order has room"
    );
}

#[test]
fn a_reflex_without_a_known_interface_or_after_its_end_is_never_said() {
    let stubborn = Stubborn::new(NO_TABLES);
    let mut device = stubborn.device();
    let id = ReflexRuleId {
        standing: StandingId(Digest([5; 32])),
        number: 1,
    };
    let line = Subscriber::new("198.51.100.9".parse().unwrap());
    let forged = ReflexRule::DropForged { line };
    let ends = clock::now() + Span::from_secs(60);
    assert!(device.put(id, &forged, ends).is_err());
    let drop = ReflexRule::Drop {
        to: "192.0.2.0/24".parse().unwrap(),
    };
    assert!(device.put(id, &drop, clock::now()).is_err());
    assert_eq!(stubborn.said(), Vec::<String>::new());
    device.accesses = vec![("198.51.100.0/24".parse().unwrap(), "ppp7".parse().unwrap())];
    assert!(
        device.put(id, &forged, ends).is_err(),
        "it does not read back"
    );
    assert!(stubborn.said()[0].contains("ppp7"));
}
