//! Which layer each viewer holds, where it holds one. Decisions only.
//!
//! To hold another layer costs the viewer's own line a start of it, and the sending thread a few microseconds. Who changes its mind faster
//! than that is sensible has the last of it done, in its time; so nobody else is kept waiting by it, and nothing that is kept grows.

use protocol::{LayerChoice, Rid, ViewerId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use stream::{CodecSpec, VideoCodec};

/// Between two changes of what a viewer holds.
const PACE: Duration = Duration::from_secs(1);

/// What viewers hold, of those that are sent the picture from here.
#[derive(Debug, Default)]
pub(crate) struct Quality {
    viewers: BTreeMap<ViewerId, Choice>,
    /// Whose wish waits, by when its time has come.
    waiting: BTreeSet<(Instant, ViewerId)>,
}

#[derive(Debug)]
struct Choice {
    codec: VideoCodec,
    /// What it wants: held already, or soon.
    wants: Option<Rid>,
    held: Option<Rid>,
    changed: Option<Instant>,
    /// When its wish is to be looked at.
    due: Option<Instant>,
}

impl Quality {
    /// A joiner was answered with this codec.
    pub(crate) fn answered(&mut self, viewer: ViewerId, codec: VideoCodec) {
        self.viewers.insert(viewer, Choice { codec, wants: None, held: None, changed: None, due: None });
    }

    /// A viewer or joiner is gone.
    pub(crate) fn gone(&mut self, viewer: ViewerId) {
        if let Some(due) = self.viewers.remove(&viewer).and_then(|choice| choice.due) {
            self.waiting.remove(&(due, viewer));
        }
    }

    /// A viewer wants to hold a layer, or none. What it holds or will in a moment: a layer that its codec has not is the next larger.
    /// Nobody is told yet: [`Quality::poll`] says what is to be done.
    pub(crate) fn wants(&mut self, viewer: ViewerId, layer: Option<Rid>, now: Instant) -> Option<Rid> {
        let choice = self.viewers.get_mut(&viewer)?;
        let layer = layer.map(|rid| CodecSpec::of(choice.codec).layer_for(rid).unwrap_or(rid));
        choice.wants = layer;
        if choice.held != layer && choice.due.is_none() {
            let due = choice.changed.map_or(now, |changed| now.max(changed + PACE));
            choice.due = Some(due);
            self.waiting.insert((due, viewer));
        }
        layer
    }

    /// What a viewer is to hold from now on.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<(ViewerId, Option<Rid>)> {
        while let Some((due, viewer)) = self.waiting.first().copied().filter(|(due, _)| *due <= now) {
            self.waiting.remove(&(due, viewer));
            let Some(choice) = self.viewers.get_mut(&viewer) else { continue };
            choice.due = None;
            if choice.held != choice.wants {
                (choice.held, choice.changed) = (choice.wants, Some(now));
                return Some((viewer, choice.held));
            }
        }
        None
    }

    /// When there is something to [`Quality::poll`].
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// What there is to choose from, the largest first, of layers of these heights; nothing for who is sent no picture from here.
    pub(crate) fn choices(&self, viewer: ViewerId, height: impl Fn(Rid) -> u16) -> Vec<LayerChoice> {
        let layers = self.viewers.get(&viewer).map_or(&[][..], |choice| CodecSpec::of(choice.codec).layers);
        layers.iter().rev().map(|rid| LayerChoice { rid: *rid, height: height(*rid) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ViewerId = ViewerId(1);

    fn with(codec: VideoCodec) -> Quality {
        let mut quality = Quality::default();
        quality.answered(ONE, codec);
        quality
    }

    #[test]
    fn a_wish_is_carried_out_at_once_and_the_last_of_many_a_second_later() {
        let (mut quality, now) = (with(VideoCodec::H264), Instant::now());
        assert_eq!(quality.timeout(), None);
        assert_eq!(quality.wants(ONE, Some(Rid::Q), now), Some(Rid::Q));
        assert_eq!(quality.poll(now), Some((ONE, Some(Rid::Q))));
        assert_eq!(quality.poll(now), None);
        for n in 0..10_000 {
            quality.wants(ONE, [None, Some(Rid::H), Some(Rid::F)][n % 3], now);
        }
        assert_eq!((quality.poll(now), quality.timeout()), (None, Some(now + PACE)));
        assert_eq!(quality.poll(now + PACE), Some((ONE, None)), "9,999 is a multiple of three");
        assert_eq!((quality.poll(now + PACE), quality.timeout()), (None, None), "once");
    }

    #[test]
    fn who_comes_back_to_what_it_holds_changes_nothing() {
        let (mut quality, now) = (with(VideoCodec::H264), Instant::now());
        quality.wants(ONE, Some(Rid::H), now);
        quality.poll(now);
        quality.wants(ONE, None, now);
        quality.wants(ONE, Some(Rid::H), now);
        assert_eq!((quality.poll(now + PACE), quality.timeout()), (None, None));
    }

    #[test]
    fn what_a_codec_has_not_is_the_next_larger_and_is_not_offered() {
        let (mut quality, now) = (with(VideoCodec::Vp8), Instant::now());
        assert_eq!(quality.wants(ONE, Some(Rid::Q), now), CodecSpec::of(VideoCodec::Vp8).layer_for(Rid::Q));
        let choices = |quality: &Quality| quality.choices(ONE, |rid| 180 << rid.index());
        assert_eq!(choices(&quality).len(), CodecSpec::of(VideoCodec::Vp8).layers.len());
        let heights: Vec<u16> = choices(&with(VideoCodec::H264)).iter().map(|choice| choice.height).collect();
        assert_eq!(heights, [720, 360, 180]);
    }

    #[test]
    fn who_is_gone_and_who_is_sent_nothing_from_here_wants_nothing() {
        let (mut quality, now) = (with(VideoCodec::H264), Instant::now());
        quality.wants(ONE, Some(Rid::Q), now);
        quality.gone(ONE);
        assert_eq!((quality.poll(now), quality.timeout()), (None, None));
        assert_eq!(quality.wants(ONE, Some(Rid::Q), now), None);
        assert!(quality.choices(ONE, |_| 0).is_empty());
    }
}
