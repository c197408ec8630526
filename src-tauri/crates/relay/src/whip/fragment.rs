//! Candidates as an SDP fragment (RFC 8840 section 9, RFC 9725 section 4.3).

use crate::engine::Ways;
use std::fmt::Write;

/// The body of a PATCH.
pub(super) fn of(ways: &Ways) -> String {
    let Ways { ufrag, password, mid, candidates, last } = ways;
    // All media are bundled, so that the candidates of the first are those of all.
    let mut out =
        format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\n");
    for candidate in candidates {
        let candidate = candidate.trim_start_matches("a=");
        write!(out, "a={candidate}\r\n").expect("a String takes everything");
    }
    if *last {
        out.push_str("a=end-of-candidates\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_generation_the_medium_and_the_candidates() {
        let ways = Ways {
            ufrag: "uu".into(),
            password: "pp".into(),
            mid: "0".into(),
            candidates: vec!["candidate:1 1 udp 1 192.0.2.1 9 typ host".into()],
            last: true,
        };
        let expected = "a=ice-ufrag:uu\r\na=ice-pwd:pp\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n";
        assert_eq!(of(&ways), expected);
    }
}
