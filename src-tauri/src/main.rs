//! `skylark`: the window, or with `skylark headless` the same broadcast without one.

use clap::Parser;
use skylark::{Cli, Mode};
use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code)]
    // SAFETY: the program has this one thread yet.
    unsafe {
        studio::find_sound_server();
    }
    let cli = Cli::parse();
    if cli.wants_priority() {
        threads::prioritise();
    }
    match cli.mode() {
        Mode::Headless(options) => skylark::headless::run(options),
        Mode::Window(options) => window(options),
    }
}

#[cfg(feature = "window")]
#[allow(unsafe_code)]
fn window(options: studio::Options) -> ExitCode {
    // SAFETY: the program has this one thread yet.
    unsafe { skylark::window::run(options) }
}

#[cfg(not(feature = "window"))]
fn window(_: studio::Options) -> ExitCode {
    skylark::logging::say("skylark: this build has no window; `skylark headless` goes live without one.");
    skylark::logging::finish();
    ExitCode::from(2)
}
