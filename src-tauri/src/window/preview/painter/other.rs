//! Systems whose web view draws by itself: its page paints the picture.

use tauri::WebviewWindow;

pub(crate) const CAN: bool = false;

pub(crate) fn prepare(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

pub(crate) fn paint(
    _: &WebviewWindow,
    _: (u16, u16),
    _: Vec<u8>,
    _: [f64; 4],
    _: impl FnOnce() + Send + 'static,
) -> tauri::Result<()> {
    Ok(())
}

pub(crate) fn clear(_: &WebviewWindow) {}
