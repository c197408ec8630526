//! What an ioctl's argument holds, at the places where the kernel's `videodev2.h` puts it on 64-bit machines.

use crate::notification::Call;
use std::io;

/// The bytes of an argument: read, changed and written back.
pub(crate) struct Argument(pub(crate) Vec<u8>, pub(crate) Option<Planes>);

/// What the argument of a call about a buffer of several planes points to, where it stands.
pub(crate) struct Planes {
    pub(crate) address: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Bytes of a `v4l2_plane`.
const PLANE: usize = 64;

impl Argument {
    /// Of a call, with what it points to.
    pub(crate) fn read(call: &Call, request: u32, address: u64) -> io::Result<Argument> {
        let mut argument = Argument(vec![0; size(request)], None);
        call.read(address, &mut argument.0)?;
        if [QUERYBUF, QBUF, DQBUF].contains(&request) && argument.get(4) == CAPTURE_BY_PLANES {
            /// More planes than this there are not.
            const MOST: u32 = 8;
            let (address, count) = (argument.get_long(64), argument.get(72).min(MOST));
            let mut bytes = vec![0; count as usize * PLANE];
            call.read(address, &mut bytes)?;
            argument.1 = Some(Planes { address, bytes });
        }
        Ok(argument)
    }

    /// Answers the call with it.
    pub(crate) fn write(&self, call: &Call, address: u64) -> io::Result<()> {
        call.write(address, &self.0)?;
        self.1.as_ref().map_or(Ok(()), |planes| call.write(planes.address, &planes.bytes))
    }

    pub(crate) fn get(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.0[at..at + 4].try_into().expect("four bytes"))
    }

    fn get_long(&self, at: usize) -> u64 {
        u64::from_ne_bytes(self.0[at..at + 8].try_into().expect("eight bytes"))
    }

    /// Writes a plane: its bytes that are used, its length, and where it is in the memory. Without planes it is the buffer's own.
    pub(crate) fn put_piece(&mut self, number: usize, used: u32, length: u32, offset: u64) {
        let Some(planes) = &mut self.1 else {
            self.put(8, [used]);
            self.put_long(64, offset);
            return self.put(72, [length]);
        };
        let Some(plane) = planes.bytes.chunks_exact_mut(PLANE).nth(number) else { return };
        plane[..4].copy_from_slice(&used.to_ne_bytes());
        plane[4..8].copy_from_slice(&length.to_ne_bytes());
        plane[8..16].copy_from_slice(&offset.to_ne_bytes());
    }

    pub(crate) fn put<const N: usize>(&mut self, at: usize, values: [u32; N]) {
        for (n, value) in values.into_iter().enumerate() {
            self.0[at + 4 * n..at + 4 * n + 4].copy_from_slice(&value.to_ne_bytes());
        }
    }

    pub(crate) fn put_long(&mut self, at: usize, value: u64) {
        self.0[at..at + 8].copy_from_slice(&value.to_ne_bytes());
    }

    /// A text that ends in a zero, cut off where there is no room.
    pub(crate) fn put_text(&mut self, at: usize, room: usize, text: &[u8]) {
        let length = text.len().min(room - 1);
        self.0[at..at + room].fill(0);
        self.0[at..at + length].copy_from_slice(&text[..length]);
    }

    pub(crate) fn clear(&mut self, from: usize) {
        self.0[from..].fill(0);
    }
}

/// Bytes of an ioctl's argument, which its number says.
fn size(request: u32) -> usize {
    (request >> 16 & 0x3fff) as usize
}

/// The number says that the argument is written back.
pub(crate) fn answers(request: u32) -> bool {
    request & 0x8000_0000 != 0
}

macro_rules! requests {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(pub(crate) const $name: u32 = $number;)*

        /// An ioctl's number by its name in the kernel's header.
        pub(crate) fn name(request: u32) -> Option<&'static str> {
            match request {
                $($name => Some(concat!("VIDIOC_", stringify!($name))),)*
                _ => None,
            }
        }
    };
}

requests! {
    QUERYCAP = 0x8068_5600,
    ENUM_FMT = 0xc040_5602,
    G_FMT = 0xc0d0_5604,
    S_FMT = 0xc0d0_5605,
    TRY_FMT = 0xc0d0_5640,
    REQBUFS = 0xc014_5608,
    QUERYBUF = 0xc058_5609,
    QBUF = 0xc058_560f,
    DQBUF = 0xc058_5611,
    STREAMON = 0x4004_5612,
    STREAMOFF = 0x4004_5613,
    G_PARM = 0xc0cc_5615,
    S_PARM = 0xc0cc_5616,
    ENUM_FRAMESIZES = 0xc02c_564a,
    ENUM_FRAMEINTERVALS = 0xc034_564b,
    QUERYCTRL = 0xc044_5624,
    QUERY_EXT_CTRL = 0xc0e8_5667,
    QUERYMENU = 0xc02c_5625,
    G_CTRL = 0xc008_561b,
    S_CTRL = 0xc008_561c,
    G_EXT_CTRLS = 0xc020_5647,
    S_EXT_CTRLS = 0xc020_5648,
    G_INPUT = 0x8004_5626,
    S_INPUT = 0xc004_5627,
}

/// `V4L2_BUF_TYPE_VIDEO_CAPTURE`.
pub(crate) const CAPTURE: u32 = 1;
/// `V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE`.
pub(crate) const CAPTURE_BY_PLANES: u32 = 9;
/// `V4L2_MEMORY_MMAP`.
pub(crate) const MMAP: u32 = 1;
/// `V4L2_FIELD_NONE`.
pub(crate) const PROGRESSIVE: u32 = 1;

/// `V4L2_FIELD_INTERLACED`.
pub(crate) const INTERLACED: u32 = 4;
/// `V4L2_FIELD_SEQ_TB`.
pub(crate) const EVEN_THEN_ODD: u32 = 5;

/// `V4L2_FIELD_SEQ_BT`.
pub(crate) const ODD_THEN_EVEN: u32 = 6;
/// `V4L2_FIELD_ALTERNATE`.
pub(crate) const ALTERNATE: u32 = 7;
/// `V4L2_FIELD_TOP` and `V4L2_FIELD_BOTTOM`.
pub(crate) const FIELDS: [u32; 2] = [2, 3];

/// Four letters as their number.
pub(crate) fn fourcc(letters: &str) -> u32 {
    let mut bytes = [b' '; 4];
    bytes.iter_mut().zip(letters.bytes()).for_each(|(byte, letter)| *byte = letter);
    u32::from_le_bytes(bytes)
}
