//! Rate adaptation: from a viewer's feedback to the layer it is sent.

use super::context::Context;
use super::video::{PathEstimate, VideoEgress};
use crate::media::bandwidth::{BandwidthEstimator, InitialProbe, Outcome, PacketResult, PaddingProbe};
use crate::media::history::History;
use crate::media::layers::TargetLayer;
use crate::media::sink::PacketSink;
use rtp::rtcp::WideFeedback;
use std::time::{Duration, Instant};
use stream::{CodecSpec, Rid};

/// The bitrate on the path over the encoded bitrate: RTP headers and extensions come on top.
const OVERHEAD: f32 = 1.04;
/// Between two probes. It is short enough to climb within 5 s of a recovery, including the wait for a keyframe.
const PROBE_INTERVAL: Duration = Duration::from_millis(1500);
/// Between two probes if the first one showed more.
const NEXT_PROBE: Duration = Duration::from_millis(300);
/// A probe is at most this many times faster than the estimate, as more would fill the queue of a thin path.
const PROBE_STEP: f32 = 3.0;
/// A probe is this many times faster than the layer costs: a little more than the headroom that a climb needs.
const PROBE_HEADROOM: f32 = 1.2;
/// Between two bursts of a probe.
const PROBE_PACE: Duration = Duration::from_millis(3);
/// Bytes of a full packet.
const PROBE_PACKET: usize = 1200;

/// A path that carries this many times what the top layer costs is good, and nothing limits it until the next congestion.
const GOOD: f32 = 2.0;
/// A keyframe probe is a little faster than it has to show, as measurements round down.
const KEYFRAME_PROBE_HEADROOM: f32 = 1.15;
/// The first estimate where the initial probe was too short or its feedback was lost, in bits a second: the middle layer of 720p.
/// A padding probe follows at once.
const MODEST: f32 = 1e6;

/// Measures one viewer's path and moves the target layer.
#[derive(Default)]
pub(super) struct Adaptation {
    bandwidth: BandwidthEstimator,
    probe: Option<PaddingProbe>,
    /// When the next burst of the probe is due.
    next_burst: Option<Instant>,
    no_probe_before: Option<Instant>,
    /// The transport-wide number after the last one that feedback covered.
    next_reported: Option<u16>,
    startup: Startup,
    /// The last measurement of a path that nothing limits, in bits a second, until the next congestion.
    measured: Option<f32>,
}

/// The initial probe of a path that is not known.
#[derive(Default)]
enum Startup {
    /// It is over, or was not needed.
    #[default]
    Done,
    /// No picture was sent yet.
    Waiting,
    /// The first packets were sent, and feedback on them is awaited.
    Probing(InitialProbe),
}

impl Adaptation {
    /// The path is not known, so the first packets are to measure it.
    pub(super) fn expect_initial_probe(&mut self) {
        self.startup = Startup::Waiting;
    }

    /// The first picture is being sent now.
    pub(super) fn picture_begins(&mut self, now_us: u64) {
        if matches!(self.startup, Startup::Waiting) {
            self.startup = Startup::Probing(InitialProbe::new(now_us));
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_burst
    }

    /// What the path carries, bits a second; `None` while nothing limits it.
    pub(super) fn estimate(&self) -> Option<f32> {
        self.bandwidth.estimate()
    }

    /// The queueing delay on the path.
    pub(super) fn queue(&self) -> Duration {
        self.bandwidth.queue()
    }

    /// Takes transport-wide feedback. True if it shows congestion.
    pub(super) fn feedback<S>(&mut self, feedback: &WideFeedback<'_>, cx: &mut Context<'_, S>) -> bool {
        let (sending, now_us) = (cx.flow.rate(cx.now), cx.flow.now_us());
        let mut complete = false;
        let skipped = self.next_reported.map_or(0, |next| feedback.base().wrapping_sub(next));
        if skipped < 1 << 15 {
            // Feedback nearly always comes in order, so the feedback on the packets in between was lost. A base may claim to be far
            // ahead, but only what is remembered is looked up.
            let first = feedback.base().wrapping_sub(skipped);
            let (past, known) = cx.flow.remembered(first, skipped);
            let unreported = (past..past + known).filter_map(|i| cx.flow.take_sent(first.wrapping_add(i)));
            self.bandwidth.unreported(unreported.map(|(_, bytes)| bytes).sum());
            self.next_reported = Some(feedback.end());
        } else if feedback.end().wrapping_sub(self.next_reported.unwrap_or_default()) < 1 << 15 {
            self.next_reported = Some(feedback.end());
        }
        let (flow, probe) = (&mut *cx.flow, &mut self.probe);
        let mut initial = match &mut self.startup {
            Startup::Probing(initial) => Some(initial),
            _ => None,
        };
        let (past, known) = flow.remembered(feedback.base(), feedback.count());
        let mut arrivals = feedback.arrivals();
        arrivals.pass(past);
        let packets = arrivals.take(usize::from(known)).filter_map(|(number, ticks)| {
            let (sent_us, bytes) = flow.take_sent(number)?;
            let arrived_us = ticks.map(|ticks| ticks * 250);
            flow.keyframe_probe.feedback(sent_us, arrived_us, bytes);
            complete |= probe.as_mut().is_some_and(|probe| probe.feedback(number, sent_us, arrived_us, bytes));
            if let Some(initial) = &mut initial {
                initial.feedback(sent_us, arrived_us, bytes);
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
                // A probe whose feedback was lost showed nothing, and is repeated soon.
                let result = probe.result();
                let more =
                    result.is_none_or(|result| self.estimate().is_some_and(|estimate| result > LITTLE_MORE * estimate));
                result.into_iter().for_each(|result| self.bandwidth.probed(result));
                self.no_probe_before = Some(cx.now + if more { NEXT_PROBE } else { PROBE_INTERVAL });
            }
        }
        congested
    }

    /// Takes a receiver report on so many packets, of which a fraction was lost. True if it shows congestion.
    pub(super) fn report<S>(&mut self, (packets, lost): (f32, f32), cx: &mut Context<'_, S>) -> bool {
        self.bandwidth.report(packets, lost, cx.flow.rate(cx.now), cx.flow.now_us())
    }

    /// Takes the viewer's own estimate. True if it shows congestion.
    pub(super) fn remb<S>(&mut self, bits_a_second: u64, cx: &mut Context<'_, S>) -> bool {
        self.bandwidth.remb(bits_a_second as f32, cx.flow.rate(cx.now), cx.flow.now_us())
    }

    /// Moves the target to what the path carries, and probes for more while that is below the top. `sound` is the bitrate of sound.
    pub(super) fn adapt<S: PacketSink>(
        &mut self,
        congested: bool,
        sound: f32,
        video: &mut VideoEgress,
        h: &History,
        cx: &mut Context<'_, S>,
    ) {
        let (decodes, codec) = (video.decodes(), video.watching().0);
        let cost = |target: TargetLayer| {
            let (sent, rid) = decodes.layer_for(target.rid, h);
            let encoded = h.rate(sent, rid, target.temporal);
            // The half layer of a codec on demand is encoded only while it is somebody's target. It costs about a fifth of the large one.
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
        // This returns early, as feedback comes many times a second and mostly there is nothing to probe for.
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

    /// Ends the initial probe when its feedback has come. False while it is awaited. `top` is the cost of the top layer.
    fn finish_startup(&mut self, top: Option<f32>, now_us: u64) -> bool {
        let initial = match &self.startup {
            Startup::Probing(initial) => initial,
            Startup::Waiting => return false,
            Startup::Done => return true,
        };
        if !initial.is_complete(now_us) {
            return false;
        }
        self.measured = initial.result();
        self.startup = Startup::Done;
        if !self.measured.zip(top).is_some_and(|(measured, top)| measured >= GOOD * top) {
            self.bandwidth.start_at(self.measured.unwrap_or(MODEST), now_us);
        }
        true
    }

    /// Sends the next burst of the padding probe.
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
            (self.probe, self.next_burst) = (None, None); // There is no picture that could be repeated.
            return;
        }
        probe.sent(gone, cx.flow.next_transport_seq());
        self.next_burst = Some(cx.now + PROBE_PACE);
    }
}

/// A probe showed more than was known if it measured this many times the estimate.
const LITTLE_MORE: f32 = 1.05;
