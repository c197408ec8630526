//! Which layer's pictures a viewer is sent: starting, following, and switching.

use super::send::CaptureTime;
use super::{CurrentLayer, State, VideoEgress};
use crate::media::egress::context::Context;
use crate::media::history::{CodecLayer, Decodes, History};
use crate::media::layers::ALL_PICTURES;
use crate::media::rewrite::newer;
use crate::media::sink::PacketSink;
use rtp::packetise::Picture;
use std::{cmp::Ordering, sync::Arc, time::Duration};
use stream::{CodecSpec, Profile, Rid};

/// A viewer whose pictures were queued for longer is sent none until the next keyframe.
const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// The same where the queue is paced at the rate of a thin path.
const LONGEST_THIN_WAIT: Duration = Duration::from_secs(1);
/// The longest that the queueing delay and the start of a smaller layer may take together. If it is exceeded, an even smaller
/// layer is started first, as a picture in time is worth more than a larger one.
const START: Duration = Duration::from_millis(220);
/// The same for a larger layer: a few pictures' time, as the viewer has a picture already.
const STEP: Duration = Duration::from_millis(150);
/// Before the start of a smaller layer half of the queue may drain, but for no longer than this: the queueing delay is an old
/// measurement, and an empty path would be wasted.
const LONGEST_DRAIN: Duration = Duration::from_millis(150);
/// Ticks of 90 kHz between pictures from the history, which a viewer is to decode as fast as it can: 1 ms.
const COMPRESSED: u32 = 90;
/// The same where they have to fit between the last picture that was sent and the next live one.
const SQUEEZED: u32 = 10;

impl VideoEgress {
    /// Goes to the best encoded layer for the target. A smaller one is started from the history at once; a larger one at its next
    /// keyframe, or earlier where the path carries its start quickly. On a thin path a smaller layer than the goal may come first,
    /// one that can be started within [`START`].
    pub(in crate::media::egress) fn retarget<S: PacketSink>(&mut self, h: &History, cx: &mut Context<'_, S>) {
        let goal = h.nearest(self.decodes, self.selector.target().rid);
        let (Some(goal), State::Following(f)) = (goal, self.state) else { return };
        let gone = !h.is_alive(f.codec, f.rid);
        if goal.1 < f.rid {
            self.start_from_history(self.start_layer(goal, h), h, cx);
            // Packets behind a full queue would be lost, and the start cannot overtake the queue anyway.
            self.queue.hold_until(cx.now + (self.path.queue / 2).min(LONGEST_DRAIN));
            // Lost packets of the larger layer are not needed any more, and the budget is for those of the start.
            self.sent.forget();
            self.nack_responder.start_over();
            self.answers.restarted(cx.now);
        } else if gone && goal != (f.codec, f.rid) {
            self.start_from_history(goal, h, cx);
        } else if goal.1 > f.rid
            && self.queue.is_empty()
            && let Some(layer) = self.reachable_layer(f.rid, goal.1, h)
        {
            self.start_from_history(layer, h, cx);
        }
    }

    /// The largest layer above `from`, up to the goal, whose start from the history takes the path less than [`STEP`]. If there is
    /// none, the next keyframe is the better way, as nothing is sent twice then.
    fn reachable_layer(&self, from: Rid, goal: Rid, h: &History) -> Option<CodecLayer> {
        let rate = self.path.measured.into_iter().chain(self.path.capacity).reduce(f32::max)?;
        let budget = (rate / 8.0 * STEP.saturating_sub(self.path.queue).as_secs_f32()) as usize;
        let between = Rid::ALL.into_iter().filter(|rid| *rid > from && *rid <= goal);
        let mut usable = between.rev().filter_map(|rid| self.usable(rid, h));
        usable.find(|(codec, rid)| h.layer(*codec, *rid).start_bytes() <= budget)
    }

    /// The layer to start with on the way to the goal: the goal itself, or a smaller one if its start took longer than [`START`].
    pub(super) fn start_layer(&self, goal: CodecLayer, h: &History) -> CodecLayer {
        let time = START.saturating_sub(self.path.queue).as_secs_f32();
        let budget = self.path.capacity.map_or(usize::MAX, |bits| (bits / 8.0 * time) as usize);
        let below = || Rid::ALL.into_iter().filter(|rid| *rid <= goal.1).filter_map(|rid| self.usable(rid, h));
        let affordable = |(codec, rid): &CodecLayer| h.layer(*codec, *rid).start_bytes() <= budget;
        below().rev().find(affordable).or_else(|| below().next()).unwrap_or(goal)
    }

    /// That layer, if it can be started with.
    fn usable(&self, rid: Rid, h: &History) -> Option<CodecLayer> {
        h.nearest(self.decodes, rid).filter(|(_, nearest)| *nearest == rid)
    }

    /// The highest temporal layer to send of a layer: all if it is below the target, and only the base if it is above.
    fn temporal_target(&self, rid: Rid) -> u8 {
        let target = self.selector.target();
        match rid.cmp(&target.rid) {
            Ordering::Less => ALL_PICTURES,
            Ordering::Equal => target.temporal,
            Ordering::Greater => 0,
        }
    }

    /// Starts with the target or the layer nearest to it, or asks for a keyframe of that. Where that layer's keyframe uses too much
    /// of the codec, the encoder was told already, and one that uses less is on its way: layers change one after the other, and
    /// another one that has changed before it may be too large for the path. The target itself may not be encoded: VP8 has no
    /// smallest layer. Where keyframes are rare and much came since the last one, it begins with its other codec and has one made to go
    /// on with.
    pub(super) fn start_at_target<S: PacketSink>(&mut self, h: &History, cx: &mut Context<'_, S>) {
        let target = self.selector.target().rid;
        let Decodes { codec, takes, .. } = self.decodes;
        let any = Decodes { takes: Profile::Main, ..self.decodes };
        let mut nearest = h.nearest(any, target);
        if let Some((codec, rid)) = nearest.filter(|(codec, rid)| h.layer(*codec, *rid).is_long()) {
            self.keyframe_request.want((codec, rid), cx.now);
            nearest = h.nearest(Decodes { screens: None, ..any }, target).or(nearest);
        }
        if let Some((codec, rid)) = nearest {
            if h.layer(codec, rid).starts(takes) {
                self.start_from_history((codec, rid), h, cx);
            }
        } else if let Some(rid) = h.nearest_encoded(codec, target) {
            self.keyframe_request.want((codec, rid), cx.now);
        }
    }

    /// Switches with a keyframe of another layer, if that is the layer to go to. What is for screens has keyframes seldom: a larger layer of
    /// the viewer's other codec is the sooner one.
    pub(super) fn switch_at_keyframe<S: PacketSink>(
        &mut self,
        f: CurrentLayer,
        p: &Arc<Picture>,
        h: &History,
        cx: &mut Context<'_, S>,
    ) {
        let (target, to) = (self.selector.target().rid, Some((p.codec, p.rid)));
        let sooner = || p.rid > f.rid && h.nearest(Decodes { screens: None, ..self.decodes }, target) == to;
        if to != Some((f.codec, f.rid)) && (h.nearest(self.decodes, target) == to || sooner()) {
            self.make_way(cx);
            self.state = State::Following(self.current_from(p));
            self.offer(p, self.numbering.timestamp(p.rtp_timestamp), true, cx);
        }
    }

    fn current_from(&self, keyframe: &Picture) -> CurrentLayer {
        let temporal = self.temporal_target(keyframe.rid);
        CurrentLayer {
            codec: keyframe.codec,
            rid: keyframe.rid,
            next: keyframe.number + 1,
            temporal,
            height: keyframe.height,
        }
    }

    /// Sends the next picture of the current layer, or leaves it out.
    pub(super) fn follow<S: PacketSink>(
        &mut self,
        mut f: CurrentLayer,
        p: &Arc<Picture>,
        h: &History,
        cx: &mut Context<'_, S>,
    ) {
        if p.number < f.next {
            return; // It was sent with a start from the history.
        }
        let longest = if self.path.capacity.is_some() { LONGEST_THIN_WAIT } else { LONGEST_WAIT };
        if self.queue.waits_longer_than(longest, cx.now) {
            self.drop_waiting(cx);
            if p.keyframe {
                self.state = State::Waiting;
                self.start_at_target(h, cx);
            } else {
                self.state = State::AwaitingKeyframe;
                // Others come by themselves soon.
                if CodecSpec::of(f.codec).of_screens {
                    self.keyframe_request.want((f.codec, f.rid), cx.now);
                }
            }
            return;
        }
        let target = self.temporal_target(f.rid);
        if p.keyframe {
            f = self.current_from(p);
        } else if p.number > f.next {
            // The shard left out pictures for this viewer. The base pictures among them are referred to, so they are sent now.
            let base = h.layer(f.codec, f.rid).base();
            if base.is_empty() {
                self.state = State::Waiting;
                self.keyframe_request.want((f.codec, f.rid), cx.now);
                return;
            }
            let missed = base.partition_point(|b| b.number < f.next);
            for b in base[missed..].iter().filter(|b| b.number < p.number) {
                self.queue.push(b, self.numbering.timestamp(b.rtp_timestamp), cx.now);
            }
            f.temporal = 0;
        }
        f.next = p.number + 1;
        f.temporal = f.temporal.min(target);
        let step_up = p.step_up && p.temporal == f.temporal + 1 && p.temporal <= target && self.queue.is_empty();
        if step_up {
            f.temporal = p.temporal;
        }
        let mut send = p.temporal <= f.temporal;
        if send && p.temporal > 0 && !self.queue.is_empty() {
            // Only base pictures, which later ones refer to, are queued behind a picture that is still being sent.
            f.temporal = p.temporal - 1;
            cx.flow.totals.dropped += 1;
            send = false;
        }
        self.state = State::Following(f);
        if send {
            self.offer(p, self.numbering.timestamp(p.rtp_timestamp), p.keyframe, cx);
        }
    }

    /// Sends the last keyframe and the base pictures since, from the history. Their timestamps are compressed so that the last one
    /// is shown with the stream's newest picture, and all are newer than what was sent before.
    pub(super) fn start_from_history<S: PacketSink>(
        &mut self,
        (codec, rid): CodecLayer,
        h: &History,
        cx: &mut Context<'_, S>,
    ) {
        let layer = h.layer(codec, rid);
        let (base, Some(newest)) = (layer.base(), layer.newest()) else { return };
        let Some(keyframe) = base.first().filter(|keyframe| keyframe.profile <= self.decodes.takes) else { return };
        self.make_way(cx);
        let mut f = self.current_from(keyframe);
        f.next = newest.number + 1;
        let whole = newest.number - keyframe.number + 1 == base.len() as u64;
        if !whole {
            f.temporal = 0;
            self.capture_time = CaptureTime::Next;
        }
        self.state = State::Following(f);
        cx.flow.totals.restarts += 1;
        let end = self.numbering.timestamp(newest.rtp_timestamp);
        for (i, p) in base.iter().enumerate() {
            let mut timestamp = end.wrapping_sub((base.len() - 1 - i) as u32 * COMPRESSED);
            if let Some(last) = self.numbering.last_timestamp() {
                let least = last.wrapping_add(1 + i as u32 * SQUEEZED);
                timestamp = if newer(timestamp, least) { timestamp } else { least };
            }
            self.queue.push(p, timestamp, cx.now);
        }
    }
}
