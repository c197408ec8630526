//! The links: which host stands in them.

use crate::qr;
use protocol::{Address, Links};
use reach::{LocalAddress, Public};
use std::net::{IpAddr, SocketAddr};

/// What a link depends on.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    /// What the port is bound to.
    pub(crate) local: SocketAddr,
    /// The name given by the broadcaster.
    pub(crate) public: Option<&'a Public>,
    /// The machine's addresses.
    pub(crate) here: &'a [LocalAddress],
    /// Of them, the one on the default route.
    pub(crate) default_route: Option<IpAddr>,
    /// Picked by the broadcaster; does not count while it is not there.
    pub(crate) chosen: Option<&'a str>,
}

/// The links at this place with this watch token, with the code of those of before where it leads to the same page: to draw one takes
/// as long as hundreds of other decisions, and settings change while a handle is pulled.
pub(crate) fn links(place: &Place<'_>, token: &str, before: Option<&Links>) -> Links {
    let addresses = addresses(place);
    let host = host(place, &addresses);
    let base = match place.public {
        Some(public) if public.host() == host => public.base(place.local.port()),
        _ => {
            let base = format!("http://{}", authority(&host, place.local.port()));
            // The port that HTTP has anyway only makes a link longer.
            base.strip_suffix(":80").map_or(base.clone(), str::to_owned)
        }
    };
    let watch = format!("{base}/w/{token}");
    let drawn = before.filter(|before| before.watch == watch).map(|before| before.qr_svg.clone());
    Links {
        qr_svg: drawn.unwrap_or_else(|| qr::svg(&watch)),
        whep: format!("{base}/whep/{token}"),
        watch,
        port: place.local.port(),
        host,
        addresses,
    }
}

/// What `set_address` may choose: the public name, and the machine's addresses that lead to the bound one.
pub(crate) fn addresses(place: &Place<'_>) -> Vec<Address> {
    let leads_here = |ip: IpAddr| match place.local.ip() {
        IpAddr::V4(any) if any.is_unspecified() => ip.is_ipv4(),
        IpAddr::V6(any) if any.is_unspecified() => true,
        named => ip == named,
    };
    let public = place.public.map(Public::address);
    let here = place.here.iter().filter(|here| leads_here(here.ip)).map(|here| here.address.clone());
    public.into_iter().chain(here).collect()
}

fn host(place: &Place<'_>, addresses: &[Address]) -> String {
    let known = |host: &str| addresses.iter().any(|address| address.host == host);
    if let Some(chosen) = place.chosen.filter(|chosen| known(chosen)) {
        return chosen.to_owned();
    }
    if let Some(public) = place.public {
        return public.host().to_owned();
    }
    match place.local.ip() {
        any if any.is_unspecified() => {
            let on_default_route = place.default_route.map(|ip| ip.to_string()).filter(|ip| known(ip));
            // The best comes first, and this computer's own only where there is no other.
            let best = || addresses.first().map(|address| address.host.clone());
            on_default_route.or_else(best).unwrap_or_else(|| "127.0.0.1".into())
        }
        named => named.to_string(),
    }
}

fn authority(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Vec<LocalAddress> {
        ["192.168.1.20", "2a00::20", "127.0.0.1"]
            .map(|ip| LocalAddress {
                ip: ip.parse().unwrap(),
                address: Address { host: ip.into(), ..Address::default() },
            })
            .to_vec()
    }

    fn place<'a>(local: &str, here: &'a [LocalAddress]) -> Place<'a> {
        let default_route = Some("192.168.1.20".parse().unwrap());
        Place { local: local.parse().unwrap(), public: None, here, default_route, chosen: None }
    }

    #[test]
    fn an_unspecified_address_is_the_one_on_the_default_route_else_the_best_else_loopback() {
        let here = here();
        let links_here = links(&place("[::]:8787", &here), "T", None);
        assert_eq!(links_here.watch, "http://192.168.1.20:8787/w/T");
        assert_eq!(links_here.whep, "http://192.168.1.20:8787/whep/T");
        assert_eq!(links_here.addresses.len(), 3);
        let alone = Place { default_route: None, ..place("[::]:8787", &here) };
        assert_eq!(links(&alone, "T", None).host, "192.168.1.20", "a hotspot has no default route");
        let nowhere = Place { here: &here[2..], ..alone.clone() };
        assert_eq!(links(&nowhere, "T", None).host, "127.0.0.1");
        assert_eq!(links(&Place { here: &[], ..alone }, "T", None).host, "127.0.0.1", "before anybody looked");
    }

    #[test]
    fn a_named_address_is_the_only_one() {
        let here = here();
        let bound = links(&place("127.0.0.1:9", &here), "T", None);
        assert_eq!(bound.watch, "http://127.0.0.1:9/w/T");
        assert_eq!(bound.addresses.len(), 1);
        assert_eq!(links(&place("0.0.0.0:9", &here), "T", None).addresses.len(), 2, "no IPv6 on an IPv4 socket");
    }

    #[test]
    fn one_may_be_chosen_while_it_is_there() {
        let here = here();
        let chosen = Place { chosen: Some("2a00::20"), ..place("[::]:80", &here) };
        assert_eq!(
            links(&chosen, "T", None).watch,
            "http://[2a00::20]/w/T",
            "brackets, and no port that goes without saying"
        );
        let gone = Place { chosen: Some("10.9.9.9"), ..place("[::]:80", &here) };
        assert_eq!(links(&gone, "T", None).host, "192.168.1.20");
    }

    #[test]
    fn the_public_name_comes_first_and_keeps_its_own_port() {
        let here = here();
        let public = "live.example.org:9000".parse().unwrap();
        let place = Place { public: Some(&public), ..place("[::]:8787", &here) };
        let with_name = links(&place, "T", None);
        assert_eq!(with_name.watch, "http://live.example.org:9000/w/T");
        assert_eq!(with_name.port, 8787, "the port here");
        assert_eq!(with_name.addresses[0].host, "live.example.org");
        let inside = Place { chosen: Some("192.168.1.20"), ..place };
        assert_eq!(
            links(&inside, "T", None).watch,
            "http://192.168.1.20:8787/w/T",
            "the port outside is not the one inside"
        );
    }

    #[test]
    fn a_public_address_with_a_scheme_and_a_path_is_what_links_begin_with() {
        let here = here();
        let public = "https://live.example.org/tv".parse().unwrap();
        let place = Place { public: Some(&public), ..place("127.0.0.1:8787", &here) };
        let links = links(&place, "T", None);
        assert_eq!(links.watch, "https://live.example.org/tv/w/T");
        assert_eq!(links.whep, "https://live.example.org/tv/whep/T");
        assert_eq!((links.host.as_str(), links.port), ("live.example.org", 8787));
    }

    #[test]
    fn the_code_is_a_picture() {
        let svg = links(&place("127.0.0.1:9", &here()), "T", None).qr_svg;
        assert!(svg.contains("<svg") && svg.ends_with("</svg>"), "{svg}");
    }

    #[test]
    fn the_code_is_drawn_again_only_where_it_leads_elsewhere() {
        let here = here();
        let place = place("[::]:8787", &here);
        let before = Links { qr_svg: "drawn before".into(), ..links(&place, "T", None) };
        assert_eq!(links(&place, "T", Some(&before)), before);
        let fewer = Place { here: &here[..2], ..place.clone() };
        assert_eq!(links(&fewer, "T", Some(&before)).qr_svg, before.qr_svg, "other addresses, the same link");
        for elsewhere in
            [links(&place, "U", Some(&before)), links(&Place { chosen: Some("2a00::20"), ..place }, "T", Some(&before))]
        {
            assert_ne!(elsewhere.qr_svg, before.qr_svg, "{}", elsewhere.watch);
        }
    }
}
