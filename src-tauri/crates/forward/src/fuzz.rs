//! All that reads bytes from the network, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.
//!
//! Each function takes any bytes. It panics where what was read, or what was made of it, cannot be true.

mod dtls;
mod media;

pub use dtls::{client_hello, dtls};
pub use media::{annex_b, rtcp};

use crate::ice::{Check, Credentials};
use crate::sdp::{self, Fragment, Local, Offer};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{Message, Setter};
use std::net::{Ipv4Addr, SocketAddr};

const SOMEBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);

fn credentials() -> Credentials {
    Credentials { ufrag: "ufrag".to_owned(), pwd: "a password of twenty-four".to_owned() }
}

/// An offer, and the answer to it.
pub fn offer(text: &str) {
    let Ok(offer) = Offer::parse(text) else { return };
    let ice = credentials();
    let local = Local {
        ice: &ice,
        fingerprint: "sha-256 00",
        candidates: &[SOMEBODY],
        ssrcs: [1, 2, 3],
        cname: "cname",
        session: 1,
        codecs: &stream::CODECS.map(|spec| spec.codec),
    };
    if let Ok((joined, _)) = sdp::answer(&offer, &local) {
        assert_whole(&joined.answer);
        let lines = |text: &str, start: &str| text.split('\n').filter(|line| line.starts_with(start)).count();
        let media = lines(&joined.answer, "m=");
        assert_eq!(media, lines(text, "m="), "every m-line is answered, and nothing else");
        assert_eq!(lines(&joined.answer, "a=setup:passive") + lines(&joined.answer, "a=inactive"), media);
    }
}

/// A trickle fragment, and the answer to a restart.
pub fn fragment(text: &str) {
    if let Ok(fragment) = Fragment::parse(text) {
        assert_whole(&sdp::restart_answer(&fragment, &credentials(), &[SOMEBODY]));
    }
}

/// What comes back from the other side must not make lines of its own.
fn assert_whole(description: &str) {
    assert!(description.ends_with("\r\n"), "{description:?}");
    for line in description.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.as_bytes().get(1) == Some(&b'='), "{line:?} is no line of a description");
        assert!(!line.contains(['\n', '\r']), "{line:?} is more than a line");
    }
}

/// A datagram as a check: as it is, and as attributes of one that is signed with the password.
pub fn stun(data: &[u8]) {
    let ice = credentials();
    if let Some(check) = Check::parse(data) {
        assert!(check.ufrag().len() < data.len());
        let _ = check.authenticate(&ice);
    }
    let attributes = &data[..data.len().min(1400) / 4 * 4];
    let mut message = Message::new();
    let header = [&[0, 1][..], &(attributes.len() as u16).to_be_bytes(), &[0x21, 0x12, 0xa4, 0x42], &[7; 12]].concat();
    if message.unmarshal_binary(&[&header, attributes].concat()).is_err() {
        return;
    }
    let provider = AwsLcRsProvider::new();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(ice.pwd.clone(), provider.crypto());
    if integrity.add_to(&mut message).is_err() || FINGERPRINT.add_to(&mut message).is_err() {
        return;
    }
    if let Some(authentic) = Check::parse(&message.raw).and_then(|check| check.authenticate(&ice)) {
        let response = authentic.response(&ice, SOMEBODY);
        assert!(response.len() < 120, "an answer that is longer than a check invites to amplify");
    }
}

/// Cuts one input into several datagrams: two bytes of length, so many bytes, and so on.
fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = data.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_be_bytes(*len) % 2048).min(rest.len());
        let (piece, rest) = rest.split_at(len);
        data = rest;
        Some(piece)
    })
}
