//! What we make up is valid in the eyes of others.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::wireshark::{self, Heads, SUMS, TSHARK};
use super::{Check, Scene};

/// Every checksum of a simulated capture is right.
pub const PACKETS: Check = Check {
    name: "tshark finds every checksum of simulated packets right",
    needs: &[TSHARK],
    run: packets,
};

/// Captured exports are whole, as packets and as what they carry.
pub const EXPORTS: Check = Check {
    name: "tshark finds nothing malformed in simulated exports",
    needs: &[TSHARK],
    run: exports,
};

/// The fields that tshark shows only where something makes no sense to it.
const COMPLAINTS: [&str; 7] = [
    "_ws.malformed",
    "cflow.no_template_found",
    "cflow.flowset_length.invalid",
    "cflow.unexpected_sequence_number",
    "cflow.template_ipfix_scope_field_count.none",
    "cflow.template_ipfix_scope_field_count.too_many",
    "sflow.invalid_address_type",
];

fn packets(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("valid")?;
    let made = scene.simulated(Format::Pcap)?;
    let heads = wireshark::heads(&folder, &made.path)?;
    let mut comparison = Comparison::default();
    comparison.same("packets", made.truth.all().packets, heads.packets);
    judge(&mut comparison, &heads);
    // All heads with a sum that a capture without payload can show.
    comparison.some("right sums of TCP", heads.right[1]);
    Ok(comparison)
}

fn exports(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("valid")?;
    let mut comparison = Comparison::default();
    for format in [Format::Netflow9, Format::Ipfix, Format::Sflow] {
        let made = scene.simulated(format)?;
        let heads = wireshark::heads(&folder, &made.path)?;
        let word = format.word();
        comparison.same(
            &format!("datagrams of {word}"),
            made.truth.all().datagrams,
            heads.packets,
        );
        judge(&mut comparison, &heads);
        for (complaint, count) in
            COMPLAINTS
                .iter()
                .zip(wireshark::occurrences(&folder, &made.path, &COMPLAINTS)?)
        {
            comparison.none(&format!("× `{complaint}` in {word}"), count);
        }
    }
    Ok(comparison)
}

fn judge(comparison: &mut Comparison, heads: &Heads) {
    comparison.none("malformed packets", heads.malformed);
    for (name, wrong) in SUMS.iter().zip(heads.wrong) {
        comparison.none(&format!("wrong sums of {name}"), wrong);
    }
    comparison.some("right sums of ip", heads.right[0]);
}
