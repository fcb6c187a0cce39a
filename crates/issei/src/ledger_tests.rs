use super::*;

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
    sample(&LedgerSample { folder, entries }).unwrap();
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
        assert_eq!(verify(&options(&place, keys)).unwrap(), code::DONE);
    }
}

#[test]
fn a_changed_file_ends_with_one_and_its_name() {
    let (place, keys) = written("changed", 700);
    let path = place.0.join("tile/entries/001");
    let mut bytes = fs::read(&path).unwrap();
    bytes[2] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(verify(&options(&place, &keys)).unwrap(), code::FOUND);
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
    assert_eq!(verify(&options).unwrap(), code::DONE);
    options.need = Some(4);
    assert_eq!(verify(&options).unwrap(), code::FOUND);
    options.need = Some(5);
    assert_eq!(verify(&options).unwrap_err().code, code::WRONG);
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
    let refused = sample(&LedgerSample { folder, entries: 3 }).unwrap_err();
    assert_eq!(refused.code, code::WRONG);
}
