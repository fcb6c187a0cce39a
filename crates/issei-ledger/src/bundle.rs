//! Leaves in a row ⇄ the bytes of a bundle: each with its length in two bytes before it.
//!
//! Always: a bundle has 1 to 256 leaves and nothing behind them.
//! Standard: C2SP tlog-tiles, "Log Entries".

use std::fmt;

use crate::path::PER_TILE;

/// Writes leaves as a bundle.
///
/// # Errors
/// If there is none, or more than 256, or one is longer than its length field can say.
pub fn bundle<'l>(leaves: impl IntoIterator<Item = &'l [u8]>) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::new();
    let mut place = 0;
    for leaf in leaves {
        if place == PER_TILE {
            return Err(Malformed { place });
        }
        push(&mut bytes, leaf).ok_or(Malformed { place })?;
        place += 1;
    }
    if place == 0 {
        return Err(Malformed { place });
    }
    Ok(bytes)
}

/// Reads a bundle of `width` leaves: each leaf, or where the first broken one stands.
pub fn entries(bytes: &[u8], width: u64) -> impl Iterator<Item = Result<&[u8], Malformed>> {
    let mut rest = Some(bytes);
    (0..width.clamp(1, PER_TILE)).map_while(move |place| {
        let read = pull(rest.take()?);
        // What lies behind the last leaf breaks it: bytes that no hash covers may not be there.
        let read = read.filter(|(_, rest)| place + 1 < width || rest.is_empty());
        Some(match read {
            Some((leaf, behind)) => {
                rest = Some(behind);
                Ok(leaf)
            }
            None => Err(Malformed { place }),
        })
    })
}

/// Where a bundle is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Leaves before the broken one.
    pub place: u64,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the bundle breaks at its leaf {}; fetch it again",
            self.place
        )
    }
}

impl std::error::Error for Malformed {}

/// Adds one leaf; none if it is too long.
pub(crate) fn push(bytes: &mut Vec<u8>, leaf: &[u8]) -> Option<()> {
    let length = u16::try_from(leaf.len()).ok()?;
    bytes.extend(length.to_be_bytes());
    bytes.extend(leaf);
    Some(())
}

/// Takes one leaf off the front.
fn pull(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
