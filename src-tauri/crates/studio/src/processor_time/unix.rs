//! The clocks of a thread and of a process as POSIX has them.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Since the thread began.
pub(crate) fn of_this_thread() -> Duration {
    since(ClockId::ThreadCPUTime)
}

/// All its threads, since it was started.
pub(crate) fn of_this_program() -> Duration {
    since(ClockId::ProcessCPUTime)
}

fn since(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    // Neither part of it is below zero, as what it is of began before now.
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}
