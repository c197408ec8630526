//! Which packets to ask for again, and when (libwebrtc's `NackRequester`).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Gaps in one stream of numbers.
#[derive(Default)]
pub(super) struct Missing {
    highest: Option<u64>,
    /// By number: when it was asked for last, and how often.
    gaps: BTreeMap<u64, (Option<Instant>, u32)>,
}

/// A repair is asked for again after this: the round trip that libwebrtc assumes until it knows better, and it never
/// learns of one where nobody answers its extended reports.
const AGAIN: Duration = Duration::from_millis(100);
/// Then it is given up, and a keyframe asked for.
const TRIES: u32 = 10;
/// A larger jump is not a loss to repair.
const MOST: u64 = 1000;

impl Missing {
    /// A packet came, by itself or by a repair.
    pub(super) fn came(&mut self, number: u64) {
        match self.highest {
            Some(highest) if number <= highest => {
                if !self.gaps.is_empty() {
                    self.gaps.remove(&number);
                }
            }
            Some(highest) => {
                for gap in (highest + 1).max(number.saturating_sub(MOST))..number {
                    self.gaps.insert(gap, (None, 0));
                }
                self.highest = Some(number);
            }
            None => self.highest = Some(number),
        }
    }

    /// The numbers to ask for now, ascending; and whether one was given up.
    pub(super) fn ask(&mut self, now: Instant) -> (Vec<u16>, bool) {
        let mut ask = Vec::new();
        let mut given_up = false;
        self.gaps.retain(|&number, (asked, tries)| {
            if asked.is_some_and(|asked| now.saturating_duration_since(asked) < AGAIN) {
                return true;
            }
            if *tries == TRIES {
                given_up = true;
                return false;
            }
            (*asked, *tries) = (Some(now), *tries + 1);
            ask.push(number as u16);
            true
        });
        (ask, given_up)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_asked_for_at_once_again_after_a_while_and_given_up_in_the_end() {
        let base = Instant::now();
        let mut missing = Missing::default();
        missing.came(65_534);
        missing.came(65_538);
        missing.came(65_536);
        assert_eq!(missing.ask(base), (vec![65_535, 1], false));
        assert_eq!(missing.ask(base + AGAIN / 2), (vec![], false), "an answer may be on its way");
        missing.came(65_537);
        for n in 1..TRIES {
            assert_eq!(missing.ask(base + n * AGAIN), (vec![65_535], false));
        }
        assert_eq!(missing.ask(base + TRIES * AGAIN), (vec![], true));
        assert!(missing.is_empty());
    }
}
