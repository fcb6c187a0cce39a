//! Who was not invited does not join; a wrong proof counts; a code is good once.

use std::collections::BTreeMap;

use issei_host::exchange::SigningRequest;
use issei_host::exchange::join::{Code, Request, Statement};
use issei_model::{Digest, PublicKey, Timestamp};

use super::{Folder, Register};
use crate::office::control::Reply;
use crate::office::folder::Settings;
use crate::office::founding::found;
use crate::traffic;

fn register(name: &str) -> (traffic::Folder, Folder, Register) {
    let place = traffic::Folder::new(&format!("register-{name}"));
    let folder = Folder::new(place.path());
    found(
        &folder,
        &"coordinator".parse().unwrap(),
        2,
        &Settings::default(),
    )
    .unwrap();
    let register = Register::open(&folder, Vec::new()).unwrap();
    (place, folder, register)
}

fn now() -> Timestamp {
    issei_host::clock::now()
}

fn key(seed: u8) -> PublicKey {
    PublicKey(
        ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
            .verifying_key()
            .to_bytes(),
    )
}

fn request(member: &str, code: &str, server: &Digest) -> Vec<u8> {
    let statement = Statement {
        keys: BTreeMap::from([("desk".into(), key(1)), ("witness".into(), key(2))]),
        organisation: member.parse().unwrap(),
        request: SigningRequest::new().unwrap().request,
    };
    let code: Code = code.parse().unwrap();
    serde_json::to_vec(&Request::proven(statement, &code, server)).unwrap()
}

fn invited(register: &mut Register, member: &str) -> String {
    match register.invite(&member.parse().unwrap(), 4_000, now()) {
        Reply::Invitation { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

fn refusal(register: &mut Register, body: &[u8]) -> &'static str {
    register
        .join(body, now())
        .err()
        .map(|(kind, _)| kind)
        .expect("a refusal")
}

#[test]
fn who_was_invited_joins_once() {
    let (_place, folder, mut register) = register("once");
    let server = folder.credentials().unwrap().public_key();
    let code = invited(&mut register, "isp-a");
    let body = request("isp-a", &code, &server);
    let joining = register.join(&body, now()).ok().unwrap();
    assert_eq!(joining.enrolled.lines, 4_000);
    assert_eq!(joining.enrolled.desk, key(1));
    assert_eq!(refusal(&mut register, &body), "join: code used before");
}

#[test]
fn nobody_joins_uninvited_or_with_another_members_code() {
    let (_place, folder, mut register) = register("uninvited");
    let server = folder.credentials().unwrap().public_key();
    let code = invited(&mut register, "isp-a");
    assert_eq!(
        refusal(&mut register, &request("isp-b", &code, &server)),
        "join: nobody invited it"
    );
    invited(&mut register, "isp-b");
    assert_eq!(
        refusal(&mut register, &request("isp-b", &code, &server)),
        "join: wrong proof"
    );
    assert_eq!(refusal(&mut register, b"{}"), "join: unreadable");
}

#[test]
fn three_wrong_tries_burn_a_code_and_every_try_is_kept() {
    let (_place, folder, mut register) = register("burned");
    let server = folder.credentials().unwrap().public_key();
    let code = invited(&mut register, "isp-a");
    register.take_changes();
    let elsewhere = Digest([9; 32]);
    for _ in 0..3 {
        let body = request("isp-a", &code, &elsewhere);
        assert_eq!(refusal(&mut register, &body), "join: wrong proof");
        assert_eq!(register.take_changes().len(), 1);
    }
    let right = request("isp-a", &code, &server);
    assert_eq!(refusal(&mut register, &right), "join: code burned");
}

#[test]
fn a_request_without_the_keys_of_a_member_is_refused() {
    let (_place, folder, mut register) = register("keyless");
    let server = folder.credentials().unwrap().public_key();
    let code: Code = invited(&mut register, "isp-a").parse().unwrap();
    let statement = Statement {
        keys: BTreeMap::from([("desk".into(), key(1))]),
        organisation: "isp-a".parse().unwrap(),
        request: SigningRequest::new().unwrap().request,
    };
    let body = serde_json::to_vec(&Request::proven(statement, &code, &server)).unwrap();
    assert_eq!(refusal(&mut register, &body), "join: malformed");
}

#[test]
fn a_member_without_lines_is_not_invited() {
    let (_place, _folder, mut register) = register("no-lines");
    let reply = register.invite(&"isp-a".parse().unwrap(), 0, now());
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    assert!(register.take_changes().is_empty());
}
