//! Where the broadcast can be reached, and the links that say so, as the machine's networks come and go. Decisions only.

use crate::links::{self, Place};
use crate::settings::Settings;
use protocol::{Address, Links};
use reach::LocalAddress;
use std::net::{IpAddr, SocketAddr};

/// What a look at the machine's networks found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Surroundings {
    /// The machine's addresses.
    pub(crate) here: Vec<LocalAddress>,
    /// Of them, the one on the default route.
    pub(crate) default_route: Option<IpAddr>,
}

impl Surroundings {
    /// Looks. This asks the system, which may take its time.
    pub(crate) fn look() -> Surroundings {
        Surroundings { here: reach::addresses(), default_route: reach::default_route_address() }
    }
}

/// The port, the addresses that lead to it, and the links.
#[derive(Clone, Debug)]
pub(crate) struct Reachability {
    local: SocketAddr,
    surroundings: Surroundings,
    /// The addresses of the public name.
    outside: Vec<SocketAddr>,
    links: Links,
}

impl Reachability {
    /// Of a port bound to `local`, before anybody looked around.
    pub(crate) fn new(local: SocketAddr, outside: Vec<SocketAddr>, token: &str) -> Reachability {
        let place = Place { local, public: None, here: &[], default_route: None, chosen: None };
        Reachability { local, surroundings: Surroundings::default(), outside, links: links::links(&place, token) }
    }

    /// Takes in what a look around found; false where nothing changed.
    pub(crate) fn found(&mut self, surroundings: Surroundings) -> bool {
        let changed = surroundings != self.surroundings;
        self.surroundings = surroundings;
        changed
    }

    /// The public name changed, and these are its addresses.
    pub(crate) fn set_outside(&mut self, outside: Vec<SocketAddr>) {
        self.outside = outside;
    }

    /// The links anew; none where they stay as they are.
    pub(crate) fn renew_links(&mut self, settings: &Settings, token: &str) -> Option<Links> {
        let links = links::links(&self.place(settings), token);
        (links != self.links).then(|| {
            self.links = links.clone();
            links
        })
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// This machine's addresses.
    pub(crate) fn here(&self) -> Vec<IpAddr> {
        self.surroundings.here.iter().map(|here| here.ip).collect()
    }

    /// What an answer lists.
    pub(crate) fn candidates(&self) -> Vec<SocketAddr> {
        reach::listed(self.local, &self.here(), &self.outside)
    }

    /// What may be chosen for the link.
    pub(crate) fn addresses(&self, settings: &Settings) -> Vec<Address> {
        links::addresses(&self.place(settings))
    }

    fn place<'a>(&'a self, settings: &'a Settings) -> Place<'a> {
        Place {
            local: self.local,
            public: settings.public.as_ref(),
            here: &self.surroundings.here,
            default_route: self.surroundings.default_route,
            chosen: settings.address.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Written;

    fn at(ip: &str) -> Surroundings {
        let address = Address { host: ip.into(), interface: "x".into(), reach: "somebody".into() };
        let ip = ip.parse().expect("the tests' addresses are well-formed");
        Surroundings { here: vec![LocalAddress { ip, address }], default_route: Some(ip) }
    }

    fn settings(written: Written) -> Settings {
        Settings::from(&written).expect("the tests' settings can be")
    }

    #[test]
    fn the_links_follow_the_network_and_the_token() {
        let settings = settings(Written::default());
        let mut reachability = Reachability::new("[::]:8787".parse().unwrap(), vec![], "T");
        assert_eq!(reachability.links().watch, "http://127.0.0.1:8787/w/T");
        assert!(reachability.found(at("192.168.1.20")));
        let links = reachability.renew_links(&settings, "T").expect("there is a network now");
        assert_eq!(links.watch, "http://192.168.1.20:8787/w/T");
        assert!(!reachability.found(at("192.168.1.20")), "nothing changed");
        assert_eq!(reachability.renew_links(&settings, "T"), None, "so nothing is told");
        assert!(reachability.found(at("10.0.0.7")), "another network");
        let links = reachability.renew_links(&settings, "T").expect("another link");
        assert_eq!(links.watch, "http://10.0.0.7:8787/w/T");
        let links = reachability.renew_links(&settings, "U").expect("another token");
        assert_eq!((&links.watch, &links), (&"http://10.0.0.7:8787/w/U".to_owned(), reachability.links()));
    }

    #[test]
    fn answers_list_what_is_here_and_what_the_public_name_stands_for() {
        let mut reachability = Reachability::new("0.0.0.0:8787".parse().unwrap(), vec![], "T");
        reachability.found(at("192.168.1.20"));
        reachability.set_outside(vec!["203.0.113.5:9000".parse().unwrap()]);
        let listed = reachability.candidates();
        for wanted in ["192.168.1.20:8787", "203.0.113.5:9000"] {
            assert!(listed.contains(&wanted.parse().unwrap()), "{wanted} in {listed:?}");
        }
    }
}
