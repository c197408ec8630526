//! What reads datagrams of strangers, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.

use crate::{Check, Claims, Credentials, Demux, IceSession, Owner, Path, Peer, Proof, Registry, Response};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{Message, Setter};
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

fn credentials() -> Credentials {
    Credentials { ufrag: "ufrag".to_owned(), pwd: "a password of twenty-four".to_owned() }
}

/// A datagram as a check and as a response: as it is, and as attributes of a check that is signed with the password.
pub fn stun(data: &[u8]) {
    let ice = credentials();
    if let Some(check) = Check::parse(data) {
        assert!(check.ufrag().len() < data.len());
        let _ = check.authenticate(&ice);
    }
    if let Some(response) = Response::parse(data) {
        let session = IceSession { ours: ice.clone(), theirs: ice.clone() };
        let _ = (response.transaction(), response.is_authentic(&session));
    }
    let Some(signed) = signed(data) else { return };
    if let Some(authentic) = Check::parse(&signed).and_then(|check| check.authenticate(&ice)) {
        let from = Path::udp(SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)), None);
        let response = authentic.response(&ice, &from);
        assert!(response.len() < 120, "an answer that is longer than a check invites to amplify");
    }
}

/// Datagrams from several addresses, one after the other. Each is a byte that says from which, a byte that says how long it is,
/// and what comes; where that begins with 0xff the rest of it are the attributes of a check that is signed with the password.
pub fn demux(data: &[u8]) {
    let now = Instant::now();
    let mut demux = Demux::new((OnePeer::default(),));
    demux.take_commands();
    let mut rest = data;
    while let [address, len, after @ ..] = rest {
        let (piece, after) = after.split_at(after.len().min(usize::from(*len)));
        rest = after;
        let mut datagram = match piece.split_first() {
            Some((0xff, attributes)) => signed(attributes).unwrap_or_default(),
            _ => piece.to_vec(),
        };
        let path = Path::udp(SocketAddr::from((Ipv4Addr::LOCALHOST, 4000 + u16::from(*address))), None);
        demux.prefetch(&path);
        demux.datagram(&mut datagram, path, now);
        demux.pass_on();
    }
    let [names, addresses, checks] = demux.sizes();
    assert_eq!((names, checks), (1, 0), "nobody but the owner gives names or sends checks");
    assert_eq!(addresses, demux.owners().0.proved.len(), "nothing is held of who passed no check");
}

/// An owner of one peer, which claims each path that a check proves.
#[derive(Default)]
struct OnePeer {
    claims: Claims,
    proved: HashSet<SocketAddr>,
}

impl Owner for OnePeer {
    fn take_commands(&mut self, registry: &mut Registry<'_>) {
        registry.name(Peer(7), &mut self.claims, [credentials().ufrag.as_str()].into_iter());
    }

    fn check(&mut self, peer: Peer, check: Check, path: Path, _: Instant, registry: &mut Registry<'_>) {
        assert_eq!(peer, Peer(7));
        if check.authenticate(&credentials()).is_some() {
            self.proved.insert(path.remote());
            registry.claim(peer, &mut self.claims, path, Proof::Sends, |_| true);
        }
    }

    fn datagram(&mut self, peer: Peer, datagram: &mut [u8], path: Path, _: Instant, _: &mut Registry<'_>) {
        assert_eq!(peer, Peer(7));
        assert!(self.proved.contains(&path.remote()), "an address is the peer's that proved it");
        assert!(!matches!(datagram, [0..=3, ..]), "what could be STUN is taken as that");
    }
}

/// A check with these attributes, signed with the password. None where they are no attributes.
fn signed(data: &[u8]) -> Option<Vec<u8>> {
    let attributes = &data[..data.len().min(1400) / 4 * 4];
    let mut message = Message::new();
    let header = [&[0, 1][..], &(attributes.len() as u16).to_be_bytes(), &[0x21, 0x12, 0xa4, 0x42], &[7; 12]].concat();
    message.unmarshal_binary(&[&header, attributes].concat()).ok()?;
    let provider = AwsLcRsProvider::new();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(credentials().pwd, provider.crypto());
    integrity.add_to(&mut message).ok()?;
    FINGERPRINT.add_to(&mut message).ok()?;
    Some(message.raw)
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("stun", stun), ("demux", demux)];

#[cfg(test)]
mod tests {
    #[test]
    fn every_seed_passes() {
        for (name, target) in super::TARGETS {
            let folder = format!("{}/../../fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            for seed in std::fs::read_dir(folder).expect("every target has seeds") {
                target(&std::fs::read(seed.expect("a file").path()).expect("it can be read"));
            }
        }
    }
}
