//! Opus over RTP (RFC 7587): one packet is one payload; what is left to do is its time.

use bytes::Bytes;
use std::time::{Duration, Instant};
use stream::AudioFrame;

/// One Opus packet.
#[derive(Debug)]
pub struct Sound {
    /// When its first sample was heard, by a clock that the jitter of the sound card's callbacks does not move.
    pub captured: Instant,
    /// 48 kHz.
    pub rtp_timestamp: u32,
    /// One Opus packet (RFC 7587 section 4.2).
    pub payload: Bytes,
}

/// A device that was switched, or a stream that paused: follow at once. Slow drift stays far below.
const JUMP: Duration = Duration::from_millis(80);
/// One part in this many of a difference is followed with each packet: half of a step within half a second.
const SMOOTHING: u32 = 64;

/// Where position zero lies in time, smoothed: sender reports tell it to viewers, and lip sync hangs on it.
#[derive(Default)]
pub(super) struct SoundClock {
    zero: Option<Zero>,
}

struct Zero {
    captured: Instant,
    position: u64,
}

impl SoundClock {
    pub(super) fn sound(&mut self, frame: &AudioFrame) -> Sound {
        let captured = self.smooth(frame.captured, frame.position);
        self.zero = Some(Zero { captured, position: frame.position });
        Sound { captured, rtp_timestamp: frame.position as u32, payload: frame.data.clone() }
    }

    fn smooth(&self, captured: Instant, position: u64) -> Instant {
        let Some(zero) = &self.zero else { return captured };
        let Some(samples) = position.checked_sub(zero.position).filter(|s| *s < 48_000 * 3600) else { return captured };
        let expected = zero.captured + Duration::from_nanos(samples * 1_000_000 / 48);
        let late = captured.saturating_duration_since(expected);
        let early = expected.saturating_duration_since(captured);
        if late > JUMP || early > JUMP {
            return captured;
        }
        expected + late / SMOOTHING - early / SMOOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(captured: Instant, position: u64) -> AudioFrame {
        AudioFrame { captured, position, samples: 480, data: Bytes::from_static(&[1, 2, 3]) }
    }

    #[test]
    fn jitter_is_smoothed_and_a_jump_is_followed() {
        let start = Instant::now();
        let mut clock = SoundClock::default();
        let mut worst = Duration::ZERO;
        for i in 0..200u64 {
            let truth = start + Duration::from_millis(10 * i);
            let heard = truth + Duration::from_millis(if i % 2 == 0 { 0 } else { 8 });
            let sound = clock.sound(&frame(heard, 480 * i));
            worst = worst.max(sound.captured.saturating_duration_since(truth + Duration::from_millis(4)));
        }
        assert!(worst <= Duration::from_millis(1), "{worst:?} off");
        let later = start + Duration::from_secs(4);
        assert_eq!(clock.sound(&frame(later, 480 * 200)).captured, later, "a gap of two seconds is followed at once");
    }
}
