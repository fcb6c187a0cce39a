//! Big-endian numbers one after the other, with the place where they stand.

/// Octets that are read from front to back.
#[derive(Clone, Debug)]
pub(super) struct Octets<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Octets<'a> {
    /// Begins at a place.
    pub(super) const fn new(all: &'a [u8], at: usize) -> Self {
        Self { all, at }
    }

    /// Tells where it stands, counted from the start of the message.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Shows all that is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.all.get(self.at..).unwrap_or_default()
    }

    /// Tells whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.rest().get(..length)?;
        self.at += length;
        Some(taken)
    }

    /// Takes octets that are read on their own, at their place.
    pub(super) fn part(&mut self, length: usize) -> Option<Self> {
        let (at, end) = (self.at, self.at.checked_add(length)?);
        let part = self.all.get(..end)?;
        self.at = end;
        Some(Self::new(part, at))
    }

    pub(super) fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.chunk::<1>().map(|[octet]| octet)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.chunk().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.chunk().map(u32::from_be_bytes)
    }
}
