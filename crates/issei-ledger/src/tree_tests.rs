use super::*;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

/// PATH of RFC 6962 section 2.1.1, word for word, from all leaves.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = split(leaves.len() as u64) as usize;
    let (left, right) = leaves.split_at(middle);
    let (mut hashes, other) = match index < middle {
        true => (path(index, left), join(right)),
        false => (path(index - middle, right), join(left)),
    };
    hashes.push(other);
    hashes
}

#[test]
fn the_root_over_nothing_is_that_of_rfc_6962() {
    let hex: String = empty_root()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_leaf_of_small_trees_is_proven_and_no_other() {
    for size in 1..=17_u64 {
        let leaves = leaves(size);
        let tip = Tip {
            size,
            root: join(&leaves),
        };
        for (index, leaf) in (0..).zip(&leaves) {
            let proof = Proof(path(index as usize, &leaves));
            for other in 0..=size {
                assert_eq!(proof.includes(leaf, other, &tip), other == index);
            }
            assert!(!proof.includes(&leaf_hash(b"other"), index, &tip));
            for step in 0..proof.0.len() {
                let mut broken = proof.clone();
                broken.0[step][7] ^= 1;
                assert!(!broken.includes(leaf, index, &tip));
            }
            let mut longer = proof.clone();
            longer.0.push([0; 32]);
            assert!(!longer.includes(leaf, index, &tip));
        }
    }
}

#[test]
fn a_proof_is_read_as_it_was_written() {
    let proof = Proof(leaves(65));
    assert_eq!(Proof::parse(proof.to_text().as_bytes()), Ok(proof));
}

#[test]
fn a_proof_higher_than_any_tree_is_refused_before_it_is_read() {
    let proof = Proof(leaves(66));
    assert_eq!(
        Proof::parse(proof.to_text().as_bytes()),
        Err(ProofError::TooLong)
    );
    let wrong = Err(ProofError::NotAHash { line: 1 });
    assert_eq!(Proof::parse(b"AAAA\n"), wrong);
    assert_eq!(Proof::parse("A".repeat(44).as_bytes()), wrong);
}
