//! Who sent a request: address, cookie, User-Agent.

use crate::Config;
use crate::network::Network;
use crate::shared::Shared;
use audience::{Visitor, VisitorCookie};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

/// The cookie by which a browser is known again. HttpOnly: no script reads it; Lax: no other site's page makes use of it.
const COOKIE: &str = "skylark_visitor";

/// A year: a ban by cookie holds as long as the browser keeps it.
const COOKIE_AGE_S: u32 = 365 * 24 * 3600;

/// The other end of the TCP connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) visitor: Visitor,
    /// On this machine, with no proxy in between as far as one can tell.
    pub(crate) local: bool,
}

impl Client {
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, config: &Config) -> Self {
        let trusted = config.trusted_proxy.is_some_and(|proxy| proxy.to_canonical() == peer);
        let forwarded = trusted.then(|| forwarded_for(headers)).flatten();
        let user_agent = text(headers, &header::USER_AGENT).unwrap_or_default();
        let address = forwarded.unwrap_or(peer);
        let proxied = ["x-forwarded-for", "forwarded", "via"].iter().any(|name| headers.contains_key(*name));
        let local = address.is_loopback() && (!proxied || forwarded.is_some());
        Self { visitor: Visitor::new(cookie(headers), address, user_agent), local }
    }

    /// What limits are counted by.
    pub(crate) fn network(&self) -> Option<Network> {
        Network::of(self.visitor.address)
    }

    /// The cookie for the answer of the watch page: the browser's own again, for another year, or a new one.
    pub(crate) fn set_cookie(&self) -> String {
        let cookie = self.visitor.cookie.unwrap_or_else(new_cookie);
        format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_AGE_S}")
    }
}

impl FromRequestParts<Arc<Shared>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let Peer(peer) = parts.extensions.get().expect("the accept loop puts the peer into every request");
        Ok(Self::of(*peer, &parts.headers, &shared.config))
    }
}

/// The address that the trusted proxy saw: the last one, as those before it are the client's own words.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    last.parse::<IpAddr>().ok().or_else(|| last.parse().ok().map(|with_port: std::net::SocketAddr| with_port.ip()))
}

fn cookie(headers: &HeaderMap) -> Option<VisitorCookie> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).and_then(|(_, value)| value.parse().ok())
}

fn new_cookie() -> VisitorCookie {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness; without it no secret could be made at all");
    VisitorCookie::from_random(bits)
}

/// A header that is text and there.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(peer: &str, headers: &[(&'static str, &'static str)], proxy: Option<&str>) -> Client {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let address = |text: &str| text.parse().expect("the tests' addresses are well-formed");
        Client::of(address(peer), &map, &Config { trusted_proxy: proxy.map(address), ..Config::default() })
    }

    fn address(client: Client) -> String {
        client.visitor.address.to_string()
    }

    #[test]
    fn x_forwarded_for_counts_only_from_the_trusted_proxy() {
        let headers = [("x-forwarded-for", "6.6.6.6, 203.0.113.7")];
        assert_eq!(address(client("10.0.0.1", &headers, None)), "10.0.0.1", "no proxy is trusted");
        assert_eq!(address(client("10.0.0.1", &headers, Some("10.0.0.2"))), "10.0.0.1", "another one is");
        let through = client("10.0.0.1", &headers, Some("10.0.0.1"));
        assert_eq!(address(through), "203.0.113.7", "the last is what the proxy saw; the rest are the client's words");
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.8:4711")];
        assert_eq!(address(client("10.0.0.1", &lines, Some("10.0.0.1"))), "203.0.113.8");
        let nonsense = [("x-forwarded-for", "unknown")];
        assert_eq!(address(client("10.0.0.1", &nonsense, Some("10.0.0.1"))), "10.0.0.1");
    }

    #[test]
    fn local_is_this_machine_without_a_proxy() {
        let forwarded = [("x-forwarded-for", "203.0.113.7")];
        assert!(client("127.0.0.1", &[], None).local);
        assert!(!client("10.0.0.1", &[], None).local);
        assert!(!client("127.0.0.1", &forwarded, None).local, "a tunnel ends here, whoever is at its other end");
        assert!(!client("127.0.0.1", &forwarded, Some("127.0.0.1")).local);
        assert!(client("127.0.0.1", &[("x-forwarded-for", "127.0.0.1")], Some("127.0.0.1")).local);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let cookie =
            |value| client("10.0.0.1", &[("cookie", value)], None).visitor.cookie.map(|cookie| cookie.to_string());
        let hex = "0123456789abcdef0123456789abcdef";
        assert_eq!(cookie("a=b; skylark_visitor=0123456789abcdef0123456789abcdef; c=d").as_deref(), Some(hex));
        assert_eq!(cookie("skylark_visitor=short"), None);
        assert_eq!(cookie("xskylark_visitor=0123456789abcdef0123456789abcdef"), None);
    }

    #[test]
    fn a_known_browser_keeps_its_cookie_and_a_new_one_gets_its_own() {
        let known = [("cookie", "skylark_visitor=0123456789abcdef0123456789abcdef")];
        let known = client("10.0.0.1", &known, None).set_cookie();
        assert!(known.starts_with("skylark_visitor=0123456789abcdef0123456789abcdef; "), "{known}");
        let new = client("10.0.0.1", &[], None);
        assert_ne!(new.set_cookie(), new.set_cookie(), "drawn at random");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age="] {
            assert!(new.set_cookie().contains(attribute), "{attribute}");
        }
    }
}
