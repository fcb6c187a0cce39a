use issei_model::Approval;

use super::*;

const NOTE: &str = "coordinator.issei.internal/orders\n42\nZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI=\n\n— coordinator.issei.internal/orders AAAA\n— isp-a.issei.internal/witness BBBB\n";

#[test]
fn a_checkpoint_tells_its_size_and_who_signed() {
    let read = Checkpoint::read(NOTE).unwrap();
    assert_eq!(read.size, 42);
    let signers = [
        "coordinator.issei.internal/orders",
        "isp-a.issei.internal/witness",
    ];
    assert_eq!(read.signers, signers);
}

#[test]
fn what_is_no_checkpoint_is_none() {
    for odd in ["", "a\nb\nc\n", "origin\n-1\nroot\n", "origin"] {
        assert_eq!(Checkpoint::read(odd), None, "{odd:?}");
    }
}

/// A cosignature of the witness's key 01020304 at 1795500060 s, and at 1795500000 s.
const LATER: &str = "AQIDBAAAAABrBSgc/////////////////////////////////////////////////////////////////////////////////////w==";
const FIRST: &str = "AQIDBAAAAABrBSfgBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";
/// One that says a moment that no clock shows.
const NEVER: &str = "AQIDBP//////////BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";

fn note(signatures: &[(&str, &str)]) -> String {
    let mut note =
        "coordinator.issei.internal/orders\n42\nZm9v\n\n— coordinator.issei.internal/orders AAAA\n"
            .to_owned();
    for (name, said) in signatures {
        note += &format!("— {name} {said}\n");
    }
    note
}

#[test]
fn a_checkpoint_is_as_old_as_its_first_cosignature_and_without_one_has_no_time() {
    let read = |signatures: &[(&str, &str)]| Checkpoint::read(&note(signatures)).unwrap();
    let both = read(&[
        ("isp-a.witness.issei.internal", LATER),
        ("isp-b.witness.issei.internal", FIRST),
    ]);
    assert_eq!(both.witnessed_at, Some(Timestamp::from_secs(1_795_500_000)));
    assert!(both.is_cosigned_by("isp-a") && both.is_cosigned_by("isp-b"));
    assert!(!both.is_cosigned_by("isp-c") && !both.is_cosigned_by("isp"));
    let short = &FIRST[..100];
    let foreign = FIRST.replacen('A', "*", 1);
    for odd in ["AAAA", "", short, &foreign, NEVER] {
        assert_eq!(
            read(&[("isp-a.witness.issei.internal", odd)]).witnessed_at,
            None,
            "{odd}"
        );
    }
}

/// A view of an order with everything but what is tried.
fn whole(now: Timestamp) -> OrderView {
    let mut view = issei_desk::samples::awaiting(now, issei_desk::samples::after(5_000));
    view.approvals = ["approver@isp-a", "counsel@isp-b"]
        .map(|person| confirmed_by(&view, person, 1))
        .into();
    view
}

/// What a person signs with this key; not that of somebody's roster.
fn confirmed_by(view: &OrderView, person: &str, seed: u8) -> Approval {
    use ed25519_dalek::Signer as _;
    let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    let language = issei_model::Language::English;
    let text = issei_case::confirmation_text(&view.order, language);
    let signed = key.sign(&issei_case::approvals::confirmed_bytes(&text));
    Approval {
        person: person.parse().unwrap(),
        key: issei_model::PublicKey(key.verifying_key().to_bytes()),
        language,
        at: view.now,
        signature: issei_model::Signature(signed.to_bytes()),
    }
}

#[test]
fn an_order_that_must_be_confirmed_is_whole_with_a_confirmation_that_holds_or_an_end() {
    let (before, after) = (
        issei_desk::samples::after(600_000),
        issei_desk::samples::after(606_000),
    );
    let is_whole = |view: &OrderView| Complete::of(view).is_whole();
    assert!(is_whole(&whole(before)), "there is time left for it");
    let open = whole(after);
    assert!(!is_whole(&open), "it goes on and nobody confirmed it");
    let ended = OrderView {
        stands: Stands::Ended,
        ..open.clone()
    };
    assert!(is_whole(&ended));
    let with = |by: Approval| {
        let mut view = open.clone();
        view.confirming.approval = Some(Box::new(by));
        view
    };
    assert!(is_whole(&with(confirmed_by(&open, "counsel@isp-b", 3))));
    let mut forged = confirmed_by(&open, "counsel@isp-b", 3);
    forged.signature.0[5] ^= 1;
    let mut of_another = whole(after);
    of_another.order.case = "another".into();
    for planted in [
        forged,
        confirmed_by(&of_another, "counsel@isp-b", 3),
        confirmed_by(&open, "duty@coordinator", 3),
    ] {
        assert!(!is_whole(&with(planted.clone())), "{planted:?}");
    }
}
