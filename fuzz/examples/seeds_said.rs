//! Writes the seeds of the target `said`: what honest offices and their people say.
//!
//! In: our own writers. Out: small files, the same every time. Run it in this folder:
//! `cargo run --features offices --example seeds_said`.

#![forbid(unsafe_code)]

use std::fs;
use std::io;

use ed25519_dalek::SigningKey;
use issei::enforcer::speech::{Proven, Task};
use issei::office::control::Ask;
use issei_fuzz::said::{KEY, MEMBER, SERVER, code, organisation};
use issei_host::exchange::join::{Request, Statement};
use issei_host::exchange::signed::{self, Purpose};
use issei_model::{Digest, Ending, Objection, OrderId, PublicKey};
use serde::Serialize;

const FOLDER: &str = "corpus/said";

fn main() -> io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    let order = OrderId(Digest([9; 32]));
    let proven = Proven {
        note: "log.test\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— log.test AAAA\n".into(),
        index: 0,
        entry: "{}".into(),
        proof: String::new(),
    };
    let proven = Box::new(proven);
    keep(0, "stage", &Task::Stage(proven.clone()))?;
    keep(
        0,
        "arm",
        &Task::Arm {
            proposed: proven.clone(),
            armed: proven,
        },
    )?;
    keep(
        0,
        "lift",
        &Task::Lift {
            order,
            for_good: true,
        },
    )?;
    for (name, task) in [("read", Task::Read), ("stop", Task::Stop)] {
        keep(0, name, &task)?;
    }
    let why = Objection::Customer;
    keep(1, "leave", &Ask::Leave { order, why })?;
    let reason = Ending::ByPerson;
    keep(1, "withdraw", &Ask::Withdraw { order, reason })?;
    keep(1, "question", &Ask::CaseQuestion("reaper".into()))?;
    sealed()?;
    joins()?;
    write(4, "checkpoint", b"checkpoint")?;
    write(4, "tile", b"tile/0/x001/234.p/56")
}

fn sealed() -> io::Result<()> {
    let (key, from) = (SigningKey::from_bytes(&KEY), organisation(MEMBER));
    for (name, sequence) in [("new", 8), ("old", 7)] {
        let body = serde_json::json!({ "observed": { "lifted": { "at": 1 } }, "order": "09" });
        let sealed = signed::seal(Purpose::RECEIPT, &from, sequence, &body, &key);
        write(2, name, &sealed.map_err(io::Error::other)?)?;
    }
    Ok(())
}

fn joins() -> io::Result<()> {
    let statement = Statement {
        keys: [("witness".to_owned(), PublicKey([5; 32]))].into(),
        organisation: organisation(MEMBER),
        request: "-----BEGIN CERTIFICATE REQUEST-----\n".into(),
    };
    keep(3, "join", &Request::proven(statement, &code(), &SERVER))
}

fn keep<T: Serialize>(kind: u8, name: &str, said: &T) -> io::Result<()> {
    write(kind, name, &serde_json::to_vec(said)?)
}

fn write(kind: u8, name: &str, said: &[u8]) -> io::Result<()> {
    fs::write(format!("{FOLDER}/{name}"), [&[kind], said].concat())
}
