//! The test pattern: needs no camera, and its pictures can be read by programs.
//!
//! All positions are fractions of the picture, so they hold in every layer and at every size; W and H are its width and
//! height as it is seen.
//!
//! **Cells.** A strip over the whole width at the very top: two rows of 32 cells, each W/32 wide and H/18 high (40 pixels
//! square at 1280x720, 10 at 320x180). The centre of cell i (0 to 63) is x = (i mod 32 + 1/2) W/32,
//! y = (floor(i/32) + 1/2) H/18; read the mean of its middle third. A bright cell (luma above 128) is a one, a dark cell
//! a zero. Bits come with the most significant first:
//!
//! | cells | meaning |
//! |---|---|
//! | 0 to 31, the first row | milliseconds of Unix time modulo 2^32, when the picture was made |
//! | 32 to 47 | frame number modulo 2^16: counts the pattern's ticks, and jumps where one was left out |
//! | 48 to 63 | CRC-16/CCITT-FALSE (polynomial 0x1021, initial value 0xFFFF, nothing reflected or inverted) over the six bytes before it, each number with its highest byte first |
//!
//! A picture of one colour does not pass the check sum.
//!
//! **Flash.** A square, white for the first 100 ms of every second of Unix time, else black: x from 26/32 W to 30/32 W,
//! y from 12/18 H to 16/18 H. The pattern's ticks lie on whole seconds, so one picture a second is the first white one and
//! carries a whole second in its cells; the tone's beep begins at the same moment.
//!
//! Around these are the time of day, the frame number and a name for people, colours, and noise that is new in every
//! picture and makes an encoder spend all of its bitrate in every layer.

mod draw;
mod noise;
mod read;
mod source;

pub(crate) use draw::Pattern;
pub use read::{Reading, read};
pub(crate) use source::PatternSource;

/// Cells in a row, and W over the width of a cell.
const COLUMNS: usize = 32;
/// H over the height of a cell.
const ROWS: usize = 18;
/// How many cells.
const CELLS: usize = 64;
/// How long the flash and the beep last at the start of each second, milliseconds.
pub(crate) const FLASH_MS: u32 = 100;
/// The flash, in cells: left, right, top, bottom.
const FLASH: [usize; 4] = [26, 30, 12, 16];

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

/// Left, right, top and bottom of a field that is given in cells, in pixels.
fn field([left, right, top, bottom]: [usize; 4], width: usize, height: usize) -> [usize; 4] {
    [left * width / COLUMNS, right * width / COLUMNS, top * height / ROWS, bottom * height / ROWS]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_sum_is_the_catalogued_one() {
        assert_eq!(super::crc16(*b"123456789"), 0x29b1);
    }
}
