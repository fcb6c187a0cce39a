use issei_model::Span;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

fn flows() -> Flows {
    Flows::new([1; 32], [2; 32])
}

#[test]
fn a_browser_that_set_out_is_known_again_and_arrives_once() {
    let flows = flows();
    let purposes = [Purpose::ComeIn, Purpose::Bind(Digest([7; 32]))];
    for (purpose, seed) in purposes.into_iter().zip([3, 4]) {
        let begun = flows.begin(purpose, [[seed; 32], [seed; 32]], NOW);
        let back = flows.back(&begun.cookie, &begun.state, NOW).unwrap();
        assert_eq!((back.purpose, &back.nonce), (purpose, &begun.nonce));
        let opened = URL_SAFE_NO_PAD.encode(Sha256::digest(back.verifier.as_bytes()));
        assert_eq!(opened, begun.challenge, "RFC 7636, section 4.6");
        assert!((43..=128).contains(&back.verifier.len()), "section 4.1");
        assert_eq!(flows.arrive(&back, NOW), Ok(()));
        assert_eq!(flows.arrive(&back, NOW), Err(Fault::State.into()));
        assert_eq!(
            flows.back(&begun.cookie, &begun.state, NOW),
            Err(Fault::State)
        );
    }
}

#[test]
fn a_way_ends() {
    let flows = flows();
    let begun = flows.begin(Purpose::ComeIn, [[3; 32], [4; 32]], NOW);
    let late = NOW + Span::from_secs(300);
    assert_eq!(
        flows.back(&begun.cookie, &begun.state, late),
        Err(Fault::State)
    );
    let back = flows.back(&begun.cookie, &begun.state, NOW).unwrap();
    assert_eq!(flows.arrive(&back, late), Err(Fault::State.into()));
}

#[test]
fn a_state_of_another_browser_purpose_or_window_is_none() {
    let flows = flows();
    let mine = flows.begin(Purpose::ComeIn, [[3; 32], [4; 32]], NOW);
    let other = flows.begin(Purpose::ComeIn, [[5; 32], [6; 32]], NOW);
    assert_eq!(
        flows.back(&other.cookie, &mine.state, NOW),
        Err(Fault::State)
    );
    let session = format!("{}.{}", mine.cookie, Digest([7; 32]));
    assert_eq!(flows.back(&session, &mine.state, NOW), Err(Fault::State));
    let elsewhere = Flows::new([1; 32], [9; 32]);
    assert_eq!(
        elsewhere.back(&mine.cookie, &mine.state, NOW),
        Err(Fault::State)
    );
    for state in ["", "=", "AAAA", "not base64!"] {
        assert_eq!(flows.back(&mine.cookie, state, NOW), Err(Fault::State));
    }
}

#[test]
fn the_cookie_alone_tells_neither_nonce_nor_verifier() {
    let (mine, others) = (flows(), Flows::new([8; 32], [2; 32]));
    let begun = mine.begin(Purpose::ComeIn, [[3; 32], [4; 32]], NOW);
    let guessed = others.back(&begun.cookie, &begun.state, NOW).unwrap();
    assert_ne!(guessed.nonce, begun.nonce);
    let own = mine.back(&begun.cookie, &begun.state, NOW).unwrap();
    assert_ne!(own.verifier, guessed.verifier);
    assert_ne!(own.verifier, own.nonce);
}

fn brought(pairs: &[(&str, &str)]) -> Result<Brought, Fault> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Brought::read(pairs.collect())
}

#[test]
fn what_a_browser_brings_stands_there_once_and_is_short() {
    let read = brought(&[("code", "c"), ("state", "s"), ("session_state", "x")]).unwrap();
    assert_eq!(
        (read.code.as_deref(), read.state.as_str()),
        (Some("c"), "s")
    );
    for twice in ["code", "state", "iss", "error", "anything"] {
        let told = brought(&[("code", "c"), ("state", "s"), (twice, "1"), (twice, "1")]);
        assert_eq!(told, Err(Fault::Strange), "{twice}");
    }
    let long = "x".repeat(LONGEST_PARAMETER + 1);
    assert_eq!(brought(&[("code", &long)]), Err(Fault::Strange));
    let names: Vec<String> = (0..=MOST_PARAMETERS).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(brought(&many), Err(Fault::Strange));
}

#[test]
fn a_failure_brings_no_code() {
    let told = brought(&[("state", "s"), ("error", "access_denied")]);
    assert_eq!(told.unwrap().code, None);
    let told = brought(&[("state", "s"), ("error", "x"), ("code", "c")]);
    assert_eq!(told, Err(Fault::Strange));
}
