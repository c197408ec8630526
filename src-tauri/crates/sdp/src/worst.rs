//! The worst that can be sent as an offer or a fragment: of each kind as much as 64 kB hold. Only for tests.

use crate::limits::{
    MAX_CANDIDATES, MAX_EXTENSIONS, MAX_FEEDBACK, MAX_FINGERPRINTS, MAX_FORMATS, MAX_LEN, MAX_LINE, MAX_LINES,
    MAX_MEDIA, MAX_PARAMETERS, MAX_SSRCS,
};
use std::fmt::Write;

/// What every offer begins with.
const START: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

/// What every m-line of an offer has.
const TRANSPORT: &str = "a=ice-ufrag:ufrag\r\na=ice-pwd:a-password-of-twenty-four\r\na=setup:actpass\r\na=rtcp-mux\r\na=recvonly\r\n\
    a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";

/// An offer that is too much of something, and the word by which its refusal names that.
#[derive(Clone, Debug)]
pub struct TooMuch {
    /// What there is too much of.
    pub what: &'static str,
    /// The offer.
    pub text: String,
}

/// Offers that are refused, each for one thing of which it has too much. All but the first are as long as may be.
pub fn too_much() -> Vec<TooMuch> {
    let filled = |what, head: &str, line: &str| TooMuch { what, text: filled(head, line) };
    let picture = picture(&[96], "");
    let all = all_payload_types();
    let semicolons = format!("a=fmtp:96 {}\r\n", ";".repeat(500));
    vec![
        TooMuch { what: "longer than 64 kB", text: format!("{picture}{}", "a=x\r\n".repeat(MAX_LEN)) },
        filled("a line is longer", &picture, &format!("a=x:{}\r\n", "x".repeat(MAX_LEN - picture.len() - 6))),
        filled("too many lines", &picture, "a=x\r\n"),
        filled("too many m-lines", &picture, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"),
        filled("too many payload types", START, &format!("m=video 9 UDP/TLS/RTP/SAVPF{}\r\n", " 96".repeat(1000))),
        filled("too many rtpmap lines", &picture, "a=rtpmap:96 H264/90000\r\n"),
        filled("too many fmtp lines", &picture, "a=fmtp:96 apt=97\r\n"),
        filled("too many parameters", &self::picture(&all, ""), &semicolons),
        filled("too many parameters", &picture, &format!("a=fmtp:96 {}\r\n", "a=b;".repeat(1000))),
        filled("too many rtcp-fb lines", &picture, "a=rtcp-fb:* nack\r\n"),
        filled("too many header extensions", &picture, "a=extmap:1 urn:x\r\n"),
        filled("too many candidates", &picture, "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n"),
        filled("too many DTLS fingerprints", &picture, "a=fingerprint:sha-1 00:11\r\n"),
        filled("too many ssrc lines", &picture, "a=ssrc:1 cname:x\r\n"),
        filled("too many ssrc lines", &picture, "a=ssrc-group:FID 1 2\r\n"),
        filled("too many mids", START, &format!("a=group:BUNDLE{}\r\n", " x".repeat(2000))),
        filled("user name is too long", START, &format!("a=ice-ufrag:{}\r\n", "u".repeat(4000))),
        filled("password is too long", START, &format!("a=ice-pwd:{}\r\n", "p".repeat(4000))),
        filled("no token", &picture, &format!("a=mid:{}\r\n", "m".repeat(4000))),
        filled("not of the form", &picture, "\u{2028}\r\n"),
    ]
}

/// Offers that are read to their end, with as much as may be of what makes that long: what the largest of them costs is what any
/// costs. They are answered, but for the one that has no media.
pub fn just_allowed() -> Vec<String> {
    let all = all_payload_types();
    // 64 kB are shared among the m-lines, so many m-lines have few payload types, and one has all of them with all that can be said.
    let parameters = "packetization-mode=1;".repeat(5);
    let full = picture(&all, &parameters);
    let mut sections = START.to_owned() + "a=group:BUNDLE 15\r\n";
    let share: Vec<u8> = all.iter().copied().take(32).collect();
    for section in 0..MAX_MEDIA {
        let start = sections.len();
        // The last one is the first that can be sent.
        let mode = if section == MAX_MEDIA - 1 { "packetization-mode=1;" } else { "packetization-mode=0;;;;;;;;" };
        push_picture(&mut sections, section, &share, mode);
        assert!((sections.len() - start) * MAX_MEDIA < MAX_LEN, "{} m-lines have room", MAX_MEDIA);
    }
    let one = picture(&[96], "packetization-mode=1;");
    vec![
        padded(full.clone(), "a=rtcp-fb:* transport-cc\r\n", MAX_FEEDBACK),
        padded(full.clone(), "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n", MAX_CANDIDATES),
        padded(one.clone(), "a=x\r\n", MAX_LINES - one.lines().count()),
        padded(one.clone(), "a=ssrc:1 cname:x\r\n", MAX_SSRCS),
        padded(one.clone(), "a=extmap:1 urn:x\r\n", MAX_EXTENSIONS),
        padded(one.clone(), "a=fingerprint:sha-1 00:11\r\n", MAX_FINGERPRINTS - 1),
        padded(one.clone(), &format!("a=fmtp:96 {}\r\n", "; ".repeat(MAX_PARAMETERS - 1)), MAX_FORMATS - 1),
        padded(one.clone(), &format!("a=x:{}\r\n", "x".repeat(MAX_LINE - 10)), MAX_LINES),
        padded(one.clone(), "\r\n", MAX_LEN),
        padded(sections, "a=x\r\n", MAX_LINES / 2),
        padded(START.to_owned() + TRANSPORT, "a=x:y\r\n", MAX_LINES - 12),
    ]
}

/// Fragments of 64 kB, of which the first three are read and the others refused.
pub fn fragments() -> Vec<String> {
    let start =
        "a=ice-ufrag:another\r\na=ice-pwd:a-password-of-twenty-four\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n";
    vec![
        padded(start.to_owned(), "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n", MAX_CANDIDATES),
        padded(start.to_owned(), "a=x:y\r\n", MAX_LINES - 4),
        padded(start.to_owned(), "\r\n", MAX_LEN),
        filled(start, "a=candidate:1\r\n"),
        filled(start, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"),
        filled(start, "a=x\r\n"),
        filled(start, &format!("a=mid:{}\r\n", "m".repeat(4000))),
        filled(start, &format!("a=ice-ufrag:{}\r\n", "u".repeat(4000))),
        format!("{start}a=x:{}\r\n", "x".repeat(MAX_LEN - start.len() - 6)),
    ]
}

/// An offer of one m-line with these payload types, all H.264 with these parameters.
fn picture(payload_types: &[u8], parameters: &str) -> String {
    let mut text = START.to_owned();
    push_picture(&mut text, 0, payload_types, parameters);
    text
}

fn push_picture(text: &mut String, mid: usize, payload_types: &[u8], parameters: &str) {
    text.push_str("m=video 9 UDP/TLS/RTP/SAVPF");
    for payload_type in payload_types {
        let _ = write!(text, " {payload_type}");
    }
    let _ = write!(text, "\r\n{TRANSPORT}a=mid:{mid}\r\n");
    for (at, payload_type) in payload_types.iter().enumerate() {
        let encoding = if at % 2 == 0 { "H264/90000" } else { "rtx/90000" };
        let _ = write!(text, "a=rtpmap:{payload_type} {encoding}\r\na=fmtp:{payload_type} {parameters}apt=96\r\n");
    }
}

/// All that there are, the first of which is 96.
fn all_payload_types() -> Vec<u8> {
    (96..128).chain(0..64).collect()
}

/// As many whole lines behind `head` as 64 kB hold.
fn filled(head: &str, line: &str) -> String {
    padded(head.to_owned(), line, MAX_LEN)
}

/// The same, but at most so many.
fn padded(mut text: String, line: &str, most: usize) -> String {
    let count = (MAX_LEN - text.len()) / line.len();
    text.push_str(&line.repeat(count.min(most)));
    text
}
