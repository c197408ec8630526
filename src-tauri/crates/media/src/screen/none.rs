//! A system whose screens cannot be shown yet.

use super::{Capture, Listed, Wanted, Way};
use crate::device::DeviceError;
use protocol::ErrorCode;

pub(super) fn open(_: &Wanted, _: &Way<'_>) -> Result<Box<dyn Capture>, DeviceError> {
    let message = "Screens and windows cannot be shown on this system yet. Choose a camera or an image.";
    Err(DeviceError::Said(ErrorCode::NoDevice, message.to_owned()))
}

pub(super) fn list() -> Listed {
    Listed::default()
}
