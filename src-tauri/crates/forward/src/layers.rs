//! Which layer a viewer gets: a decision as a value, carried out elsewhere.

use protocol::Rid;

/// The highest temporal layer: every picture.
pub(crate) const ALL_PICTURES: u8 = 2;

/// What a viewer should be sent, as soon as it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aim {
    pub(crate) rid: Rid,
    /// The highest temporal layer.
    pub(crate) temporal: u8,
}

/// One viewer's choice of layers.
pub(crate) struct Layers {
    max: Rid,
}

impl Layers {
    pub(crate) fn new(max: Rid) -> Self {
        Self { max }
    }

    /// Never send more than this.
    pub(crate) fn cap(&mut self, max: Rid) {
        self.max = max;
    }

    pub(crate) fn aim(&self) -> Aim {
        Aim { rid: self.max, temporal: ALL_PICTURES }
    }
}
