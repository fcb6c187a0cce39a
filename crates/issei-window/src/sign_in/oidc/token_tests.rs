use serde_json::{Value, json};

use super::super::provider_for_tests::{Signing, coded, modulus};
use super::*;

const NOW: i64 = 1_900_000_000;

fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://login.example",
        client: "window",
        nonce: "n-1",
        now: Timestamp::from_micros(NOW * 1_000_000),
    }
}

fn claims() -> Value {
    json!({ "iss": "https://login.example", "sub": "7", "aud": "window", "nonce": "n-1", "iat": NOW, "exp": NOW + 600 })
}

fn set(keys: &[Value]) -> Keys {
    Keys::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn header(signing: &Signing) -> String {
    json!({ "alg": signing.name(), "kid": "one" }).to_string()
}

/// Judges claims that were signed properly.
fn judged(claims: &Value) -> Result<String, Wrong> {
    let signing = Signing::Es256(3);
    let token = signing.token(&header(&signing), &claims.to_string());
    subject(&token, &set(&[signing.jwk("one")]), &expected())
}

fn with(change: impl FnOnce(&mut Value)) -> Result<String, Wrong> {
    let mut claims = claims();
    change(&mut claims);
    judged(&claims)
}

#[test]
fn four_algorithms_are_taken_and_a_letter_changed_breaks_each() {
    for signing in [
        Signing::Rs256,
        Signing::Ps256,
        Signing::Es256(3),
        Signing::EdDsa(4),
    ] {
        let keys = set(&[signing.jwk("one")]);
        let token = signing.token(&header(&signing), &claims().to_string());
        assert_eq!(subject(&token, &keys, &expected()), Ok("7".into()));
        let other = claims().to_string().replace("\"7\"", "\"8\"");
        let (_, signature) = token.rsplit_once('.').unwrap();
        let forged = signing.token(&header(&signing), &other);
        let (message, _) = forged.rsplit_once('.').unwrap();
        let forged = format!("{message}.{signature}");
        let told = subject(&forged, &keys, &expected());
        assert_eq!(told, Err(Wrong::Signature), "{}", signing.name());
    }
}

#[test]
fn a_token_that_is_not_signed_is_refused_whatever_it_calls_that() {
    let keys = set(&[Signing::Es256(3).jwk("one"), Signing::Rs256.jwk("two")]);
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": name, "kid": "one" }).to_string();
        let token = Signing::Unsigned.token(&header, &claims().to_string());
        assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Algorithm));
    }
    let header = header(&Signing::Es256(3));
    let token = Signing::Unsigned.token(&header, &claims().to_string());
    assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Signature));
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let keys = set(&[Signing::Rs256.jwk("one")]);
    for secret in [
        modulus(),
        Signing::Rs256.jwk("one").to_string().into_bytes(),
    ] {
        let signing = Signing::Hs256(secret);
        let token = signing.token(&header(&signing), &claims().to_string());
        assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Algorithm));
    }
    // Nor is a shared secret in the set a key of ours.
    let shared = json!({ "kty": "oct", "k": coded(b"secret"), "kid": "one" });
    let signing = Signing::Es256(3);
    let token = signing.token(&header(&signing), &claims().to_string());
    assert_eq!(
        subject(&token, &set(&[shared]), &expected()),
        Err(Wrong::Key)
    );
}

#[test]
fn an_algorithm_fits_the_kind_of_its_key_and_the_one_that_the_key_is_for() {
    let token = Signing::Es256(3).token(&header(&Signing::Es256(3)), &claims().to_string());
    for other in [Signing::Rs256, Signing::EdDsa(4)] {
        let keys = set(&[other.jwk("one")]);
        assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Key));
    }
    let token = Signing::Ps256.token(&header(&Signing::Ps256), &claims().to_string());
    let keys = set(&[Signing::Rs256.jwk("one")]);
    assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Key));
}

#[test]
fn an_unknown_key_and_two_of_one_name_are_refused() {
    let (signing, other) = (Signing::Es256(3), Signing::Es256(4));
    let token = signing.token(&header(&signing), &claims().to_string());
    let judged = |keys: &[Value]| subject(&token, &set(keys), &expected());
    assert_eq!(judged(&[signing.jwk("two")]), Err(Wrong::Key));
    assert_eq!(judged(&[]), Err(Wrong::Key));
    assert_eq!(judged(&[other.jwk("one")]), Err(Wrong::Signature));
    let both = [signing.jwk("one"), other.jwk("one")];
    assert_eq!(judged(&both), Err(Wrong::Keys));
    assert_eq!(
        judged(&[signing.jwk("one"), other.jwk("two")]),
        Ok("7".into())
    );
}

#[test]
fn a_token_that_names_no_key_is_of_the_only_one() {
    let signing = Signing::Es256(3);
    let token = signing.token("{\"alg\":\"ES256\"}", &claims().to_string());
    let judged = |keys: &[Value]| subject(&token, &set(keys), &expected());
    assert_eq!(
        judged(&[signing.jwk("one"), Signing::Rs256.jwk("two")]),
        Ok("7".into())
    );
    let both = [signing.jwk("one"), Signing::Es256(4).jwk("two")];
    assert_eq!(judged(&both), Err(Wrong::Keys));
}

#[test]
fn a_key_for_something_else_or_too_weak_is_passed_over() {
    let signing = Signing::Es256(3);
    let token = signing.token(&header(&signing), &claims().to_string());
    let mut sealing = signing.jwk("one");
    sealing["use"] = json!("enc");
    assert_eq!(
        subject(&token, &set(&[sealing]), &expected()),
        Err(Wrong::Key)
    );
    let mut short = signing.jwk("one");
    short["x"] = json!("AAAA");
    assert_eq!(
        subject(&token, &set(&[short]), &expected()),
        Err(Wrong::Key)
    );
    let token = Signing::Rs256.token(&header(&Signing::Rs256), &claims().to_string());
    let mut weak = Signing::Rs256.jwk("one");
    weak["n"] = json!(coded(&modulus()[..128]));
    assert_eq!(subject(&token, &set(&[weak]), &expected()), Err(Wrong::Key));
}

#[test]
fn another_issuer_even_by_a_stroke_is_refused() {
    for other in [
        "https://login.example/",
        "https://Login.example",
        "https://evil.example",
        "",
    ] {
        assert_eq!(with(|one| one["iss"] = json!(other)), Err(Wrong::Issuer));
    }
}

#[test]
fn a_token_for_others_or_for_others_too_is_refused() {
    for other in [
        json!("other"),
        json!(["other"]),
        json!([]),
        json!(["window", "other"]),
    ] {
        assert_eq!(
            with(|one| one["aud"] = other.clone()),
            Err(Wrong::Audience),
            "{other}"
        );
    }
    assert_eq!(with(|one| one["aud"] = json!(["window"])), Ok("7".into()));
    assert_eq!(
        with(|one| one["azp"] = json!("other")),
        Err(Wrong::Audience)
    );
    assert_eq!(with(|one| one["azp"] = json!("window")), Ok("7".into()));
}

#[test]
fn a_nonce_that_is_missing_or_another_one_is_refused() {
    assert_eq!(with(|one| one["nonce"] = json!("n-2")), Err(Wrong::Nonce));
    assert_eq!(with(|one| one["nonce"] = json!("")), Err(Wrong::Nonce));
    assert_eq!(with(|one| one["nonce"] = Value::Null), Err(Wrong::Nonce));
}

#[test]
fn a_token_of_the_past_or_of_the_future_is_refused() {
    assert_eq!(with(|one| one["exp"] = json!(NOW)), Err(Wrong::Expired));
    assert_eq!(with(|one| one["exp"] = json!(NOW + 1)), Ok("7".into()));
    assert_eq!(with(|one| one["iat"] = json!(NOW + 61)), Err(Wrong::Early));
    assert_eq!(with(|one| one["iat"] = json!(NOW + 60)), Ok("7".into()));
    assert_eq!(with(|one| one["nbf"] = json!(NOW + 61)), Err(Wrong::Early));
    assert_eq!(with(|one| one["exp"] = Value::Null), Err(Wrong::Unreadable));
    assert_eq!(with(|one| one["iat"] = Value::Null), Err(Wrong::Unreadable));
}

#[test]
fn a_subject_is_some_plain_letters() {
    for none in ["", "a\nb", "ü", &"x".repeat(256)] {
        assert_eq!(with(|one| one["sub"] = json!(none)), Err(Wrong::Subject));
    }
    assert_eq!(with(|one| one["sub"] = json!(7)), Err(Wrong::Unreadable));
}

#[test]
fn what_stands_there_twice_or_demands_the_unknown_is_refused() {
    let signing = Signing::Es256(3);
    let keys = set(&[signing.jwk("one")]);
    let doubled = claims().to_string().replace("{", "{\"sub\":\"8\",");
    let token = signing.token(&header(&signing), &doubled);
    assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Unreadable));
    let doubled = "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"one\"}";
    let token = signing.token(doubled, &claims().to_string());
    assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Unreadable));
    let demands = "{\"alg\":\"ES256\",\"kid\":\"one\",\"crit\":[\"exp\"]}";
    let token = signing.token(demands, &claims().to_string());
    assert_eq!(subject(&token, &keys, &expected()), Err(Wrong::Algorithm));
}

#[test]
fn a_token_that_is_too_long_or_breaks_off_is_refused_and_nothing_panics() {
    let signing = Signing::Es256(3);
    let keys = set(&[signing.jwk("one")]);
    let long = with(|one| one["groups"] = json!("g".repeat(LONGEST_TOKEN)));
    assert_eq!(long, Err(Wrong::Unreadable));
    let token = signing.token(&header(&signing), &claims().to_string());
    for length in 0..token.len() {
        assert!(
            subject(&token[..length], &keys, &expected()).is_err(),
            "{length}"
        );
    }
    for text in ["", ".", "..", "a.b.c", "ü.ü.ü", "e30.e30.e30"] {
        assert!(subject(text, &keys, &expected()).is_err(), "{text}");
    }
    for text in ["", "[]", "{}", "{\"keys\":1}"] {
        assert!(Keys::read(text.as_bytes()).is_none(), "{text}");
    }
}
