//! Where an engine takes the stream, and how reports of it go to and fro.

use crate::uplink::Source;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use stream::Rid;

/// Where an engine takes the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// In the order of [`Rid::ALL`].
    pub(crate) layers: [SocketAddr; 3],
    pub(crate) sound: SocketAddr,
    pub(crate) reports: Reports,
}

/// How reports (RTCP) go to and fro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reports {
    /// Sealed, beside what they are of; the engine's with this key and salt.
    Sealed(Vec<u8>),
    /// To and from a place of their own, where the engine seals and opens none. Anybody on the way could read or write them: nothing is said in ours, and
    /// no more is believed of the engine's than that a keyframe is needed.
    InTheClear(SocketAddr),
}

impl Places {
    pub(super) fn of(&self, source: Source) -> SocketAddr {
        match source {
            Source::Layer(rid) => self.layers[Rid::ALL.iter().position(|known| *known == rid).unwrap_or_default()],
            Source::Sound => self.sound,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (Source, SocketAddr)> {
        let sources = Rid::ALL.into_iter().map(Source::Layer).chain([Source::Sound]);
        sources.map(|source| (source, self.of(source)))
    }
}

/// An address that media can be sent to.
pub(crate) fn is_place(address: IpAddr) -> bool {
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    !(address.is_unspecified() || address.is_multicast() || broadcast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_goes_to_somebody() {
        for (address, may) in [
            ("127.0.0.1", true),
            ("192.0.2.7", true),
            ("2001:db8::1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("224.0.0.1", false),
            ("ff02::1", false),
            ("255.255.255.255", false),
        ] {
            assert_eq!(is_place(address.parse().expect("well-formed")), may, "{address}");
        }
    }
}
