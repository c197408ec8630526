//! How much a server may say before it is left: who says more than there is to say keeps a core busy. Decisions only.

use std::time::Duration;
use tokio::time::Instant;

/// What is heard is counted from one of these to the next.
const COUNTED: Duration = Duration::from_secs(2);

/// Messages of any kind that are listened to within that, whatever there is to say: engines say a few.
const MOST: u32 = 512;

/// And so many for each request of ours: a receipt, an answer, and what comes of it. Who joins and leaves again and again is one viewer at a
/// time, and is not to have the engine taken for noise.
pub(crate) const OF_A_REQUEST: u32 = 4;

/// What was heard of late, and how much there was to say.
pub(crate) struct Flood {
    /// And so many for each viewer that there is.
    of_a_viewer: u32,
    heard: u32,
    since: Instant,
    /// The most viewers that there were to tell of since then.
    viewers: u32,
    /// What was asked since then, and half of what was before, as answers take a while.
    asked: u32,
}

impl Flood {
    pub(crate) fn new(of_a_viewer: u32, now: Instant) -> Flood {
        Flood { of_a_viewer, heard: 0, since: now, viewers: 0, asked: 0 }
    }

    /// Something is asked of it.
    pub(crate) fn asked(&mut self) {
        self.asked = self.asked.saturating_add(1);
    }

    /// There are so many viewers that it may tell of.
    pub(crate) fn viewers(&mut self, viewers: u32) {
        self.viewers = self.viewers.max(viewers);
    }

    /// It said something, with so many viewers there. True: that is more than is listened to.
    pub(crate) fn heard(&mut self, viewers: u32, now: Instant) -> bool {
        if now.duration_since(self.since) >= COUNTED {
            (self.heard, self.since, self.viewers) = (0, now, viewers);
            self.asked /= 2;
        }
        self.viewers(viewers);
        self.heard = self.heard.saturating_add(1);
        let of_viewers = self.viewers.saturating_mul(self.of_a_viewer);
        let of_requests = self.asked.saturating_mul(OF_A_REQUEST);
        self.heard > MOST.saturating_add(of_viewers).saturating_add(of_requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_A_VIEWER: u32 = 32;

    /// How much is listened to at this moment.
    fn listened_to(flood: &mut Flood, viewers: u32, now: Instant) -> u32 {
        (0..).find(|_| flood.heard(viewers, now)).expect("it ends")
    }

    #[test]
    fn more_is_listened_to_where_there_is_more_to_say() {
        let now = Instant::now();
        let fresh = || Flood::new(OF_A_VIEWER, now);
        assert_eq!(listened_to(&mut fresh(), 0, now), MOST);
        assert_eq!(listened_to(&mut fresh(), 10, now), MOST + 10 * OF_A_VIEWER);
        let mut flood = fresh();
        (0..7).for_each(|_| flood.asked());
        assert_eq!(listened_to(&mut flood, 0, now), MOST + 7 * OF_A_REQUEST);
        assert!(flood.heard(0, now + COUNTED / 2), "it is counted together");
    }

    #[test]
    fn it_is_counted_anew_each_time_with_those_who_are_there_then_and_half_of_what_was_asked() {
        let start = Instant::now();
        let mut flood = Flood::new(OF_A_VIEWER, start);
        (0..8).for_each(|_| flood.asked());
        assert!(!flood.heard(100, start));
        // Who left within the time is still told of.
        assert_eq!(listened_to(&mut flood, 0, start), MOST + 100 * OF_A_VIEWER + 8 * OF_A_REQUEST - 1);
        assert_eq!(listened_to(&mut flood, 3, start + COUNTED), MOST + 3 * OF_A_VIEWER + 4 * OF_A_REQUEST);
        assert_eq!(listened_to(&mut flood, 0, start + 2 * COUNTED), MOST + 2 * OF_A_REQUEST);
    }

    #[test]
    fn no_number_of_viewers_or_requests_is_too_large() {
        let now = Instant::now();
        let mut flood = Flood::new(u32::MAX, now);
        flood.asked = u32::MAX;
        flood.asked();
        assert!((0..10_000).all(|_| !flood.heard(u32::MAX, now)));
    }
}
