//! Where log lines go.

use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// What is logged where RUST_LOG says nothing: what a broadcaster may want to know, and of foreign code only warnings.
/// rtc_dtls warns of each extension of a browser's ClientHello that it does not know: six lines a join.
const USUAL: &str = "warn,rtc_dtls=error,skylark=info,studio=info,server=info,forward=info,media=info,reach=info";

/// Logs to stderr, as much as RUST_LOG asks for; stdout belongs to the events.
pub fn to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    // Colours are for people: a log in a file is read by programs, too.
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(io::stderr).init();
}
