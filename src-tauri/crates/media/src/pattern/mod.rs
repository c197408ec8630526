//! The test pattern: needs no camera, and its pictures can be read by programs.
//!
//! All positions are fractions of the picture, so they hold in every layer and at every size; W and H are its width and
//! height as it is seen.
//!
//! **Cells.** A block of 8 by 8 in the top right corner. In a picture that is at least as wide as it is high each is W/48 wide and
//! H/27 high (square at 16:9: 27 pixels at 1280x720, 13 at 640x360), the block's right edge stands at 31/32 W and its top at H/18. In an
//! upright picture each is W/27 wide and H/48 high, the right edge at 17/18 W and the top at H/32. The centre of cell i (0 to 63), in
//! column c = i mod 8 and row r = floor(i/8), is
//!
//! - x = (93 - 2 (8 - c) + 1) W/96, y = (3 + 2 r + 1) H/54, or upright
//! - x = (51 - 2 (8 - c) + 1) W/54, y = (3 + 2 r + 1) H/96;
//!
//! read the mean of its middle third. A bright cell (luma above 128) is a one, a dark cell a zero. Bits come row by row, the most
//! significant first:
//!
//! | cells | meaning |
//! |---|---|
//! | 0 to 31, the upper four rows | milliseconds of Unix time modulo 2^32, when the picture was made |
//! | 32 to 47 | frame number modulo 2^16: counts the pattern's ticks, and jumps where one was left out |
//! | 48 to 63 | CRC-16/CCITT-FALSE (polynomial 0x1021, initial value 0xFFFF, nothing reflected or inverted) over the six bytes before it, each number with its highest byte first |
//!
//! A picture of one colour does not pass the check sum.
//!
//! **Flash.** A lamp, white for the first 100 ms of every second of Unix time, else black: round, or with straight sides in a field
//! that is no square; x from 26/32 W to 30/32 W, y from 12/18 H to 16/18 H. The pattern's ticks lie on whole seconds, so one picture a second is
//! the first white one and carries a whole second in its cells; the tone's beep begins at the same moment.
//!
//! Around these are the stream's title, the time of day and the picture's number for people, colours and greys, and grain that is new in
//! every picture and makes an encoder spend all of its bitrate in every layer.

mod draw;
mod layout;
mod noise;
mod read;
mod readout;
mod shapes;
mod source;

pub(crate) use draw::Pattern;
pub use read::{Reading, read};
pub(crate) use source::PatternSource;

/// How many cells.
const CELLS: usize = 64;
/// How long the flash and the beep last at the start of each second, milliseconds.
pub(crate) const FLASH_MS: u32 = 100;

/// What stands in the cells, the first one in the highest bit.
fn cells(unix_ms: u32, frame: u16) -> u64 {
    u64::from(unix_ms) << 32 | u64::from(frame) << 16 | u64::from(check_sum(unix_ms, frame))
}

fn check_sum(unix_ms: u32, frame: u16) -> u16 {
    crc16(unix_ms.to_be_bytes().into_iter().chain(frame.to_be_bytes()))
}

fn crc16(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0xffff, |crc: u16, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_sum_is_the_catalogued_one() {
        assert_eq!(super::crc16(*b"123456789"), 0x29b1);
    }
}
