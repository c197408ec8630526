//! What one viewer received, told from its packets alone.

use crate::Codec;
use crate::percentile::percentile;
use crate::sequence::Sequence;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// Watches one viewer's video packets, after repair, and counts what matters to somebody watching.
///
/// Sequence numbers and timestamps are the extended ones (no rollover). All counts are of the *window*: since
/// [`Reception::begin_window`], or from the first packet on.
#[derive(Default)]
pub struct Reception {
    first_packet: Option<Instant>,
    first_keyframe: Option<Instant>,
    /// Packets of pictures that could be the first keyframe, until one is whole.
    opening: BTreeMap<u64, Opening>,
    sequence: Sequence,
    pictures: u64,
    last_picture: Option<Instant>,
    longest_gap: Duration,
    /// The least and the most of arrival minus RTP timestamp, seconds, of the pictures in the window.
    transit: Option<(f64, f64)>,
    /// The same of each of the last pictures in the window.
    transits: VecDeque<f64>,
    origin: Option<Instant>,
    /// The transit of a picture that would arrive when it was captured, by the server's stamp; none where it stamps nothing.
    captured: Option<f64>,
    bytes: u64,
    /// What there was when the window began.
    before: Totals,
}

/// Pictures whose time on the way is remembered: ten seconds at 60 a second. A thousand viewers' are some megabytes.
const TRANSITS: usize = 600;

/// A picture under way, while the first keyframe is waited for.
#[derive(Default)]
struct Opening {
    start: Option<u64>,
    end: Option<u64>,
    packets: BTreeSet<u64>,
}

/// One video packet: what of it [`Reception`] looks at.
pub struct Packet<'a> {
    /// Extended sequence number.
    pub sequence: u64,
    /// Extended RTP timestamp.
    pub timestamp: u64,
    /// The last packet of its picture.
    pub marker: bool,
    /// The RTP payload.
    pub payload: &'a [u8],
    /// Of which codec.
    pub codec: Codec,
}

/// Totals of a viewer at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// When the first packet of video came.
    pub first_packet: Option<Instant>,
    /// When the first keyframe was whole.
    pub first_keyframe: Option<Instant>,
    /// Video packets received, repaired ones included, each once.
    pub packets: u64,
    /// Video packets that never came.
    pub lost: u64,
    /// Of those received, how many came after one with a higher number.
    pub repaired: u64,
    /// Pictures whose last packet came.
    pub pictures: u64,
    /// The longest time between two pictures.
    pub longest_gap: Duration,
    /// How late the latest picture was, beside the one of the window that was fastest on its way, by their timestamps.
    pub latest: Duration,
    /// The same of the latest but one in twenty, among the last ten seconds' pictures or so.
    pub late_p95: Duration,
    /// How old the pictures were when they were whole, by the server's own stamps of when it captured them, among the last ten
    /// seconds' or so: the one in the middle, and the oldest but one in twenty. None where it stamps nothing.
    pub ages: Option<(Duration, Duration)>,
    /// Payload bytes of video.
    pub bytes: u64,
}

impl Reception {
    /// Takes one packet that arrived at `now`. False: it came before.
    pub fn packet(&mut self, packet: &Packet<'_>, now: Instant) -> bool {
        if packet.payload.is_empty() {
            return true; // Padding.
        }
        if !self.sequence.insert(packet.sequence) {
            return false;
        }
        self.first_packet.get_or_insert(now);
        self.bytes += packet.payload.len() as u64;
        if packet.marker {
            self.picture(packet.timestamp, now);
        }
        if self.first_keyframe.is_none() {
            self.open(packet, now);
        }
        true
    }

    /// Before it, [`Packet::payload`] is looked into; after it, only its length counts.
    pub fn has_keyframe(&self) -> bool {
        self.first_keyframe.is_some()
    }

    /// When the last picture began to come.
    pub(crate) fn last_picture(&self) -> Option<Instant> {
        self.last_picture
    }

    /// From here on everything is counted anew. `reordering` as for [`Reception::totals`].
    pub fn begin_window(&mut self, reordering: u64) {
        self.before = Totals {
            packets: self.sequence.received(),
            lost: self.sequence.lost(reordering),
            repaired: self.sequence.late(),
            pictures: self.pictures,
            bytes: self.bytes,
            ..Totals::default()
        };
        self.longest_gap = Duration::ZERO;
        (self.transit, self.captured) = (None, None);
        self.transits.clear();
    }

    /// What came in the window. Packets of the last `reordering` sequence numbers are not yet called lost.
    pub fn totals(&self, reordering: u64) -> Totals {
        Totals {
            first_packet: self.first_packet,
            first_keyframe: self.first_keyframe,
            packets: self.sequence.received() - self.before.packets,
            lost: self.sequence.lost(reordering).saturating_sub(self.before.lost),
            repaired: self.sequence.late() - self.before.repaired,
            pictures: self.pictures - self.before.pictures,
            longest_gap: self.longest_gap,
            latest: self.transit.map_or(Duration::ZERO, |(least, most)| Duration::from_secs_f64(most - least)),
            late_p95: self.late_p95(),
            ages: self.ages(),
            bytes: self.bytes - self.before.bytes,
        }
    }

    fn late_p95(&self) -> Duration {
        let Some((least, _)) = self.transit else { return Duration::ZERO };
        Duration::from_secs_f64((percentile(&self.sorted_transits(), 95.0) - least).max(0.0))
    }

    fn ages(&self) -> Option<(Duration, Duration)> {
        let (captured, transits) = (self.captured?, self.sorted_transits());
        let age = |percent| Duration::from_secs_f64((percentile(&transits, percent) - captured).max(0.0));
        (!transits.is_empty()).then(|| (age(50.0), age(95.0)))
    }

    fn sorted_transits(&self) -> Vec<f64> {
        let mut transits: Vec<f64> = self.transits.iter().copied().collect();
        transits.sort_by(f64::total_cmp);
        transits
    }

    /// A packet that came at `now` says that its picture is so old; `timestamp` as of [`Packet`].
    pub fn stamped(&mut self, timestamp: u64, age: Duration, now: Instant) {
        // Timestamps are the time of capture, too, by the same clock: one stamp tells of all pictures. Not of those before it, where a
        // viewer was started from the history, whose timestamps are closer together.
        self.captured = Some(self.transit_at(timestamp, now) - age.as_secs_f64());
    }

    fn transit_at(&mut self, timestamp: u64, now: Instant) -> f64 {
        let origin = *self.origin.get_or_insert(now);
        now.saturating_duration_since(origin).as_secs_f64() - timestamp as f64 / 90_000.0
    }

    fn picture(&mut self, timestamp: u64, now: Instant) {
        self.pictures += 1;
        if let Some(last) = self.last_picture.replace(now) {
            self.longest_gap = self.longest_gap.max(now.saturating_duration_since(last));
        }
        let transit = self.transit_at(timestamp, now);
        let (least, most) = self.transit.unwrap_or((transit, transit));
        self.transit = Some((least.min(transit), most.max(transit)));
        if self.transits.len() == TRANSITS {
            self.transits.pop_front();
        }
        self.transits.push_back(transit);
    }

    fn open(&mut self, packet: &Packet<'_>, now: Instant) {
        let opening = self.opening.entry(packet.timestamp).or_default();
        opening.packets.insert(packet.sequence);
        if packet.codec.keyframe_starts(packet.payload) {
            opening.start = Some(opening.start.map_or(packet.sequence, |s| s.min(packet.sequence)));
        }
        if packet.marker {
            opening.end = Some(packet.sequence);
        }
        if let (Some(start), Some(end)) = (opening.start, opening.end)
            && opening.packets.range(start..=end).count() as u64 == end + 1 - start
        {
            self.first_keyframe = Some(now);
            self.opening.clear();
        } else if self.opening.len() > 64 {
            self.opening.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: Instant, ms: u64) -> Instant {
        base + Duration::from_millis(ms)
    }

    fn packet(sequence: u64, timestamp: u64, marker: bool, payload: &[u8]) -> Packet<'_> {
        Packet { sequence, timestamp, marker, payload, codec: Codec::H264 }
    }

    #[test]
    fn a_keyframe_counts_when_its_last_missing_packet_came() {
        let base = Instant::now();
        let mut r = Reception::default();
        r.packet(&packet(10, 0, false, &[0x7c, 0x85, 1]), at(base, 0));
        r.packet(&packet(12, 0, true, &[0x7c, 0x45, 1]), at(base, 1));
        assert!(r.totals(0).first_keyframe.is_none(), "packet 11 is missing");
        r.packet(&packet(11, 0, false, &[0x7c, 0x05, 1]), at(base, 9));
        assert_eq!(r.totals(0).first_keyframe, Some(at(base, 9)));
        assert_eq!(r.totals(0).lost, 0);
    }

    #[test]
    fn one_late_picture_in_a_hundred_is_the_latest_and_not_the_95th() {
        let base = Instant::now();
        let mut r = Reception::default();
        for n in 0..100 {
            let late = if n == 50 { 400 } else { n % 10 };
            r.packet(&packet(n, n * 9_000, true, &[0x41, 1]), at(base, n * 100 + late));
        }
        let near = |time: Duration, ms: u64| time.abs_diff(Duration::from_millis(ms)) < Duration::from_micros(10);
        let totals = r.totals(0);
        assert!(near(totals.latest, 400) && near(totals.late_p95, 9), "{totals:?}");
        r.begin_window(0);
        assert_eq!(r.totals(0).late_p95, Duration::ZERO, "a window has its own");
    }

    #[test]
    fn one_stamp_of_the_capture_tells_how_old_all_pictures_are() {
        let base = Instant::now();
        let mut r = Reception::default();
        assert_eq!(r.totals(0).ages, None);
        for n in 0..100 {
            let late = if n % 10 == 0 { 80 } else { 20 };
            let came = at(base, n * 100 + late);
            r.packet(&packet(n, n * 9_000, true, &[0x41, 1]), came);
            r.stamped(n * 9_000, Duration::from_millis(late), came);
        }
        let (middle, p95) = r.totals(0).ages.expect("it is stamped");
        let near = |time: Duration, ms: u64| time.abs_diff(Duration::from_millis(ms)) < Duration::from_micros(10);
        assert!(near(middle, 20) && near(p95, 80), "{middle:?} {p95:?}");
    }

    #[test]
    fn a_picture_that_is_no_keyframe_does_not_open() {
        let base = Instant::now();
        let mut r = Reception::default();
        r.packet(&packet(10, 0, true, &[0x41, 1]), base);
        assert!(r.totals(0).first_keyframe.is_none());
        assert_eq!(r.totals(0).pictures, 1);
    }

    #[test]
    fn what_never_came_is_lost_and_what_came_twice_counts_once() {
        let base = Instant::now();
        let mut r = Reception::default();
        for n in (0..10_000u64).filter(|n| n % 100 != 50) {
            r.packet(&packet(n, n, true, &[0x41, 1]), at(base, n));
        }
        r.packet(&packet(9_999, 9_999, true, &[0x41, 1]), at(base, 10_000));
        let totals = r.totals(0);
        assert_eq!((totals.lost, totals.packets), (100, 9_900));
        assert_eq!(totals.longest_gap, Duration::from_millis(2));
    }

    #[test]
    fn a_window_counts_anew_and_tells_the_latest_picture() {
        let base = Instant::now();
        let mut r = Reception::default();
        let mut picture = |n: u64, ms: u64| r.packet(&packet(n, n * 3000, true, &[0x41, 1]), at(base, ms));
        picture(0, 100);
        picture(2, 200);
        r.begin_window(0);
        let mut picture = |n: u64, ms: u64| r.packet(&packet(n, n * 3000, true, &[0x41, 1]), at(base, ms));
        picture(3, 210);
        picture(6, 330);
        picture(5, 331);
        let totals = r.totals(0);
        assert_eq!((totals.packets, totals.lost, totals.repaired), (3, 1, 1));
        assert_eq!(totals.longest_gap, Duration::from_millis(120));
        assert_eq!(totals.latest.as_millis(), 54, "picture 5 was due 66 ms after picture 3 and came after 121");
    }
}
