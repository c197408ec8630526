//! Which of a camera's formats to use: a decision about lists, without a device.

use crate::{VideoConfig, frame::PixelFormat};
use std::{fmt, time::Duration};

/// What a camera can deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureFormat {
    pub(super) width: u16,
    pub(super) height: u16,
    /// None where the camera does not tell it.
    pub(super) rate: Option<Rate>,
    pub(super) pixels: PixelFormat,
}

/// Pictures a second, as a fraction: the 29.97 of television are 30000 in 1001 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pictures: u32,
    seconds: u32,
}

impl Rate {
    /// None where that is no rate.
    pub(super) fn new(pictures: u32, seconds: u32) -> Option<Rate> {
        (pictures > 0 && seconds > 0).then_some(Rate { pictures, seconds })
    }

    /// Pictures in a thousand seconds.
    pub(super) fn thousandths(self) -> u32 {
        let thousandths = u64::from(self.pictures) * 1000 / u64::from(self.seconds);
        u32::try_from(thousandths).unwrap_or(u32::MAX)
    }

    /// The time between two pictures.
    pub(super) fn between(self) -> Duration {
        Duration::from_secs(self.seconds.into()) / self.pictures
    }

    /// The same: seconds, and how many pictures come in them.
    #[cfg(target_os = "linux")]
    pub(super) fn interval(self) -> [u32; 2] {
        [self.seconds, self.pictures]
    }
}

/// "30", "7.5", "29.97".
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", f64::from(self.pictures) / f64::from(self.seconds));
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Display for PictureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}, ", self.width, self.height)?;
        if let Some(rate) = self.rate {
            write!(f, "{rate} fps, ")?;
        }
        f.write_str(self.pixels.name())
    }
}

/// The formats in the order in which to try them; of those that differ in nothing but their rate the best.
///
/// Colour comes first; then a rate near the wanted one, for a slide show is no broadcast; then the whole size; then the wanted
/// shape. Among those that reach all of that, raw pictures are preferred to MJPEG: decoding it takes forty times as long as
/// converting YUYV.
pub(super) fn in_order(mut formats: Vec<PictureFormat>, wanted: &VideoConfig) -> Vec<PictureFormat> {
    let possible = |rate: Rate| (SLOWEST..=FASTEST).contains(&rate.thousandths());
    formats.retain(|format| format.rate.is_none_or(possible) && format.width > 0 && format.height > 0);
    formats.sort_by_key(|format| cost(format, wanted));
    let mut seen = Vec::new();
    formats.retain(|format| {
        let kind = (format.width, format.height, format.pixels);
        let new = !seen.contains(&kind);
        seen.push(kind);
        new
    });
    formats
}

/// In a thousand seconds. A camera that delivers a picture less than once a second counts as one that delivers nothing.
const SLOWEST: u32 = 1_000;

/// In a thousand seconds. No camera is faster: more is a misreading, 1001/30000 s taken for 30000 pictures a second.
const FASTEST: u32 = 240_000;

/// What is compared first stands first; less is better.
fn cost(format: &PictureFormat, wanted: &VideoConfig) -> impl Ord + use<> {
    let wanted_rate = wanted.fps * 1000;
    // Who does not tell a rate is believed to have the wanted one.
    let rate = format.rate.map_or(wanted_rate, Rate::thousandths);
    let missing = wanted_rate.saturating_sub(rate);
    // 25 pictures a second serve where 30 are wanted; 15 do not. 29.97 are 30.
    let slow = if missing * 5 > wanted_rate { missing } else { 0 };
    let slower = if missing * 50 > wanted_rate { missing } else { 0 };
    let pixels = |width: u16, height: u16| u32::from(width) * u32::from(height);
    let covered = pixels(format.width.min(wanted.width), format.height.min(wanted.height));
    let pixels_missing = pixels(wanted.width, wanted.height) - covered;
    let excess_pixels = pixels(format.width, format.height) - covered;
    let excess_rate = rate.saturating_sub(wanted_rate);
    let colourless = format.pixels.is_grey();
    let reached = (colourless, slow, pixels_missing, !same_shape(format, wanted), slower);
    (reached, decoding(format.pixels), excess_pixels, format.rate.is_none(), missing, excess_rate)
}

/// The same shape to 2 %: 1366x768 is as good as 16:9.
fn same_shape(format: &PictureFormat, wanted: &VideoConfig) -> bool {
    let across = u32::from(format.width) * u32::from(wanted.height);
    let down = u32::from(wanted.width) * u32::from(format.height);
    across.abs_diff(down) * 50 <= across
}

/// What it costs to turn it into I420.
fn decoding(pixels: PixelFormat) -> impl Ord {
    match pixels {
        PixelFormat::I420 | PixelFormat::Yv12 | PixelFormat::I422 => 0,
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::Nv16 | PixelFormat::Nv61 => 1,
        PixelFormat::Yuyv | PixelFormat::Yvyu | PixelFormat::Uyvy | PixelFormat::Vyuy | PixelFormat::P010 => 2,
        PixelFormat::Grey | PixelFormat::Grey16 | PixelFormat::Grey12 | PixelFormat::Grey10 => 2,
        PixelFormat::Rgb24 | PixelFormat::Bgr24 | PixelFormat::Rgb565 => 3,
        PixelFormat::Bgrx | PixelFormat::Xrgb | PixelFormat::Rgbx | PixelFormat::Xbgr => 3,
        PixelFormat::Mjpeg => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelFormat::{Grey, Mjpeg, Nv12, Yuyv};

    fn best(wanted: (u16, u16, u32), formats: &[(u16, u16, u32, PixelFormat)]) -> String {
        let (width, height, fps) = wanted;
        let wanted = VideoConfig { width, height, fps, ..VideoConfig::default() };
        let formats = formats.iter().filter_map(|&(width, height, fps, pixels)| {
            Some(PictureFormat { width, height, rate: Some(Rate::new(fps, 1)?), pixels })
        });
        in_order(formats.collect(), &wanted).first().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn raw_where_it_reaches_size_and_rate() {
        let all = [(1280, 720, 30, Mjpeg), (1280, 720, 30, Yuyv), (640, 360, 30, Yuyv), (1920, 1080, 30, Yuyv)];
        assert_eq!(best((1280, 720, 30), &all), "1280x720, 30 fps, YUYV");
        assert_eq!(best((640, 360, 30), &all), "640x360, 30 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 30, Yuyv), (1280, 720, 30, Nv12)]), "1280x720, 30 fps, NV12");
        assert_eq!(
            best((1280, 720, 30), &[(1280, 720, 30, Mjpeg), (1920, 1080, 30, Nv12)]),
            "1920x1080, 30 fps, NV12",
            "scaling down costs less than decoding"
        );
    }

    #[test]
    fn mjpeg_where_only_it_does() {
        // A usual USB 2 camera: raw 720p at 10 pictures a second only.
        let usb2 = [(1280, 720, 10, Yuyv), (640, 480, 30, Yuyv), (1280, 720, 30, Mjpeg), (1920, 1080, 30, Mjpeg)];
        assert_eq!(best((1280, 720, 30), &usb2), "1280x720, 30 fps, MJPEG");
        assert_eq!(best((1920, 1080, 30), &usb2), "1920x1080, 30 fps, MJPEG");
        assert_eq!(best((640, 480, 30), &usb2), "640x480, 30 fps, YUYV");
    }

    #[test]
    fn a_near_rate_before_the_whole_size_and_that_before_the_exact_rate() {
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 10, Yuyv), (1280, 720, 25, Yuyv)]), "1280x720, 25 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(640, 360, 30, Yuyv), (1280, 720, 25, Yuyv)]), "1280x720, 25 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 10, Yuyv), (640, 360, 30, Yuyv)]), "640x360, 30 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 5, Yuyv), (640, 480, 15, Yuyv)]), "640x480, 15 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 60, Yuyv), (1280, 720, 30, Yuyv)]), "1280x720, 30 fps, YUYV");
    }

    #[test]
    fn the_wanted_shape_before_the_nearest_size() {
        assert_eq!(best((640, 360, 30), &[(640, 480, 30, Yuyv), (1280, 720, 30, Yuyv)]), "1280x720, 30 fps, YUYV");
        assert_eq!(best((640, 360, 30), &[(640, 480, 30, Yuyv)]), "640x480, 30 fps, YUYV");
    }

    #[test]
    fn what_was_misread_is_left_out() {
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 30_000, Yuyv), (1280, 720, 0, Yuyv)]), "");
    }

    #[test]
    fn colour_before_all_else() {
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 30, Grey), (320, 240, 15, Yuyv)]), "320x240, 15 fps, YUYV");
        assert_eq!(best((1280, 720, 30), &[(1280, 720, 30, Grey)]), "1280x720, 30 fps, GREY");
    }

    #[test]
    fn rates_are_fractions() {
        let format = |pictures, seconds, pixels| PictureFormat {
            width: 1280,
            height: 720,
            rate: Rate::new(pictures, seconds),
            pixels,
        };
        let best = |formats: Vec<PictureFormat>| in_order(formats, &VideoConfig::default())[0].to_string();
        let television = format(30_000, 1001, Nv12);
        assert_eq!(best(vec![format(25, 1, Nv12), television]), "1280x720, 29.97 fps, NV12");
        assert_eq!(best(vec![format(30, 1, Mjpeg), television]), "1280x720, 29.97 fps, NV12", "that is 30 enough");
        assert_eq!(best(vec![format(30, 1, Nv12), television]), "1280x720, 30 fps, NV12");
        assert_eq!(best(vec![format(60_000, 1001, Nv12)]), "1280x720, 59.94 fps, NV12");
        assert_eq!(best(vec![format(15, 2, Nv12)]), "1280x720, 7.5 fps, NV12");
        assert_eq!(best(vec![format(0, 0, Nv12)]), "1280x720, NV12", "it does not tell");
    }

    #[test]
    fn the_same_format_is_tried_once() {
        let format = |fps| PictureFormat { width: 640, height: 360, rate: Rate::new(fps, 1), pixels: Yuyv };
        assert_eq!(in_order(vec![format(15), format(30), format(5)], &VideoConfig::default()), [format(30)]);
    }
}
