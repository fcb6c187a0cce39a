use super::super::authenticator::{Authenticator, coded};
use super::*;

fn relying() -> Relying {
    Relying {
        id: "issei.example".into(),
        origin: "https://issei.example".into(),
    }
}

/// Both kinds of authenticators.
fn both() -> [Authenticator; 2] {
    let relying = relying();
    [
        Authenticator::new(&relying, 3),
        Authenticator::edwards(&relying, 4),
    ]
}

const CHALLENGE: &[u8] = b"a challenge of the door";

#[test]
fn a_passkey_that_was_made_is_known_again_in_either_kind() {
    for mut one in both() {
        let (credential, challenge) = one.makes(CHALLENGE).read(&relying()).unwrap();
        assert_eq!(challenge, CHALLENGE);
        assert_eq!(credential.id.to_string(), coded(&one.id));
        one.counter = 7;
        let shown = one.shows(CHALLENGE).read(&relying(), &credential.key);
        assert_eq!(shown, Ok((CHALLENGE.to_vec(), 7)));
    }
}

#[test]
fn a_signature_by_another_key_or_over_anything_else_is_none() {
    for one in both() {
        let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
        let (good, other) = (one.shows(CHALLENGE), one.shows(b"another challenge"));
        let mixed = Shown {
            client: other.client,
            ..good.clone()
        };
        assert_eq!(mixed.read(&relying(), &key), Err(Flaw::Signature));
        let mut counted = one;
        counted.counter = 9;
        let mixed = Shown {
            authenticator: counted.shows(CHALLENGE).authenticator,
            ..good.clone()
        };
        assert_eq!(mixed.read(&relying(), &key), Err(Flaw::Signature));
        for [mine, others] in [both(), {
            let [a, b] = both();
            [b, a]
        }] {
            let key = mine.makes(CHALLENGE).read(&relying()).unwrap().0.key;
            let told = others.shows(CHALLENGE).read(&relying(), &key);
            assert_eq!(told, Err(Flaw::Signature));
        }
    }
}

/// What is wrong with an answer: a change, and what it is called.
type Wrong = (fn(&mut Authenticator), Flaw);

const WRONG: [Wrong; 9] = [
    (
        |one| one.browser.origin = "https://evil.example".into(),
        Flaw::Origin,
    ),
    (
        |one| one.browser.origin = "http://issei.example".into(),
        Flaw::Origin,
    ),
    (
        |one| one.browser.origin = "https://issei.example:8443".into(),
        Flaw::Origin,
    ),
    (|one| one.browser.crossed = true, Flaw::Origin),
    (
        |one| one.browser.top = Some("https://evil.example".into()),
        Flaw::Origin,
    ),
    (|one| one.name = "evil.example".into(), Flaw::OtherName),
    (|one| one.flags = 0x04, Flaw::Absent),
    (|one| one.flags = 0x01, Flaw::Unverified),
    (|one| one.flags = 0x15, Flaw::Unreadable), // backed up, and cannot be
];

#[test]
fn an_answer_for_others_or_without_the_person_is_refused_when_made_and_when_shown() {
    for (change, flaw) in WRONG {
        let mut one = Authenticator::new(&relying(), 3);
        let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
        change(&mut one);
        let made = one.makes(CHALLENGE).read(&relying()).map(|_| ());
        assert_eq!(made, Err(flaw), "made");
        let shown = one.shows(CHALLENGE).read(&relying(), &key);
        assert_eq!(shown, Err(flaw), "shown");
    }
}

#[test]
fn what_was_made_is_not_shown_and_the_other_way_round() {
    let mut one = Authenticator::new(&relying(), 3);
    let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
    one.browser.purpose = Some("webauthn.get");
    let made = one.makes(CHALLENGE).read(&relying()).map(|_| ());
    assert_eq!(made, Err(Flaw::Purpose));
    one.browser.purpose = Some("webauthn.create");
    assert_eq!(
        one.shows(CHALLENGE).read(&relying(), &key),
        Err(Flaw::Purpose)
    );
}

#[test]
fn a_passkey_that_is_shown_brings_no_new_one_and_nothing_behind() {
    let mut one = Authenticator::new(&relying(), 3);
    let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
    one.flags |= HAS_CREDENTIAL;
    let told = one.shows(CHALLENGE).read(&relying(), &key);
    assert_eq!(told, Err(Flaw::Unreadable));
    one.flags = 0x05;
    one.behind = vec![0xa0];
    let told = one.shows(CHALLENGE).read(&relying(), &key);
    assert_eq!(told, Err(Flaw::Unreadable));
    one.flags |= HAS_EXTENSIONS;
    let told = one.shows(CHALLENGE).read(&relying(), &key);
    assert!(told.is_ok(), "extensions are signed, and not read");
}

#[test]
fn a_backed_up_passkey_of_a_telephone_is_taken() {
    let mut one = Authenticator::new(&relying(), 3);
    one.flags = 0x1d;
    assert!(one.makes(CHALLENGE).read(&relying()).is_ok());
}

#[test]
fn bytes_that_break_off_or_run_on_are_refused_and_nothing_panics() {
    for one in both() {
        let client = one.makes(CHALLENGE).client;
        let data = one.data_of_new();
        let read = |data: &[u8]| {
            let made = Made {
                client: client.clone(),
                authenticator: coded(data),
                name: String::new(),
            };
            made.read(&relying()).map(|_| ())
        };
        assert_eq!(read(&data), Ok(()));
        for length in 0..data.len() {
            assert!(read(&data[..length]).is_err(), "{length} bytes");
        }
        let long = [data.as_slice(), &[0xa0]].concat();
        assert_eq!(read(&long), Err(Flaw::Unreadable), "without extensions");
        let mut extended = long.clone();
        extended[32] |= HAS_EXTENSIONS;
        assert_eq!(read(&extended), Ok(()), "extensions are not read");
        assert_eq!(read(&[0; LONGEST_AUTHENTICATOR + 1]), Err(Flaw::Unreadable));
    }
    for text in ["", "a", "=", "not base64!", "{}"] {
        let client = Made {
            client: text.into(),
            authenticator: String::new(),
            name: String::new(),
        };
        assert_eq!(client.read(&relying()).map(|_| ()), Err(Flaw::Unreadable));
    }
    let short = CredentialId::read(&coded(&[1; SHORTEST_ID - 1]));
    assert_eq!(short, Err(Flaw::Unreadable), "it could be guessed");
    let long = CredentialId::read(&coded(&[1; LONGEST_ID + 1]));
    assert_eq!(long, Err(Flaw::Unreadable));
}

#[test]
fn a_signature_that_breaks_off_is_none() {
    for one in both() {
        let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
        let good = one.shows(CHALLENGE);
        let signature = bytes(&good.signature, LONGEST_SIGNATURE).unwrap();
        for length in 0..signature.len() {
            let cut = Shown {
                signature: coded(&signature[..length]),
                ..good.clone()
            };
            assert_eq!(cut.read(&relying(), &key), Err(Flaw::Signature), "{length}");
        }
    }
}

#[test]
fn a_key_that_is_no_point_or_of_another_kind_is_refused() {
    let one = Authenticator::new(&relying(), 3);
    let mut off_the_curve = one.cose();
    *off_the_curve.last_mut().unwrap() ^= 1;
    let mut weak = COSE_ED25519.to_vec();
    weak.extend_from_slice(&[0; 32]);
    // A key of RSA (3: -257) begins like this.
    let rsa = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00];
    for key in [off_the_curve.as_slice(), &weak, &rsa, &[]] {
        let read = CredentialKey::from_cose(key).map(|_| ());
        assert_eq!(read, Err(Flaw::Algorithm), "{key:?}");
    }
}

#[test]
fn a_key_is_kept_as_text_and_read_again() {
    for one in both() {
        let key = one.makes(CHALLENGE).read(&relying()).unwrap().0.key;
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<CredentialKey>(&text).unwrap(), key);
    }
    for wrong in ["\"es256:\"", "\"rsa:AAAA\"", "\"ed25519:AAAA\"", "\"\""] {
        assert!(
            serde_json::from_str::<CredentialKey>(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn passkeys_are_bound_to_a_name_under_tls_or_to_the_machine_itself() {
    let of = |origin: &str| Relying::of(&[origin.to_owned()]).map(|found| found.id);
    assert_eq!(
        of("https://issei.example").as_deref(),
        Some("issei.example")
    );
    assert_eq!(
        of("https://issei.example:8443").as_deref(),
        Some("issei.example")
    );
    assert_eq!(of("http://localhost:8090").as_deref(), Some("localhost"));
    for none in [
        "http://issei.example",
        "http://127.0.0.1:8090",
        "https://192.0.2.7",
        "https://[2001:db8::1]",
        "https://Issei.example",
        "https://issei.example:443",
        "https://issei.example/path",
        "https://",
        "issei.example",
    ] {
        assert_eq!(of(none), None, "{none}");
    }
    assert_eq!(Relying::of(&[]), None);
}
