//! How a request came: by the public address, through a proxy, or directly; and what a browser therefore calls us.
//!
//! Nothing here is a proof. What anybody can write into a header changes only what that client itself is answered; what is believed of
//! others goes by the trusted proxy alone.

use crate::config::Config;
use crate::headers::text;
use crate::origin::{Origin, authority};
use crate::public_url::PublicUrl;
use axum::http::{HeaderMap, HeaderName, header};
use std::net::IpAddr;

/// The request's path began with that of the public address, which was taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixed;

/// How a request came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outside {
    /// The public address, where the request came by it.
    public: Option<PublicUrl>,
    /// The origin of the public address, by whatever way the request came.
    of_public: Option<Origin>,
    /// The browser speaks TLS with whoever stands before us.
    secure: bool,
    /// What the trusted proxy says was asked for.
    forwarded: Option<Forwarded>,
}

/// What a proxy says of a request that it hands on.
#[derive(Clone, Debug)]
struct Forwarded {
    host: Option<String>,
    https: Option<bool>,
}

const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

impl Outside {
    /// `prefixed`: its path began with that of the public address.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, prefixed: bool, config: &Config) -> Outside {
        let is_trusted = config.trusted_proxy.is_some_and(|proxy| proxy.to_canonical() == peer);
        let public = config.public.borrow().clone();
        let of_public = public.as_ref().map(PublicUrl::origin);
        let is_called = |host: &str| of_public.as_ref().is_some_and(|public| public.is_called(host));
        // A proxy that keeps the name says it as Host; one that does not may say it in a header of its own; and one that says nothing
        // of the name stands before us for the one address that the broadcaster told us.
        let by_public = prefixed
            || match (last(headers, &HOST), text(headers, &header::HOST)) {
                (Some(said), _) => is_called(said),
                (None, Some(host)) if is_called(host) => true,
                (None, _) => is_trusted || is_proxied(headers),
            };
        let forwarded =
            is_trusted.then(|| Forwarded { host: forwarded_host(headers), https: forwarded_https(headers) });
        let public = public.filter(|_| by_public);
        let says_tls = forwarded.as_ref().is_some_and(|forwarded| forwarded.https == Some(true));
        let secure = says_tls || public.as_ref().is_some_and(|public| public.https);
        Outside { public, of_public, secure, forwarded }
    }

    /// What stands before our paths in what the browser calls.
    pub(crate) fn path(&self) -> &str {
        self.public.as_ref().map_or("", |public| &public.path)
    }

    /// The browser speaks TLS, so that a cookie needs never go without.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The authority under which the browser knows us, where that is another than `Host` says.
    pub(crate) fn authority(&self) -> Option<String> {
        self.public.as_ref().map(|public| public.origin().authority())
    }

    /// Where our paths begin, as the browser knows it: scheme, authority and path. None where it called us by what is no name.
    pub(crate) fn base(&self, headers: &HeaderMap) -> Option<String> {
        let forwarded = || self.forwarded.as_ref().and_then(|forwarded| forwarded.host.clone());
        let called = || text(headers, &header::HOST).map(str::to_owned);
        let authority = self.authority().or_else(forwarded).or_else(called)?;
        let named = |c: u8| c.is_ascii_alphanumeric() || b".-:[]".contains(&c);
        let scheme = if self.secure { "https" } else { "http" };
        authority.bytes().all(named).then(|| format!("{scheme}://{authority}{}", self.path()))
    }

    /// A browser says which page opens a socket; only ours may, as the cookie goes along. Who sends no Origin is no browser. Ours are
    /// those of the public address, of the host that the trusted proxy says was called, and of the host that is called here.
    pub(crate) fn is_ours(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Some(origin) = origin.to_str().ok().and_then(Origin::parse) else { return false };
        if self.of_public.as_ref() == Some(&origin) {
            return true;
        }
        let https = self.forwarded.as_ref().and_then(|forwarded| forwarded.https);
        if https.is_some_and(|https| https != origin.https) {
            return false;
        }
        let forwarded = self.forwarded.as_ref().and_then(|forwarded| forwarded.host.as_deref());
        forwarded.or_else(|| text(headers, &header::HOST)).is_some_and(|host| origin.is_called(host))
    }
}

/// Some proxy says that it hands this on.
fn is_proxied(headers: &HeaderMap) -> bool {
    ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"].iter().any(|name| headers.contains_key(*name))
}

/// The host that was called, with the port where another header has that.
fn forwarded_host(headers: &HeaderMap) -> Option<String> {
    let host = last(headers, &HOST)?;
    match (authority(host)?, last(headers, &PORT)) {
        ((_, None), Some(port)) if port.parse::<u16>().is_ok() => Some(format!("{host}:{port}")),
        _ => Some(host.to_owned()),
    }
}

fn forwarded_https(headers: &HeaderMap) -> Option<bool> {
    match last(headers, &PROTO)? {
        // Some proxies name what a socket's upgrade leads to.
        "https" | "wss" => Some(true),
        "http" | "ws" => Some(false),
        _ => None,
    }
}

/// What the proxy next to us wrote: the last, as what stands before may be the client's own words.
fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}

#[cfg(test)]
mod tests;
