//! Cameras: which there are, which of their formats to use, and their pictures.

mod choose;
mod device;
mod jpeg;
mod names;
#[cfg(all(test, target_os = "linux"))]
mod tests;
#[cfg(target_os = "linux")]
mod v4l2;

use crate::{
    VideoConfig,
    device::OpenDevice,
    frame::{PixelFormat, RawPicture},
    source::{PictureSource, SourceError},
};
use choose::PictureFormat;
use device::{Device, DevicePicture};
use std::fmt;

/// The cameras that can be chosen.
pub(crate) fn list() -> Vec<protocol::Source> {
    names::named(device::found()).into_iter().map(|camera| camera.source).collect()
}

/// Opens the camera with this name, path or index, in the format that comes closest to what is wanted.
pub(crate) fn open(name: &str, wanted: &VideoConfig) -> Result<Box<dyn PictureSource>, SourceError> {
    let cameras = names::named(device::found());
    let Some(camera) = names::find(&cameras, name) else {
        return Err(SourceError::NotFound(format!("The camera \"{name}\"")));
    };
    let subject = format!("The camera \"{}\"", camera.source.label);
    let (number, wanted) = (camera.number, *wanted);
    let opened = OpenDevice::open("media-device", NEWEST_ONLY, move |handover| {
        let mut device = Device::open(number, &wanted)?;
        handover.opened(device.format());
        while !handover.is_stopped() {
            // None: it came damaged. Another one will follow.
            if let Some(picture) = device.picture()? {
                handover.put(picture);
            }
        }
        Ok(())
    });
    match opened {
        Ok(device) => Ok(Box::new(Camera { subject, device })),
        Err(error) => Err(error.opening(&subject)),
    }
}

/// A picture that was not taken in time is overwritten.
const NEWEST_ONLY: usize = 1;

struct Camera {
    subject: String,
    device: OpenDevice<PictureFormat, DevicePicture>,
}

impl PictureSource for Camera {
    fn next(&mut self, into: &mut RawPicture) -> Result<(), SourceError> {
        let picture = self.device.next().map_err(|error| error.delivering(&self.subject))?;
        let format = self.device.format();
        into.format = format.pixels;
        into.width = format.width;
        into.height = format.height;
        into.captured = picture.captured;
        into.data = picture.data;
        Ok(())
    }

    fn format(&self) -> String {
        self.device.format().to_string()
    }
}

impl fmt::Display for PictureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pixels = match self.pixels {
            PixelFormat::I420 => "I420",
            PixelFormat::Yuyv => "YUYV",
            PixelFormat::Nv12 => "NV12",
            PixelFormat::Mjpeg => "MJPEG",
        };
        write!(f, "{}x{}, {} fps, {pixels}", self.width, self.height, self.fps)
    }
}
