//! A camera that delivers: a format is set, buffers are made, filled ones are taken.

use super::{
    fourcc,
    ioctl::{self, Field, Format},
    mapping::Mapping,
    node::{Node, explain},
    offers::{Offers, offers},
};
use crate::{
    VideoConfig,
    camera::{
        DevicePicture, Opened,
        choose::{PictureFormat, Rate, in_order},
        names::Found,
    },
    device::DeviceError,
    frame::MOST_PIXELS,
};
use std::{
    io, thread,
    time::{Duration, Instant},
};

/// A driver may refuse a format that it listed: where another camera nearly fills the line there is room for the smallest pictures only,
/// which are tried last. After so many the fault is elsewhere.
const FORMATS_TO_TRY: usize = 32;

/// One is being filled, one is being copied, and two wait in case the copying is late.
const BUFFERS: u32 = 4;

/// A driver may make more than it was asked for, but not as many as it likes: the kernel's own bound.
const MOST_BUFFERS: u32 = 32;

/// How long a call waits for a picture, before it is asked whether pictures are still wanted.
const WAIT: Duration = Duration::from_millis(200);

/// Pause after a call that failed at once, so that a driver which fails every time is not asked all the time.
const PAUSE: Duration = Duration::from_millis(10);

/// A driver reports an error where the signal is disturbed, and delivers again when it is not. After so many in a row, half a
/// second of them, it will not.
const MOST_ERRORS: u32 = 50;

/// A time stamp older than this is no capture time: some drivers leave it unset or use another clock.
const OLDEST_PICTURE: Duration = Duration::from_secs(1);

/// Bytes from one row to the next beyond which a driver says no length but nonsense: no row is so long, whatever is behind it.
const MOST_STRIDE: usize = 1 << 18;

/// What stands for bytes that did not come: a neutral grey in every format.
const GREY: u8 = 128;

/// An open camera. Dropping it closes it. Any call may hang as long as the driver does.
pub(in crate::camera) struct Device {
    node: Node,
    opened: Opened,
    buffers: Vec<Mapping>,
    errors: u32,
}

impl Device {
    pub(in crate::camera) fn open(camera: &Found, wanted: &VideoConfig) -> Result<Self, DeviceError> {
        let node = Node::open(&camera.path)?;
        // Between the look at it and this another one may have come to its place.
        if !camera.bus.is_empty() && (&node.name, &node.bus) != (&camera.name, &camera.bus) {
            return Err(DeviceError::Gone);
        }
        let mut offers = offers(&node, wanted);
        if offers.formats.is_empty() && offers.unreadable.is_empty() {
            offers.take(format_it_is_in(&node));
        }
        let mut refusal = nothing_readable(&offers);
        for format in in_order(std::mem::take(&mut offers.formats), wanted).into_iter().take(FORMATS_TO_TRY) {
            match start(&node, format, offers.fourcc(format.pixels), wanted) {
                Ok((opened, buffers)) => return Ok(Self { node, opened, buffers, errors: 0 }),
                Err(DeviceError::Other(why)) => {
                    tracing::debug!("the camera offers {format} and refuses it: {why}");
                    refusal = DeviceError::Other(why);
                    stop(&node);
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }

    pub(in crate::camera) fn opened(&self) -> Opened {
        self.opened
    }

    /// Waits for the next picture, a moment at most, and fills `data` with it. None: there is none yet, or it came damaged.
    pub(in crate::camera) fn picture(&mut self, mut data: Vec<u8>) -> Result<Option<DevicePicture>, DeviceError> {
        match ioctl::wait(&self.node.device, WAIT) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            Err(error) => return Err(explain(&error)),
        }
        let filled = match ioctl::dequeue(&self.node.device, self.node.kind) {
            Ok(filled) => filled,
            Err(error) => return self.no_picture(&error),
        };
        let now = Instant::now();
        self.errors = 0;
        let bytes = self.buffers.get(filled.index as usize).map(Mapping::bytes).unwrap_or_default();
        let end = filled.end.min(bytes.len());
        let bytes = &bytes[filled.start.min(end)..end];
        fill(&mut data, bytes, self.opened.bytes());
        let empty = bytes.is_empty();
        ioctl::queue(&self.node.device, self.node.kind, filled.index).map_err(|error| explain(&error))?;
        let age = filled.age.filter(|age| *age < OLDEST_PICTURE);
        let captured = age.and_then(|age| now.checked_sub(age)).unwrap_or(now);
        Ok((!empty).then_some(DevicePicture { data, captured }))
    }

    fn no_picture(&mut self, error: &io::Error) -> Result<Option<DevicePicture>, DeviceError> {
        let explained = explain(error);
        if error.kind() != io::ErrorKind::WouldBlock {
            self.errors += 1;
            let over = error.raw_os_error() != Some(libc::EIO) || self.errors > MOST_ERRORS;
            if explained == DeviceError::Gone || self.node.is_gone() {
                return Err(DeviceError::Gone);
            }
            if over {
                return Err(explained);
            }
        }
        thread::sleep(PAUSE);
        Ok(None)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.buffers.clear();
        stop(&self.node);
    }
}

/// Sets a format before any is asked for: the last program may have left the device in one that is of no use. What the driver
/// makes of it holds, also where it is not what was asked for.
fn start(
    node: &Node,
    format: PictureFormat,
    fourcc: u32,
    wanted: &VideoConfig,
) -> Result<(Opened, Vec<Mapping>), DeviceError> {
    let (device, kind) = (&node.device, node.kind);
    let failed = |error: io::Error| explain(&error);
    let asked = Format { width: format.width.into(), height: format.height.into(), fourcc, ..Format::default() };
    let mut agreed = ioctl::set_format(device, kind, asked).map_err(failed)?;
    if agreed.field == Field::Apart {
        let whole = Format { field: Field::Interlaced, ..asked };
        agreed = ioctl::set_format(device, kind, whole).map_err(failed)?;
    }
    let mut opened = opened(agreed, format.rate)?;
    let rate = format.rate.or(Rate::new(wanted.fps, 1)).map_or([1, 30], Rate::interval);
    // Not every driver knows of rates. What it says, if it says anything, holds.
    let interval = ioctl::set_interval(device, kind, rate).or_else(|_| ioctl::interval(device, kind));
    if let Some(rate) = interval.ok().and_then(|[seconds, pictures]| Rate::new(pictures, seconds)) {
        opened.format.rate = Some(rate);
    }
    let count = ioctl::request_buffers(device, kind, BUFFERS).map_err(failed)?.min(MOST_BUFFERS);
    let buffers =
        (0..count).map(|index| Mapping::of(device, kind, index)).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    if let Some(shortest) = buffers.iter().map(|buffer| buffer.bytes().len()).min() {
        opened.stride = opened.stride_within(shortest);
    }
    (0..count).try_for_each(|index| ioctl::queue(device, kind, index)).map_err(failed)?;
    ioctl::stream(device, kind, true).map_err(failed)?;
    Ok((opened, buffers))
}

/// Lets go of the buffers, which nothing may refer to any more. A driver that fails at that, as one does whose device was
/// pulled out, has let go of them, too.
fn stop(node: &Node) {
    drop(ioctl::stream(&node.device, node.kind, false));
    drop(ioctl::request_buffers(&node.device, node.kind, 0));
}

/// Fills `data` with a picture as far as it came.
fn fill(data: &mut Vec<u8>, came: &[u8], whole: usize) {
    data.clear();
    match whole {
        0 => data.extend_from_slice(came),
        _ => data.extend_from_slice(&came[..came.len().min(whole)]),
    }
    data.resize(data.len().max(whole), GREY);
}

impl Opened {
    /// Of a whole picture; 0 where each has its own.
    fn bytes(&self) -> usize {
        self.format.pixels.bytes(self.stride, self.format.width.into(), self.format.height.into())
    }

    /// Its stride, or that of rows without padding where pictures with it have no room in the buffers. The last row may do without.
    fn stride_within(&self, room: usize) -> usize {
        let packed = self.format.pixels.row(self.format.width.into());
        let padding = self.stride.saturating_sub(packed);
        if self.bytes() - padding <= room { self.stride } else { packed }
    }
}

/// What a driver made of the format that was set.
fn opened(agreed: Format, rate: Option<Rate>) -> Result<Opened, DeviceError> {
    let strange = |what: String| DeviceError::Other(format!("was set to {what}, which Skylark cannot read"));
    let letters = fourcc::letters(agreed.fourcc);
    let (Ok(width), Ok(height)) = (u16::try_from(agreed.width), u16::try_from(agreed.height)) else {
        return Err(strange(format!("{}x{}", agreed.width, agreed.height)));
    };
    let pixels = fourcc::pixels(agreed.fourcc).filter(|_| agreed.planes == 1);
    let pixels = pixels.ok_or_else(|| strange(format!("{letters} in {} planes", agreed.planes)))?;
    if width == 0 || height == 0 || usize::from(width) * usize::from(height) > MOST_PIXELS {
        return Err(strange(format!("{width}x{height}")));
    }
    // Some drivers tell none, or less than a row has, or any number.
    let packed = pixels.row(width.into());
    let stride = Some(agreed.bytes_per_line as usize).filter(|told| *told <= MOST_STRIDE).unwrap_or(0).max(packed);
    Ok(Opened { format: PictureFormat { width, height, rate, pixels }, stride, full_range: agreed.full_range })
}

/// For a device that lists nothing at all.
fn format_it_is_in(node: &Node) -> Option<(u32, PictureFormat)> {
    let format = ioctl::format(&node.device, node.kind).ok()?;
    Some((format.fourcc, opened(format, None).ok()?.format))
}

fn nothing_readable(offers: &Offers) -> DeviceError {
    let instead = match &offers.unreadable[..] {
        [] => String::new(),
        letters => format!(" (it has {})", letters.join(", ")),
    };
    DeviceError::Other(format!("offers no pictures that Skylark can read, such as YUYV, NV12 or MJPG{instead}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(letters: &[u8; 4], width: u32, bytes_per_line: u32) -> Format {
        Format {
            width,
            height: 720,
            fourcc: u32::from_le_bytes(*letters),
            field: Field::Any,
            bytes_per_line,
            planes: 1,
            full_range: false,
        }
    }

    #[test]
    fn what_a_driver_makes_of_a_format_holds() {
        let of = |format| opened(format, None).map(|opened| (opened.format.to_string(), opened.stride));
        assert_eq!(of(format(b"YUYV", 1280, 2560)), Ok(("1280x720, YUYV".to_owned(), 2560)));
        assert_eq!(of(format(b"YUYV", 640, 1408)), Ok(("640x720, YUYV".to_owned(), 1408)), "rows may be padded");
        assert_eq!(of(format(b"YUYV", 640, 0)), Ok(("640x720, YUYV".to_owned(), 1280)), "or their length not be told");
        assert_eq!(of(format(b"MJPG", 640, 0)), Ok(("640x720, MJPEG".to_owned(), 0)));
        assert_eq!(of(format(b"YUYV", 640, u32::MAX)), Ok(("640x720, YUYV".to_owned(), 1280)), "or be any number");
        let huge = Format { height: 50_000, ..format(b"XR24", 50_000, 0) };
        for strange in [format(b"H264", 640, 0), format(b"YUYV", 0, 0), format(b"YUYV", 70_000, 0), huge] {
            assert!(of(strange).is_err(), "{strange:?}");
        }
        assert!(of(Format { planes: 2, ..format(b"NV12", 640, 640) }).is_err(), "the second is elsewhere");
    }

    #[test]
    fn rows_are_no_further_apart_than_the_buffers_have_room_for() {
        let within = |letters, bytes_per_line, room| {
            let opened = opened(format(letters, 640, bytes_per_line), None).expect("it can be read");
            opened.stride_within(room)
        };
        assert_eq!(within(b"YUYV", 1408, 1408 * 720), 1408);
        assert_eq!(within(b"YUYV", 1408, 1408 * 719 + 1280), 1408, "nothing stands behind the last row");
        assert_eq!(within(b"YUYV", 1408, 1280 * 720), 1280, "it says what it does not do");
        assert_eq!(within(b"YUYV", 1 << 18, 1280 * 720), 1280);
        assert_eq!(within(b"NV12", 768, 768 * 1080), 768);
        assert_eq!(within(b"NV12", 768, 640 * 1080), 640);
        assert_eq!(within(b"YUYV", 1280, 4096), 1280, "its pictures are shorter than they are said to be");
        assert_eq!(within(b"MJPG", 0, 4096), 0);
    }

    #[test]
    fn a_camera_without_a_readable_format_says_what_it_has() {
        let offers = Offers { unreadable: vec!["H264".into(), "HEVC".into()], ..Offers::default() };
        let DeviceError::Other(said) = nothing_readable(&offers) else { panic!("it is none of the others") };
        assert!(said.ends_with("(it has H264, HEVC)"), "{said}");
    }

    #[test]
    fn a_picture_that_is_cut_off_is_whole_and_grey_below() {
        let mut data = vec![1; 9];
        fill(&mut data, &[5, 6], 4);
        assert_eq!(data, [5, 6, GREY, GREY]);
        fill(&mut data, &[5, 6, 7, 8, 9], 4);
        assert_eq!(data, [5, 6, 7, 8], "what comes behind it is none of it");
        fill(&mut data, &[5, 6, 7], 0);
        assert_eq!(data, [5, 6, 7], "a JPEG is as long as it is");
    }
}
