//! What a console tells, where there are no signals: Ctrl+C, Ctrl+Break, that it is closed, and that the user or the system goes.

use std::io;
use threads::After;
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
use tokio::sync::mpsc;

/// Yields when the program is asked to end. After the last three of these Windows ends it by itself, five seconds later at the
/// earliest: time enough to say goodbye.
pub(crate) fn stop() -> io::Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel(1);
    let (mut interrupt, mut breaking) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut logoff, mut shutdown) = (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
    tokio::spawn(threads::task("signals", After::Ends, async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = breaking.recv() => {}
                _ = close.recv() => {}
                _ = logoff.recv() => {}
                _ = shutdown.recv() => {}
            }
            if sender.send(()).await.is_err() {
                break;
            }
        }
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
