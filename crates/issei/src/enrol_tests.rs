use super::*;
use crate::japanese::assert_no_english;
use crate::traffic;
use crate::words::{EN, JA};

#[test]
fn a_code_is_shown_with_its_end_and_how_it_travels() {
    let until = Timestamp::parse("2026-11-01T12:30:00Z").unwrap();
    let text = invitation(&"isp-a".parse().unwrap(), "7Q4N-0XKD-V2MA-9F3T", until, EN);
    assert!(
        text.starts_with("7Q4N-0XKD-V2MA-9F3T\nread it aloud to somebody of isp-a"),
        "{text}"
    );
    assert!(
        text.contains("once, until 2026-11-01 12:30:00 UTC"),
        "{text}"
    );
    assert!(text.contains("issei enrol join"), "{text}");
}

#[test]
fn a_code_is_typed_and_a_wrong_one_is_told_with_how_it_looks() {
    let asked = |line: &str| {
        let mut prompt = Vec::new();
        let code = typed(&mut line.as_bytes(), &mut prompt, EN);
        assert_eq!(prompt, b"the code that was read to you: ");
        code
    };
    let code = asked("7q4n-0xkd-v2ma-9f3t\n").unwrap();
    assert_eq!(*code.spelled(), "7Q4N-0XKD-V2MA-9F3T");
    for wrong in ["", "\n", "7Q4N-0XKD", &"7".repeat(1_000)] {
        let failure = asked(wrong).err().unwrap();
        assert!(
            failure.to_string().contains("16 letters and digits"),
            "{failure}"
        );
    }
}

#[test]
fn who_joined_is_shown_the_charter_to_compare() {
    let log = issei_ledger::Signer::new(
        "c.issei.internal/orders",
        issei_ledger::Algorithm::Ed25519,
        &[1; 32],
    );
    let charter = Charter::new("coordinator".parse().unwrap(), log.unwrap().verifier());
    let text = joined(&Folder::new("/o/isp-a"), &charter, EN);
    assert!(
        text.starts_with("joined the country of coordinator\n"),
        "{text}"
    );
    assert!(text.contains(&charter.digest().to_string()), "{text}");
    assert!(text.contains("  people         none yet\n"), "{text}");
    assert!(text.ends_with("  issei member /o/isp-a\n"), "{text}");
}

#[test]
fn a_key_is_read_from_digits_and_from_a_file() {
    let digits = "07".repeat(32);
    assert_eq!(public(&digits).unwrap(), PublicKey([7; 32]));
    let folder = traffic::Folder::new("enrol-key");
    let line =
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH duty\n";
    let path = folder.file("key.pub", line);
    assert_eq!(public(path.to_str().unwrap()).unwrap(), PublicKey([7; 32]));
    let failure = public("nowhere.pub").unwrap_err();
    assert!(
        failure.to_string().contains("`nowhere.pub` cannot be read"),
        "{failure}"
    );
}

#[test]
fn a_charter_that_is_offered_shows_its_digest_and_every_change() {
    let (pinned, offered) = (Digest([1; 32]), Digest([2; 32]));
    let changes = vec![
        "- member isp-a, 4 lines".into(),
        "+ member isp-a, 9 lines\x1b[2J".into(),
    ];
    let text = review(pinned, Some(&(offered, changes)), EN);
    assert!(
        text.contains(&format!("in force: charter {pinned}\n")),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "offered: charter {offered}\n  to read aloud  02 02 02 02 - "
        )),
        "{text}"
    );
    assert!(
        text.contains("  - member isp-a, 4 lines\n  + member isp-a, 9 lines"),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("issei enrol review --accept {offered}\n")),
        "{text}"
    );
    assert!(!text.contains('\x1b'));
    let none = review(pinned, None, EN);
    assert!(none.ends_with("no other charter was offered\n"), "{none}");
    assert!(!none.contains("--accept"));
}

#[test]
fn in_japanese_nothing_of_it_is_english() {
    let until = Timestamp::parse("2026-11-01T12:30:00Z").unwrap();
    let member: OrganisationId = "isp-a".parse().unwrap();
    assert_no_english(&invitation(&member, "7Q4N-0XKD-V2MA-9F3T", until, JA));
    let mut prompt = Vec::new();
    typed(&mut &b"7q4n-0xkd-v2ma-9f3t\n"[..], &mut prompt, JA).unwrap();
    let prompt = String::from_utf8(prompt).unwrap();
    assert!(prompt.ends_with(": "), "{prompt}");
    assert_no_english(&prompt);
    let log = issei_ledger::Signer::new(
        "c.issei.internal/orders",
        issei_ledger::Algorithm::Ed25519,
        &[1; 32],
    );
    let log = log.unwrap();
    let charter = Charter::new("coordinator".parse().unwrap(), log.verifier());
    let said = joined(&Folder::new("/o/isp-a"), &charter, JA);
    assert_no_english(said.trim_end_matches("issei member /o/isp-a\n"));
    assert!(said.contains("  登録者         まだありません\n"), "{said}");
    let mut newer = charter.clone();
    newer.approvals = 3;
    let changes = charter.changes(&newer);
    let digest = newer.digest();
    let said = review(charter.digest(), Some(&(digest, changes)), JA);
    assert!(said.contains("  + 必要な承認 3 名\n"), "{said}");
    let said = said.replace(&format!("issei enrol review --accept {digest}"), "");
    assert_no_english(&said);
    assert_no_english(&review(charter.digest(), None, JA));
}
