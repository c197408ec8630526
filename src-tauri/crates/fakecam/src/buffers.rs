//! The buffers that somebody has of a camera.

use crate::argument::Argument;

#[derive(Default)]
pub(crate) struct Buffers {
    /// Of each piece of memory of one.
    pub(crate) pieces: Vec<usize>,
    pub(crate) count: u32,
    /// Given to the camera to be filled, the oldest first.
    pub(crate) queue: Vec<u32>,
}

/// A part of a picture, and where in the memory it goes.
pub(crate) struct Filled {
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Buffers {
    /// Where a buffer begins.
    pub(crate) fn offset(&self, index: u32) -> u64 {
        u64::from(index) * self.pieces.iter().sum::<usize>() as u64
    }

    /// Where one of its pieces begins.
    pub(crate) fn offset_of(&self, index: u32, piece: usize) -> u64 {
        self.offset(index) + self.pieces[..piece].iter().sum::<usize>() as u64
    }

    /// A picture's bytes in a buffer's pieces of memory, so many in each; the last takes what there is.
    pub(crate) fn place(&self, a: &mut Argument, index: u32, lengths: &[usize], mut bytes: Vec<u8>) -> Vec<Filled> {
        let place = |(number, room): (usize, &usize)| {
            let is_last = number + 1 == lengths.len();
            let length = if is_last { bytes.len() } else { lengths[number].min(bytes.len()) };
            let rest = bytes.split_off(length);
            let mut part = std::mem::replace(&mut bytes, rest);
            part.truncate(*room);
            let offset = self.offset_of(index, number);
            a.put_piece(number, part.len() as u32, *room as u32, offset);
            Filled { offset, bytes: part }
        };
        self.pieces.iter().enumerate().map(place).collect()
    }
}
