//! The name by which others reach the media of this machine, and its addresses.

use crate::host::Host;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::{fmt, io, str::FromStr};
use words::{Said, said};

/// Where others send media to: a name or an address, and the port outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaName {
    /// The name or address, without brackets.
    pub host: String,
    /// UDP.
    pub port: u16,
}

impl MediaName {
    /// Itself, where it is an address already and nobody has to be asked.
    pub fn literal(&self) -> Option<SocketAddr> {
        self.host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, self.port))
    }

    /// Its addresses, with the port outside. Asks DNS, and so may block for seconds.
    pub fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.collect())
    }
}

/// Where media is reached when it is another place than the pages', as a setting writes it: `HOST[:PORT]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicMedia(Host);

/// What was given is no place for media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicMediaError(String);

impl From<PublicMediaError> for Said {
    fn from(PublicMediaError(text): PublicMediaError) -> Said {
        said!("setting.public_media", text)
    }
}

impl fmt::Display for PublicMediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for PublicMediaError {}

impl PublicMedia {
    /// With the bound port where none is written.
    pub fn name(&self, bound_port: u16) -> MediaName {
        MediaName { host: self.0.name.clone(), port: self.0.port.unwrap_or(bound_port) }
    }
}

impl FromStr for PublicMedia {
    type Err = PublicMediaError;

    fn from_str(text: &str) -> Result<Self, PublicMediaError> {
        Host::parse(text).map(PublicMedia).ok_or_else(|| PublicMediaError(text.to_owned()))
    }
}

impl fmt::Display for PublicMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_resolves_to_itself_with_the_port_outside() {
        let of = |text: &str| text.parse::<PublicMedia>().unwrap().name(8787);
        for (text, address) in [("203.0.113.7", "203.0.113.7:8787"), ("[2001:db8::7]:9000", "[2001:db8::7]:9000")] {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!((of(text).literal(), of(text).resolve().unwrap()), (Some(address), vec![address]));
        }
        assert_eq!(of("media.example.org").literal(), None);
        let error = "https://a.example".parse::<PublicMedia>().expect_err("media has no scheme").to_string();
        assert!(error.contains("`https://a.example`") && error.contains("HOST:PORT"), "{error}");
    }
}
