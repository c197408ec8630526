//! The replay window of SRTCP (RFC 3711 section 3.3.2).

/// Which of the last 128 SRTCP indexes of one sender were seen (RFC 3711 3.3.2).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReplayWindow {
    highest: u32,
    /// Bit n: `highest - n` was seen. 0: none yet.
    seen: u128,
}

impl ReplayWindow {
    pub(super) fn is_new(&self, index: u32) -> bool {
        if self.seen == 0 || index > self.highest {
            return true;
        }
        let back = self.highest - index;
        back < 128 && self.seen & (1 << back) == 0
    }

    /// Only for what was authenticated.
    pub(super) fn remember(&mut self, index: u32) {
        if self.seen == 0 || index > self.highest {
            let shift = index - self.highest;
            self.seen = if self.seen == 0 || shift > 127 { 0 } else { self.seen << shift };
            self.seen |= 1;
            self.highest = index;
        } else if self.highest - index < 128 {
            self.seen |= 1 << (self.highest - index);
        }
    }
}
