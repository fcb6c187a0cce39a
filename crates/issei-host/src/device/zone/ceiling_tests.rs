use super::*;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(role: &str) -> Self {
        let name = format!("issei-ceiling-{}-{role}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn after_a_restart_no_serial_is_earlier_than_any_that_was_given() {
    let folder = Folder::new("restart");
    let (mut ceiling, last) = Ceiling::open(&folder.0).expect("opened");
    assert_eq!(last, Serial(0));
    let mut given = Serial(1_764_000_000);
    ceiling.cover(given).expect("kept");
    for _ in 0..3 * MARGIN {
        given = given.ahead(1);
        ceiling.cover(given).expect("kept");
        let (_, last) = Ceiling::open(&folder.0).expect("opened");
        assert!(last.is_after(given));
    }
}

#[test]
fn a_torn_file_leaves_the_clock() {
    let folder = Folder::new("torn");
    let (mut ceiling, _) = Ceiling::open(&folder.0).expect("opened");
    ceiling.cover(Serial(1_764_000_000)).expect("kept");
    fs::write(folder.0.join("serial"), "17640x").expect("written");
    let (_, last) = Ceiling::open(&folder.0).expect("opened");
    assert_eq!(last, Serial(0));
}

#[test]
fn a_disk_that_refuses_is_told() {
    let folder = Folder::new("refuses");
    let (mut ceiling, _) = Ceiling::open(&folder.0).expect("opened");
    fs::create_dir(folder.0.join("serial.new")).expect("made");
    assert!(ceiling.cover(Serial(1_764_000_000)).is_err());
    assert_eq!(ceiling.covered, Serial(0));
}
