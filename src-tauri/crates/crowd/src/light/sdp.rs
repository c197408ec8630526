//! The offer of a light viewer, and what it reads in the answer (RFC 8866, RFC 9429).

use super::stun::{Credentials, Role};
use crate::Codec;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

const TWCC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

const CAPTURE_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

/// What the server agreed to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) ice: Credentials,
    /// Ours.
    pub(crate) role: Role,
    pub(crate) candidates: Vec<SocketAddr>,
    /// SHA-256 of the certificate, "AA:BB:…".
    pub(crate) fingerprint: String,
    /// The server begins the handshake, not the viewer.
    pub(crate) server_begins: bool,
    pub(crate) codec: Codec,
    pub(crate) video: u8,
    pub(crate) rtx: Option<u8>,
    pub(crate) audio: Option<u8>,
    /// The id of the header extension with the transport-wide number.
    pub(crate) twcc: Option<u8>,
    /// The id of the one with the time of capture.
    pub(crate) capture_time: Option<u8>,
}

/// Receives one picture and maybe sound, with the header extensions and feedback that Chromium 156 offers; with `stamps` the time of
/// capture as well.
pub(crate) fn offer(
    ice: &Credentials,
    fingerprint: &str,
    local: SocketAddr,
    sound: bool,
    codec: Codec,
    stamps: bool,
) -> String {
    let mut sdp = String::with_capacity(2048);
    let bundle = if sound { "0 1" } else { "0" };
    lines(
        &mut sdp,
        &[
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            &format!("a=group:BUNDLE {bundle}"),
            "a=msid-semantic: WMS *",
        ],
    );
    let candidate = format!("a=candidate:1 1 udp 2130706431 {} {} typ host", local.ip(), local.port());
    let transport = |sdp: &mut String, mid: u8| {
        lines(
            sdp,
            &[
                "c=IN IP4 0.0.0.0",
                &format!("a=ice-ufrag:{}", ice.ufrag),
                &format!("a=ice-pwd:{}", ice.pwd),
                &format!("a=fingerprint:sha-256 {fingerprint}"),
                "a=setup:actpass",
                &format!("a=mid:{mid}"),
                &candidate,
                "a=end-of-candidates",
                "a=recvonly",
                "a=rtcp-mux",
                "a=rtcp-rsize",
                &format!("a=extmap:4 {TWCC}"),
                "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid",
            ],
        );
    };
    let numbers = match codec {
        Codec::H264 => "102 103 96 97",
        Codec::Vp9 => "98 99 96 97",
        Codec::Vp8 => "96 97",
    };
    lines(&mut sdp, &[&format!("m=video 9 UDP/TLS/RTP/SAVPF {numbers}")]);
    transport(&mut sdp, 0);
    lines(&mut sdp, &["a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"]);
    if stamps {
        lines(&mut sdp, &[&format!("a=extmap:6 {CAPTURE_TIME}")]);
    }
    match codec {
        Codec::H264 => {
            format(&mut sdp, 102, "H264");
            lines(&mut sdp, &["a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"]);
        }
        Codec::Vp9 => {
            format(&mut sdp, 98, "VP9");
            lines(&mut sdp, &["a=fmtp:98 profile-id=0"]);
        }
        Codec::Vp8 => {}
    }
    format(&mut sdp, 96, "VP8");
    if sound {
        lines(&mut sdp, &["m=audio 9 UDP/TLS/RTP/SAVPF 111"]);
        transport(&mut sdp, 1);
        lines(
            &mut sdp,
            &["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1"],
        );
    }
    sdp
}

/// Takes the picture that is offered, in one format, and the sound if it is wanted. A channel for data is taken as well, and nothing said on it.
pub(crate) fn answer(ice: &Credentials, fingerprint: &str, local: SocketAddr, sound: bool, offer: &str) -> String {
    let media = media(offer);
    let mids: Vec<&str> = media.iter().filter_map(|lines| value(lines, "a=mid:")).collect();
    let mut sdp = String::with_capacity(2048);
    let bundle = format!("a=group:BUNDLE {}", mids.join(" "));
    lines(&mut sdp, &["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", &bundle]);
    for medium in &media {
        let (kind, protocol) = kind(medium);
        let taken = if kind == "video" { picture(medium) } else { formats(medium) };
        lines(&mut sdp, &[&format!("m={kind} 9 {protocol} {}", taken.join(" "))]);
        lines(
            &mut sdp,
            &[
                "c=IN IP4 0.0.0.0",
                &format!("a=ice-ufrag:{}", ice.ufrag),
                &format!("a=ice-pwd:{}", ice.pwd),
                &format!("a=fingerprint:sha-256 {fingerprint}"),
                "a=setup:active",
                &format!("a=mid:{}", value(medium, "a=mid:").unwrap_or_default()),
                &format!("a=candidate:1 1 udp 2130706431 {} {} typ host", local.ip(), local.port()),
                "a=end-of-candidates",
            ],
        );
        if kind == "application" {
            lines(&mut sdp, &["a=sctp-port:5000"]);
            continue;
        }
        lines(&mut sdp, &[if kind == "video" || sound { "a=recvonly" } else { "a=inactive" }, "a=rtcp-mux"]);
        let is_taken = |line: &&&str| {
            line.starts_with("a=extmap:")
                || ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().any(|a| {
                    line.strip_prefix(a).and_then(|rest| rest.split(' ').next()).is_some_and(|pt| taken.contains(&pt))
                })
        };
        for line in medium.iter().filter(is_taken) {
            lines(&mut sdp, &[*line]);
        }
    }
    sdp
}

/// The lines of each m-line.
fn media(offer: &str) -> Vec<Vec<&str>> {
    let mut media: Vec<Vec<&str>> = Vec::new();
    for line in offer.lines().map(str::trim_end) {
        if line.starts_with("m=") {
            media.push(Vec::new());
        }
        if let Some(lines) = media.last_mut() {
            lines.push(line);
        }
    }
    media
}

fn value<'a>(lines: &[&'a str], prefix: &str) -> Option<&'a str> {
    lines.iter().find_map(|line| line.strip_prefix(prefix))
}

/// What it is of, and how it is carried.
fn kind<'a>(medium: &[&'a str]) -> (&'a str, &'a str) {
    let mut words = medium[0].trim_start_matches("m=").split(' ');
    let kind = words.next().unwrap_or_default();
    (kind, words.nth(1).unwrap_or_default())
}

fn formats<'a>(medium: &[&'a str]) -> Vec<&'a str> {
    medium[0].split(' ').skip(3).collect()
}

/// Of a picture's formats the first that is known, H.264 of the constrained baseline before others, and its repairs'.
fn picture<'a>(medium: &[&'a str]) -> Vec<&'a str> {
    let of = |pt: &str, prefix: &str| {
        let begin = format!("{prefix}{pt} ");
        medium.iter().find_map(|line| line.strip_prefix(&*begin)).unwrap_or_default()
    };
    let name = |pt: &str| of(pt, "a=rtpmap:").split('/').next().unwrap_or_default().to_ascii_lowercase();
    let all = formats(medium);
    let baseline = |pt: &&&str| {
        let parameters = of(pt, "a=fmtp:");
        name(pt) == "h264"
            && parameters.contains("packetization-mode=1")
            && parameters.contains("profile-level-id=42e0")
    };
    let known = |pt: &&&str| Codec::named(&name(pt)).is_some();
    let Some(best) = all.iter().find(baseline).or_else(|| all.iter().find(known)) else { return all };
    let repair = |pt: &&&str| name(pt) == "rtx" && of(pt, "a=fmtp:").split(';').any(|one| one == format!("apt={best}"));
    std::iter::once(*best).chain(all.iter().find(repair).copied()).collect()
}

/// A picture's format and the one of its repairs.
fn format(sdp: &mut String, pt: u8, codec: &str) {
    lines(sdp, &[&format!("a=rtpmap:{pt} {codec}/90000")]);
    for feedback in ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] {
        lines(sdp, &[&format!("a=rtcp-fb:{pt} {feedback}")]);
    }
    lines(sdp, &[&format!("a=rtpmap:{} rtx/90000", pt + 1), &format!("a=fmtp:{} apt={pt}", pt + 1)]);
}

fn lines(sdp: &mut String, lines: &[&str]) {
    for line in lines {
        // Writing to a String cannot fail.
        let _ = write!(sdp, "{line}\r\n");
    }
}

impl Answer {
    /// # Errors
    /// An answer without a picture, a candidate, or something else that a connection needs.
    pub(crate) fn parse(sdp: &str) -> anyhow::Result<Answer> {
        let mut answer = Answer::default();
        let mut kind = "";
        let mut codecs: BTreeMap<u8, String> = BTreeMap::new();
        for line in sdp.lines().map(str::trim_end) {
            if let Some(media) = line.strip_prefix("m=") {
                let mut words = media.split(' ');
                kind = words.next().unwrap_or_default();
                if words.next() == Some("0") {
                    kind = "";
                }
            } else if let Some((name, value)) = line.strip_prefix("a=").map(|a| a.split_once(':').unwrap_or((a, ""))) {
                answer.attribute(name, value, kind, &mut codecs);
            }
        }
        let codec = codecs.get(&answer.video).context("the answer has no picture")?;
        answer.codec = Codec::named(codec).context("the answer has a codec that was not offered")?;
        if answer.candidates.is_empty() || answer.ice.pwd.is_empty() || answer.fingerprint.is_empty() {
            bail!("the answer lacks candidates, a password or a fingerprint");
        }
        Ok(answer)
    }

    /// What is offered by who is given [`answer`].
    ///
    /// # Errors
    /// As of [`Answer::parse`].
    pub(crate) fn of_offer(offer: &str) -> anyhow::Result<Answer> {
        let mut theirs = Answer::parse(offer)?;
        if !offer.lines().any(|line| line.trim_end() == "a=ice-lite") {
            theirs.role = Role::Controlled;
        }
        let media = media(offer);
        let taken = media.iter().find(|medium| kind(medium).0 == "video").map(|medium| picture(medium));
        let number = |at: usize| taken.as_ref().and_then(|taken| taken.get(at)).and_then(|pt| pt.parse().ok());
        theirs.video = number(0).context("the offer has no picture")?;
        theirs.rtx = number(1);
        let begin = format!("a=rtpmap:{} ", theirs.video);
        let name = offer.lines().find_map(|line| line.strip_prefix(&*begin)?.split('/').next());
        theirs.codec = name.and_then(Codec::named).context("the offer has a codec that is not known")?;
        Ok(theirs)
    }

    fn attribute(&mut self, name: &str, value: &str, kind: &str, codecs: &mut BTreeMap<u8, String>) {
        let first_number = || value.split([' ', '/']).next().and_then(|n| n.parse::<u8>().ok());
        match name {
            "ice-ufrag" => value.clone_into(&mut self.ice.ufrag),
            "ice-pwd" => value.clone_into(&mut self.ice.pwd),
            "setup" => self.server_begins = value == "active",
            "fingerprint" => {
                if let Some(print) = value.strip_prefix("sha-256 ") {
                    self.fingerprint = print.to_ascii_uppercase();
                }
            }
            "candidate" => {
                let words: Vec<&str> = value.split(' ').collect();
                if let [_, "1", transport, _, ip, port, "typ", ..] = words[..]
                    && transport.eq_ignore_ascii_case("udp")
                    && let (Ok(ip), Ok(port)) = (ip.parse(), port.parse())
                    && !self.candidates.contains(&SocketAddr::new(ip, port))
                {
                    self.candidates.push(SocketAddr::new(ip, port));
                }
            }
            "extmap" if value.ends_with(TWCC) => self.twcc = first_number(),
            "extmap" if value.ends_with(CAPTURE_TIME) => self.capture_time = first_number(),
            "rtpmap" => {
                let codec = value.split(' ').nth(1).and_then(|c| c.split('/').next()).unwrap_or_default();
                let Some(pt) = first_number() else { return };
                match (kind, codec.to_ascii_lowercase().as_str()) {
                    ("video", "rtx") => self.rtx = Some(pt),
                    ("video", "h264" | "vp9" | "vp8") if self.video == 0 => {
                        self.video = pt;
                        codecs.insert(pt, codec.to_owned());
                    }
                    ("audio", "opus") => self.audio = Some(pt),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_where_to_and_what_comes() {
        let answer = Answer::parse(
            "v=0\r\no=- 5 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n\
             m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=ice-ufrag:uf\r\na=ice-pwd:pw\r\na=fingerprint:sha-256 aa:bb\r\n\
             a=setup:passive\r\na=candidate:1 1 udp 2130706431 127.0.0.1 4000 typ host\r\n\
             a=candidate:2 1 tcp 1 127.0.0.1 9 typ host\r\na=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
             a=rtpmap:102 H264/90000\r\na=rtpmap:103 rtx/90000\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n",
        )
        .expect("an answer");
        assert_eq!((answer.video, answer.rtx, answer.audio, answer.twcc), (102, Some(103), None, Some(4)));
        assert!(answer.codec == Codec::H264 && !answer.server_begins);
        assert_eq!(answer.candidates, ["127.0.0.1:4000".parse().expect("an address")]);
        assert_eq!((&*answer.ice.ufrag, &*answer.ice.pwd, &*answer.fingerprint), ("uf", "pw", "AA:BB"));
        assert!(Answer::parse("v=0\r\n").is_err());
    }

    #[test]
    fn an_offer_of_a_picture_is_taken_as_it_is() {
        let ours = Credentials { ufrag: "uf".into(), pwd: "pw".into() };
        let offer = "v=0\r\na=ice-lite\r\nm=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=mid:v\r\na=sendonly\r\na=setup:actpass\r\n\
                     a=rtpmap:102 H264/90000\r\na=rtcp-fb:102 nack\r\n\
                     a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n";
        let sdp = answer(&ours, "AA:BB", "127.0.0.1:4000".parse().expect("an address"), false, offer);
        for line in ["a=group:BUNDLE v", "m=video 9 UDP/TLS/RTP/SAVPF 102 103", "a=mid:v", "a=rtcp-fb:102 nack"] {
            assert!(sdp.lines().any(|l| l == line), "{line} in:\n{sdp}");
        }
        assert!(sdp.contains("a=setup:active") && sdp.contains("a=recvonly") && !sdp.contains("a=ice-lite"));
    }

    #[test]
    fn of_many_formats_one_is_taken_and_all_media_that_are_offered() {
        let ours = Credentials { ufrag: "uf".into(), pwd: "pw".into() };
        let offer = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n\
                     m=video 9 UDP/TLS/RTP/SAVPF 96 97 125 107 108 109\r\na=mid:1\r\na=extmap:3 x\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
                     a=rtpmap:125 H264/90000\r\na=fmtp:125 profile-level-id=640032;packetization-mode=1\r\na=rtpmap:107 rtx/90000\r\na=fmtp:107 apt=125\r\n\
                     a=rtpmap:108 H264/90000\r\na=fmtp:108 packetization-mode=1;profile-level-id=42e01f\r\na=rtpmap:109 rtx/90000\r\na=fmtp:109 apt=108\r\n\
                     m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=rtpmap:111 opus/48000/2\r\n";
        let sdp = answer(&ours, "AA:BB", "127.0.0.1:4000".parse().expect("an address"), true, offer);
        let media: Vec<&str> = sdp.lines().filter(|line| line.starts_with("m=")).collect();
        let taken = [
            "application 9 UDP/DTLS/SCTP webrtc-datachannel",
            "video 9 UDP/TLS/RTP/SAVPF 108 109",
            "audio 9 UDP/TLS/RTP/SAVPF 111",
        ];
        assert_eq!(media, taken.map(|medium| format!("m={medium}")));
        assert!(sdp.contains("a=group:BUNDLE 0 1 2") && sdp.contains("a=extmap:3 x") && !sdp.contains("apt=125"));
        assert_eq!(sdp.matches("a=recvonly").count(), 2);
        let way = "a=ice-pwd:pw\r\na=fingerprint:sha-256 AA:BB\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n";
        let theirs = Answer::of_offer(&format!("{offer}{way}")).expect("there is a picture");
        assert_eq!((theirs.video, theirs.rtx, theirs.audio, theirs.codec), (108, Some(109), Some(111), Codec::H264));
        assert_eq!(theirs.role, Role::Controlled);
        let lite = Answer::of_offer(&format!("v=0\r\na=ice-lite\r\n{offer}{way}")).expect("the same");
        assert_eq!(lite.role, Role::Controlling);
    }
}
