//! What counts as one address.

use std::net::{IpAddr, Ipv6Addr};

/// One IPv4 address, or one IPv6 /64: an IPv6 subscriber has a whole /64 to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// None for loopback, which no limit by address concerns: on it is this machine, or a tunnel that hides everybody behind it.
    pub(crate) fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            address if address.is_loopback() => None,
            IpAddr::V6(address) => Some(Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into())),
            address => Some(Self(address)),
        }
    }
}
