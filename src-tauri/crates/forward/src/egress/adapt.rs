use super::context::Context;
use super::video::{PathEstimate, VideoEgress};
use crate::bandwidth::{BandwidthEstimator, InitialProbe, Outcome, PacketResult, PaddingProbe};
use crate::history::History;
use crate::layers::TargetLayer;
use crate::sink::PacketSink;
use rtp::rtcp::WideFeedback;
use std::time::{Duration, Instant};
use stream::{CodecSpec, Rid};

/// RTP headers and extensions above the payload's own bits.
const OVERHEAD: f32 = 1.04;
/// Between two looks for more: soon enough to climb within 5 s of a recovery, the wait for a keyframe included.
const PROBE_INTERVAL: Duration = Duration::from_millis(1500);
/// After a probe that showed more the next may follow soon.
const NEXT_PROBE: Duration = Duration::from_millis(300);
/// A probe asks for at most this many times what is known: more would fill a thin path's queue.
const PROBE_STEP: f32 = 3.0;
/// What a layer needs to be climbed to, and a little.
const PROBE_HEADROOM: f32 = 1.2;
/// Between two of a probe's bursts.
const PROBE_PACE: Duration = Duration::from_millis(3);
/// A whole packet.
const PROBE_PACKET: usize = 1200;

/// A path that carries this many times what the top layer costs is good: nothing is limited until something goes wrong.
const GOOD: f32 = 2.0;
/// A keyframe that is to show that goes a little faster still, as what arrives is rounded.
const KEYFRAME_PROBE_HEADROOM: f32 = 1.15;
/// What is taken to be carried, bits a second, where the first packets were too few to tell, or were not told of: the middle
/// layer of 720p. A probe follows at once.
const MODEST: f32 = 1e6;

/// Watches one viewer's path and moves the aim.
#[derive(Default)]
pub(super) struct Adaptation {
    bandwidth: BandwidthEstimator,
    probe: Option<PaddingProbe>,
    /// When the probe goes on.
    next_burst: Option<Instant>,
    no_probe_before: Option<Instant>,
    /// The transport-wide number after the last told of.
    next_reported: Option<u16>,
    startup: Startup,
    /// What the first packets showed, bits a second, until something goes wrong.
    measured: Option<f32>,
}

/// The start to a viewer whose path is not known.
#[derive(Default)]
enum Startup {
    /// Over, or not needed.
    #[default]
    Done,
    /// There was no picture yet.
    Waiting,
    /// The first packets are under way.
    Probing(InitialProbe),
}

impl Adaptation {
    /// Nothing is known of the path: what it carries is told from the first packets.
    pub(super) fn expect_initial_probe(&mut self) {
        self.startup = Startup::Waiting;
    }

    /// The first picture goes now.
    pub(super) fn picture_begins(&mut self, now_us: u64) {
        if matches!(self.startup, Startup::Waiting) {
            self.startup = Startup::Probing(InitialProbe::new(now_us));
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_burst
    }

    /// What the path carries, bits a second, if anything is known.
    pub(super) fn estimate(&self) -> Option<f32> {
        self.bandwidth.estimate()
    }

    /// How long what is sent now stands in the path's queue.
    pub(super) fn queue(&self) -> Duration {
        self.bandwidth.queue()
    }

    /// Transport-wide feedback; true when it shows congestion.
    pub(super) fn feedback<S>(&mut self, feedback: &WideFeedback<'_>, cx: &mut Context<'_, S>) -> bool {
        let (sending, now_us) = (cx.flow.rate(cx.now), cx.flow.now_us());
        let mut complete = false;
        let skipped = self.next_reported.map_or(0, |next| feedback.base().wrapping_sub(next));
        if skipped < 1 << 15 {
            // What nobody told of will not be told later: feedback comes in order but for rare cases.
            let unreported = (0..skipped).filter_map(|i| cx.flow.take_sent(feedback.base().wrapping_sub(skipped - i)));
            self.bandwidth.unreported(unreported.map(|(_, bytes)| bytes).sum());
            self.next_reported = Some(feedback.end());
        } else if feedback.end().wrapping_sub(self.next_reported.unwrap_or_default()) < 1 << 15 {
            self.next_reported = Some(feedback.end());
        }
        let (flow, probe) = (&mut *cx.flow, &mut self.probe);
        let mut opening = match &mut self.startup {
            Startup::Probing(opening) => Some(opening),
            _ => None,
        };
        let packets = feedback.arrivals().filter_map(|(number, ticks)| {
            let (sent_us, bytes) = flow.take_sent(number)?;
            let arrived_us = ticks.map(|ticks| ticks * 250);
            flow.keyframe_probe.feedback(sent_us, arrived_us, bytes);
            complete |= probe.as_mut().is_some_and(|probe| probe.feedback(number, sent_us, arrived_us, bytes));
            if let Some(opening) = &mut opening {
                opening.feedback(sent_us, arrived_us, bytes);
            }
            Some(PacketResult { sent_us, arrived_us, bytes })
        });
        let congested = self.bandwidth.feedback(packets, sending, now_us);
        if congested {
            (self.startup, self.measured) = (Startup::Done, None);
        }
        let expired = self.probe.as_ref().is_some_and(|probe| probe.has_expired(now_us));
        if congested || complete || expired {
            let probe = self.probe.take().filter(|_| !congested);
            self.next_burst = None;
            if let Some(probe) = probe {
                // Where the feedback on it was lost nothing is known, and it may be repeated soon.
                let result = probe.result();
                let more =
                    result.is_none_or(|result| self.estimate().is_some_and(|estimate| result > LITTLE_MORE * estimate));
                result.into_iter().for_each(|result| self.bandwidth.probed(result));
                self.no_probe_before = Some(cx.now + if more { NEXT_PROBE } else { PROBE_INTERVAL });
            }
        }
        congested
    }

    /// A receiver report on so many packets, a fraction of them lost.
    pub(super) fn report<S>(&mut self, (packets, lost): (f32, f32), cx: &mut Context<'_, S>) -> bool {
        self.bandwidth.report(packets, lost, cx.flow.rate(cx.now), cx.flow.now_us())
    }

    /// The viewer's own estimate.
    pub(super) fn remb<S>(&mut self, bits_a_second: u64, cx: &mut Context<'_, S>) -> bool {
        self.bandwidth.remb(bits_a_second as f32, cx.flow.rate(cx.now), cx.flow.now_us())
    }

    /// Move the aim to what the path carries, and look for more where that is below the top. `sound` is its cost.
    pub(super) fn adapt<S: PacketSink>(
        &mut self,
        congested: bool,
        sound: f32,
        video: &mut VideoEgress,
        h: &History,
        cx: &mut Context<'_, S>,
    ) {
        let codec = video.watching().0;
        let cost = |target: TargetLayer| {
            let encoded = h.rate(codec, target.rid, target.temporal);
            // The half layer of a codec on demand is encoded only while somebody is aimed at it; it takes a fifth then.
            let spec = CodecSpec::of(codec);
            let expected = || match target.rid {
                Rid::H if spec.on_demand && spec.layers.contains(&Rid::H) => {
                    h.rate(codec, Rid::F, target.temporal).map(|rate| rate / 5.0)
                }
                _ => None,
            };
            encoded.or_else(expected).map(|rate| OVERHEAD * rate + sound)
        };
        if congested {
            cx.flow.keyframe_probe.congested(cx.flow.now_us());
        }
        if !self.finish_startup(cost(video.selector.top()), cx.flow.now_us()) {
            return;
        }
        self.lift_limit(cost(TargetLayer::all_of(Rid::F)), video, cx);
        video.path(PathEstimate { capacity: self.estimate(), measured: self.measured, queue: self.queue() });
        if video.selector.decide(self.estimate(), congested, cost, cx.now) {
            video.retarget(h, cx);
            video.send_pending(cx);
        }
        // Feedback comes many times a second, and mostly there is nothing to do about it.
        let Some(estimate) = self.estimate().filter(|_| video.selector.target() < video.selector.top()) else { return };
        let Some(wanted) = cost(video.selector.top()) else { return };
        let due = self.no_probe_before.is_none_or(|at| cx.now >= at);
        let short = estimate < PROBE_HEADROOM * wanted;
        if due && short && self.probe.is_none() && self.bandwidth.is_calm(cx.flow.now_us()) && video.can_pad() {
            let rate = (PROBE_HEADROOM * wanted).min(PROBE_STEP * estimate);
            self.probe = Some(PaddingProbe::new(rate, PROBE_PACKET, cx.flow.next_transport_seq(), cx.flow.now_us()));
            self.next_burst = Some(cx.now);
            self.no_probe_before = Some(cx.now + PROBE_INTERVAL);
        }
    }

    /// On top there is nothing to climb to, but a limit that held for ever would hold back the keyframes on a path that has become
    /// good. `top` is what the largest layer costs, whatever this viewer may have of it.
    fn lift_limit<S>(&mut self, top: Option<f32>, video: &VideoEgress, cx: &mut Context<'_, S>) {
        let (now_us, probe) = (cx.flow.now_us(), &mut cx.flow.keyframe_probe);
        let Some((known, top)) = self.estimate().zip(top) else { return probe.disarm() };
        if video.selector.target() < video.selector.top() {
            return probe.is_not_on_top();
        }
        let good = GOOD * top;
        if let Some(Outcome::Carried(bits)) = probe.outcome(now_us) {
            self.bandwidth.probed(bits);
            if bits < good && bits < LITTLE_MORE * known {
                probe.failed(now_us);
            }
        }
        let (estimate, due) = (self.estimate().unwrap_or(known), probe.is_due(now_us));
        if due && estimate >= good {
            self.bandwidth.lift_limit();
            self.measured = Some(estimate);
            return probe.lifted(now_us);
        }
        probe.arm((KEYFRAME_PROBE_HEADROOM * good).min(PROBE_STEP * estimate), due && self.bandwidth.is_calm(now_us));
    }

    /// False while the first packets are under way. `top` is the top layer's cost.
    fn finish_startup(&mut self, top: Option<f32>, now_us: u64) -> bool {
        let opening = match &self.startup {
            Startup::Probing(opening) => opening,
            Startup::Waiting => return false,
            Startup::Done => return true,
        };
        if !opening.is_complete(now_us) {
            return false;
        }
        self.measured = opening.result();
        self.startup = Startup::Done;
        if !self.measured.zip(top).is_some_and(|(measured, top)| measured >= GOOD * top) {
            self.bandwidth.start_at(self.measured.unwrap_or(MODEST), now_us);
        }
        true
    }

    /// The probe goes on.
    pub(super) fn send_probe<S: PacketSink>(&mut self, video: &mut VideoEgress, h: &History, cx: &mut Context<'_, S>) {
        if self.next_burst.is_none_or(|at| cx.now < at) {
            return;
        }
        let due = self.probe.as_ref().and_then(|probe| probe.due(cx.flow.now_us()));
        let (Some(probe), Some(due)) = (&mut self.probe, due) else {
            self.next_burst = None;
            return;
        };
        let gone = video.pad(due, h, cx);
        if gone == 0 && due > 0 {
            (self.probe, self.next_burst) = (None, None); // There is nothing to repeat.
            return;
        }
        probe.sent(gone, cx.flow.next_transport_seq());
        self.next_burst = Some(cx.now + PROBE_PACE);
    }
}

/// A probe showed more when it showed this much more.
const LITTLE_MORE: f32 = 1.05;
