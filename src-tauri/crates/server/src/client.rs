//! Who sent a request, and by which way: address, cookie, User-Agent.

use crate::Config;
use crate::cookie::{self, CookieKey, Shown};
use crate::headers::text;
use crate::outside::{Outside, Prefixed};
use crate::shared::Shared;
use audience::{PasscodeId, Visitor, VisitorCookie};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use protocol::Network;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

/// A year: a ban by cookie holds as long as the browser keeps it.
const COOKIE_AGE_S: u32 = 365 * 24 * 3600;

/// Cookies of our name that are looked at in one request: a browser has one, and each costs a signature.
const MAX_COOKIES: usize = 4;

/// The other end of the TCP connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) visitor: Visitor,
    /// On this machine, with no proxy in between as far as one can tell.
    pub(crate) local: bool,
    /// How the request came.
    pub(crate) outside: Outside,
}

impl Client {
    /// `prefixed`: its path began with that of the public address.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, prefixed: bool, config: &Config) -> Self {
        let trusted = config.trusted_proxy.is_some_and(|proxy| proxy.to_canonical() == peer);
        let forwarded = trusted.then(|| forwarded_for(headers)).flatten();
        let user_agent = text(headers, &header::USER_AGENT).unwrap_or_default();
        let address = forwarded.unwrap_or(peer);
        let proxied = ["x-forwarded-for", "forwarded", "via"].iter().any(|name| headers.contains_key(*name));
        let local = address.is_loopback() && (!proxied || forwarded.is_some());
        let (ours, knows, unsigned) = cookies(headers, &config.cookie_key);
        let outside = Outside::of(peer, headers, prefixed, config);
        let visitor = Visitor::new(ours, address, user_agent).with_unsigned(unsigned).who_knows(knows);
        Self { visitor, local, outside }
    }

    /// What limits are counted by.
    pub(crate) fn network(&self) -> Option<Network> {
        Network::of(self.visitor.address)
    }

    /// The cookie for the answer of the watch page: the browser's own again, for another year, or a new one; with what it knows. HttpOnly: no
    /// script reads it; Lax: no other site's page makes use of it; Secure, and for the path that is ours, where the browser came by TLS and
    /// by such a path.
    pub(crate) fn set_cookie(&self, key: &CookieKey) -> String {
        let (name, value) =
            (cookie::NAME, key.sign(self.visitor.cookie.unwrap_or_else(cookie::fresh), self.visitor.knows));
        let path = Some(self.outside.path()).filter(|path| !path.is_empty()).unwrap_or("/");
        let secure = if self.outside.is_secure() { "; Secure" } else { "" };
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={COOKIE_AGE_S}{secure}")
    }
}

impl FromRequestParts<Arc<Shared>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let Peer(peer) = parts.extensions.get().expect("the accept loop puts the peer into every request");
        let prefixed = parts.extensions.get::<Prefixed>().is_some();
        Ok(Self::of(*peer, &parts.headers, prefixed, &shared.config))
    }
}

/// The address that the trusted proxy saw: the last one, as those before it are the client's own words.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    last.parse::<IpAddr>().ok().or_else(|| last.parse().ok().map(|with_port: std::net::SocketAddr| with_port.ip()))
}

/// The first cookie that we signed, and which passcode its browser knew; where there is none, the first that we did not.
fn cookies(headers: &HeaderMap, key: &CookieKey) -> (Option<VisitorCookie>, Option<PasscodeId>, Option<VisitorCookie>) {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut unsigned = None;
    for (_, value) in pairs.filter(|(name, _)| *name == cookie::NAME).take(MAX_COOKIES) {
        match key.read(value) {
            Some(Shown::Ours(cookie, knows)) => return (Some(cookie), knows, None),
            Some(Shown::Unsigned(cookie)) => unsigned = unsigned.or(Some(cookie)),
            None => {}
        }
    }
    (None, None, unsigned)
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
        Client::of(address(peer), &map, false, &Config { trusted_proxy: proxy.map(address), ..Config::default() })
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
    fn the_cookie_is_found_among_others_and_counts_when_we_signed_it() {
        let key = CookieKey::from_random([1; 32]);
        let of = |cookies: &str| {
            let cookies = HeaderValue::from_str(cookies).expect("ascii");
            let (ours, _, unsigned) = self::cookies(&HeaderMap::from_iter([(header::COOKIE, cookies)]), &key);
            (ours, unsigned)
        };
        let (ours, old) = (VisitorCookie::from_random([2; 16]), VisitorCookie::from_random([3; 16]));
        let signed = key.sign(ours, None);
        assert_eq!(of(&format!("a=b; skylark_visitor={signed}; c=d")), (Some(ours), None));
        assert_eq!(of(&format!("a=b; skylark_visitor={old}; c=d")), (None, Some(old)), "anybody can make that up");
        assert_eq!(of(&format!("skylark_visitor={old}; skylark_visitor={signed}")), (Some(ours), None));
        assert_eq!(of("skylark_visitor=short"), (None, None));
        assert_eq!(of(&format!("xskylark_visitor={signed}")), (None, None));
        let many = format!("skylark_visitor={old}; ").repeat(MAX_COOKIES);
        assert_eq!(
            of(&format!("{many}skylark_visitor={signed}")),
            (None, Some(old)),
            "a request costs so much at most"
        );
    }

    #[test]
    fn a_known_browser_keeps_its_cookie_and_any_other_gets_one_of_its_own() {
        let key = CookieKey::from_random([1; 32]);
        let visitor = |cookie| Visitor::new(cookie, [10, 0, 0, 1].into(), "");
        let set = |visitor: Visitor| Client { visitor, local: false, outside: Outside::default() }.set_cookie(&key);
        let ours = VisitorCookie::from_random([2; 16]);
        let known = set(visitor(Some(ours)));
        assert!(known.starts_with(&format!("skylark_visitor={}; ", key.sign(ours, None))), "{known}");
        let knows = Some(key.stands_for("sesame"));
        let knowing = set(visitor(Some(ours)).who_knows(knows));
        assert!(
            knowing.contains(&format!("={}; ", key.sign(ours, knows))),
            "who said the passcode is not asked again: {knowing}"
        );
        let new = visitor(None).with_unsigned(Some(ours));
        assert_ne!(set(new.clone()), set(new.clone()), "drawn at random, whatever was made up");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age="] {
            assert!(set(new.clone()).contains(attribute), "{attribute}");
        }
        assert!(!set(new).contains("Secure"), "over HTTP a browser would not keep it");
        let public = crate::PublicUrl { https: true, host: "live.example.org".into(), port: 443, path: "/tv".into() };
        let config = Config { public: tokio::sync::watch::channel(Some(public)).1, ..Config::default() };
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("live.example.org"))]);
        let cookie = Client::of([10, 0, 0, 1].into(), &headers, false, &config).set_cookie(&key);
        assert!(cookie.contains("; Path=/tv; ") && cookie.ends_with("; Secure"), "{cookie}");
    }
}
