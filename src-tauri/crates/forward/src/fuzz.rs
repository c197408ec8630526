//! All that reads bytes from the network, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.
//!
//! Each function takes any bytes. It panics where what was read, or what was made of it, cannot be true.

mod dtls;
mod media;

pub use dtls::{client_hello, dtls};
pub use media::rtcp;
pub use port::fuzz::stun;

use crate::connection::sdp::{self, Fragment, Local, Offer};
use port::Credentials;
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
