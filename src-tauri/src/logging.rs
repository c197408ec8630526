//! Where log lines go: to stderr, by a thread of its own. A terminal that was stopped with Ctrl+S, a pipe that nobody reads or
//! that is closed holds nobody up who has something to say.

mod lines;

use lines::Lines;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

/// What is logged where RUST_LOG says nothing: what a broadcaster may want to know, and of foreign code only warnings.
/// rtc_dtls warns of each extension of a browser's ClientHello that it does not know: six lines a join.
const USUAL: &str =
    "warn,rtc_dtls=error,skylark=info,studio=info,server=info,forward=info,media=info,reach=info,threads=info";

static STDERR: OnceLock<Lines> = OnceLock::new();

/// Logs to stderr, as much as RUST_LOG asks for; stdout belongs to the events. What panics is logged as everything is.
pub fn to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    // Colours are for people: a log in a file is read by programs, too.
    let colours = io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(|| stderr().begin());
    // What cannot be logged is not complained about: it would be printed to stderr, and a closed one has that panic.
    log.log_internal_errors(false).init();
    threads::say_nothing_else();
}

/// Tells the person who started the program; also when there is no log.
pub fn say(message: &str) {
    stderr().line(format!("{message}\n").into_bytes());
}

/// Waits until all is written, if somebody reads it.
pub fn finish() {
    if let Some(lines) = STDERR.get() {
        lines.finish();
    }
}

fn stderr() -> &'static Lines {
    STDERR.get_or_init(|| Lines::start(io::stderr()))
}
