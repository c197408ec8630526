//! The clocks of a thread and of a process as Windows has them, which go on in steps of 15 ms.
#![allow(unsafe_code)] // The standard library does not read it.

use std::time::Duration;
use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetCurrentThread, GetProcessTimes, GetThreadTimes};

/// Since the thread began.
pub(crate) fn of_this_thread() -> Duration {
    let [mut created, mut exited, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: the thread is this one, and each time has its place until the call returns. It cannot fail of one's own thread.
    unsafe {
        GetThreadTimes(GetCurrentThread(), &raw mut created, &raw mut exited, &raw mut kernel, &raw mut user);
    }
    since(kernel) + since(user)
}

/// All its threads, since it was started.
pub(crate) fn of_this_program() -> Duration {
    let [mut created, mut exited, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: the process is this one, and each time has its place until the call returns. It cannot fail of one's own process.
    unsafe {
        GetProcessTimes(GetCurrentProcess(), &raw mut created, &raw mut exited, &raw mut kernel, &raw mut user);
    }
    since(kernel) + since(user)
}

/// Windows counts in 100 ns.
fn since(time: FILETIME) -> Duration {
    Duration::from_nanos(((u64::from(time.dwHighDateTime) << 32) | u64::from(time.dwLowDateTime)) * 100)
}
