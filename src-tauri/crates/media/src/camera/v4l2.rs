//! Cameras on Linux: listed, chosen and streamed from by V4L2, the kernel's own interface.
//!
//! `ioctl` makes the calls, `node` is an open device, `list` finds the devices, `offers` reads what one can deliver,
//! `stream` has it deliver. What is decided is decided elsewhere, without a device: by `fourcc` and `offers` from lists, by `layout` where
//! each row of a picture is.
//!
//! nokhwa, which serves the other systems, reads a device's format before it sets one, knows no fractions, and drops what a
//! driver does not list; the library below it panics on names in /dev that it does not expect. Cameras do all of that.

mod fourcc;
mod ioctl;
mod layout;
mod list;
mod mapping;
mod node;
mod offers;
mod place;
mod stream;

pub(super) use list::{found, found_at};
pub(super) use place::named_path;
pub(super) use stream::Device;
