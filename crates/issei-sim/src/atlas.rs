//! Turns numbers of lines, services and strangers into addresses. The whole address plan is here.
//!
//! | who | where | why there |
//! |---|---|---|
//! | lines | 10.16.0.0 upwards | RFC 1918; stands for an operator's public space |
//! | lines behind a carrier's NAT | 172.16.0.0/12, 32 to an address | RFC 1918; the shared outer address |
//! | lines over IPv6 | fd00:db8::/32, a /64 each | RFC 4193 |
//! | organisations: resolver, bank, airline | 10.255.0.0/16 | RFC 1918 |
//! | services that everybody uses, vendor clouds | 198.18.0.0/15, 2001:db8:18::/48 | RFC 2544, RFC 3849 |
//! | command, download and report servers | 198.51.100.0/24 | RFC 5737 |
//! | victims abroad | 192.0.2.0/24 | RFC 5737 |
//! | dark space | 203.0.113.0/24 unless the scenario says otherwise | RFC 5737 |
//! | everyone's resolver | 8.8.8.8 | Mirai asks exactly this one (THREATS: "resolved directly") |
//! | strangers: scan targets, scanners, sharing peers, reflectors | anywhere in unicast space | no role is ever given to one of them by name; they stand in files only |
//!
//! The lines live in private space, so a file can be judged without saying what is ours.
//! Mirai's list of ranges it skips holds private space; strangers therefore are never lines, and
//! what reaches the lines comes from the background radiation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::dice::{Dice, mix};

/// Where a line's packets come from, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) ip: IpAddr,
    /// First port of the block that a carrier's NAT gave the line, if there is one.
    pub(crate) block: Option<u16>,
}

/// The lines of a country and where they are.
#[derive(Clone, Debug)]
pub(crate) struct Atlas {
    pub(crate) lines: u32,
    /// Lines from this number on share addresses.
    first_shared: u32,
    v6_per_mille: u32,
    seed: u64,
}

/// Lines that share one outer address. Carriers plan 16 to 64 (RFC 7422 assumes some dozen).
pub(crate) const LINES_A_SHARED_ADDRESS: u32 = 32;
/// Ports in the block of one of them: 32 blocks fill the range above 1,024.
const PORTS_A_BLOCK: u16 = 2_000;
/// Most lines: 10.16.0.0 to 10.254.255.255, and the numbers of shared addresses.
pub(crate) const MOST_LINES: u32 = 8_000_000;
/// Services that have nothing to do with anybody in particular.
pub(crate) const SERVICES: u32 = 20_000;
/// Endpoints each device vendor keeps for one model.
pub(crate) const CLOUDS_A_MODEL: u8 = 8;

pub(crate) const PUBLIC_RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8));
pub(crate) const OWN_RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 255, 0, 53));

impl Atlas {
    /// Lays out so many lines, of which these shares stand behind a carrier's NAT or have IPv6.
    pub(crate) fn new(lines: u32, shared: f64, v6: f64, seed: u64) -> Self {
        let behind = (f64::from(lines) * shared) as u32;
        Self {
            lines,
            first_shared: lines - behind,
            v6_per_mille: (v6 * 1_000.0) as u32,
            seed,
        }
    }

    /// Tells where a line is.
    pub(crate) fn place(&self, line: u32) -> Place {
        if line < self.first_shared {
            let ip = Ipv4Addr::from_bits(0x0a10_0000 + line);
            return Place {
                ip: ip.into(),
                block: None,
            };
        }
        let behind = line - self.first_shared;
        let ip = Ipv4Addr::from_bits(0xac10_0000 + behind / LINES_A_SHARED_ADDRESS);
        let number = (behind % LINES_A_SHARED_ADDRESS) as u16;
        Place {
            ip: ip.into(),
            block: Some(1_024 + number * PORTS_A_BLOCK),
        }
    }

    /// Tells whether other lines stand behind the same address.
    pub(crate) fn is_shared(&self, line: u32) -> bool {
        line >= self.first_shared
    }

    /// Throws a line that shares its address with nobody; any line if all share.
    pub(crate) fn lone_line(&self, dice: &mut Dice) -> u32 {
        match self.first_shared {
            0 => dice.below(self.lines),
            lone => dice.below(lone),
        }
    }

    /// Tells the number of a line's address; lines that share it have the same.
    pub(crate) fn number(&self, line: u32) -> u32 {
        match line.checked_sub(self.first_shared) {
            None => line,
            Some(behind) => self.first_shared + behind / LINES_A_SHARED_ADDRESS,
        }
    }

    /// Throws the port that a stranger sees when a device of the line opens something.
    pub(crate) fn port(&self, line: u32, dice: &mut Dice) -> u16 {
        match self.place(line).block {
            None => dice.ephemeral(),
            Some(block) => block + dice.below(u32::from(PORTS_A_BLOCK)) as u16,
        }
    }

    /// Tells the address of a device of the line over IPv6, if the line has it.
    pub(crate) fn v6(&self, line: u32, device: u64) -> Option<IpAddr> {
        let thrown = mix(self.seed ^ u64::from(line) ^ 0x6) % 1_000;
        let host = mix(device ^ self.seed) >> 8;
        let bits = 0xfd00_0db8_u128 << 96 | u128::from(line) << 64 | u128::from(host);
        (thrown < u64::from(self.v6_per_mille)).then(|| Ipv6Addr::from_bits(bits).into())
    }

    /// Counts the IPv4 addresses that lines hold.
    pub(crate) fn addresses(&self) -> u32 {
        let shared = (self.lines - self.first_shared).div_ceil(LINES_A_SHARED_ADDRESS);
        self.first_shared + shared
    }

    /// Tells the address with this number, below [`Self::addresses`].
    pub(crate) fn address(&self, number: u32) -> IpAddr {
        let bits = match number.checked_sub(self.first_shared) {
            None => 0x0a10_0000 + number,
            Some(shared) => 0xac10_0000 + shared,
        };
        Ipv4Addr::from_bits(bits).into()
    }

    /// Lists the prefixes that are ours.
    pub(crate) fn ours() -> Vec<IpNet> {
        vec![
            v4_net([10, 0, 0, 0], 8),
            v4_net([172, 16, 0, 0], 12),
            IpNet::V6(Ipv6Net::new_assert(
                Ipv6Addr::new(0xfd00, 0xdb8, 0, 0, 0, 0, 0, 0),
                32,
            )),
        ]
    }
}

/// Dark space where a scenario names none.
pub(crate) fn usual_dark() -> IpNet {
    v4_net([203, 0, 113, 0], 24)
}

fn v4_net(octets: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from(octets), bits))
}

/// Tells the address of an ordinary service.
pub(crate) fn service(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(0xc612_0400 + number % SERVICES).into()
}

/// Tells the same service's address over IPv6.
pub(crate) fn v6_of_service(ip: IpAddr) -> IpAddr {
    let number = match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => return ip.into(),
    };
    Ipv6Addr::from_bits(0x2001_0db8_0018_0000_u128 << 64 | number).into()
}

/// Tells the address of one of the front ends that hand out films.
pub(crate) fn film_server(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(0xc612_0200 + number % 256).into()
}

/// Tells the address of one of the sixteen helpers of a kind: clocks, mail, push, meeting points.
pub(crate) fn helper(kind: Helper, number: u32) -> IpAddr {
    Ipv4Addr::from_bits(0xc612_0300 + kind as u32 * 16 + number % 16).into()
}

/// What the helpers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Helper {
    Clock,
    Mail,
    Push,
    /// Where peers of file sharing find the first others (BEP 5).
    Bootstrap,
    Game,
    Call,
    Tunnel,
    SpeedTest,
}

/// Tells the address of a vendor's endpoint for a model.
pub(crate) fn cloud(model: u8, endpoint: u8) -> IpAddr {
    Ipv4Addr::from_bits(
        0xc612_0000 + u32::from(model) * u32::from(CLOUDS_A_MODEL) + u32::from(endpoint),
    )
    .into()
}

/// Tells the address of a server of the attackers.
pub(crate) fn hostile(number: u8) -> IpAddr {
    Ipv4Addr::new(198, 51, 100, number).into()
}

/// Tells the address of a victim abroad.
pub(crate) fn victim_abroad(number: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, number).into()
}

/// Tells the address of an organisation's host.
pub(crate) fn organisation(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 255, number, 10).into()
}

/// Tells the host of an organisation's network that is bombed as a whole.
pub(crate) fn carpet_host(host: u8) -> IpAddr {
    Ipv4Addr::new(10, 255, 64, host).into()
}

/// Names the network that is bombed as a whole.
pub(crate) fn carpet_net() -> IpNet {
    v4_net([10, 255, 64, 0], 24)
}

/// Tells whether an address stands on the side of the lines.
pub(crate) fn is_home(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.octets()[0] == 10 || ip.to_bits() >> 20 == 0xac1,
        IpAddr::V6(ip) => ip.segments()[0] == 0xfd00,
    }
}

/// Throws a stranger: a unicast address that belongs to nobody with a role.
pub(crate) fn stranger(dice: &mut Dice) -> IpAddr {
    loop {
        let bits = dice.bits() as u32;
        if is_strange(bits) {
            return Ipv4Addr::from_bits(bits).into();
        }
    }
}

/// Tells the stranger with this number, always the same one.
pub(crate) fn known_stranger(number: u64) -> IpAddr {
    stranger(&mut Dice::new(number, "stranger"))
}

/// The ranges that Mirai skips and that belong to nobody (THREATS: "reserved, private and a few
/// military and corporate ranges"), by their first octet, and ours by longer prefixes.
fn is_strange(bits: u32) -> bool {
    let skipped_eights = [
        0, 3, 6, 7, 10, 11, 15, 16, 21, 22, 26, 28, 29, 30, 33, 55, 56, 127, 214, 215,
    ];
    let first = bits >> 24;
    let within = |base: u32, length: u32| bits >> (32 - length) == base >> (32 - length);
    first < 224
        && !skipped_eights.contains(&first)
        && !within(0x6440_0000, 10) // 100.64.0.0/10
        && !within(0xa9fe_0000, 16) // 169.254.0.0/16
        && !within(0xac10_0000, 12) // 172.16.0.0/12
        && !within(0xc0a8_0000, 16) // 192.168.0.0/16
        && !within(0xc612_0000, 15) // 198.18.0.0/15
        && !within(0xc000_0200, 24) // 192.0.2.0/24
        && !within(0xc633_6400, 24) // 198.51.100.0/24
        && !within(0xcb00_7100, 24) // 203.0.113.0/24
        && !within(0x0808_0000, 16) // 8.8.0.0/16: the resolver keeps its role
}

/// Addresses a scanner may choose from: 224 first octets without the twenty skipped ones.
pub(crate) const SCANNED_ADDRESSES: f64 = 204.0 * 16_777_216.0;

#[cfg(test)]
#[path = "atlas_tests.rs"]
mod tests;
