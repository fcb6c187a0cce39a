//! Watches, while a cut begins, whether ordinary traffic goes on as before.
//!
//! In: services that a member chose, what connected before T. Out: whether everything that answered then
//! answers still. Always: probes only open connections and close them; a service that did not answer
//! before says nothing; nothing chosen is not a good sign, it is none: then devices that are well are all
//! there is to go by.
//! Limits: a probe goes out from the member's own machine, so it must stand where its customers' packets
//! pass.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_millis(800);
/// Services that one member may name.
pub const MOST: usize = 32;

/// Tells which services answer now.
pub async fn answering(probes: &[SocketAddr]) -> BTreeSet<SocketAddr> {
    let mut asked = JoinSet::new();
    for &probe in probes.iter().take(MOST) {
        asked.spawn(async move {
            let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(probe)).await;
            matches!(connected, Ok(Ok(_))).then_some(probe)
        });
    }
    let mut answering = BTreeSet::new();
    while let Some(one) = asked.join_next().await {
        answering.extend(one.ok().flatten());
    }
    answering
}

/// Tells whether everything that answered before answers still.
pub async fn is_as_before(before: &BTreeSet<SocketAddr>) -> bool {
    let probes: Vec<SocketAddr> = before.iter().copied().collect();
    answering(&probes).await == *before
}

#[cfg(test)]
#[path = "probes_tests.rs"]
mod tests;
