//! Where everything stands in the test pattern, at every size.
//!
//! A grid of 96 by 54 squares lies over a picture of 16:9, and one of 54 by 96 over an upright picture; over any other shape its fields
//! are stretched with the picture. So each place is a fraction of the width or of the height, and holds in every layer.

/// Fields of the longer and of the shorter side.
const LONG: usize = 96;
const SHORT: usize = 54;
/// What stays free at the edges, in fields.
const MARGIN: usize = 3;
/// Width and height of a cell, in fields; and cells in a row of the block.
const CELL: usize = 2;
const BLOCK: usize = 8;

/// Left, right, top, bottom, in pixels.
pub(crate) type Field = [usize; 4];

/// The grid over a picture of one size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    width: usize,
    height: usize,
}

impl Layout {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height }
    }

    /// One of the 64 cells, row by row. The block stands in the top right corner.
    pub(super) fn cell(self, cell: usize) -> Field {
        let (columns, _) = self.fields();
        let (column, row) = (cell % BLOCK, cell / BLOCK);
        let left = columns - MARGIN - CELL * (BLOCK - column);
        let top = MARGIN + CELL * row;
        self.field([left, left + CELL, top, top + CELL])
    }

    /// All cells together.
    pub(super) fn block(self) -> Field {
        let ([left, _, top, _], [_, right, _, bottom]) = (self.cell(0), self.cell(BLOCK * BLOCK - 1));
        [left, right, top, bottom]
    }

    /// The flash, at the same part of every picture's width and height.
    pub(super) fn flash(self) -> Field {
        let (w, h) = (self.width, self.height);
        [26 * w / 32, 30 * w / 32, 12 * h / 18, 16 * h / 18]
    }

    /// The grain: two fifths of the picture.
    pub(super) fn grain(self) -> Field {
        self.field(if self.is_upright() { [3, 42, 22, 74] } else { [3, 73, 22, 51] })
    }

    /// The colours, and the greys beside them.
    pub(super) fn colours(self) -> [Field; 2] {
        let fields =
            if self.is_upright() { [[44, 47, 22, 60], [48, 51, 22, 60]] } else { [[75, 93, 22, 27], [75, 93, 28, 31]] };
        fields.map(|field| self.field(field))
    }

    /// Room for words beside the block, above the grain.
    pub(super) fn head(self) -> Field {
        self.field(if self.is_upright() { [3, 33, 3, 19] } else { [3, 75, 3, 19] })
    }

    /// Room for the clock: the head again, or, in an upright picture, below the grain.
    pub(super) fn foot(self) -> Field {
        if self.is_upright() { self.field([3, 42, 77, 93]) } else { self.head() }
    }

    /// One field's side, pixels: what sizes of type, corners and lines are measured in.
    pub(super) fn unit(self) -> f32 {
        let (columns, rows) = self.fields();
        (self.width as f32 / columns as f32).min(self.height as f32 / rows as f32)
    }

    pub(super) fn is_upright(self) -> bool {
        self.height > self.width
    }

    fn fields(self) -> (usize, usize) {
        if self.is_upright() { (SHORT, LONG) } else { (LONG, SHORT) }
    }

    fn field(self, [left, right, top, bottom]: [usize; 4]) -> Field {
        let (columns, rows) = self.fields();
        let (across, down) = (|x: usize| x * self.width / columns, |y: usize| y * self.height / rows);
        [across(left), across(right), down(top), down(bottom)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(usize, usize); 9] = [
        (1280, 720),
        (1920, 1080),
        (160, 96),
        (96, 160),
        (1080, 1920),
        (640, 480),
        (1440, 1440),
        (1366, 768),
        (640, 360),
    ];

    #[test]
    fn nothing_stands_over_anything_else_and_nothing_outside() {
        for (width, height) in SIZES {
            let layout = Layout::new(width, height);
            let [colours, greys] = layout.colours();
            let mut fields = vec![layout.block(), layout.flash(), layout.grain(), colours, greys, layout.head()];
            if layout.is_upright() {
                fields.push(layout.foot());
            }
            for (at, a) in fields.iter().enumerate() {
                assert!(a[0] < a[1] && a[2] < a[3] && a[1] <= width && a[3] <= height, "{width}x{height}: {a:?}");
                for b in &fields[at + 1..] {
                    let apart = a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2];
                    assert!(apart, "{width}x{height}: {a:?} and {b:?}");
                }
            }
        }
    }

    #[test]
    fn the_cells_are_small_and_in_a_corner() {
        for (width, height) in SIZES {
            let [left, right, top, bottom] = Layout::new(width, height).block();
            assert!((right - left) * (bottom - top) * 20 <= width * height, "{width}x{height}: a twentieth at most");
            assert!(left > width / 2 && right < width && top > 0 && bottom < height / 2, "{width}x{height}");
        }
    }

    #[test]
    fn the_grain_has_the_size_that_bitrates_were_measured_with() {
        for (width, height) in [(1280, 720), (1920, 1080), (1080, 1920)] {
            let [left, right, top, bottom] = Layout::new(width, height).grain();
            let share = ((right - left) * (bottom - top)) as f64 / (width * height) as f64;
            assert!((0.385..0.395).contains(&share), "{width}x{height}: {share}");
        }
    }
}
