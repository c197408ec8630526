//! `max_upload`: what all viewers together may be sent. Decisions only.
//!
//! Each viewer is allotted a layer, and with it a share of the line: the layer's nominal rate, so that the sum holds even
//! when everybody receives at full rate at once. A joiner is allotted the largest layer that still fits, so that joiners
//! start smaller when the line fills up, and nobody when not even the smallest fits. When room appears, those who have
//! waited longest on a smaller layer go up first; when the cap is lowered, those who came last go down first, and nobody
//! already watching is sent away.

use media::VideoConfig;
use protocol::ViewerId;
use std::collections::BTreeMap;
use stream::{CodecSpec, Rid, VideoCodec};

/// What sound and headers add to the pictures of any layer, kbit/s: Opus at 96, and RTP, SRTP, UDP and IP headers on 50
/// packets a second.
const SOUND_KBPS: u32 = 125;

/// What each layer costs, kbit/s on the wire, by [`Rid::index`].
pub(crate) type Rates = [u32; 3];

/// What the layers of a broadcast cost; headers add a twentieth.
pub(crate) fn rates(video: &VideoConfig) -> Rates {
    Rid::ALL.map(|rid| video.layer_kbps(rid)).map(|kbps| kbps + kbps / 20 + SOUND_KBPS)
}

/// Who is allotted what.
#[derive(Debug)]
pub(crate) struct Upload {
    cap_kbps: u32,
    rates: Rates,
    /// In the order of joining, as ids only grow.
    viewers: BTreeMap<ViewerId, Share>,
    /// Joiners of whom nothing was heard yet. What they were promised is nobody's until then, so it may shrink.
    promised: BTreeMap<ViewerId, Share>,
}

/// Not even the smallest layer fits any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineFull;

#[derive(Clone, Copy, Debug)]
struct Share {
    rid: Rid,
    lowest: Rid,
}

impl Upload {
    /// `cap_kbps` 0: no limit.
    pub(crate) fn new(cap_kbps: u32, rates: Rates) -> Upload {
        Upload { cap_kbps, rates, viewers: BTreeMap::new(), promised: BTreeMap::new() }
    }

    /// The largest layer that a joiner may have; none when the line is full. It is promised, and weighs nothing before
    /// [`Upload::weigh`].
    pub(crate) fn admit(&mut self, viewer: ViewerId) -> Option<Rid> {
        let rid = self.largest_within(self.room(), Rid::Q)?;
        self.promised.insert(viewer, Share { rid, lowest: Rid::Q });
        Some(rid)
    }

    /// The offer told the codec, and with it the layer it is to be. A codec may have no smallest layer, so that a viewer
    /// allotted that one needs the next; none when that does not fit, and then the viewer holds nothing any more.
    pub(crate) fn settle(&mut self, viewer: ViewerId, codec: Option<VideoCodec>) -> Option<Rid> {
        let share = self.promised.remove(&viewer)?;
        let lowest = codec.and_then(|codec| CodecSpec::of(codec).layer_for(Rid::Q)).unwrap_or(Rid::Q);
        let rid = if share.rid < lowest { self.largest_within(self.room(), lowest)? } else { share.rid };
        self.promised.insert(viewer, Share { rid, lowest });
        Some(rid)
    }

    /// The joiner was heard of, and has its share from here on: the layer it is to have where it is another than the promised
    /// one. An error: the line filled up meanwhile, and it holds nothing.
    pub(crate) fn weigh(&mut self, viewer: ViewerId) -> Result<Option<Rid>, LineFull> {
        let Some(promised) = self.promised.remove(&viewer) else { return Ok(None) };
        let rid = self.largest_within(self.room(), promised.lowest).ok_or(LineFull)?;
        self.viewers.insert(viewer, Share { rid, ..promised });
        Ok((rid != promised.rid).then_some(rid))
    }

    /// A viewer is gone; these others may have larger layers now.
    pub(crate) fn release(&mut self, viewer: ViewerId) -> Vec<(ViewerId, Rid)> {
        self.promised.remove(&viewer);
        match self.viewers.remove(&viewer) {
            Some(_) => self.raise(),
            None => Vec::new(),
        }
    }

    /// The cap or the layers' rates changed; these viewers' layers change with it.
    pub(crate) fn configure(&mut self, cap_kbps: u32, rates: Rates) -> Vec<(ViewerId, Rid)> {
        self.cap_kbps = cap_kbps;
        self.rates = rates;
        let mut lowered = self.lower();
        if lowered.is_empty() {
            lowered = self.raise();
        }
        lowered
    }

    fn raise(&mut self) -> Vec<(ViewerId, Rid)> {
        let mut raised = Vec::new();
        let waiting: Vec<_> = self.viewers.iter().filter(|(_, share)| share.rid < Rid::F).map(|(id, _)| *id).collect();
        for id in waiting {
            let now = self.viewers[&id];
            let room = self.room().saturating_add(self.cost(now.rid));
            if let Some(rid) = self.largest_within(room, now.lowest).filter(|&rid| rid > now.rid) {
                self.viewers.insert(id, Share { rid, ..now });
                raised.push((id, rid));
            }
        }
        raised
    }

    fn lower(&mut self) -> Vec<(ViewerId, Rid)> {
        let mut lowered = Vec::new();
        let latest_first: Vec<_> = self.viewers.keys().rev().copied().collect();
        for id in latest_first {
            let over = self.spent().saturating_sub(self.limit());
            if over == 0 {
                break;
            }
            let now = self.viewers[&id];
            let rid = self
                .largest_within(u64::from(self.rates[now.rid.index()]).saturating_sub(over), now.lowest)
                .unwrap_or(now.lowest);
            if rid < now.rid {
                self.viewers.insert(id, Share { rid, ..now });
                lowered.push((id, rid));
            }
        }
        lowered
    }

    fn largest_within(&self, room: u64, lowest: Rid) -> Option<Rid> {
        Rid::ALL.into_iter().rev().find(|&rid| rid >= lowest && self.cost(rid) <= room)
    }

    fn room(&self) -> u64 {
        self.limit().saturating_sub(self.spent())
    }

    fn spent(&self) -> u64 {
        self.viewers.values().map(|share| self.cost(share.rid)).sum()
    }

    fn cost(&self, rid: Rid) -> u64 {
        self.rates[rid.index()].into()
    }

    fn limit(&self) -> u64 {
        if self.cap_kbps == 0 { u64::MAX } else { self.cap_kbps.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = [100, 500, 2500];

    /// Lets one in of whom something is heard at once.
    fn joins(upload: &mut Upload, n: u32) -> Option<Rid> {
        let promised = upload.admit(ViewerId(n))?;
        Some(upload.weigh(ViewerId(n)).expect("nobody came in between").unwrap_or(promised))
    }

    #[test]
    fn without_a_cap_everybody_may_have_everything() {
        let mut upload = Upload::new(0, RATES);
        for n in 0..10_000 {
            assert_eq!(joins(&mut upload, n), Some(Rid::F));
        }
    }

    #[test]
    fn joiners_start_smaller_as_the_line_fills_then_are_refused() {
        let mut upload = Upload::new(5650, RATES);
        let given: Vec<_> = (0..6).map(|n| joins(&mut upload, n)).collect();
        assert_eq!(given, [Some(Rid::F), Some(Rid::F), Some(Rid::H), Some(Rid::Q), None, None]);
    }

    #[test]
    fn who_was_refused_holds_nothing() {
        let mut upload = Upload::new(100, RATES);
        assert_eq!(joins(&mut upload, 1), Some(Rid::Q));
        assert_eq!(joins(&mut upload, 2), None);
        assert_eq!(upload.release(ViewerId(2)), []);
        upload.release(ViewerId(1));
        assert_eq!(joins(&mut upload, 3), Some(Rid::Q));
    }

    #[test]
    fn when_one_leaves_the_longest_waiting_goes_up() {
        let mut upload = Upload::new(2800, RATES);
        assert_eq!(joins(&mut upload, 1), Some(Rid::F));
        assert_eq!(joins(&mut upload, 2), Some(Rid::Q));
        assert_eq!(joins(&mut upload, 3), Some(Rid::Q));
        assert_eq!(upload.release(ViewerId(1)), [(ViewerId(2), Rid::F)]);
    }

    #[test]
    fn a_lower_cap_lowers_the_latest_and_sends_nobody_away() {
        let mut upload = Upload::new(0, RATES);
        (1..=3).for_each(|n| assert!(joins(&mut upload, n).is_some()));
        assert_eq!(upload.configure(5600, RATES), [(ViewerId(3), Rid::H)]);
        assert_eq!(upload.configure(1, RATES), [(ViewerId(3), Rid::Q), (ViewerId(2), Rid::Q), (ViewerId(1), Rid::Q)]);
        assert_eq!(upload.configure(0, RATES).len(), 3, "and all go up again when the cap is lifted");
    }

    #[test]
    fn vp8_has_no_smallest_layer() {
        let mut upload = Upload::new(700, RATES);
        assert_eq!(upload.admit(ViewerId(1)), Some(Rid::H));
        assert_eq!(upload.settle(ViewerId(1), Some(VideoCodec::Vp8)), Some(Rid::H));
        assert_eq!(upload.weigh(ViewerId(1)), Ok(None));
        assert_eq!(upload.admit(ViewerId(2)), Some(Rid::Q));
        assert_eq!(upload.settle(ViewerId(2), Some(VideoCodec::Vp8)), None, "the middle layer does not fit any more");
        assert_eq!(upload.admit(ViewerId(3)), Some(Rid::Q), "what the refused one held is free");
        assert_eq!(upload.settle(ViewerId(3), Some(VideoCodec::H264)), Some(Rid::Q));
    }

    #[test]
    fn what_is_promised_weighs_nothing_until_something_is_heard() {
        let mut upload = Upload::new(2600, RATES);
        for n in 0..1000 {
            assert_eq!(upload.admit(ViewerId(n)), Some(Rid::F), "the line is empty, however many asked");
        }
        assert_eq!(upload.weigh(ViewerId(999)), Ok(None), "who is heard of first has what was promised");
        assert_eq!(upload.weigh(ViewerId(3)), Ok(Some(Rid::Q)), "the next has what is left");
        assert_eq!(upload.weigh(ViewerId(4)), Err(LineFull));
        assert_eq!(upload.weigh(ViewerId(4)), Ok(None), "it holds nothing");
        assert_eq!(upload.admit(ViewerId(1000)), None);
        assert_eq!(upload.release(ViewerId(999)), [(ViewerId(3), Rid::F)]);
        assert_eq!(upload.weigh(ViewerId(5)), Ok(Some(Rid::Q)), "heard of when there is room again");
        assert_eq!(upload.release(ViewerId(6)), [], "who was only promised something leaves nothing");
        assert_eq!(upload.weigh(ViewerId(6)), Ok(None), "and gets nothing more");
    }

    #[test]
    fn the_default_layers_cost_what_they_are_documented_to() {
        assert_eq!(rates(&VideoConfig::default()), [282, 650, 2750]);
    }
}
