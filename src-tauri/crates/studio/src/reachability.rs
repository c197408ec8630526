//! Where the broadcast can be reached, and the links that say so, as the machine's networks come and go. Decisions only.

use crate::links::{self, Place};
use crate::public_name::{Learnt, PublicName, Question};
use crate::settings::Settings;
use protocol::{Address, Links};
use reach::{LocalAddress, MediaName, Networks};
use server::PublicUrl;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What a look at the machine's networks found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Surroundings {
    /// The machine's addresses.
    pub(crate) here: Vec<LocalAddress>,
    /// Of them, the one on the default route.
    pub(crate) default_route: Option<IpAddr>,
}

impl Surroundings {
    /// Looks. This asks the system, which may take its time; what networks are called a second or two.
    pub(crate) fn look(networks: &Mutex<Networks>, ask_names: bool) -> Surroundings {
        let here = networks.lock().unwrap_or_else(PoisonError::into_inner).look(ask_names);
        Surroundings { here, default_route: reach::default_route_address() }
    }
}

/// The port, the addresses that lead to it, and the links.
#[derive(Clone, Debug)]
pub(crate) struct Reachability {
    local: SocketAddr,
    surroundings: Surroundings,
    public_name: PublicName,
    links: Links,
}

impl Reachability {
    /// Of a port bound to `local`, before anybody looked around.
    pub(crate) fn new(local: SocketAddr, settings: &Settings, token: &str, now: Instant) -> Reachability {
        let place = Place { local, public: None, here: &[], default_route: None, chosen: None };
        Reachability {
            local,
            surroundings: Surroundings::default(),
            public_name: PublicName::new(media_name(settings, local.port()), now),
            links: links::links(&place, token, None),
        }
    }

    /// Takes in what a look around found; false where nothing changed.
    pub(crate) fn found(&mut self, surroundings: Surroundings) -> bool {
        let changed = surroundings != self.surroundings;
        self.surroundings = surroundings;
        changed
    }

    /// Takes in which name media has outside.
    pub(crate) fn set_name(&mut self, settings: &Settings, now: Instant) {
        self.public_name.set(media_name(settings, self.local.port()), now);
    }

    /// The name's addresses are to be asked for now, whenever that was due.
    pub(crate) fn hurry_name(&mut self, now: Instant) {
        self.public_name.hurry(now);
    }

    /// What is to be asked of the resolver now.
    pub(crate) fn ask_name(&mut self, now: Instant) -> Option<Question> {
        self.public_name.ask(now)
    }

    /// What the resolver answered.
    pub(crate) fn name_answered(
        &mut self,
        number: u64,
        answer: Result<Vec<SocketAddr>, String>,
        now: Instant,
    ) -> Learnt {
        self.public_name.answered(number, answer, now)
    }

    /// Where the pages are outside, for who answers requests.
    pub(crate) fn public_url(&self, settings: &Settings) -> Option<PublicUrl> {
        public_url(settings, self.local.port())
    }

    /// The links anew; none where they stay as they are.
    pub(crate) fn renew_links(&mut self, settings: &Settings, token: &str) -> Option<Links> {
        let links = links::links(&self.place(settings), token, Some(&self.links));
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
        reach::listed(self.local, &self.here(), self.public_name.addresses())
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

/// Where media is reached from outside: where the settings say, else where the pages are.
fn media_name(settings: &Settings, port: u16) -> Option<MediaName> {
    let elsewhere = settings.public_media.as_ref().map(|media| media.name(port));
    elsewhere.or_else(|| settings.public.as_ref().map(|public| public.media(port)))
}

/// Where the pages are outside.
pub(crate) fn public_url(settings: &Settings, port: u16) -> Option<PublicUrl> {
    settings.public.as_ref().map(|public| PublicUrl {
        https: public.is_https(),
        host: public.host().to_owned(),
        port: public.port(port),
        path: public.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Written;

    fn at(ip: &str) -> Surroundings {
        let address = Address { host: ip.into(), ..Address::default() };
        let ip = ip.parse().expect("the tests' addresses are well-formed");
        Surroundings { here: vec![LocalAddress { ip, address }], default_route: Some(ip) }
    }

    fn settings(written: Written) -> Settings {
        Settings::from(&written).expect("the tests' settings can be")
    }

    #[test]
    fn the_links_follow_the_network_and_the_token() {
        let settings = settings(Written::default());
        let mut reachability = Reachability::new("[::]:8787".parse().unwrap(), &settings, "T", Instant::now());
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
        let named = |public: &str, media: &str| {
            settings(Written { public: public.parse().ok(), public_media: media.parse().ok(), ..Written::default() })
        };
        let now = Instant::now();
        let mut reachability =
            Reachability::new("0.0.0.0:8787".parse().unwrap(), &named("203.0.113.5:9000", ""), "T", now);
        reachability.found(at("192.168.1.20"));
        let listed = |reachability: &Reachability| -> Vec<String> {
            reachability.candidates().iter().map(ToString::to_string).collect()
        };
        assert_eq!(listed(&reachability), ["203.0.113.5:9000", "192.168.1.20:8787"]);
        reachability.set_name(&named("https://live.example.org/tv", "203.0.113.6"), now);
        assert_eq!(listed(&reachability), ["203.0.113.6:8787", "192.168.1.20:8787"], "media elsewhere");
        assert_eq!(reachability.ask_name(now), None, "of the pages' name nobody asks");
        reachability.set_name(&named("https://live.example.org/tv", ""), now);
        let question = reachability.ask_name(now).expect("a name is asked for");
        assert_eq!(listed(&reachability), ["192.168.1.20:8787"]);
        let found = vec!["203.0.113.7:8787".parse().unwrap()];
        assert!(reachability.name_answered(question.number, Ok(found), now).changed);
        assert_eq!(listed(&reachability), ["203.0.113.7:8787", "192.168.1.20:8787"]);
    }
}
