//! A system whose screens cannot be shown yet.

use super::{Capture, Listed, Size, Wanted, Way};
use crate::device::DeviceError;
use protocol::ErrorCode;

pub(super) enum Screen {}

impl Screen {
    pub(super) fn open(_: &Wanted, _: &Way<'_>) -> Result<Self, DeviceError> {
        let message = "Screens and windows cannot be shown on this system yet. Choose a camera or an image.";
        Err(DeviceError::Said(ErrorCode::NoDevice, message.to_owned()))
    }
}

impl Capture for Screen {
    fn picture(&mut self, _: &mut Vec<u8>, _: bool) -> Result<Option<Size>, DeviceError> {
        match *self {}
    }
}

pub(super) fn list() -> Listed {
    Listed::default()
}
