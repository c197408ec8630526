//! Skylark, the application: a command line, a headless program, and (feature `window`) the control panel.

#[cfg(windows)]
mod console;
pub mod headless;
pub mod logging;
mod options;
mod signals;
mod timers;
#[cfg(feature = "window")]
pub mod window;

pub use options::{Cli, Mode};
