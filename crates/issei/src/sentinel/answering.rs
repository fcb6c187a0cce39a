//! `issei sentinel answer`: the far end of the sentinel, at an address of our own behind our own network.
//!
//! In: datagrams at every port that an order's sentinel can have. Out: one answer to each question, as long
//! as it was. Always: what is no question has no answer; one thread, one buffer, no memory of anybody.

use std::io;
use std::net::{IpAddr, SocketAddr};

use issei_enforce::Sentinel;
use issei_host::terminal;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::question::{LENGTH, answer};
use crate::code::{self, Failure};

/// Answers until the process is ended.
///
/// # Errors
/// If the address is not of this machine, or a port is taken.
pub fn run(address: IpAddr) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    runtime.map_err(Failure::broken)?.block_on(async {
        let mut ports = JoinSet::new();
        for port in Sentinel::PORTS {
            let place = SocketAddr::new(address, port);
            let socket = UdpSocket::bind(place).await;
            let told = |error: io::Error| {
                let step = "the address must be of this machine, and its ports free";
                Failure::broken(format!("{place}: {error}; {step}"))
            };
            ports.spawn(answering(socket.map_err(told)?));
        }
        let (first, last) = (Sentinel::PORTS.start(), Sentinel::PORTS.end());
        let told = format!("the sentinel answers at {address}, ports {first} to {last}\n");
        terminal::say(&told).map_err(Failure::broken)?;
        match ports.join_next().await {
            Some(Ok(error)) => Err(Failure::broken(format!(
                "the sentinel at {address}: {error}"
            ))),
            _ => Ok(code::DONE),
        }
    })
}

/// Answers at one port until it breaks.
async fn answering(socket: UdpSocket) -> io::Error {
    let mut bytes = [0; LENGTH + 1];
    loop {
        let (length, from) = match socket.recv_from(&mut bytes).await {
            Ok(received) => received,
            Err(error) => return error,
        };
        // An answer that finds no room is a question without one: the asker counts it.
        if let Some(answer) = answer(bytes.get(..length).unwrap_or_default()) {
            let _ = socket.try_send_to(&answer, from);
        }
    }
}
