//! Lip sync: how the sound's sender reports are dated, and whether the picture may wait for sound.

use std::time::{Duration, Instant};

/// The sound's sender reports date it this much later than it was captured.
///
/// Browsers hold the picture back until the sound of the same instant can be played, and sound stays longer in the jitter buffer
/// even on a good path. With sound dated later they need not. Browsers act only on a skew above some threshold, so sound then
/// comes somewhat after the picture, within the 125 ms that ITU-R BT.1359 gives as noticeable. The true capture time is in
/// abs-capture-time.
pub const LIP_SYNC: Duration = Duration::from_millis(40);
/// The shift is at least this. Sound that is 45 ms early is noticed, and browsers tolerate most of that as well as a late one.
const LEAST: Duration = Duration::from_millis(10);
/// From this jitter on sound stays in the jitter buffer for so long that the picture has to wait for it.
const UNEVEN: Duration = Duration::from_millis(8);
/// Below this jitter the picture need not wait any more.
const EVEN: Duration = Duration::from_millis(4);
/// The picture never waits for so long at the start. A browser may open its audio device only when the first sound arrives, and
/// keep all sound until then, so its sound is late for some seconds. Lip sync would hold the picture back for that, and release
/// it only slowly. Skylark's own page drops that sound; other players do not.
const SETTLING: Duration = Duration::from_secs(10);

/// Keeps one viewer's sound and picture in sync.
#[derive(Debug)]
pub(super) struct LipSync {
    shift: Duration,
    waits: bool,
    first_report: Option<Instant>,
}

impl LipSync {
    /// Sound without a picture is not shifted.
    pub(super) fn new(with_picture: bool) -> Self {
        Self { shift: if with_picture { LIP_SYNC } else { Duration::ZERO }, waits: false, first_report: None }
    }

    /// Takes the interarrival jitter of sound from a receiver report (RFC 3550 section 6.4.1).
    ///
    /// With jitter the jitter buffer keeps sound for longer, but pictures are shown as they come, so their sound is late by that
    /// much more. So the shift becomes smaller, and the picture may wait for the sound.
    pub(super) fn jitter(&mut self, jitter: Duration, now: Instant) {
        if !self.shift.is_zero() {
            self.shift = LIP_SYNC.saturating_sub(jitter).max(LEAST);
        }
        let settled = now.saturating_duration_since(*self.first_report.get_or_insert(now)) >= SETTLING;
        self.waits = settled && jitter >= if self.waits { EVEN } else { UNEVEN };
    }

    /// How far sound is dated ahead.
    pub(super) fn shift(&self) -> Duration {
        self.shift
    }

    /// Whether lip sync may hold the picture back.
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
