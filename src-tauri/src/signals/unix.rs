//! SIGINT, SIGTERM and SIGHUP, and the signals by which a terminal stops those in the background.
#![allow(unsafe_code)] // The standard library asks neither what is done at a signal nor whose the terminal is.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use threads::After;
use tokio::sync::mpsc;

/// Yields when the program is asked to end: by SIGINT, SIGTERM, or SIGHUP, which comes when its terminal goes; unless that was
/// ignored from the start, as `nohup` has it.
pub(crate) fn stop() -> io::Result<mpsc::Receiver<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = mpsc::channel(1);
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hangup = if is_ignored(libc::SIGHUP) { None } else { Some(signal(SignalKind::hangup())?) };
    tokio::spawn(threads::task("signals", After::Ends, async move {
        loop {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hung_up => {}
            }
            if sender.send(()).await.is_err() {
                break;
            }
        }
    }));
    Ok(receiver)
}

/// From now on a terminal does not stop the program when it reads or writes there from the background: reading fails instead,
/// and writing is let through.
pub(crate) fn stay_in_background() {
    for signal in [libc::SIGTTIN, libc::SIGTTOU] {
        // SAFETY: ignoring a signal runs no code of ours. It cannot fail: these two exist, and can be ignored.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

/// Whether stdin is a terminal that belongs to others at the moment.
pub(crate) fn is_in_background() -> bool {
    // SAFETY: both only look something up, and take no pointer. Where stdin is no terminal the first gives -1.
    let (theirs, ours) = unsafe { (libc::tcgetpgrp(libc::STDIN_FILENO), libc::getpgrp()) };
    theirs > 0 && theirs != ours
}

/// Waits until stdin has something to read, or has ended; a second at most.
pub(crate) fn wait_for_input() {
    const AT_MOST_MS: libc::c_int = 1000;
    let mut stdin = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
    // SAFETY: one descriptor is told of, which lives until the call returns. Whatever it returns, stdin is read again.
    unsafe { libc::poll(&raw mut stdin, 1, AT_MOST_MS) };
}

fn is_ignored(signal: libc::c_int) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and what is done now is written to where there is room for it; zeroes are a valid one, too.
    let now = unsafe {
        libc::sigaction(signal, ptr::null(), now.as_mut_ptr());
        now.assume_init()
    };
    now.sa_sigaction == libc::SIG_IGN
}
