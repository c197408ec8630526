//! What stands before a payload and is each viewer's own: numbers that must have no gap, whatever a viewer is not sent.

use std::ops::Deref;

/// The bytes of a payload descriptor, and nothing behind them where it is shorter.
pub type Descriptor = [u8; 6];

/// How a codec writes it.
#[derive(Clone, Copy, Debug)]
pub struct PayloadDescriptor {
    /// That of a picture's only packet.
    pub(super) write: fn(&PictureIds) -> Descriptor,
    /// How many bytes it has.
    pub(super) len: u8,
    /// The bits of the first byte that only a picture's first packet has.
    pub(super) first_only: u8,
    /// Those that only its last packet has.
    pub(super) last_only: u8,
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
    /// It refers to no other picture.
    pub keyframe: bool,
    /// The picture's temporal layer.
    pub temporal: u8,
    /// It needs nothing but the last base picture.
    pub step_up: bool,
}

/// What stands before the payload of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketDescriptor {
    bytes: Descriptor,
    len: u8,
}

impl Deref for PacketDescriptor {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl PayloadDescriptor {
    /// What is kept of a picture, from which that of each of its packets follows.
    pub fn of_picture(&self, ids: &PictureIds) -> Descriptor {
        (self.write)(ids)
    }

    /// That of packet `index` of the picture's `packets`, by that of the picture.
    pub fn of_packet(&self, picture: Descriptor, index: usize, packets: usize) -> PacketDescriptor {
        let mut bytes = picture;
        if index > 0 {
            bytes[0] &= !self.first_only;
        }
        if index + 1 < packets {
            bytes[0] &= !self.last_only;
        }
        PacketDescriptor { bytes, len: self.len }
    }
}
