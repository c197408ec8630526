use crate::clock::Clock;
use crate::history::History;
use crate::negotiated::Negotiated;
use crate::packetise::{Picture, Sound};
use crate::sink::PacketSink;
use protocol::{Rid, VideoCodec, ViewerStats};
use std::{sync::Arc, time::Instant};

/// What a viewer's RTCP asked of others than its egress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RtcpOutcome {
    /// It said goodbye to the picture's or the sound's source, or to all.
    pub(crate) bye: bool,
    /// Some of it could not be read; what could was used.
    pub(crate) malformed: bool,
}

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EgressTotals {
    /// RTP packets, repairs among them.
    pub(crate) packets: u64,
    /// Bytes of RTP before sealing.
    pub(crate) bytes: u64,
    /// Repairs sent.
    pub(crate) repairs: u64,
    /// Asked for again, but too old or above the cap.
    pub(crate) repairs_refused: u64,
    /// Starts from the history: joins, switches, answers to PLI.
    pub(crate) restarts: u64,
    /// Pictures of the sent layer that were left out because the viewer was behind.
    pub(crate) dropped: u64,
}

/// One viewer's media: decides what it is sent and writes the headers. No I/O; time is an argument.
pub(crate) struct Egress {}

impl Egress {
    /// `seed` is random: sequence numbers and timestamps start from it.
    pub(crate) fn new(_n: &Negotiated, _max: Rid, _clock: Clock, _seed: u64, _now: Instant) -> Self {
        todo!()
    }
    /// The transport is connected: the first picture out of the history.
    pub(crate) fn start(&mut self, _h: &History, _now: Instant, _out: &mut impl PacketSink) {
        todo!()
    }
    /// A new picture of any codec and layer, already added to `h`.
    pub(crate) fn picture(&mut self, _p: &Arc<Picture>, _h: &History, _now: Instant, _out: &mut impl PacketSink) {
        todo!()
    }
    /// A new sound.
    pub(crate) fn sound(&mut self, _s: &Arc<Sound>, _now: Instant, _out: &mut impl PacketSink) {
        todo!()
    }
    /// A compound RTCP packet, decrypted and authenticated.
    pub(crate) fn rtcp(&mut self, _plain: &[u8], _h: &History, _now: Instant, _out: &mut impl PacketSink) -> RtcpOutcome {
        todo!()
    }
    /// When [`Egress::handle_timeout`] is due; it may move after any call.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        todo!()
    }
    pub(crate) fn handle_timeout(&mut self, _h: &History, _now: Instant, _out: &mut impl PacketSink) {
        todo!()
    }
    /// The last words: a sender report and BYE for both sources.
    pub(crate) fn bye(&mut self, _now: Instant, _out: &mut impl PacketSink) {
        todo!()
    }
    /// A keyframe that the history does not have; taken by asking.
    pub(crate) fn wants_keyframe(&mut self) -> Option<(VideoCodec, Rid)> {
        todo!()
    }
    /// The layer this viewer is aimed at, whether it is encoded or not; `None` without a picture.
    pub(crate) fn watching(&self) -> Option<(VideoCodec, Rid)> {
        todo!()
    }
    pub(crate) fn stats(&self, _now: Instant) -> ViewerStats {
        todo!()
    }
    pub(crate) fn totals(&self) -> EgressTotals {
        todo!()
    }
    pub(crate) fn cap(&mut self, _max: Rid) {
        todo!()
    }
}
