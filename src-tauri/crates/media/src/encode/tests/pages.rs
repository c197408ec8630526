//! Pages of small type, and how like them what was decoded is.

use super::written;
use crate::{
    frame::{Content, Picture},
    text,
};
use std::{process::Command, time::Instant};
use stream::VideoFrame;

pub(super) const SIZE: (u16, u16) = (640, 360);

/// A page of small type, another for each number.
pub(super) fn page(number: usize, content: Content, captured: Instant) -> Picture {
    let (width, height) = (usize::from(SIZE.0), usize::from(SIZE.1));
    let mut picture = Picture::black(SIZE.0, SIZE.1, captured);
    picture.content = content;
    let [luma, _, _] = picture.planes_mut();
    luma.fill(225);
    for line in 0..height / 16 {
        let words: Vec<String> =
            (1..9).map(|word| ((number * 71 + line * 37 + 1) * word * word * 7919).to_string()).collect();
        text::draw(luma, width, &words.join(" "), (20.0, 12.0 + 16.0 * line as f32), 11.0, 30);
    }
    picture
}

/// The mean difference of a decoded picture's luma from what was encoded, for each picture.
pub(super) fn errors(made: &[VideoFrame], shown: impl Fn(usize) -> Picture) -> Vec<f64> {
    let (file, format) = written(made);
    let decoded = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-err_detect", "explode", "-f", format, "-i"])
        .arg(file.path())
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .output()
        .expect("ffmpeg is installed: the test asked no_decoder first");
    assert!(decoded.stderr.is_empty(), "ffmpeg: {}", String::from_utf8_lossy(&decoded.stderr));
    let pictures = decoded.stdout.chunks_exact(usize::from(SIZE.0) * usize::from(SIZE.1) * 3 / 2);
    assert_eq!(pictures.len(), made.len());
    let error = |(number, picture): (usize, &[u8])| {
        let shown = shown(number);
        let [luma, _, _] = shown.planes();
        let all: u64 = luma.iter().zip(picture).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
        all as f64 / luma.len() as f64
    };
    pictures.enumerate().map(error).collect()
}

/// The same of a page from the next one.
pub(super) fn another() -> f64 {
    let [one, other] = [3, 4].map(|number| page(number, Content::Screen, Instant::now()));
    let pairs = one.planes()[0].iter().zip(other.planes()[0]);
    pairs.map(|(one, other)| f64::from(one.abs_diff(*other))).sum::<f64>() / f64::from(SIZE.0) / f64::from(SIZE.1)
}
