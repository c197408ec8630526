//! The picture, towards one viewer: what is sent of it, and what its reports ask for.

mod follow;
mod queue;
mod requests;
mod send;

use super::LayerBits;
use super::context::Context;
use super::header::Header;
use super::nack_responder::NackResponder;
use super::payload_types::PayloadTypes;
use crate::connection::negotiated::{Extensions, NegotiatedVideo};
use crate::media::history::{CodecLayer, Decodes, History};
use crate::media::layers::LayerSelector;
use crate::media::rewrite::{Numbering, SentPictures};
use crate::media::sink::PacketSink;
use protocol::Layer;
use queue::{BURST, SendQueue};
use requests::{AnswerLimit, KeyframeRequest};
use rtp::packetise::Picture;
use rtp::rtcp::{Nacks, SenderReport};
use send::CaptureTime;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use stream::{Clock, CodecSpec, Rid, VideoCodec, layer_index};

/// A viewer with a shorter round trip than this is in the same building or city, and such paths carry the top layer. It is
/// measured in the handshake, so the time for its cryptography is part of it.
const NEAR: Duration = Duration::from_millis(5);

/// The picture, towards one viewer.
pub(super) struct VideoEgress {
    decodes: Decodes,
    payload_types: PayloadTypes,
    ssrc: u32,
    repairs_allowed: bool,
    header: Header,
    numbering: Numbering,
    sent: SentPictures,
    nack_responder: NackResponder,
    pub(super) selector: LayerSelector,
    state: State,
    queue: SendQueue,
    path: PathEstimate,
    capture_time: CaptureTime,
    answers: AnswerLimit,
    keyframe_request: KeyframeRequest,
    packets: u32,
    octets: u32,
}

/// What is known of the path to the viewer.
#[derive(Clone, Copy, Default)]
pub(super) struct PathEstimate {
    /// What it carries, bits a second; `None` if nothing limits it.
    pub(super) capacity: Option<f32>,
    /// What it was last measured to carry while nothing limits it, bits a second.
    pub(super) measured: Option<f32>,
    /// The queueing delay.
    pub(super) queue: Duration,
}

/// Where one viewer is in the stream.
#[derive(Clone, Copy)]
enum State {
    /// Nothing is sent. The next picture starts it, as soon as the history has a keyframe.
    Waiting,
    /// Pictures waited here for so long that they were dropped. It goes on at the next keyframe, or when the viewer asks.
    AwaitingKeyframe,
    /// It is given no pictures. Whatever its reports ask, nothing is sent before the next keyframe that it is given.
    Paused,
    /// It is sent the pictures of one layer.
    Following(CurrentLayer),
}

/// The layer being sent.
#[derive(Clone, Copy)]
struct CurrentLayer {
    codec: VideoCodec,
    rid: Rid,
    /// The next picture's number.
    next: u64,
    /// The highest temporal layer that is sent. It follows the target down at once, and up where the pictures allow it.
    temporal: u8,
    height: u16,
}

impl VideoEgress {
    pub(super) fn new(n: &NegotiatedVideo, selector: LayerSelector, seeds: [u32; 4]) -> Self {
        // Without RTX a lost packet is sent again bit for bit, so it must not have extensions, which would differ.
        let extensions = if n.rtx_pt.is_some() || !n.nack { n.extensions } else { Extensions::default() };
        let below_half = |seed: u32| (seed & 0x7fff) as u16;
        Self {
            decodes: Decodes { codec: n.codec, takes: n.takes, screens: n.screens.map(|screens| screens.codec) },
            payload_types: PayloadTypes::new(n),
            ssrc: n.ssrc,
            repairs_allowed: n.nack,
            header: Header::new(n.pt, n.ssrc, extensions, &n.mid),
            numbering: Numbering::new(below_half(seeds[0]), seeds[1], below_half(seeds[2])),
            sent: SentPictures::default(),
            nack_responder: NackResponder::new(n, below_half(seeds[3])),
            selector,
            state: State::Waiting,
            queue: SendQueue::default(),
            path: PathEstimate::default(),
            capture_time: CaptureTime::default(),
            answers: AnswerLimit::default(),
            keyframe_request: KeyframeRequest::default(),
            packets: 0,
            octets: 0,
        }
    }

    /// Starts with the smallest layer, unless the path is known to be good. False for a codec on demand, whose smaller layers are
    /// encoded only while somebody watches them.
    pub(super) fn start_small(&mut self, round_trip: Option<Duration>) -> bool {
        let small = !CodecSpec::of(self.decodes.codec).on_demand && round_trip.is_none_or(|trip| trip >= NEAR);
        if small {
            self.selector.start_small();
        }
        small
    }

    /// Starts to load the entry of the next picture into the cache.
    pub(super) fn prefetch(&self) {
        self.sent.prefetch();
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(super) fn watching(&self) -> CodecLayer {
        (self.decodes.codec, self.selector.target().rid)
    }

    /// What it would be sent in the place of what it watches while a screen is shown.
    pub(super) fn watching_screens(&self) -> Option<CodecLayer> {
        let (_, rid) = self.watching();
        self.decodes.screens.filter(|codec| CodecSpec::of(*codec).layers.contains(&rid)).map(|codec| (codec, rid))
    }

    pub(super) fn decodes(&self) -> Decodes {
        self.decodes
    }

    /// The layers whose pictures it has to be given, a bit each: the current one, the target, and those between, of which the best
    /// that is encoded is taken. If there is no current one, all.
    pub(super) fn interest(&self) -> LayerBits {
        let target = self.selector.target().rid.index();
        let (low, high) = match self.current() {
            None => (Rid::Q.index(), Rid::F.index()),
            Some(f) => (f.rid.index().min(target), f.rid.index().max(target)),
        };
        let own =
            Rid::ALL[low..=high].iter().fold(0, |layers, rid| layers | 1 << layer_index(self.decodes.codec, *rid));
        // Of screens all there is: its first picture is one to change to, and without its last one nothing would be.
        let of_screens = |codec| CodecSpec::of(codec).layers.iter().map(move |rid| 1 << layer_index(codec, *rid));
        self.decodes.screens.into_iter().flat_map(of_screens).fold(own, |layers, layer: LayerBits| layers | layer)
    }

    /// It is given no pictures for a while. Whatever its RTCP asks for, nothing is sent before the next keyframe after that.
    pub(super) fn pause<S: PacketSink>(&mut self, cx: &mut Context<'_, S>) {
        self.drop_waiting(cx);
        self.state = State::Paused;
    }

    pub(super) fn layer(&self) -> Option<Layer> {
        let f = self.current()?;
        Some(Layer { codec: f.codec, rid: f.rid, temporal: f.temporal, height: f.height })
    }

    /// Sends the first picture from the history, if there is one.
    pub(super) fn start<S: PacketSink>(&mut self, h: &History, cx: &mut Context<'_, S>) {
        self.start_at_target(h, cx);
        self.send_pending(cx);
    }

    /// Sends a picture that was just added to the history, if the viewer is to have it.
    pub(super) fn picture<S: PacketSink>(&mut self, p: &Arc<Picture>, h: &History, cx: &mut Context<'_, S>) {
        let Decodes { codec, takes, screens } = self.decodes;
        if (p.codec != codec && Some(p.codec) != screens) || p.profile > takes {
            return;
        }
        if let State::Paused = self.state {
            self.state = State::AwaitingKeyframe;
        }
        // No screen is shown any more.
        let over = |f: CurrentLayer| f.codec != codec && !h.is_alive(f.codec, f.rid);
        if self.selector.take_new_cap() || self.current().is_some_and(over) {
            self.retarget(h, cx);
        }
        match self.state {
            State::Following(f) if (f.codec, f.rid) == (p.codec, p.rid) => self.follow(f, p, h, cx),
            State::Following(f) if p.keyframe => self.switch_at_keyframe(f, p, h, cx),
            State::Following(_) => {}
            State::Waiting => self.start_at_target(h, cx),
            State::AwaitingKeyframe | State::Paused => {
                // A keyframe of a smaller layer does not start it, as everything since the larger layer's last keyframe would have to be
                // sent from the history.
                if p.keyframe && h.nearest(self.decodes, self.selector.target().rid) == Some((p.codec, p.rid)) {
                    self.start_at_target(h, cx);
                }
            }
        }
        self.send_pending(cx);
    }

    fn current(&self) -> Option<CurrentLayer> {
        match self.state {
            State::Following(f) => Some(f),
            State::Waiting | State::AwaitingKeyframe | State::Paused => None,
        }
    }

    /// When [`VideoEgress::send_pending`] goes on.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.queue.poll_timeout()
    }

    /// Answers PLI and FIR: starts again from the history, or asks the encoder for a keyframe if the history has none.
    pub(super) fn picture_lost<S: PacketSink>(&mut self, h: &History, cx: &mut Context<'_, S>) {
        let started = self.path.capacity.is_some() && !self.queue.is_empty();
        if started || matches!(self.state, State::Paused) || !self.answers.allows(cx.now) {
            return;
        }
        let current = self.current().map(|f| (f.codec, f.rid));
        match current.filter(|(codec, rid)| h.layer(*codec, *rid).starts(self.decodes.takes)) {
            // Another keyframe is less, and is for all who ask.
            Some((codec, rid)) if h.layer(codec, rid).is_long() => self.keyframe_request.want((codec, rid), cx.now),
            Some(current) => self.start_from_history(self.start_layer(current, h), h, cx),
            None => self.start_at_target(h, cx),
        }
        let sent = self.current().map_or(Duration::ZERO, |f| h.layer(f.codec, f.rid).start_time());
        self.answers.answered(sent, cx.now);
        self.send_pending(cx);
    }

    /// Answers a NACK. `numbers` is how many packets may still be looked up for this compound, and is counted down; true if it named
    /// more.
    pub(super) fn nack<S: PacketSink>(
        &mut self,
        mut lost: Nacks<'_>,
        numbers: &mut usize,
        round_trip: Duration,
        h: &History,
        cx: &mut Context<'_, S>,
    ) -> bool {
        if !self.repairs_allowed {
            return false;
        }
        let mut paid = true;
        for (i, sequence) in lost.by_ref().take(*numbers).enumerate() {
            if i > 0 && i % BURST == 0 {
                cx.out.flush_picture();
            }
            *numbers -= 1;
            paid = self.nack_responder.repair(
                sequence,
                &self.sent,
                &mut self.header,
                (round_trip, self.path.queue),
                h,
                cx,
            );
            if !paid {
                break;
            }
        }
        // When the budget is spent the other packets are not even looked up, so that a flood of NACKs costs little.
        let rest = lost.count();
        cx.flow.totals.repairs_refused += rest as u64;
        cx.out.flush_picture();
        paid && rest > 0
    }

    /// See [`Header::picture_waits`].
    pub(super) fn picture_waits(&mut self, waits: bool) {
        self.header.picture_waits(waits);
    }

    /// Sets what is known of the path.
    pub(super) fn path(&mut self, path: PathEstimate) {
        self.path = path;
    }

    /// See [`NackResponder::can_pad`].
    pub(super) fn can_pad(&self) -> bool {
        self.nack_responder.can_pad()
    }

    /// See [`NackResponder::pad`].
    pub(super) fn pad<S: PacketSink>(&mut self, bytes: usize, h: &History, cx: &mut Context<'_, S>) -> usize {
        let gone = self.nack_responder.pad(bytes, &self.sent, h, cx);
        cx.out.flush_picture();
        gone
    }

    /// A keyframe to ask the encoder for.
    pub(super) fn wants_keyframe(&mut self) -> Option<CodecLayer> {
        self.keyframe_request.take()
    }

    /// A sender report; `None` before the first picture.
    pub(super) fn report(&self, clock: &Clock, now: Instant) -> Option<SenderReport> {
        (self.packets > 0).then(|| SenderReport {
            ssrc: self.ssrc,
            ntp: clock.ntp(now),
            rtp: self.numbering.timestamp(clock.ticks(now, 90_000)),
            packets: self.packets,
            octets: self.octets,
        })
    }

    /// Packets sent, without retransmissions.
    pub(super) fn packets(&self) -> u32 {
        self.packets
    }
}
