//! Words in a picture's luma plane, set in Inter: what fits, and how it is drawn.
//!
//! The letters are those of four files (Latin with all its accents, Greek, Cyrillic). A text that has others cannot be set, and
//! [`can_set`] says so beforehand: a title with empty boxes in it would be worse than none.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, point};
use std::sync::OnceLock;

/// Of one weight, by what is in them. The first that has a letter gives it.
const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/inter-semibold-latin.ttf"),
    include_bytes!("../fonts/inter-semibold-latin-ext.ttf"),
    include_bytes!("../fonts/inter-semibold-greek.ttf"),
    include_bytes!("../fonts/inter-semibold-cyrillic.ttf"),
];

/// Height of a capital over the size of the type.
pub(crate) const CAPITAL: f32 = 0.727;

/// What stands where the rest did not fit.
const ELLIPSIS: char = '…';

/// Whether all of a text's letters are there.
pub(crate) fn can_set(text: &str) -> bool {
    text.chars().all(|letter| glyph(letter).is_some())
}

/// How wide a text is at a size of type, pixels.
pub(crate) fn width(text: &str, size: f32) -> f32 {
    text.chars().filter_map(glyph).map(|(font, id)| advance(font, id, size)).sum()
}

/// The size at which a text fits into the room, no larger than `largest` and no smaller than `smallest`; and the text, shortened where it
/// does not fit even then.
pub(crate) fn fit(text: &str, room: f32, largest: f32, smallest: f32) -> (String, f32) {
    let wide = width(text, largest);
    let size = if wide <= room { largest } else { (largest * room / wide).max(smallest) };
    (shortened(text, room, size), size)
}

/// The text in as few lines as it takes, `most` at most, broken between words; what does not fit is shortened.
pub(crate) fn wrap(text: &str, room: f32, size: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let goes_on = |line: &String| width(&format!("{line} {word}"), size) <= room;
        let last_line = lines.len() == most;
        match lines.last_mut() {
            Some(line) if last_line || goes_on(line) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(|line| shortened(&line, room, size)).collect()
}

/// Draws a text over a plane that is `stride` wide, from `x` on, its letters standing on `baseline`. Letters that are not there, and what
/// is outside of the plane, are left out.
pub(crate) fn draw(plane: &mut [u8], stride: usize, text: &str, (x, baseline): (f32, f32), size: f32, shade: u8) {
    let height = plane.len() / stride.max(1);
    let mut pen = x;
    for (font, id) in text.chars().filter_map(glyph) {
        let letter = id.with_scale_and_position(scale(font, size), point(pen, baseline));
        pen += advance(font, id, size);
        let Some(outline) = font.outline_glyph(letter) else { continue };
        let bounds = outline.px_bounds();
        outline.draw(|across, down, covered| {
            let (column, row) = (bounds.min.x as i64 + i64::from(across), bounds.min.y as i64 + i64::from(down));
            let inside = (0..stride as i64).contains(&column) && (0..height as i64).contains(&row);
            if inside {
                let at = &mut plane[row as usize * stride + column as usize];
                *at = blend(*at, shade, covered);
            }
        });
    }
}

/// That much of a shade over another.
pub(crate) fn blend(under: u8, over: u8, covered: f32) -> u8 {
    let (under, over) = (f32::from(under), f32::from(over));
    (under + (over - under) * covered.clamp(0.0, 1.0)).round() as u8
}

fn shortened(text: &str, room: f32, size: f32) -> String {
    // What was made to fit is as wide as the room, give or take what a division leaves.
    if width(text, size) <= room + 0.5 {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while !kept.is_empty() && width(&kept, size) + width("…", size) > room {
        kept.pop();
    }
    let mut kept = kept.trim_end().to_owned();
    kept.push(ELLIPSIS);
    kept
}

/// Of a file that has the letter.
fn glyph(letter: char) -> Option<(&'static FontRef<'static>, GlyphId)> {
    let found = |font: &'static FontRef<'static>| Some((font, font.glyph_id(letter))).filter(|(_, id)| id.0 != 0);
    fonts().iter().find_map(found)
}

fn fonts() -> &'static [FontRef<'static>; 4] {
    static FONTS: OnceLock<[FontRef<'static>; 4]> = OnceLock::new();
    FONTS.get_or_init(|| {
        FILES.map(|file| FontRef::try_from_slice(file).expect("the files are fonts: a test sets them all"))
    })
}

/// The library scales by the height of a line; a size of type is the em.
fn scale(font: &FontRef<'_>, size: f32) -> PxScale {
    PxScale::from(size * font.height_unscaled() / em(font))
}

fn advance(font: &FontRef<'_>, id: GlyphId, size: f32) -> f32 {
    font.h_advance_unscaled(id) * size / em(font)
}

fn em(font: &FontRef<'_>) -> f32 {
    font.units_per_em().unwrap_or(2048.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_scripts_can_be_set_and_what_cannot_is_known_beforehand() {
        for text in
            ["Sunday concert, 19:30", "Žluťoučký kůň", "Þór & Ægir", "Ωδή στη χαρά", "Прямой эфир", "“Live” – №1…"]
        {
            assert!(can_set(text), "{text}");
        }
        for text in ["日曜コンサート", "حفلة", "🎸", "a\nb"] {
            assert!(!can_set(text), "{text}");
        }
    }

    #[test]
    fn what_is_too_wide_is_set_smaller_and_then_cut() {
        let (text, size) = fit("Sunday concert", 1000.0, 64.0, 32.0);
        assert_eq!((text.as_str(), size), ("Sunday concert", 64.0), "it fits");
        let (text, size) = fit("Sunday concert", width("Sunday concert", 40.0), 64.0, 32.0);
        assert_eq!(text, "Sunday concert", "all of it");
        assert!((size - 40.0).abs() < 0.1, "{size}");
        for room in 250..450 {
            let (text, _) = fit("Sunday concert", room as f32, 64.0, 32.0);
            assert_eq!(text, "Sunday concert", "in {room} pixels");
        }
        let (text, size) = fit("Sunday concert with everybody", 200.0, 64.0, 32.0);
        assert!(text.ends_with('…') && text.starts_with("Sunday"), "{text}");
        assert!(size == 32.0 && width(&text, size) <= 200.0);
        let (text, _) = fit("W", 1.0, 64.0, 32.0);
        assert_eq!(text, "…", "there is always an end");
    }

    #[test]
    fn lines_break_between_words_and_the_last_is_cut() {
        let room = width("Sunday concert", 40.0);
        assert_eq!(wrap("Sunday concert at seven", room, 40.0, 3), ["Sunday concert", "at seven"]);
        let cut = wrap("Sunday concert at seven with all of the village", room, 40.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        assert!(cut.iter().all(|line| width(line, 40.0) <= room), "{cut:?}");
        assert_eq!(wrap("  ", room, 40.0, 2), Vec::<String>::new());
    }

    #[test]
    fn letters_are_drawn_where_they_are_said_and_nowhere_else() {
        let (stride, height) = (200, 60);
        let mut plane = vec![20; stride * height];
        draw(&mut plane, stride, "Hello", (10.0, 50.0), 40.0, 235);
        let lit: Vec<usize> = (0..plane.len()).filter(|at| plane[*at] > 120).collect();
        assert!(lit.len() > 500, "{} pixels", lit.len());
        let right = 10 + width("Hello", 40.0).ceil() as usize;
        assert!(lit.iter().all(|at| (10..=right).contains(&(at % stride)) && (18..=51).contains(&(at / stride))));
        assert_eq!(plane.iter().max(), Some(&235), "a stem is as bright as was asked for");
        // Half of it is outside: nothing is written there.
        draw(&mut plane, stride, "Hello", (190.0, 10.0), 40.0, 235);
        draw(&mut plane, stride, "Hello", (-30.0, 70.0), 40.0, 235);
    }
}
