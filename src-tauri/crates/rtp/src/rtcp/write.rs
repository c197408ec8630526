//! Sender reports and goodbyes, written.

/// What a sender report tells of one source (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport {
    /// The source.
    pub ssrc: u32,
    /// 32.32 fixed point seconds since 1900.
    pub ntp: u64,
    /// The same instant by the source's RTP clock.
    pub rtp: u32,
    /// Sent since the start; wraps.
    pub packets: u32,
    /// Of payload, sent since the start; wraps.
    pub octets: u32,
}

/// A compound of sender reports and the CNAME of each source, put at the end of `out`. Begins with an empty receiver report
/// when there is no sender report: a compound has to begin with a report (RFC 3550 section 6.1).
///
/// `sources` are all of the sender, at most 31, whether they have a report or not; of `cname` 255 bytes are used.
pub fn sender_reports(out: &mut Vec<u8>, reports: &[SenderReport], sources: &[u32], cname: &str) {
    if reports.is_empty() {
        let first = sources.first().copied().unwrap_or(0);
        packet(out, 0, 201, |out| out.extend_from_slice(&first.to_be_bytes()));
    }
    for report in reports {
        packet(out, 0, 200, |out| {
            out.extend_from_slice(&report.ssrc.to_be_bytes());
            out.extend_from_slice(&report.ntp.to_be_bytes());
            out.extend_from_slice(&report.rtp.to_be_bytes());
            out.extend_from_slice(&report.packets.to_be_bytes());
            out.extend_from_slice(&report.octets.to_be_bytes());
        });
    }
    // SDES (RFC 3550 section 6.5): item 1 is the CNAME; a chunk ends with one to four zeros.
    let cname = &cname.as_bytes()[..cname.len().min(255)];
    packet(out, sources.len() as u8, 202, |out| {
        for source in sources {
            out.extend_from_slice(&source.to_be_bytes());
            out.extend_from_slice(&[1, cname.len() as u8]);
            out.extend_from_slice(cname);
            let padding = 4 - (2 + cname.len()) % 4;
            out.resize(out.len() + padding, 0);
        }
    });
}

/// BYE for all sources, at most 31 (RFC 3550 section 6.6), put at the end of `out`, which begins with [`sender_reports`].
pub fn goodbye(out: &mut Vec<u8>, sources: &[u32]) {
    packet(out, sources.len() as u8, 203, |out| {
        for source in sources {
            out.extend_from_slice(&source.to_be_bytes());
        }
    });
}

fn packet(out: &mut Vec<u8>, count: u8, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0x80 | count, kind, 0, 0]);
    body(out);
    let words = (out.len() - start) / 4 - 1;
    out[start + 2..start + 4].copy_from_slice(&(words as u16).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{Message, messages};

    #[test]
    fn what_is_written_reads_back() {
        let report = SenderReport { ssrc: 7, ntp: 0x0102_0304_0506_0708, rtp: 9, packets: 10, octets: 11 };
        for cname in ["a", "ab", "abc", "abcd"] {
            let mut out = Vec::new();
            sender_reports(&mut out, &[report, report], &[7, 8], cname);
            goodbye(&mut out, &[7, 8]);
            let all: Vec<_> = messages(&out).collect();
            assert!(
                matches!(all.as_slice(), [Message::Reports(_), Message::Reports(_), Message::Other, Message::Bye]),
                "{cname}: {all:?}"
            );
            assert_eq!(out[8..16], report.ntp.to_be_bytes());
        }
    }
}
