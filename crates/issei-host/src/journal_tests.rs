use super::*;

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("issei-journal-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn lines_follow_each_other_across_openings() {
    let place = Place::new("across");
    let (mut journal, before) = Journal::open(&place.0).unwrap();
    assert_eq!(before, Before::default());
    journal.append("one").unwrap();
    journal.append("two").unwrap();
    journal.sync().unwrap();
    drop(journal);
    let (mut journal, before) = Journal::open(&place.0).unwrap();
    assert_eq!(
        before,
        Before {
            last_line: Some("two".into()),
            torn: 0
        }
    );
    journal.append("three").unwrap();
    assert_eq!(place.text(), "one\ntwo\nthree\n");
}

#[test]
fn a_line_torn_by_a_crash_is_cut_off_and_told() {
    let place = Place::new("torn");
    std::fs::write(&place.0, "one\ntw").unwrap();
    let (mut journal, before) = Journal::open(&place.0).unwrap();
    assert_eq!(
        before,
        Before {
            last_line: Some("one".into()),
            torn: 2
        }
    );
    journal.append("two").unwrap();
    assert_eq!(place.text(), "one\ntwo\n");
}

#[test]
fn a_full_disk_is_an_error_and_not_silence() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let file = OpenOptions::new().write(true).open(full).unwrap();
    let mut journal = Journal {
        path: full.into(),
        file,
        length: 0,
        synced: Instant::now(),
        dirty: false,
    };
    let error = journal.append("line").unwrap_err();
    assert!(
        error.to_string().starts_with("cannot write `/dev/full`: "),
        "{error}"
    );
    assert_eq!(journal.length, 0);
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let place = Place::new("other");
    let bytes = vec![0xff; 3 << 20];
    std::fs::write(&place.0, &bytes).unwrap();
    assert!(
        Journal::open(&place.0)
            .unwrap_err()
            .to_string()
            .contains("is it another file?")
    );
    assert_eq!(std::fs::read(&place.0).unwrap(), bytes);
}
