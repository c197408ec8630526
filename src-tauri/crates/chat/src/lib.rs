//! What people say beside the picture: who may, what of it is taken, who hears it, and what the broadcaster does about it.
//!
//! [`Chat`] is a state machine without socket, clock or thread, as `audience` is. What a viewer says is answered at once: a refusal is
//! what the call returns. What follows for others is there to be polled ([`Chat::poll`]), in order; when [`Chat::timeout`] comes,
//! [`Chat::tick`] is called.
//!
//! Who speaks is a [`Speaker`]: a viewer to whom media flows, and the browser that it is. Names, mutes and rates are the browser's
//! (its cookie's), so that a page that is loaded again changes none of them. Everything is forgotten when the next broadcast
//! begins; the rules (mode, slow mode, words, links) stay as long as the program runs.
//!
//! Messages are told in frames: the first at once, those that follow within 50 ms together. A page that begins to show the chat, or does
//! so again after its socket was lost, is answered with exactly what it has not ([`Chat::since`]), and hears every frame from then on.
//!
//! Not decided here: how much a socket may say, and what becomes of a page that does not read (`server`).

mod chat;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod likeness;
mod lines;
mod links;
mod names;
mod pace;
mod people;
mod text;
mod words;

pub use chat::{Chat, FRAME, HOST, Limits, Output, Refused, Rejected};
pub use lines::{CATCH_UP, HISTORY};
pub use names::name_to_show;
pub use pace::Rate;
pub use people::Speaker;
