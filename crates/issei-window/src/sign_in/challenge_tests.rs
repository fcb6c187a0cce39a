use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

fn no<T>() -> Result<T, No> {
    Err(No::Passkey(Flaw::Challenge))
}

#[test]
fn a_challenge_works_once() {
    let challenges = Challenges::new([1; 32]);
    let one = challenges.make("sign in", [7; 32], NOW);
    assert!(one.len() >= 16, "WebAuthn, section 13.4.3");
    assert_eq!(challenges.spend(&one, "sign in", NOW), Ok(()));
    assert_eq!(challenges.spend(&one, "sign in", NOW), no());
}

#[test]
fn a_challenge_ends() {
    let challenges = Challenges::new([1; 32]);
    let one = challenges.make("sign in", [7; 32], NOW);
    let late = NOW + LASTS;
    assert_eq!(challenges.spend(&one, "sign in", late), no());
    let just = late + Span::from_micros(-1);
    assert_eq!(challenges.spend(&one, "sign in", just), Ok(()));
}

#[test]
fn a_challenge_is_for_one_purpose_and_of_one_window() {
    let challenges = Challenges::new([1; 32]);
    let one = challenges.make("sign in", [7; 32], NOW);
    assert_eq!(challenges.spend(&one, "add a passkey", NOW), no());
    let others = Challenges::new([2; 32]);
    assert_eq!(others.spend(&one, "sign in", NOW), no());
    assert_eq!(challenges.spend(&one, "sign in", NOW), Ok(()));
}

#[test]
fn a_challenge_that_was_changed_anywhere_is_none() {
    let challenges = Challenges::new([1; 32]);
    let one = challenges.make("sign in", [7; 32], NOW);
    for at in 0..one.len() {
        let mut changed = one.clone();
        changed[at] ^= 1;
        assert_eq!(
            challenges.spend(&changed, "sign in", NOW),
            no(),
            "byte {at}"
        );
        assert_eq!(
            challenges.spend(&one[..at], "sign in", NOW),
            no(),
            "{at} bytes"
        );
    }
    assert_eq!(
        challenges.spend(&[one, vec![0]].concat(), "sign in", NOW),
        no()
    );
}

#[test]
fn what_was_used_is_remembered_only_until_it_ends_and_within_a_bound() {
    let challenges = Challenges::new([1; 32]);
    let numbered = |number: usize, now| {
        let mut chance = [0; 32];
        chance[..8].copy_from_slice(&(number as u64).to_be_bytes());
        challenges.make("sign in", chance, now)
    };
    for number in 0..MOST_SPENT {
        let asked = challenges.make("sign in", [9; 32], NOW);
        assert!(!asked.is_empty(), "asking leaves nothing");
        assert_eq!(
            challenges.spend(&numbered(number, NOW), "sign in", NOW),
            Ok(())
        );
        // Once in a while is enough to see that it does not creep.
        if number == 100 {
            assert_eq!(challenges.spent.lock().unwrap().len(), 101);
        }
    }
    let one_more = numbered(MOST_SPENT, NOW);
    assert_eq!(challenges.spend(&one_more, "sign in", NOW), Err(No::Full));
    let later = NOW + LASTS;
    assert_eq!(
        challenges.spend(&numbered(0, later), "sign in", later),
        Ok(())
    );
    assert_eq!(challenges.spent.lock().unwrap().len(), 1);
}
