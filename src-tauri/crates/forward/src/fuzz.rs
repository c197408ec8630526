//! All that reads bytes from the network, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.
//!
//! Each function takes any bytes. It panics where what was read, or what was made of it, cannot be true.

mod dtls;
mod media;

pub use dtls::{client_hello, dtls};
pub use media::rtcp;

use crate::connection::answer::{self, Local};
use port::Credentials;
use sdp::limits::MAX_LEN;
use sdp::{Fragment, Offer};
use std::net::{Ipv4Addr, SocketAddr};

const SOMEBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);

fn credentials() -> Credentials {
    Credentials { ufrag: "ufrag".to_owned(), pwd: "a password of twenty-four".to_owned() }
}

/// An offer, and the answer to it; and what the longest offers would be that are made of what stands in this one.
pub fn offer(text: &str) {
    one_offer(text);
    if is_grown(text) {
        longest(text).iter().for_each(|text| one_offer(text));
    }
}

/// A trickle fragment, and the answer to a restart; and the longest ones that are made of what stands in it.
pub fn fragment(text: &str) {
    one_fragment(text);
    if is_grown(text) {
        longest(text).iter().for_each(|text| one_fragment(text));
    }
}

fn one_offer(text: &str) {
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
        level: stream::H264Level::HIGHEST,
    };
    if let Ok((joined, ..)) = answer::answer(&offer, &local) {
        assert_whole(&joined.answer);
        let lines = |text: &str, start: &str| text.split('\n').filter(|line| line.starts_with(start)).count();
        let media = lines(&joined.answer, "m=");
        assert_eq!(media, lines(text, "m="), "every m-line is answered, and nothing else");
        assert_eq!(lines(&joined.answer, "a=setup:passive") + lines(&joined.answer, "a=inactive"), media);
    }
}

fn one_fragment(text: &str) {
    if let Ok(fragment) = Fragment::parse(text) {
        assert_whole(&answer::restart_answer(&fragment, &credentials(), &[SOMEBODY]));
    }
}

/// A fuzzer finds lines that are read, and seldom 64 kB of them. An eighth of the inputs is tried in that length too: all of them would
/// leave it little time for new ones.
fn is_grown(text: &str) -> bool {
    text.len() % 8 == 1
}

/// As long as may be: the last line over and over, and the last line with its second half over and over, which makes lists.
fn longest(text: &str) -> Vec<String> {
    let whole = text.trim_end_matches(['\r', '\n']);
    let (before, last) = whole.rsplit_once('\n').unwrap_or(("", whole));
    let half = (last.len() / 2..=last.len()).find(|at| last.is_char_boundary(*at)).unwrap_or_default();
    let filled = |start: &str, part: &str| match MAX_LEN.checked_sub(start.len()) {
        Some(room) if !part.is_empty() => format!("{start}{}", part.repeat(room / part.len())),
        _ => start.to_owned(),
    };
    vec![filled(&format!("{before}\n"), &format!("{last}\n")), filled(whole, &last[half..])]
}

/// What comes back from the other side must not make lines of its own.
fn assert_whole(description: &str) {
    assert!(description.ends_with("\r\n"), "{description:?}");
    for line in description.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.as_bytes().get(1) == Some(&b'='), "{line:?} is no line of a description");
        assert!(!line.contains(['\n', '\r']), "{line:?} is more than a line");
    }
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("offer", |data| text(data, offer)),
    ("fragment", |data| text(data, fragment)),
    ("client_hello", client_hello),
    ("dtls", dtls),
    ("rtcp", rtcp),
];

/// What is no text is refused before it is read.
fn text(data: &[u8], target: fn(&str)) {
    if let Ok(text) = std::str::from_utf8(data) {
        target(text);
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
