//! A MISP warning list, and whether what it protects is then protected.

#![no_main]

use issei_case::Safeguards;
use issei_case::safeguards::{Kind, Place, warning_list};
use issei_model::{Endpoint, Goal};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(imported) = warning_list(Kind::Own, text) else {
        return;
    };
    assert_eq!(imported.examples.is_empty(), imported.passed_over == 0);
    let lists = Safeguards::default().with(imported.entries.iter().cloned());
    assert!(lists.len() <= imported.entries.len());
    for entry in imported.entries.iter().take(20) {
        let goal = match &entry.place {
            Place::Suffix(name) => Goal::Name(name.clone()),
            Place::Prefix(net) => Goal::Service(Endpoint::host(net.addr())),
            Place::Network { .. } | Place::Service { .. } => unreachable!("no such list"),
        };
        assert!(!lists.hits(&[goal]).is_empty(), "{:?}", entry.place);
        if let Place::Prefix(net) = &entry.place {
            assert!(!lists.overlapping(*net, 0, 0).is_empty());
        }
    }
});
