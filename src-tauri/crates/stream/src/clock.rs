//! One clock for picture and sound: from the machine's steady clock to the times that packets and files carry.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds between 1900, where NTP counts from, and 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// Pins the steady clock to the wall clock once, so that a step of the wall clock never reaches a viewer. The program makes
/// one and gives it to every output of the stream: what they tell of the same frame then agrees.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pinned: Instant,
    ntp: u64,
}

impl Clock {
    /// Pinned to what the machine's clocks show now.
    pub fn start() -> Self {
        Self::new(Instant::now(), SystemTime::now())
    }

    /// Pinned to a moment at which the wall clock shows `wall`.
    pub fn new(now: Instant, wall: SystemTime) -> Self {
        let unix = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let fraction = (u64::from(unix.subsec_nanos()) << 32) / 1_000_000_000;
        Self { pinned: now, ntp: ((unix.as_secs() + NTP_TO_UNIX) << 32) | fraction }
    }

    /// NTP time, 32.32 fixed point seconds (RFC 3550 section 4).
    pub fn ntp(&self, at: Instant) -> u64 {
        match at.checked_duration_since(self.pinned) {
            Some(after) => self.ntp.wrapping_add(fixed_point(after)),
            None => self.ntp.wrapping_sub(fixed_point(self.pinned.duration_since(at))),
        }
    }

    /// `rate` ticks a second, counted from the pin; wraps.
    pub fn ticks(&self, at: Instant, rate: u32) -> u32 {
        let ticks = |d: Duration| (d.as_nanos() * u128::from(rate) / 1_000_000_000) as u32;
        match at.checked_duration_since(self.pinned) {
            Some(after) => ticks(after),
            None => 0u32.wrapping_sub(ticks(self.pinned.duration_since(at))),
        }
    }

    /// Seconds in 6.18 fixed point, as the abs-send-time extension carries them.
    pub fn abs_send_time(&self, at: Instant) -> u32 {
        ((self.ntp(at) >> 14) & 0x00ff_ffff) as u32
    }
}

fn fixed_point(d: Duration) -> u64 {
    (d.as_secs() << 32) | ((u64::from(d.subsec_nanos()) << 32) / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_counts_from_1900_and_runs_with_the_steady_clock() {
        let now = Instant::now() + Duration::from_secs(100);
        let clock = Clock::new(now, UNIX_EPOCH + Duration::from_millis(1500));
        assert_eq!(clock.ntp(now), ((NTP_TO_UNIX + 1) << 32) | (1 << 31));
        assert_eq!(clock.ntp(now + Duration::from_millis(500)), (NTP_TO_UNIX + 2) << 32);
        assert_eq!(clock.ntp(now - Duration::from_millis(500)), (NTP_TO_UNIX + 1) << 32);
    }

    #[test]
    fn ticks_run_both_ways_from_the_pin() {
        let now = Instant::now() + Duration::from_secs(100);
        let clock = Clock::new(now, UNIX_EPOCH);
        assert_eq!(clock.ticks(now + Duration::from_secs(2), 90_000), 180_000);
        assert_eq!(clock.ticks(now - Duration::from_secs(1), 90_000), 0u32.wrapping_sub(90_000));
    }
}
