use super::call::Call;
use super::header::{Extras, Header};
use super::repair::Repairs;
use crate::clock::Clock;
use crate::history::History;
use crate::layers::{ALL_PICTURES, Layers};
use crate::negotiated::{Extensions, NegotiatedVideo};
use crate::packetise::Picture;
use crate::rewrite::{Name, Numbers, Sent, newer};
use crate::rtcp::{Nacks, SenderReport};
use crate::sink::PacketSink;
use protocol::{Layer, Rid, VideoCodec};
use std::{
    cmp::Ordering,
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Packets handed on in one call: longer bursts overrun the queues of access points, and break the sound of browsers.
pub(super) const BURST: usize = 16;
/// Between two bursts: 16 packets in 3 ms are 50 Mbit/s, so that the largest keyframe (64 packets) is out after 9 ms.
const SPREAD: Duration = Duration::from_millis(3);
/// A viewer whose pictures waited so long gets none until the next keyframe.
const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// How often a viewer that lost the picture is sent it from the history again, and how often a keyframe is asked for.
const PATIENCE: Duration = Duration::from_secs(1);
/// What stands in a path's queue and a start on a smaller layer may together take so long: a picture in time is worth more
/// than a larger one.
const START: Duration = Duration::from_millis(300);
/// Packets of a burst where the path is known to carry little; they go at the rate it carries.
const THIN_BURST: usize = 4;
/// A start at such a rate may take so long.
const LONGEST_THIN_WAIT: Duration = Duration::from_secs(1);
/// Ticks of 90 kHz between pictures out of the history, which a viewer is to show as fast as it can: 1 ms.
const COMPRESSED: u32 = 90;
/// The same where they have to fit between the last picture and the next.
const SQUEEZED: u32 = 10;

/// The picture, towards one viewer.
pub(super) struct VideoEgress {
    codec: VideoCodec,
    ssrc: u32,
    repairs_allowed: bool,
    header: Header,
    numbers: Numbers,
    sent: Sent,
    repairs: Repairs,
    pub(super) layers: Layers,
    following: Option<Following>,
    /// The layer to be on as soon as it has a keyframe.
    goal: Option<Rid>,
    retarget: bool,
    pending: VecDeque<Pending>,
    next_burst: Option<Instant>,
    path: Path,
    /// What waits goes at the rate the path carries, bits a second.
    pace: Option<f32>,
    resume_at_keyframe: bool,
    /// The first picture after those out of the history tells its capture time: theirs do not fit their timestamps.
    tell_capture: bool,
    no_answer_before: Option<Instant>,
    wanted: Option<Rid>,
    asked: Option<Instant>,
    packets: u32,
    octets: u32,
}

/// What is known of the way to the viewer.
#[derive(Clone, Copy, Default)]
pub(super) struct Path {
    /// Bits a second.
    pub(super) carries: Option<f32>,
    /// How long what is sent now stands in a queue.
    pub(super) queue: Duration,
}

/// The layer being sent.
#[derive(Clone, Copy)]
struct Following {
    rid: Rid,
    /// The next picture's number.
    next: u64,
    /// The highest temporal layer sent now; it follows the aim down at once, and up where the pictures allow.
    temporal: u8,
    height: u16,
}

/// A picture that did not fit into one call, and those behind it.
struct Pending {
    picture: Arc<Picture>,
    timestamp: u32,
    extras: Extras,
    since: Instant,
    /// Given when its first packet goes, so that what is dropped before leaves no gap.
    name: Option<Name>,
    next_packet: usize,
}

impl VideoEgress {
    pub(super) fn new(n: &NegotiatedVideo, layers: Layers, seeds: [u32; 4]) -> Self {
        // Without RTX a repair is the same packet again, to the last bit: no extension may tell them apart.
        let extensions = if n.rtx_pt.is_some() || !n.nack { n.extensions } else { Extensions::default() };
        let below_half = |seed: u32| (seed & 0x7fff) as u16;
        Self {
            codec: n.codec,
            ssrc: n.ssrc,
            repairs_allowed: n.nack,
            header: Header::new(n.pt, n.ssrc, extensions, &n.mid),
            numbers: Numbers::new(below_half(seeds[0]), seeds[1], below_half(seeds[2])),
            sent: Sent::default(),
            repairs: Repairs::new(n, below_half(seeds[3])),
            layers,
            following: None,
            goal: None,
            retarget: false,
            pending: VecDeque::new(),
            next_burst: None,
            path: Path::default(),
            pace: None,
            resume_at_keyframe: false,
            tell_capture: false,
            no_answer_before: None,
            wanted: None,
            asked: None,
            packets: 0,
            octets: 0,
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(super) fn watching(&self) -> (VideoCodec, Rid) {
        (self.codec, self.layers.aim().rid)
    }

    pub(super) fn layer(&self) -> Option<Layer> {
        let f = self.following?;
        Some(Layer { codec: self.codec, rid: f.rid, temporal: f.temporal, height: f.height })
    }

    /// Start from the history, if there is anything.
    pub(super) fn start<S: PacketSink>(&mut self, h: &History, call: &mut Call<'_, S>) {
        self.begin(h, call);
        self.send_pending(call);
    }

    /// A picture was added to the history.
    pub(super) fn picture<S: PacketSink>(&mut self, p: &Arc<Picture>, h: &History, call: &mut Call<'_, S>) {
        if p.codec != self.codec {
            return;
        }
        if std::mem::take(&mut self.retarget) {
            self.choose(h, call);
        }
        match self.following {
            None if self.resume_at_keyframe && !p.keyframe => {}
            None => self.begin(h, call),
            Some(f) if f.rid == p.rid => self.follow(f, p, h, call),
            Some(f) if p.keyframe => self.cross(f, p, h, call),
            Some(_) => {}
        }
        self.send_pending(call);
    }

    /// The aim may have changed; taken up with the next picture.
    pub(super) fn aim_changed(&mut self) {
        self.retarget = true;
    }

    /// When [`VideoEgress::send_pending`] goes on.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_burst.filter(|_| !self.pending.is_empty())
    }

    /// One burst of what waits, if it is time.
    pub(super) fn send_pending<S: PacketSink>(&mut self, call: &mut Call<'_, S>) {
        if self.pending.is_empty() || self.next_burst.is_some_and(|at| call.now < at) {
            return;
        }
        let mut room = if self.pace.is_some() { THIN_BURST } else { BURST };
        let before = call.flow.totals.bytes;
        while room > 0
            && let Some(mut front) = self.pending.pop_front()
        {
            let name = *front.name.get_or_insert_with(|| self.begin_picture(&front.picture, front.timestamp));
            let end = front.picture.packets.len().min(front.next_packet + room);
            self.write(&front.picture, front.next_packet..end, name, front.extras, call);
            room -= end - front.next_packet;
            if end < front.picture.packets.len() {
                front.next_packet = end;
                self.pending.push_front(front);
                break;
            }
        }
        let bits = 8.0 * (call.flow.totals.bytes - before) as f32;
        let wait = self.pace.map_or(SPREAD, |pace| Duration::from_secs_f32(bits / pace));
        self.next_burst = (!self.pending.is_empty()).then(|| call.now + wait);
        if self.pending.is_empty() {
            self.pace = None;
        }
        call.out.flush_picture();
    }

    /// The viewer cannot go on: the picture again, out of the history, or a keyframe from the encoder where it has none.
    pub(super) fn lost_picture<S: PacketSink>(&mut self, h: &History, call: &mut Call<'_, S>) {
        if self.no_answer_before.is_some_and(|at| call.now < at) {
            return;
        }
        self.no_answer_before = Some(call.now + PATIENCE);
        let rid = self.following.map(|f| f.rid);
        match rid.filter(|rid| !h.layer(self.codec, *rid).base().is_empty()) {
            Some(rid) => self.restart(rid, h, call),
            None => self.begin(h, call),
        }
        self.send_pending(call);
    }

    /// Repair what can be.
    pub(super) fn lost_packets<S: PacketSink>(
        &mut self,
        lost: Nacks<'_>,
        round_trip: Duration,
        h: &History,
        call: &mut Call<'_, S>,
    ) {
        if !self.repairs_allowed {
            return;
        }
        for (i, sequence) in lost.enumerate() {
            if i > 0 && i % BURST == 0 {
                call.out.flush_picture();
            }
            self.repairs.repair(sequence, &self.sent, &mut self.header, round_trip, h, call);
        }
        call.out.flush_picture();
    }

    /// What is known of the path has changed.
    pub(super) fn path(&mut self, path: Path) {
        self.path = path;
    }

    /// See [`Repairs::can_pad`].
    pub(super) fn can_pad(&self) -> bool {
        self.repairs.can_pad()
    }

    /// See [`Repairs::pad`].
    pub(super) fn pad<S: PacketSink>(&mut self, bytes: usize, h: &History, call: &mut Call<'_, S>) -> usize {
        let gone = self.repairs.pad(bytes, &self.sent, h, call);
        call.out.flush_picture();
        gone
    }

    /// A keyframe to ask the encoder for.
    pub(super) fn wants_keyframe(&mut self) -> Option<(VideoCodec, Rid)> {
        self.wanted.take().map(|rid| (self.codec, rid))
    }

    /// Nothing before the first picture.
    pub(super) fn report(&self, clock: &Clock, now: Instant) -> Option<SenderReport> {
        (self.packets > 0).then(|| SenderReport {
            ssrc: self.ssrc,
            ntp: clock.ntp(now),
            rtp: self.numbers.timestamp(clock.ticks(now, 90_000)),
            packets: self.packets,
            octets: self.octets,
        })
    }

    /// Packets sent, repairs not counted.
    pub(super) fn packets(&self) -> u32 {
        self.packets
    }

    /// Go to the best layer for the aim: down at once, out of the history; up with that layer's next keyframe. Where the path
    /// is known to carry little, down is first to a layer that can be started within [`START`], then up from there.
    pub(super) fn choose<S: PacketSink>(&mut self, h: &History, call: &mut Call<'_, S>) {
        self.goal = h.nearest(self.codec, self.layers.aim().rid);
        let (Some(goal), Some(f)) = (self.goal, self.following) else { return };
        let gone = h.nearest(self.codec, f.rid) != Some(f.rid);
        if goal < f.rid {
            let time = START.saturating_sub(self.path.queue).as_secs_f32();
            let budget = self.path.carries.map_or(usize::MAX, |bits| (bits / 8.0 * time) as usize);
            let affordable = |rid: &Rid| h.layer(self.codec, *rid).start_bytes() <= budget;
            let below = Rid::ALL.into_iter().filter(|rid| h.nearest(self.codec, *rid) == Some(*rid) && *rid <= goal);
            let landing = below.clone().rev().find(affordable).or_else(|| below.clone().next());
            self.restart(landing.unwrap_or(goal), h, call);
            // What was lost of the larger layer is not needed any more, and what is lost of the start must be repaired.
            self.sent.forget();
            self.repairs.start_over();
            self.no_answer_before = Some(call.now + PATIENCE / 2);
        } else if gone && goal != f.rid {
            self.restart(goal, h, call);
        }
    }

    /// The highest temporal layer to send of a layer: all of one below the aim, the least of one that is too much.
    fn temporal_aim(&self, rid: Rid) -> u8 {
        let aim = self.layers.aim();
        match rid.cmp(&aim.rid) {
            Ordering::Less => ALL_PICTURES,
            Ordering::Equal => aim.temporal,
            Ordering::Greater => 0,
        }
    }

    /// Nothing is being sent yet.
    fn begin<S: PacketSink>(&mut self, h: &History, call: &mut Call<'_, S>) {
        let aim = self.layers.aim().rid;
        self.goal = h.nearest(self.codec, aim);
        match self.goal {
            Some(rid) => self.restart(rid, h, call),
            None if h.layer(self.codec, aim).newest().is_some() => self.want_keyframe(aim, call.now),
            None => {}
        }
    }

    fn want_keyframe(&mut self, rid: Rid, now: Instant) {
        if self.asked.is_none_or(|at| now.saturating_duration_since(at) >= PATIENCE) {
            self.asked = Some(now);
            self.wanted = Some(rid);
        }
    }

    /// A keyframe of another layer.
    fn cross<S: PacketSink>(&mut self, f: Following, p: &Arc<Picture>, h: &History, call: &mut Call<'_, S>) {
        self.goal = h.nearest(self.codec, self.layers.aim().rid);
        if self.goal == Some(p.rid) && f.rid != p.rid {
            self.drop_pending(call);
            self.following = Some(self.following_from(p));
            self.offer(p, self.numbers.timestamp(p.rtp_timestamp), true, call);
        }
    }

    fn following_from(&self, keyframe: &Picture) -> Following {
        let temporal = self.temporal_aim(keyframe.rid);
        Following { rid: keyframe.rid, next: keyframe.number + 1, temporal, height: keyframe.height }
    }

    /// The next picture of the layer that is being sent.
    fn follow<S: PacketSink>(&mut self, mut f: Following, p: &Arc<Picture>, h: &History, call: &mut Call<'_, S>) {
        if p.number < f.next {
            return; // It was part of a start from the history.
        }
        let longest = if self.pace.is_some() { LONGEST_THIN_WAIT } else { LONGEST_WAIT };
        if self.pending.front().is_some_and(|oldest| call.now.saturating_duration_since(oldest.since) > longest) {
            self.drop_pending(call);
            self.following = None;
            self.resume_at_keyframe = !p.keyframe;
            if p.keyframe {
                self.begin(h, call);
            }
            return;
        }
        let aim = self.temporal_aim(f.rid);
        if p.keyframe {
            f = self.following_from(p);
        } else if p.number > f.next {
            // Pictures were withheld from this viewer: the base ones among them are needed, the others are skipped.
            let base = h.layer(self.codec, f.rid).base();
            if base.is_empty() {
                self.following = None;
                self.want_keyframe(f.rid, call.now);
                return;
            }
            let missed = base.partition_point(|b| b.number < f.next);
            for b in base[missed..].iter().filter(|b| b.number < p.number) {
                self.queue(b, self.numbers.timestamp(b.rtp_timestamp), call.now);
            }
            f.temporal = 0;
        }
        f.next = p.number + 1;
        f.temporal = f.temporal.min(aim);
        let step_up = p.step_up && p.temporal == f.temporal + 1 && p.temporal <= aim && self.pending.is_empty();
        if step_up {
            f.temporal = p.temporal;
        }
        let mut send = p.temporal <= f.temporal;
        if send && p.temporal > 0 && !self.pending.is_empty() {
            // A burst is still being spread: only what later pictures need waits behind it.
            f.temporal = p.temporal - 1;
            call.flow.totals.dropped += 1;
            send = false;
        }
        self.following = Some(f);
        if send {
            self.offer(p, self.numbers.timestamp(p.rtp_timestamp), p.keyframe, call);
        }
    }

    /// The last keyframe and the base pictures since, from the history, with timestamps compressed so that the last is shown
    /// when the stream's newest picture is, and all are newer than what was sent before.
    fn restart<S: PacketSink>(&mut self, rid: Rid, h: &History, call: &mut Call<'_, S>) {
        let layer = h.layer(self.codec, rid);
        let (base, Some(newest)) = (layer.base(), layer.newest()) else { return };
        let Some(keyframe) = base.first() else { return };
        self.drop_pending(call);
        self.resume_at_keyframe = false;
        self.pace = self.path.carries;
        let mut f = self.following_from(keyframe);
        f.next = newest.number + 1;
        let whole = newest.number - keyframe.number + 1 == base.len() as u64;
        if !whole {
            f.temporal = 0;
            self.tell_capture = true;
        }
        self.following = Some(f);
        call.flow.totals.restarts += 1;
        let end = self.numbers.timestamp(newest.rtp_timestamp);
        for (i, p) in base.iter().enumerate() {
            let mut timestamp = end.wrapping_sub((base.len() - 1 - i) as u32 * COMPRESSED);
            if let Some(last) = self.numbers.last_timestamp() {
                let least = last.wrapping_add(1 + i as u32 * SQUEEZED);
                timestamp = if newer(timestamp, least) { timestamp } else { least };
            }
            self.queue(p, timestamp, call.now);
        }
    }

    /// Forget what waits, but finish a picture that was begun: its packets are numbered already.
    fn drop_pending<S: PacketSink>(&mut self, call: &mut Call<'_, S>) {
        let begun = usize::from(self.pending.front().is_some_and(|front| front.name.is_some()));
        call.flow.totals.dropped += self.pending.len().saturating_sub(begun) as u64;
        self.pending.truncate(begun);
    }

    fn queue(&mut self, p: &Arc<Picture>, timestamp: u32, now: Instant) {
        let extras = Extras { capture: Some(0), introduce: p.keyframe };
        self.pending.push_back(Pending {
            picture: Arc::clone(p),
            timestamp,
            extras,
            since: now,
            name: None,
            next_packet: 0,
        });
    }

    /// Send a live picture now if it fits into one call and nothing waits.
    fn offer<S: PacketSink>(&mut self, p: &Arc<Picture>, timestamp: u32, introduce: bool, call: &mut Call<'_, S>) {
        if !self.pending.is_empty() || p.packets.len() > BURST {
            self.queue(p, timestamp, call.now);
            return;
        }
        let told = p.temporal == 0 || std::mem::take(&mut self.tell_capture);
        let extras = Extras { capture: told.then_some(0), introduce };
        let name = self.begin_picture(p, timestamp);
        self.write(p, 0..p.packets.len(), name, extras, call);
        call.out.flush_picture();
    }

    fn begin_picture(&mut self, p: &Picture, timestamp: u32) -> Name {
        let name = self.numbers.name(p, timestamp);
        if self.repairs_allowed {
            self.sent.remember(p, name);
        }
        name
    }

    fn write<S: PacketSink>(
        &mut self,
        p: &Picture,
        range: std::ops::Range<usize>,
        name: Name,
        mut extras: Extras,
        call: &mut Call<'_, S>,
    ) {
        if extras.capture.is_some() {
            extras.capture = self.header.carries_capture_time().then(|| call.clock.ntp(p.captured));
        }
        self.header.begin(name.timestamp, call.abs_send_time(), extras);
        let numbered = self.header.is_numbered();
        let last = p.packets.len().saturating_sub(1);
        let mut bytes = 0;
        for index in range.clone() {
            let payload = &p.packets[index];
            bytes += payload.len();
            let wide = call.flow.next(numbered, payload.len() + self.header.len());
            let header = self.header.packet(name.sequence.wrapping_add(index as u16), index == last, wide);
            match p.codec {
                VideoCodec::H264 => call.out.rtp(header, &[payload]),
                VideoCodec::Vp8 => call.out.rtp(header, &[&name.descriptor_of(index), payload]),
            }
        }
        self.repairs.earn(bytes);
        self.packets = self.packets.wrapping_add(range.len() as u32);
        self.octets = self.octets.wrapping_add(bytes as u32);
    }
}
