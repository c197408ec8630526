//! Screens and windows of Windows. What is decided stands in files that every system compiles and tries; what asks the system in others.

#[cfg(windows)]
mod dxgi;
#[cfg(windows)]
mod found;
#[cfg(windows)]
mod gdi;
mod listed;
mod outcome;
mod pointer;
#[cfg(windows)]
mod shown;
mod turn;

#[cfg(windows)]
pub(super) use shown::{list, open};
