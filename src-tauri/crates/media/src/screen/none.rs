//! A system whose screens cannot be shown yet.

use super::{Capture, Listed, Wanted, Way};
use crate::device::DeviceError;
use protocol::ErrorCode;
use words::said;

pub(super) fn open(_: &Wanted, _: &Way<'_>) -> Result<Box<dyn Capture>, DeviceError> {
    Err(DeviceError::Said(ErrorCode::NoDevice, said!("screen.none")))
}

pub(super) fn list() -> Listed {
    Listed::default()
}
