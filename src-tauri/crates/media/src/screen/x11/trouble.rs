//! Why a server did not do as it was asked, and what is said of it.

use crate::device::DeviceError;
use protocol::ErrorCode;
use words::said;
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};

/// Why the server did not do as it was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is gone.
    Lost,
    /// It refused: what was asked about is not, or not so, any more.
    Refused,
}

impl From<ConnectionError> for Trouble {
    fn from(_: ConnectionError) -> Self {
        Self::Lost
    }
}

impl From<ReplyError> for Trouble {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(_) => Self::Lost,
            ReplyError::X11Error(_) => Self::Refused,
        }
    }
}

impl From<ReplyOrIdError> for Trouble {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::ConnectionError(_) => Self::Lost,
            ReplyOrIdError::X11Error(_) | ReplyOrIdError::IdsExhausted => Self::Refused,
        }
    }
}

impl From<Trouble> for DeviceError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost => DeviceError::Said(ErrorCode::DeviceLost, said!("screen.gone")),
            Trouble::Refused => DeviceError::Said(ErrorCode::DeviceFailed, said!("screen.no_pixels")),
        }
    }
}
