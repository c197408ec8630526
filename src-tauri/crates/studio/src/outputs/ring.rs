//! The ring of an output that may be slow: what is left out while it is, and where it goes on. Decisions only.

use super::Taken;
use std::collections::VecDeque;
use stream::{AudioFrame, Frame, LAYERS, Rid, VideoCodec, VideoFrame, layer_index};

/// Frames that wait at most: about two seconds of three layers at 30 pictures a second and of sound, which is as long as a
/// disk may stall without a gap. At the largest bitrate that can be set they are some 5 MB.
const FRAMES: usize = 256;
/// Pictures leave so many places free for sound, which is small and goes on for longer.
const PICTURES: usize = FRAMES - 32;
/// A layer that has a gap goes on once no more than this waits: an output that is only a little too slow would otherwise be
/// given one picture at a time, each a keyframe.
const RESUME: usize = FRAMES / 4;

/// What waits for one output.
#[derive(Debug)]
pub(super) struct Ring {
    waiting: VecDeque<Delivery>,
    layers: [Layer; LAYERS],
    dropped: Dropped,
}

/// What an output is given in its turn.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A picture or a packet of sound.
    Frame(Frame),
    /// The broadcast is over. A frame that follows belongs to the next one.
    Ended,
}

/// What an output did not get because it was too slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Pictures of the layers it takes: those there was no room for, and those after them until the next keyframe.
    pub pictures: u64,
    /// Packets of sound.
    pub sounds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// The output does not take it.
    Unwanted,
    /// The output has had nothing of it yet.
    Starting,
    Following,
    /// A picture is missing: the next that can be decoded is a keyframe.
    Broken,
}

impl Ring {
    /// Of an output that takes these layers, and sound.
    pub(super) fn new(layers: &[(VideoCodec, Rid)]) -> Ring {
        let mut ring = Ring {
            // Room at once for all it may ever hold: nothing is allocated while frames come.
            waiting: VecDeque::with_capacity(FRAMES + 1),
            layers: [Layer::Unwanted; LAYERS],
            dropped: Dropped::default(),
        };
        for (codec, rid) in layers {
            ring.layers[layer_index(*codec, *rid)] = Layer::Starting;
        }
        ring
    }

    /// A keyframe is wanted only where there is room for what comes after it: while the output stands still it would cost the
    /// viewers bits and serve nobody.
    pub(super) fn video(&mut self, frame: &VideoFrame) -> Taken {
        let waiting = self.waiting.len();
        let layer = &mut self.layers[layer_index(frame.codec, frame.rid)];
        let fits = match *layer {
            Layer::Unwanted => return Taken::Yes,
            Layer::Following => waiting < PICTURES,
            Layer::Starting | Layer::Broken => frame.keyframe && waiting <= RESUME,
        };
        if fits {
            *layer = Layer::Following;
            self.waiting.push_back(Delivery::Frame(Frame::Video(frame.clone())));
            return Taken::Yes;
        }
        if *layer != Layer::Starting {
            *layer = Layer::Broken;
            self.dropped.pictures += 1;
        }
        if waiting <= RESUME { Taken::NeedsKeyframe } else { Taken::Yes }
    }

    pub(super) fn audio(&mut self, frame: &AudioFrame) {
        if self.waiting.len() < FRAMES {
            self.waiting.push_back(Delivery::Frame(Frame::Audio(frame.clone())));
        } else {
            self.dropped.sounds += 1;
        }
    }

    /// An end always has room, and two never follow each other: so there is at most one more of them than of frames.
    pub(super) fn ended(&mut self) {
        for layer in &mut self.layers {
            if *layer != Layer::Unwanted {
                *layer = Layer::Starting;
            }
        }
        if !matches!(self.waiting.back(), Some(Delivery::Ended)) {
            self.waiting.push_back(Delivery::Ended);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Delivery> {
        self.waiting.pop_front()
    }

    pub(super) fn dropped(&self) -> Dropped {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};
    use stream::Way;

    const CODEC: VideoCodec = VideoCodec::H264;

    fn picture(rid: Rid, keyframe: bool, at: Instant) -> VideoFrame {
        VideoFrame {
            profile: stream::Profile::Baseline,
            codec: CODEC,
            rid,
            temporal: 0,
            keyframe,
            captured: at,
            width: 16,
            height: 16,
            layer_sync: true,
            screen: false,
            way: Way::at(at),
            data: Default::default(),
        }
    }

    fn sound(position: u64) -> AudioFrame {
        AudioFrame { captured: Instant::now(), position, samples: 960, data: Default::default() }
    }

    fn whole() -> Ring {
        Ring::new(&Rid::ALL.map(|rid| (CODEC, rid)))
    }

    /// Takes all that waits: whether each is a keyframe, for pictures.
    fn drain(ring: &mut Ring) -> Vec<Option<bool>> {
        std::iter::from_fn(|| ring.pop())
            .map(|delivery| match delivery {
                Delivery::Frame(Frame::Video(frame)) => Some(frame.keyframe),
                Delivery::Frame(Frame::Audio(_)) => None,
                Delivery::Ended => panic!("nothing ended"),
            })
            .collect()
    }

    #[test]
    fn an_output_begins_with_a_keyframe_of_each_layer_it_takes() {
        let (mut ring, now) = (Ring::new(&[(CODEC, Rid::F)]), Instant::now());
        assert_eq!(ring.video(&picture(Rid::Q, false, now)), Taken::Yes, "it takes no such layer");
        assert_eq!(ring.video(&picture(Rid::F, false, now)), Taken::NeedsKeyframe);
        assert_eq!(ring.video(&picture(Rid::F, true, now)), Taken::Yes);
        assert_eq!(ring.video(&picture(Rid::F, false, now)), Taken::Yes);
        assert_eq!(drain(&mut ring), [Some(true), Some(false)]);
        assert_eq!(ring.dropped(), Dropped::default(), "what came before its time is not lost");
    }

    #[test]
    fn one_that_stands_still_loses_frames_wishes_for_nothing_and_goes_on_at_a_keyframe() {
        let (mut ring, start) = (whole(), Instant::now());
        let mut wishes = 0;
        // Thirty seconds of three layers and sound, with the keyframes that come by themselves; nobody reads.
        for n in 0..900u64 {
            let at = start + Duration::from_millis(n * 1000 / 30);
            for rid in Rid::ALL {
                wishes += u32::from(ring.video(&picture(rid, n % 60 == 0, at)) == Taken::NeedsKeyframe);
            }
            ring.audio(&sound(n * 960));
        }
        let dropped = ring.dropped();
        assert_eq!(wishes, 0);
        assert_eq!(ring.waiting.len(), FRAMES, "and no more");
        assert_eq!(900 * 4, FRAMES as u64 + dropped.pictures + dropped.sounds, "every frame is there or counted");
        // It reads again.
        let before = drain(&mut ring);
        assert!(before.iter().filter(|frame| frame.is_none()).count() > 32, "sound went on for longer");
        assert_eq!(ring.video(&picture(Rid::F, false, start)), Taken::NeedsKeyframe);
        ring.audio(&sound(0));
        assert_eq!(ring.video(&picture(Rid::F, true, start)), Taken::Yes);
        assert_eq!(ring.video(&picture(Rid::F, false, start)), Taken::Yes);
        assert_eq!(ring.video(&picture(Rid::H, false, start)), Taken::NeedsKeyframe, "each layer for itself");
        assert_eq!(drain(&mut ring), [None, Some(true), Some(false)]);
    }

    #[test]
    fn one_that_is_a_little_too_slow_is_given_runs_of_pictures_and_not_single_keyframes() {
        let (mut ring, start) = (Ring::new(&[(CODEC, Rid::F)]), Instant::now());
        let (mut given, mut asked) = (Vec::new(), false);
        // It takes two of three, and every wish is granted with the next picture.
        for n in 0..3_000u32 {
            asked = ring.video(&picture(Rid::F, asked || n == 0, start)) == Taken::NeedsKeyframe;
            if n % 3 != 0 {
                given.extend(ring.pop());
            }
        }
        let keyframes = given
            .iter()
            .filter(|frame| matches!(frame, Delivery::Frame(Frame::Video(frame)) if frame.keyframe))
            .count();
        assert!(given.len() / keyframes > PICTURES, "{keyframes} keyframes in {} pictures", given.len());
    }

    #[test]
    fn an_end_comes_behind_the_last_frame_has_room_when_nothing_else_has_and_starts_the_layers_anew() {
        let (mut ring, now) = (Ring::new(&[(CODEC, Rid::F)]), Instant::now());
        ring.video(&picture(Rid::F, true, now));
        for n in 0..2 * FRAMES as u64 {
            ring.audio(&sound(n * 960));
        }
        assert_eq!(ring.waiting.len(), FRAMES);
        let dropped = ring.dropped();
        ring.ended();
        // A second broadcast begins and ends while the output stands still: nothing of it was given.
        assert_eq!(ring.video(&picture(Rid::F, true, now)), Taken::Yes);
        ring.ended();
        assert_eq!(ring.waiting.len(), FRAMES + 1, "two ends in a row are one");
        assert_eq!(ring.dropped(), dropped, "a broadcast that never began here has no gap");
        while ring.waiting.len() > 1 {
            assert!(matches!(ring.pop(), Some(Delivery::Frame(_))));
        }
        assert!(matches!(ring.pop(), Some(Delivery::Ended)));
        assert_eq!(ring.video(&picture(Rid::F, false, now)), Taken::NeedsKeyframe, "it does not go on where it was");
        assert_eq!(ring.video(&picture(Rid::F, true, now)), Taken::Yes);
        assert_eq!(drain(&mut ring), [Some(true)]);
    }
}
