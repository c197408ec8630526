//! Draws the test pattern: the stream's title, a clock, colours, grain that moves, and the cells that a program reads.

use super::{
    CELLS, FLASH_MS, cells,
    layout::Layout,
    noise::Noise,
    readout::{EMPTY, Readout, Style, figures, width},
    shapes::{self, fill},
};
use crate::{frame::Picture, text};
use std::time::Instant;
use words::Language;

/// Draws the pattern's pictures: what never changes is drawn once and copied.
#[derive(Debug)]
pub(crate) struct Pattern {
    still: Picture,
    layout: Layout,
    noise: Noise,
    /// From where to where each row of the grain goes.
    grain: Vec<(usize, usize)>,
    /// The flash while it is on, row by row.
    flash: Vec<u8>,
    time: Option<Readout>,
    number: Option<Readout>,
}

/// Shades of luma in the range of video.
const BLACK: u8 = 16;
const WHITE: u8 = 235;
const GROUND: u8 = 34;
const MUTED: u8 = 158;
/// U and V of the ground, and of the grain at its two ends.
const GROUND_HUE: [u8; 2] = [136, 124];
const GRAIN_HUES: [[u8; 2]; 2] = [[158, 104], [134, 148]];
/// Luma, and U and V, of the usual colour bars at three quarters: yellow, cyan, green, magenta, red, blue.
const COLOURS: [(u8, [u8; 2]); 6] =
    [(162, [44, 142]), (131, [156, 44]), (112, [72, 58]), (84, [184, 198]), (65, [100, 212]), (35, [212, 114])];
/// What a picture without a title is called.
const UNNAMED: &str = "Skylark";
/// Smaller type than this is no type, pixels.
const LEGIBLE: f32 = 8.0;
/// Of the title, of the clock, and of the line below, in fields of the grid.
const TITLE: f32 = 4.8;
const CLOCK: f32 = 4.2;
const CAPTION: f32 = 2.0;
const TIME: &str = "##:##:##.### UTC";

impl Pattern {
    /// `title` is shown in large letters; "Skylark" where there is none, or none that can be set.
    pub(crate) fn new(width: u16, height: u16, title: &str, language: Language) -> Self {
        let layout = Layout::new(width.into(), height.into());
        let mut pattern = Self {
            still: Picture::black(width, height, Instant::now()),
            layout,
            noise: Noise::new(),
            grain: shapes::rows(layout.grain(), 1.2 * layout.unit()),
            flash: shapes::lamp(layout.flash(), WHITE, GROUND),
            time: None,
            number: None,
        };
        pattern.set_words(title, language);
        pattern
    }

    /// Another title, and the language of the line below, from the next picture on.
    pub(crate) fn set_words(&mut self, title: &str, language: Language) {
        let layout = self.layout;
        let w = usize::from(self.still.width);
        let [y, u, v] = self.still.planes_mut();
        y.fill(GROUND);
        u.fill(GROUND_HUE[0]);
        v.fill(GROUND_HUE[1]);
        fill(y, w, layout.block(), BLACK);
        let [colours, greys] = layout.colours();
        for (field, (shade, hue)) in shapes::parts(colours, COLOURS.len()).into_iter().zip(COLOURS) {
            fill(y, w, field, shade);
            shapes::tint(u, v, w, field, |_| hue);
        }
        let shades = COLOURS.len();
        for (at, field) in shapes::parts(greys, shades).into_iter().enumerate() {
            fill(y, w, field, text::blend(BLACK, WHITE, at as f32 / (shades - 1) as f32));
        }
        let mix = |at| [0, 1].map(|plane: usize| text::blend(GRAIN_HUES[0][plane], GRAIN_HUES[1][plane], at));
        for (row, &(left, right)) in self.grain.iter().enumerate().step_by(2) {
            let top = layout.grain()[2] + row;
            let whole = layout.grain();
            let along = |x: usize| (x.saturating_sub(whole[0])) as f32 / (whole[1] - whole[0]) as f32;
            shapes::tint(u, v, w, [left, right, top, top + 2], |x| mix(along(x)));
        }
        shapes::put(y, w, layout.flash(), &shapes::lamp(layout.flash(), BLACK, GROUND));
        self.words(title, language);
    }

    /// The picture of that moment, as packed I420.
    pub(crate) fn draw(&mut self, unix_ms: u64, frame: u64, into: &mut Vec<u8>) {
        let (w, h) = (usize::from(self.still.width), usize::from(self.still.height));
        into.clear();
        into.extend_from_slice(&self.still.data);
        let luma = &mut into[..w * h];
        let bits = cells(unix_ms as u32, frame as u16);
        for cell in (0..CELLS).filter(|cell| bits >> (CELLS - 1 - cell) & 1 == 1) {
            fill(luma, w, self.layout.cell(cell), WHITE);
        }
        self.noise.fill(luma, w, self.layout.grain()[2], &self.grain);
        if unix_ms % 1000 < u64::from(FLASH_MS) {
            shapes::put(luma, w, self.layout.flash(), &self.flash);
        }
        if let Some(time) = &self.time {
            let seconds = unix_ms / 1000;
            let [hours, minutes, seconds] = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(figures::<2>);
            let [a, b, c] = figures(unix_ms % 1000);
            let [[h1, h2], [m1, m2], [s1, s2]] = [hours, minutes, seconds];
            time.show(luma, w, &[h1, h2, m1, m2, s1, s2, a, b, c]);
        }
        if let Some(number) = &self.number {
            // The first figure stands behind the words, so what is empty is at the end.
            let mut figures = figures::<8>(frame);
            let zeros = figures.iter().take(7).take_while(|figure| **figure == 0).count();
            figures.rotate_left(zeros);
            figures[8 - zeros..].fill(EMPTY);
            number.show(luma, w, &figures);
        }
    }

    /// The title at the top; the clock and what this is at the bottom of their room, each where there is room for it.
    fn words(&mut self, title: &str, language: Language) {
        let (w, h) = (usize::from(self.still.width), usize::from(self.still.height));
        let [y, ..] = self.still.planes_mut();
        let unit = self.layout.unit();
        let size = |fields: f32| (fields * unit).max(LEGIBLE);
        let [left, right, top, _] = self.layout.head().map(|edge| edge as f32);
        let title = Some(title.trim()).filter(|title| !title.is_empty() && text::can_set(title)).unwrap_or(UNNAMED);
        let (title, title_size) = text::fit(title, right - left, size(TITLE), size(TITLE / 2.0));
        let mut taken = top + text::CAPITAL * title_size;
        text::draw(y, w, &title, (left, taken), title_size, WHITE);

        let [left, right, top, mut baseline] = self.layout.foot().map(|edge| edge as f32);
        taken = if self.layout.is_upright() { top } else { taken };
        let caption =
            language.say("slate", "pattern").replace("{width}", &w.to_string()).replace("{height}", &h.to_string());
        let caption = format!("{caption} ########");
        let mut line = |words: &str, wanted: f32, shade: u8| {
            let size = (wanted * (right - left) / width(words, wanted)).min(wanted);
            let above = baseline - text::CAPITAL * size;
            let fits = size >= LEGIBLE * 0.75 && above >= taken + size / 4.0;
            fits.then(|| {
                let style = Style { at: (left, baseline), size, shade, ground: GROUND };
                baseline = above - size;
                Readout::new(words, style, y, w)
            })
        };
        let caption_size = CAPTION * unit;
        self.number = (caption_size >= LEGIBLE).then(|| line(&caption, caption_size, MUTED)).flatten();
        self.time = line(TIME, size(CLOCK), WHITE);
    }
}
