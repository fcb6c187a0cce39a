use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;

const PHRASE: &[u8] = b"harbour lantern seven";

/// A folder of its own under the system's temporary one, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("issei-keys-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn file(&self, name: &str, mode: u32, bytes: &[u8]) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, bytes).unwrap();
        set_mode(&path, mode);
        path
    }

    /// A key of ours, and what it is.
    fn key(&self, name: &str) -> KeyFile {
        KeyFile::create(&self.at(name), &phrase(), "duty desk").unwrap()
    }

    /// A key that `ssh-keygen` makes, if it is at hand.
    fn foreign(&self, name: &str, kind: &[&str], phrase: &[u8]) -> Option<PathBuf> {
        let path = self.at(name);
        let mut keygen = tool("ssh-keygen")?;
        keygen.args(["-q", "-C", "made elsewhere", "-N"]);
        keygen.arg(std::str::from_utf8(phrase).unwrap());
        keygen.args(kind).arg("-f").arg(&path);
        assert!(keygen.status().unwrap().success());
        Some(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn phrase() -> Passphrase {
    Passphrase::from_bytes(PHRASE)
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// One of OpenSSH's programs, away from the agent of whoever runs the tests.
fn tool(name: &str) -> Option<Command> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    let Some(path) = found else {
        eprintln!("skipped: `{name}` is not here; install openssh-client to run this test whole");
        return None;
    };
    let mut command = Command::new(path);
    command.env_remove("SSH_AUTH_SOCK").stdin(Stdio::null());
    Some(command)
}

fn verifies(key: &PublicKey, bytes: &[u8], signature: Signature) -> bool {
    verified(key, bytes, signature).is_ok()
}

/// A real agent on a socket of its own, ended by its id.
struct Agent {
    program: Child,
    socket: PathBuf,
}

impl Agent {
    fn start(folder: &Folder) -> Option<Self> {
        let socket = folder.at("agent");
        let mut command = tool("ssh-agent")?;
        command.arg("-D").arg("-a").arg(&socket);
        let program = command.stdout(Stdio::null()).spawn().unwrap();
        let agent = Self { program, socket };
        for _ in 0..500 {
            if std::os::unix::net::UnixStream::connect(&agent.socket).is_ok() {
                return Some(agent);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the agent did not begin to listen");
    }

    /// Runs `ssh-add`, which is told the passphrase by a program.
    fn add(&self, folder: &Folder, words: &[&str]) {
        let phrase = std::str::from_utf8(PHRASE).unwrap();
        let teller = folder.file(
            "teller",
            0o700,
            format!("#!/bin/sh\necho '{phrase}'\n").as_bytes(),
        );
        let output = tool("ssh-add")
            .unwrap()
            .args(words)
            .env("SSH_AUTH_SOCK", &self.socket)
            .env("SSH_ASKPASS", teller)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_key_is_made_opened_and_signs() {
    let folder = Folder::new("round");
    let made = folder.key("key");
    let public = made.public();
    let opened = KeyFile::open(&folder.at("key"), &phrase()).unwrap();
    assert_eq!((opened.public(), opened.comment()), (public, "duty desk"));
    assert_eq!(public_of(&folder.at("key")).unwrap(), public);
    for key in [made, opened] {
        let signer = Signer::from(key);
        assert_eq!(signer.public(), public);
        let signature = signer.sign(b"cut").unwrap();
        assert!(verifies(&public, b"cut", signature));
        assert!(!verifies(&public, b"cat", signature));
    }
}

#[test]
fn two_keys_are_never_the_same() {
    let folder = Folder::new("two");
    assert_ne!(folder.key("one").public(), folder.key("two").public());
    let salt = |name: &str| match read_closed(&folder.at(name)).unwrap().kdf() {
        Kdf::Bcrypt { salt, rounds } => (salt.clone(), *rounds),
        _ => unreachable!("files of ours are under bcrypt"),
    };
    assert_ne!(salt("one").0, salt("two").0);
    assert_eq!(salt("one").1, ROUNDS);
}

#[test]
fn a_key_file_is_its_owners_alone_and_holds_no_seed_in_the_clear() {
    let folder = Folder::new("private");
    let key = folder.key("key");
    let about = std::fs::metadata(key.path()).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    let closed = read_closed(key.path()).unwrap();
    let seed = key.key.to_bytes();
    let sealed = closed.key_data().encrypted().unwrap();
    assert!(!sealed.windows(32).any(|window| window == seed));
}

#[test]
fn a_key_is_never_overwritten() {
    let folder = Folder::new("over");
    let path = folder.file("key", 0o600, b"precious");
    let error = KeyFile::create(&path, &phrase(), "").unwrap_err();
    assert!(matches!(error.fault, KeyFault::Exists), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    assert!(error.to_string().contains("choose another name"), "{error}");
    std::os::unix::fs::symlink(folder.at("nowhere"), folder.at("link")).unwrap();
    let error = KeyFile::create(&folder.at("link"), &phrase(), "").unwrap_err();
    assert!(matches!(error.fault, KeyFault::Exists), "{error}");
}

#[test]
fn a_folder_that_is_not_there_gets_no_key() {
    let folder = Folder::new("folder");
    let error = KeyFile::create(&folder.at("no/key"), &phrase(), "").unwrap_err();
    assert!(matches!(error.fault, KeyFault::NotWritable(_)), "{error}");
}

#[test]
fn a_short_passphrase_makes_no_key() {
    let folder = Folder::new("short");
    // Eleven characters, though 33 bytes.
    let short = Passphrase::from_bytes("あいうえおかきくけこさ".as_bytes());
    let error = KeyFile::create(&folder.at("key"), &short, "").unwrap_err();
    assert!(
        matches!(error.fault, KeyFault::PassphraseTooShort),
        "{error}"
    );
    assert!(!folder.at("key").exists());
    let enough = Passphrase::from_bytes("あいうえおかきくけこさし".as_bytes());
    KeyFile::create(&folder.at("key"), &enough, "").unwrap();
    KeyFile::open(&folder.at("key"), &enough).unwrap();
}

#[test]
fn another_passphrase_does_not_open() {
    let folder = Folder::new("wrong");
    folder.key("key");
    let other = Passphrase::from_bytes(b"harbour lantern eight");
    let error = KeyFile::open(&folder.at("key"), &other).unwrap_err();
    assert!(matches!(error.fault, KeyFault::WrongPassphrase), "{error}");
    assert!(
        error
            .to_string()
            .contains(folder.at("key").to_str().unwrap())
    );
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = Folder::new("exposed");
    folder.key("key");
    for mode in [0o640, 0o604, 0o620] {
        set_mode(&folder.at("key"), mode);
        let error = KeyFile::open(&folder.at("key"), &phrase()).unwrap_err();
        assert!(
            matches!(error.fault, KeyFault::Exposed(told) if told == mode),
            "{error}"
        );
        assert!(error.to_string().contains("chmod 600"), "{error}");
        assert!(public_of(&folder.at("key")).is_err());
    }
    set_mode(&folder.at("key"), 0o400);
    KeyFile::open(&folder.at("key"), &phrase()).unwrap();
}

#[test]
fn what_is_no_key_file_is_said_to_be_none() {
    let folder = Folder::new("none");
    let text = std::fs::read(folder.key("key").path()).unwrap();
    let cut = folder.file("cut", 0o600, &text[..text.len() / 2]);
    let empty = folder.file("empty", 0o600, b"");
    let large = folder.file("large", 0o600, &vec![b'-'; LARGEST_FILE as usize + 1]);
    let pipe = folder.at("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for path in [cut, empty, large, pipe, folder.0.clone()] {
        let error = KeyFile::open(&path, &phrase()).unwrap_err();
        assert!(matches!(error.fault, KeyFault::NotAKey), "{error}");
        assert!(public_of(&path).is_err());
    }
    let error = KeyFile::open(&folder.at("absent"), &phrase()).unwrap_err();
    assert!(matches!(error.fault, KeyFault::Unreadable(_)), "{error}");
}

#[test]
fn a_public_line_is_bounded() {
    let folder = Folder::new("line");
    let key = ssh_key::public::Ed25519PublicKey([7; 32]);
    let mut line = ssh_key::PublicKey::from(ssh_key::public::KeyData::Ed25519(key))
        .to_openssh()
        .unwrap();
    line.push(' ');
    let long = |length: usize| {
        let mut line = line.clone().into_bytes();
        line.resize(length, b'c');
        public_of(&folder.file("line", 0o644, &line))
    };
    let most = usize::try_from(LARGEST_FILE).unwrap();
    assert_eq!(long(most).unwrap(), PublicKey([7; 32]));
    assert!(matches!(
        long(most + 1).unwrap_err().fault,
        KeyFault::NotAKey
    ));
}

#[test]
fn a_flipped_bit_never_opens() {
    let folder = Folder::new("bits");
    let key = folder.key("key");
    let bytes = PrivateKey::from_openssh(std::fs::read(key.path()).unwrap()).unwrap();
    let bytes = bytes.to_bytes().unwrap();
    // One bit in each part: magic, cipher, salt, public key, what is sealed. The number of
    // rounds is left alone, for time's sake.
    for at in [3, 20, 60, 120, 180, bytes.len() - 40] {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        let Ok(changed) = PrivateKey::from_bytes(&bytes) else {
            continue;
        };
        let text = changed.to_openssh(LineEnding::LF).unwrap();
        let path = folder.file("changed", 0o600, text.as_bytes());
        KeyFile::open(&path, &phrase()).unwrap_err();
    }
}

#[test]
fn a_public_half_of_another_key_is_refused() {
    let folder = Folder::new("halves");
    let (one, other) = (folder.key("one"), folder.key("other"));
    let pair = Ed25519Keypair {
        public: ssh_key::public::Ed25519PublicKey(other.public().0),
        private: ssh_key::private::Ed25519PrivateKey::from_bytes(&one.key.to_bytes()),
    };
    let kdf = Kdf::Bcrypt {
        salt: vec![7; SALT],
        rounds: 1,
    };
    let text = PrivateKey::new(KeypairData::Ed25519(pair), "")
        .and_then(|key| key.encrypt_with(Cipher::Aes256Ctr, kdf, 1, PHRASE))
        .and_then(|key| key.to_openssh(LineEnding::LF))
        .unwrap();
    let path = folder.file("mixed", 0o600, text.as_bytes());
    let error = KeyFile::open(&path, &phrase()).unwrap_err();
    assert!(matches!(error.fault, KeyFault::NotAKey), "{error}");
}

#[test]
fn a_file_without_end_of_work_is_refused_before_the_work() {
    let folder = Folder::new("rounds");
    let mut bytes = PrivateKey::from_openssh(std::fs::read(folder.key("key").path()).unwrap())
        .and_then(|key| key.to_bytes())
        .unwrap();
    // The name of the method, the length of what follows, the salt with its length, the rounds.
    let method = bytes.windows(6).position(|name| name == b"bcrypt").unwrap();
    let at = method + 6 + 4 + 4 + SALT;
    assert_eq!(bytes[at..at + 4], ROUNDS.to_be_bytes());
    bytes[at..at + 4].copy_from_slice(&(MOST_ROUNDS + 1).to_be_bytes());
    let text = PrivateKey::from_bytes(&bytes).and_then(|key| key.to_openssh(LineEnding::LF));
    let path = folder.file("slow", 0o600, text.unwrap().as_bytes());
    let error = KeyFile::open(&path, &phrase()).unwrap_err();
    assert!(matches!(error.fault, KeyFault::TooManyRounds(_)), "{error}");
}

#[test]
fn ssh_keygen_reads_our_file() {
    let folder = Folder::new("ours");
    let key = folder.key("key");
    let Some(mut keygen) = tool("ssh-keygen") else {
        return;
    };
    keygen
        .arg("-y")
        .arg("-P")
        .arg(std::str::from_utf8(PHRASE).unwrap());
    let output = keygen.arg("-f").arg(key.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(line.trim_end().ends_with("duty desk"), "{line}");
    let public = folder.file("key.pub", 0o644, line.as_bytes());
    assert_eq!(public_of(&public).unwrap(), key.public());
}

#[test]
fn a_file_of_ssh_keygen_is_read() {
    let folder = Folder::new("theirs");
    // Each cipher that ssh-keygen may have been told to use.
    for cipher in [
        "aes256-ctr",
        "aes256-cbc",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
    ] {
        let Some(path) = folder.foreign(cipher, &["-t", "ed25519", "-Z", cipher], PHRASE) else {
            return;
        };
        let key = KeyFile::open(&path, &phrase()).unwrap();
        assert_eq!(key.comment(), "made elsewhere");
        assert_eq!(
            key.public(),
            public_of(&folder.at(&format!("{cipher}.pub"))).unwrap()
        );
        let other = KeyFile::open(&path, &Passphrase::from_bytes(b"another")).unwrap_err();
        assert!(matches!(other.fault, KeyFault::WrongPassphrase), "{other}");
    }
}

#[test]
fn keys_of_other_algorithms_and_keys_in_the_clear_are_refused() {
    let folder = Folder::new("others");
    let Some(rsa) = folder.foreign("rsa", &["-t", "rsa", "-b", "2048"], PHRASE) else {
        return;
    };
    let ecdsa = folder.foreign("ecdsa", &["-t", "ecdsa"], PHRASE).unwrap();
    let public = folder.at("rsa.pub");
    let error = KeyFile::open(&rsa, &phrase()).unwrap_err();
    assert!(
        matches!(&error.fault, KeyFault::NotEd25519(told) if told == "ssh-rsa"),
        "{error}"
    );
    // Curves that we were not built with are not even read.
    let error = KeyFile::open(&ecdsa, &phrase()).unwrap_err();
    assert!(matches!(error.fault, KeyFault::NotAKey), "{error}");
    assert!(matches!(
        public_of(&public).unwrap_err().fault,
        KeyFault::NotEd25519(_)
    ));
    let clear = folder.foreign("clear", &["-t", "ed25519"], b"").unwrap();
    let error = KeyFile::open(&clear, &phrase()).unwrap_err();
    assert!(
        matches!(error.fault, KeyFault::NoPassphraseOnFile),
        "{error}"
    );
    assert!(error.to_string().contains("ssh-keygen -p"), "{error}");
}

#[test]
fn a_passphrase_is_the_first_line_of_a_private_file() {
    let folder = Folder::new("phrase");
    let read = |mode, bytes: &[u8]| Passphrase::read(&folder.file("phrase", mode, bytes));
    for text in [
        &b"harbour lantern seven\nrest"[..],
        b"harbour lantern seven\r\n",
        PHRASE,
    ] {
        assert!(read(0o600, text).unwrap().agrees(&phrase()));
    }
    assert!(
        !read(0o600, b"harbour lantern seven ")
            .unwrap()
            .agrees(&phrase())
    );
    assert!(matches!(
        read(0o644, PHRASE).unwrap_err().fault,
        KeyFault::Exposed(0o644)
    ));
    assert!(matches!(
        read(0o600, b"\nx").unwrap_err().fault,
        KeyFault::NoPassphrase
    ));
    let long = [b'a'; LONGEST_PASSPHRASE + 1];
    assert!(matches!(
        read(0o600, &long).unwrap_err().fault,
        KeyFault::PassphraseTooLong
    ));
    read(0o600, &long[1..]).unwrap();
    let absent = Passphrase::read(&folder.at("absent")).unwrap_err();
    assert!(matches!(absent.fault, KeyFault::Unreadable(_)));
}

#[test]
fn secrets_do_not_show_themselves() {
    let folder = Folder::new("debug");
    let key = folder.key("key");
    let seed = PublicKey(key.key.to_bytes()).to_string();
    let shown = format!("{:?} {:?}", phrase(), Signer::from(key));
    assert!(
        !shown.contains("harbour") && !shown.contains(&seed),
        "{shown}"
    );
}

#[test]
fn a_key_in_a_real_agent_signs() {
    let folder = Folder::new("agent");
    let public = folder.key("key").public();
    let Some(agent) = Agent::start(&folder) else {
        return;
    };
    let none = Signer::agent(&agent.socket, None).unwrap_err();
    assert!(matches!(none.fault, KeyFault::AgentHasNone), "{none}");

    let rsa = folder
        .foreign("rsa", &["-t", "rsa", "-b", "2048"], PHRASE)
        .unwrap();
    agent.add(&folder, &[rsa.to_str().unwrap()]);
    let none = Signer::agent(&agent.socket, None).unwrap_err();
    assert!(matches!(none.fault, KeyFault::AgentHasNone), "{none}");

    agent.add(&folder, &[folder.at("key").to_str().unwrap()]);
    let signer = Signer::agent(&agent.socket, None).unwrap();
    assert_eq!(signer.public(), public);
    let signature = signer.sign(b"cut").unwrap();
    let file = Signer::from(KeyFile::open(&folder.at("key"), &phrase()).unwrap());
    assert_eq!(signature, file.sign(b"cut").unwrap());

    let other = folder.key("other").public();
    let lacks = Signer::agent(&agent.socket, Some(other)).unwrap_err();
    assert!(
        matches!(lacks.fault, KeyFault::AgentLacks(key) if key == other),
        "{lacks}"
    );
    agent.add(&folder, &[folder.at("other").to_str().unwrap()]);
    let several = Signer::agent(&agent.socket, None).unwrap_err();
    assert!(matches!(&several.fault, KeyFault::AgentHasSeveral(keys) if keys.len() == 2));
    assert!(
        several.to_string().contains(&other.to_string()),
        "{several}"
    );
    let chosen = Signer::agent(&agent.socket, Some(other)).unwrap();
    assert_eq!(chosen.public(), other);

    // Locked, the agent shows nothing and signs nothing.
    agent.add(&folder, &["-x"]);
    let locked = Signer::agent(&agent.socket, None).unwrap_err();
    assert!(matches!(locked.fault, KeyFault::AgentHasNone), "{locked}");
    assert!(locked.to_string().contains("ssh-add -X"), "{locked}");
    let refused = signer.sign(b"cut").unwrap_err();
    assert!(matches!(refused.fault, KeyFault::AgentRefused), "{refused}");
    agent.add(&folder, &["-X"]);
    agent.add(&folder, &["-D"]);
    assert!(matches!(
        signer.sign(b"cut").unwrap_err().fault,
        KeyFault::AgentRefused
    ));
}

#[test]
fn an_agent_that_is_not_there_is_named() {
    let folder = Folder::new("absent");
    let error = Signer::agent(&folder.at("nobody"), None).unwrap_err();
    assert!(matches!(error.fault, KeyFault::AgentSilent(_)), "{error}");
    assert!(error.to_string().contains("nobody"), "{error}");
    // Left behind by an agent that ended.
    drop(UnixListener::bind(folder.at("left")).unwrap());
    let error = Signer::agent(&folder.at("left"), None).unwrap_err();
    assert!(matches!(error.fault, KeyFault::AgentSilent(_)), "{error}");
}

#[test]
fn a_signature_that_does_not_verify_is_not_handed_out() {
    let folder = Folder::new("liar");
    let public = folder.key("key").public();
    let liar = Signer(Holder::Agent {
        socket: folder.at("liar"),
        public,
    });
    let listener = UnixListener::bind(folder.at("liar")).unwrap();
    let lie = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut blob = Vec::new();
        put_string(&mut blob, ED25519.as_bytes());
        put_string(&mut blob, &[0; 64]);
        let mut body = vec![14];
        put_string(&mut body, &blob);
        let mut framed = Vec::new();
        put_string(&mut framed, &body);
        stream.write_all(&framed).unwrap();
        let _ = stream.read(&mut [0; 512]);
    });
    let error = liar.sign(b"cut").unwrap_err();
    lie.join().unwrap();
    assert!(matches!(error.fault, KeyFault::AgentSignedWrong), "{error}");
}

#[test]
fn a_public_key_is_written_as_ssh_does() {
    let wire = wire(&PublicKey([7; 32]));
    assert_eq!(wire.len(), 51);
    assert_eq!(&wire[..19], b"\0\0\0\x0bssh-ed25519\0\0\0\x20");
    assert_eq!(wire[19..], [7; 32]);
}
