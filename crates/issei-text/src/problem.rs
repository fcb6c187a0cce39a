//! What was lost or wrong on the way in, in the reader's language.
//!
//! In: a kind of problem, or whose fault it is. Out: a few words. Always: in English what the model says of itself, so
//! that a summary for programs and a page for people read alike. Not here: counting (`issei-model`), how a report lays
//! it out.

use issei_model::{ProblemKind, Whose};

use crate::{Text, key};

/// Explains a kind of problem in one sentence.
pub fn explanation(kind: ProblemKind, tongue: Text) -> String {
    tongue.say(match kind {
        ProblemKind::UnknownProtocol => key!("problem-unknown-protocol"),
        ProblemKind::Truncated => key!("problem-truncated"),
        ProblemKind::BadLength => key!("problem-bad-length"),
        ProblemKind::BadCount => key!("problem-bad-count"),
        ProblemKind::BadTemplate => key!("problem-bad-template"),
        ProblemKind::DataBeforeTemplate => key!("problem-data-before-template"),
        ProblemKind::TemplateNeverCame => key!("problem-template-never-came"),
        ProblemKind::WaitingRoomFull => key!("problem-waiting-room-full"),
        ProblemKind::TooManyTemplates => key!("problem-too-many-templates"),
        ProblemKind::TooManyExporters => key!("problem-too-many-exporters"),
        ProblemKind::SequenceGap => key!("problem-sequence-gap"),
        ProblemKind::SequenceBack => key!("problem-sequence-back"),
        ProblemKind::NoAddresses => key!("problem-no-addresses"),
        ProblemKind::BadTime => key!("problem-bad-time"),
        ProblemKind::BadSampling => key!("problem-bad-sampling"),
        ProblemKind::UnknownWithdrawal => key!("problem-unknown-withdrawal"),
        ProblemKind::Unsupported => key!("problem-unsupported"),
        ProblemKind::UselessOptions => key!("problem-useless-options"),
        ProblemKind::UnknownLinkType => key!("problem-unknown-link-type"),
        ProblemKind::NotIp => key!("problem-not-ip"),
        ProblemKind::BadPacket => key!("problem-bad-packet"),
        ProblemKind::ShortSnap => key!("problem-short-snap"),
        ProblemKind::FlowTableFull => key!("problem-flow-table-full"),
        ProblemKind::DamagedEntry => key!("problem-damaged-entry"),
        ProblemKind::BadLine => key!("problem-bad-line"),
        ProblemKind::SocketDrop => key!("problem-socket-drop"),
        ProblemKind::Oversize => key!("problem-oversize"),
        ProblemKind::QueueFull => key!("problem-queue-full"),
        ProblemKind::LineTableFull => key!("problem-line-table-full"),
        ProblemKind::EndpointTableFull => key!("problem-endpoint-table-full"),
        ProblemKind::DossierTableFull => key!("problem-dossier-table-full"),
        ProblemKind::VictimTableFull => key!("problem-victim-table-full"),
        ProblemKind::StrayTime => key!("problem-stray-time"),
        ProblemKind::DeliveryFailed => key!("problem-delivery-failed"),
    })
}

/// Says whose fault it most likely is.
pub fn whose(whose: Whose, tongue: Text) -> String {
    tongue.say(match whose {
        Whose::Sender => key!("problem-of-sender"),
        Whose::Path => key!("problem-of-path"),
        Whose::Ours => key!("problem-of-ours"),
    })
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
