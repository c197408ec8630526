//! How much of a picture is another than in the one before.

use crate::frame::Picture;

/// The picture before.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    width: usize,
    luma: Vec<u8>,
}

/// The side of the squares that are looked at, pixels: encoders' blocks have it.
const SIDE: usize = 16;

impl Changes {
    /// The part of a picture that changed since the last call, from 0 to 1. What differs in colour alone counts as nothing: text does not.
    pub(crate) fn part(&mut self, picture: &Picture) -> f64 {
        let [luma, _, _] = picture.planes();
        let width = usize::from(picture.width);
        if (self.width, self.luma.len()) != (width, luma.len()) {
            (self.width, self.luma) = (width, luma.to_vec());
            return 1.0;
        }
        let across = width.div_ceil(SIDE);
        let (mut changed, mut squares) = (0, 0);
        let mut differs = vec![false; across];
        for (rows, before) in luma.chunks(SIDE * width).zip(self.luma.chunks(SIDE * width)) {
            differs.fill(false);
            // Most rows of a screen are as they were.
            for (row, before) in rows.chunks(width).zip(before.chunks(width)).filter(|(row, before)| row != before) {
                let pairs = row.chunks(SIDE).zip(before.chunks(SIDE));
                differs.iter_mut().zip(pairs).for_each(|(differs, (square, before))| *differs |= square != before);
            }
            squares += across;
            changed += differs.iter().filter(|differs| **differs).count();
        }
        self.luma.copy_from_slice(luma);
        changed as f64 / squares as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn squares_that_differ_are_counted() {
        let (mut changes, mut picture) = (Changes::default(), Picture::black(160, 96, Instant::now()));
        assert_eq!(changes.part(&picture), 1.0, "all of the first is new");
        assert_eq!(changes.part(&picture), 0.0);
        picture.planes_mut()[0][20 * 160 + 40] = 99;
        assert_eq!(changes.part(&picture), 1.0 / 60.0);
        picture.planes_mut()[0][..160].fill(200);
        assert_eq!(changes.part(&picture), 10.0 / 60.0, "one row of squares");
        assert_eq!(changes.part(&Picture::black(96, 160, Instant::now())), 1.0, "another size is another picture");
    }
}
