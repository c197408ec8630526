//! Somebody who means harm: a viewer with a DTLS and an SRTP that are not the program's, who says what no viewer says.
//!
//! Each part is an attack by itself, and the stories set them beside honest viewers: what a viewer sends with its own keys
//! ([`Viewer`], [`rtcp`]), what a link holder posts or a page says ([`offers`], [`Siege`], [`page`]), what a stranger does to the port
//! ([`Siege`]). Nothing here is bounded by what is decent, only by the rate it is given.

mod greetings;
mod http;
pub mod offers;
pub mod page;
pub mod rtcp;
mod siege;
mod viewer;

pub use http::{Response, Target, say};
pub use siege::Siege;
pub use viewer::Viewer;
