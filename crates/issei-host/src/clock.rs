//! The clock on the wall, and chance for keys. Quiet rooms are told both.

use std::time::{SystemTime, UNIX_EPOCH};

use issei_model::Timestamp;

/// Tells the time.
pub fn now() -> Timestamp {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
        Err(before) => {
            let back = i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX);
            Timestamp::from_micros(-back)
        }
    }
}

/// Draws a key from the kernel, so that outsiders cannot aim at places in our tables.
///
/// # Errors
/// If the kernel's source of chance cannot be read.
pub fn random_key() -> std::io::Result<[u64; 2]> {
    let mut bytes = [0u8; 16];
    crate::kernel::random(&mut bytes)?;
    let (low, high) = bytes.split_at(8);
    let number = |half: &[u8]| half.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    Ok([number(low), number(high)])
}
