//! Figures that change with every picture: the time of day, the picture's number.
//!
//! What stays is drawn once; each figure has a box of the same width, and ten small pictures that are copied into it. So a picture costs a
//! few copies, and nothing jumps to and fro as a 1 takes the place of an 8.

use crate::text;

/// A line of words and figures.
#[derive(Debug)]
pub(super) struct Readout {
    /// Where the boxes stand: their left edges.
    boxes: Vec<usize>,
    top: usize,
    width: usize,
    height: usize,
    /// The ten figures, and an empty box.
    faces: Vec<Vec<u8>>,
}

/// Where a figure stands in a line.
pub(super) const FIGURE: char = '#';

/// The empty box.
pub(super) const EMPTY: u8 = 10;

/// A line before it is drawn: where, how large, how bright on what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Left edge, and where the letters stand.
    pub(super) at: (f32, f32),
    pub(super) size: f32,
    pub(super) shade: u8,
    pub(super) ground: u8,
}

/// How wide a line is set.
pub(super) fn width(words: &str, size: f32) -> f32 {
    words
        .chars()
        .map(|letter| if letter == FIGURE { figure_width(size) } else { text::width(&letter.to_string(), size) })
        .sum()
}

impl Readout {
    /// Draws what stays of `words` into a plane. Each [`FIGURE`] in them is a box.
    pub(super) fn new(words: &str, style: Style, plane: &mut [u8], stride: usize) -> Self {
        let Style { at: (left, baseline), size, shade, ground } = style;
        let capital = (text::CAPITAL * size).ceil();
        // Round figures reach a little above and below.
        let reach = (size / 24.0).ceil();
        let (width, height) = (figure_width(size).ceil() as usize, (capital + 2.0 * reach) as usize);
        let top = (baseline - capital - reach).max(0.0);
        let faces = (0..=EMPTY)
            .map(|figure| {
                let mut face = vec![ground; width * height];
                if let Some(figure) = char::from_digit(figure.into(), 10) {
                    let figure = figure.to_string();
                    let x = (width as f32 - text::width(&figure, size)) / 2.0;
                    text::draw(&mut face, width, &figure, (x, baseline - top.floor()), size, shade);
                }
                face
            })
            .collect();
        let (mut boxes, mut pen) = (Vec::new(), left);
        for letter in words.chars() {
            if letter == FIGURE {
                boxes.push(pen as usize);
                pen += figure_width(size);
            } else {
                let letter = letter.to_string();
                text::draw(plane, stride, &letter, (pen, baseline), size, shade);
                pen += text::width(&letter, size);
            }
        }
        Self { boxes, top: top as usize, width, height, faces }
    }

    /// Puts figures into the boxes. What would be outside of the plane is left out.
    pub(super) fn show(&self, plane: &mut [u8], stride: usize, figures: &[u8]) {
        for (left, figure) in self.boxes.iter().zip(figures) {
            let face = &self.faces[usize::from(*figure)];
            let width = self.width.min(stride.saturating_sub(*left));
            for (row, from) in face.chunks_exact(self.width).take(self.height).enumerate() {
                let start = (self.top + row) * stride + left;
                if let Some(into) = plane.get_mut(start..start + width) {
                    into.copy_from_slice(&from[..width]);
                }
            }
        }
    }
}

fn figure_width(size: f32) -> f32 {
    ('0'..='9').map(|figure| text::width(&figure.to_string(), size)).fold(0.0, f32::max)
}

/// The last so many figures of a number, with zeros in front.
pub(super) fn figures<const N: usize>(mut number: u64) -> [u8; N] {
    let mut figures = [0; N];
    for figure in figures.iter_mut().rev() {
        *figure = (number % 10) as u8;
        number /= 10;
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_put_into_their_boxes_and_change_nothing_else() {
        let (stride, height) = (300, 60);
        let mut still = vec![30; stride * height];
        let style = Style { at: (10.0, 50.0), size: 40.0, shade: 235, ground: 30 };
        let readout = Readout::new("##:#", style, &mut still, stride);
        let colon = still.iter().filter(|shade| **shade > 100).count();
        assert!(colon > 10, "the colon is there already");
        let mut shown = still.clone();
        readout.show(&mut shown, stride, &[1, 8, 3]);
        assert!(shown.iter().filter(|shade| **shade > 100).count() > 5 * colon);
        readout.show(&mut shown, stride, &[EMPTY, EMPTY, EMPTY]);
        assert_eq!(shown, still, "an empty box leaves nothing of the figure before");
        assert!(readout.boxes[1] + readout.width <= readout.boxes[2], "the colon stands between boxes");
    }

    #[test]
    fn a_number_s_last_figures() {
        assert_eq!(figures::<3>(7), [0, 0, 7]);
        assert_eq!(figures::<2>(1234), [3, 4]);
    }
}
