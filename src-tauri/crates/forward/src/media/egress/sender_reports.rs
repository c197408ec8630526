//! When a viewer's sender reports are due.

use std::time::{Duration, Instant};

/// Between two sender reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// A report that is due goes with the next picture. Only where no picture comes for this long a timer sends it: a timer of its own
/// for every viewer would wake the sending thread once a second for each, to touch state that is not in the cache.
const REPORT_SLACK: Duration = Duration::from_millis(100);

/// Packets of picture and of sound that were sent.
type Packets = (u32, u32);

/// Sender reports once a second, as long as something is sent.
#[derive(Default)]
pub(super) struct ReportTimer {
    /// The next report; none while nothing is sent.
    next: Option<Due>,
    /// What had been sent at the last one.
    reported: Packets,
    /// Nothing had been sent since the one before.
    silent: bool,
}

/// When a report goes with the next picture, and when it goes without one.
#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    by: Instant,
}

impl ReportTimer {
    /// Reports begin as soon as something was sent.
    pub(super) fn arm(&mut self, sent: Packets, now: Instant) {
        if self.next.is_none() && sent != (0, 0) {
            self.at_once(now);
        }
    }

    /// A report is due now.
    pub(super) fn at_once(&mut self, now: Instant) {
        self.next = Some(Due { at: now, by: now });
    }

    /// A report goes with the picture that was just sent.
    pub(super) fn is_due_with_picture(&self, now: Instant) -> bool {
        self.next.is_some_and(|due| due.at <= now)
    }

    /// When a report is due even if no picture comes.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next.map(|due| due.by)
    }

    /// A report is due: sets the time of the next one. False if there is nothing new to report.
    pub(super) fn take(&mut self, sent: Packets, now: Instant) -> bool {
        let silent = sent == self.reported;
        if silent && std::mem::replace(&mut self.silent, silent) {
            // Reports end only after the second silent interval, so that a viewer who waits for a broadcast costs nothing: in
            // the first one it may be that only the viewer's layer has ended, which shows when the others went on for a second.
            self.next = None;
            return false;
        }
        self.silent = silent;
        self.next = Some(Due { at: now + REPORT_INTERVAL, by: now + REPORT_INTERVAL + REPORT_SLACK });
        if !silent {
            self.reported = sent;
        }
        !silent
    }
}
