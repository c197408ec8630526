//! Ctrl+C in a console, where there are no signals.

use std::io;
use threads::After;
use tokio::sync::mpsc;

/// Yields when the program is asked to end: by Ctrl+C.
pub(crate) fn stop() -> io::Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(threads::task("signals", After::Ends, async move {
        while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {}
    }));
    Ok(receiver)
}

/// A console stops nobody in the background.
pub(crate) fn stay_in_background() {}

/// Nobody sets a console not to block.
pub(crate) fn wait_for_input() {
    std::thread::yield_now();
}

/// A console keeps nobody from reading.
pub(crate) fn is_in_background() -> bool {
    false
}
