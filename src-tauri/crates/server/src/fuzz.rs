//! What reads of strangers' connections, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.
//!
//! HTTP itself and the messages of a page's socket are read by libraries that have fuzz targets of their own; where lines and frames
//! end is followed beside them, by us.

use crate::client::Client;
use crate::first_bytes::{MOST, protocol};
use crate::frames::Frames;
use crate::request_lines::RequestLines;
use crate::{Config, PublicUrl, metrics};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use protocol::PageHello;
use std::net::{IpAddr, Ipv4Addr};

/// Any bytes as the first of a connection.
pub fn first_bytes(data: &[u8]) {
    let said: Vec<_> = (0..=data.len().min(2 * MOST)).map(|len| protocol(&data[..len])).collect();
    if let Some(at) = said.iter().position(Option::is_some) {
        assert!(at <= MOST, "{at} bytes had to come");
        assert!(said[at..].iter().all(|later| *later == said[at]), "what comes later changes nothing: {said:?}");
    } else {
        assert!(data.len() < MOST, "as many are enough to know it");
    }
}

/// Lines as a request's header, as HTTP hands them on: who sent it, whether it came from here, which page opens a socket.
pub fn headers(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(64) {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(&line[at + 1..]))
        else {
            continue;
        };
        headers.append(name, value);
    }
    let proxy = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let public = PublicUrl { https: true, host: "live.example.org".to_owned(), port: 443, path: "/tv".to_owned() };
    let (_, told) = tokio::sync::watch::channel(Some(public));
    for trusted_proxy in [None, Some(proxy)] {
        let config = Config { trusted_proxy, public: told.clone(), ..Config::default() };
        let client = Client::of(proxy, &headers, false, &config);
        let _ = client.outside.is_ours(&headers);
        assert!(client.visitor.user_agent.len() <= 256, "it is kept as long as the viewer");
        assert!(!audience::browser_name(&client.visitor.user_agent).is_empty());
        assert!(trusted_proxy.is_some() || client.visitor.address == proxy, "nobody but the proxy says who sent it");
        assert!(
            HeaderValue::from_str(&client.set_cookie(&config.cookie_key)).is_ok(),
            "what is answered is a header's value"
        );
    }
    let _ = metrics::names_this_machine(&headers);
    if let Some(if_match) = headers.get("if-match").and_then(|value| value.to_str().ok()) {
        let any = if_match.split(',').any(|one| matches!(one.trim(), "*" | "\"*\""));
        assert!(!crate::door::matches(if_match, "an etag with spaces in it") || any || if_match.contains("an etag"));
    }
}

/// Any text as what a page says over its socket.
pub fn page_message(text: &str) {
    if let Ok(PageHello::Watching { session }) = serde_json::from_str(text) {
        assert!(session.len() <= text.len());
    }
}

/// Any bytes as requests. However they come in pieces, the same byte is the first that should not be there; and where HTTP's parser
/// has read a whole header, so has this: nobody reads one message where another reads two.
pub fn request_lines(data: &[u8]) {
    let wrong = RequestLines::default().take(data);
    let mut lines = RequestLines::default();
    let mut begins = 0;
    let pieces = data.chunks(1 + data.first().map_or(0, |byte| usize::from(*byte) % 7));
    let in_pieces = pieces.into_iter().find_map(|piece| {
        let at = lines.take(piece).map(|at| begins + at);
        begins += piece.len();
        at
    });
    assert_eq!(in_pieces, wrong, "pieces make no difference");

    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let Ok(httparse::Status::Complete(header)) = request.parse(data) else { return };
    let mut lines = RequestLines::default();
    if lines.take(&data[..header]).is_some() {
        return;
    }
    assert!(!lines.in_header(), "the header ends at {header}");
    let is = |field: &httparse::Header<'_>, name: &str, value: &[u8]| {
        field.name.eq_ignore_ascii_case(name) && field.value.eq_ignore_ascii_case(value)
    };
    let upgrades = request.headers.iter().any(|field| is(field, "upgrade", b"websocket"));
    assert!(!upgrades || lines.awaits_upgrade(), "it is to become a WebSocket, however that is written");
}

/// Any bytes as frames: however they are cut, as many end in them, and each has a header of two bytes at least.
pub fn frames(data: &[u8]) {
    let at_once = Frames::default().take(data);
    assert!(at_once as usize <= data.len() / 2);
    let mut frames = Frames::default();
    let cut = 1 + data.first().map_or(0, |byte| usize::from(*byte) % 17);
    assert_eq!(data.chunks(cut).map(|piece| frames.take(piece)).sum::<u32>(), at_once, "in pieces of {cut}");
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("first_bytes", first_bytes),
    ("headers", headers),
    ("request_lines", request_lines),
    ("frames", frames),
    ("page_message", |data| {
        if let Ok(text) = std::str::from_utf8(data) {
            page_message(text);
        }
    }),
];

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
