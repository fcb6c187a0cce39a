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

#[test]
fn unpacking_ahead_gives_the_same_bytes() {
    let folder = Folder::new("ahead");
    let text: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).collect();
    for bytes in [text.clone(), gzip(&text)] {
        let path = folder.file("capture", &bytes);
        let source = Source::open(&path, Arc::default()).unwrap();
        let mut read = Vec::new();
        let mut ahead = source.ahead().unwrap();
        ahead.read_to_end(&mut read).unwrap();
        assert!(read == text);
        assert_eq!(ahead.read(&mut [0]).unwrap(), 0, "the end stays the end");
    }
}

#[test]
fn a_torn_packed_file_gives_what_came_before_the_tear_and_then_the_error() {
    let folder = Folder::new("torn");
    let text: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let packed = gzip(&text);
    let path = folder.file("torn.gz", &packed[..packed.len() / 2]);
    let mut ahead = Source::open(&path, Arc::default())
        .unwrap()
        .ahead()
        .unwrap();
    let mut read = Vec::new();
    assert!(ahead.read_to_end(&mut read).is_err());
    assert!(read.len() > text.len() / 4 && text.starts_with(&read));
}

#[test]
fn a_private_file_is_its_owners_alone_and_replaces_what_stood_there() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("private");
    let path = folder.0.join("new/findings.jsonl");
    for text in ["first", "second"] {
        write_private(&path, text.as_bytes()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn a_dangling_link_in_a_folder_does_not_hide_the_rest() {
    let folder = Folder::new("dangling");
    let there = folder.file("there.pcap", b"x");
    let link = folder.0.join("dangling.pcap");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let found = gather(std::slice::from_ref(&folder.0)).unwrap();
    let paths: Vec<_> = found.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, [link.clone(), there]);
    assert!(
        gather(&[link]).is_err(),
        "a link that is named must lead somewhere"
    );
}
