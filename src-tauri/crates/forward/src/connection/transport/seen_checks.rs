//! Which checks have come before.

use std::collections::VecDeque;

/// Remembers the STUN checks that passed, by the first bytes of their transaction ids, which are random (RFC 8489 5). When it is full,
/// one new check in four million is taken for a replay, and another check follows soon.
#[derive(Default)]
pub(super) struct SeenChecks {
    latest_last: VecDeque<u32>,
}

/// A browser sends a check every 2.5 s, so this is 40 minutes. An older check that somebody recorded counts as a new one, but moves no
/// media: that needs an answer to a check of ours, and so the viewer's password.
const REMEMBERED: usize = 1024;

impl SeenChecks {
    /// Remembers a check. False if it is a replay.
    pub(super) fn is_first(&mut self, [a, b, c, d, ..]: [u8; 12]) -> bool {
        let mark = u32::from_be_bytes([a, b, c, d]);
        if self.latest_last.contains(&mark) {
            return false;
        }
        if self.latest_last.len() == REMEMBERED {
            self.latest_last.pop_front();
        }
        self.latest_last.push_back(mark);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let id = |n: u32| <[u8; 12]>::try_from([n.to_be_bytes(), [0; 4], [0; 4]].concat()).expect("twelve bytes");
        let mut seen = SeenChecks::default();
        assert!((0..5000).all(|n| seen.is_first(id(n))));
        assert!(!(5000 - REMEMBERED as u32..5000).any(|n| seen.is_first(id(n))));
        assert!(seen.latest_last.len() <= REMEMBERED);
        assert!(seen.is_first(id(7)), "long ago");
    }
}
