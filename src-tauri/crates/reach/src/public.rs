//! The name by which others reach this machine, as a setting writes it.

use protocol::Address;
use std::{
    fmt, io,
    net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    str::FromStr,
};

/// The name by which the world knows this machine, `HOST[:PORT]`: a forwarded port, a VPN, a rented machine. It goes
/// into the link, and its addresses into the candidates. PORT is the number outside, where that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    host: String,
    port: Option<u16>,
}

/// What was given is no public name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no public name: write HOST or HOST:PORT, for example live.example.org, 203.0.113.7:9000 or [2001:db8::7]:9000"
)]
pub struct PublicError(String);

impl Public {
    /// The name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The number outside, if one was given.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// As it stands in a link: `live.example.org:8787`, `[2001:db8::7]:8787`.
    pub fn authority(&self, bound_port: u16) -> String {
        Self { host: self.host.clone(), port: Some(self.port.unwrap_or(bound_port)) }.to_string()
    }

    /// As one of the addresses the panel offers.
    pub fn address(&self) -> Address {
        Address {
            host: self.host.clone(),
            interface: "public name".to_owned(),
            reach: "Anyone who can reach that name, if its port leads to this computer".to_owned(),
        }
    }

    /// Its addresses, with the port outside. Asks DNS, and so may block for seconds.
    pub fn resolve(&self, bound_port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port.unwrap_or(bound_port)).to_socket_addrs()?.collect())
    }
}

impl FromStr for Public {
    type Err = PublicError;

    fn from_str(text: &str) -> Result<Self, PublicError> {
        let wrong = || PublicError(text.to_owned());
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self { host: ip.to_string(), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => {
                (host, Some(port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?))
            }
            _ => (text, None),
        };
        let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(bracketed) => bracketed.parse::<Ipv6Addr>().map_err(|_| wrong())?.to_string(),
            None if is_name(host) => host.to_ascii_lowercase(),
            None => return Err(wrong()),
        };
        Ok(Self { host, port })
    }
}

/// A DNS name or an IPv4 address: labels of letters, digits, hyphens and underscores.
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    host.len() <= 253 && host.split('.').all(label)
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]", self.host)?,
            false => f.write_str(&self.host)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |text: &str| text.parse::<Public>().map(|public| (public.to_string(), public.authority(8787)));
        let is = |text: &str, authority: &str| Ok((text.to_owned(), authority.to_owned()));
        assert_eq!(read("live.example.org"), is("live.example.org", "live.example.org:8787"));
        assert_eq!(read("Live.Example.org:443"), is("live.example.org:443", "live.example.org:443"));
        assert_eq!(read("203.0.113.7"), is("203.0.113.7", "203.0.113.7:8787"));
        assert_eq!(read("2001:db8::7"), is("[2001:db8::7]", "[2001:db8::7]:8787"));
        assert_eq!(read("[2001:db8::7]"), is("[2001:db8::7]", "[2001:db8::7]:8787"));
        assert_eq!(read("[2001:DB8::7]:9000"), is("[2001:db8::7]:9000", "[2001:db8::7]:9000"));
        for wrong in
            ["", "http://live.example.org", "live.example.org/", "a b", "host:", "host:0", "host:99999", "[::1", "ä.de"]
        {
            let error = wrong.parse::<Public>().expect_err(wrong).to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains("HOST:PORT"), "{error}");
        }
    }

    #[test]
    fn an_address_resolves_to_itself_with_the_port_outside() {
        let resolve = |text: &str| text.parse::<Public>().unwrap().resolve(8787).unwrap();
        assert_eq!(resolve("203.0.113.7"), ["203.0.113.7:8787".parse().unwrap()]);
        assert_eq!(resolve("[2001:db8::7]:9000"), ["[2001:db8::7]:9000".parse().unwrap()]);
    }
}
