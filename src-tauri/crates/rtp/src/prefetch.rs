//! Asking the processor for memory before it is needed.
//!
//! Between two pictures of a viewer lie those of all the others, and nothing of it is in a fast cache any more. But who is next
//! is known, and while one viewer's packets are in the kernel the next one's state can be fetched.
#![allow(unsafe_code)] // The hint takes a pointer.

/// Begins to fetch a value, without waiting for it. Only its own bytes, not what it points to.
#[inline]
pub fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(value).cast::<i8>();
        for line in (0..size_of::<T>()).step_by(LINE) {
            // SAFETY: the address is inside `value`; the hint reads nothing that the program sees, and faults nowhere.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(line)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;
