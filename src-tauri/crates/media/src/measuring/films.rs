//! Films to encode: clips that ffmpeg reads, and what is made here, so that there is always something of each kind.

use crate::text;
use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

/// Pictures of one size, kept whole: packed I420.
pub struct Film {
    /// How it is called in tables.
    pub name: String,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    pictures: Vec<Arc<Vec<u8>>>,
}

impl Film {
    /// A clip, scaled to that size, at most so many pictures of it.
    pub fn read(clip: &Path, (width, height): (u16, u16), most: usize) -> Result<Film, String> {
        let name = clip.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let failed = |what: String| format!("{}: {what}", clip.display());
        let mut ffmpeg = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(clip)
            .args(["-map", "0:v:0", "-frames:v", &most.to_string(), "-fps_mode", "passthrough"])
            .args(["-vf", &format!("scale={width}:{height}:flags=area"), "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("ffmpeg does not start: {error}")))?;
        let mut output = ffmpeg.stdout.take().expect("it is piped");
        let mut pictures = Vec::new();
        let mut picture = vec![0; bytes(width, height)];
        while output.read_exact(&mut picture).is_ok() {
            pictures.push(Arc::new(picture.clone()));
        }
        let ended = ffmpeg.wait().map_err(|error| failed(error.to_string()))?;
        if !ended.success() || pictures.is_empty() {
            return Err(failed("ffmpeg reads no picture from it".into()));
        }
        Ok(Film { name, width, height, pictures })
    }

    /// What needs no clip: somebody before a noisy camera, slides of small type, and code that scrolls.
    pub fn made(size: (u16, u16)) -> Vec<Film> {
        vec![camera(size), slides(size), Film::scrolling(size, MADE)]
    }

    /// So many slides of small type, each for so many pictures.
    pub fn pages(size: (u16, u16), count: usize, each: usize) -> Film {
        let pages = (0..count).map(|page| Arc::new(written(size, 11.0, page * 60, 0)));
        let pictures = pages.flat_map(|page| std::iter::repeat_n(page, each)).collect();
        Film { name: "slides".into(), width: size.0, height: size.1, pictures }
    }

    /// Code that scrolls, three lines of pixels a picture.
    pub fn scrolling(size: (u16, u16), count: usize) -> Film {
        let pictures = (0..count).map(|number| Arc::new(written(size, 14.0, 0, 3 * number))).collect();
        Film { name: "scrolling code".into(), width: size.0, height: size.1, pictures }
    }

    /// A picture by its number, packed I420. After the last one it goes backwards, and then forth again.
    pub fn picture(&self, number: usize) -> &[u8] {
        let turn = (2 * self.pictures.len()).saturating_sub(2).max(1);
        let at = number % turn;
        &self.pictures[at.min(turn - at)]
    }
}

/// Pictures of what is made: played forth and back they make any length.
const MADE: usize = 120;

/// A soft background, something round that sways before it, and the noise of a small sensor.
fn camera((width, height): (u16, u16)) -> Film {
    let (w, h) = (usize::from(width), usize::from(height));
    let mut random = 0x2545_f491_u32;
    let mut noise = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        // Four dice make a bell.
        random.to_le_bytes().map(i32::from).iter().sum::<i32>() / 32 - 16
    };
    let picture = |number: usize| {
        let turn = number as f32 / 20.0;
        let (x, y) = (w as f32 * (0.5 + 0.06 * turn.sin()), h as f32 * (0.6 + 0.02 * (1.7 * turn).cos()));
        let mut data = vec![128; bytes(width, height)];
        for (at, shade) in data[..w * h].iter_mut().enumerate() {
            let (row, column) = ((at / w) as f32, (at % w) as f32);
            let far = ((column - x) / (0.18 * w as f32)).hypot((row - y) / (0.42 * h as f32));
            let wall = 70.0 + 40.0 * row / h as f32 + 12.0 * (column / 37.0).sin() * (row / 53.0).cos();
            let face = 150.0 - 35.0 * far + 10.0 * ((column - x) / 9.0).sin() * ((row - y) / 11.0).sin();
            let light = if far < 1.0 { face } else { wall };
            *shade = (light as i32 + noise()).clamp(16, 235) as u8;
        }
        data
    };
    Film { name: "noisy camera".into(), width, height, pictures: (0..MADE).map(picture).map(Arc::new).collect() }
}

/// A page of small type for a second and a half, then the next.
fn slides(size: (u16, u16)) -> Film {
    let pages: Vec<_> = (0..3).map(|page| Arc::new(written(size, 11.0, page * 40, 0))).collect();
    let pictures = (0..MADE).map(|number| pages[number / 45 % pages.len()].clone()).collect();
    Film { name: "slides".into(), width: size.0, height: size.1, pictures }
}

/// Lines of words from a number on, moved up by so many pixels, dark on light.
fn written((width, height): (u16, u16), type_size: f32, first: usize, up: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "let",
        "picture",
        "encoder",
        "= match",
        "rate",
        "{",
        "viewer.layer()",
        "+ 1200",
        "=>",
        "return",
        "}",
        "// why",
    ];
    let mut data = vec![128; bytes(width, height)];
    let (w, h) = (usize::from(width), usize::from(height));
    data[..w * h].fill(225);
    let line = type_size * 1.5;
    let top = up as f32 / line;
    for row in 0..=(h as f32 / line) as usize + 1 {
        let number = first + top as usize + row;
        let word = |at: usize| WORDS[mixed(number, at) % WORDS.len()];
        let words: Vec<&str> = (0..9 + mixed(number, 99) % 7).map(word).collect();
        let baseline = line * (row as f32 + 1.0 - top.fract());
        text::draw(
            &mut data[..w * h],
            w,
            &words.join(" "),
            (40.0 + 24.0 * (number % 4) as f32, baseline),
            type_size,
            30,
        );
    }
    data
}

/// A number from two, without a pattern that an encoder could find.
fn mixed(one: usize, other: usize) -> usize {
    let mut mixed = (one as u32).wrapping_mul(0x9e37_79b1) ^ (other as u32).wrapping_mul(0x85eb_ca6b);
    mixed ^= mixed >> 15;
    mixed = mixed.wrapping_mul(0x2c1b_3c6d);
    (mixed ^ mixed >> 12) as usize
}

/// Bytes of a picture.
fn bytes(width: u16, height: u16) -> usize {
    usize::from(width) * usize::from(height) * 3 / 2
}
