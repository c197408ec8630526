use std::time::{Duration, Instant};

/// Sound's sender reports say that it was heard this much later than it was.
///
/// Browsers hold the picture back until the sound of the same instant can be played, and sound waits longer: 30 to 60 ms in
/// their jitter buffers where nothing is wrong with the path. Told that the sound belongs 40 ms later they need not. Both
/// let about 30 ms pass before they act, so sound comes at most some 70 ms after the picture, inside the 125 ms that ITU-R
/// BT.1359 gives as noticeable, and at least 10 ms after it. The true capture time goes in abs-capture-time.
pub(super) const LIP_SYNC: Duration = Duration::from_millis(40);
/// Not less than this: early sound is noticed at 45 ms, and the browsers' 30 ms are allowed that way too.
const LEAST: Duration = Duration::from_millis(10);
/// From this jitter on the viewer's sound waits so long that the picture has to wait for it, ...
const UNEVEN: Duration = Duration::from_millis(8);
/// ... and below this one it need not any more.
const EVEN: Duration = Duration::from_millis(4);
/// So long sound comes late in a browser that opens its audio device only when the first sound is there, and keeps what comes
/// until then: by up to a second, made good within 8 s. Lip sync would hold the picture back for it, and let it go again only
/// slowly. Skylark's own page lets go of that sound; other players do not.
const SETTLING: Duration = Duration::from_secs(10);

/// How one viewer's sound and picture are kept together.
#[derive(Debug)]
pub(super) struct LipSync {
    shift: Duration,
    waits: bool,
    first_report: Option<Instant>,
}

impl LipSync {
    /// Sound alone has nothing to be in sync with.
    pub(super) fn new(with_picture: bool) -> Self {
        Self { shift: if with_picture { LIP_SYNC } else { Duration::ZERO }, waits: false, first_report: None }
    }

    /// The viewer says how unevenly sound arrives (RFC 3550 section 6.4.1).
    ///
    /// Its sound waits longer for that, but its picture is shown as it comes: single pictures are early by about the jitter,
    /// and their sound is late by so much more. So the shift shrinks, and lip sync may hold the picture back.
    pub(super) fn jitter(&mut self, jitter: Duration, now: Instant) {
        if !self.shift.is_zero() {
            self.shift = LIP_SYNC.saturating_sub(jitter).max(LEAST);
        }
        let settled = now.saturating_duration_since(*self.first_report.get_or_insert(now)) >= SETTLING;
        self.waits = settled && jitter >= if self.waits { EVEN } else { UNEVEN };
    }

    /// How far the sound is dated ahead.
    pub(super) fn shift(&self) -> Duration {
        self.shift
    }

    /// The picture may be held back for the sound.
    pub(super) fn picture_waits(&self) -> bool {
        self.waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_shift_shrinks_with_the_jitter_and_comes_back() {
        let (mut sync, now) = (LipSync::new(true), Instant::now());
        let mut after = |jitter| {
            sync.jitter(ms(jitter), now);
            sync.shift().as_millis()
        };
        assert_eq!([after(0), after(5), after(15), after(5000), after(1)], [40, 35, 25, 10, 39]);
    }

    #[test]
    fn sound_without_a_picture_is_dated_as_it_was_heard() {
        let mut sync = LipSync::new(false);
        sync.jitter(ms(1), Instant::now());
        assert_eq!(sync.shift(), Duration::ZERO);
    }

    #[test]
    fn the_picture_waits_on_an_uneven_path_only_and_never_while_the_sound_settles() {
        let (mut sync, start) = (LipSync::new(true), Instant::now());
        let mut after = |jitter, second| {
            sync.jitter(ms(jitter), start + Duration::from_secs(second));
            sync.picture_waits()
        };
        assert_eq!([after(20, 0), after(20, 5), after(20, 10)], [false, false, true]);
        assert_eq!([after(5, 15), after(3, 20), after(5, 25), after(8, 30)], [true, false, false, true]);
    }
}
