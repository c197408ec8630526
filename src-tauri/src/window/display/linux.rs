//! Linux, where a program may be started without a desktop.

use crate::logging;
use words::{Said, said};

/// On the main thread, before anything of Tauri is.
pub(super) fn open() -> Result<(), Said> {
    let named =
        |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| format!("{name}={value}"));
    let names: Vec<String> = ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().filter_map(named).collect();
    if names.is_empty() {
        return Err(said!("window.no_display", why = said!("window.display_unset")));
    }
    // GTK remembers that it was asked: Tauri's own call finds the display open.
    gtk::init().map_err(|_| {
        let why = said!("window.display_unopened", names = names.join(" "));
        said!("window.no_display", why)
    })
}

/// Who has no display for a window has none for a message.
pub(super) fn tell(message: &Said) {
    logging::say(&format!("skylark: {message}"));
}
