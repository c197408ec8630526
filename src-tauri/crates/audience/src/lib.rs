//! Who may watch, who is watching, who was removed. It decides; shells carry out.
//!
//! [`Audience`] is a state machine without socket, clock, thread or source of randomness. Its owner calls
//! [`Audience::handle`] with what happened and when, then [`Audience::poll`] until it answers
//! [`Output::Timeout`], carrying out each output in order. When that time comes, it calls
//! [`Audience::handle`] with [`Input::Tick`]. What a visitor asks is answered at once, by [`Audience::visit`],
//! [`Audience::knock`] and [`Audience::join`]: a refusal is what they return.
//!
//! A viewer's life: [`Audience::join`] admits it, [`Input::Checked`] gives it a place (only now does it count against any
//! limit that others would feel), [`Input::Connected`] makes it a watching viewer (only now is `viewer_joined` told), and it
//! ends by [`Input::JoinFailed`], [`Input::Gone`], a kick, a ban, a newcomer for whom it has to make room while it is not
//! connected, or the end of the broadcast. What it held is dropped at that moment.
//!
//! Who a viewer is: the browser, by a cookie that we signed; a client without one, by address and User-Agent. A lock and a
//! retired link let return who was watching when they fell, or lost the connection in the half minute before. The last
//! 16,384 viewers who left are remembered for that, and so that somebody who leaves as the broadcaster clicks is still
//! kicked. All of it is forgotten when the next broadcast begins, and none of it changes by requests: only by who watches.
//!
//! In a rehearsal nothing is live to anybody but who has its private link; those come in past all that stands before others, and are no
//! viewers: none of them is told or counted.
//!
//! Not decided here: the upload cap (it needs bitrates), rates of requests per address (they need no knowledge of
//! viewers), and the events `live`, `ended`, `phase` and `links`, which the owner tells because it knows the links.

mod admission;
mod asks;
mod attempts;
mod audience;
mod browser;
mod count;
mod failed_joins;
mod failure_words;
mod guest;
mod guests;
mod headcount;
mod io;
mod joining;
mod link;
mod passcode;
mod removal;
mod returning;
mod tries;
mod viewers;
mod visitor;
mod waiting_room;

pub use audience::Audience;
pub use browser::browser_name;
pub use guest::Guest;
pub use headcount::Headcount;
pub use io::{Ban, Greeting, Input, Now, Output, Persisted, Refusal, To};
pub use link::{BadToken, Token};
pub use passcode::{BadPasscode, Passcode, PasscodeId};
pub use visitor::{BadCookie, Visitor, VisitorCookie};
