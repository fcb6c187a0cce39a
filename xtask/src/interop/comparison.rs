//! Compares figures of ours with figures of others, and remembers what agreed.
//!
//! Always: a comparison of nothing with nothing fails, and so does one that compared nothing at all.

/// Figures compared so far.
#[derive(Debug, Default)]
pub struct Comparison {
    agreed: Vec<String>,
    broken: Vec<String>,
}

impl Comparison {
    /// Demands that a figure be the same on both sides, and that there be something.
    pub fn same(&mut self, what: &str, ours: u64, theirs: u64) {
        match (ours, theirs) {
            (0, 0) => self
                .broken
                .push(format!("{what}: both sides say 0, so nothing was compared")),
            _ if ours == theirs => self.agreed.push(format!("{ours} {what}")),
            _ => self
                .broken
                .push(format!("{what}: {ours} on our side, {theirs} on theirs")),
        }
    }

    /// Demands a figure that may be none, and proves nothing by being none.
    pub fn expected(&mut self, what: &str, wanted: u64, found: u64) {
        if wanted != found {
            self.broken
                .push(format!("{what}: {found}, where {wanted} are explained"));
        }
    }

    /// Demands that something did not happen.
    pub fn none(&mut self, what: &str, count: u64) {
        if count != 0 {
            self.broken
                .push(format!("{count} {what}, where there should be none"));
        }
    }

    /// Demands that something happened at all.
    pub fn some(&mut self, what: &str, count: u64) {
        match count {
            0 => self
                .broken
                .push(format!("no {what}, where there should be some")),
            _ => self.agreed.push(format!("{count} {what}")),
        }
    }

    /// Says what agreed.
    ///
    /// # Errors
    /// If something did not, or nothing was compared.
    pub fn verdict(self) -> Result<String, String> {
        if !self.broken.is_empty() {
            return Err(self.broken.join("; "));
        }
        if self.agreed.is_empty() {
            return Err("nothing was compared".into());
        }
        Ok(self.agreed.join(", "))
    }
}

#[cfg(test)]
#[path = "comparison_tests.rs"]
mod tests;
