//! The information elements that issei gives a meaning to.
//!
//! Standard: IANA's registry of IPFIX information elements; NetFlow v9 uses the same numbers
//! (RFC 3954, section 8), except where it is said.

macro_rules! elements {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: u16 = $number;)+
    };
}

/// The enterprise number under which the elements of the reverse direction stand (RFC 5103).
pub const REVERSE: u32 = 29305;

elements! {
    /// Bytes since the last report.
    OCTET_DELTA_COUNT = 1;
    /// Packets since the last report.
    PACKET_DELTA_COUNT = 2;
    /// IP protocol.
    PROTOCOL_IDENTIFIER = 4;
    /// TCP flags.
    TCP_CONTROL_BITS = 6;
    /// Source port.
    SOURCE_TRANSPORT_PORT = 7;
    /// Source address.
    SOURCE_IPV4_ADDRESS = 8;
    /// Interface in.
    INGRESS_INTERFACE = 10;
    /// Destination port.
    DESTINATION_TRANSPORT_PORT = 11;
    /// Destination address.
    DESTINATION_IPV4_ADDRESS = 12;
    /// Interface out.
    EGRESS_INTERFACE = 14;
    /// Last packet, milliseconds of the exporter's uptime.
    FLOW_END_SYS_UP_TIME = 21;
    /// First packet, milliseconds of the exporter's uptime.
    FLOW_START_SYS_UP_TIME = 22;
    /// Bytes after the middlebox.
    POST_OCTET_DELTA_COUNT = 23;
    /// Packets after the middlebox.
    POST_PACKET_DELTA_COUNT = 24;
    /// Source address.
    SOURCE_IPV6_ADDRESS = 27;
    /// Destination address.
    DESTINATION_IPV6_ADDRESS = 28;
    /// ICMP type × 256 + code.
    ICMP_TYPE_CODE_IPV4 = 32;
    /// One packet in this many was looked at.
    SAMPLING_INTERVAL = 34;
    /// Which sampler looked.
    SAMPLER_ID = 48;
    /// One packet in this many was looked at, at random.
    SAMPLER_RANDOM_INTERVAL = 50;
    /// VLAN.
    VLAN_ID = 58;
    /// Topmost MPLS label.
    MPLS_TOP_LABEL = 70;
    /// Bytes since the flow began.
    OCTET_TOTAL_COUNT = 85;
    /// Packets since the flow began.
    PACKET_TOTAL_COUNT = 86;
    /// The first bytes of a frame, in NetFlow v9.
    LAYER2_PACKET_SECTION_DATA = 104;
    /// Why the flow was reported.
    FLOW_END_REASON = 136;
    /// ICMP type × 256 + code.
    ICMP_TYPE_CODE_IPV6 = 139;
    /// First packet, seconds.
    FLOW_START_SECONDS = 150;
    /// Last packet, seconds.
    FLOW_END_SECONDS = 151;
    /// First packet, milliseconds.
    FLOW_START_MILLISECONDS = 152;
    /// Last packet, milliseconds.
    FLOW_END_MILLISECONDS = 153;
    /// First packet, in NTP's format.
    FLOW_START_MICROSECONDS = 154;
    /// Last packet, in NTP's format.
    FLOW_END_MICROSECONDS = 155;
    /// First packet, in NTP's format.
    FLOW_START_NANOSECONDS = 156;
    /// Last packet, in NTP's format.
    FLOW_END_NANOSECONDS = 157;
    /// First packet, microseconds before the export.
    FLOW_START_DELTA_MICROSECONDS = 158;
    /// Last packet, microseconds before the export.
    FLOW_END_DELTA_MICROSECONDS = 159;
    /// When the exporter started, milliseconds.
    SYSTEM_INIT_TIME_MILLISECONDS = 160;
    /// How long the flow took, milliseconds.
    FLOW_DURATION_MILLISECONDS = 161;
    /// How long the flow took, microseconds.
    FLOW_DURATION_MICROSECONDS = 162;
    /// ICMP type.
    ICMP_TYPE_IPV4 = 176;
    /// ICMP code.
    ICMP_CODE_IPV4 = 177;
    /// ICMP type.
    ICMP_TYPE_IPV6 = 178;
    /// ICMP code.
    ICMP_CODE_IPV6 = 179;
    /// UDP source port.
    UDP_SOURCE_PORT = 180;
    /// UDP destination port.
    UDP_DESTINATION_PORT = 181;
    /// TCP source port.
    TCP_SOURCE_PORT = 182;
    /// TCP destination port.
    TCP_DESTINATION_PORT = 183;
    /// Nothing.
    PADDING_OCTETS = 210;
    /// Source address after translation.
    POST_NAT_SOURCE_IPV4_ADDRESS = 225;
    /// Destination address after translation.
    POST_NAT_DESTINATION_IPV4_ADDRESS = 226;
    /// Source port after translation.
    POST_NAPT_SOURCE_TRANSPORT_PORT = 227;
    /// Destination port after translation.
    POST_NAPT_DESTINATION_TRANSPORT_PORT = 228;
    /// Bytes of who opened.
    INITIATOR_OCTETS = 231;
    /// Bytes of who answered.
    RESPONDER_OCTETS = 232;
    /// Whether the source of the record opened the flow.
    BIFLOW_DIRECTION = 239;
    /// IEEE 802.1Q VLAN.
    DOT1Q_VLAN_ID = 243;
    /// Interface in, physical.
    INGRESS_PHYSICAL_INTERFACE = 252;
    /// Interface out, physical.
    EGRESS_PHYSICAL_INTERFACE = 253;
    /// Source address after translation.
    POST_NAT_SOURCE_IPV6_ADDRESS = 281;
    /// Destination address after translation.
    POST_NAT_DESTINATION_IPV6_ADDRESS = 282;
    /// Packets of who opened.
    INITIATOR_PACKETS = 298;
    /// Packets of who answered.
    RESPONDER_PACKETS = 299;
    /// Which chain of selectors.
    SELECTION_SEQUENCE_ID = 301;
    /// Which selector looked.
    SELECTOR_ID = 302;
    /// Packets in a row that are looked at.
    SAMPLING_PACKET_INTERVAL = 305;
    /// Packets in a row that are not.
    SAMPLING_PACKET_SPACE = 306;
    /// Packets looked at, of a population.
    SAMPLING_SIZE = 309;
    /// Packets of which they were chosen.
    SAMPLING_POPULATION = 310;
    /// How likely a packet is looked at, as a floating-point number.
    SAMPLING_PROBABILITY = 311;
    /// Length of the frame on the wire.
    DATA_LINK_FRAME_SIZE = 312;
    /// The first bytes of a packet, from the IP header on.
    IP_HEADER_PACKET_SECTION = 313;
    /// The first bytes of a frame.
    DATA_LINK_FRAME_SECTION = 315;
    /// When it was observed, seconds.
    OBSERVATION_TIME_SECONDS = 322;
    /// When it was observed, milliseconds.
    OBSERVATION_TIME_MILLISECONDS = 323;
    /// When it was observed, in NTP's format.
    OBSERVATION_TIME_MICROSECONDS = 324;
    /// When it was observed, in NTP's format.
    OBSERVATION_TIME_NANOSECONDS = 325;
    /// Bytes at layer 2.
    LAYER2_OCTET_DELTA_COUNT = 352;
}
