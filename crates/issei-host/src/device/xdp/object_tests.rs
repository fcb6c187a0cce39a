use sha2::{Digest, Sha256};

use super::*;

/// Digests of the sources and of what was made of them, as `make.sh` wrote them.
const MADE: &str = include_str!("../../../bpf/made.txt");

#[test]
fn the_object_was_made_of_the_sources_beside_it() {
    let files: [(&str, &[u8]); 6] = [
        ("cut.c", include_bytes!("../../../bpf/cut.c")),
        ("walk.c", include_bytes!("../../../bpf/walk.c")),
        ("kernel.h", include_bytes!("../../../bpf/kernel.h")),
        ("make.sh", include_bytes!("../../../bpf/make.sh")),
        ("cut.o", OBJECT),
        ("walk.o", include_bytes!("../../../bpf/walk.o")),
    ];
    assert_eq!(MADE.lines().count(), files.len() + 1);
    for (name, bytes) in files {
        let digest = Sha256::digest(bytes);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let line = format!("{digest}  {name}");
        assert!(
            MADE.lines().any(|made| made == line),
            "{name} has changed since; run crates/issei-host/bpf/make.sh"
        );
    }
}

#[test]
fn what_the_kernel_says_is_told_to_the_last_cause() {
    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("loading failed")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let told = said(Outer(std::io::Error::other("no room")));
    assert!(matches!(told, Fault::Said(words) if words == "loading failed: no room"));
}
