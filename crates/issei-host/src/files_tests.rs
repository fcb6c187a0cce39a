use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// A folder of its own under the system's temporary one, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("issei-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read_all(path: &std::path::Path) -> (Vec<u8>, Packing, u64) {
    let progress = Arc::new(AtomicU64::new(0));
    let mut source = Source::open(path, Arc::clone(&progress)).unwrap();
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).unwrap();
    (bytes, source.packing(), progress.load(Ordering::Relaxed))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn packing_is_recognised_by_content_whatever_the_name() {
    let folder = Folder::new("packing");
    let text = b"the same bytes, however they are packed".repeat(1_000);
    let packed = gzip(&text);
    let table = [
        ("plain.gz", text.clone(), Packing::Plain),
        ("gzip.pcap", packed.clone(), Packing::Gzip),
        (
            "zstd.txt",
            zstd::encode_all(&text[..], 1).unwrap(),
            Packing::Zstd,
        ),
    ];
    for (name, bytes, packing) in table {
        let path = folder.file(name, &bytes);
        assert_eq!(
            read_all(&path),
            (text.clone(), packing, bytes.len() as u64),
            "{name}"
        );
    }
}

#[test]
fn members_and_frames_that_follow_each_other_are_one_file() {
    let folder = Folder::new("members");
    let two = [gzip(b"first "), gzip(b"second")].concat();
    assert_eq!(read_all(&folder.file("a", &two)).0, b"first second");
    let frames = [
        zstd::encode_all(&b"first "[..], 1).unwrap(),
        zstd::encode_all(&b"second"[..], 1).unwrap(),
    ]
    .concat();
    assert_eq!(read_all(&folder.file("b", &frames)).0, b"first second");
}

#[test]
fn a_file_shorter_than_any_mark_is_plain() {
    let folder = Folder::new("short");
    for bytes in [&b""[..], b"\x1f", b"\x28\xb5\x2f"] {
        assert_eq!(read_all(&folder.file("x", bytes)).0, bytes);
    }
}

#[test]
fn a_torn_archive_is_an_error_and_not_an_end() {
    let folder = Folder::new("torn");
    let packed = gzip(&b"words that do not repeat: 1 2 3 4 5 6 7 8 9".repeat(50));
    let path = folder.file("torn.gz", &packed[..packed.len() - 9]);
    let mut source = Source::open(&path, Arc::default()).unwrap();
    assert!(source.read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn folders_are_walked_in_the_order_of_their_names_and_without_hidden_files() {
    let folder = Folder::new("walk");
    for name in ["b/2.pcap", "b/1.pcap", "a.pcap", "c/.hidden", ".git/x"] {
        folder.file(name, b"x");
    }
    let found = gather(std::slice::from_ref(&folder.0)).unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|file| {
            file.path
                .strip_prefix(&folder.0)
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names, ["a.pcap", "b/1.pcap", "b/2.pcap"]);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = Folder::new("twice");
    let path = folder.file("a.pcap", b"x");
    assert_eq!(
        gather(&[path.clone(), folder.0.clone(), path])
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let error = gather(&[PathBuf::from("/nowhere/at/all")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`/nowhere/at/all` is not there; check the path"
    );
}
