//! The way between a peer and us, which whoever sends hands back without looking into it.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

/// Between whom packets go: a pair of transport addresses (RFC 8445's candidate pair). Whoever sends may compare paths and keep
/// them, and does not know what they are made of: today the two ends of UDP datagrams, one day a TCP connection too (RFC 6544).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The peer's address; never a v4-mapped one.
    remote: SocketAddr,
    /// The address of ours that the peer's packets come to, which ours must come from: on a machine with several, the
    /// routing table alone may choose another, and NATs and browsers drop what comes from there.
    local: Option<IpAddr>,
}

impl Path {
    /// The way of UDP datagrams from `remote` to the address `local` of ours, where the system tells which that is.
    pub fn udp(remote: SocketAddr, local: Option<IpAddr>) -> Path {
        Path { remote: unmapped(remote), local: local.map(|ip| ip.to_canonical()) }
    }

    /// Both have the same other end: what comes along either is from the same peer.
    pub fn has_same_remote(&self, other: &Path) -> bool {
        self.remote == other.remote
    }

    /// The IP address at the other end, for what is bounded by address.
    pub fn remote_ip(&self) -> IpAddr {
        self.remote().ip()
    }

    pub(crate) fn remote(&self) -> SocketAddr {
        self.remote
    }

    pub(crate) fn local(&self) -> Option<IpAddr> {
        self.local
    }
}

/// The address itself where it is a v4-mapped one, so that one peer has one address whatever the socket.
pub(crate) fn unmapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V6(v6) => match v6.ip().to_ipv4_mapped() {
            Some(v4) => SocketAddr::from((v4, v6.port())),
            None => SocketAddrV6::new(*v6.ip(), v6.port(), 0, v6.scope_id()).into(),
        },
        v4 => v4,
    }
}

/// As an IPv6 socket takes it.
pub(crate) fn mapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port())),
        v6 => v6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_normalised() {
        let mapped_text: SocketAddr = "[::ffff:192.0.2.1]:5".parse().expect("an address");
        let plain: SocketAddr = "192.0.2.1:5".parse().expect("an address");
        assert_eq!(unmapped(mapped_text), plain);
        assert_eq!(mapped(plain), mapped_text);
        let v6: SocketAddr = "[2001:db8::1]:5".parse().expect("an address");
        assert_eq!(unmapped(v6), v6);
        assert_eq!(Path::udp(mapped_text, None), Path::udp(plain, None), "one peer has one path whatever the socket");
    }
}
