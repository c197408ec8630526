//! When each layer begins anew, decided without a clock.

use std::time::{Duration, Instant};
use stream::Rid;

/// At least this often each layer starts anew: a joiner's first picture, and what it takes to follow, stay short.
pub(super) const INTERVAL: Duration = Duration::from_secs(2);

/// When each layer's next keyframe is due. The layers take turns: a keyframe is a fifth of a second's bits, and three at a
/// time would be a burst in every line and a picture that is late.
#[derive(Debug)]
pub(crate) struct Keyframes {
    interval: Duration,
    /// None: with the next picture.
    due: [Option<Instant>; 3],
    wanted: [bool; 3],
}

impl Keyframes {
    /// All layers start with one.
    #[cfg(any(test, feature = "h264"))] // The other codecs say how often.
    pub(crate) fn new() -> Self {
        Self::every(INTERVAL)
    }

    /// The same, at least so often.
    pub(crate) fn every(interval: Duration) -> Self {
        Self { interval, due: [None; 3], wanted: [false; 3] }
    }

    /// This layer is to have one with the next picture; the regular ones come as they would have.
    pub(crate) fn request(&mut self, rid: Rid) {
        self.wanted[rid.index()] = true;
    }

    /// This layer had one at that time that was not due: the next regular one comes an interval later.
    pub(crate) fn came(&mut self, rid: Rid, at: Instant) {
        self.due[rid.index()] = Some(at + self.interval);
    }

    /// Which layers of the picture that is encoded now are to be keyframes; by [`Rid::index`].
    pub(crate) fn take(&mut self, now: Instant) -> [bool; 3] {
        let wanted = std::mem::take(&mut self.wanted);
        Rid::ALL.map(|rid| {
            let layer = rid.index();
            let due = self.due[layer].is_none_or(|due| due <= now);
            if due {
                self.due[layer] = Some(match self.due[layer] {
                    // The first time the layers set out together; then each finds its own place in the interval.
                    None => now + self.interval.mul_f64((layer + 1) as f64 / 3.0),
                    // Kept to its place where pictures come in time, and put anew where they did not.
                    Some(due) if now < due + self.interval => due + self.interval,
                    Some(_) => now + self.interval,
                });
            }
            due || wanted[layer]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_set_out_together_and_take_turns_from_then_on() {
        let start = Instant::now();
        let mut keyframes = Keyframes::new();
        assert_eq!(keyframes.take(start), [true; 3]);
        let mut last = [start; 3];
        for picture in 1..300 {
            let now = start + Duration::from_secs(1) * picture / 30;
            let due = keyframes.take(now);
            assert!(due.iter().filter(|due| **due).count() <= 1, "no two at a time");
            for (last, _) in last.iter_mut().zip(due).filter(|(_, due)| *due) {
                assert!(now - *last <= INTERVAL, "{:?} without a keyframe", now - *last);
                *last = now;
            }
        }
        assert!(last.iter().all(|last| start + Duration::from_secs(10) - *last <= INTERVAL));
    }

    #[test]
    fn a_request_is_for_one_layer_and_one_picture() {
        let start = Instant::now();
        let mut keyframes = Keyframes::new();
        keyframes.take(start);
        keyframes.request(Rid::H);
        let now = start + Duration::from_millis(33);
        assert_eq!(keyframes.take(now), [false, true, false]);
        assert_eq!(keyframes.take(now + Duration::from_millis(33)), [false; 3]);
    }

    #[test]
    fn one_that_came_by_itself_puts_off_the_next_regular_one_of_its_layer() {
        let start = Instant::now();
        let mut keyframes = Keyframes::new();
        keyframes.take(start);
        keyframes.came(Rid::F, start + INTERVAL / 2);
        let regular = |keyframes: &mut Keyframes, at| keyframes.take(at)[Rid::F.index()];
        assert!(!regular(&mut keyframes, start + INTERVAL));
        assert!(regular(&mut keyframes, start + INTERVAL * 3 / 2));
    }

    #[test]
    fn after_a_pause_a_layer_has_one_keyframe_and_not_all_those_it_missed() {
        let start = Instant::now();
        let mut keyframes = Keyframes::new();
        keyframes.take(start);
        let later = start + Duration::from_secs(60);
        assert_eq!(keyframes.take(later), [true; 3]);
        assert_eq!(keyframes.take(later + Duration::from_millis(33)), [false; 3]);
    }
}
