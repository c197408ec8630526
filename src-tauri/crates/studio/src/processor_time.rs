//! How long this thread has been on a processor.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::of_this_thread;

/// Such a clock is not read here: the time by the wall is given, which is no less.
#[cfg(not(unix))]
pub(crate) fn of_this_thread() -> std::time::Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
