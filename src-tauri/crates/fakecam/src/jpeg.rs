//! A scene as a JPEG: baseline, 4:2:2 as most cameras send it, every block of 8x8 pixels one flat colour.
//!
//! A flat block is its DC coefficient alone. Quantised by 8 that is the colour's distance from 128, coded as the difference to the block
//! before, a number of at most eight bits. So nine DC symbols and one AC symbol, "end of block", are enough: the Huffman tables below give
//! the DC symbols the four-bit codes 0 to 8, and the AC symbol the code 0. Where a camera leaves the tables out the codes are those of
//! ITU-T T.81, annex K.3.

use crate::{kind::Jpeg, scene::Scene};

/// `rows` is the height that the JPEG says and has.
pub(crate) fn encode(scene: &Scene, rows: usize, how: Jpeg, out: &mut Vec<u8>) {
    headers(scene.width, rows, how, out);
    let mut bits = Bits { out, how, held: 0, count: 0 };
    let mut before = [0; 3];
    for (number, y) in (0..rows).step_by(8).enumerate() {
        if how == Jpeg::Restarts && number > 0 {
            bits.restart(number - 1);
            before = [0; 3];
        }
        let row = scene.row((y + 4).min(scene.height - 1));
        for x in (0..scene.width).step_by(16) {
            let at = |offset: usize| row[(x + offset).min(scene.width - 1)];
            bits.block(luma(at(4).0), &mut before[0], &LUMA);
            bits.block(luma(at(12).0), &mut before[0], &LUMA);
            bits.block(colour(at(8).1), &mut before[1], &COLOUR);
            bits.block(colour(at(8).2), &mut before[2], &COLOUR);
        }
    }
    bits.put(0x7f, 7);
    out.extend([0xff, 0xd9]);
}

fn headers(width: usize, height: usize, how: Jpeg, out: &mut Vec<u8>) {
    let [[wide, narrow], [high, low]] = [width, height].map(|side| (side as u16).to_be_bytes());
    // The start, and quantisers: 8, and 63 of which none is used.
    out.extend([0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, 8]);
    out.extend([1; 63]);
    // Progressive: a pass for the DC coefficients is all that there is.
    let (frame, last) = if how == Jpeg::Progressive { (0xc2, 0) } else { (0xc0, 63) };
    out.extend([0xff, frame, 0, 17, 8, high, low, wide, narrow, 3, 1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0]);
    if how != Jpeg::NoTables {
        out.extend([0xff, 0xc4, 0, 28, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        out.extend([0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    if how == Jpeg::Restarts {
        let [many, few] = (width.div_ceil(16) as u16).to_be_bytes();
        out.extend([0xff, 0xdd, 0, 4, many, few]);
    }
    let colours = if how == Jpeg::NoTables { 0x11 } else { 0 };
    out.extend([0xff, 0xda, 0, 12, 3, 1, 0x00, 2, colours, 3, colours, 0, last, 0]);
}

/// Codes of the usual tables, each with its length in bits: for the size of a DC difference, and for the end of a block.
struct Usual {
    dc: [(u32, u32); 9],
    end: (u32, u32),
}

const LUMA: Usual = Usual {
    dc: [
        (0b00, 2),
        (0b010, 3),
        (0b011, 3),
        (0b100, 3),
        (0b101, 3),
        (0b110, 3),
        (0b1110, 4),
        (0b11110, 5),
        (0b111110, 6),
    ],
    end: (0b1010, 4),
};
const COLOUR: Usual = Usual {
    dc: [
        (0b00, 2),
        (0b01, 2),
        (0b10, 2),
        (0b110, 3),
        (0b1110, 4),
        (0b11110, 5),
        (0b111110, 6),
        (0b1111110, 7),
        (0b11111110, 8),
    ],
    end: (0b00, 2),
};

/// A JPEG's luma goes from 0 to 255, where the scene's, like video's, goes from 16 to 235.
fn luma(y: u8) -> i32 {
    (i32::from(y) - 16) * 255 / 219
}

/// Colour goes from 1 to 255, not from 16 to 240.
fn colour(c: u8) -> i32 {
    128 + (i32::from(c) - 128) * 127 / 112
}

struct Bits<'a> {
    out: &'a mut Vec<u8>,
    how: Jpeg,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn put(&mut self, value: u32, count: u32) {
        self.held = self.held << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.out.push(byte);
            // 0xff starts a marker, unless a zero follows.
            if byte == 0xff {
                self.out.push(0);
            }
        }
    }

    /// A marker between two rows of blocks, each of which stands for itself.
    fn restart(&mut self, number: usize) {
        self.put(0x7f, 7);
        (self.held, self.count) = (0, 0);
        self.out.extend([0xff, 0xd0 + (number % 8) as u8]);
    }

    fn block(&mut self, level: i32, before: &mut i32, usual: &Usual) {
        let difference = level - 128 - *before;
        *before = level - 128;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        let usual_tables = self.how == Jpeg::NoTables;
        let (code, length) = if usual_tables { usual.dc[size as usize] } else { (size, 4) };
        self.put(code, length);
        if size > 0 {
            // A negative number is written as its value minus one, in `size` bits.
            let written = if difference < 0 { difference - 1 } else { difference };
            self.put(written as u32 & ((1 << size) - 1), size);
        }
        match self.how {
            // The other coefficients would come in passes of their own.
            Jpeg::Progressive => {}
            _ if usual_tables => self.put(usual.end.0, usual.end.1),
            _ => self.put(0, 1),
        }
    }
}
