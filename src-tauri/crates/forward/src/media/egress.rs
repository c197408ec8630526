//! One viewer's media: what it is sent, under which sequence numbers, and how its RTCP changes that.
//!
//! There is no I/O and no clock here: time is an argument, and packets go to a [`PacketSink`]. For each picture a viewer's header
//! is written once and patched for each packet. The payloads are shared with all other viewers.

mod adaptation;
mod context;
mod feedback;
mod flow;
mod header;
mod lip_sync;
mod loss;
mod nack_responder;
mod payload_types;
mod sender_reports;
mod sound;
#[cfg(test)]
mod tests;
mod video;

use crate::connection::negotiated::Negotiated;
use crate::media::history::History;
use crate::media::layers::LayerSelector;
use crate::media::sink::PacketSink;
use adaptation::Adaptation;
use context::Context;
use flow::Flow;
pub use lip_sync::LIP_SYNC;
use lip_sync::LipSync;
use loss::ReportedLoss;
use protocol::ViewerStats;
use rtp::packetise::{Picture, Sound};

use rtp::rtcp;
use sender_reports::ReportTimer;
use sound::SoundEgress;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use stream::{Clock, LAYERS, Rid, VideoCodec};
use video::VideoEgress;

/// What somebody waits for, a bit each: the layers by their [`stream::layer_index`], and [`SOUND`].
pub(crate) type LayerBits = u16;

/// The bit of sound, above those of the layers.
pub(crate) const SOUND: LayerBits = 1 << LAYERS;

/// Packets of an average picture: 1,200 bytes each, at 2.5 Mbit/s and 30 pictures a second.
const PICTURE_PACKETS: i32 = 9;

/// What one viewer was sent since it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EgressTotals {
    /// RTP packets, retransmissions included.
    pub(crate) packets: u64,
    /// Bytes of RTP before encryption.
    pub(crate) bytes: u64,
    /// Packets sent again after a NACK.
    pub(crate) repairs: u64,
    /// Packets repeated as padding, to probe the path.
    pub(crate) padding: u64,
    /// NACKs that were not answered, because the packet was too old or the budget was spent.
    pub(crate) repairs_refused: u64,
    /// Starts from the history: joins, switches to a smaller layer, answers to PLI and FIR.
    pub(crate) restarts: u64,
    /// Pictures of the sent layer that were left out because the viewer was behind.
    pub(crate) dropped: u64,
}

/// One viewer's media: decides what is sent and writes the headers.
pub(crate) struct Egress {
    clock: Clock,
    video: Option<VideoEgress>,
    sound: Option<SoundEgress>,
    flow: Flow,
    adaptation: Adaptation,
    cname: String,
    started: bool,
    reports: ReportTimer,
    round_trip: Option<Duration>,
    loss: ReportedLoss,
    lip_sync: LipSync,
}

impl Egress {
    /// `seed` is random, and sequence numbers and timestamps start from it. `round_trip` is the handshake's, if it is known.
    pub(crate) fn new(
        n: &Negotiated,
        max: Rid,
        clock: Clock,
        seed: u64,
        round_trip: Option<Duration>,
        now: Instant,
    ) -> Self {
        let transport_wide = n.video.as_ref().is_some_and(|v| v.extensions.twcc.is_some());
        let mut seeds = seeds(seed);
        let mut next = || seeds.next().unwrap_or_default();
        let mut video =
            n.video.as_ref().map(|v| VideoEgress::new(v, LayerSelector::new(max), std::array::from_fn(|_| next())));
        let sound = n.audio.as_ref().map(|a| SoundEgress::new(a, std::array::from_fn(|_| next())));
        let mut adaptation = Adaptation::default();
        if let Some(video) = &mut video
            && transport_wide
            && video.start_small(round_trip)
        {
            adaptation.expect_initial_probe();
        }
        Self {
            clock,
            video,
            sound,
            flow: Flow::new(transport_wide, now),
            adaptation,
            cname: n.cname.clone(),
            started: false,
            reports: ReportTimer::default(),
            round_trip,
            loss: ReportedLoss::default(),
            lip_sync: LipSync::new(n.video.is_some()),
        }
    }

    /// The transport is connected: sends the first picture, from the history.
    pub(crate) fn start(&mut self, h: &History, now: Instant, out: &mut impl PacketSink) {
        self.started = true;
        let Some(video) = &mut self.video else { return };
        video.start(h, &mut Context::new(&self.clock, &mut self.flow, now, out));
        self.first_picture_begins();
        self.reports.arm(self.sent(), now);
    }

    /// Sends a new picture if the viewer is to have it. It may be of any codec and layer, and is in `h` already.
    pub(crate) fn picture(&mut self, p: &Arc<Picture>, h: &History, now: Instant, out: &mut impl PacketSink) {
        let Some(video) = self.video.as_mut().filter(|_| self.started) else { return };
        video.picture(p, h, &mut Context::new(&self.clock, &mut self.flow, now, out));
        self.first_picture_begins();
        self.reports.arm(self.sent(), now);
        if self.reports.is_due_with_picture(now) {
            self.report(h, now, out);
        }
    }

    fn first_picture_begins(&mut self) {
        if self.video.as_ref().is_some_and(|video| video.packets() > 0) {
            self.adaptation.picture_begins(self.flow.now_us());
        }
    }

    /// Starts to load its state on the heap into the cache, as something is sent soon.
    pub(crate) fn prefetch(&self) {
        self.flow.prefetch();
        if let Some(video) = &self.video {
            video.prefetch();
        }
    }

    /// Sends a new sound.
    pub(crate) fn sound(&mut self, s: &Arc<Sound>, now: Instant, out: &mut impl PacketSink) {
        let Some(sound) = self.sound.as_mut().filter(|_| self.started) else { return };
        let first = sound.packets() == 0;
        sound.sound(s, &mut Context::new(&self.clock, &mut self.flow, now, out));
        if first {
            self.reports.at_once(now); // Without reports of both media there is no lip sync.
        }
        self.reports.arm(self.sent(), now);
    }

    /// When [`Egress::handle_timeout`] is due. It may change with any call.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let burst = self.video.as_ref().and_then(VideoEgress::poll_timeout);
        [self.reports.poll_timeout(), burst, self.adaptation.poll_timeout()].into_iter().flatten().min()
    }

    /// Sends what is due: sender reports, the next burst of what is queued, and padding.
    pub(crate) fn handle_timeout(&mut self, h: &History, now: Instant, out: &mut impl PacketSink) {
        if let Some(video) = &mut self.video {
            let cx = &mut Context::new(&self.clock, &mut self.flow, now, out);
            video.send_pending(cx);
            self.adaptation.send_probe(video, h, cx);
        }
        if self.reports.poll_timeout().is_some_and(|at| at <= now) {
            self.report(h, now, out);
        }
    }

    /// Sends the last sender reports, and BYE for all our sources (RFC 3550 section 6.6).
    pub(crate) fn bye(&mut self, now: Instant, out: &mut impl PacketSink) {
        let mut compound = Vec::with_capacity(160);
        let sources = self.write_reports(&mut compound, now);
        rtcp::goodbye(&mut compound, &sources);
        out.rtcp(&compound);
    }

    /// A keyframe to ask the encoder for, as the history has none. Each is returned once.
    pub(crate) fn wants_keyframe(&mut self) -> Option<(VideoCodec, Rid)> {
        self.video.as_mut()?.wants_keyframe()
    }

    /// What it has to be given: the bits of layers, and [`SOUND`].
    pub(crate) fn interest(&self) -> LayerBits {
        if !self.started {
            return 0;
        }
        self.video.as_ref().map_or(0, VideoEgress::interest) | if self.sound.is_some() { SOUND } else { 0 }
    }

    /// It is given no pictures for a while, and goes on at the next keyframe after that.
    pub(crate) fn pause(&mut self, now: Instant, out: &mut impl PacketSink) {
        if let Some(video) = &mut self.video {
            video.pause(&mut Context::new(&self.clock, &mut self.flow, now, out));
        }
    }

    /// The mean time from sending a picture until it can be shown, in seconds: the queueing delay, half a round trip, and one round
    /// trip more for the share of pictures that lose a packet.
    pub(crate) fn lateness(&self) -> f32 {
        let trip = self.round_trip.unwrap_or_default().as_secs_f32();
        let whole = (1.0 - self.loss.fraction()).powi(PICTURE_PACKETS);
        self.adaptation.queue().as_secs_f32() + 0.5 * trip + (1.0 - whole) * trip
    }

    /// The viewer's target layer, whether it is encoded or not; `None` if the viewer takes no picture.
    pub(crate) fn watching(&self) -> Option<(VideoCodec, Rid)> {
        self.video.as_ref().map(VideoEgress::watching)
    }

    /// What it would be sent in the place of that while a screen is shown.
    pub(crate) fn watching_screens(&self) -> Option<(VideoCodec, Rid)> {
        self.video.as_ref()?.watching_screens()
    }

    /// How well it is served. The latency on the page is not known here.
    pub(crate) fn stats(&self, now: Instant) -> ViewerStats {
        ViewerStats {
            layer: self.video.as_ref().and_then(VideoEgress::layer),
            rtt_ms: self.round_trip.map(|rtt| rtt.as_secs_f32() * 1000.0),
            loss: self.loss.fraction(),
            bitrate_kbps: (self.flow.rate(now) / 1000.0) as u32,
            latency_ms: None,
            line_kbps: self.adaptation.estimate().map(|bits| (bits / 1000.0) as u32),
            capped: self.video.as_ref().and_then(|video| video.selector.capped()),
        }
    }

    /// What was sent since it came.
    pub(crate) fn totals(&self) -> EgressTotals {
        self.flow.totals
    }

    /// Sends no layer above this from the next picture on.
    pub(crate) fn cap(&mut self, max: Rid) {
        if let Some(video) = &mut self.video {
            video.selector.cap(max);
        }
    }

    /// Sends this layer from the next picture on, whatever more the path carries, and fewer pictures of it before a smaller one.
    pub(crate) fn hold(&mut self, held: Option<Rid>) {
        if let Some(video) = &mut self.video {
            video.selector.hold(held);
        }
    }

    fn sent(&self) -> (u32, u32) {
        (self.video.as_ref().map_or(0, VideoEgress::packets), self.sound.as_ref().map_or(0, SoundEgress::packets))
    }

    fn report(&mut self, h: &History, now: Instant, out: &mut impl PacketSink) {
        if let Some(video) = &mut self.video {
            let cx = &mut Context::new(&self.clock, &mut self.flow, now, out);
            video.retarget(h, cx);
            video.send_pending(cx);
        }
        self.flow.tick(now);
        if !self.reports.take(self.sent(), now) {
            return;
        }
        let mut compound = Vec::with_capacity(128);
        self.write_reports(&mut compound, now);
        out.rtcp(&compound);
    }

    /// Writes sender reports for both media, by one clock. Returns the SSRCs.
    fn write_reports(&self, compound: &mut Vec<u8>, now: Instant) -> Vec<u32> {
        let video = self.video.as_ref().and_then(|v| v.report(&self.clock, now));
        let sound = self.sound.as_ref().and_then(|s| s.report(&self.clock, now, self.lip_sync.shift()));
        let reports: Vec<_> = [video, sound].into_iter().flatten().collect();
        let sources: Vec<_> = [self.video.as_ref().map(VideoEgress::ssrc), self.sound.as_ref().map(SoundEgress::ssrc)]
            .into_iter()
            .flatten()
            .collect();
        rtcp::sender_reports(compound, &reports, &sources, &self.cname);
        sources
    }
}

/// Derives many random numbers from one (SplitMix64).
fn seeds(mut state: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some((z >> 32) as u32)
    })
}
