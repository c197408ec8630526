//! The clock of a thread as POSIX has it.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Since the thread began.
pub(crate) fn of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither part of it is below zero, as the thread began before now.
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_while_the_thread_works_and_stands_while_it_sleeps() {
        let start = of_this_thread();
        let mut work = 0u64;
        while of_this_thread() < start + Duration::from_millis(2) {
            work = std::hint::black_box(work + 1);
        }
        let before = of_this_thread();
        std::thread::sleep(Duration::from_millis(50));
        assert!(of_this_thread() - before < Duration::from_millis(50));
    }
}
