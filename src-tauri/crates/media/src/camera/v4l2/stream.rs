//! A camera that delivers: a format is set, buffers are made, filled ones are taken.

use super::{
    ioctl::{self, Fields, Filled, Format},
    layout::Layout,
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
    device::{DeviceError, IT},
};
use std::{
    io,
    ops::Range,
    thread,
    time::{Duration, Instant},
};
use words::said;

/// A driver may refuse a format that it listed: where another camera nearly fills the line there is room for the smallest pictures only,
/// which are tried last. After so many the fault is elsewhere.
const FORMATS_TO_TRY: usize = 32;

/// One is being filled, one is being copied, and two wait in case the copying is late. A driver that has no memory for so many may have it
/// for fewer, and gives fewer by itself or refuses.
const BUFFERS: [u32; 2] = [4, 2];

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

/// An open camera. Dropping it closes it. Any call may hang as long as the driver does.
pub(in crate::camera) struct Device {
    node: Node,
    layout: Layout,
    opened: Opened,
    /// Each buffer's pieces of memory.
    buffers: Vec<Vec<Mapping>>,
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
                Ok(started) => {
                    let Started { layout, rate, buffers } = started;
                    return Ok(Self { node, layout, opened: layout.opened(rate), buffers, errors: 0 });
                }
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
        let came = self.came(&filled);
        let bytes = came.iter().map(|piece| piece.len()).sum();
        if !self.layout.is_whole(bytes) {
            self.look_again();
        }
        self.layout.fill(&mut data, &self.came(&filled), filled.odd);
        ioctl::queue(&self.node.device, self.node.kind, filled.index).map_err(|error| explain(&error))?;
        let age = filled.age.filter(|age| *age < OLDEST_PICTURE);
        let captured = age.and_then(|age| now.checked_sub(age)).unwrap_or(now);
        Ok((bytes > 0).then_some(DevicePicture { opened: self.opened, data, captured }))
    }

    /// What came in each of a buffer's pieces of memory.
    fn came(&self, filled: &Filled) -> Vec<&[u8]> {
        let pieces = self.buffers.get(filled.index as usize).into_iter().flatten();
        pieces.zip(&filled.pieces).map(|(piece, came)| part(piece.bytes(), came)).collect()
    }

    /// A device may go over to another size by itself, as one does to whose input another signal comes; it says so where it is asked.
    fn look_again(&mut self) {
        let Ok(agreed) = ioctl::format(&self.node.device, self.node.kind) else { return };
        let other = if self.layout.is(&agreed) { None } else { Layout::of(agreed).ok() };
        if let Some(layout) = other.filter(|layout| layout.pieces() == self.layout.pieces()) {
            self.layout = layout.within(rooms(&self.buffers));
            self.opened = self.layout.opened(self.opened.format.rate);
            tracing::info!("the camera delivers {} now", self.opened.format);
        }
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

/// What of these bytes a driver says to have written, which may be any numbers.
fn part<'a>(bytes: &'a [u8], came: &Range<usize>) -> &'a [u8] {
    let end = came.end.min(bytes.len());
    &bytes[came.start.min(end)..end]
}

impl Drop for Device {
    fn drop(&mut self) {
        self.buffers.clear();
        stop(&self.node);
    }
}

/// A device that has begun to deliver.
struct Started {
    layout: Layout,
    rate: Option<Rate>,
    buffers: Vec<Vec<Mapping>>,
}

/// Sets a format before any is asked for: the last program may have left the device in one that is of no use. What the driver
/// makes of it holds, also where it is not what was asked for.
fn start(node: &Node, format: PictureFormat, fourcc: u32, wanted: &VideoConfig) -> Result<Started, DeviceError> {
    let (device, kind) = (&node.device, node.kind);
    let failed = |error: io::Error| explain(&error);
    let asked = Format { width: format.width.into(), height: format.height.into(), fourcc, ..Format::default() };
    let mut agreed = ioctl::set_format(device, kind, asked, false).map_err(failed)?;
    if agreed.fields != Fields::Woven {
        // A driver that has no others goes on with those.
        agreed = ioctl::set_format(device, kind, asked, true).unwrap_or(agreed);
    }
    let layout = Layout::of(agreed)?;
    let asked = format.rate.or(Rate::new(wanted.fps, 1)).map_or([1, 30], Rate::interval);
    // Not every driver knows of rates. What it says, if it says anything, holds.
    let interval = ioctl::set_interval(device, kind, asked).or_else(|_| ioctl::interval(device, kind));
    let rate = interval.ok().and_then(|[seconds, pictures]| Rate::new(pictures, seconds)).or(format.rate);
    let [usual, few] = BUFFERS;
    let granted = ioctl::request_buffers(device, kind, usual).or_else(|_| ioctl::request_buffers(device, kind, few));
    let count = granted.map_err(failed)?.min(MOST_BUFFERS);
    let pieces = |index| (0..layout.pieces()).map(move |piece| Mapping::of(device, kind, index, piece)).collect();
    if count == 0 {
        return Err(DeviceError::Other(said!("device.no_memory", device = IT)));
    }
    let buffers = (0..count).map(pieces).collect::<io::Result<Vec<Vec<_>>>>().map_err(failed)?;
    let layout = layout.within(rooms(&buffers));
    (0..count).try_for_each(|index| ioctl::queue(device, kind, index)).map_err(failed)?;
    ioctl::stream(device, kind, true).map_err(failed)?;
    Ok(Started { layout, rate, buffers })
}

/// The room in each piece of memory, of the buffer that has least.
fn rooms(buffers: &[Vec<Mapping>]) -> impl Iterator<Item = usize> {
    let pieces = buffers.iter().map(Vec::len).min().unwrap_or_default();
    (0..pieces).filter_map(|piece| buffers.iter().map(|buffer| buffer[piece].bytes().len()).min())
}

/// Lets go of the buffers, which nothing may refer to any more. A driver that fails at that, as one does whose device was
/// pulled out, has let go of them, too.
fn stop(node: &Node) {
    drop(ioctl::stream(&node.device, node.kind, false));
    drop(ioctl::request_buffers(&node.device, node.kind, 0));
}

/// For a device that lists nothing at all.
fn format_it_is_in(node: &Node) -> Option<(u32, PictureFormat)> {
    let format = ioctl::format(&node.device, node.kind).ok()?;
    Some((format.fourcc, Layout::of(format).ok()?.opened(None).format))
}

fn nothing_readable(offers: &Offers) -> DeviceError {
    const MOST_SAID: usize = 8;
    let instead = match &offers.unreadable[..] {
        [] => String::new(),
        letters if letters.len() <= MOST_SAID => format!(" (it has {})", letters.join(", ")),
        letters => format!(" (it has {} and {} more)", letters[..MOST_SAID].join(", "), letters.len() - MOST_SAID),
    };
    DeviceError::Other(said!("device.no_formats_v4l2", device = IT, instead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_without_a_readable_format_says_what_it_has() {
        let offers = Offers { unreadable: vec!["H264".into(), "HEVC".into()], ..Offers::default() };
        let DeviceError::Other(said) = nothing_readable(&offers) else { panic!("it is none of the others") };
        assert!(said.ends_with("(it has H264, HEVC)"), "{said}");
        let offers = Offers { unreadable: (0..200).map(|number| format!("F{number}")).collect(), ..Offers::default() };
        let DeviceError::Other(said) = nothing_readable(&offers) else { panic!("it is none of the others") };
        assert!(said.ends_with("(it has F0, F1, F2, F3, F4, F5, F6, F7 and 192 more)"), "{said}");
    }
}
