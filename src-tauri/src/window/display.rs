//! Whether a window can be opened here. Tauri only panics where it cannot.

/// Opens the display, or says why it cannot be opened. On the main thread, before anything of Tauri is.
#[cfg(target_os = "linux")]
pub(super) fn open() -> Result<(), String> {
    let named =
        |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| format!("{name}={value}"));
    let names: Vec<String> = ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().filter_map(named).collect();
    if names.is_empty() {
        return Err("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned());
    }
    // GTK remembers that it was asked: Tauri's own call finds the display open.
    gtk::init().map_err(|_| format!("{} cannot be opened", names.join(" ")))
}

/// Opens the display, of which there always is one.
#[cfg(not(target_os = "linux"))]
pub(super) fn open() -> Result<(), String> {
    Ok(())
}
