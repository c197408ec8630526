//! glibc's: it gives back by itself only what is free at the end of a heap, and between many small things hardly anything is.
#![allow(unsafe_code)]

/// Gives back every page of which nothing is used. Takes milliseconds, in which other threads may wait for memory.
pub(crate) fn give_back() {
    // SAFETY: malloc_trim may be called at any time, from any thread; it changes nothing that is used.
    unsafe { libc::malloc_trim(0) };
}
