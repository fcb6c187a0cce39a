use std::future::Future;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder of a test's own, removed with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> PathBuf {
        self.0.join("state.db")
    }

    fn open(&self) -> Result<Store, StoreError> {
        wait(Store::open(&self.store(), Owner::Member))
    }

    /// Changes the closed store behind its back.
    fn say(&self, statement: &'static str) {
        wait(async {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(self.store())
                .create_if_missing(true);
            let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
            let said = sqlx::raw_sql(statement).execute(&mut connection).await;
            said.unwrap();
            sqlx::Connection::close(connection).await.unwrap();
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

fn put(path: &str, bytes: &[u8]) -> Change {
    Change::PutFile {
        path: path.into(),
        bytes: bytes.into(),
    }
}

fn write(kind: &str, name: &str, body: &str, second: i64) -> Change {
    Change::PutDocument {
        kind: kind.into(),
        name: name.into(),
        body: body.into(),
        changed_at: Timestamp::from_secs(second),
    }
}

fn reason(refused: Result<Store, StoreError>) -> String {
    refused.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn what_is_kept_is_there_after_opening_again() {
    let place = Place::new();
    let store = place.open().unwrap();
    let remove = Change::RemoveFile { path: "b".into() };
    wait(store.keep(&[put("a", b"one"), put("b", b""), put("a", b"two")])).unwrap();
    wait(store.keep(&[
        remove,
        write("order", "x", "{}", 7),
        write("order", "a", "1", 8),
    ]))
    .unwrap();
    wait(store.close()).unwrap();
    let store = place.open().unwrap();
    let files = wait(store.files()).unwrap();
    assert_eq!(files, BTreeMap::from([("a".into(), b"two".to_vec())]));
    let names: Vec<String> = wait(store.documents("order"))
        .unwrap()
        .into_iter()
        .map(|document| document.name)
        .collect();
    assert_eq!(names, ["a", "x"]);
    assert_eq!(
        wait(store.document("order", "x")).unwrap(),
        Some(Document {
            name: "x".into(),
            body: "{}".into(),
            changed_at: Timestamp::from_secs(7),
        })
    );
    assert_eq!(wait(store.document("case", "x")).unwrap(), None);
    wait(store.keep(&[Change::RemoveDocument {
        kind: "order".into(),
        name: "x".into(),
    }]))
    .unwrap();
    assert_eq!(wait(store.document("order", "x")).unwrap(), None);
}

#[test]
fn a_change_out_of_bounds_takes_the_others_with_it() {
    let place = Place::new();
    let store = place.open().unwrap();
    let too_large = vec![0; LARGEST_FILE + 1];
    let long = "n".repeat(LONGEST_NAME + 1);
    for (bad, said) in [
        (put("big", &too_large), "at most 16777216 are kept"),
        (put("", b"x"), "is no name"),
        (put("a\0b", b"x"), "is no name"),
        (put(&long, b"x"), "is no name"),
        (write("kind", "", "x", 0), "is no name"),
        (
            write("kind", "name", &"x".repeat(LARGEST_DOCUMENT + 1), 0),
            "at most 4194304 are kept",
        ),
    ] {
        let error = wait(store.keep(&[put("good", b"x"), bad])).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let many = vec![put("good", b"x"); MOST_CHANGES + 1];
    let error = wait(store.keep(&many)).unwrap_err();
    assert!(matches!(error.fault, Fault::TooManyChanges(_)), "{error}");
    let full = vec![0; LARGEST_FILE];
    let heavy: Vec<Change> = (0..17).map(|n| put(&n.to_string(), &full)).collect();
    let error = wait(store.keep(&heavy)).unwrap_err();
    assert!(matches!(error.fault, Fault::TooManyBytes(_)), "{error}");
    assert_eq!(wait(store.files()).unwrap(), BTreeMap::new());
}

#[test]
fn a_store_is_never_taken_for_another_owners() {
    let place = Place::new();
    wait(place.open().unwrap().close()).unwrap();
    let refused = wait(Store::open(&place.store(), Owner::Coordinator));
    assert!(reason(refused).contains("is the store of a member"));
    wait(place.open().unwrap().close()).unwrap();
}

#[test]
fn a_database_of_something_else_is_left_as_it_is() {
    let place = Place::new();
    place.say("CREATE TABLE photos (name TEXT); PRAGMA user_version = 3");
    let before = std::fs::read(place.store()).unwrap();
    assert!(reason(place.open()).contains("is not a store of issei"));
    assert_eq!(std::fs::read(place.store()).unwrap(), before);
    std::fs::write(place.store(), "Dear diary, today".repeat(600)).unwrap();
    assert!(reason(place.open()).contains("is not a store of issei"));
}

#[test]
fn a_newer_schema_and_an_altered_one_are_refused() {
    let place = Place::new();
    wait(place.open().unwrap().close()).unwrap();
    place.say(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9, 'later', true, x'00', 0)",
    );
    assert!(reason(place.open()).contains("was written by a newer issei (its schema has step 9)"));
    place.say("DELETE FROM _sqlx_migrations WHERE version = 9");
    wait(place.open().unwrap().close()).unwrap();
    place.say("UPDATE _sqlx_migrations SET checksum = x'00'");
    assert!(reason(place.open()).contains("step 1 of its schema differs"));
}

#[test]
fn two_cannot_hold_a_store_and_the_holder_is_named() {
    let place = Place::new();
    let first = place.open().unwrap();
    let said = reason(place.open());
    assert!(
        said.contains(&format!("process {}", std::process::id())),
        "{said}"
    );
    wait(first.keep(&[put("a", b"still works")])).unwrap();
    wait(first.close()).unwrap();
    wait(place.open().unwrap().close()).unwrap();
}

#[test]
fn a_torn_page_is_found_when_the_store_is_opened() {
    let place = Place::new();
    let store = place.open().unwrap();
    let changes: Vec<Change> = (0..400)
        .map(|n| write("kind", &n.to_string(), "body", n))
        .collect();
    wait(store.keep(&changes)).unwrap();
    wait(store.close()).unwrap();
    place.say("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(place.store()).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 8, "{pages}");
    // The head of a page in the middle, which says what kind of page it is.
    bytes[4096 * (pages / 2)..][..16].fill(0xff);
    std::fs::write(place.store(), bytes).unwrap();
    let said = reason(place.open());
    assert!(said.contains("is damaged"), "{said}");
    assert!(said.contains("put back a backup"), "{said}");
}

#[test]
fn a_turned_bit_in_a_body_is_named_and_not_handed_out() {
    let place = Place::new();
    let store = place.open().unwrap();
    let changes = [
        put("tile/0", b"unmistakable bytes"),
        write("order", "x", "armed", 5),
    ];
    wait(store.keep(&changes)).unwrap();
    wait(store.close()).unwrap();
    place.say("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(place.store()).unwrap();
    let needle = b"unmistakable";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle);
    bytes[at.unwrap()] ^= 1;
    std::fs::write(place.store(), bytes).unwrap();
    // The structure is whole, so only the digest can tell.
    let store = place.open().unwrap();
    let error = wait(store.files()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("its file `tile/0` is not what was kept"),
        "{error}"
    );
    wait(store.close()).unwrap();
    place.say("UPDATE document SET body = 'fired'");
    let store = place.open().unwrap();
    for error in [
        wait(store.documents("order")).unwrap_err(),
        wait(store.document("order", "x")).map(|_| ()).unwrap_err(),
    ] {
        assert!(
            error
                .to_string()
                .contains("`order` `x` is not what was kept"),
            "{error}"
        );
    }
}

#[test]
fn a_full_disk_keeps_nothing_of_a_change_and_everything_before_and_after_it() {
    let place = Place::new();
    let store = place.open().unwrap();
    wait(store.keep(&[put("before", b"x")])).unwrap();
    limit(&store, "PRAGMA max_page_count = 64");
    let big = vec![7; 1 << 20];
    let error = wait(store.keep(&[put("small", b"x"), put("big", &big)])).unwrap_err();
    assert!(matches!(error.fault, Fault::Full), "{error}");
    assert!(
        error.to_string().contains("make room, then try again"),
        "{error}"
    );
    wait(store.keep(&[put("after", b"x")])).unwrap();
    limit(&store, "PRAGMA max_page_count = 1000000");
    wait(store.keep(&[put("big", &big)])).unwrap();
    wait(store.close()).unwrap();
    let files = wait(place.open().unwrap().files()).unwrap();
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["after", "before", "big"]);
}

fn limit(store: &Store, pragma: &'static str) {
    wait(async { store.writer.lock().await.say(pragma).await }).unwrap();
}

#[test]
fn after_a_broken_disk_nothing_is_kept_until_the_store_is_opened_again() {
    let place = Place::new();
    let store = place.open().unwrap();
    // What SQLite answers for a disk that broke cannot be had without breaking one; the trouble here
    // is a table that is gone, which leaves the same doubt.
    limit(&store, "DROP TABLE file");
    let error = wait(store.keep(&[put("a", b"x")])).unwrap_err();
    assert!(error.fault.leaves_doubt(), "{error}");
    let error = wait(store.keep(&[write("kind", "name", "x", 0)])).unwrap_err();
    assert!(matches!(error.fault, Fault::BrokeBefore), "{error}");
    let error = wait(store.documents("kind")).unwrap_err();
    assert!(matches!(error.fault, Fault::BrokeBefore), "{error}");
}

#[test]
fn who_stops_waiting_leaves_no_half_change() {
    let place = Place::new();
    let store = place.open().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = runtime.unwrap();
    for round in 0..200_i64 {
        let changes: Vec<Change> = (0..20)
            .map(|n| write("round", &n.to_string(), "x", round))
            .collect();
        runtime.block_on(async {
            let mut keep = Box::pin(store.keep(&changes));
            // A different number of steps each time, then it is dropped where it stands.
            for _ in 0..round % 50 {
                let step = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(keep.as_mut().poll(context).is_ready())
                });
                if step.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        let kept = runtime.block_on(store.documents("round")).unwrap();
        let moments: std::collections::BTreeSet<Timestamp> =
            kept.iter().map(|document| document.changed_at).collect();
        assert!(moments.len() <= 1, "round {round}: {moments:?}");
        assert!(
            matches!(kept.len(), 0 | 20),
            "round {round}: {}",
            kept.len()
        );
    }
    runtime.block_on(store.keep(&[put("a", b"x")])).unwrap();
}

#[test]
fn it_waits_for_the_disk_and_says_whose_it_is() {
    let place = Place::new();
    let store = place.open().unwrap();
    let numbers = wait(async {
        let mut writer = store.writer.lock().await;
        let mut numbers = Vec::new();
        for pragma in [
            "PRAGMA synchronous",
            "PRAGMA foreign_keys",
            "PRAGMA application_id",
        ] {
            let asked = sqlx::query_scalar::<_, i64>(pragma);
            numbers.push(asked.fetch_one(&mut writer.connection).await.unwrap());
        }
        numbers
    });
    assert_eq!(numbers, [2, 1, 0x6973_4d65]);
    assert!(place.0.join("state.db-wal").exists());
    for name in ["state.db", "state.db-wal", "state.db.lock"] {
        let mode = std::fs::metadata(place.0.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_path_that_cannot_be_is_told_with_the_next_step() {
    let place = Place::new();
    let lost = place.0.join("no such folder/state.db");
    let said = reason(wait(Store::open(&lost, Owner::Member)));
    assert!(said.contains("check that the folder exists"), "{said}");
}

#[test]
fn files_tell_what_changed_since_they_were_kept() {
    let kept = BTreeMap::from([
        ("old".to_owned(), b"1".to_vec()),
        ("gone".into(), b"2".to_vec()),
    ]);
    let mut files = Files::new(kept);
    assert!(files.is_kept());
    files.put("new", b"a");
    files.put("new", b"b");
    files.remove("gone");
    files.remove("never there");
    let changes = files.take_changes();
    let remove = Change::RemoveFile {
        path: "gone".into(),
    };
    assert_eq!(changes, [remove, put("new", b"b")]);
    assert!(files.is_kept());
    assert_eq!(files.paths().collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!(files.get("old"), Some(b"1".as_slice()));
    files.give_back(&changes);
    files.put("new", b"c");
    assert_eq!(files.take_changes()[1], put("new", b"c"));
}
