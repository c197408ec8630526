//! Which address this machine has on its way to the rest of the world.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// The machine's address on its default route, IPv4 before IPv6: what a link names when nobody chose. None without a
/// default route.
pub fn default_route_address() -> Option<IpAddr> {
    source_for(IpAddr::from(DOCUMENTATION_V4)).or_else(|| source_for(IpAddr::from(DOCUMENTATION_V6)))
}

/// Addresses that no route names but the default one (RFC 5737, RFC 3849).
const DOCUMENTATION_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const DOCUMENTATION_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// Connecting a UDP socket sends nothing; it makes the kernel choose the route, and with it the source address.
fn source_for(target: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((target, 9)).ok()?;
    let source = socket.local_addr().ok()?.ip();
    (!source.is_unspecified() && !source.is_loopback()).then_some(source)
}
