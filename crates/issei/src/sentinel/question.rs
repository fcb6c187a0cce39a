//! A question to the sentinel and its answer: 24 bytes each.
//!
//! Always: an answer is never taken for a question, so two who answer never speak with each other; an answer
//! is as long as its question, so nobody can use it to make a flood out of a stream.

/// Bytes of either.
pub const LENGTH: usize = 24;

const QUESTION: &[u8; 8] = b"issei?/1";
const ANSWER: &[u8; 8] = b"issei!/1";

/// Writes a question: whose, and which.
pub fn question(asker: u64, number: u64) -> [u8; LENGTH] {
    written(QUESTION, asker, number)
}

/// Answers a question; anything else has no answer.
pub fn answer(bytes: &[u8]) -> Option<[u8; LENGTH]> {
    let (asker, number) = read(QUESTION, bytes)?;
    Some(written(ANSWER, asker, number))
}

/// Reads the number of a question of this asker from its answer.
pub fn answered(asker: u64, bytes: &[u8]) -> Option<u64> {
    let (of, number) = read(ANSWER, bytes)?;
    (of == asker).then_some(number)
}

fn written(head: &[u8; 8], asker: u64, number: u64) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes[..8].copy_from_slice(head);
    bytes[8..16].copy_from_slice(&asker.to_be_bytes());
    bytes[16..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn read(head: &[u8; 8], bytes: &[u8]) -> Option<(u64, u64)> {
    let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
    let [kind, asker, number] = bytes.as_chunks::<8>().0 else {
        return None;
    };
    let numbers = (u64::from_be_bytes(*asker), u64::from_be_bytes(*number));
    (kind == head).then_some(numbers)
}

#[cfg(test)]
#[path = "question_tests.rs"]
mod tests;
