//! How often pages are told the number of viewers.

use std::time::{Duration, Instant};

/// At most this often: with a thousand pages, two hundred joins a second would otherwise be two hundred thousand messages.
const EVERY: Duration = Duration::from_secs(1);

/// Tells at once when nothing was told lately, else when the second is over.
#[derive(Debug)]
pub(crate) struct CountPace {
    last: Option<Instant>,
    pending: bool,
}

impl CountPace {
    pub(crate) fn new() -> Self {
        Self { last: None, pending: false }
    }

    pub(crate) fn changed(&mut self) {
        self.pending = true;
    }

    /// When pages have to be told; none while they know.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.pending.then_some(self.last).flatten().map(|last| last + EVERY)
    }

    /// Whether to tell now; if so it is taken as told.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let tell = self.pending && self.due().is_none_or(|due| due <= now);
        if tell {
            *self = Self { last: Some(now), pending: false };
        }
        tell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_once_then_once_a_second() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = CountPace::new();
        assert!(!pace.take(at(0)), "nothing changed");
        pace.changed();
        assert!(pace.take(at(0)), "the first change is told at once");
        pace.changed();
        assert!(!pace.take(at(999)), "told less than a second ago");
        assert_eq!(pace.due(), Some(at(1000)));
        assert!(pace.take(at(1000)));
        assert_eq!(pace.due(), None, "all is told");
        assert!(!pace.take(at(5000)));
    }
}
