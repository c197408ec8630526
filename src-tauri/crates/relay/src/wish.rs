//! What an engine is asked about viewers, and what it says of them.

use protocol::{Rid, ViewerId};

/// What is asked of an engine about a viewer. What comes of it is told as [`crate::Told::Viewer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Let it in: [`Said::Offers`] follows, or [`Said::Refuses`].
    Admit(ViewerId),
    /// Its answer to what was offered: [`Said::Takes`] follows, and [`Said::Flows`].
    Answer(ViewerId, String),
    /// Send it this layer from the next keyframe on. Of who is let in no further, and of a server that [adapts](crate::Target::adapts) itself,
    /// nothing follows.
    Layer(ViewerId, Rid),
    /// Be rid of it, however far it is. Nothing follows.
    Kick(ViewerId),
}

/// What an engine says of a viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An offer for it: SDP.
    Offers(String),
    /// It took the answer.
    Takes,
    /// Media flows to it.
    Flows,
    /// It is gone.
    Gone,
    /// It is not let in, or its answer was not taken; for people.
    Refuses(String),
}
