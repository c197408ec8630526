//! What one more viewer of each layer takes, by what the encoders made lately.

use super::Rates;
use protocol::Rid;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The time over which a rate is taken.
const EACH: Duration = Duration::from_secs(5);

/// The highest of so many counts: a slide that stands still costs little until it is turned.
const MOST: usize = 12;

/// What the headers of sound add, kbit/s: RTP, SRTP, UDP and IP on 50 packets a second.
const SOUND_HEADERS_KBPS: f64 = 29.0;

/// What those of the picture add, as a part of it.
const PICTURE_HEADERS: f64 = 0.05;

/// Bytes that the encoders made until now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Made {
    /// By [`Rid::index`].
    pub(crate) layers: [u64; Rid::ALL.len()],
    pub(crate) sound: u64,
}

#[derive(Debug, Default)]
pub(super) struct Costs {
    before: Option<(Instant, Made)>,
    lately: VecDeque<Rates>,
}

impl Costs {
    pub(super) fn made(&mut self, made: Made, now: Instant) {
        let Some((then, before)) = self.before else {
            self.before = Some((now, made));
            return;
        };
        let elapsed = now.saturating_duration_since(then);
        if elapsed < EACH {
            return;
        }
        self.before = Some((now, made));
        let kbps = |now: u64, then: u64| now.saturating_sub(then) as f64 * 8.0 / 1000.0 / elapsed.as_secs_f64();
        let sound = kbps(made.sound, before.sound);
        let sound = if sound > 0.0 { sound + SOUND_HEADERS_KBPS } else { 0.0 };
        let cost = |rid: Rid| {
            let picture = kbps(made.layers[rid.index()], before.layers[rid.index()]);
            (picture > 0.0).then(|| (picture * (1.0 + PICTURE_HEADERS) + sound).ceil() as u32)
        };
        self.lately.push_back(Rid::ALL.map(cost));
        self.lately.drain(..self.lately.len().saturating_sub(MOST));
    }

    pub(super) fn rates(&self) -> Rates {
        Rid::ALL.map(|rid| self.lately.iter().filter_map(|rates| rates[rid.index()]).max())
    }
}
