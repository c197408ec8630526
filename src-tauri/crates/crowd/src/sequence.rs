//! Which sequence numbers came.

/// Far more than a repair can take: 15 s at 270 packets a second.
const WINDOW: u64 = 4096;

/// A window of the latest numbers, a bit each, and a count of those before it. Numbers are extended ones (no rollover).
#[derive(Default)]
pub(crate) struct Sequence {
    bits: Vec<u64>,
    /// The window is `start..end`; `end - 1` is the highest number so far.
    start: u64,
    end: u64,
    received: u64,
    late: u64,
    lost_before_window: u64,
}

impl Sequence {
    /// False for a number that came before, or is older than what is remembered.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        if self.bits.is_empty() {
            self.bits = vec![0; (WINDOW / 64) as usize];
            (self.start, self.end) = (number, number);
        }
        if number < self.start || (number < self.end && self.has(number)) {
            return false;
        }
        if number < self.end {
            self.late += 1;
        }
        while self.end <= number {
            if self.end - self.start == WINDOW {
                self.lost_before_window += u64::from(!self.has(self.start));
                self.start += 1;
            }
            self.bits[word(self.end)] &= !bit(self.end);
            self.end += 1;
        }
        self.bits[word(number)] |= bit(number);
        self.received += 1;
        true
    }

    /// Numbers that came, each once.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Numbers that came after a higher one: on a path that keeps the order, those that were repaired.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }

    /// Numbers that did not come. The last `reordering` of them are not yet called lost.
    pub(crate) fn lost(&self, reordering: u64) -> u64 {
        let end = self.end.saturating_sub(reordering).max(self.start);
        self.lost_before_window + (self.start..end).filter(|&number| !self.has(number)).count() as u64
    }

    fn has(&self, number: u64) -> bool {
        self.bits[word(number)] & bit(number) != 0
    }
}

fn word(number: u64) -> usize {
    (number % WINDOW / 64) as usize
}

fn bit(number: u64) -> u64 {
    1 << (number % 64)
}

/// The extended number of which `short` are the low 16 bits and which is nearest to `near`.
pub(crate) fn extend(short: u16, near: u64) -> u64 {
    near.wrapping_add_signed(i64::from(short.wrapping_sub(near as u16) as i16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_came_is_lost_whether_it_left_the_window_or_not() {
        let mut sequence = Sequence::default();
        for number in (70..10_070).filter(|number| number % 100 != 50) {
            assert!(sequence.insert(number));
        }
        assert!(!sequence.insert(10_069), "it came already");
        assert!(!sequence.insert(150), "it is too long ago");
        assert_eq!((sequence.received(), sequence.lost(0), sequence.late()), (9_900, 100, 0));
        assert!(sequence.insert(9_950), "a repair");
        assert_eq!((sequence.lost(0), sequence.late()), (99, 1));
        assert_eq!(sequence.lost(250), 97, "10_050 and 9_850 might still come");
    }

    #[test]
    fn a_short_number_is_extended_to_the_nearest() {
        assert_eq!(extend(3, 65_530), 65_539);
        assert_eq!(extend(65_530, 65_539), 65_530);
        assert_eq!(extend(7, 5), 7);
    }
}
