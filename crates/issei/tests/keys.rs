//! `issei keys` as a person runs it, and what OpenSSH's own programs say to the result.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

#[path = "../src/traffic.rs"]
#[allow(dead_code, reason = "shared with the tests inside, which use the rest")]
mod traffic;

use traffic::Folder;

const PHRASE: &str = "harbour lantern seven";

fn issei(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_issei"));
    command.env("ISSEI_LANG", "en");
    command.args(words).env_remove("SSH_AUTH_SOCK");
    command
}

fn run(words: &[&str]) -> Output {
    issei(words).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A program that is not ours, away from the agent of whoever runs the tests.
fn tool(name: &str) -> Option<Command> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: `{name}` is not here; install it to run this test whole");
    }
    let mut command = Command::new(found?);
    command.env_remove("SSH_AUTH_SOCK");
    Some(command)
}

/// A folder with a passphrase file and a key.
struct Desk {
    folder: Folder,
    phrase: PathBuf,
    key: PathBuf,
    /// The public key as a line.
    line: String,
}

impl Desk {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let phrase = private(&folder, "phrase", PHRASE);
        let key = folder.path().join("key");
        let _ = std::fs::remove_file(&key);
        let made = run(&[
            "keys",
            "new",
            text(&key),
            "--comment",
            "duty desk",
            "--passphrase-file",
            text(&phrase),
        ]);
        let line = said(&made).lines().next().unwrap().to_owned();
        Self {
            folder,
            phrase,
            key,
            line,
        }
    }

    fn sign(&self, words: &[&str]) -> Output {
        let by = [
            "keys",
            "sign",
            "--key",
            text(&self.key),
            "--passphrase-file",
            text(&self.phrase),
        ];
        run(&[&by, words].concat())
    }

    /// Whether `ssh-keygen -Y verify` accepts a signature of this desk's key.
    fn accepted(&self, signature: &str, namespace: &str, message: &[u8]) -> Option<bool> {
        let allowed = self
            .folder
            .file("allowed", format!("desk {}\n", self.line).as_bytes());
        let signature = self.folder.file("signature", signature.as_bytes());
        let mut program = tool("ssh-keygen")?
            .args([
                "-Y",
                "verify",
                "-I",
                "desk",
                "-n",
                namespace,
                "-f",
                text(&allowed),
            ])
            .args(["-s", text(&signature)])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        program.stdin.take().unwrap().write_all(message).unwrap();
        Some(program.wait().unwrap().success())
    }
}

fn private(folder: &Folder, name: &str, content: &str) -> PathBuf {
    let path = folder.file(name, content.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// A program that is ended by its id when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn ssh_keygen_verifies_what_was_signed_with_a_key_file() {
    let desk = Desk::new("keys-sign");
    let order = desk
        .folder
        .file("order.txt", b"cut 192.0.2.1 for an hour\n");
    let signature = said(&desk.sign(&[text(&order)]));
    let accepted = |namespace, message: &[u8]| desk.accepted(&signature, namespace, message);
    let Some(good) = accepted("approval@issei", b"cut 192.0.2.1 for an hour\n") else {
        return;
    };
    assert!(good, "{signature}");
    assert_eq!(
        accepted("approval@issei", b"cut 192.0.2.2 for an hour\n"),
        Some(false)
    );
    assert_eq!(
        accepted("file", b"cut 192.0.2.1 for an hour\n"),
        Some(false)
    );

    let other = said(&desk.sign(&["--namespace", "minutes@issei", text(&order)]));
    let message = b"cut 192.0.2.1 for an hour\n";
    assert_eq!(desk.accepted(&other, "minutes@issei", message), Some(true));
    assert_eq!(
        desk.accepted(&other, "approval@issei", message),
        Some(false)
    );
}

#[test]
fn a_key_in_a_real_agent_signs_the_same() {
    let desk = Desk::new("keys-agent");
    let socket = desk.folder.path().join("agent");
    let Some(mut agent) = tool("ssh-agent") else {
        return;
    };
    agent.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null());
    let _agent = Running(agent.spawn().unwrap());
    for _ in 0..500 {
        if socket.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let asks = |words: &[&str]| issei(words).env("SSH_AUTH_SOCK", &socket).output().unwrap();
    let empty = complained(&asks(&["keys", "show", "--agent"]));
    assert!(empty.contains("add one with `ssh-add`"), "{empty}");

    let teller = private(
        &desk.folder,
        "teller",
        &format!("#!/bin/sh\necho '{PHRASE}'\n"),
    );
    std::fs::set_permissions(&teller, std::fs::Permissions::from_mode(0o700)).unwrap();
    let added = tool("ssh-add")
        .unwrap()
        .arg(&desk.key)
        .env("SSH_AUTH_SOCK", &socket)
        .env("SSH_ASKPASS", &teller)
        .env("SSH_ASKPASS_REQUIRE", "force")
        .output()
        .unwrap();
    assert!(added.status.success(), "{added:?}");

    let order = desk.folder.file("order.txt", b"cut\n");
    let from_file = said(&desk.sign(&[text(&order)]));
    assert_eq!(
        said(&asks(&["keys", "sign", "--agent", text(&order)])),
        from_file
    );
    let shown = said(&asks(&["keys", "show", "--agent"]));
    assert!(
        desk.line.starts_with(shown.lines().next().unwrap()),
        "{shown}"
    );
    let hexadecimal = shown
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .last()
        .unwrap();
    let chosen = format!("--agent={hexadecimal}");
    assert_eq!(
        said(&asks(&["keys", "sign", &chosen, text(&order)])),
        from_file
    );
    let other = format!("--agent={}", "0".repeat(64));
    let lacks = complained(&asks(&["keys", "sign", &other, text(&order)]));
    assert!(lacks.contains("does not hold"), "{lacks}");
}

#[test]
fn the_fingerprint_is_that_of_ssh_keygen() {
    let desk = Desk::new("keys-show");
    let shown = said(&run(&["keys", "show", text(&desk.key)]));
    let public = desk
        .folder
        .file("key.pub", format!("{}\n", desk.line).as_bytes());
    assert_eq!(said(&run(&["keys", "show", text(&public)])), shown);
    let Some(mut keygen) = tool("ssh-keygen") else {
        return;
    };
    let told = said(&keygen.args(["-l", "-f", text(&public)]).output().unwrap());
    let fingerprint = told.split_whitespace().nth(1).unwrap();
    assert!(shown.contains(fingerprint), "{shown}{told}");
}

#[test]
fn what_goes_wrong_is_said_with_its_mend() {
    let desk = Desk::new("keys-wrong");
    let order = desk.folder.file("order.txt", b"cut\n");
    let (key, phrase) = (text(&desk.key), text(&desk.phrase));
    let again = run(&["keys", "new", key, "--passphrase-file", phrase]);
    assert!(complained(&again).contains("choose another name"));
    let other = private(&desk.folder, "other", "harbour lantern eight");
    let wrong = run(&[
        "keys",
        "sign",
        "--key",
        key,
        "--passphrase-file",
        text(&other),
        text(&order),
    ]);
    assert!(complained(&wrong).contains("the passphrase does not open"));
    let absent = complained(&run(&["keys", "sign", "--agent", text(&order)]));
    assert!(
        absent.contains("`SSH_AUTH_SOCK` names no agent"),
        "{absent}"
    );
    let unread = complained(&desk.sign(&[text(&desk.folder.path().join("no"))]));
    assert!(unread.contains("is not there"), "{unread}");
    let large = desk.folder.file("large", &vec![0; (16 << 20) + 1]);
    assert!(complained(&desk.sign(&[text(&large)])).contains("longer than 16 MiB"));
    assert!(complained(&desk.sign(&["--namespace", "", text(&order)])).contains("--namespace"));
    let lines = ["keys", "new", "x", "--comment", "two\nlines"];
    assert!(complained(&run(&lines)).contains("write one line"));
    assert!(complained(&run(&["keys", "show"])).contains("required"));
    assert!(complained(&run(&["keys", "sign", text(&order)])).contains("required"));
}

/// The program on a terminal of its own, which `script` makes.
struct Terminal {
    program: Running,
    seen: String,
}

impl Terminal {
    fn start(words: &str) -> Option<Self> {
        let program = tool("script")?
            .args([
                "-q",
                "-e",
                "-c",
                &format!("{} {words}", env!("CARGO_BIN_EXE_issei")),
                "/dev/null",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let program = Running(program);
        Some(Self {
            program,
            seen: String::new(),
        })
    }

    /// Waits for the prompt, then types.
    fn answer(&mut self, prompt: &str, typed: &str) {
        let mut byte = [0];
        while !self.seen.ends_with(prompt) {
            let read = self
                .program
                .0
                .stdout
                .as_mut()
                .unwrap()
                .read(&mut byte)
                .unwrap();
            assert_eq!(read, 1, "`{prompt}` did not come: {}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        let input = self.program.0.stdin.as_mut().unwrap();
        input
            .write_all(typed.as_bytes())
            .and_then(|()| input.flush())
            .unwrap();
    }

    /// All that was to be seen, and whether it went well.
    fn end(mut self) -> (String, bool) {
        let mut rest = Vec::new();
        self.program
            .0
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut rest)
            .unwrap();
        let well = self.program.0.wait().unwrap().success();
        (self.seen.clone() + &String::from_utf8_lossy(&rest), well)
    }
}

#[test]
fn a_passphrase_is_asked_twice_and_never_seen() {
    let folder = Folder::new("keys-terminal");
    let key = folder.path().join("key");
    let _ = std::fs::remove_file(&key);
    let words = format!("keys new {}", key.display());
    let Some(mut differ) = Terminal::start(&words) else {
        return;
    };
    differ.answer("key: ", &format!("{PHRASE}\r"));
    differ.answer("once more: ", "something else\r");
    let (seen, well) = differ.end();
    assert!(!well && seen.contains("differ") && !key.exists(), "{seen}");

    let mut broken = Terminal::start(&words).unwrap();
    broken.answer("key: ", "harb\u{3}");
    let (seen, well) = broken.end();
    assert!(
        !well && seen.contains("broken off") && !key.exists(),
        "{seen}"
    );

    let mut same = Terminal::start(&words).unwrap();
    same.answer("key: ", &format!("{PHRASE}\r"));
    same.answer("once more: ", &format!("harbour lantern six\x15{PHRASE}\r"));
    let (seen, well) = same.end();
    assert!(well && seen.contains("ssh-ed25519 AAAA"), "{seen}");
    assert!(!seen.contains("harb"), "{seen}");

    let order = folder.file("order.txt", b"cut\n");
    let mut sign = Terminal::start(&format!(
        "keys sign --key {} {}",
        key.display(),
        order.display()
    ))
    .unwrap();
    sign.answer("key: ", &format!("{PHRASE}\r"));
    let (seen, well) = sign.end();
    assert!(well && seen.contains("BEGIN SSH SIGNATURE"), "{seen}");
    assert!(!seen.contains("harb"), "{seen}");
}
