//! Which addresses are offered to a viewer.

use std::net::{IpAddr, SocketAddr};

/// What an SDP answer lists, the best first: those of the public name's addresses, then every address of this machine that
/// reaches `local`, what UDP is bound to ([`crate::Bound::local`]).
pub fn listed(local: SocketAddr, here: &[IpAddr], outside: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = Vec::new();
    let inside = match local.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => here.iter().copied().filter(IpAddr::is_ipv4).collect(),
        IpAddr::V6(ip) if ip.is_unspecified() => here.to_vec(),
        named => vec![named],
    };
    let inside = inside.into_iter().map(|ip| SocketAddr::new(ip, local.port()));
    for candidate in outside.iter().copied().chain(inside) {
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(local: &str, outside: &[&str]) -> Vec<String> {
        let here = ["192.168.1.20", "2a00::20", "127.0.0.1"].map(|ip| ip.parse().unwrap());
        let outside: Vec<_> = outside.iter().map(|address| address.parse().unwrap()).collect();
        listed(local.parse().unwrap(), &here, &outside).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_address_that_the_socket_can_be_reached_at() {
        assert_eq!(of("[::]:8787", &[]), ["192.168.1.20:8787", "[2a00::20]:8787", "127.0.0.1:8787"]);
        assert_eq!(of("0.0.0.0:8787", &[]), ["192.168.1.20:8787", "127.0.0.1:8787"]);
        assert_eq!(of("127.0.0.1:9", &[]), ["127.0.0.1:9"]);
    }

    #[test]
    fn the_public_address_first_and_none_twice() {
        let with_public = of("0.0.0.0:8787", &["203.0.113.7:9000", "192.168.1.20:8787"]);
        assert_eq!(with_public, ["203.0.113.7:9000", "192.168.1.20:8787", "127.0.0.1:8787"]);
    }
}
