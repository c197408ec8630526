//! Which of a camera's formats to use: a decision about lists, without a device.

use crate::{VideoConfig, frame::PixelFormat};
use std::cmp::Reverse;

/// What a camera can deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureFormat {
    pub(super) width: u16,
    pub(super) height: u16,
    /// Pictures a second.
    pub(super) fps: u32,
    pub(super) pixels: PixelFormat,
}

/// The formats in the order in which to try them.
///
/// A rate near the wanted one comes first, for a slide show is no broadcast; then the whole size; then the wanted shape.
/// Among those that reach all three, raw pictures are preferred to MJPEG: decoding it takes 5 ms a picture at 1080p,
/// converting YUYV 0.12 ms.
pub(super) fn in_order(mut formats: Vec<PictureFormat>, wanted: &VideoConfig) -> Vec<PictureFormat> {
    formats.retain(|format| (1..=HIGHEST_FPS).contains(&format.fps) && format.width > 0 && format.height > 0);
    formats.sort_by_key(|format| cost(format, wanted));
    formats.dedup();
    formats
}

/// No camera is faster. More is an interval that was misread: 1001/30000 s taken for 30000 pictures a second.
const HIGHEST_FPS: u32 = 240;

/// What is compared first stands first; less is better.
fn cost(format: &PictureFormat, wanted: &VideoConfig) -> impl Ord + use<> {
    let fps_missing = wanted.fps.saturating_sub(format.fps);
    // 25 pictures a second serve where 30 are wanted; 15 do not.
    let slow = if fps_missing * 5 > wanted.fps { fps_missing } else { 0 };
    let pixels = |width: u16, height: u16| u32::from(width) * u32::from(height);
    let covered = pixels(format.width.min(wanted.width), format.height.min(wanted.height));
    let pixels_missing = pixels(wanted.width, wanted.height) - covered;
    let excess_pixels = pixels(format.width, format.height) - covered;
    let excess_fps = format.fps.saturating_sub(wanted.fps);
    (slow, pixels_missing, !same_shape(format, wanted), fps_missing, decoding(format.pixels), excess_pixels, excess_fps)
}

/// The same shape to 2 %: 1366x768 is as good as 16:9.
fn same_shape(format: &PictureFormat, wanted: &VideoConfig) -> bool {
    let across = u32::from(format.width) * u32::from(wanted.height);
    let down = u32::from(wanted.width) * u32::from(format.height);
    across.abs_diff(down) * 50 <= across
}

/// What it costs to turn it into I420.
fn decoding(pixels: PixelFormat) -> impl Ord {
    const CHEAPEST_LAST: [PixelFormat; 4] =
        [PixelFormat::Mjpeg, PixelFormat::Yuyv, PixelFormat::Nv12, PixelFormat::I420];
    Reverse(CHEAPEST_LAST.iter().position(|kind| *kind == pixels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelFormat::{Mjpeg, Nv12, Yuyv};

    fn best(wanted: (u16, u16, u32), formats: &[(u16, u16, u32, PixelFormat)]) -> String {
        let (width, height, fps) = wanted;
        let wanted = VideoConfig { width, height, fps, ..VideoConfig::default() };
        let formats = formats.iter().map(|&(width, height, fps, pixels)| PictureFormat { width, height, fps, pixels });
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
}
