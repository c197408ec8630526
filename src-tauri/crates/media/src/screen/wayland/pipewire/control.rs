//! How the library's loop is driven, by the thread that has the stream.

use super::library::Loop;
use std::{
    ffi::{c_int, c_void},
    marker::PhantomData,
    time::Duration,
};

/// How the library's loop is driven: by functions that it hands out in a table.
pub(super) struct Control {
    data: *mut c_void,
    enter: unsafe extern "C" fn(*mut c_void),
    leave: unsafe extern "C" fn(*mut c_void),
    iterate: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    /// The loop belongs to the thread that entered it.
    one_thread: PhantomData<*const ()>,
}

impl Control {
    /// SAFETY: `of` is null, or a loop of the library's.
    pub(super) unsafe fn of(of: *mut Loop) -> Option<Control> {
        // SAFETY: the tables live as long as the loop, and are laid out as <spa/support/loop.h> says.
        unsafe {
            let control = of.as_ref()?.control.as_ref()?;
            let methods = control.methods.as_ref()?;
            Some(Control {
                data: control.data,
                enter: methods.enter?,
                leave: methods.leave?,
                iterate: methods.iterate?,
                one_thread: PhantomData,
            })
        }
    }

    pub(super) unsafe fn enter(&self) {
        // SAFETY: it is the loop's own function and data.
        unsafe { (self.enter)(self.data) }
    }

    pub(super) unsafe fn leave(&self) {
        // SAFETY: the same.
        unsafe { (self.leave)(self.data) }
    }

    /// How much was heard; waits so long at most where there is nothing.
    pub(super) unsafe fn iterate(&self, patience: Duration) -> c_int {
        // A part of a millisecond is one: else it would be asked again and again until it is over.
        let milliseconds = c_int::try_from(patience.as_micros().div_ceil(1000)).unwrap_or(c_int::MAX);
        // SAFETY: the same.
        unsafe { (self.iterate)(self.data, milliseconds) }
    }
}
