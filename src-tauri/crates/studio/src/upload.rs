//! `max_upload`: what all viewers and relays together may be sent. Decisions only.
//!
//! Each viewer is allotted a layer, and with it a share of the line: the layer's nominal rate, so that the sum holds even
//! when everybody receives at full rate at once. A joiner is allotted the largest layer that still fits, so that joiners
//! start smaller when the line fills up, and nobody when not even the smallest fits. When room appears, those who have
//! waited longest on a smaller layer go up first; when the cap is lowered, those who came last go down first, and nobody
//! already watching is sent away. A relay is sent what it takes, whatever that leaves for viewers.

use crate::capacity::Allotted;
use media::VideoConfig;
use protocol::{SoundPreset, ViewerId};
use std::collections::BTreeMap;
use stream::{CodecSpec, Rid, VideoCodec};

/// What the headers of sound add to Opus, kbit/s: RTP, SRTP, UDP and IP on 50 packets a second.
const SOUND_HEADERS_KBPS: u32 = 29;

/// What each layer costs, kbit/s on the wire, by [`Rid::index`].
pub(crate) type Rates = [u32; 3];

/// What the layers of a broadcast cost; headers add a twentieth.
pub(crate) fn rates(video: &VideoConfig, sound: SoundPreset) -> Rates {
    let sound = sound.kbps() + SOUND_HEADERS_KBPS;
    Rid::ALL.map(|rid| video.layer_kbps(rid)).map(|kbps| kbps + kbps / 20 + sound)
}

/// Who is allotted what.
#[derive(Debug)]
pub(crate) struct Upload {
    cap_kbps: u32,
    rates: Rates,
    /// In the order of joining, as ids only grow.
    viewers: BTreeMap<ViewerId, Share>,
    /// The layers that each relay takes.
    relays: Vec<Vec<Rid>>,
    /// Joiners of whom nothing was heard yet. What they were promised is nobody's until then, so it may shrink.
    promised: BTreeMap<ViewerId, Share>,
    /// Whose share another one took, until it is released.
    replaced: Option<ViewerId>,
}

/// A joiner has its share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// The layer it is to have, where it is another than the promised one.
    pub(crate) layer: Option<Rid>,
    /// Who held the share before, and holds none any more: to be turned away.
    pub(crate) instead_of: Option<ViewerId>,
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
        Upload {
            cap_kbps,
            rates,
            viewers: BTreeMap::new(),
            relays: Vec::new(),
            promised: BTreeMap::new(),
            replaced: None,
        }
    }

    /// The largest layer that a joiner may have; none when the line is full. It is promised, and weighs nothing before
    /// [`Upload::weigh`]. `stale`: a joiner that should have finished by now, whose share it may have.
    pub(crate) fn admit(&mut self, viewer: ViewerId, stale: Option<ViewerId>) -> Option<Rid> {
        let (rid, _) = self.place(stale, Rid::Q)?;
        self.promised.insert(viewer, Share { rid, lowest: Rid::Q });
        Some(rid)
    }

    /// The top layer fits for one more, also when all come who are promised something.
    pub(crate) fn has_room_for_top(&self) -> bool {
        self.room().saturating_sub(self.promised()) >= self.cost(Rid::F)
    }

    /// What the cap leaves when all come who are promised something; none without a cap.
    pub(crate) fn allotted(&self) -> Option<Allotted> {
        let allotted_kbps = u32::try_from(self.spent() + self.promised()).unwrap_or(u32::MAX);
        (self.cap_kbps > 0).then_some(Allotted { cap_kbps: self.cap_kbps, allotted_kbps, costs: self.rates })
    }

    /// The offer told the codec, and with it the layer it is to be. A codec may have no smallest layer, so that a viewer
    /// allotted that one needs the next; none when that does not fit, and then the viewer holds nothing any more.
    pub(crate) fn settle(
        &mut self,
        viewer: ViewerId,
        codec: Option<VideoCodec>,
        stale: Option<ViewerId>,
    ) -> Option<Rid> {
        let share = self.promised.remove(&viewer)?;
        let lowest = codec.and_then(|codec| CodecSpec::of(codec).layer_for(Rid::Q)).unwrap_or(Rid::Q);
        let rid = if share.rid < lowest { self.place(stale, lowest)?.0 } else { share.rid };
        self.promised.insert(viewer, Share { rid, lowest });
        Some(rid)
    }

    /// The joiner was heard of, and has its share from here on, where there is no other that of the `stale` one. An error: the
    /// line filled up meanwhile, and it holds nothing.
    pub(crate) fn weigh(&mut self, viewer: ViewerId, stale: Option<ViewerId>) -> Result<Weighed, LineFull> {
        let Some(promised) = self.promised.remove(&viewer) else { return Ok(Weighed::default()) };
        let (rid, instead_of) = self.place(stale, promised.lowest).ok_or(LineFull)?;
        if let Some(stale) = instead_of {
            self.viewers.remove(&stale);
            self.replaced = instead_of;
        }
        self.viewers.insert(viewer, Share { rid, ..promised });
        Ok(Weighed { layer: (rid != promised.rid).then_some(rid), instead_of })
    }

    /// A viewer is gone; these others may have larger layers now.
    pub(crate) fn release(&mut self, viewer: ViewerId) -> Vec<(ViewerId, Rid)> {
        self.promised.remove(&viewer);
        let held = self.viewers.remove(&viewer).is_some();
        // What its successor did not need of its share is for the others.
        let replaced = self.replaced.take_if(|replaced| *replaced == viewer).is_some();
        if held || replaced { self.raise() } else { Vec::new() }
    }

    /// The cap or the layers' rates changed; these viewers' layers change with it.
    pub(crate) fn configure(&mut self, cap_kbps: u32, rates: Rates) -> Vec<(ViewerId, Rid)> {
        self.cap_kbps = cap_kbps;
        self.rates = rates;
        self.share_anew()
    }

    /// These are the layers that each relay takes now; these viewers' layers change with it.
    pub(crate) fn relayed(&mut self, relays: Vec<Vec<Rid>>) -> Vec<(ViewerId, Rid)> {
        if self.relays == relays {
            return Vec::new();
        }
        self.relays = relays;
        self.share_anew()
    }

    fn share_anew(&mut self) -> Vec<(ViewerId, Rid)> {
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

    /// The largest layer that fits, and in whose place where it fits only there.
    fn place(&self, stale: Option<ViewerId>, lowest: Rid) -> Option<(Rid, Option<ViewerId>)> {
        if let Some(rid) = self.largest_within(self.room(), lowest) {
            return Some((rid, None));
        }
        let share = self.viewers.get(&stale?)?;
        let room = self.limit().saturating_sub(self.spent() - self.cost(share.rid));
        Some((self.largest_within(room, lowest)?, stale))
    }

    fn largest_within(&self, room: u64, lowest: Rid) -> Option<Rid> {
        Rid::ALL.into_iter().rev().find(|&rid| rid >= lowest && self.cost(rid) <= room)
    }

    fn room(&self) -> u64 {
        self.limit().saturating_sub(self.spent())
    }

    fn spent(&self) -> u64 {
        let of_viewers: u64 = self.viewers.values().map(|share| self.cost(share.rid)).sum();
        // The sound goes to a relay once, and is counted with each layer: rather a little too much.
        of_viewers + self.relays.iter().flatten().map(|rid| self.cost(*rid)).sum::<u64>()
    }

    fn promised(&self) -> u64 {
        self.promised.values().map(|share| self.cost(share.rid)).sum()
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

    /// The layer of a joiner in whose place nobody went.
    fn layer(weighed: Result<Weighed, LineFull>) -> Result<Option<Rid>, LineFull> {
        let Weighed { layer, instead_of } = weighed?;
        assert_eq!(instead_of, None);
        Ok(layer)
    }

    /// Lets one in of whom something is heard at once.
    fn joins(upload: &mut Upload, n: u32) -> Option<Rid> {
        let promised = upload.admit(ViewerId(n), None)?;
        Some(upload.weigh(ViewerId(n), None).expect("nobody came in between").layer.unwrap_or(promised))
    }

    #[test]
    fn without_a_cap_everybody_may_have_everything() {
        let mut upload = Upload::new(0, RATES);
        for n in 0..10_000 {
            assert_eq!(joins(&mut upload, n), Some(Rid::F));
        }
    }

    #[test]
    fn the_top_layer_has_room_until_it_is_held_or_promised() {
        assert!(Upload::new(0, RATES).has_room_for_top());
        let mut upload = Upload::new(5650, RATES);
        joins(&mut upload, 1);
        assert!(upload.has_room_for_top());
        assert_eq!(upload.admit(ViewerId(2), None), Some(Rid::F));
        assert!(!upload.has_room_for_top(), "650 are left when that one comes");
        upload.release(ViewerId(2));
        assert!(upload.has_room_for_top());
    }

    #[test]
    fn what_is_said_to_be_left_is_what_those_who_come_get() {
        assert_eq!(Upload::new(0, RATES).allotted(), None);
        let mut upload = Upload::new(5650, RATES);
        joins(&mut upload, 1);
        upload.admit(ViewerId(2), None);
        let allotted = upload.allotted().expect("there is a cap");
        assert_eq!(allotted, Allotted { cap_kbps: 5650, allotted_kbps: 5000, costs: RATES });
        upload.weigh(ViewerId(2), None).expect("it was promised");
        let left = allotted.cap_kbps - allotted.allotted_kbps;
        assert_eq!(left / RATES[Rid::H.index()], 1, "one more in the middle layer");
        assert_eq!(joins(&mut upload, 3), Some(Rid::H));
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
    fn what_relays_take_is_taken_from_viewers_and_given_back() {
        let rates = [225, 725, 2625];
        let relay: u32 = rates.iter().sum();
        let mut upload = Upload::new(relay + 2625 + 225, rates);
        assert_eq!([joins(&mut upload, 1), joins(&mut upload, 2)], [Some(Rid::F); 2]);
        assert_eq!(upload.relayed(vec![Rid::ALL.to_vec()]), [(ViewerId(2), Rid::Q)]);
        assert_eq!(upload.relayed(vec![Rid::ALL.to_vec()]), [], "it is the same");
        assert!(!upload.has_room_for_top());
        assert_eq!(joins(&mut upload, 3), None, "it is full");
        assert_eq!(
            upload.relayed(vec![Rid::ALL.to_vec(), vec![Rid::F]]),
            [(ViewerId(1), Rid::Q)],
            "nobody is sent away"
        );
        assert_eq!(upload.relayed(vec![]), [(ViewerId(1), Rid::F), (ViewerId(2), Rid::F)]);
        assert_eq!(joins(&mut upload, 4), Some(Rid::H));
    }

    #[test]
    fn vp8_has_no_smallest_layer() {
        let mut upload = Upload::new(700, RATES);
        assert_eq!(upload.admit(ViewerId(1), None), Some(Rid::H));
        assert_eq!(upload.settle(ViewerId(1), Some(VideoCodec::Vp8), None), Some(Rid::H));
        assert_eq!(layer(upload.weigh(ViewerId(1), None)), Ok(None));
        assert_eq!(upload.admit(ViewerId(2), None), Some(Rid::Q));
        assert_eq!(
            upload.settle(ViewerId(2), Some(VideoCodec::Vp8), None),
            None,
            "the middle layer does not fit any more"
        );
        assert_eq!(upload.admit(ViewerId(3), None), Some(Rid::Q), "what the refused one held is free");
        assert_eq!(upload.settle(ViewerId(3), Some(VideoCodec::H264), None), Some(Rid::Q));
    }

    #[test]
    fn what_is_promised_weighs_nothing_until_something_is_heard() {
        let mut upload = Upload::new(2600, RATES);
        for n in 0..1000 {
            assert_eq!(upload.admit(ViewerId(n), None), Some(Rid::F), "the line is empty, however many asked");
        }
        assert_eq!(layer(upload.weigh(ViewerId(999), None)), Ok(None), "who is heard of first has what was promised");
        assert_eq!(layer(upload.weigh(ViewerId(3), None)), Ok(Some(Rid::Q)), "the next has what is left");
        assert_eq!(layer(upload.weigh(ViewerId(4), None)), Err(LineFull));
        assert_eq!(layer(upload.weigh(ViewerId(4), None)), Ok(None), "it holds nothing");
        assert_eq!(upload.admit(ViewerId(1000), None), None);
        assert_eq!(upload.release(ViewerId(999)), [(ViewerId(3), Rid::F)]);
        assert_eq!(layer(upload.weigh(ViewerId(5), None)), Ok(Some(Rid::Q)), "heard of when there is room again");
        assert_eq!(upload.release(ViewerId(6)), [], "who was only promised something leaves nothing");
        assert_eq!(layer(upload.weigh(ViewerId(6), None)), Ok(None), "and gets nothing more");
    }

    #[test]
    fn a_handshake_that_takes_too_long_gives_its_share_to_who_is_heard_of() {
        let mut upload = Upload::new(2600, RATES);
        let stale = Some(ViewerId(1));
        assert_eq!(joins(&mut upload, 1), Some(Rid::F));
        assert_eq!(joins(&mut upload, 2), Some(Rid::Q));
        assert_eq!(upload.admit(ViewerId(3), None), None, "the line is full");
        assert_eq!(upload.admit(ViewerId(3), stale), Some(Rid::F));
        assert_eq!(upload.admit(ViewerId(4), stale), Some(Rid::F), "what is promised weighs nothing");
        let weighed = upload.weigh(ViewerId(3), stale);
        assert_eq!(weighed, Ok(Weighed { layer: None, instead_of: stale }));
        assert_eq!(upload.release(ViewerId(1)), [], "all of it went to the newcomer");
        assert_eq!(upload.weigh(ViewerId(4), stale), Err(LineFull), "it gives way once");
        assert_eq!(upload.release(ViewerId(3)), [(ViewerId(2), Rid::F)]);
    }

    #[test]
    fn the_default_layers_cost_what_they_are_documented_to() {
        assert_eq!(rates(&VideoConfig::default(), SoundPreset::Standard), [282, 650, 2750]);
        assert_eq!(rates(&VideoConfig::default(), SoundPreset::Music), [314, 682, 2782]);
    }
}
