use issei_model::Span;

use super::*;
use crate::command_line::AtOffice;
use crate::office::country::{ask, until};
use crate::office::rehearsed::{self, People, drafted};

/// A folder that goes with its owner.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("issei-ledger-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn written(name: &str, entries: u64) -> (Place, Vec<Verifier>) {
    let place = Place::new(name);
    let folder = place.0.clone();
    sample(&LedgerSample { folder, entries }, words::EN).unwrap();
    (place, made_up(entries).unwrap().1)
}

fn options(place: &Place, keys: &[Verifier]) -> LedgerVerify {
    LedgerVerify {
        folder: place.0.clone(),
        key: keys.first().cloned(),
        witness: keys.iter().skip(1).cloned().collect(),
        need: None,
    }
}

#[test]
fn a_ledger_is_verified_with_and_without_keys() {
    let (place, keys) = written("whole", 700);
    for keys in [&keys[..], &keys[..1], &[]] {
        assert_eq!(
            verify(&options(&place, keys), words::EN).unwrap(),
            code::DONE
        );
    }
}

#[test]
fn a_changed_file_ends_with_one_and_its_name() {
    let (place, keys) = written("changed", 700);
    let path = place.0.join("tile/entries/001");
    let mut bytes = fs::read(&path).unwrap();
    bytes[2] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(
        verify(&options(&place, &keys), words::EN).unwrap(),
        code::FOUND
    );
    let folder = Folder::new(&place.0);
    let fault = Audit::new(&folder, None, Strangers::Named).unwrap().run();
    let said = fault.unwrap_err().to_string();
    assert!(said.contains("entry 256 was altered"), "{said}");
}

#[test]
fn too_few_witnesses_end_with_one() {
    let (place, mut keys) = written("few", 10);
    let other = Signer::new("four.example", Algorithm::CosignatureV1, &[9; 32]).unwrap();
    keys.push(other.verifier().clone());
    let mut options = options(&place, &keys);
    options.need = Some(3);
    assert_eq!(verify(&options, words::EN).unwrap(), code::DONE);
    options.need = Some(4);
    assert_eq!(verify(&options, words::EN).unwrap(), code::FOUND);
    options.need = Some(5);
    assert_eq!(verify(&options, words::EN).unwrap_err().code, code::WRONG);
}

#[test]
fn a_folder_keeps_a_log_across_openings() {
    let place = Place::new("folder");
    let mut folder = Folder::new(&place.0);
    let key = Signer::new(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap();
    let mut known = Tip::empty();
    for size in [3, 260] {
        let mut log = Log::open(&mut folder, key.verifier(), &known).unwrap();
        (log.tip().size..size).for_each(|index| assert_eq!(log.append(entry(index)), Ok(index)));
        let note = log.sign(&mut folder, &key).unwrap();
        log.publish(&mut folder, &note).unwrap();
        known = log.tip();
    }
    let audit = Audit::new(&folder, None, Strangers::Named).unwrap();
    assert_eq!(audit.run().unwrap().size, 260);
    let names = folder.list().unwrap();
    assert!(!names.contains(&".new".to_owned()) && !names.contains(&"tile/0/000.p/3".into()));
}

#[test]
fn a_file_longer_than_any_of_a_log_is_not_read() {
    let place = Place::new("long");
    fs::create_dir_all(&place.0).unwrap();
    let folder = Folder::new(&place.0);
    for (length, reads) in [(LONGEST_ENTRY, true), (LONGEST_ENTRY + 1, false)] {
        // Sparse: nothing of it lies on the disk.
        let file = fs::File::create(place.0.join("checkpoint")).unwrap();
        file.set_len(length as u64).unwrap();
        let got = folder.get("checkpoint");
        assert_eq!(got.is_ok(), reads);
        if let Err(error) = got {
            assert!(error.to_string().contains("no file of a log"), "{error}");
        }
    }
    assert!(matches!(folder.get("absent"), Ok(None)));
}

#[test]
fn a_sample_is_not_written_over_something() {
    let (place, _) = written("occupied", 3);
    let folder = place.0.clone();
    let refused = sample(&LedgerSample { folder, entries: 3 }, words::EN).unwrap_err();
    assert_eq!(refused.code, code::WRONG);
}

#[test]
fn a_countrys_own_ledger_is_written_out_and_verified_whether_the_office_runs_or_not() {
    let place = Place::new("exported");
    fs::create_dir_all(&place.0).unwrap();
    let coordinator = block_on(async {
        let country = rehearsed::country(&place.0, 2, None).await?;
        let order = drafted(&country, 0, Span::from_secs(600)).await?;
        People::two().approve(&country, order).await?;
        let logged = async || match ask(&country.members[0].1, Ask::Order(order)).await? {
            Reply::Order(view) => Ok(view.members.iter().any(|one| one.effect.is_some())),
            _ => Ok(false),
        };
        until("it is in force", logged).await?;
        let folder = country.coordinator.clone();
        let office = folder.root().to_owned();
        let alive = place.0.join("alive");
        let copy = alive.clone();
        let asked = move || {
            export(&exporting(&office, &copy), Language::English).map_err(|no| no.to_string())
        };
        let asked = tokio::task::spawn_blocking(asked).await.unwrap();
        asked.map_err(Failure::broken)?;
        country.end().await;
        Ok((folder, alive))
    });
    let (coordinator, alive) = coordinator.unwrap();
    let dead = place.0.join("dead");
    assert_eq!(
        export(&exporting(coordinator.root(), &dead), Language::English).unwrap(),
        code::DONE
    );
    let charter = Charter::parse(&coordinator.read(&coordinator.charter()).unwrap()).unwrap();
    let check = |folder: &Path| LedgerVerify {
        folder: folder.to_owned(),
        key: Some(charter.log().unwrap()),
        witness: charter
            .members
            .iter()
            .map(|one| one.witness().unwrap())
            .collect(),
        need: Some(charter.policy().unwrap().unwrap().needed()),
    };
    for copy in [&alive, &dead] {
        assert_eq!(
            verify(&check(copy), words::EN).unwrap(),
            code::DONE,
            "{}",
            copy.display()
        );
    }
    let told = how_to_verify(&coordinator, &dead, words::EN).unwrap();
    assert!(
        told.contains("--key") && told.matches("--witness").count() == 2,
        "{told}"
    );
    let begin = "verify it anywhere, with keys that you have from the members themselves; the charter here has\n  ";
    assert!(told.starts_with(begin), "{told}");
    // What is there already is not mixed with something else.
    let again = export(&exporting(coordinator.root(), &dead), Language::English).unwrap_err();
    assert_eq!(again.code, code::WRONG);
    let entries = dead.join("tile/entries/000.p");
    let path = fs::read_dir(&entries)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = fs::read(&path).unwrap();
    bytes[9] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(verify(&check(&dead), words::EN).unwrap(), code::FOUND);
}

fn exporting(office: &Path, folder: &Path) -> LedgerExport {
    LedgerExport {
        at: AtOffice {
            office: Some(office.to_owned()),
        },
        folder: folder.to_owned(),
    }
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let (place, keys) = written("japanese", 700);
    for keys in [&keys[..], &keys[..1], &[]] {
        let policy = policy(&options(&place, keys)).unwrap();
        let folder = Folder::new(&place.0);
        let audit = Audit::new(&folder, policy.as_ref(), Strangers::Named).unwrap();
        crate::japanese::assert_no_english(&account(&audit.run().unwrap(), words::JA));
    }
    let made = words::tally(words::JA, "ledger-made-up", 700);
    let written = said!(words::JA, "ledger-files-in", place = "/o/copy");
    let verify = words::JA.say("ledger-verify-with");
    crate::japanese::assert_no_english(&format!("{made}\n{written}\n{verify}"));
}

/// A ledger of an order that must be confirmed and fired, with this behind it, signed by its log alone.
fn with_order(name: &str, behind: &[issei_model::Decision]) -> (Place, LedgerVerify) {
    let place = Place::new(name);
    let key = Signer::new(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap();
    let mut files = Files::new();
    let mut log = Log::open(&mut files, key.verifier(), &Tip::empty()).unwrap();
    let (order, fires_at) = (to_be_confirmed(), issei_desk::samples::after(5_000));
    let (id, members) = (order.id(), order.canary.clone());
    let approvals = Vec::new();
    let dossier = issei_model::Dossier { order, approvals };
    let first = [
        issei_model::Decision::Proposed(Box::new(dossier)),
        issei_model::Decision::Armed {
            order: id,
            members,
            fires_at,
        },
    ];
    for decision in first.iter().chain(behind) {
        log.append(decision.canonical()).unwrap();
    }
    let note = log.sign(&mut files, &key).unwrap();
    log.publish(&mut files, &note).unwrap();
    write_new(&place.0, &files).unwrap();
    let options = options(&place, &[key.verifier().clone()]);
    (place, options)
}

fn to_be_confirmed() -> issei_model::Order {
    let mut order = issei_desk::samples::order();
    order.confirm_within = Some(Span::from_secs(600));
    order
}

/// What counsel signs; `spoilt` if a bit of it flips.
fn confirmation(spoilt: bool) -> issei_model::Decision {
    let (order, at) = (to_be_confirmed(), issei_desk::samples::after(9_000));
    let key = ed25519_dalek::SigningKey::from_bytes(&[8; 32]);
    let person = issei_sim::rehearsal::Person::new("counsel@isp-b".parse().unwrap(), key);
    let mut by = issei_sim::rehearsal::confirm(&person, &order, Language::English, at);
    by.signature.0[3] ^= u8::from(spoilt);
    let (order, by) = (order.id(), Box::new(by));
    issei_model::Decision::Confirmed { order, by }
}

#[test]
fn a_confirmation_in_the_ledger_is_counted_and_a_planted_one_ends_with_one() {
    for (name, behind, code, wanted) in [
        ("open", vec![], code::DONE, "0 of 0 orders"),
        (
            "held",
            vec![confirmation(false)],
            code::DONE,
            "1 of 1 orders",
        ),
        ("planted", vec![confirmation(true)], code::FOUND, "entry 2 "),
    ] {
        let (place, options) = with_order(name, &behind);
        assert_eq!(verify(&options, words::EN).unwrap(), code, "{name}");
        let folder = Folder::new(&place.0);
        let size = 2 + behind.len() as u64;
        let confirmed = confirmations(&folder, size).unwrap();
        let verdict = Audit::new(&folder, None, Strangers::Named)
            .unwrap()
            .run()
            .unwrap();
        let said = orders(&confirmed, &verdict, words::EN);
        assert!(said.contains(wanted), "{said}");
    }
}
