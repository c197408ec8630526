//! Whether this machine has room for a second encoder, which a viewer who takes no codec but those on demand would start: a third of a
//! core or two, for one viewer, that everybody pays for where there is none. Decisions only.

use std::time::{Duration, Instant};

/// Judges by how the first encoder does.
#[derive(Debug)]
pub(crate) struct SecondEncoder {
    cores: usize,
    before: Option<Load>,
    /// Part of each of the last seconds that the first encoder was at work.
    busy: [f64; SECONDS],
    /// When pictures were last left out because a sending thread did not keep up.
    left_out: Option<Instant>,
}

/// What was counted until a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) at: Instant,
    /// Microseconds that pictures spent in the first encoder, from the top layer's begin to the last layer's end. Where the machine is
    /// busy with other things they grow with that.
    pub(crate) encoding_us: u64,
    /// Pictures that viewers were not given because their thread did not keep up.
    pub(crate) left_out: u64,
}

/// The least of so many seconds counts: a browser that starts on the same machine keeps an encoder waiting for longer than its
/// pictures take, and is no reason to refuse it one.
const SECONDS: usize = 3;

/// Above this part of the time an encoder on a core of its own is hardly through with a picture when the next comes.
const TOO_BUSY: f64 = 0.9;

/// The same of both encoders together, where there is one core.
const TOO_BUSY_TOGETHER: f64 = 0.8;

/// So long nothing may have been left out.
const CALM: Duration = Duration::from_secs(10);

impl SecondEncoder {
    /// On a machine with so many cores.
    pub(crate) fn new(cores: usize) -> SecondEncoder {
        SecondEncoder { cores, before: None, busy: [0.0; SECONDS], left_out: None }
    }

    /// A second or so went by.
    pub(crate) fn measured(&mut self, load: Load) {
        if let Some(before) = self.before.replace(load) {
            let elapsed = load.at.saturating_duration_since(before.at).as_secs_f64();
            if elapsed > 0.0 {
                self.busy.rotate_left(1);
                self.busy[SECONDS - 1] = load.encoding_us.saturating_sub(before.encoding_us) as f64 / 1e6 / elapsed;
            }
            if load.left_out > before.left_out {
                self.left_out = Some(load.at);
            }
        }
    }

    /// Whether it has room for one that takes `weight` times as long as the first for the same pictures, as far as is known: before
    /// anything was measured it is taken to have.
    pub(crate) fn has_room(&self, weight: f64, now: Instant) -> bool {
        let too_busy = if self.cores > 1 { TOO_BUSY / weight } else { TOO_BUSY_TOGETHER / (1.0 + weight) };
        let calm = self.left_out.is_none_or(|at| now.saturating_duration_since(at) >= CALM);
        self.busy.iter().any(|busy| *busy <= too_busy) && calm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of each of these: how many milliseconds of it the encoder was at work, and pictures left out.
    fn after(cores: usize, seconds: &[(u64, u64)]) -> (SecondEncoder, Instant) {
        let (mut second, mut load) =
            (SecondEncoder::new(cores), Load { at: Instant::now(), encoding_us: 0, left_out: 0 });
        second.measured(load);
        for (ms, left_out) in seconds {
            load.at += Duration::from_secs(1);
            load.encoding_us += ms * 1000;
            load.left_out += left_out;
            second.measured(load);
        }
        (second, load.at)
    }

    #[test]
    fn there_is_none_where_the_first_encoder_is_hardly_through_for_seconds() {
        for (cores, seconds, room) in [
            (2, &[][..], true),
            (2, &[(890, 0); 9], true),
            (2, &[(910, 0); 2], true),
            (2, &[(910, 0); 3], false),
            (2, &[(990, 0), (990, 0), (990, 0), (300, 0)], true),
            (1, &[(390, 0); 9], true),
            (1, &[(410, 0); 3], false),
        ] {
            let (second, now) = after(cores, seconds);
            assert_eq!(second.has_room(1.0, now), room, "{cores}: {seconds:?}");
        }
    }

    #[test]
    fn one_that_takes_twice_as_long_needs_twice_the_time() {
        for (cores, ms, light, heavy) in [
            (2, 440, true, true),
            (2, 460, true, false),
            (2, 910, false, false),
            (1, 260, true, true),
            (1, 270, true, false),
            (1, 410, false, false),
        ] {
            let (second, now) = after(cores, &[(ms, 0); 3]);
            assert_eq!([second.has_room(1.0, now), second.has_room(2.0, now)], [light, heavy], "{cores}: {ms}");
        }
    }

    #[test]
    fn there_is_none_for_a_while_after_pictures_were_left_out() {
        let (second, now) = after(2, &[(200, 0), (200, 3), (200, 0)]);
        assert!(!second.has_room(1.0, now));
        assert!(second.has_room(1.0, now + CALM));
    }
}
