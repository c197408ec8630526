//! The addresses of this machine that a link may name, the likeliest first.

use crate::{
    connections::Connections,
    default_route_address,
    medium::Medium,
    system::{Interface, interfaces},
};
use protocol::{Address, Scope};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use words::{Said, said};

/// One address of this machine that people may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// The address.
    pub ip: IpAddr,
    /// The same for the panel, with a sentence that says who can open a link with it.
    pub address: Address,
}

/// The networks that this machine is on, looked at again and again.
#[derive(Debug, Default)]
pub struct Networks {
    connections: Connections,
    /// What the machine had when its interfaces could be listed last.
    last: Vec<Interface>,
}

impl Networks {
    /// The machine's usable addresses, the one on the default route first, then those that most people can reach, loopback last. IPv6
    /// link-local ones are left out: a browser cannot open them, for they need a zone.
    ///
    /// With `ask_names` it is asked what people called the connections, where the addresses are others than when that was asked last. It may
    /// take a second or two.
    pub fn look(&mut self, ask_names: bool) -> Vec<LocalAddress> {
        let mut found = self.found(interfaces());
        let names = if ask_names {
            self.connections.of(found.iter().map(|interface| (interface.name.clone(), interface.ip)).collect())
        } else {
            self.connections.known()
        };
        for interface in &mut found {
            // What a network is called on the air is what its users call it; a connection may be "Auto 3".
            interface.given = interface.given.take().or_else(|| names.get(&interface.name).cloned());
        }
        in_order(found, default_route_address())
    }

    /// What was listed, or what was listed before: a program that may open no file more cannot look, and is reached where it was.
    fn found(&mut self, listed: io::Result<Vec<Interface>>) -> Vec<Interface> {
        match listed {
            Ok(found) => self.last = found,
            Err(error) if self.last.is_empty() => {
                tracing::warn!("the interfaces cannot be listed ({error}): only this computer is offered");
                return vec![Interface::of("lo", Ipv4Addr::LOCALHOST.into(), false, Medium::Computer)];
            }
            Err(error) => tracing::debug!("the interfaces cannot be listed now: {error}"),
        }
        self.last.clone()
    }
}

fn in_order(mut found: Vec<Interface>, default_route: Option<IpAddr>) -> Vec<LocalAddress> {
    found.retain(|interface| is_usable(interface.ip));
    // The sort is stable: what ranks the same stays in the system's order.
    found.sort_by_key(|interface| (Some(interface.ip) != default_route, scope(interface), interface.ip.is_ipv6()));
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
        let scope = scope(&interface);
        let Interface { name, ip, medium, given, .. } = interface;
        let Said { message: network, by } = medium.called(&name, given.as_deref());
        let address = Address {
            host: ip.to_string(),
            network,
            by,
            interface: name,
            reach: sentence(scope).message,
            cannot: cannot(scope, ip).message,
            scope,
        };
        Self { ip, address }
    }
}

fn scope(interface: &Interface) -> Scope {
    let (private, carrier_grade, link_local) = match interface.ip {
        IpAddr::V4(ip) => (ip.is_private(), is_carrier_grade(ip), ip.is_link_local()),
        IpAddr::V6(ip) => (ip.is_unique_local() || is_documentation(ip), false, false),
    };
    if interface.ip.is_loopback() {
        Scope::Computer
    } else if interface.medium == Medium::Guests {
        Scope::Guests
    } else if interface.point_to_point || interface.medium == Medium::Vpn {
        Scope::Vpn
    } else if link_local {
        Scope::Cable
    } else if carrier_grade {
        Scope::Provider
    } else if private {
        Scope::Network
    } else {
        Scope::Internet
    }
}

/// The panel says the same by the scope.
pub(crate) fn sentence(scope: Scope) -> Said {
    match scope {
        Scope::Network => said!("reach.network"),
        Scope::Internet => said!("reach.internet"),
        Scope::Vpn => said!("reach.vpn"),
        Scope::Provider => said!("reach.provider"),
        Scope::Cable => said!("reach.cable"),
        Scope::Guests => said!("reach.guests"),
        Scope::Computer => said!("reach.computer"),
        Scope::Public => said!("reach.public"),
    }
}

/// Who cannot open it: what a broadcaster finds out only when somebody says so, unless it is said beforehand.
pub(crate) fn cannot(scope: Scope, ip: IpAddr) -> Said {
    match scope {
        Scope::Network => said!("cannot.network"),
        Scope::Internet if ip.is_ipv6() => said!("cannot.no_ipv6"),
        Scope::Internet => said!("cannot.internet"),
        Scope::Vpn => said!("cannot.vpn"),
        Scope::Provider => said!("cannot.provider"),
        Scope::Cable => said!("cannot.cable"),
        Scope::Guests | Scope::Computer => said!("cannot.here"),
        Scope::Public => said!("cannot.public"),
    }
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
        Interface::of(name, ip.parse().expect("the test wrote it"), name == "wg0", Medium::of_name(name))
    }

    #[test]
    fn a_look_that_fails_takes_nothing_from_what_was_seen() {
        let mut networks = Networks::default();
        let fails = || Err(io::Error::from_raw_os_error(24));
        let names = |found: Vec<Interface>| found.into_iter().map(|interface| interface.name).collect::<Vec<_>>();
        assert_eq!(names(networks.found(fails())), ["lo"], "nothing is known yet");
        let eth0 = vec![interface("eth0", "192.168.1.20")];
        assert_eq!(networks.found(Ok(eth0.clone())), eth0);
        assert_eq!(networks.found(fails()), eth0, "too many files are open");
        assert_eq!(networks.found(Ok(Vec::new())), [], "and where there is none any more, none is offered");
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
        assert_eq!(scope(&interface("eth0", "100.64.3.4")), Scope::Provider);
        assert_eq!(scope(&interface("tailscale0", "100.64.3.4")), Scope::Vpn);
        assert_eq!(scope(&interface("eth0", "100.128.0.1")), Scope::Internet);
        assert_eq!(scope(&interface("eth0", "169.254.8.9")), Scope::Cable);
        assert_eq!(scope(&interface("eth0", "fd00::7")), Scope::Network);
    }

    #[test]
    fn who_cannot_open_a_link_is_said_of_every_address_and_no_network_is_called_by_its_interface() {
        for (name, ip, network) in [
            ("lo", "127.0.0.1", "This computer"),
            ("wlan0", "192.168.7.3", "Wi-Fi"),
            ("wg0", "10.8.0.2", "VPN"),
            ("docker0", "172.17.0.1", "Virtual machines"),
            ("en0", "2a00:1450::20", "Network"),
            ("en0", "198.51.100.7", "Network"),
            ("en0", "100.64.3.4", "Network"),
            ("en0", "169.254.7.7", "Network"),
        ] {
            let Address { network: called, cannot, reach, interface: on, .. } =
                LocalAddress::from(interface(name, ip)).address;
            assert_eq!((called.as_str(), on.as_str()), (network, name), "{ip}");
            assert!(cannot.contains(" can") && cannot.ends_with('.') && cannot != reach, "{ip}: {cannot}");
        }
        let named = Interface { given: Some("Café Luna".into()), ..interface("wlan0", "192.168.7.3") };
        assert_eq!(LocalAddress::from(named).address.network, "Café Luna (Wi-Fi)");
    }

    #[test]
    fn this_machine_has_loopback_and_its_default_route() {
        let listed = Networks::default().look(false);
        assert!(listed.iter().any(|local| local.ip == IpAddr::from(Ipv4Addr::LOCALHOST)), "{listed:?}");
        if let Some(default_route) = default_route_address() {
            assert_eq!(listed[0].ip, default_route, "the address on the default route comes first: {listed:?}");
        }
    }
}
