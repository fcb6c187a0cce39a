use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder on an ordinary file system, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-pins-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn elsewhere_than_on_a_bpf_file_system_nothing_is_made() {
    let folder = Folder::new();
    let pins = Pins::new(&folder.0.join("issei"));
    let refused = pins.fill(|_| panic!("nothing to fill")).unwrap_err();
    assert!(matches!(&refused, Fault::Away(why) if why.contains("mount -t bpf")));
    assert!(folder.names().is_empty());
}

#[test]
fn only_what_is_ours_is_removed() {
    let folder = Folder::new();
    let ours = [
        "goals",
        "settings",
        "program",
        "program-new",
        "link-7-native",
        "link-8-generic",
    ];
    let theirs = ["goals2", "link-7-other", "link-x-native", "their-program"];
    for name in ours.iter().chain(&theirs) {
        fs::write(folder.0.join(name), "").unwrap();
    }
    let pins = Pins::new(&folder.0);
    assert!(pins.are_there());
    pins.remove().unwrap();
    assert_eq!(folder.names(), theirs);
    assert!(!pins.are_there());
    theirs
        .iter()
        .for_each(|name| fs::remove_file(folder.0.join(name)).unwrap());
    pins.remove().unwrap();
    assert!(!folder.0.exists());
}

#[test]
fn what_a_killed_process_was_filling_is_swept_away() {
    let folder = Folder::new();
    let alive = std::process::id();
    // No process has this number: the kernel gives none above four million.
    let (gone, held) = ("issei-new-4194305", format!("issei-new-{alive}"));
    for name in [gone, &held, "issei-new-x", "other-new-4194305"] {
        fs::create_dir(folder.0.join(name)).unwrap();
        fs::write(folder.0.join(name).join("goals"), "").unwrap();
    }
    Pins::new(&folder.0.join("issei")).sweep();
    let mut left = [&held, "issei-new-x", "other-new-4194305"];
    left.sort_unstable();
    assert_eq!(folder.names(), left);
}

#[test]
fn the_pin_of_a_link_says_where_and_how_it_hangs() {
    let pins = Pins::new(Path::new("/x"));
    for (interface, mode) in [(1, Mode::Native), (u32::MAX, Mode::Generic)] {
        let path = pins.link(interface, mode);
        let read = link_pin(path.clone()).unwrap();
        assert_eq!(
            read,
            LinkPin {
                path,
                interface,
                mode
            }
        );
    }
}

#[test]
fn one_process_holds_the_folder() {
    let folder = Folder::new();
    let pins = Pins::new(&folder.0);
    let held = pins.lock().unwrap();
    assert!(matches!(pins.lock().unwrap_err(), Fault::Away(_)));
    drop(held);
    pins.lock().unwrap();
}
