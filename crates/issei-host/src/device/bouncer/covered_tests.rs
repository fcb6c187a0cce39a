use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let own = format!("issei-covered-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(own))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn pair(last: u8, ends: i64) -> (IpAddr, Timestamp) {
    (IpAddr::from([192, 0, 2, last]), at(ends))
}

#[test]
fn what_was_covered_is_there_after_a_restart_until_its_end() {
    let folder = Folder::new("restart");
    let mut covered = Covered::open(&folder.0, 10, at(0)).unwrap();
    covered.cover(&[pair(7, 100), pair(8, 200)]).unwrap();
    covered.cover(&[pair(7, 100), pair(9, 300)]).unwrap();
    drop(covered);
    let again = Covered::open(&folder.0, 10, at(150)).unwrap();
    assert_eq!(*again.all(), BTreeSet::from([pair(8, 200), pair(9, 300)]));
}

#[test]
fn a_torn_line_is_left_out_and_nothing_else() {
    let folder = Folder::new("torn");
    let mut covered = Covered::open(&folder.0, 10, at(0)).unwrap();
    covered.cover(&[pair(7, 100)]).unwrap();
    covered.file.write_all(b"192.0.2.8 10000").unwrap();
    covered.file.write_all(b"\xff\n192.0.2.9").unwrap();
    let again = Covered::open(&folder.0, 10, at(0)).unwrap();
    assert_eq!(*again.all(), BTreeSet::from([pair(7, 100)]));
}

#[test]
fn a_full_file_leaves_out_what_nobody_can_hold() {
    let folder = Folder::new("full");
    let mut covered = Covered::open(&folder.0, 1, at(0)).unwrap();
    let four: Vec<_> = (1..=4).map(|last| pair(last, 100)).collect();
    assert!(!covered.is_full(4) && covered.is_full(5));
    covered.cover(&four).unwrap();
    assert!(covered.is_full(1));
    covered
        .shrink(&BTreeSet::from([pair(2, 100), pair(3, 5)]), at(0))
        .unwrap();
    covered.cover(&[pair(9, 100)]).unwrap();
    let again = Covered::open(&folder.0, 1, at(0)).unwrap();
    assert_eq!(*again.all(), BTreeSet::from([pair(2, 100), pair(9, 100)]));
}
