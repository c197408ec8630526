//! What is sent in the place of the camera's picture, because the broadcaster wishes so.

use crate::slate::Slate;

/// A card in the place of the picture. The camera is closed meanwhile, whichever is chosen: its light is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The camera is off.
    CameraOff,
    /// The broadcaster is away for a moment.
    BeRightBack,
}

impl Cover {
    pub(crate) fn slate(self) -> Slate {
        match self {
            Self::CameraOff => Slate::Off,
            Self::BeRightBack => Slate::Back,
        }
    }
}
