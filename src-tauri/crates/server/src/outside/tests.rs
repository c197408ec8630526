//! Which pages may open a socket, and what a browser calls us, through every kind of proxy.

use super::*;
use axum::http::HeaderValue;

/// A request to a program whose pages are at `https://live.example.org/tv`, from this peer, with these headers.
fn outside(peer: &str, headers: &[(&'static str, &'static str)], config: &Config) -> (Outside, HeaderMap) {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    (Outside::of(peer.parse().expect("well-formed"), &headers, false, config), headers)
}

fn with_public(https: bool, port: u16, path: &str) -> Config {
    let public = PublicUrl { https, host: "live.example.org".into(), port, path: path.into() };
    Config { public: tokio::sync::watch::channel(Some(public)).1, ..Config::default() }
}

fn is_ours(headers: &[(&'static str, &'static str)], config: &Config) -> bool {
    let (outside, headers) = outside("127.0.0.1", headers, config);
    outside.is_ours(&headers)
}

#[test]
fn only_a_page_of_the_same_address() {
    let check = |headers: &[(&'static str, &'static str)]| is_ours(headers, &Config::default());
    assert!(check(&[("host", "10.0.0.1:8787")]), "no browser");
    assert!(check(&[("host", "10.0.0.1:8787"), ("origin", "http://10.0.0.1:8787")]));
    assert!(check(&[("host", "[2001:db8::7]:8787"), ("origin", "http://[2001:db8::7]:8787")]));
    assert!(check(&[("host", "Example.org"), ("origin", "https://example.org")]), "behind a proxy");
    assert!(check(&[("host", "example.org:443"), ("origin", "https://example.org")]), "the port that HTTPS has anyway");
    assert!(check(&[("host", "example.org"), ("origin", "http://example.org:80")]), "and HTTP");
    for other in [
        "http://evil.example",
        "http://10.0.0.1",
        "http://10.0.0.1:87870",
        "null",
        "10.0.0.1:8787",
        "ftp://10.0.0.1:8787",
    ] {
        assert!(!check(&[("host", "10.0.0.1:8787"), ("origin", other)]), "{other}");
    }
    assert!(!check(&[("host", "example.org"), ("origin", "https://example.org:8443")]), "another port is another site");
    assert!(!check(&[("host", "example.org:443"), ("origin", "http://example.org")]), "443 is not 80");
    assert!(!check(&[("origin", "http://10.0.0.1:8787")]), "without Host nothing can match");
}

#[test]
fn the_public_address_is_ours_whatever_a_proxy_makes_of_the_host() {
    let config = with_public(true, 443, "/tv");
    for host in ["127.0.0.1:8787", "backend", "live.example.org", "live.example.org:443"] {
        assert!(is_ours(&[("host", host), ("origin", "https://live.example.org")], &config), "{host}");
    }
    for other in ["http://live.example.org", "https://live.example.org:8443", "https://live.example.org.evil.example"] {
        assert!(!is_ours(&[("host", "127.0.0.1:8787"), ("origin", other)], &config), "{other}");
    }
    let config = with_public(true, 8443, "");
    assert!(is_ours(&[("host", "live.example.org"), ("origin", "https://live.example.org:8443")], &config), "$host");
}

#[test]
fn a_forwarded_host_counts_from_the_trusted_proxy_alone() {
    let headers =
        [("host", "127.0.0.1:8787"), ("x-forwarded-host", "live.example.org"), ("origin", "https://live.example.org")];
    assert!(!is_ours(&headers, &Config::default()), "anybody can write that");
    let trusting = Config { trusted_proxy: Some([127, 0, 0, 1].into()), ..Config::default() };
    assert!(is_ours(&headers, &trusting));
    let more = |more: &[(&'static str, &'static str)]| is_ours(&[&headers[..], more].concat(), &trusting);
    assert!(more(&[("x-forwarded-proto", "https")]) && more(&[("x-forwarded-proto", "wss")]));
    assert!(!more(&[("x-forwarded-proto", "http")]), "the browser spoke HTTP with the proxy");
    assert!(!more(&[("x-forwarded-port", "8443")]), "on another port");
    let list =
        [("host", "x"), ("x-forwarded-host", "evil.example, live.example.org"), ("origin", "https://evil.example")];
    assert!(!is_ours(&list, &trusting), "the last is the proxy's");
}

#[test]
fn what_the_browser_calls_is_the_public_address_when_it_came_by_that() {
    let config = with_public(true, 443, "/tv");
    let of = |peer: &str, headers: &[(&'static str, &'static str)]| {
        let (outside, _) = outside(peer, headers, &config);
        (outside.path().to_owned(), outside.is_secure())
    };
    let public = || ("/tv".to_owned(), true);
    let direct = || (String::new(), false);
    assert_eq!(of("10.0.0.9", &[("host", "live.example.org")]), public(), "the proxy keeps the name");
    assert_eq!(of("127.0.0.1", &[("host", "127.0.0.1:8787"), ("x-forwarded-for", "203.0.113.5")]), public(), "or not");
    assert_eq!(of("127.0.0.1", &[("host", "backend"), ("x-forwarded-host", "live.example.org")]), public());
    assert_eq!(of("127.0.0.1", &[("host", "192.168.1.20:8787"), ("x-forwarded-host", "other.example")]), direct());
    assert_eq!(of("192.168.1.9", &[("host", "192.168.1.20:8787")]), direct(), "in the same house");
    assert_eq!(of("127.0.0.1", &[("host", "127.0.0.1:8787")]), direct(), "on the same computer");
    let trusting = Config { trusted_proxy: Some([127, 0, 0, 1].into()), ..with_public(true, 443, "/tv") };
    let (rewritten, _) = outside("127.0.0.1", &[("host", "127.0.0.1:8787")], &trusting);
    assert_eq!(
        (rewritten.path(), rewritten.is_secure()),
        ("/tv", true),
        "the trusted proxy stands there for that address"
    );
    let peer = "127.0.0.1".parse().expect("well-formed");
    let passed_on = Outside::of(peer, &HeaderMap::new(), true, &config);
    assert_eq!((passed_on.path(), passed_on.authority().as_deref()), ("/tv", Some("live.example.org")), "by its path");
    let plain = Config { trusted_proxy: Some([127, 0, 0, 1].into()), ..Config::default() };
    let (tls, _) = outside("127.0.0.1", &[("host", "a.example"), ("x-forwarded-proto", "https")], &plain);
    assert_eq!((tls.path(), tls.is_secure()), ("", true), "a proxy with TLS, and no public address told");
}

#[test]
fn where_our_paths_begin_as_the_browser_knows_it() {
    let base = |headers: &[(&'static str, &'static str)], config: &Config| {
        let (outside, headers) = outside("127.0.0.1", headers, config);
        outside.base(&headers)
    };
    let plain = |host| base(&[("host", host)], &Config::default());
    assert_eq!(plain("10.0.0.1:8787").as_deref(), Some("http://10.0.0.1:8787"));
    assert_eq!(plain("[2001:db8::7]:8787").as_deref(), Some("http://[2001:db8::7]:8787"));
    for odd in ["a\"b", "a b", "a<b", "a/b"] {
        assert_eq!(plain(odd), None, "{odd}");
    }
    assert_eq!(base(&[], &Config::default()), None);
    let public = with_public(true, 443, "/tv");
    let by_public = base(&[("host", "live.example.org")], &public);
    assert_eq!(by_public.as_deref(), Some("https://live.example.org/tv"));
    let proxied = Config { trusted_proxy: Some([127, 0, 0, 1].into()), ..Config::default() };
    let headers = [("host", "127.0.0.1:8787"), ("x-forwarded-host", "tv.example"), ("x-forwarded-proto", "https")];
    assert_eq!(base(&headers, &proxied).as_deref(), Some("https://tv.example"));
}
