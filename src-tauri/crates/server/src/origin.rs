//! Origins as browsers compare them: scheme, host and port, where a port that is not written is the scheme's own (RFC 6454 section 5).

use std::net::Ipv6Addr;

/// An origin over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) https: bool,
    /// In small letters, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// As a browser writes it in its header. None for what is none of HTTP's.
    pub(crate) fn parse(text: &str) -> Option<Origin> {
        let (scheme, rest) = text.split_once("://")?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, port) = authority(rest)?;
        Some(Origin { https, host, port: port.unwrap_or(default_port(https)) })
    }

    /// Whether a request for it would have this as its `Host`.
    pub(crate) fn is_called(&self, host: &str) -> bool {
        authority(host)
            .is_some_and(|(host, port)| host == self.host && port.unwrap_or(default_port(self.https)) == self.port)
    }

    /// As a browser writes it: without the port that the scheme has anyway.
    pub(crate) fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        if self.port == default_port(self.https) { host } else { format!("{host}:{}", self.port) }
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// `HOST[:PORT]`: the host in small letters and without brackets, and the port where one is written.
pub(crate) fn authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().ok()?.to_string(),
        None if !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) => {
            host.to_ascii_lowercase()
        }
        None => return None,
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_read_as_they_are_written() {
        let is = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(authority("Live.Example.org"), is("live.example.org", None));
        assert_eq!(authority("10.0.0.1:8787"), is("10.0.0.1", Some(8787)));
        assert_eq!(authority("[2001:DB8::0:7]"), is("2001:db8::7", None));
        assert_eq!(authority("[2001:db8::7]:443"), is("2001:db8::7", Some(443)));
        for wrong in ["", ":80", "a b", "host:", "host:99999", "a@b", "[::1", "::1", "host:80:80", "höst"] {
            assert_eq!(authority(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_written_without_its_default_port() {
        let written = |text: &str| Origin::parse(text).map(|origin| origin.authority());
        assert_eq!(written("https://a.example:443").as_deref(), Some("a.example"));
        assert_eq!(written("http://a.example:443").as_deref(), Some("a.example:443"));
        assert_eq!(written("http://[::1]:8787").as_deref(), Some("[::1]:8787"));
        assert_eq!(written("null"), None);
    }
}
