//! What became of connections and requests, as counters that only grow.
//!
//! Always: everything that is refused has a kind here, a title and a next step for its caller.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident, $name:literal, $status:literal, $title:literal, $next:literal;)+) => {
        /// Why something was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// All kinds, in the order in which a connection can meet them.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The name in metrics and problem types.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// The HTTP status; 0 where the connection ends before HTTP.
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)+ }
            }

            /// What is wrong, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// What the caller can do.
            pub const fn next(self) -> &'static str {
                match self { $(Self::$kind => $next,)+ }
            }
        }
    };
}

kinds! {
    /// The kernel could not give us a connection.
    NotAccepted, "not-accepted", 0, "no connection from the kernel", "see the limit of open files";
    /// Too many connections that have not shown who they are.
    FullDoor, "full-door", 0, "too many connections before their handshake", "try again later";
    /// Too many connections from one address.
    FullPeer, "full-peer", 0, "too many connections from one address", "close some first";
    /// The handshake took too long, or the peer went away.
    HandshakeSlow, "handshake-slow", 0, "the handshake took too long", "see the line between both";
    /// The peer went away in the handshake.
    HandshakeLost, "handshake-lost", 0, "the peer ended the handshake", "see what the peer says";
    /// No TLS 1.3 in common.
    OldTls, "old-tls", 0, "no TLS 1.3 in common", "use TLS 1.3";
    /// The certificate is past its end, or not begun.
    CertificateExpired, "certificate-expired", 0, "the certificate is not valid now", "renew the certificate; see the clock";
    /// The certificate is of another authority.
    UnknownAuthority, "unknown-authority", 0, "the certificate is of another authority", "join this country, or use its certificate";
    /// The certificate cannot be used in another way.
    CertificateBad, "certificate-bad", 0, "the certificate cannot be used", "use the one that this authority issued";
    /// The peer spoke no sound TLS, or does not have the key of its certificate.
    HandshakeBroken, "handshake-broken", 0, "the handshake is broken", "speak TLS 1.3 with the key of the certificate";
    /// Too many connections without a certificate.
    FullStrangers, "full-strangers", 0, "too many connections without a certificate", "try again in a minute";
    /// Too many connections of members, or of this one.
    FullMember, "full-member", 0, "too many connections of one member", "close some first";
    /// The request's head took too long.
    HeadSlow, "head-slow", 408, "the request's head took too long", "send it at once";
    /// The request is no HTTP/1.1, or its head is too long.
    HeadBroken, "head-broken", 400, "the request cannot be read", "send HTTP/1.1 with a short head";
    /// Nothing has that path.
    UnknownRoute, "unknown-route", 404, "there is no such route", "use the routes of this version";
    /// The route has the other method.
    OtherMethod, "other-method", 405, "the route has another method", "use the method in `allow`";
    /// No certificate, where one is needed.
    NoCertificate, "no-certificate", 403, "a client certificate is needed", "join first, then call with the certificate";
    /// The certificate does not carry exactly one name of the exchange.
    NoIdentity, "no-identity", 403, "the certificate does not say who calls", "have a certificate issued for one name";
    /// The certificate or its organisation was revoked.
    Revoked, "revoked", 403, "the certificate was revoked", "ask the coordinator's desk, then join again";
    /// The role of the certificate may not call this.
    OtherRole, "other-role", 403, "this role may not call the route", "call with a certificate of the right role";
    /// The body is longer than the route allows.
    BodyTooLong, "body-too-long", 413, "the body is too long", "send less, or in parts";
    /// The body took too long, or broke off.
    BodySlow, "body-slow", 408, "the body took too long", "send it at once";
    /// The body broke off or is not framed as HTTP says.
    BodyBroken, "body-broken", 400, "the body broke off", "send it whole";
    /// No memory for another body.
    BodiesFull, "bodies-full", 503, "too many bodies at once", "try again in some seconds";
    /// The service took too long.
    AnswerSlow, "answer-slow", 504, "the answer took too long", "try again; what was posted may have been taken";
    /// The service said no.
    ByService, "by-service", 422, "refused", "see the detail";
    /// The service could not.
    ServiceFailed, "service-failed", 500, "the coordinator failed", "try again later";
    /// A reader took too long to read.
    ReaderSlow, "reader-slow", 0, "the reader was too slow", "connect again and catch up from the log";
}

/// Counters of one server. Reading them never waits.
#[derive(Debug)]
pub struct Counts {
    refused: Vec<AtomicU64>,
    accepted: AtomicU64,
    answered: AtomicU64,
    cut: AtomicU64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            refused: Kind::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            accepted: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            cut: AtomicU64::new(0),
        }
    }
}

impl Counts {
    pub(super) fn refuse(&self, kind: Kind) {
        self.refused[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn accept(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn answer(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
    }

    /// How often this was refused.
    pub fn refused(&self, kind: Kind) -> u64 {
        self.refused[kind as usize].load(Ordering::Relaxed)
    }

    /// How much was refused in all.
    pub fn refused_in_all(&self) -> u64 {
        Kind::ALL.iter().map(|kind| self.refused(*kind)).sum()
    }

    /// Connections that came.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Requests that the service answered, with whatever it said.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Live connections that we ended: the certificate was revoked or at its end, or a stranger
    /// stayed too long.
    pub fn cut_off(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }
}
