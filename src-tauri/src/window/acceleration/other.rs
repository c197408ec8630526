//! Systems whose web view finds out for itself, and has no switch.
#![allow(unsafe_code)] // As the other systems' half.

use super::{Machine, Policy};
use tauri::WebviewWindow;

pub(super) fn ask() -> Machine {
    Machine::default()
}

/// # Safety
/// None is needed: nothing is said.
pub(super) unsafe fn announce(_: Policy) {}

pub(super) fn tell(_: &WebviewWindow, _: Policy) -> tauri::Result<()> {
    Ok(())
}
