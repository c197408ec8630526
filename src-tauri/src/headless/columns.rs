//! How many letters fit into a line of the terminal on stdout.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(super) use unix::of_stdout;

/// Nobody is asked here.
#[cfg(not(unix))]
pub(super) fn of_stdout() -> Option<usize> {
    None
}
