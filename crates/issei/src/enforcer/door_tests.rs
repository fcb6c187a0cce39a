use std::thread;

use super::*;
use crate::traffic;

/// A door behind which every task is done, and counted.
struct Behind {
    place: traffic::Folder,
    done: Arc<AtomicUsize>,
}

impl Behind {
    fn new(name: &str, allowed: &[u32]) -> Self {
        let place = traffic::Folder::new(name);
        let listener = UnixListener::bind(place.path().join("enforcer.sock")).unwrap();
        let (desk, tasks) = mpsc::sync_channel::<Asked>(8);
        let (allowed, done) = (allowed.to_owned(), Arc::new(AtomicUsize::new(0)));
        thread::spawn(move || accept(&listener, &allowed, &desk));
        let count = done.clone();
        thread::spawn(move || {
            for (_, reply) in tasks {
                count.fetch_add(1, Ordering::AcqRel);
                let _ = reply.send(Told::Done);
            }
        });
        Self { place, done }
    }

    fn for_me(name: &str) -> Self {
        let place = traffic::Folder::new("enforcer-door-owner");
        Self::new(name, &[owner(&Folder::new(place.path())).unwrap()])
    }

    fn knock(&self) -> Caller {
        let stream = UnixStream::connect(self.place.path().join("enforcer.sock")).unwrap();
        Caller(BufReader::new(stream))
    }

    fn done(&self) -> usize {
        self.done.load(Ordering::Acquire)
    }
}

struct Caller(BufReader<UnixStream>);

impl Caller {
    /// Says bytes and hears one answer; none, if the door is closed instead.
    fn says(&mut self, bytes: &[u8]) -> Option<Told> {
        // The other side may hang up in the middle of it.
        let _ = self.0.get_mut().write_all(bytes);
        self.hears()
    }

    fn hears(&mut self) -> Option<Told> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).ok()?;
        serde_json::from_slice(&line).ok()
    }
}

fn wrong(told: Option<Told>) -> String {
    match told {
        Some(Told::Wrong(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stranger_is_turned_away_whatever_he_says() {
    let stranger = u32::MAX - 1;
    let behind = Behind::new("enforcer-door-stranger", &[stranger]);
    let why = wrong(behind.knock().says(b"\"stop\"\n"));
    assert!(why.contains("only the member's office"), "{why}");
    assert_eq!(behind.done(), 0);
}

#[test]
fn a_line_that_never_ends_is_cut_off() {
    let behind = Behind::for_me("enforcer-door-long");
    let mut caller = behind.knock();
    let long = usize::try_from(LONGEST).unwrap() + 2;
    let why = wrong(caller.says(&vec![b' '; long]));
    assert!(why.contains("longer than"), "{why}");
    assert_eq!(caller.says(b"\"read\"\n"), None, "it is not heard further");
    assert_eq!(behind.knock().says(b"\"read\"\n"), Some(Told::Done));
}

#[test]
fn nonsense_is_named_and_the_caller_is_heard_further() {
    let behind = Behind::for_me("enforcer-door-nonsense");
    let mut caller = behind.knock();
    let deep = [b"[".repeat(1_000_000), b"\n".to_vec()].concat();
    let nonsense: [&[u8]; 6] = [
        &deep,
        b"\xff\xfe\n",
        b"\n",
        b"{\"lift\":{\"order\":\"abc\",\"for_good\":true}}\n",
        b"{\"stage\":{\"note\":\"\",\"index\":-1,\"entry\":\"\",\"proof\":\"\"}}\n",
        b"{\"stop\":null,\"read\":null}\n",
    ];
    for bytes in nonsense {
        let why = wrong(caller.says(bytes));
        assert!(why.contains("no task"), "{why}");
    }
    assert_eq!(behind.done(), 0);
    assert_eq!(caller.says(b"\"read\"\n"), Some(Told::Done));
}

#[test]
fn so_many_may_speak_at_once_and_no_more() {
    let behind = Behind::for_me("enforcer-door-many");
    let mut callers: Vec<Caller> = (0..MOST_CONNECTIONS).map(|_| behind.knock()).collect();
    for caller in &mut callers {
        assert_eq!(caller.says(b"\"read\"\n"), Some(Told::Done));
    }
    let why = wrong(behind.knock().hears());
    assert!(why.contains("too many"), "{why}");
    // Who goes makes room.
    callers.clear();
    let begun = Instant::now();
    while behind.knock().says(b"\"read\"\n") != Some(Told::Done) {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "nobody made room"
        );
    }
}

#[test]
fn a_socket_that_a_dead_process_left_is_not_open() {
    let place = traffic::Folder::new("enforcer-door");
    let folder = Folder::new(&place.0);
    assert!(!is_open(&folder), "nothing is there");
    let listener = UnixListener::bind(socket(&folder)).unwrap();
    assert!(is_open(&folder));
    drop(listener);
    assert!(socket(&folder).exists(), "the file stays");
    assert!(!is_open(&folder));
}
