use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

#[test]
fn every_fault_is_said_in_english_as_it_says_itself_and_in_japanese() {
    let path = || "tile/0/000".to_owned();
    let faults: [Fault<String>; 8] = [
        Fault::Unpublished,
        Fault::Stranger {
            path: path(),
            name: "somebody.example".into(),
        },
        Fault::Root { path: path() },
        Fault::Missing { path: path() },
        Fault::Altered { path: path() },
        Fault::Entry {
            index: 7,
            path: path(),
        },
        Fault::Body {
            index: 7,
            path: path(),
        },
        Fault::Unknown { path: path() },
    ];
    for fault in faults {
        assert_eq!(said(&fault, EN), fault.to_string());
        assert_no_english(&said(&fault, JA));
    }
    let disk: Fault<String> = Fault::Storage("no disk".into());
    assert_eq!(said(&disk, JA), "no disk");
}
