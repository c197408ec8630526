//! V4L2 cameras made of nothing, for one program and its children: no kernel module, no compiler, no preloaded library.
//!
//! The program runs in a mount namespace of its own, whose `/dev` has the nodes that a [`Kind`] names. The kernel stops it at each call
//! that could concern a camera (seccomp user notification) and asks here; what does not concern one goes on as if nobody had asked.
//! The memory behind a node is a memfd, so that `mmap` is the kernel's own. What a camera says, and what it does wrong, is data: one
//! JSON file a kind, in `tests/support/cameras`.
//!
//! It needs Linux 5.14 on a 64-bit machine, and root or user namespaces.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

#[cfg(target_os = "linux")]
mod agreed;
#[cfg(target_os = "linux")]
mod argument;
#[cfg(target_os = "linux")]
mod buffers;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod device;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod jpeg;
mod kind;
#[cfg(target_os = "linux")]
mod listed;
#[cfg(target_os = "linux")]
mod notification;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod polled;
#[cfg(target_os = "linux")]
mod room;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod scene;
#[cfg(target_os = "linux")]
mod supervisor;

pub use kind::{AtTimes, Camera, Fields, Format, Jpeg, Kind, Lie, Name, Rates, Sizes};
#[cfg(target_os = "linux")]
pub use run::{Refused, Running, spawn};
