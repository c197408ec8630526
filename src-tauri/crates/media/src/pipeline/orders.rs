//! What the encoders are to do.

use crate::{TopLayer, VideoConfig};
use std::sync::{Mutex, MutexGuard, PoisonError};
use stream::{CODECS, CodecSpec, Profile, Rid, VideoCodec};

/// Which of a codec's layers are encoded whoever watches.
pub(super) type Always = fn(VideoCodec) -> &'static [Rid];

/// What the encoders are to do, changed while they run.
#[derive(Debug)]
pub(super) struct Orders {
    always: Always,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    video: VideoConfig,
    keyframes: Vec<(VideoCodec, Rid)>,
    /// Of each codec, by its number: the layers that are encoded, the top one first.
    layers: [Vec<Rid>; CODECS.len()],
    /// Of each codec, by its number: the most of it that may be used.
    profiles: [Profile; CODECS.len()],
    /// Pictures of the upper two layers of the codec that is always encoded can be left out.
    thinned: bool,
    /// How much of each codec's top layer is made.
    top: TopLayer,
}

/// So few pictures a second are not halved: there would be nothing left that moves.
const FEW: u32 = 10;

impl Orders {
    pub(super) fn new(video: VideoConfig, always: Always) -> Self {
        let layers = CODECS.map(|spec| layers(spec.codec, &[], always));
        Self {
            always,
            state: Mutex::new(State {
                video,
                keyframes: Vec::new(),
                layers,
                profiles: [Profile::Main; CODECS.len()],
                thinned: false,
                top: TopLayer::Whole,
            }),
        }
    }

    pub(super) fn video(&self) -> VideoConfig {
        self.lock().video
    }

    /// Each layer's bitrate follows.
    pub(super) fn set_video(&self, video: VideoConfig) {
        self.lock().video = video;
    }

    pub(super) fn kbps(&self, rid: Rid) -> u32 {
        self.lock().video.layer_kbps(rid)
    }

    /// Remembered until that codec's next picture.
    pub(super) fn request_keyframe(&self, codec: VideoCodec, rid: Rid) {
        let mut state = self.lock();
        if !state.keyframes.contains(&(codec, rid)) {
            state.keyframes.push((codec, rid));
        }
    }

    /// The layers of a codec that are to have a keyframe; each is told once.
    pub(super) fn take_keyframes(&self, codec: VideoCodec) -> Vec<Rid> {
        let mut state = self.lock();
        let (taken, rest) = state.keyframes.drain(..).partition(|(of, _)| *of == codec);
        state.keyframes = rest;
        let taken: Vec<(VideoCodec, Rid)> = taken;
        taken.into_iter().map(|(_, rid)| rid).collect()
    }

    /// A codec's layers that are encoded, the top one first.
    pub(super) fn layers(&self, codec: VideoCodec) -> Vec<Rid> {
        self.lock().layers[codec as usize].clone()
    }

    /// Somebody wants these layers of a codec. Those that are encoded always go on.
    pub(super) fn set_layers(&self, codec: VideoCodec, wanted: &[Rid]) {
        self.lock().layers[codec as usize] = layers(codec, wanted, self.always);
    }

    /// The most of a codec that may be used.
    #[cfg_attr(not(feature = "h264"), expect(dead_code, reason = "only H.264 has more than one"))]
    pub(super) fn profile(&self, codec: VideoCodec) -> Profile {
        self.lock().profiles[codec as usize]
    }

    /// All who watch it take so much of a codec.
    pub(super) fn set_profile(&self, codec: VideoCodec, profile: Profile) {
        self.lock().profiles[codec as usize] = profile;
    }

    /// Whether pictures of the upper two layers can be left out.
    #[cfg_attr(not(feature = "h264"), expect(dead_code, reason = "only H.264 has temporal layers"))]
    pub(super) fn thinned(&self) -> bool {
        self.lock().thinned
    }

    /// Pictures of the upper two layers can be left out, from each one's next keyframe on, or not any more.
    pub(super) fn set_thinned(&self, thinned: bool) {
        self.lock().thinned = thinned;
    }

    /// How much of each codec's top layer is made.
    pub(super) fn top(&self) -> TopLayer {
        self.lock().top
    }

    /// The top layer is of every second picture.
    pub(super) fn halves_top(&self) -> bool {
        let state = self.lock();
        state.top >= TopLayer::HalfRate && state.video.fps >= FEW
    }

    /// So much of each codec's top layer is made from the next picture on.
    pub(super) fn set_top(&self, top: TopLayer) {
        self.lock().top = top;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn layers(codec: VideoCodec, wanted: &[Rid], always: Always) -> Vec<Rid> {
    let spec = CodecSpec::of(codec);
    let wanted = |rid: Rid| wanted.iter().any(|asked| spec.layer_for(*asked) == Some(rid));
    spec.layers.iter().rev().copied().filter(|rid| wanted(*rid) || always(codec).contains(rid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::codecs::least;

    #[test]
    fn a_keyframe_is_asked_of_one_codec_and_told_once() {
        let orders = Orders::new(VideoConfig::default(), least);
        orders.request_keyframe(VideoCodec::H264, Rid::Q);
        orders.request_keyframe(VideoCodec::H264, Rid::Q);
        orders.request_keyframe(VideoCodec::Vp8, Rid::F);
        assert_eq!(orders.take_keyframes(VideoCodec::H264), [Rid::Q]);
        assert_eq!(orders.take_keyframes(VideoCodec::H264), []);
        assert_eq!(orders.take_keyframes(VideoCodec::Vp8), [Rid::F]);
    }

    #[test]
    fn a_few_pictures_a_second_are_not_halved() {
        for (fps, halved) in [(30, true), (10, true), (9, false)] {
            let orders = Orders::new(VideoConfig { fps, ..VideoConfig::default() }, least);
            assert!(!orders.halves_top());
            for top in [TopLayer::HalfRate, TopLayer::Smaller] {
                orders.set_top(top);
                assert_eq!(orders.halves_top(), halved, "{fps}, {top:?}");
            }
        }
    }

    #[test]
    #[cfg(feature = "h264")]
    fn vp8_has_two_layers_the_top_one_first() {
        let orders = Orders::new(VideoConfig::default(), least);
        for (asked, made) in
            [(vec![], vec![]), (vec![Rid::H, Rid::F], vec![Rid::F, Rid::H]), (vec![Rid::Q], vec![Rid::H])]
        {
            orders.set_layers(VideoCodec::Vp8, &asked);
            assert_eq!(orders.layers(VideoCodec::Vp8), made);
            assert_eq!(orders.layers(VideoCodec::H264), [Rid::F, Rid::H, Rid::Q], "always");
        }
    }
}
