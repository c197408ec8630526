//! What is sealed, and kept for a while to be sent again.

use crate::uplink::{Packet, Ssrcs};
use bytes::Bytes;
use rtp::Header;
use rtp::rtcp::{SenderReport, sender_reports};
use rtp::srtp::{MasterKey, RTCP_OVERHEAD, RTP_OVERHEAD, Sealer};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use stream::Rid;

/// Packets of one source that can be sent again. Who opens them takes none that is so much older than the newest, as it could be a copy.
const HISTORY: usize = 1024;

/// Packets that are sent again within a second: a tenth of the largest bitrate that can be set is lost. Who asks for more has a line that carries no more.
const MOST_AGAIN: u32 = 500;

const SECOND: Duration = Duration::from_secs(1);

/// A name for whatever comes from here (RFC 3550 section 6.5.1). It says nothing of who we are.
pub(crate) const CNAME: &str = "skylark";

/// An Opus packet that is silent, and how long it is, in ticks of 48 kHz.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
const SILENCE_TICKS: u32 = 960;

/// Three layers, the sound, and what knocks.
const SOURCES: usize = 5;

pub(super) struct Line {
    sealer: Sealer<SOURCES>,
    /// Of each source that has sent something.
    histories: Vec<(u32, VecDeque<(u16, Bytes)>)>,
    again: u32,
    since: Instant,
    knocks: u16,
}

impl Line {
    pub(super) fn new(key: &MasterKey<'_>) -> Line {
        Line { sealer: Sealer::new(key), histories: Vec::new(), again: 0, since: Instant::now(), knocks: 0 }
    }

    /// A packet as it goes out.
    pub(super) fn packet(&mut self, packet: &Packet) -> Bytes {
        let mut header = Header::new(packet.payload_type, packet.ssrc);
        header.begin(packet.timestamp).finish();
        let header = header.packet(packet.number, packet.marker, 0);
        let mut sealed = vec![0; header.len() + packet.payload.len() + RTP_OVERHEAD];
        let length = self.sealer.rtp(header, &[&packet.payload], &mut sealed);
        sealed.truncate(length);
        let sealed = Bytes::from(sealed);
        let known = self.histories.iter().position(|(ssrc, _)| *ssrc == packet.ssrc);
        let at = known.unwrap_or_else(|| {
            self.histories.push((packet.ssrc, VecDeque::with_capacity(HISTORY)));
            self.histories.len() - 1
        });
        let history = &mut self.histories[at].1;
        if history.len() == HISTORY {
            history.pop_front();
        }
        history.push_back((packet.number, sealed.clone()));
        sealed
    }

    /// A moment of silence, by a number that nothing else has.
    pub(super) fn knock(&mut self, payload_type: u8, ssrcs: &Ssrcs) -> Bytes {
        let (ssrc, number, payload) = (ssrcs.knock(), self.knocks, Bytes::from_static(&SILENCE));
        self.knocks = self.knocks.wrapping_add(1);
        let timestamp = u32::from(number) * SILENCE_TICKS;
        self.packet(&Packet { ssrc, payload_type, number, timestamp, marker: false, payload })
    }

    /// A report as it goes out; of nothing, before there is anything to report.
    pub(super) fn report(&mut self, report: Option<SenderReport>, ssrcs: &Ssrcs) -> Bytes {
        let mut compound = Vec::new();
        let all = Rid::ALL.map(|rid| ssrcs.layer(rid)).into_iter().chain([ssrcs.sound]);
        let sources: Vec<u32> = report.map_or_else(|| all.collect(), |report| vec![report.ssrc]);
        sender_reports(&mut compound, report.as_slice(), &sources, CNAME);
        let mut sealed = vec![0; compound.len() + RTCP_OVERHEAD];
        let length = self.sealer.rtcp(&compound, &mut sealed);
        sealed.truncate(length);
        Bytes::from(sealed)
    }

    /// Those of these packets that are still there, the same as they were: under one nonce there is one packet.
    pub(super) fn again(&mut self, ssrc: u32, numbers: impl Iterator<Item = u16>) -> Vec<Bytes> {
        if self.since.elapsed() >= SECOND {
            (self.again, self.since) = (0, Instant::now());
        }
        let Some((_, history)) = self.histories.iter().find(|(of, _)| *of == ssrc) else { return Vec::new() };
        let Some((newest, _)) = history.back() else { return Vec::new() };
        let mut found = Vec::new();
        // One datagram may name thousands.
        for number in numbers.take(HISTORY) {
            let back = usize::from(newest.wrapping_sub(number));
            // A source numbers its packets without gaps.
            let packet = history.len().checked_sub(back + 1).and_then(|at| history.get(at));
            if let Some((_, sealed)) = packet.filter(|(of, _)| *of == number && self.again < MOST_AGAIN) {
                self.again += 1;
                found.push(sealed.clone());
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtp::srtp::Profile;

    fn line() -> Line {
        let profile = Profile::Gcm256;
        Line::new(&MasterKey::new(profile, &vec![3; profile.master_len()]).expect("its length"))
    }

    fn packet(number: u16) -> Packet {
        Packet { ssrc: 7, payload_type: 102, number, timestamp: 0, marker: false, payload: Bytes::from_static(b"x") }
    }

    #[test]
    fn the_newest_thousand_are_kept_and_no_others() {
        let mut line = line();
        assert_eq!(line.again(7, [0].into_iter()), Vec::<Bytes>::new());
        let first = 65_000u16;
        let sent: Vec<Bytes> = (0..1500).map(|n| line.packet(&packet(first.wrapping_add(n)))).collect();
        let number = |n: u16| first.wrapping_add(n);
        assert_eq!(line.again(7, [number(1499), number(476)].into_iter()), [sent[1499].clone(), sent[476].clone()]);
        assert!(line.again(7, [number(475), number(1500)].into_iter()).is_empty());
        assert!(line.again(8, [number(1499)].into_iter()).is_empty());
    }

    #[test]
    fn there_is_a_number_for_every_source_and_for_what_knocks() {
        let (mut line, ssrcs) = (line(), Ssrcs::fresh());
        let knock = line.knock(111, &ssrcs);
        let all: Vec<u32> = Rid::ALL.map(|rid| ssrcs.layer(rid)).into_iter().chain([ssrcs.sound]).collect();
        for ssrc in all {
            let sent = line.packet(&Packet { ssrc, ..packet(0) });
            assert_ne!(sent[8..12], knock[8..12]);
        }
        line.report(None, &ssrcs);
    }

    #[test]
    fn who_asks_for_everything_again_and_again_is_sent_so_much_of_it() {
        let mut line = line();
        (0..1000).for_each(|n| drop(line.packet(&packet(n))));
        let sent: usize = (0..20).map(|_| line.again(7, 0..1000).len()).sum();
        assert_eq!(sent, MOST_AGAIN as usize);
        line.since = line.since.checked_sub(SECOND).expect("this machine runs for longer");
        assert_eq!(line.again(7, 0..10).len(), 10, "a second later");
    }
}
