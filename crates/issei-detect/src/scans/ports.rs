//! What a TCP port means to the rules on scans: one byte for each port, read once per record.

use super::parameters::ScanParameters;

/// The meanings of ports.
#[derive(Clone, Debug)]
pub(super) struct Ports {
    kinds: Box<[u8]>,
    swapped: Vec<u16>,
}

/// What a port means, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind(u8);

const WORM: u8 = 1 << 0;
const LOGIN: u8 = 1 << 1;
const EVERYDAY: u8 = 1 << 2;

impl Kind {
    /// Hardly anybody but worms probes it.
    #[inline]
    pub(super) const fn is_worm(self) -> bool {
        self.0 & WORM != 0
    }

    /// A service that asks for a password listens there.
    #[inline]
    pub(super) const fn is_login(self) -> bool {
        self.0 & LOGIN != 0
    }

    /// Nothing is known of what listens there.
    #[inline]
    pub(super) const fn is_unusual(self) -> bool {
        self.0 == 0
    }

    /// Neither worms nor log-ins go there.
    #[inline]
    pub(super) const fn is_plain(self) -> bool {
        self.0 & (WORM | LOGIN) == 0
    }
}

impl Ports {
    pub(super) fn new(parameters: &ScanParameters) -> Self {
        let mut kinds = vec![0; 1 << 16].into_boxed_slice();
        let p = parameters;
        let lists = [
            (&p.worm_ports.value, WORM),
            (&p.login_ports.value, LOGIN),
            (&p.everyday_ports.value, EVERYDAY),
        ];
        for (list, kind) in lists {
            for &port in list {
                kinds[usize::from(port)] |= kind;
            }
        }
        // Nobody listens at a swapped port, so nobody but this family asks there.
        for port in &p.swapped_ports.value {
            kinds[usize::from(port.swap_bytes())] |= WORM;
        }
        Self {
            kinds,
            swapped: p.swapped_ports.value.clone(),
        }
    }

    #[inline]
    pub(super) fn kind(&self, port: u16) -> Kind {
        Kind(self.kinds[usize::from(port)])
    }

    /// Finds a port among those probed in both byte orders: its place, and whether its bytes are
    /// swapped.
    pub(super) fn swapped(&self, port: u16) -> Option<(u32, bool)> {
        let place = |wanted| self.swapped.iter().position(|&port| port == wanted);
        let plain = place(port).map(|place| (place as u32, false));
        plain.or_else(|| place(port.swap_bytes()).map(|place| (place as u32, true)))
    }
}
