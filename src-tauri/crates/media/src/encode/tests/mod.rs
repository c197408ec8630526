//! What the encoders make, as a decoder that shares nothing with them sees it: ffmpeg. Time is the pattern's, not the
//! clock's: pictures are fed as fast as they are encoded.

mod av1;
#[cfg(feature = "h264")]
mod h264;
mod opus;
mod pages;
#[cfg(feature = "h264")]
mod screen;
#[cfg(feature = "h264")]
mod sps;
mod vp8;
mod vp9;

use crate::{
    VideoConfig,
    frame::Picture,
    pattern::{self, Pattern, Reading},
};
use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use stream::{VideoCodec, VideoFrame};

/// The pattern's pictures, one after another, each with the time it was "captured".
struct Film {
    pattern: Pattern,
    picture: Picture,
    start: Instant,
    fps: u32,
    number: u32,
}

/// The film's first picture, Unix ms.
const FIRST_MS: u64 = 1_763_900_000_000;

impl Film {
    fn new(config: &VideoConfig) -> Self {
        let start = Instant::now();
        let pattern = Pattern::new(config.width, config.height, "encoder test", words::Language::ENGLISH);
        Self { pattern, picture: Picture::black(config.width, config.height, start), start, fps: config.fps, number: 0 }
    }

    fn next(&mut self) -> (&Picture, Instant) {
        let at = Duration::from_secs(1) * self.number / self.fps;
        self.pattern.draw(FIRST_MS + at.as_millis() as u64, self.number.into(), &mut self.picture.data);
        self.number += 1;
        self.picture.captured = self.start + at;
        (&self.picture, self.picture.captured)
    }
}

/// Pictures of which none can be foretold from the one before: blocks of chance shades.
fn snow(width: u16, height: u16, count: u32) -> impl Iterator<Item = Picture> {
    let start = Instant::now();
    let mut random = 0x2545_f491_u32;
    (0..count).map(move |number| {
        let mut picture = Picture::black(width, height, start + Duration::from_secs(1) * number / 30);
        let blocks: Vec<u8> = (0..usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8))
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 17;
                random ^= random << 5;
                64 + (random >> 25) as u8
            })
            .collect();
        let across = usize::from(width).div_ceil(8);
        let [luma, _, _] = picture.planes_mut();
        for (at, shade) in luma.iter_mut().enumerate() {
            let (row, column) = (at / usize::from(width), at % usize::from(width));
            *shade = blocks[row / 8 * across + column / 8];
        }
        picture
    })
}

/// Bits a second of pictures at 30 a second.
fn kbps(pictures: &[VideoFrame]) -> f64 {
    let bytes: usize = pictures.iter().map(|picture| picture.data.len()).sum();
    bytes as f64 * 8.0 * 30.0 / 1000.0 / pictures.len() as f64
}

/// Whether there is no ffmpeg on this machine, which is said: a test that decodes then ends at once.
fn no_decoder() -> bool {
    let missing = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_err();
    if missing {
        eprintln!("skipped: there is no ffmpeg on this machine to decode with");
    }
    missing
}

/// Decodes one layer's pictures with ffmpeg, which must not complain, and reads the clock of each. Also gives a check sum
/// of each picture's luma.
fn decode(pictures: &[VideoFrame]) -> Vec<(Option<Reading>, u64)> {
    let first = &pictures[0];
    let (file, format) = written(pictures);
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-threads", "1", "-err_detect", "explode", "-f", format, "-i"])
        .arg(file.path())
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed: the test asked no_decoder first");
    let (width, height) = (usize::from(first.width), usize::from(first.height));
    let mut picture = vec![0; width * height * 3 / 2];
    let mut found = Vec::new();
    let mut output = ffmpeg.stdout.take().expect("it is piped");
    while output.read_exact(&mut picture).is_ok() {
        let luma = &picture[..width * height];
        let sum = luma
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |sum: u64, shade| (sum ^ u64::from(*shade)).wrapping_mul(0x100_0000_01b3));
        found.push((pattern::read(luma, width, width, height), sum));
    }
    let finished = ffmpeg.wait_with_output().expect("ffmpeg ends");
    let complaints = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success() && complaints.is_empty(), "ffmpeg: {complaints}");
    found
}

/// One layer's pictures as a file for ffmpeg, and what its format is called there.
fn written(pictures: &[VideoFrame]) -> (tempfile::NamedTempFile, &'static str) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let format = match pictures[0].codec {
        VideoCodec::H264 => {
            pictures.iter().for_each(|picture| file.write_all(&picture.data).expect("written"));
            "h264"
        }
        VideoCodec::Vp9 | VideoCodec::Vp8 | VideoCodec::Av1 => {
            file.write_all(&ivf(pictures)).expect("written");
            "ivf"
        }
    };
    file.flush().expect("written");
    (file, format)
}

/// What one layer's pictures say of their colours, in ffprobe's words: range, matrix, transfer and primaries.
fn colours(pictures: &[VideoFrame]) -> String {
    let (file, format) = written(pictures);
    let probed = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=color_range,color_space,color_transfer,color_primaries"])
        .args(["-of", "csv=p=0", "-f", format])
        .arg(file.path())
        .output()
        .expect("ffprobe comes with ffmpeg: the test asked no_decoder first");
    String::from_utf8_lossy(&probed.stdout).trim().to_owned()
}

/// The film's numbers of pictures that were decoded, each of which must have been readable.
fn numbers(decoded: &[(Option<Reading>, u64)]) -> Vec<u16> {
    decoded.iter().map(|(reading, _)| reading.expect("the clock can be read in every picture").frame).collect()
}

/// Leaves pictures out as a sender does for a viewer with little bandwidth; what is left must decode to the same pixels.
#[cfg(feature = "h264")]
fn temporal_layers_can_be_dropped(pictures: &[VideoFrame]) {
    let whole = decode(pictures);
    for highest in [1, 0] {
        let kept: Vec<usize> = (0..pictures.len()).filter(|at| pictures[*at].temporal <= highest).collect();
        let rest: Vec<VideoFrame> = kept.iter().map(|at| pictures[*at].clone()).collect();
        let share = rest.len() as f64 / pictures.len() as f64;
        let expected = [0.25, 0.5][usize::from(highest)];
        assert!((share - expected).abs() < 0.06, "{share} of the pictures are in layers up to {highest}");
        let decoded = decode(&rest);
        assert_eq!(decoded.len(), rest.len());
        for (decoded, at) in decoded.iter().zip(kept) {
            assert_eq!(*decoded, whole[at], "picture {at} without the layers above {highest}");
        }
    }
    // Up again where the sync bit allows it, from the lowest layer right into the picture's own.
    let up =
        (8..pictures.len()).find(|at| pictures[*at].temporal == 2 && pictures[*at].layer_sync).expect("there is one");
    let mixed: Vec<usize> =
        (0..pictures.len()).filter(|at| pictures[*at].temporal == 0 || *at == up).take_while(|at| *at <= up).collect();
    let decoded = decode(&mixed.iter().map(|at| pictures[*at].clone()).collect::<Vec<_>>());
    for (decoded, at) in decoded.iter().zip(mixed) {
        assert_eq!(*decoded, whole[at], "picture {at}, of the base or going up");
    }
}

/// The IVF container, which is how ffmpeg takes VP8, VP9 and AV1.
fn ivf(pictures: &[VideoFrame]) -> Vec<u8> {
    let mut out = b"DKIF\0\0\x20\0".to_vec();
    out.extend(match pictures[0].codec {
        VideoCodec::Av1 => b"AV01",
        VideoCodec::Vp9 => b"VP90",
        VideoCodec::H264 | VideoCodec::Vp8 => b"VP80",
    });
    out.extend(pictures[0].width.to_le_bytes());
    out.extend(pictures[0].height.to_le_bytes());
    out.extend(30_u32.to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out.extend((pictures.len() as u32).to_le_bytes());
    out.extend([0; 4]);
    for (at, picture) in pictures.iter().enumerate() {
        out.extend((picture.data.len() as u32).to_le_bytes());
        out.extend((at as u64).to_le_bytes());
        out.extend(&picture.data);
    }
    out
}
