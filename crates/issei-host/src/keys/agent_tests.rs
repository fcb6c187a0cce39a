use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use super::*;

const PATIENCE: Duration = Duration::from_millis(100);

/// Something that listens like an agent and says these bytes, one at a time.
fn stranger(name: &str, says: Vec<u8>, pause: Duration) -> (PathBuf, JoinHandle<()>) {
    let path = std::env::temp_dir().join(format!("issei-agent-{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let talk = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 512]);
        for byte in says {
            if stream.write_all(&[byte]).is_err() {
                break;
            }
            std::thread::sleep(pause);
        }
        // Until the asker has gone.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read(&mut [0; 512]);
    });
    (path, talk)
}

fn answer(name: &str, says: &[u8]) -> Result<Vec<u8>, KeyFault> {
    let (path, talk) = stranger(name, says.to_vec(), Duration::ZERO);
    let answer = ask(&path, &[REQUEST_IDENTITIES], Duration::from_secs(5));
    talk.join().unwrap();
    std::fs::remove_file(path).unwrap();
    answer
}

#[test]
fn an_answer_is_as_long_as_it_says() {
    assert_eq!(answer("whole", b"\0\0\0\x02\x0c\x07more").unwrap(), [12, 7]);
    for (name, says) in [
        ("cut", &b"\0\0\0\x02\x0c"[..]),
        ("head", b"\0\0"),
        ("none", b""),
    ] {
        assert!(
            matches!(answer(name, says), Err(KeyFault::AgentBabbles)),
            "{name}"
        );
    }
}

#[test]
fn an_answer_that_announces_too_much_is_not_waited_for() {
    let says = |length: usize| {
        let mut says = u32::try_from(length).unwrap().to_be_bytes().to_vec();
        says.resize(4 + length, IDENTITIES_ANSWER);
        says
    };
    // All of it is there: only the limit stands against it.
    let much = answer("much", &says(LARGEST_ANSWER + 1));
    assert!(matches!(much, Err(KeyFault::AgentBabbles)));
    let most = answer("most", &says(LARGEST_ANSWER)).unwrap();
    assert_eq!(most.len(), LARGEST_ANSWER);
}

#[test]
fn an_agent_that_dawdles_is_left() {
    let long = [&b"\0\0\x10\0"[..], &[12; 4096]].concat();
    let (path, _talk) = stranger("dawdles", long, PATIENCE / 10);
    let begin = Instant::now();
    let error = ask(&path, &[REQUEST_IDENTITIES], PATIENCE).unwrap_err();
    assert!(matches!(error, KeyFault::AgentSilent(_)), "{error:?}");
    assert!(begin.elapsed() < PATIENCE * 10);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn only_plain_ed25519_keys_are_listed() {
    let mut body = 3u32.to_be_bytes().to_vec();
    for kind in ["sk-ssh-ed25519@openssh.com", ED25519, "ssh-rsa"] {
        let mut key = Vec::new();
        put_string(&mut key, kind.as_bytes());
        put_string(&mut key, &[7; 32]);
        put_string(&mut body, &key);
        put_string(&mut body, b"comment");
    }
    assert_eq!(listed(&body).unwrap(), [PublicKey([7; 32])]);
    // However it is cut, it is never taken for a shorter list.
    for end in 0..body.len() {
        assert_eq!(listed(&body[..end]), None, "{end}");
    }
}

#[test]
fn a_signature_of_another_kind_or_length_is_none() {
    let told = |kind: &str, length: usize| {
        let (mut blob, mut body) = (Vec::new(), Vec::new());
        put_string(&mut blob, kind.as_bytes());
        put_string(&mut blob, &vec![7; length]);
        put_string(&mut body, &blob);
        signature(&body)
    };
    assert_eq!(told(ED25519, 64), Some(Signature([7; 64])));
    assert_eq!(told("rsa-sha2-512", 64), None);
    assert_eq!(told(ED25519, 63), None);
    assert_eq!(told(ED25519, 65), None);
}

/// Draws numbers from a seed (splitmix64), so that a failure comes again.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut drawn = *state;
    drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    drawn ^ (drawn >> 31)
}

#[test]
fn whatever_an_agent_says_is_read_or_refused_and_never_more_than_was_said() {
    let mut good = 2u32.to_be_bytes().to_vec();
    for seed in [7, 8] {
        let mut key = Vec::new();
        put_string(&mut key, ED25519.as_bytes());
        put_string(&mut key, &[seed; 32]);
        put_string(&mut good, &key);
        put_string(&mut good, b"comment");
    }
    let mut blob = Vec::new();
    put_string(&mut blob, ED25519.as_bytes());
    put_string(&mut blob, &[7; 64]);
    let mut signed = Vec::new();
    put_string(&mut signed, &blob);
    let (mut state, mut read, mut refused) = (1, 0, 0);
    for _ in 0..200_000 {
        for answer in [&good, &signed] {
            let mut changed = answer.clone();
            for _ in 0..draw(&mut state) % 4 {
                let place = draw(&mut state) as usize % changed.len();
                changed[place] = draw(&mut state) as u8;
            }
            changed.truncate(changed.len() - draw(&mut state) as usize % 3);
            let (keys, signature) = (listed(&changed), signature(&changed));
            // Every key takes 32 bytes of what was said.
            let most = changed.len() / 32;
            assert!(keys.as_ref().is_none_or(|keys| keys.len() <= most));
            let told = usize::from(keys.is_some()) + usize::from(signature.is_some());
            read += told;
            refused += 2 - told;
        }
    }
    assert!(
        read > 10_000 && refused > 10_000,
        "{read} read, {refused} refused"
    );
}
