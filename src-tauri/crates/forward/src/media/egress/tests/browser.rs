//! What a browser does at its end of a path: transport-wide feedback, NACK and PLI.

use super::viewer::Rtp;
use super::world::{RTX_SSRC, VIDEO_SSRC, nack, pli};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

/// The first byte of transport-wide feedback: version 2, format 15.
const WIDE: u8 = 0x8f;
const MS: Duration = Duration::from_millis(1);
/// Between two feedback packets, as in Chromium while it sends no media.
const FEEDBACK: Duration = Duration::from_millis(50);
/// After so long without a new picture a receiver sends a PLI.
const GIVE_UP: Duration = Duration::from_millis(500);

/// One picture as it was sent, and when the last of its packets arrived.
#[derive(Debug)]
struct ReceivedPicture {
    missing: BTreeSet<u16>,
    complete: Option<Instant>,
    keyframe: bool,
}

/// The browser at the end of a viewer's path.
pub(super) struct Browser {
    /// When the browser reads its socket next, or when it did last.
    pub(super) reads: Instant,
    flying: VecDeque<(Instant, Rtp)>,
    pub(super) next_report: Instant,
    start: Instant,
    /// Arrival times by transport-wide sequence number, without rollover.
    arrived: BTreeMap<u64, Option<Instant>>,
    wide: u64,
    pictures: Vec<ReceivedPicture>,
    open: BTreeSet<u16>,
    /// The timestamp of the picture whose last packet was not sent yet.
    timestamp: Option<u32>,
    by_sequence: BTreeMap<u16, usize>,
    highest: Option<u16>,
    /// Missing packets: when to ask for each the next time, and how often it was asked for.
    asked: BTreeMap<u16, (Instant, u32)>,
    last_pli: Option<Instant>,
    back: VecDeque<(Instant, Vec<u8>)>,
    pub(super) plis: usize,
}

impl Browser {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            reads: now,
            flying: VecDeque::new(),
            next_report: now + FEEDBACK,
            start: now,
            arrived: BTreeMap::new(),
            wide: 0,
            pictures: Vec::new(),
            open: BTreeSet::new(),
            timestamp: None,
            by_sequence: BTreeMap::new(),
            highest: None,
            asked: BTreeMap::new(),
            last_pli: None,
            back: VecDeque::new(),
            plis: 0,
        }
    }

    /// The sender sent a packet. Returns its transport-wide sequence number.
    pub(super) fn left(&mut self, packet: &Rtp) -> u64 {
        let wide = self.wide;
        self.wide += 1;
        self.arrived.insert(wide, None);
        if packet.ssrc == VIDEO_SSRC {
            if self.timestamp.is_some_and(|open| open != packet.timestamp) {
                // The picture was abandoned, so it will never be complete.
                self.open.clear();
                self.pictures.push(ReceivedPicture { missing: BTreeSet::new(), complete: None, keyframe: false });
            }
            self.timestamp = (!packet.marker).then_some(packet.timestamp);
            self.open.insert(packet.sequence);
            self.by_sequence.insert(packet.sequence, self.pictures.len());
            if packet.marker {
                let missing = std::mem::take(&mut self.open);
                // The playout-delay extension goes with keyframes only.
                let keyframe = packet.extension(5).is_some();
                self.pictures.push(ReceivedPicture { missing, complete: None, keyframe });
            }
        }
        wide
    }

    pub(super) fn arrive(&mut self, wide: u64, packet: Rtp, at: Instant) {
        if let Some(arrival) = self.arrived.get_mut(&wide) {
            *arrival = Some(at);
        }
        self.flying.push_back((at, packet));
    }

    pub(super) fn due_feedback(&mut self, now: Instant) -> Vec<(Instant, Vec<u8>)> {
        while self.flying.front().is_some_and(|(at, _)| *at <= now) {
            let (at, packet) = self.flying.pop_front().expect("just seen");
            let sequence = match packet.ssrc {
                VIDEO_SSRC => packet.sequence,
                RTX_SSRC => u16::from_be_bytes([packet.payload[0], packet.payload[1]]),
                _ => continue,
            };
            if packet.ssrc == VIDEO_SSRC {
                let from = self.highest.unwrap_or(sequence.wrapping_sub(1)).wrapping_add(1);
                if sequence.wrapping_sub(from) < 1000 {
                    for missing in (0..sequence.wrapping_sub(from)).map(|i| from.wrapping_add(i)) {
                        self.asked.insert(missing, (now, 0));
                    }
                    self.highest = Some(sequence);
                }
            }
            self.asked.remove(&sequence);
            // The first packets of a picture may arrive before its last one is sent.
            self.open.remove(&sequence);
            let Some(picture) = self.by_sequence.get(&sequence).and_then(|i| self.pictures.get_mut(*i)) else {
                continue;
            };
            if picture.missing.remove(&sequence) && picture.missing.is_empty() {
                picture.complete = Some(at);
            }
        }
        let due: Vec<u16> = self.asked.iter().filter(|(_, (at, _))| *at <= now).map(|(s, _)| *s).collect();
        if !due.is_empty() {
            self.back.push_back((now + 25 * MS, nack(&due[..due.len().min(100)])));
            for sequence in due {
                let (at, tries) = self.asked.get_mut(&sequence).expect("just seen");
                (*at, *tries) = (now + 100 * MS, *tries + 1);
                if *tries > 9 {
                    self.asked.remove(&sequence);
                }
            }
        }
        let due = (now - self.start).as_millis().is_multiple_of(20);
        let frozen = due && now - self.shown().last().copied().unwrap_or(self.start) > GIVE_UP;
        if frozen && self.last_pli.is_none_or(|at| now - at > GIVE_UP) {
            self.last_pli = Some(now);
            self.plis += 1;
            self.back.push_back((now + 25 * MS, pli()));
        }
        let due = self.back.iter().filter(|(at, _)| *at <= now).cloned().collect();
        self.back.retain(|(at, _)| *at > now);
        due
    }

    pub(super) fn report(&mut self, now: Instant, back: Option<Instant>) {
        self.next_report = now + FEEDBACK;
        let newest = self.arrived.iter().rev().find(|(_, at)| at.is_some_and(|at| at <= now)).map(|(n, _)| *n);
        let Some(newest) = newest else { return };
        let rest = self.arrived.split_off(&(newest + 1));
        let arrivals = std::mem::replace(&mut self.arrived, rest);
        if let Some(back) = back {
            self.back.push_back((back, wide_feedback(&arrivals, self.start)));
        }
    }

    /// When pictures were shown. A picture is shown if it is complete, and after a missing picture only from a keyframe on.
    pub(super) fn shown(&self) -> Vec<Instant> {
        let mut out: Vec<Instant> = Vec::new();
        let mut hole = true;
        for picture in &self.pictures {
            match picture.complete {
                None => hole = true,
                Some(at) if picture.keyframe => {
                    hole = false;
                    out.push(at);
                }
                Some(at) if !hole => out.push(at.max(*out.last().expect("a keyframe came"))),
                Some(_) => {}
            }
        }
        out.sort();
        out
    }

    /// The longest time without a new picture between two times since the start.
    pub(super) fn longest_freeze(&self, from: Duration, to: Duration) -> Duration {
        let (from, to) = (self.start + from, self.start + to);
        let mut shown: Vec<_> = self.shown().into_iter().filter(|at| (from..to).contains(at)).collect();
        shown.insert(0, from);
        shown.push(to);
        shown.windows(2).map(|w| w[1] - w[0]).max().unwrap_or_default()
    }
}

/// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1, with two-bit vectors and large deltas only.
fn wide_feedback(arrivals: &BTreeMap<u64, Option<Instant>>, start: Instant) -> Vec<u8> {
    let ticks = |at: Instant| (at - start).as_micros() as i64 / 250;
    let base = *arrivals.keys().next().expect("not empty");
    let first = arrivals.values().flatten().next().map_or(0, |at| ticks(*at));
    let reference = first / 256;
    let mut out = vec![WIDE, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    out.extend((base as u16).to_be_bytes());
    out.extend((arrivals.len() as u16).to_be_bytes());
    out.extend(&(reference as u32).to_be_bytes()[1..]);
    out.push(0);
    let symbols: Vec<u16> = arrivals.values().map(|at| if at.is_some() { 2 } else { 0 }).collect();
    for chunk in symbols.chunks(7) {
        let word = chunk.iter().enumerate().fold(0xc000, |word, (i, symbol)| word | symbol << (12 - 2 * i));
        out.extend(u16::to_be_bytes(word));
    }
    let mut last = reference * 256;
    for at in arrivals.values().flatten() {
        let delta = ticks(*at) - last;
        last += delta;
        out.extend((delta as i16).to_be_bytes());
    }
    out.resize(out.len().next_multiple_of(4), 0);
    let words = (out.len() / 4 - 1) as u16;
    out[2..4].copy_from_slice(&words.to_be_bytes());
    out
}
