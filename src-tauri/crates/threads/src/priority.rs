//! The priority that threads ask the system for, so that the stream goes on beside a game or a build.
//!
//! Nothing is asked for before [`prioritise`], which only the program itself calls: no test of a part does. A thread asks by
//! [`ask_for`], on itself; what it is given it keeps until it ends, whatever panics in between.
//!
//! A thread of real time can take a core from everybody, the desktop and our own control plane included, so each is guarded
//! twice. What runs for [`RUN`] without a pause gets SIGXCPU from the kernel (RLIMIT_RTTIME), whose handler takes real time from
//! all threads at once; twice that long, and the kernel would kill the program. And what works for more than a part of its time, as under a
//! flood of packets or for a crowd of hundreds, gives it up itself (`budget.rs`), at the next [`turn`] of its loop. Both ask again after a rest.

#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod budget;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(any(target_os = "linux", windows)))]
use other as system;
#[cfg(windows)]
use windows as system;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a thread needs the processor for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Sound: real time. It is heard where one piece comes late, and takes hardly any time.
    Sound,
    /// Sending and receiving: real time below sound.
    Sending,
    /// Pictures: before others, and not in real time, as an encoder may work for as long as there are pictures.
    Pictures,
}

/// So long a thread of real time may run without a pause.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
const RUN: Duration = Duration::from_millis(100);

static WANTED: AtomicBool = AtomicBool::new(false);

/// From now on threads ask the system for priority. For the program as people run it.
pub fn prioritise() {
    WANTED.store(true, Ordering::Relaxed);
}

/// Asks the system for this thread's priority, the first time that it is called here. Waits for nobody; where the system gives none,
/// all goes on as before.
#[inline]
pub fn ask_for(priority: Priority) {
    if WANTED.load(Ordering::Relaxed) {
        system::ask_for(priority);
    }
}

/// A turn of this thread's loop: what is in real time looks whether it took too much, and a test may have it panic here.
#[inline]
pub fn turn() {
    crate::fault();
    if WANTED.load(Ordering::Relaxed) {
        system::turn();
    }
}
