//! Elsewhere there is no such dialogue yet.

use super::Question;
use std::path::PathBuf;
use tauri::WebviewWindow;
use words::{Said, said};

/// The path is typed.
pub(in super::super) async fn choose(_: WebviewWindow, _: Question) -> Result<Option<PathBuf>, Said> {
    Err(said!("window.no_choice"))
}
