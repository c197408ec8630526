//! A device node that is open, and what it says of itself.

use super::ioctl::{self, Capability, Entry, Kind};
use crate::device::{DeviceError, IT};
use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};
use words::said;

/// An open node that delivers pictures.
pub(super) struct Node {
    pub(super) device: File,
    pub(super) kind: Kind,
    /// What the camera calls itself.
    pub(super) name: String,
    /// Where it is plugged in, in the driver's words.
    pub(super) bus: String,
    /// It hands over pictures in buffers, which is the only way that is used here.
    pub(super) streams: bool,
}

/// What is known of a node that was looked at.
pub(super) enum Looked {
    /// It delivers pictures.
    Camera(Node),
    /// It is something else: a camera has nodes that carry no picture but data about it, others belong to decoders, and a
    /// file in /dev need not be a device.
    Other,
    /// It does not say.
    Unknown(io::Error),
}

impl Node {
    /// Opens a node and asks what it is. Both may hang as long as the driver does.
    pub(super) fn look(path: &Path) -> Looked {
        let device = match OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(path) {
            Ok(device) => device,
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => return Looked::Other,
            Err(error) => return Looked::Unknown(error),
        };
        match ioctl::capability(&device) {
            Ok(capability) => match kind(&capability) {
                Some(kind) => Looked::Camera(Node {
                    device,
                    kind,
                    name: text(&capability.card),
                    bus: text(&capability.bus_info),
                    streams: of_node(&capability) & STREAMING != 0,
                }),
                None => Looked::Other,
            },
            // What is no video device does not know the question.
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL)) => Looked::Other,
            Err(error) => Looked::Unknown(error),
        }
    }

    /// Opens a camera.
    pub(super) fn open(path: &Path) -> Result<Node, DeviceError> {
        match Node::look(path) {
            Looked::Camera(node) if node.streams => Ok(node),
            Looked::Camera(_) => Err(DeviceError::Other(said!("device.other_way", device = IT))),
            Looked::Other => Err(DeviceError::Other(said!("device.no_camera", device = IT))),
            Looked::Unknown(error) => Err(explain(&error)),
        }
    }

    /// What the driver lists.
    pub(super) fn listed_format(&self, index: u32) -> Option<u32> {
        ioctl::listed_format(&self.device, self.kind, index).ok()
    }

    /// As [`Node::listed_format`].
    pub(super) fn listed_size(&self, fourcc: u32, index: u32) -> Option<Entry> {
        ioctl::listed_size(&self.device, fourcc, index).ok()
    }

    /// As [`Node::listed_format`].
    pub(super) fn listed_interval(&self, fourcc: u32, size: (u32, u32), index: u32) -> Option<Entry> {
        ioctl::listed_interval(&self.device, fourcc, size, index).ok()
    }

    /// Whether it was pulled out meanwhile.
    pub(super) fn is_gone(&self) -> bool {
        ioctl::capability(&self.device).is_err_and(|error| explain(&error) == DeviceError::Gone)
    }
}

const VIDEO_CAPTURE: u32 = 1;
const VIDEO_CAPTURE_MPLANE: u32 = 0x1000;
const STREAMING: u32 = 0x0400_0000;

fn kind(capability: &Capability) -> Option<Kind> {
    match of_node(capability) {
        can if can & VIDEO_CAPTURE != 0 => Some(Kind::Single),
        can if can & VIDEO_CAPTURE_MPLANE != 0 => Some(Kind::Planes),
        _ => None,
    }
}

/// What this node can; older drivers say only what the whole device can.
fn of_node(capability: &Capability) -> u32 {
    const DEVICE_CAPS: u32 = 0x8000_0000;
    match capability.capabilities & DEVICE_CAPS {
        0 => capability.capabilities,
        _ => capability.device_caps,
    }
}

/// A driver's text, which may be any bytes: what cannot be shown is replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let shown = String::from_utf8_lossy(&bytes[..end]);
    shown
        .chars()
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// What an error of the system means for whoever wants a camera.
pub(super) fn explain(error: &io::Error) -> DeviceError {
    match error.raw_os_error() {
        Some(libc::EBUSY) => DeviceError::Busy,
        Some(libc::EACCES | libc::EPERM) => DeviceError::Denied,
        Some(libc::ENODEV | libc::ENOENT | libc::ENXIO) => DeviceError::Gone,
        Some(libc::ENOSPC) => DeviceError::Other(said!("device.no_usb", device = IT)),
        _ => DeviceError::Other(said!("device.error", device = IT, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_a_text() {
        assert_eq!(text(b"HD Webcam\0\0\xff"), "HD Webcam");
        assert_eq!(text(b"Kamera\xff\xf0"), "Kamera\u{fffd}\u{fffd}");
        assert_eq!(text(b"  Two\nlines \0"), "Two\u{fffd}lines");
        assert_eq!(text(&[0; 32]), "");
        assert_eq!(text(&[b'x'; 32]), "x".repeat(32));
    }

    #[test]
    fn what_a_node_can_is_asked_of_the_node_where_the_driver_tells_it_apart() {
        let says = |capabilities, device_caps| kind(&Capability { capabilities, device_caps, ..Capability::default() });
        assert_eq!(says(0x8420_0001, 0x0420_0001), Some(Kind::Single));
        assert_eq!(says(0x84a0_0001, 0x04a0_0000), None, "a node for data about the picture");
        assert_eq!(says(0x0400_0001, 0), Some(Kind::Single), "an old driver");
        assert_eq!(says(0x8400_1000, 0x0400_1000), Some(Kind::Planes));
    }

    #[test]
    fn the_systems_errors_are_told_apart() {
        let of = |number| explain(&io::Error::from_raw_os_error(number));
        assert_eq!(of(libc::EBUSY), DeviceError::Busy);
        assert_eq!(of(libc::EACCES), DeviceError::Denied);
        assert_eq!(of(libc::ENODEV), DeviceError::Gone);
        assert!(matches!(of(libc::EIO), DeviceError::Other(_)));
    }
}
