//! A panic, as it is told.

use std::fmt;

/// What becomes of a thread or task after a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It is started again, or another takes its place.
    Restarts,
    /// The program cannot do without it, and ends.
    Ends,
    /// It was one piece of work, which is lost; others go on.
    Lost,
}

/// A panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// The thread or task, by its name in ARCHITECTURE.md.
    pub thread: String,
    /// What was said, and where.
    pub what: String,
    /// What becomes of it.
    pub after: After,
}

/// What the broadcaster reads.
impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Panicked { thread, what, after } = self;
        let then = match after {
            After::Restarts => "It is started again.",
            After::Ends => "Skylark cannot go on without it and ends: start it again.",
            After::Lost => "What it was doing is lost; all else goes on.",
        };
        write!(
            f,
            "A part of Skylark, \"{thread}\", failed ({what}). {then} This is a mistake in Skylark: please report it."
        )
    }
}
