//! What the collector makes of datagrams: rules of the standards, real exporters, hostile senders.

mod captures;
mod flow_formats;
mod hostile;
mod netflow5;
mod rfc3954;
mod rfc5103;
mod rfc5477;
mod rfc7011;
mod round_trip;
mod say;
mod sections;
mod sessions;
mod sflow5;
