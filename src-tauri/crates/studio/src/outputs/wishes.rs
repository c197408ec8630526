//! When the encoder is asked for a keyframe, where several outputs wish for one. Decisions only.

use std::time::{Duration, Instant};
use stream::{LAYERS, Rid, VideoCodec, layer_index};

/// At most one keyframe of one layer is asked for in this time, whoever wishes: each costs all viewers a burst of bits.
const INTERVAL: Duration = Duration::from_secs(1);

/// What is wished for, by codec and layer.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    layers: [Wish; LAYERS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    asked: Option<Instant>,
    /// Somebody wished since, and no keyframe came.
    open: bool,
}

impl Wishes {
    /// Somebody needs a keyframe of this layer. True: ask for it now.
    pub(super) fn wish(&mut self, codec: VideoCodec, rid: Rid, now: Instant) -> bool {
        let wish = &mut self.layers[layer_index(codec, rid)];
        let now_is_it = wish.asked.is_none_or(|asked| now >= asked + INTERVAL);
        wish.open = !now_is_it;
        if now_is_it {
            wish.asked = Some(now);
        }
        now_is_it
    }

    /// A picture of this layer was handed to all; `wanted`: somebody would rather have had a keyframe. True: ask for one now.
    pub(super) fn picture(&mut self, codec: VideoCodec, rid: Rid, keyframe: bool, wanted: bool, now: Instant) -> bool {
        let wish = &mut self.layers[layer_index(codec, rid)];
        wish.open &= !keyframe;
        (wish.open || wanted) && self.wish(codec, rid, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODEC: VideoCodec = VideoCodec::H264;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn wishes_of_all_are_one_a_second_for_each_layer() {
        let start = Instant::now();
        let mut wishes = Wishes::default();
        assert!(wishes.wish(CODEC, Rid::F, start));
        assert!(!wishes.wish(CODEC, Rid::F, start + ms(10)), "the forwarder wished just now");
        assert!(wishes.wish(CODEC, Rid::H, start + ms(10)), "another layer");
        assert!(wishes.wish(VideoCodec::Vp8, Rid::F, start + ms(10)), "another codec");
        assert!(wishes.wish(CODEC, Rid::F, start + INTERVAL));
    }

    #[test]
    fn a_wish_within_the_second_is_served_by_the_keyframe_that_comes() {
        let start = Instant::now();
        let mut wishes = Wishes::default();
        wishes.wish(CODEC, Rid::F, start);
        wishes.wish(CODEC, Rid::F, start + ms(10));
        assert!(!wishes.picture(CODEC, Rid::F, true, false, start + ms(33)));
        assert!(!wishes.picture(CODEC, Rid::F, false, false, start + ms(1100)), "it came");
    }

    #[test]
    fn a_wish_after_the_keyframe_is_asked_for_when_the_second_is_over() {
        let start = Instant::now();
        let mut wishes = Wishes::default();
        wishes.wish(CODEC, Rid::F, start);
        wishes.picture(CODEC, Rid::F, true, false, start + ms(33));
        assert!(!wishes.wish(CODEC, Rid::F, start + ms(500)));
        assert!(!wishes.picture(CODEC, Rid::F, false, false, start + ms(990)));
        assert!(wishes.picture(CODEC, Rid::F, false, false, start + ms(1023)));
        assert!(!wishes.picture(CODEC, Rid::F, false, false, start + ms(3000)), "it was asked for");
    }

    #[test]
    fn an_output_that_wishes_with_every_picture_costs_one_keyframe_a_second() {
        let start = Instant::now();
        let mut wishes = Wishes::default();
        let asked =
            (0..300u32).filter(|n| wishes.picture(CODEC, Rid::F, false, true, start + ms(100) * *n / 3)).count();
        assert_eq!(asked, 10, "in ten seconds");
    }
}
