//! Linux, where a program may be started without a desktop.

use crate::logging;

/// On the main thread, before anything of Tauri is.
pub(super) fn open() -> Result<(), String> {
    let named =
        |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| format!("{name}={value}"));
    let names: Vec<String> = ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().filter_map(named).collect();
    if names.is_empty() {
        return Err(missing("neither DISPLAY nor WAYLAND_DISPLAY is set"));
    }
    // GTK remembers that it was asked: Tauri's own call finds the display open.
    gtk::init().map_err(|_| missing(&format!("{} cannot be opened", names.join(" "))))
}

fn missing(why: &str) -> String {
    format!("there is no display to open the window on ({why}). `skylark headless` goes live without one.")
}

/// Who has no display for a window has none for a message.
pub(super) fn tell(message: &str) {
    logging::say(&format!("skylark: {message}"));
}
