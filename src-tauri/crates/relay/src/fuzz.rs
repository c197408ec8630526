//! What a relay's server answers, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.
//!
//! HTTP, TLS, WebSocket and JSON are read by libraries that have fuzz targets of their own.

use crate::answer;
use crate::http;
use crate::janus;
use crate::jitsi;
use crate::livekit;
use crate::mediasoup;
use crate::whip::link;
use url::Url;

/// As much as is read of an answer, bytes.
const LONGEST: usize = 64 * 1024;

/// Any text as what a server answers: the SDP of its answer, where it sends us, which servers it names, what a Janus, a LiveKit, a mediasoup or a videobridge says; and the longest
/// that is made of what stands in it.
pub fn relay_answer(text: &str) {
    one_answer(text);
    // All of them would leave a fuzzer little time for new ones.
    if text.len() % 8 == 1 {
        let whole = text.trim_end_matches(['\r', '\n']);
        let (before, last) = whole.rsplit_once('\n').unwrap_or(("", whole));
        let half = (last.len() / 2..=last.len()).find(|at| last.is_char_boundary(*at)).unwrap_or_default();
        one_answer(&filled(&format!("{before}\n"), &format!("{last}\n")));
        one_answer(&filled(whole, &last[half..]));
    }
}

/// As often `part` behind `start` as there is room.
fn filled(start: &str, part: &str) -> String {
    match LONGEST.checked_sub(start.len()) {
        Some(room) if !part.is_empty() => format!("{start}{}", part.repeat(room / part.len())),
        _ => start.to_owned(),
    }
}

fn one_answer(text: &str) {
    if let Ok(taken) = answer::read(text) {
        assert!((1..=3).contains(&taken.layers.len()), "{taken:?}");
        assert!(taken.payload_type < 128 && taken.sound.is_none_or(|sound| sound < 128), "{taken:?}");
    }
    for from in ["https://relay.example.org/whip/me?key=1", "http://127.0.0.1:7080/whip"] {
        leads(&Url::parse(from).expect("well-formed"), text);
    }
    let servers = link::ice_servers(text.lines());
    assert!(servers.len() <= link::MOST);
    assert!(servers.iter().all(|server| server.url.starts_with("stun:") || server.url.starts_with("turn")));
    janus::fuzz::says(text);
    livekit::fuzz::says(text);
    mediasoup::fuzz::says(text);
    jitsi::fuzz::says(text);
}

/// Where it leads is somewhere that may be asked, and from there to the same.
fn leads(from: &Url, location: &str) {
    let Ok(to) = http::next(from, Some(location)) else { return };
    assert!(to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http"), "{to}");
    assert!(to.host_str().is_some_and(|host| !host.is_empty()) && to.fragment().is_none(), "{to}");
    assert!(to.username().is_empty() && to.password().is_none(), "{to}");
    assert_eq!(http::next(&to, Some(to.as_str())).as_ref(), Ok(&to));
    assert!(http::same_origin(&to, &to));
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("relay_answer", |data| {
    // What is no text is refused before it is read.
    if let Ok(text) = std::str::from_utf8(data) {
        relay_answer(text);
    }
})];

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
