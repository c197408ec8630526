//! What stands before a payload and is each viewer's own: numbers that must have no gap, whatever a viewer is not sent.

/// The bytes of a payload descriptor.
pub type Descriptor = [u8; 6];

/// How a codec writes it.
#[derive(Clone, Copy, Debug)]
pub struct PayloadDescriptor {
    /// That of a picture's first packet.
    pub(super) write: fn(&PictureIds) -> Descriptor,
    /// The bits of the first byte that only a picture's first packet has.
    pub(super) first_only: u8,
}

/// What one picture is called towards one viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureIds {
    /// Counts pictures; 15 bits.
    pub picture_id: u16,
    /// Counts pictures of the base temporal layer (TL0PICIDX).
    pub base_index: u8,
    /// Counts keyframes; 5 bits (KEYIDX).
    pub key_index: u8,
    /// The picture's temporal layer.
    pub temporal: u8,
    /// It needs nothing but the last base picture.
    pub step_up: bool,
}

impl PayloadDescriptor {
    /// That of a picture's first packet.
    pub fn of_picture(&self, ids: &PictureIds) -> Descriptor {
        (self.write)(ids)
    }

    /// That of the picture's packet `index`, by that of the first.
    pub fn of_packet(&self, mut first: Descriptor, index: usize) -> Descriptor {
        if index > 0 {
            first[0] &= !self.first_only;
        }
        first
    }
}
