//! The clock of a thread as POSIX has it.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Since the thread began.
pub(crate) fn of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither part of it is below zero, as the thread began before now.
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}
