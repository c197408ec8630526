//! What examples/quality.rs measures, and nothing else may call.

mod films;
mod settings;

pub use films::Film;
pub use settings::{SETTINGS, Setting};
