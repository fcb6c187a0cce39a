//! Frames of every kind, and what an order may do to them, told from how they were made and not from their bytes.

use std::net::IpAddr;

use issei_model::{Endpoint, protocol};

/// Chance with a seed: xorshift64*.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    pub fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }
}

/// What lies behind the IP head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Ports, over TCP or UDP: from, to.
    Ports(u8, u16, u16),
    /// ICMPv6, with type and code.
    Control(u8, u8),
    /// Another protocol.
    Other(u8),
}

/// Which part of a packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    FirstFragment,
    LaterFragment,
}

/// How a frame is made.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Types of the VLAN tags.
    pub tags: Vec<u16>,
    /// Another Ethernet type than the address family's.
    pub foreign_type: Option<u16>,
    /// Another version in the IP head than the address family's.
    pub foreign_version: bool,
    pub from: IpAddr,
    pub to: IpAddr,
    pub hops: u8,
    /// Words of options of IPv4.
    pub options: usize,
    /// Extension headers of IPv6, with their units of length.
    pub extensions: Vec<(u8, u8)>,
    pub part: Part,
    pub load: Load,
    /// Whether the IP head says that the packet ends before its ports.
    pub ends_before_ports: bool,
    /// Bytes after which the frame is cut off.
    pub cut_off: usize,
}

/// A frame's bytes, and where its parts end.
pub struct Made {
    pub bytes: Vec<u8>,
    head_ends: usize,
    load_ends: usize,
}

pub const VLAN: u16 = 0x8100;
pub const SERVICE_VLAN: u16 = 0x88a8;

impl Frame {
    /// A whole packet without anything special.
    pub fn plain(from: IpAddr, to: IpAddr, load: Load) -> Self {
        Self {
            tags: Vec::new(),
            foreign_type: None,
            foreign_version: false,
            from,
            to,
            hops: 64,
            options: 0,
            extensions: Vec::new(),
            part: Part::Whole,
            load,
            ends_before_ports: false,
            cut_off: usize::MAX,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.made().bytes
    }

    pub fn made(&self) -> Made {
        let mut bytes = vec![2; 12];
        for tag in &self.tags {
            bytes.extend(tag.to_be_bytes());
            bytes.extend([0, 7]);
        }
        let own = if self.from.is_ipv4() { 0x0800 } else { 0x86dd };
        bytes.extend(self.foreign_type.unwrap_or(own).to_be_bytes());
        let load = self.load_bytes();
        let head_ends;
        match (self.from, self.to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                bytes.extend(self.head_v4(load.len()));
                bytes.extend(from.octets());
                bytes.extend(to.octets());
                bytes.extend(vec![1; self.options * 4]);
                head_ends = bytes.len();
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let extensions = self.extension_bytes();
                bytes.extend(self.head_v6(extensions.len() + load.len()));
                bytes.extend(from.octets());
                bytes.extend(to.octets());
                head_ends = bytes.len();
                bytes.extend(extensions);
            }
            _ => unreachable!("one family"),
        }
        let load_ends = bytes.len() + 4;
        bytes.extend(load);
        // The kernel takes no frame of less than an Ethernet head to try.
        bytes.truncate(self.cut_off.max(14));
        Made {
            bytes,
            head_ends,
            load_ends,
        }
    }

    /// Bytes that the IP head says are there, of so many.
    fn said(&self, load: usize, all: usize) -> u16 {
        let short = if self.ends_before_ports { load - 3 } else { 0 };
        (all - short) as u16
    }

    fn head_v4(&self, load: usize) -> Vec<u8> {
        let version = if self.foreign_version { 0x60 } else { 0x40 };
        let length = 20 + 4 * self.options;
        let mut head = vec![version | (length / 4) as u8, 0];
        head.extend(self.said(load, length + load).to_be_bytes());
        head.extend([0, 9]);
        let fragment: u16 = match self.part {
            Part::Whole => 0x4000,
            Part::FirstFragment => 0x2000,
            Part::LaterFragment => 0x00b9,
        };
        head.extend(fragment.to_be_bytes());
        head.extend([self.hops, self.protocol(), 0, 0]);
        head
    }

    fn head_v6(&self, behind: usize) -> Vec<u8> {
        let version = if self.foreign_version { 0x40 } else { 0x60 };
        let load = self.load_bytes().len();
        let mut head = vec![version, 0, 0, 0];
        head.extend(self.said(load, behind).to_be_bytes());
        let chain = self.chain();
        head.extend([
            chain.first().map_or(self.protocol(), |(next, _)| *next),
            self.hops,
        ]);
        head
    }

    /// The extensions of IPv6, with the fragment header if it is a fragment.
    fn chain(&self) -> Vec<(u8, u8)> {
        if self.from.is_ipv4() {
            return Vec::new();
        }
        let mut chain = self.extensions.clone();
        if self.part != Part::Whole {
            chain.push((44, 0));
        }
        chain
    }

    fn extension_bytes(&self) -> Vec<u8> {
        let chain = self.chain();
        let mut bytes = Vec::new();
        for (place, (kind, units)) in chain.iter().enumerate() {
            let next = chain
                .get(place + 1)
                .map_or(self.protocol(), |(next, _)| *next);
            let length = match kind {
                44 => 8,
                51 => (usize::from(*units) + 2) * 4,
                _ => 8 + usize::from(*units) * 8,
            };
            let mut header = vec![0; length];
            header[0] = next;
            header[1] = if *kind == 44 { 0 } else { *units };
            if *kind == 44 && self.part == Part::LaterFragment {
                header[2..4].copy_from_slice(&0x0b98u16.to_be_bytes());
            } else if *kind == 44 {
                header[3] = 1;
            }
            bytes.extend(header);
        }
        bytes
    }

    fn load_bytes(&self) -> Vec<u8> {
        let mut bytes = match self.load {
            Load::Ports(_, from, to) => [from.to_be_bytes(), to.to_be_bytes()].concat(),
            Load::Control(kind, code) => vec![kind, code, 0, 0],
            Load::Other(_) => vec![0; 4],
        };
        bytes.extend([0; 16]);
        bytes
    }

    fn protocol(&self) -> u8 {
        match self.load {
            Load::Ports(protocol, ..) | Load::Other(protocol) => protocol,
            Load::Control(..) => protocol::ICMP_V6,
        }
    }

    /// Tells whether its addresses can be seen.
    fn shows_addresses(&self, made: &Made) -> bool {
        self.tags.len() <= 2
            && self.foreign_type.is_none()
            && !self.foreign_version
            && made.bytes.len() >= made.head_ends
    }

    /// Tells its ports, if they can be seen: protocol, from, to.
    fn ports(&self, made: &Made) -> Option<(u8, u16, u16)> {
        let Load::Ports(protocol, from, to) = self.load else {
            return None;
        };
        let hidden = self.part == Part::LaterFragment
            || self.ends_before_ports
            || self.chain().len() > 8
            || made.bytes.len() < made.load_ends;
        (!hidden).then_some((protocol, from, to))
    }

    /// Tells whether a goal is met: by the host it is from or to, or by the service.
    pub fn meets(&self, goal: &Endpoint) -> bool {
        let made = self.made();
        if !self.shows_addresses(&made) {
            return false;
        }
        let ports = self.ports(&made);
        let side = |ip: IpAddr, port: Option<(u8, u16)>| {
            let is_service = port == Some((goal.protocol, goal.port));
            ip == goal.ip && (goal.protocol == 0 || is_service)
        };
        side(self.from, ports.map(|(protocol, from, _)| (protocol, from)))
            || side(self.to, ports.map(|(protocol, _, to)| (protocol, to)))
    }

    /// Tells whether it keeps a link or its routing alive.
    pub fn is_of_the_link(&self) -> bool {
        let made = self.made();
        let to_the_link = match self.to {
            IpAddr::V4(to) => to.octets()[..3] == [224, 0, 0],
            IpAddr::V6(to) => to.octets()[0] == 0xff && to.octets()[1] & 15 == 2,
        };
        let discovery = matches!(self.load, Load::Control(133..=137, 0))
            && self.from.is_ipv6()
            && self.chain().is_empty()
            && self.hops == 255
            && !self.ends_before_ports
            && made.bytes.len() >= made.load_ends;
        let bgp = self.ports(&made).is_some_and(|(protocol, from, to)| {
            protocol == protocol::TCP && (from == 179 || to == 179)
        });
        to_the_link || discovery || bgp && matches!(self.hops, 0 | 1 | 255)
    }

    /// Throws one, with addresses of a few.
    pub fn thrown(dice: &mut Dice, v4: &[IpAddr], v6: &[IpAddr]) -> Self {
        let pool = if dice.one_in(2) { v4 } else { v6 };
        let (from, to) = (dice.of(pool), dice.of(pool));
        let load = match dice.below(8) {
            0 => Load::Control(
                dice.of(&[128, 133, 135, 136, 137, 138]),
                dice.of(&[0, 0, 0, 1]),
            ),
            1 => Load::Other(dice.of(&[1, 47, 50, 132, 59])),
            _ => {
                let ports = [23, 80, 179, 53];
                Load::Ports(dice.of(&[6, 6, 17]), dice.of(&ports), dice.of(&ports))
            }
        };
        let mut frame = Self::plain(from, to, load);
        let tags = dice.of(&[0, 0, 0, 1, 1, 2, 2, 3]);
        frame.tags = (0..tags).map(|_| dice.of(&[VLAN, SERVICE_VLAN])).collect();
        frame.foreign_type = dice
            .one_in(30)
            .then(|| dice.of(&[0x0806, 0x8863, 0x8864, 0x88cc]));
        frame.foreign_version = dice.one_in(40);
        frame.hops = dice.of(&[0, 1, 2, 64, 254, 255]);
        frame.options = dice.of(&[0, 0, 0, 1, 10]);
        if dice.one_in(3) {
            let count = dice.below(10);
            let kinds = [0, 43, 51, 60, 135, 139, 140];
            frame.extensions = (0..count)
                .map(|_| (dice.of(&kinds), dice.of(&[0, 0, 1, 5])))
                .collect();
        }
        frame.part = dice.of(&[
            Part::Whole,
            Part::Whole,
            Part::Whole,
            Part::FirstFragment,
            Part::LaterFragment,
        ]);
        frame.ends_before_ports = dice.one_in(12);
        if dice.one_in(6) {
            frame.cut_off = dice.below(frame.bytes().len() as u64 + 1) as usize;
        }
        frame
    }
}

#[test]
fn frames_look_as_tshark_would_read_them() {
    let from = "192.0.2.1".parse().unwrap();
    let to = "192.0.2.2".parse().unwrap();
    let mut frame = Frame::plain(from, to, Load::Ports(6, 1, 2));
    frame.tags = vec![VLAN];
    let bytes = frame.bytes();
    assert_eq!(bytes[12..20], [0x81, 0, 0, 7, 8, 0, 0x45, 0]);
    assert_eq!(bytes[30..42], [192, 0, 2, 1, 192, 0, 2, 2, 0, 1, 0, 2]);
}
