//! `fakedesktop`: a desktop on Wayland that nobody sees, for tests that are not in Rust. It says as a line of JSON where its bus and its
//! display are, answers each line of its input with one, and is gone when that ends.

#[cfg(target_os = "linux")]
#[path = "../../../media/tests/support/wayland_desktop.rs"]
mod wayland_desktop;

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("fakedesktop needs Linux: Wayland's portal and PipeWire are there alone");
    std::process::ExitCode::from(2)
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use serde_json::json;
    use std::{
        io::{BufRead as _, Write as _, stdin, stdout},
        process::ExitCode,
    };

    /// What it lacks is said on the other output: who runs tests skips them.
    const SKIP: u8 = 77;

    let Some(mut desktop) = wayland_desktop::Desktop::start() else { return ExitCode::from(SKIP) };
    let says = |what: &serde_json::Value| writeln!(stdout().lock(), "{what}").is_ok();
    if !says(&json!({ "bus": desktop.bus(), "display": desktop.display() })) {
        return ExitCode::FAILURE;
    }
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "asked" => {}
            "choose" => desktop.choose(true),
            "decline" => desktop.choose(false),
            "end" => desktop.end_backend(),
            output => desktop.output(output),
        }
        // How often somebody was asked until now.
        if !says(&json!(desktop.asked())) {
            break;
        }
    }
    ExitCode::SUCCESS
}
