//! Windows: sound and sending ask its Multimedia Class Scheduler, which puts them before all that has no deadline and keeps a fifth of each
//! processor for the rest, so that nothing has to be guarded here. Encoders come before what has no priority.
#![allow(unsafe_code)] // The C interface of both.

use super::Priority;
use std::cell::Cell;
use windows_sys::Win32::System::Threading::{
    AvSetMmThreadCharacteristicsW, GetCurrentThread, SetThreadPriority, THREAD_PRIORITY_ABOVE_NORMAL,
};

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// What it is given a thread keeps until it ends.
pub(super) fn ask_for(priority: Priority) {
    // A thread that is ending asks for nothing.
    if !ASKED.try_with(|asked| asked.replace(true)).unwrap_or(true) && !ask(priority) {
        tracing::info!("Windows gives {priority:?} no priority before other programs");
    }
}

/// The kinds of work are those that every Windows has.
fn ask(priority: Priority) -> bool {
    match priority {
        Priority::Sound => multimedia("Pro Audio"),
        Priority::Sending => multimedia("Distribution"),
        // SAFETY: the thread is this one.
        Priority::Pictures => unsafe { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_ABOVE_NORMAL) != 0 },
    }
}

fn multimedia(kind: &str) -> bool {
    let kind: Vec<u16> = kind.encode_utf16().chain([0]).collect();
    let mut index = 0;
    // SAFETY: the name ends in a zero, and both live as long as the call. The handle is given back with the thread.
    unsafe { !AvSetMmThreadCharacteristicsW(kind.as_ptr(), &raw mut index).is_null() }
}

pub(super) fn turn() {}

#[cfg(test)]
mod tests {
    use super::*;
    use windows_sys::Win32::System::Threading::GetThreadPriority;

    // SAFETY: the thread is this one.
    fn mine() -> i32 {
        unsafe { GetThreadPriority(GetCurrentThread()) }
    }

    #[test]
    fn an_encoder_comes_before_what_has_no_priority() {
        let thread = || {
            let before = mine();
            ask_for(Priority::Pictures);
            (before, mine())
        };
        assert_eq!(std::thread::spawn(thread).join().unwrap(), (0, THREAD_PRIORITY_ABOVE_NORMAL));
        assert_eq!(mine(), 0, "only that thread");
    }

    #[test]
    fn sound_and_sending_are_known_to_the_scheduler() {
        for priority in [Priority::Sound, Priority::Sending] {
            assert!(std::thread::spawn(move || ask(priority)).join().unwrap(), "{priority:?}");
        }
    }
}
