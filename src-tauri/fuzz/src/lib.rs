//! What all targets share: a limit on the time that one input takes.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Whatever comes from the network is done with in this time, also when it is watched by a sanitiser, which makes it several times
/// slower. libFuzzer's own limit is in whole seconds, and so noticed nothing of offers that took half of one.
const LIMIT: Duration = Duration::from_millis(100);

/// Runs a target on one input, and panics where that took too long. What counts is the thread's time on a processor. The first
/// input may have made what all share (keys, tables), so a slow one has a second try.
pub fn timed(run: impl Fn()) {
    if took(&run) > LIMIT {
        let again = took(&run);
        assert!(again <= LIMIT, "one input took {again:?}");
    }
}

fn took(run: impl Fn()) -> Duration {
    let begun = now();
    run();
    now().saturating_sub(begun)
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}
