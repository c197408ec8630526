//! Offers: a proper one, whose sender never connects, and the worst that fit the 64 kB which an offer may have.

use std::fmt::Write;

/// As many bytes as the program reads of an offer.
const MOST: usize = 64 * 1024;

/// An offer to see the picture, of somebody who will send no datagram: `n` is another each time.
pub fn proper(n: u32) -> String {
    let mut offer = head(n);
    offer.push_str("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n");
    offer.push_str(MEDIA);
    offer.push_str(
        "a=rtpmap:96 H264/90000\r\na=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n\
         a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
    );
    offer
}

/// The worst of each kind, by what there is most of in it. Each has what an offer needs, so that it is read to its end.
pub fn worst() -> Vec<(&'static str, String)> {
    let h264 = "H264/90000";
    vec![
        ("semicolons", formats(126, h264, |_| ";".repeat(60_000), 1)),
        ("what is looked for comes last", formats(126, h264, |_| ";".repeat(59_000) + LAST, 1)),
        ("a few semicolons each", formats(126, h264, |_| ";".repeat(400), 126)),
        ("parameters", formats(126, h264, |_| "a=b;".repeat(15_000), 1)),
        ("names that nearly fit", formats(126, h264, |_| "packetization-mode ;".repeat(3_000), 1)),
        ("repairs of nothing", formats(126, "rtx/90000", |_| ";".repeat(60_000), 1)),
        ("feedback", filled(1, "a=rtcp-fb:96 nack pli\r\n")),
        ("feedback for all", filled(1, "a=rtcp-fb:* nack\r\n")),
        ("extensions", filled(1, "a=extmap:14 urn:ietf:params:rtp-hdrext:sdes:mid\r\n")),
        ("payload types", filled(1, "a=rtpmap:96 H264/90000\r\n")),
        ("m-lines", filled(0, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n")),
        ("lines", filled(1, "a=x\r\n")),
        ("empty lines", filled(1, "\r\n")),
        ("bundled names", head(1) + &format!("a=group:BUNDLE{}\r\n", " a".repeat(30_000)) + &sixteen()),
        ("fingerprints", filled(1, "a=fingerprint:sha-1 00:11\r\n")),
        ("a long fingerprint", head(1) + &format!("a=fingerprint:sha-512 {}\r\n", "00:".repeat(20_000))),
        ("formats of an m-line", head(1) + &format!("m=video 9 UDP/TLS/RTP/SAVPF{}\r\n", " 96".repeat(20_000)) + MEDIA),
        ("candidates", filled(1, "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n")),
    ]
}

/// Parameters of a profile that is not sent.
const LAST: &str = "packetization-mode=1;profile-level-id=64001f";

/// What belongs to each m-line.
const MEDIA: &str = "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\n";

fn head(n: u32) -> String {
    let fingerprint = vec![format!("{:02X}", n & 0xff); 32].join(":");
    format!(
        "v=0\r\no=- {n} 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-ufrag:{n:08x}\r\n\
         a=ice-pwd:{n:032x}\r\na=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n"
    )
}

/// So many payload types of this encoding, and `parameters` of the first `of` of them.
fn formats(count: u32, encoding: &str, parameters: impl Fn(u32) -> String, of: u32) -> String {
    let mut offer = head(count) + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + MEDIA;
    for n in 0..count {
        // The same number again and again: what is looked for in one's parameters is looked for in each.
        let number = if of == 1 { 96 } else { 96 + n % 32 };
        // Writing to a String cannot fail.
        let _ = write!(offer, "a=rtpmap:{number} {encoding}\r\n");
        if n < of {
            let _ = write!(offer, "a=fmtp:{number} {}\r\n", parameters(n));
        }
    }
    offer
}

/// As many of this line as there is room for, behind one m-line or none.
fn filled(media: u32, line: &str) -> String {
    let mut offer = head(7);
    if media > 0 {
        offer += "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
        offer += MEDIA;
        offer += "a=rtpmap:96 H264/90000\r\n";
    }
    while offer.len() + line.len() <= MOST {
        offer.push_str(line);
    }
    offer
}

/// As many m-lines as are read.
fn sixteen() -> String {
    (0..16).map(|n| format!("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{n}\r\na=rtcp-mux\r\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offer_fits_and_nearly_fills_what_is_read() {
        for (kind, offer) in worst() {
            assert!((50_000..=MOST).contains(&offer.len()), "{kind}: {} bytes", offer.len());
        }
        assert!(proper(1).len() < 1000 && proper(1) != proper(2));
    }
}
