//! Threads: the one place where they are made.

use crate::guard;
use crate::panicked::After;
use std::io;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

/// How long a thread that panicked rests before it is run again: what fails at once each time must not fill the log, nor take
/// the processor from the others.
const REST: Duration = Duration::from_secs(1);

/// Starts a thread that the program cannot do without. If it panics, whoever listens is to end the program.
///
/// # Errors
///
/// The system has no room for a thread.
pub fn vital(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    start(name, move || drop(guard::run(None, After::Ends, run)))
}

/// Starts a thread that is run again a second after it panicked, with what it had.
///
/// # Errors
///
/// The system has no room for a thread.
pub fn restarted(name: &str, mut run: impl FnMut() + Send + 'static) -> io::Result<JoinHandle<()>> {
    start(name, move || {
        while guard::run(None, After::Restarts, &mut run).is_err() {
            sleep(REST);
        }
    })
}

/// Starts a thread in whose place whoever started it starts another.
///
/// # Errors
///
/// The system has no room for a thread.
pub fn replaced(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    start(name, move || drop(guard::run(None, After::Restarts, run)))
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(run)
}
