//! A decision counts when more than half of the witnesses signed the note that holds it, not before.

use std::collections::BTreeMap;

use issei_ledger::{Algorithm, Audit, EARLIER, Proof, Signer, Strangers, Tip, Witness};
use issei_model::{Decision, Digest, Ending, OrderId, OrganisationId, PublicKey, Timestamp};

use super::{HEARTBEAT, Notary};
use crate::office::charter::{Charter, Enrolled};
use crate::office::entry::Entry;
use crate::office::shelf::Shelf;

const NAMES: [&str; 3] = ["isp-a", "isp-b", "isp-c"];

fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn key() -> Signer {
    Signer::new(
        "coordinator.issei.internal/orders",
        Algorithm::Ed25519,
        &[1; 32],
    )
    .unwrap()
}

fn witness_key(name: &str) -> Signer {
    let seed = [name.as_bytes()[4]; 32];
    Signer::new(
        &format!("{name}.witness.issei.internal"),
        Algorithm::CosignatureV1,
        &seed,
    )
    .unwrap()
}

fn charter() -> Charter {
    let mut charter = Charter::new("coordinator".parse().unwrap(), key().verifier());
    for name in NAMES {
        charter.enter(Enrolled {
            member: name.parse().unwrap(),
            lines: 10,
            witness: witness_key(name).verifier().to_string(),
            desk: PublicKey([1; 32]),
        });
    }
    charter
}

fn witnesses() -> Vec<(OrganisationId, Witness)> {
    let witness = |name: &&str| {
        let witness = Witness::new(witness_key(name), key().verifier().clone(), Tip::empty());
        (name.parse().unwrap(), witness.unwrap())
    };
    NAMES.iter().map(witness).collect()
}

fn decision(n: u8) -> Entry {
    Entry::Order(Decision::Withdrawn {
        order: OrderId(Digest([n; 32])),
        reason: Ending::ByPerson,
    })
}

fn line(notary: &Notary, witness: &mut Witness) -> Vec<u8> {
    let offer = notary.hint(0, 0).offer.unwrap();
    let proof = Proof::parse(offer.proof.as_bytes()).unwrap();
    let cosigned = witness
        .cosign(offer.note.as_bytes(), &proof, 1_800_000_000)
        .unwrap();
    format!("{}\n", cosigned.line).into_bytes()
}

/// What the database would hold.
fn kept(notary: &Notary) -> BTreeMap<String, Vec<u8>> {
    notary.files().copy()
}

#[test]
fn a_checkpoint_is_kept_now_and_then_and_todays_log_goes_on_from_each() {
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    let mut witnesses = witnesses();
    for round in 0..5 {
        for number in 0..40 {
            notary.append(decision(round * 40 + number)).unwrap();
        }
        notary.sign_if_due(now());
        for (name, witness) in &mut witnesses[..2] {
            let body = line(&notary, witness);
            notary.cosignature(name, &body, now()).unwrap();
        }
    }
    let files = kept(&notary);
    let earlier: Vec<&str> = files
        .keys()
        .filter_map(|path| path.strip_prefix(EARLIER))
        .collect();
    assert_eq!(earlier, ["160", "200", "80"]);
    let policy = charter().policy().unwrap();
    let audit = Audit::new(&files, policy.as_ref(), Strangers::Refused).unwrap();
    assert_eq!(audit.run().unwrap().size, 200);
    // A kept one of another history is found.
    let mut files = files;
    let (mut forged, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    forged.append(decision(255)).unwrap();
    forged.sign_if_due(now());
    let note = forged.hint(0, 0).offer.unwrap().note;
    files.insert(format!("{EARLIER}80"), note.into_bytes());
    let audit = Audit::new(&files, None, Strangers::Named).unwrap();
    assert!(audit.run().is_err());
}

#[test]
fn two_of_three_lines_make_a_decision_count() {
    let (mut notary, before) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    assert!(before.is_empty());
    notary.append(decision(1)).unwrap();
    notary.sign_if_due(now());
    let mut witnesses = witnesses();
    let (name, witness) = &mut witnesses[0];
    let body = line(&notary, witness);
    assert_eq!(notary.cosignature(name, &body, now()), Ok(vec![]));
    assert_eq!(
        notary.cosignature(name, &body, now()),
        Ok(vec![]),
        "one witness counts once"
    );
    assert_eq!(notary.published(), 0);
    let (name, witness) = &mut witnesses[1];
    let body = line(&notary, witness);
    assert_eq!(
        notary.cosignature(name, &body, now()),
        Ok(vec![decision(1)])
    );
    assert_eq!(notary.published(), 1);
    let note = notary.hint(0, 0).checkpoint.unwrap();
    let policy = charter().policy().unwrap().unwrap();
    assert_eq!(policy.open(note.as_bytes()).unwrap().tip().size, 1);
}

#[test]
fn a_line_by_another_hand_or_on_another_note_does_not_count() {
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    notary.append(decision(1)).unwrap();
    notary.sign_if_due(now());
    let mut witnesses = witnesses();
    let body = line(&notary, &mut witnesses[0].1);
    let other = witnesses[1].0.clone();
    assert!(
        notary.cosignature(&other, &body, now()).is_err(),
        "somebody else's line"
    );
    let stranger: OrganisationId = "isp-z".parse().unwrap();
    assert!(notary.cosignature(&stranger, &body, now()).is_err());
    assert!(
        notary
            .cosignature(&witnesses[0].0, b"\xe2\x80\x94 x AAAA\n", now())
            .is_err()
    );
    assert!(
        notary
            .cosignature(&witnesses[0].0, &[b'x'; 5_000], now())
            .is_err()
    );
    notary.append(decision(2)).unwrap();
    notary.sign_if_due(now() + HEARTBEAT);
    assert!(
        notary.cosignature(&witnesses[0].0, &body, now()).is_err(),
        "an older note"
    );
    assert_eq!(notary.published(), 0);
}

#[test]
fn a_restart_knows_what_counts_and_offers_the_rest_again() {
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    notary.append(decision(1)).unwrap();
    notary.sign_if_due(now());
    let mut witnesses = witnesses();
    for (name, witness) in &mut witnesses[..2] {
        let body = line(&notary, witness);
        notary.cosignature(name, &body, now()).unwrap();
    }
    notary.append(decision(2)).unwrap();
    notary.sign_if_due(now() + HEARTBEAT);
    let files = kept(&notary);
    let (mut notary, known) = Notary::open(Shelf::new(files), key(), &charter(), now()).unwrap();
    assert_eq!(known, [decision(1)]);
    notary.sign_if_due(now());
    let mut counted = Vec::new();
    for (name, witness) in &mut witnesses[..2] {
        let body = line(&notary, witness);
        counted.extend(notary.cosignature(name, &body, now()).unwrap());
    }
    assert_eq!(counted, [decision(2)]);
}

#[test]
fn the_log_is_signed_again_at_every_beat_and_not_between() {
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    notary.sign_if_due(now());
    let first = notary.hint(0, 0);
    notary.sign_if_due(now());
    assert_eq!(notary.hint(0, 0), first);
    assert_eq!(notary.next_deadline(), now() + HEARTBEAT);
    notary.sign_if_due(now() + HEARTBEAT);
    assert_eq!(notary.hint(0, 0).round, first.round + 1);
}

#[test]
fn a_log_of_another_key_is_not_opened() {
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    notary.append(decision(1)).unwrap();
    notary.sign_if_due(now());
    let other = Signer::new(
        "coordinator.issei.internal/orders",
        Algorithm::Ed25519,
        &[8; 32],
    )
    .unwrap();
    let files = Shelf::new(kept(&notary));
    assert!(Notary::open(files, other, &charter(), now()).is_err());
}

#[test]
fn a_member_sends_one_line_and_nothing_that_rides_along() {
    let mut witnesses = witnesses();
    let (mut notary, _) = Notary::open(Shelf::default(), key(), &charter(), now()).unwrap();
    notary.append(decision(1)).unwrap();
    notary.sign_if_due(now());
    let (other, own) = {
        let other = line(&notary, &mut witnesses[1].1);
        (other, line(&notary, &mut witnesses[0].1))
    };
    let name = witnesses[0].0.clone();
    let two = [own.as_slice(), other.as_slice()].concat();
    let refused = Err("not one line of a signed note");
    assert_eq!(notary.cosignature(&name, &two, now()), refused);
    let long = [own.trim_ascii_end(), &[b'A'; super::LONGEST_LINE]].concat();
    assert_eq!(notary.cosignature(&name, &long, now()), refused);
    assert_eq!(notary.cosignature(&name, &own, now()), Ok(Vec::new()));
}
