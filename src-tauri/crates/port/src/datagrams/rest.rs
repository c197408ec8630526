//! How long a rest may be, so that what gathers in it does not overrun the kernel's buffer. A decision without a clock.

use super::traffic::REST;
use std::time::{Duration, Instant};

/// How much comes is the mean of so long.
const MEAN: Duration = Duration::from_millis(20);
/// What the kernel counts for a datagram beside its bytes: its own description of it, and what is left over of a page.
const OVERHEAD: usize = 1024;

/// What came lately, and so how long nobody needs to look.
pub(super) struct Rest {
    /// What may gather in a rest: half of the kernel's buffer, as a flood may be thicker for a moment than in the mean.
    room: f32,
    last: Instant,
    /// The kernel's bytes a second.
    rate: f32,
}

impl Rest {
    /// `buffer`: what the kernel holds for the socket, by its own count, bytes.
    pub(super) fn new(buffer: usize, now: Instant) -> Rest {
        Rest { room: buffer as f32 / 2.0, last: now, rate: 0.0 }
    }

    /// So many datagrams were read, of so many bytes together.
    pub(super) fn read(&mut self, datagrams: usize, bytes: usize, now: Instant) {
        let passed = now.saturating_duration_since(std::mem::replace(&mut self.last, now)).as_secs_f32();
        let passed = passed / MEAN.as_secs_f32();
        let came = (bytes + datagrams * OVERHEAD) as f32 / MEAN.as_secs_f32();
        // What came in longer than the mean's time came in that time.
        self.rate = self.rate * (-passed).exp() + came / passed.max(1.0);
    }

    /// How long to rest.
    pub(super) fn length(&self) -> Duration {
        REST.min(Duration::from_secs_f32(self.room / self.rate.max(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel holds where nobody has set anything: net.core.rmem_max, twice.
    const USUAL: usize = 425_984;

    /// A socket to which so many datagrams a second come, for a second after a calm one; each takes the kernel's own count of
    /// memory. How much there was in the kernel's buffer at the most in the last half, and how often it was looked at.
    fn flood(buffer: usize, per_second: u32, bytes: usize, memory: usize) -> (usize, u32) {
        let begin = Instant::now();
        let mut rest = Rest::new(buffer, begin);
        let (mut at, mut taken, mut most, mut looks) = (Duration::ZERO, 0, 0, 0);
        while at < Duration::from_secs(1) {
            let came = (f64::from(per_second) * at.as_secs_f64()) as usize - taken;
            taken += came;
            rest.read(came, came * bytes, begin + at);
            if at > Duration::from_millis(500) {
                most = most.max(came * memory);
                looks += 1;
            }
            // A microsecond each, and what a look takes by itself.
            at += Duration::from_micros(came as u64 + 20) + rest.length();
        }
        (most, looks)
    }

    #[test]
    fn a_thousand_viewers_reports_are_looked_at_every_eight_milliseconds() {
        let (most, looks) = flood(USUAL, 21_000, 100, 768);
        assert!(most < USUAL / 2 && (50..70).contains(&looks), "{most} bytes, {looks} looks in half a second");
    }

    #[test]
    fn a_flood_does_not_overrun_the_kernels_buffer_in_a_rest() {
        for (per_second, bytes, memory) in
            [(100_000, 100, 768), (300_000, 100, 768), (60_000, 1400, 2304), (200_000, 1400, 2304)]
        {
            let (most, looks) = flood(USUAL, per_second, bytes, memory);
            assert!(most < USUAL, "{per_second} a second of {bytes} bytes: {most} in {looks} looks");
        }
    }
}
