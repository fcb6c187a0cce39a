//! What each information element is for, and which of several is best.
//!
//! Standards: IANA's registry of IPFIX information elements; RFC 5103, section 6.1, for those of
//! the reverse direction.

use issei_wire::export::elements as ie;
use issei_wire::export::templates::Field;

use super::plan::{Place, Section, Unit};

/// What an element means here. Of several for one place the lowest rank is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) place: Place,
    pub(super) rank: u8,
    pub(super) unit: Unit,
    pub(super) section: Section,
}

/// Tells what a field is for; nothing if issei has no use for it.
pub(super) fn meaning(field: Field) -> Option<Meaning> {
    match field.enterprise {
        0 => forward(field.element),
        ie::REVERSE => reverse(field.element),
        _ => None,
    }
}

/// Elements of IANA's registry, in the registry's order.
const fn forward(element: u16) -> Option<Meaning> {
    match element {
        ie::OCTET_DELTA_COUNT => is(Place::Bytes, 0),
        ie::PACKET_DELTA_COUNT => is(Place::Packets, 0),
        ie::PROTOCOL_IDENTIFIER => is(Place::Protocol, 0),
        ie::TCP_CONTROL_BITS => is(Place::Flags, 0),
        ie::SOURCE_TRANSPORT_PORT => is(Place::SourcePort, 0),
        ie::SOURCE_IPV4_ADDRESS => is(Place::Source4, 0),
        ie::INGRESS_INTERFACE => is(Place::Input, 0),
        ie::DESTINATION_TRANSPORT_PORT => is(Place::DestinationPort, 0),
        ie::DESTINATION_IPV4_ADDRESS => is(Place::Destination4, 0),
        ie::EGRESS_INTERFACE => is(Place::Output, 0),
        ie::FLOW_END_SYS_UP_TIME => time(Place::Last, 4, Unit::Uptime),
        ie::FLOW_START_SYS_UP_TIME => time(Place::First, 4, Unit::Uptime),
        ie::POST_OCTET_DELTA_COUNT => is(Place::Bytes, 3),
        ie::POST_PACKET_DELTA_COUNT => is(Place::Packets, 3),
        ie::SOURCE_IPV6_ADDRESS => is(Place::Source6, 0),
        ie::DESTINATION_IPV6_ADDRESS => is(Place::Destination6, 0),
        ie::ICMP_TYPE_CODE_IPV4 => is(Place::Icmp4, 0),
        ie::SAMPLING_INTERVAL => is(Place::Interval, 0),
        ie::SAMPLER_ID => is(Place::Sampler, 1),
        ie::SAMPLER_RANDOM_INTERVAL => is(Place::Interval, 1),
        ie::VLAN_ID => is(Place::Vlan, 0),
        ie::MPLS_TOP_LABEL => is(Place::Mpls, 0),
        ie::OCTET_TOTAL_COUNT => is(Place::Bytes, 1),
        ie::PACKET_TOTAL_COUNT => is(Place::Packets, 1),
        ie::LAYER2_PACKET_SECTION_DATA => is(Place::Section, 1),
        ie::FLOW_END_REASON => is(Place::EndReason, 0),
        ie::ICMP_TYPE_CODE_IPV6 => is(Place::Icmp6, 0),
        ie::FLOW_START_SECONDS => time(Place::First, 2, Unit::Seconds),
        ie::FLOW_END_SECONDS => time(Place::Last, 2, Unit::Seconds),
        ie::FLOW_START_MILLISECONDS => time(Place::First, 1, Unit::Millis),
        ie::FLOW_END_MILLISECONDS => time(Place::Last, 1, Unit::Millis),
        ie::FLOW_START_MICROSECONDS | ie::FLOW_START_NANOSECONDS => {
            time(Place::First, 0, Unit::Ntp)
        }
        ie::FLOW_END_MICROSECONDS | ie::FLOW_END_NANOSECONDS => time(Place::Last, 0, Unit::Ntp),
        ie::FLOW_START_DELTA_MICROSECONDS => time(Place::First, 3, Unit::BeforeExport),
        ie::FLOW_END_DELTA_MICROSECONDS => time(Place::Last, 3, Unit::BeforeExport),
        ie::SYSTEM_INIT_TIME_MILLISECONDS => is(Place::InitTime, 0),
        ie::FLOW_DURATION_MILLISECONDS => time(Place::Duration, 1, Unit::Millis),
        ie::FLOW_DURATION_MICROSECONDS => time(Place::Duration, 0, Unit::BeforeExport),
        ie::ICMP_TYPE_IPV4 | ie::ICMP_TYPE_IPV6 => is(Place::IcmpType, 0),
        ie::ICMP_CODE_IPV4 | ie::ICMP_CODE_IPV6 => is(Place::IcmpCode, 0),
        ie::UDP_SOURCE_PORT | ie::TCP_SOURCE_PORT => is(Place::SourcePort, 1),
        ie::UDP_DESTINATION_PORT | ie::TCP_DESTINATION_PORT => is(Place::DestinationPort, 1),
        ie::POST_NAT_SOURCE_IPV4_ADDRESS => is(Place::NatSource4, 0),
        ie::POST_NAT_DESTINATION_IPV4_ADDRESS => is(Place::NatDestination4, 0),
        ie::POST_NAPT_SOURCE_TRANSPORT_PORT => is(Place::NatSourcePort, 0),
        ie::POST_NAPT_DESTINATION_TRANSPORT_PORT => is(Place::NatDestinationPort, 0),
        ie::INITIATOR_OCTETS => is(Place::Bytes, 2),
        ie::RESPONDER_OCTETS => is(Place::ReverseBytes, 2),
        ie::BIFLOW_DIRECTION => is(Place::OpenedBy, 0),
        ie::DOT1Q_VLAN_ID => is(Place::Vlan, 1),
        ie::INGRESS_PHYSICAL_INTERFACE => is(Place::Input, 1),
        ie::EGRESS_PHYSICAL_INTERFACE => is(Place::Output, 1),
        ie::POST_NAT_SOURCE_IPV6_ADDRESS => is(Place::NatSource6, 0),
        ie::POST_NAT_DESTINATION_IPV6_ADDRESS => is(Place::NatDestination6, 0),
        ie::INITIATOR_PACKETS => is(Place::Packets, 2),
        ie::RESPONDER_PACKETS => is(Place::ReversePackets, 2),
        ie::SELECTOR_ID => is(Place::Sampler, 0),
        ie::SAMPLING_PACKET_INTERVAL => is(Place::RunLength, 0),
        ie::SAMPLING_PACKET_SPACE => is(Place::Space, 0),
        ie::SAMPLING_SIZE => is(Place::Size, 0),
        ie::SAMPLING_POPULATION => is(Place::Population, 0),
        ie::SAMPLING_PROBABILITY => is(Place::Probability, 0),
        ie::DATA_LINK_FRAME_SIZE => is(Place::FrameSize, 0),
        ie::IP_HEADER_PACKET_SECTION => Some(Meaning {
            place: Place::Section,
            rank: 2,
            unit: Unit::None,
            section: Section::IpHeader,
        }),
        ie::DATA_LINK_FRAME_SECTION => is(Place::Section, 0),
        ie::OBSERVATION_TIME_SECONDS => time(Place::Last, 8, Unit::Seconds),
        ie::OBSERVATION_TIME_MILLISECONDS => time(Place::Last, 7, Unit::Millis),
        ie::OBSERVATION_TIME_MICROSECONDS | ie::OBSERVATION_TIME_NANOSECONDS => {
            time(Place::Last, 6, Unit::Ntp)
        }
        ie::LAYER2_OCTET_DELTA_COUNT => is(Place::Bytes, 4),
        _ => None,
    }
}

/// The same elements of the reverse direction (RFC 5103, section 6.1).
const fn reverse(element: u16) -> Option<Meaning> {
    match element {
        ie::OCTET_DELTA_COUNT => is(Place::ReverseBytes, 0),
        ie::PACKET_DELTA_COUNT => is(Place::ReversePackets, 0),
        ie::TCP_CONTROL_BITS => is(Place::ReverseFlags, 0),
        ie::OCTET_TOTAL_COUNT => is(Place::ReverseBytes, 1),
        ie::PACKET_TOTAL_COUNT => is(Place::ReversePackets, 1),
        _ => None,
    }
}

const fn is(place: Place, rank: u8) -> Option<Meaning> {
    Some(Meaning {
        place,
        rank,
        unit: Unit::None,
        section: Section::Frame,
    })
}

const fn time(place: Place, rank: u8, unit: Unit) -> Option<Meaning> {
    Some(Meaning {
        place,
        rank,
        unit,
        section: Section::Frame,
    })
}
