//! The addresses of this machine that a link may name, the likeliest first.

use crate::{
    default_route_address,
    system::{Interface, interfaces},
};
use protocol::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One address of this machine that people may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// The address.
    pub ip: IpAddr,
    /// The same for the panel, with a sentence that says who can open a link with it.
    pub address: Address,
}

/// The machine's usable addresses, the one on the default route first, then those that most people can reach, loopback last. IPv6 link-local ones are left
/// out: a browser cannot open them, for they need a zone.
pub fn addresses() -> Vec<LocalAddress> {
    let found = interfaces().unwrap_or_else(|error| {
        tracing::warn!("the interfaces cannot be listed ({error}): only this computer is offered");
        vec![Interface { name: "lo".to_owned(), ip: Ipv4Addr::LOCALHOST.into(), point_to_point: false }]
    });
    in_order(found, default_route_address())
}

fn in_order(mut found: Vec<Interface>, default_route: Option<IpAddr>) -> Vec<LocalAddress> {
    found.retain(|interface| is_usable(interface.ip));
    // The sort is stable: what ranks the same stays in the system's order.
    found.sort_by_key(|interface| (Some(interface.ip) != default_route, Reach::of(interface), interface.ip.is_ipv6()));
    found.dedup_by_key(|interface| interface.ip);
    found.into_iter().map(LocalAddress::from).collect()
}

fn is_usable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast(),
        IpAddr::V6(ip) => !ip.is_unspecified() && !ip.is_multicast() && !ip.is_unicast_link_local(),
    }
}

impl From<Interface> for LocalAddress {
    fn from(interface: Interface) -> Self {
        let reach = Reach::of(&interface).sentence().to_owned();
        Self { ip: interface.ip, address: Address { host: interface.ip.to_string(), interface: interface.name, reach } }
    }
}

/// Who can open a link with an address; in the order in which people want them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Network,
    Internet,
    Provider,
    Cable,
    Vpn,
    Guests,
    Computer,
}

impl Reach {
    fn of(interface: &Interface) -> Self {
        let (private, carrier_grade, link_local) = match interface.ip {
            IpAddr::V4(ip) => (ip.is_private(), is_carrier_grade(ip), ip.is_link_local()),
            IpAddr::V6(ip) => (ip.is_unique_local() || is_documentation(ip), false, false),
        };
        if interface.ip.is_loopback() {
            Self::Computer
        } else if is_guests(&interface.name) {
            Self::Guests
        } else if interface.point_to_point || is_tunnel(&interface.name) {
            Self::Vpn
        } else if link_local {
            Self::Cable
        } else if carrier_grade {
            Self::Provider
        } else if private {
            Self::Network
        } else {
            Self::Internet
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Network => "People on your network",
            Self::Internet => "Anyone on the internet, unless a firewall is in between",
            Self::Vpn => "People in your VPN",
            Self::Provider => "People on your provider's network",
            Self::Cable => "A computer connected by a cable",
            Self::Guests => "Containers and virtual machines on this computer",
            Self::Computer => "Only this computer",
        }
    }
}

/// The usual names of tunnels.
fn is_tunnel(name: &str) -> bool {
    let names = [
        "tun",
        "tap",
        "wg",
        "tailscale",
        "zt",
        "ppp",
        "utun",
        "nordlynx",
        "ipsec",
        "vti",
        "gre",
        "sit",
        "ip6tnl",
        "nebula",
    ];
    names.iter().any(|start| name.starts_with(start))
}

/// The usual names of what containers and virtual machines on this computer are behind. A bridge that people made themselves (`br0`,
/// `br-lan`) is none: Docker's has twelve hex digits behind its `br-`.
fn is_guests(name: &str) -> bool {
    let names = [
        "docker",
        "virbr",
        "lxc",
        "lxd",
        "incusbr",
        "podman",
        "cni",
        "flannel",
        "cali",
        "cilium",
        "vboxnet",
        "vmnet",
        "vnet",
        "ve-",
        "vb-",
        "waydroid",
        "vEthernet",
    ];
    let is_docker = |id: &str| id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    names.iter().any(|start| name.starts_with(start)) || name.strip_prefix("br-").is_some_and(is_docker)
}

/// 100.64.0.0/10, shared between a provider and its customers (RFC 6598).
fn is_carrier_grade(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && b & 0xc0 == 64
}

/// 2001:db8::/32 is nobody's on the internet (RFC 3849).
fn is_documentation(ip: Ipv6Addr) -> bool {
    ip.segments()[..2] == [0x2001, 0xdb8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, ip: &str) -> Interface {
        Interface { name: name.to_owned(), ip: ip.parse().expect("the test wrote it"), point_to_point: name == "wg0" }
    }

    #[test]
    fn the_default_route_first_and_loopback_last() {
        let found = vec![
            interface("lo", "127.0.0.1"),
            interface("lo", "::1"),
            interface("docker0", "172.17.0.1"),
            interface("wg0", "10.8.0.2"),
            interface("eth0", "192.168.1.20"),
            interface("eth0", "fe80::1"),
            interface("eth0", "2a00:1450::20"),
            interface("wlan0", "192.168.7.3"),
        ];
        let listed = in_order(found, "192.168.7.3".parse().ok());
        let told: Vec<_> =
            listed.iter().map(|local| (local.address.host.as_str(), local.address.reach.as_str())).collect();
        assert_eq!(
            told,
            [
                ("192.168.7.3", "People on your network"),
                ("192.168.1.20", "People on your network"),
                ("2a00:1450::20", "Anyone on the internet, unless a firewall is in between"),
                ("10.8.0.2", "People in your VPN"),
                ("172.17.0.1", "Containers and virtual machines on this computer"),
                ("127.0.0.1", "Only this computer"),
                ("::1", "Only this computer"),
            ]
        );
    }

    #[test]
    fn without_a_default_route_the_best_that_others_can_reach_comes_first() {
        let first = |found: &[(&str, &str)]| {
            let found = found.iter().map(|(name, ip)| interface(name, ip)).collect();
            in_order(found, None).first().map(|local| local.address.host.clone()).expect("there is one")
        };
        let lo = ("lo", "127.0.0.1");
        assert_eq!(first(&[lo, ("docker0", "172.17.0.1"), ("wlan0", "192.168.4.1")]), "192.168.4.1", "a hotspot");
        assert_eq!(first(&[lo, ("wg0", "10.8.0.2"), ("eth0", "169.254.7.7")]), "169.254.7.7", "a cable");
        assert_eq!(first(&[lo, ("tailscale0", "100.64.0.9"), ("eth0", "100.64.3.4")]), "100.64.3.4");
        assert_eq!(first(&[lo, ("eth0", "fe80::1"), ("eth0", "fd00::7"), ("virbr0", "192.168.122.1")]), "fd00::7");
        assert_eq!(first(&[lo, ("br-0123456789ab", "172.18.0.1"), ("br-lan", "10.0.0.1")]), "10.0.0.1");
        assert_eq!(
            first(&[lo, ("eth1", "10.1.0.1"), ("eth0", "192.168.1.1")]),
            "10.1.0.1",
            "of several the system's first"
        );
        assert_eq!(first(&[lo, ("docker0", "172.17.0.1")]), "172.17.0.1", "guests are others, too");
        assert_eq!(first(&[("lo", "::1"), lo, ("eth0", "fe80::1")]), "127.0.0.1", "where there is nothing else");
    }

    #[test]
    fn a_providers_shared_address_is_not_the_internet() {
        assert_eq!(Reach::of(&interface("eth0", "100.64.3.4")), Reach::Provider);
        assert_eq!(Reach::of(&interface("tailscale0", "100.64.3.4")), Reach::Vpn);
        assert_eq!(Reach::of(&interface("eth0", "100.128.0.1")), Reach::Internet);
        assert_eq!(Reach::of(&interface("eth0", "169.254.8.9")), Reach::Cable);
        assert_eq!(Reach::of(&interface("eth0", "fd00::7")), Reach::Network);
    }

    #[test]
    fn this_machine_has_loopback_and_its_default_route() {
        let listed = addresses();
        assert!(listed.iter().any(|local| local.ip == IpAddr::from(Ipv4Addr::LOCALHOST)), "{listed:?}");
        if let Some(default_route) = default_route_address() {
            assert_eq!(listed[0].ip, default_route, "the address on the default route comes first: {listed:?}");
        }
    }
}
