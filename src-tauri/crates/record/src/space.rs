//! How much room must be left on the disk, and when there is too little. Decisions; what the system knows stands in its own file.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::Path;
use std::time::Duration;

/// What a recording leaves free, bytes: a system whose disk is full to the last byte fails in places that nobody thinks of.
pub(crate) const KEPT_FREE: u64 = 100_000_000;

/// Said when there is no room for more than this.
const LITTLE: Duration = Duration::from_secs(10 * 60);
/// Said again after there was room for this.
const ENOUGH: Duration = Duration::from_secs(12 * 60);

/// What follows from how much is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Enough,
    /// It is to be said that there is room for this long.
    Little(Duration),
    /// It ends here.
    None,
}

/// Watches one disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    said: bool,
}

impl Watch {
    /// Judges, of a recording that takes so many bytes a second.
    pub(crate) fn judge(&mut self, free: u64, bytes_a_second: u64) -> Verdict {
        if free < KEPT_FREE {
            return Verdict::None;
        }
        let left = room(free, bytes_a_second);
        if left >= ENOUGH {
            self.said = false;
        }
        if left >= LITTLE || std::mem::replace(&mut self.said, true) { Verdict::Enough } else { Verdict::Little(left) }
    }
}

/// For how long there is room.
pub(crate) fn room(free: u64, bytes_a_second: u64) -> Duration {
    Duration::from_secs(free.saturating_sub(KEPT_FREE) / bytes_a_second.max(1))
}

/// How many bytes somebody like us may still write to the disk that this is on; none where the system does not tell.
pub(crate) fn free(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    return unix::free(path);
    #[cfg(windows)]
    return windows::free(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_said_once_and_again_only_after_there_was_more() {
        let (mut watch, rate) = (Watch::default(), 300_000);
        let minutes = |minutes: u64| KEPT_FREE + minutes * 60 * rate;
        assert_eq!(watch.judge(minutes(11), rate), Verdict::Enough);
        assert_eq!(watch.judge(minutes(9), rate), Verdict::Little(Duration::from_secs(540)));
        for left in (0..9).rev().chain([11, 5]) {
            assert_eq!(watch.judge(minutes(left), rate), Verdict::Enough, "it was said");
        }
        assert_eq!(watch.judge(minutes(20), rate), Verdict::Enough);
        assert_eq!(watch.judge(minutes(5), rate), Verdict::Little(Duration::from_secs(300)));
        assert_eq!(watch.judge(KEPT_FREE - 1, rate), Verdict::None);
    }

    #[test]
    fn the_system_tells_how_much_is_free() {
        assert!(free(Path::new("/")).is_some());
        assert_eq!(free(Path::new("/nowhere/at/all")), None);
    }
}
