//! `skylark headless`: live at once, events out on stdout, commands in on stdin.

use std::process::ExitCode;
use studio::Options;

/// Runs until `quit`, SIGINT or SIGTERM.
pub fn run(_options: Options) -> ExitCode {
    todo!()
}
