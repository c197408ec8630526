//! Who may watch, who is watching, who was removed. It decides; shells carry out.
//!
//! [`Audience`] is a state machine without socket, clock, thread or source of randomness. Its owner calls
//! [`Audience::handle`] with what happened and when, then [`Audience::poll`] until it answers
//! [`Output::Timeout`], carrying out each output in order. When that time comes, it calls
//! [`Audience::handle`] with [`Input::Tick`]. What a visitor asks is answered at once, by [`Audience::visit`],
//! [`Audience::knock`] and [`Audience::join`]: a refusal is what they return.
//!
//! A viewer's life: [`Audience::join`] admits it (it counts against the limit from here on), [`Input::Connected`] makes it a
//! watching viewer (only now is `viewer_joined` told), and it ends by [`Input::JoinFailed`], [`Input::Gone`], a kick, a
//! ban or the end of the broadcast. What it held is dropped at that moment.
//!
//! Who a viewer is: the browser, by its cookie; a client without one, by address and User-Agent. Of the visitors of a
//! broadcast the last 16,384 are remembered (a locked or retired link lets them return), and of the viewers who left the
//! last 1,024 (somebody who leaves as the broadcaster clicks is still kicked). Both are forgotten when the next begins.
//!
//! Not decided here: the upload cap (it needs bitrates), rates of requests per address (they need no knowledge of
//! viewers), and the events `live`, `ended`, `phase` and `links`, which the owner tells because it knows the links.

mod admission;
mod asks;
mod audience;
mod browser;
mod count;
mod io;
mod link;
mod removal;
mod viewers;
mod visitor;

pub use audience::Audience;
pub use browser::browser_name;
pub use io::{Ban, Input, Now, Output, Persisted, Refusal, To};
pub use link::{BadToken, Token};
pub use visitor::{BadCookie, Visitor, VisitorCookie};
