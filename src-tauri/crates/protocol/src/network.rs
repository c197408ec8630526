//! What counts as one address, wherever something is bounded by it.
//!
//! Loopback is none: see [`Network::of`].

use std::net::{IpAddr, Ipv6Addr};

/// One IPv4 address, or one IPv6 /64: an IPv6 subscriber has a whole /64 to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// None for loopback, which no limit concerns: on it is this machine, or a tunnel that hides everybody behind it.
    pub fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            address if address.is_loopback() => None,
            IpAddr::V6(address) => Some(Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into())),
            address => Some(Self(address)),
        }
    }

    /// The whole of what an IPv6 subscriber may be given, a /56, as one: for what costs others the more the more one has of it.
    pub fn wide(address: IpAddr) -> Option<Self> {
        Self::of(address).map(|network| match network.0 {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 72 << 72).into()),
            IpAddr::V4(_) => network,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Network> {
        Network::of(text.parse().expect("the tests' addresses are well-formed"))
    }

    #[test]
    fn an_ipv6_subscriber_is_one() {
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::"), of("2001:db8:1:3::"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"), "a mapped address is the IPv4 address");
    }

    #[test]
    fn a_56_is_one_where_it_is_asked_for() {
        let wide = |text: &str| Network::wide(text.parse().expect("the tests' addresses are well-formed"));
        assert_eq!(wide("2001:db8:1:2ff::1"), wide("2001:db8:1:200:ffff::"));
        assert_ne!(wide("2001:db8:1:200::"), wide("2001:db8:1:300::"));
        assert_ne!(wide("10.0.0.1"), wide("10.0.0.2"));
        assert_eq!(wide("::1"), None);
    }

    #[test]
    fn loopback_is_exempt() {
        for loopback in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(of(loopback), None, "{loopback}");
        }
    }
}
