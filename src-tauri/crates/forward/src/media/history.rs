//! The recent pictures of every layer.
//!
//! Each shard keeps a history of its own, of references to shared pictures, and reads it without a lock. It is used to answer
//! NACKs, and to start viewers that join or change layer without a keyframe from the encoder.

use super::layers::ALL_PICTURES;
use rtp::packetise::Picture;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};
use stream::{CodecSpec, LAYERS, Profile, Rid, VideoCodec, layer_index};

/// How long every picture can be sent again. A viewer that asks later has skipped the picture already.
const REPAIRABLE: Duration = Duration::from_secs(1);
/// How long a keyframe is kept. An encoder makes one every 2 s; if there was none for much longer, it is better to ask for one than
/// to start a viewer with so many pictures.
const KEYFRAME_LIFE: Duration = Duration::from_secs(8);
/// A layer without a picture for so long is not encoded any more.
const ALIVE: Duration = Duration::from_secs(1);

/// What a viewer decodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decodes {
    pub(crate) codec: VideoCodec,
    /// The most of that codec.
    pub(crate) takes: Profile,
    /// What the top layer of a screen may be sent as in its place.
    pub(crate) screens: Option<VideoCodec>,
}

impl Decodes {
    /// The layer that is sent for a target, whether it is encoded or not.
    pub(crate) fn layer_for(self, rid: Rid, h: &History) -> CodecLayer {
        h.nearest(self, rid).filter(|(_, nearest)| *nearest == rid).unwrap_or((self.codec, rid))
    }
}

/// One layer of one codec.
pub(crate) type CodecLayer = (VideoCodec, Rid);

/// The recent pictures of all layers.
#[derive(Default)]
pub(crate) struct History {
    layers: [LayerHistory; LAYERS],
}

/// The recent pictures of one layer.
#[derive(Default)]
pub(crate) struct LayerHistory {
    /// All pictures of the last second.
    recent: VecDeque<Arc<Picture>>,
    /// The last keyframe, and the base pictures since: what a decoder needs to join the stream.
    base: Vec<Arc<Picture>>,
    /// The same before the last keyframe, so that viewers who were just started with it can be sent its packets again. It is dropped
    /// when the keyframe is a second old.
    before: Vec<Arc<Picture>>,
    rates: Rates,
}

impl History {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a picture, before it is given to the viewers.
    pub(crate) fn add(&mut self, picture: Arc<Picture>) {
        self.layers[layer_index(picture.codec, picture.rid)].add(picture);
    }

    /// The broadcast ended: the next one starts with a keyframe.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn layer(&self, codec: VideoCodec, rid: Rid) -> &LayerHistory {
        &self.layers[layer_index(codec, rid)]
    }

    /// Bits a second of a layer with all temporal layers up to and including `temporal`, if it is being encoded.
    pub(crate) fn rate(&self, codec: VideoCodec, rid: Rid, temporal: u8) -> Option<f32> {
        self.is_alive(codec, rid).then(|| self.layer(codec, rid).rates.up_to(temporal))
    }

    /// The layer to send to a viewer whose target is `rid`: that one or the next smaller one that is encoded and has a keyframe, else
    /// the next larger one. Of pictures that use more of the codec than the viewer takes there is none for it. While a screen is shown
    /// its own codec goes first.
    pub(crate) fn nearest(&self, decodes: Decodes, rid: Rid) -> Option<CodecLayer> {
        let Decodes { codec, takes, screens } = decodes;
        let usable = |codec, rid| self.layer(codec, rid).starts(takes) && self.is_alive(codec, rid);
        if let Some(screens) = screens.filter(|screens| usable(*screens, rid)) {
            return Some((screens, rid));
        }
        nearest(rid, |rid| usable(codec, rid)).map(|rid| (codec, rid))
    }

    /// The layer of which such a viewer needs a keyframe where there is none of any: the nearest that is encoded.
    pub(crate) fn nearest_encoded(&self, codec: VideoCodec, rid: Rid) -> Option<Rid> {
        nearest(rid, |r| self.is_alive(codec, r))
    }

    /// The newest picture is mostly of a screen.
    pub(crate) fn shows_screen(&self) -> bool {
        self.newest().is_some_and(|newest| newest.screen)
    }

    /// The newest picture of any codec.
    fn newest(&self) -> Option<&Arc<Picture>> {
        self.layers.iter().filter_map(|layer| layer.newest()).max_by_key(|p| p.captured)
    }

    /// The layer is being encoded.
    pub(crate) fn is_alive(&self, codec: VideoCodec, rid: Rid) -> bool {
        let own = self.layer(codec, rid).newest();
        // Of any codec: when a codec is not encoded any more, all its layers end at the same time.
        own.zip(self.newest()).is_some_and(|(own, newest)| {
            let alive = newest.captured.saturating_duration_since(own.captured) < ALIVE;
            // What is for screens ends with the first picture that is of none.
            alive && (newest.screen || !CodecSpec::of(codec).of_screens)
        })
    }
}

/// The largest of the usable layers up to this one, else the smallest.
fn nearest(rid: Rid, usable: impl Fn(Rid) -> bool) -> Option<Rid> {
    let below = Rid::ALL.into_iter().rev().filter(|r| *r <= rid).find(|r| usable(*r));
    below.or_else(|| Rid::ALL.into_iter().filter(|r| *r > rid).find(|r| usable(*r)))
}

impl LayerHistory {
    fn add(&mut self, picture: Arc<Picture>) {
        let aged = |than: &Arc<Picture>, life| picture.captured.saturating_duration_since(than.captured) > life;
        self.rates.add(&picture);
        if picture.keyframe {
            self.before = std::mem::take(&mut self.base);
            self.base.push(Arc::clone(&picture));
        } else if picture.temporal == 0 && !self.base.is_empty() {
            self.base.push(Arc::clone(&picture));
        }
        if self.base.first().is_none_or(|keyframe| aged(keyframe, REPAIRABLE)) {
            self.before.clear();
        }
        if self.base.first().is_some_and(|keyframe| aged(keyframe, KEYFRAME_LIFE)) {
            self.base.clear();
        }
        while self.recent.front().is_some_and(|oldest| aged(oldest, REPAIRABLE)) {
            self.recent.pop_front();
        }
        self.recent.push_back(picture);
    }

    /// It has a keyframe for who takes so much of the codec. All that followed it uses the same.
    pub(crate) fn starts(&self, takes: Profile) -> bool {
        self.base.first().is_some_and(|keyframe| keyframe.profile <= takes)
    }

    pub(crate) fn newest(&self) -> Option<&Arc<Picture>> {
        self.recent.back()
    }

    /// The last keyframe and the base pictures since; empty if a keyframe has to be asked for.
    pub(crate) fn base(&self) -> &[Arc<Picture>] {
        &self.base
    }

    /// A picture by its number, as long as it is kept.
    pub(crate) fn find(&self, number: u64) -> Option<&Arc<Picture>> {
        let in_list = |list: &'_ [Arc<Picture>]| list.binary_search_by_key(&number, |p| p.number);
        match self.recent.binary_search_by_key(&number, |p| p.number) {
            Ok(i) => self.recent.get(i),
            Err(_) => (in_list(&self.base).ok().map(|i| &self.base[i]))
                .or_else(|| in_list(&self.before).ok().map(|i| &self.before[i])),
        }
    }

    /// A start is more than twice as much as a keyframe, where keyframes are rare: another one is to be asked for, not all of that sent once
    /// more.
    pub(crate) fn is_long(&self) -> bool {
        let Some(keyframe) = self.base.first() else { return false };
        CodecSpec::of(keyframe.codec).of_screens && self.start_bytes() > 2 * keyframe.bytes
    }

    /// The bytes of a start: the last keyframe and the base pictures since.
    pub(crate) fn start_bytes(&self) -> usize {
        self.base.iter().map(|p| p.bytes).sum()
    }

    /// How long a start takes at the layer's own rate.
    pub(crate) fn start_time(&self) -> Duration {
        let (bits, rate) = (8.0 * self.start_bytes() as f32, self.rates.up_to(ALL_PICTURES));
        if rate > 0.0 { Duration::try_from_secs_f32(bits / rate).unwrap_or(KEYFRAME_LIFE) } else { Duration::ZERO }
    }
}

/// Bits a second by temporal layer. It is measured over whole keyframe intervals, so that a keyframe does not look like a rise.
#[derive(Default)]
struct Rates {
    start: Option<Instant>,
    passed: Duration,
    bits: [u64; 3],
    /// The mean of the windows before.
    smooth: Option<[f32; 3]>,
}

/// A keyframe interval.
const RATE_WINDOW: Duration = Duration::from_secs(2);
/// The first window counts as at least this long, as the rate over a shorter time means nothing.
const LEAST_RATE_WINDOW: Duration = Duration::from_millis(500);

impl Rates {
    fn add(&mut self, picture: &Picture) {
        let start = *self.start.get_or_insert(picture.captured);
        self.passed = picture.captured.saturating_duration_since(start);
        if self.passed >= RATE_WINDOW {
            let now = self.current();
            let smooth = self.smooth.get_or_insert(now);
            smooth.iter_mut().zip(now).for_each(|(smooth, now)| *smooth = 0.5 * (*smooth + now));
            (self.start, self.passed, self.bits) = (Some(picture.captured), Duration::ZERO, [0; 3]);
        }
        self.bits[usize::from(picture.temporal.min(2))] += 8 * picture.bytes as u64;
    }

    fn current(&self) -> [f32; 3] {
        self.bits.map(|bits| bits as f32 / self.passed.max(LEAST_RATE_WINDOW).as_secs_f32())
    }

    fn up_to(&self, temporal: u8) -> f32 {
        let by_layer = self.smooth.unwrap_or_else(|| self.current());
        by_layer.iter().take(usize::from(temporal) + 1).sum()
    }
}
