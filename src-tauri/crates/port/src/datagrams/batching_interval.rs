//! How long the receiving thread lets datagrams gather before it reads them as one batch, so that they do not overrun the kernel's
//! buffer. A decision without a clock.

use std::time::{Duration, Instant};

/// The longest batching interval. What a repair loses by it, 4 ms in the mean, is less than a path's jitter; and the time at which a
/// datagram arrived is the kernel's word, not the time at which it was read. Shorter intervals save less: with 50 viewers
/// intervals of 4 ms cost a quarter of what sending does.
pub(super) const MAX_INTERVAL: Duration = Duration::from_millis(8);

/// The arrival rate, in bytes, is a fading mean with this time constant.
const TIME_CONSTANT: Duration = Duration::from_millis(20);
/// What the kernel counts for a datagram beside its bytes: its own description of it, and what is left over of a page.
const OVERHEAD: usize = 1024;

/// The batching interval, by the bytes that arrived lately.
pub(super) struct BatchingInterval {
    /// What may gather in an interval, bytes: half of the kernel's buffer, as a flood may be thicker for a moment than in the mean.
    room: f32,
    last: Instant,
    /// Bytes a second, as the kernel counts them.
    rate: f32,
}

impl BatchingInterval {
    /// `buffer`: what the kernel holds for the socket, by its own count, bytes.
    pub(super) fn new(buffer: usize, now: Instant) -> BatchingInterval {
        BatchingInterval { room: buffer as f32 / 2.0, last: now, rate: 0.0 }
    }

    /// So many datagrams were read at `now`, of so many bytes together.
    pub(super) fn read(&mut self, datagrams: usize, bytes: usize, now: Instant) {
        let passed = now.saturating_duration_since(std::mem::replace(&mut self.last, now)).as_secs_f32();
        let passed = passed / TIME_CONSTANT.as_secs_f32();
        let arrived = (bytes + datagrams * OVERHEAD) as f32 / TIME_CONSTANT.as_secs_f32();
        // What arrived over more than the time constant is averaged over the time in which it did.
        self.rate = self.rate * (-passed).exp() + arrived / passed.max(1.0);
    }

    /// How long to let datagrams gather.
    pub(super) fn length(&self) -> Duration {
        MAX_INTERVAL.min(Duration::from_secs_f32(self.room / self.rate.max(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel holds where nobody has set anything: net.core.rmem_max, twice.
    const USUAL: usize = 425_984;

    /// A socket to which so many datagrams a second come, for a second after a calm one; each takes the kernel's own count of
    /// memory. The most there was in the kernel's buffer in the last half second, and how often it was read.
    fn flood(buffer: usize, per_second: u32, bytes: usize, memory: usize) -> (usize, u32) {
        let begin = Instant::now();
        let mut interval = BatchingInterval::new(buffer, begin);
        let (mut at, mut taken, mut most, mut reads) = (Duration::ZERO, 0, 0, 0);
        while at < Duration::from_secs(1) {
            let came = (f64::from(per_second) * at.as_secs_f64()) as usize - taken;
            taken += came;
            interval.read(came, came * bytes, begin + at);
            if at > Duration::from_millis(500) {
                most = most.max(came * memory);
                reads += 1;
            }
            // A microsecond each, and what a read takes by itself.
            at += Duration::from_micros(came as u64 + 20) + interval.length();
        }
        (most, reads)
    }

    #[test]
    fn a_thousand_viewers_reports_are_read_every_eight_milliseconds() {
        let (most, reads) = flood(USUAL, 21_000, 100, 768);
        assert!(most < USUAL / 2 && (50..70).contains(&reads), "{most} bytes, {reads} reads in half a second");
    }

    #[test]
    fn a_flood_does_not_overrun_the_kernels_buffer_in_an_interval() {
        for (per_second, bytes, memory) in
            [(100_000, 100, 768), (300_000, 100, 768), (60_000, 1400, 2304), (200_000, 1400, 2304)]
        {
            let (most, reads) = flood(USUAL, per_second, bytes, memory);
            assert!(most < USUAL, "{per_second} a second of {bytes} bytes: {most} in {reads} reads");
        }
    }
}
