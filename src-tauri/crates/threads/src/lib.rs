//! Where every thread and task of the program is started, so that none dies unseen.
//!
//! Whatever panics is logged, counted by the name of its thread or task, and told to whoever listens: the owner, which tells
//! the broadcaster. What becomes of it then is said where it is started, by [`After`]: it is run again, or the program ends,
//! or it was only one piece of work that is lost.
//!
//! Here a thread asks the system for priority, too ([`ask_for`]), where the program was told to by [`prioritise`].
//!
//! The count and the listeners are the process's, as the hook is that the language calls at a panic: so what panics on a
//! library's own thread is told too.

#[cfg(feature = "faults")]
mod faults;
mod guard;
mod panicked;
mod panics;
mod priority;
mod task;
mod thread;

pub use guard::Died;
pub use panicked::{After, Panicked};
pub use panics::{Listening, counts, listen, say_nothing_else};
pub use priority::{Priority, ask_for, prioritise, turn};
pub use task::{Task, answered, caught, remade, task};
pub use thread::{replaced, restarted, vital};

/// A place in a thread's loop where a test may have it panic. Nothing, unless the feature `faults` is on.
#[inline(always)]
pub fn fault() {
    #[cfg(feature = "faults")]
    faults::panic_if_asked();
}

/// Whether a test wants at once what is done by the clock. Never, unless the feature `faults` is on.
#[inline(always)]
pub fn hurried(what: &str) -> bool {
    #[cfg(feature = "faults")]
    {
        faults::asked(what)
    }
    #[cfg(not(feature = "faults"))]
    {
        let _ = what;
        false
    }
}
