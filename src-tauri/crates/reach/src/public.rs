//! How others reach the pages of this machine, as a setting writes it.

use crate::addresses::{cannot, sentence};
use crate::host::Host;
use crate::media_name::MediaName;
use protocol::{Address, Scope};
use std::{fmt, net::Ipv4Addr, str::FromStr};
use words::{Said, said};

/// How the world reaches the pages of this machine, `[https://]HOST[:PORT][/PATH]`: a forwarded port, a VPN, a rented machine, a proxy.
/// It goes into the link. PORT is the number outside, where that differs.
///
/// With a scheme it is the address of a proxy, as a browser has it: a port that is not written is the scheme's own. Without one it is a
/// host that is reached as this machine is: by HTTP, on the same port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    scheme: Option<Scheme>,
    at: Host,
    /// Empty, or begins with a slash and does not end with one.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// What was given is no public name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicError(String);

impl From<PublicError> for Said {
    fn from(PublicError(text): PublicError) -> Said {
        // The DNS has no other letters.
        if text.is_ascii() { said!("setting.public", text) } else { said!("setting.public_letters", text) }
    }
}

impl fmt::Display for PublicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for PublicError {}

/// The longest path, bytes; a link goes into a QR code, and into messages of people.
const LONGEST_PATH: usize = 128;

impl Public {
    /// The name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.at.name
    }

    /// The port of the pages outside.
    pub fn port(&self, bound_port: u16) -> u16 {
        self.at.port.unwrap_or(self.scheme.map_or(bound_port, Scheme::port))
    }

    /// Pages come over TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == Some(Scheme::Https)
    }

    /// What stands before the paths of ours: nothing, or as in `/tv`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What links begin with: `http://live.example.org:8787`, `https://live.example.org/tv`. A port that goes without saying is left
    /// out, as it only makes a link longer.
    pub fn base(&self, bound_port: u16) -> String {
        let scheme = self.scheme.unwrap_or(Scheme::Http);
        let port = Some(self.port(bound_port)).filter(|port| *port != scheme.port());
        format!("{}://{}{}", scheme.name(), Host { name: self.at.name.clone(), port }, self.path)
    }

    /// As one of the addresses the panel offers.
    pub fn address(&self) -> Address {
        let Said { message: network, by } = said!("network.public");
        Address {
            host: self.at.name.clone(),
            interface: "public name".to_owned(),
            network,
            by,
            reach: sentence(Scope::Public).message,
            cannot: cannot(Scope::Public, Ipv4Addr::UNSPECIFIED.into()).message,
            scope: Scope::Public,
        }
    }

    /// Where media is reached, if nothing else is said: at the same host. Its port is that of the pages, unless those have a scheme:
    /// then a proxy has that port, which carries no media, and media comes to the bound one.
    pub fn media(&self, bound_port: u16) -> MediaName {
        let port = self.at.port.filter(|_| self.scheme.is_none()).unwrap_or(bound_port);
        MediaName { host: self.at.name.clone(), port }
    }
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl FromStr for Public {
    type Err = PublicError;

    fn from_str(text: &str) -> Result<Self, PublicError> {
        parse(text).ok_or_else(|| PublicError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Public> {
    let (scheme, rest) = match text.split_once("://") {
        Some((name, rest)) => {
            let is = |scheme: &Scheme| name.eq_ignore_ascii_case(scheme.name());
            (Some([Scheme::Http, Scheme::Https].into_iter().find(is)?), rest)
        }
        None => (None, text),
    };
    let (at, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.strip_suffix('/').unwrap_or(path);
    is_path(path).then_some(())?;
    Some(Public { scheme, at: Host::parse(at)?, path: path.to_owned() })
}

/// Words of what never needs to be escaped in a link (RFC 3986 section 2.3), and none that browsers take away.
fn is_path(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let segment =
        |segment: &str| !segment.is_empty() && !matches!(segment, "." | "..") && segment.bytes().all(is_plain);
    path.len() <= LONGEST_PATH && path.split('/').skip(1).all(segment)
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = self.scheme {
            write!(f, "{}://", scheme.name())?;
        }
        write!(f, "{}{}", self.at, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |text: &str| text.parse::<Public>().map(|public| (public.to_string(), public.base(8787)));
        let is = |text: &str, base: &str| Ok((text.to_owned(), base.to_owned()));
        assert_eq!(read("live.example.org"), is("live.example.org", "http://live.example.org:8787"));
        assert_eq!(read("Live.Example.org:443"), is("live.example.org:443", "http://live.example.org:443"));
        assert_eq!(read("live.example.org:80"), is("live.example.org:80", "http://live.example.org"));
        assert_eq!(read("203.0.113.7"), is("203.0.113.7", "http://203.0.113.7:8787"));
        assert_eq!(read("2001:db8::7"), is("[2001:db8::7]", "http://[2001:db8::7]:8787"));
        assert_eq!(read("[2001:db8::7]"), is("[2001:db8::7]", "http://[2001:db8::7]:8787"));
        assert_eq!(read("[2001:DB8::7]:9000"), is("[2001:db8::7]:9000", "http://[2001:db8::7]:9000"));
        assert_eq!(
            read("https://Live.example.org/tv/"),
            is("https://live.example.org/tv", "https://live.example.org/tv")
        );
        assert_eq!(read("HTTPS://live.example.org"), is("https://live.example.org", "https://live.example.org"));
        assert_eq!(
            read("https://[2001:db8::7]:8443/a/b-c.d"),
            is("https://[2001:db8::7]:8443/a/b-c.d", "https://[2001:db8::7]:8443/a/b-c.d")
        );
        assert_eq!(
            read("https://live.example.org:443"),
            is("https://live.example.org:443", "https://live.example.org")
        );
        assert_eq!(read("http://live.example.org/"), is("http://live.example.org", "http://live.example.org"));
        assert_eq!(read("live.example.org/tv"), is("live.example.org/tv", "http://live.example.org:8787/tv"));
        for wrong in [
            "",
            "a b",
            "host:",
            "host:0",
            "host:99999",
            "[::1",
            "ä.de",
            "ftp://live.example.org",
            "https://",
            "https:///tv",
            "/tv",
            "https://a.example//tv",
            "https://a.example/../tv",
            "https://a.example/t v",
            "https://a.example/tv?x",
            "https://a@b.example",
            "https://a.example/tv;Secure",
        ] {
            let error = wrong.parse::<Public>().expect_err(wrong).to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains("HOST:PORT"), "{error}");
            assert_eq!(error.contains("xn--"), !wrong.is_ascii(), "{error}");
        }
    }

    #[test]
    fn media_comes_to_the_port_of_the_pages_unless_a_proxy_has_that() {
        let media = |text: &str| text.parse::<Public>().unwrap().media(8787);
        let is = |host: &str, port| MediaName { host: host.to_owned(), port };
        assert_eq!(media("live.example.org"), is("live.example.org", 8787));
        assert_eq!(media("[2001:db8::7]:9000"), is("2001:db8::7", 9000));
        assert_eq!(media("https://live.example.org/tv"), is("live.example.org", 8787));
        assert_eq!(media("https://live.example.org:8443"), is("live.example.org", 8787));
    }
}
