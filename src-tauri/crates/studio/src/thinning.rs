//! Whether the upper two layers are encoded so that pictures of them can be left out. Decisions only.
//!
//! Temporal layers cost a fifth of the bits. A line that carries half of such a layer is served by the next smaller one; who needs
//! them is a sending thread that falls behind, which leaves out pictures for its slowest viewers, and a crowd that joins at one moment, which is
//! sent fewer pictures each. With few viewers there is neither.

use std::time::{Duration, Instant};

/// From so many viewers on.
const CROWD: u32 = 50;
/// With so few it is over.
const FEW: u32 = 40;
/// When there have been few for so long: who goes may come back, and a crowd comes together.
const LINGER: Duration = Duration::from_secs(60);

/// What the encoders were told.
#[derive(Debug, Default)]
pub(crate) struct Thinning {
    on: bool,
    few_since: Option<Instant>,
}

impl Thinning {
    /// So many watch: whether pictures are to be made that can be left out, where that is another than before.
    pub(crate) fn poll(&mut self, watching: u32, now: Instant) -> Option<bool> {
        let before = self.on;
        if watching > FEW {
            self.few_since = None;
            self.on |= watching >= CROWD;
        } else if self.on {
            let since = *self.few_since.get_or_insert(now);
            self.on = now.saturating_duration_since(since) < LINGER;
        }
        (self.on != before).then_some(self.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_has_it_at_once_and_keeps_it_for_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut thinning = Thinning::default();
        assert_eq!(thinning.poll(CROWD - 1, at(0)), None);
        assert_eq!(thinning.poll(CROWD, at(1)), Some(true));
        assert_eq!(thinning.poll(CROWD + 500, at(2)), None, "it is told once");
        assert_eq!(thinning.poll(FEW + 1, at(3)), None);
        assert_eq!(thinning.poll(FEW, at(100)), None);
        assert_eq!(thinning.poll(FEW + 1, at(130)), None, "some came back");
        assert_eq!(thinning.poll(0, at(200)), None);
        assert_eq!(thinning.poll(0, at(259)), None);
        assert_eq!(thinning.poll(0, at(260)), Some(false));
        assert_eq!(thinning.poll(0, at(400)), None);
    }

    #[test]
    fn about_as_many_as_make_a_crowd_change_nothing_by_coming_and_going() {
        let start = Instant::now();
        let mut thinning = Thinning::default();
        let told: Vec<bool> = (0..600)
            .filter_map(|second| {
                let watching = if second % 2 == 0 { CROWD } else { CROWD - 5 };
                thinning.poll(watching, start + Duration::from_secs(second))
            })
            .collect();
        assert_eq!(told, [true]);
    }
}
