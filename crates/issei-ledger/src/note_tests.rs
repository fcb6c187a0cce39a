use super::*;
use crate::made::{log_key, witness_key};

const TEXT: &str = "a text\n\nwith an empty line\n";

fn note(lines: usize) -> Note {
    let signatures = vec![log_key().sign(TEXT, 0); lines];
    Note {
        text: TEXT.into(),
        signatures,
    }
}

#[test]
fn a_note_is_read_as_it_was_written() {
    let note = note(3);
    assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note));
}

#[test]
fn a_note_is_bounded_before_it_is_read() {
    let lines = Note::MOST_SIGNATURES;
    assert!(Note::parse(note(lines).to_string().as_bytes()).is_ok());
    let more = note(lines + 1).to_string();
    assert_eq!(
        Note::parse(more.as_bytes()),
        Err(NoteError::TooManySignatures)
    );
    assert_eq!(
        Note::parse(&vec![b'a'; LONGEST_NOTE + 1]),
        Err(NoteError::TooLong)
    );
}

#[test]
fn what_is_no_note_is_refused_with_its_reason() {
    let good = note(1).to_string();
    let refused = |text: &str| Note::parse(text.as_bytes());
    assert_eq!(refused("text\n"), Err(NoteError::Unsigned));
    assert_eq!(refused(good.trim_end()), Err(NoteError::Unsigned));
    assert_eq!(
        refused(&good.replace("a text", "a\ttext")),
        Err(NoteError::NotText)
    );
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::NotText));
    let line = Err(NoteError::Line { number: 1 });
    assert_eq!(refused(&good.replace(DASH, "- ")), line);
    assert_eq!(refused(&good.replace("log.example", "log+example")), line);
    assert_eq!(refused(&(good + "\n")), Err(NoteError::Unsigned));
}

#[test]
fn a_key_is_read_as_it_was_written() {
    for key in [log_key(), witness_key(0)] {
        assert_eq!(
            key.verifier().to_string().parse().as_ref(),
            Ok(key.verifier())
        );
    }
}

#[test]
fn a_key_whose_text_was_changed_is_refused() {
    let text = log_key().verifier().to_string();
    let refused = |text: &str| text.parse::<Verifier>().unwrap_err();
    assert_eq!(refused(&text.replace("log.", "lag.")), KeyError::Id);
    assert_eq!(refused("log.example"), KeyError::Shape);
    assert_eq!(
        refused("a+00000000+AA=="),
        KeyError::Algorithm { number: 0 }
    );
    assert_eq!(
        refused(&format!("a b{}", &text[text.find('+').unwrap()..])),
        KeyError::Name
    );
    // The neutral element: its owner is everybody.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(
        Verifier::new("a", Algorithm::Ed25519, &neutral),
        Err(KeyError::Point)
    );
}

#[test]
fn a_cosignature_holds_for_its_text_and_moment_and_is_no_log_signature() {
    let witness = witness_key(0);
    let line = witness.sign(TEXT, 1_234);
    let key = witness.verifier();
    assert_eq!(key.cosigned(TEXT, &line), Some(1_234));
    assert_eq!(key.cosigned("other\n", &line), None);
    assert!(!key.signed(TEXT, &line));
    let mut later = line;
    later.signature[7] ^= 1;
    assert_eq!(key.cosigned(TEXT, &later), None);
}

#[test]
fn a_secret_key_hides_itself_when_printed() {
    let seed = [0x5a; 32];
    let signer = Signer::new("a", Algorithm::Ed25519, &seed).unwrap();
    assert_eq!(
        format!("{signer:?}"),
        format!("the secret key of {}", signer.verifier())
    );
}

#[test]
fn a_signature_has_a_byte_and_not_more_than_the_longest_kind() {
    for (length, reads) in [
        (0, false),
        (1, true),
        (LONGEST_SIGNATURE, true),
        (LONGEST_SIGNATURE + 1, false),
    ] {
        let line = SignatureLine {
            name: "stranger.example".to_owned(),
            id: [1; 4],
            signature: vec![7; length],
        };
        let note = Note {
            text: "text\n".to_owned(),
            signatures: vec![line],
        };
        let read = Note::parse(note.to_string().as_bytes());
        assert_eq!(read.is_ok(), reads, "{length}");
    }
}
