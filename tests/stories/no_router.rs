//! Networks without a default route: a laptop's own hotspot, a switch without a router, a cable between two machines.

use crate::support::{Alone, Skylark, link_in_code};

/// The link of a program on a machine with these interfaces and no router.
async fn link(interfaces: &[(&str, &str)], down: &[&str]) -> Option<(String, String)> {
    let alone = Alone::new()?;
    for (name, address) in interfaces {
        alone.interface(name, address);
    }
    down.iter().for_each(|name| alone.down(name));
    let mut skylark = Skylark::live_behind(&alone.before(), &["--listen", "[::]:0"]).await;
    let (watch, whep, port) = (skylark.watch(), skylark.whep(), skylark.port());
    // The same with a code to it.
    skylark.command(r#"{"command":"new_link"}"#).await;
    let links = skylark.event_where("links", |event| event["links"]["watch"] != watch).await;
    let code = link_in_code(&links["links"]);
    skylark.quit().await;
    let without = |url: String, path: &str| {
        let (start, _) = url.split_once(path).unwrap_or_else(|| panic!("{path} is in {url}"));
        start.strip_suffix(&format!(":{port}")).unwrap_or_else(|| panic!("the port is in {url}")).to_owned()
    };
    assert_eq!(without(code, "/w/"), without(watch.clone(), "/w/"), "who points a phone at it comes to the same place");
    Some((without(watch, "/w/"), without(whep, "/whep/")))
}

#[tokio::test]
async fn the_link_has_the_best_address_that_others_can_reach() {
    // The interfaces, those of them that are down, and the host in the link.
    type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], &'static str);
    let cases: [Case; 5] = [
        (&[("docker0", "172.17.0.1/16"), ("wlan0", "192.168.4.1/24")], &[], "192.168.4.1"),
        (&[("wg0", "10.8.0.2/24"), ("eth0", "169.254.7.7/16")], &[], "169.254.7.7"),
        (&[("virbr0", "192.168.122.1/24"), ("eth0", "fd00::7/64")], &[], "[fd00::7]"),
        (&[("eth0", "10.9.0.1/24"), ("wg0", "10.8.0.2/24")], &["eth0"], "10.8.0.2"),
        (&[], &[], "127.0.0.1"),
    ];
    for (interfaces, down, host) in cases {
        let Some((watch, whep)) = link(interfaces, down).await else { return };
        assert_eq!((watch, whep), (format!("http://{host}"), format!("http://{host}")), "with {interfaces:?}");
    }
}

#[tokio::test]
async fn a_hotspot_that_is_switched_on_later_comes_into_the_link() {
    let Some(alone) = Alone::new() else { return };
    let mut skylark = Skylark::live_behind(&alone.before(), &["--listen", "[::]:0"]).await;
    assert!(skylark.watch().starts_with("http://127.0.0.1:"), "{}", skylark.live);
    alone.interface("wlan0", "192.168.4.1/24");
    let links = skylark.event_where("links", |event| event["links"]["host"] == "192.168.4.1").await;
    let watch = link_in_code(&links["links"]);
    assert!(watch.starts_with("http://192.168.4.1:"), "{links}");
}
