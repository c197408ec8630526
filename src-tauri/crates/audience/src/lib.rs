//! Who may watch, who is watching, who was removed. It decides; shells carry out.
//!
//! [`Audience`] is a state machine without socket, clock, thread or source of randomness. Its owner calls
//! [`Audience::handle`] with what happened and when, then [`Audience::poll`] until it answers
//! [`Output::Timeout`], carrying out each output in order. When that time comes, it calls
//! [`Audience::handle`] with [`Input::Tick`]. Nothing here can fail: a refusal is an output.
//!
//! A viewer's life: [`Input::Join`] admits it (it counts against the limit from here on), [`Input::Connected`] makes it a
//! watching viewer (only now is `viewer_joined` told), and it ends by [`Input::JoinFailed`], [`Input::Gone`], a kick, a
//! ban or the end of the broadcast. What it held is dropped at that moment.
//!
//! Not decided here: the upload cap (it needs bitrates), rates of requests per address (they need no knowledge of
//! viewers), and the events `live`, `ended`, `phase` and `links`, which the owner tells because it knows the links.

mod audience;
mod io;
mod link;
mod visitor;

pub use audience::Audience;
pub use io::{Ban, Input, Now, Output, Persisted, Refusal, RequestId, To};
pub use link::{BadToken, Token};
pub use visitor::{BadCookie, Visitor, VisitorCookie, browser_name};
