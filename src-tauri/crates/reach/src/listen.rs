//! Where to listen, as a setting writes it.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};
use words::{Said, said};

/// Where to listen, TCP and UDP: an address of this machine, or an unspecified one for all of them, and one port
/// number for both. Port 0 asks for any number that is free on both.
///
/// Written `[::]:8787`, `0.0.0.0:8787`, `192.168.1.20:0`, or a port alone, which means all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(SocketAddr);

/// What was given is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenError(String);

impl From<ListenError> for Said {
    fn from(ListenError(text): ListenError) -> Said {
        said!("setting.listen", text)
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for ListenError {}

impl Listen {
    /// The port where nothing else is said.
    pub const DEFAULT_PORT: u16 = 8787;

    /// The address to bind, as it was written.
    pub fn address(self) -> SocketAddr {
        self.0
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::from((Ipv6Addr::UNSPECIFIED, Self::DEFAULT_PORT)))
    }
}

impl From<SocketAddr> for Listen {
    /// A v4-mapped address (`::ffff:a.b.c.d`) is the IPv4 address it stands for.
    fn from(address: SocketAddr) -> Self {
        match address.ip().to_canonical() {
            IpAddr::V4(ip) => Self(SocketAddr::from((ip, address.port()))),
            IpAddr::V6(_) => Self(address),
        }
    }
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
            return Ok(Self(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))));
        }
        text.parse::<SocketAddr>().map(Self::from).map_err(|_| ListenError(text.to_owned()))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |text: &str| text.parse::<Listen>().map(|listen| listen.to_string());
        assert_eq!(read("[::]:8787").unwrap(), "[::]:8787");
        assert_eq!(read("127.0.0.1:0").unwrap(), "127.0.0.1:0");
        assert_eq!(read("8787").unwrap(), "[::]:8787");
        assert_eq!(read(":9000").unwrap(), "[::]:9000");
        assert_eq!(read("[::ffff:10.0.0.7]:80").unwrap(), "10.0.0.7:80");
        for wrong in ["", "localhost", "localhost:80", "1.2.3.4", "[::]", "1.2.3.4:70000", "70000"] {
            let error = wrong.parse::<Listen>().expect_err(wrong).to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains("[::]:8787"), "{error}");
        }
        assert_eq!(Listen::default().to_string(), "[::]:8787");
    }
}
