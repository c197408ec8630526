//! What the encoders are to do.

use crate::VideoConfig;
use std::sync::{Mutex, MutexGuard};
use stream::{Rid, VideoCodec};

/// What the encoders are to do, changed while they run.
#[derive(Debug)]
pub(super) struct Orders {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    video: VideoConfig,
    keyframes: Vec<(VideoCodec, Rid)>,
    vp8: Vec<Rid>,
}

/// What is encoded as VP8 whoever watches: nothing, or all where there is no other codec that a first picture could come
/// from.
const LEAST_VP8: &[Rid] = if crate::H264 { &[] } else { &[Rid::F, Rid::H] };

impl Orders {
    pub(super) fn new(video: VideoConfig) -> Self {
        Self { state: Mutex::new(State { video, keyframes: Vec::new(), vp8: LEAST_VP8.to_vec() }) }
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

    /// The layers that are encoded as VP8 too, the top one first.
    pub(super) fn vp8(&self) -> Vec<Rid> {
        self.lock().vp8.clone()
    }

    /// The quarter layer is too small to be worth a third encoder: who asks for it gets the half.
    pub(super) fn set_vp8(&self, rids: &[Rid]) {
        let wants = |rid| rids.contains(&rid) || (rid == Rid::H && rids.contains(&Rid::Q));
        let wanted = [Rid::F, Rid::H].into_iter().filter(|rid| wants(*rid) || LEAST_VP8.contains(rid));
        self.lock().vp8 = wanted.collect();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics holding it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyframe_is_asked_of_one_codec_and_told_once() {
        let orders = Orders::new(VideoConfig::default());
        orders.request_keyframe(VideoCodec::H264, Rid::Q);
        orders.request_keyframe(VideoCodec::H264, Rid::Q);
        orders.request_keyframe(VideoCodec::Vp8, Rid::F);
        assert_eq!(orders.take_keyframes(VideoCodec::H264), [Rid::Q]);
        assert_eq!(orders.take_keyframes(VideoCodec::H264), []);
        assert_eq!(orders.take_keyframes(VideoCodec::Vp8), [Rid::F]);
    }

    #[test]
    #[cfg(feature = "h264")]
    fn vp8_has_two_layers_the_top_one_first() {
        let orders = Orders::new(VideoConfig::default());
        for (asked, made) in
            [(vec![], vec![]), (vec![Rid::H, Rid::F], vec![Rid::F, Rid::H]), (vec![Rid::Q], vec![Rid::H])]
        {
            orders.set_vp8(&asked);
            assert_eq!(orders.vp8(), made);
        }
    }
}
