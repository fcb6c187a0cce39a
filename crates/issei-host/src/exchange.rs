//! The exchange between members and their coordinator: HTTP/1.1 over mutual TLS 1.3.
//!
//! In: sockets, certificates, one [`Service`] that answers. Out: calls, streams of hints, counts.
//! Always: a caller is who the certificate says, and only the coordinator's authority says so; a
//! route names who may call it, and nobody else reaches the service; everything is bounded in
//! count, size and time before it is read; what is refused is counted by kind and answered with a
//! reason and a next step.
//! Standards: RFC 8446 (TLS 1.3 only), RFC 9112 (HTTP/1.1), RFC 9457 (problem details), RFC 5280
//! (certificates), RFC 8785 (canonical JSON of what is posted).
//! Not here: what a receipt, a question or a draft means, where codes and certificates are kept
//! (the front door), what an entry of the log is (`issei-ledger`).

mod authority;
mod certificate;
mod client;
mod connection;
mod counts;
mod credentials;
mod identity;
pub mod join;
mod lines;
mod permits;
mod problem;
mod route;
mod server;
pub mod signed;
mod watched;

pub use authority::{Authority, AuthorityError, Issued, SigningRequest};
pub use certificate::{CertificateError, Serial};
pub use client::{CallError, Client, Failure, Heard, Patience};
pub use counts::{Counts, Kind};
pub use credentials::{Credentials, CredentialsError};
pub use identity::{Identity, Role};
pub use lines::{Fan, Lines};
pub use permits::Limits;
pub use route::{LogPath, NoRoute, Route};
pub use server::{Answer, Answering, Places, Revocations, Revoked, Server, ServerError, Service};

pub use hyper::body::Bytes;
