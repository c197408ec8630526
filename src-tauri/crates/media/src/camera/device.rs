//! The one file that knows nokhwa, which serves every system but Linux.

use super::{
    DevicePicture, Opened,
    choose::{PictureFormat, Rate, in_order},
    jpeg,
    names::Found,
};
use crate::{
    VideoConfig,
    device::{DeviceError, IT},
    frame::PixelFormat,
    listing::Listing,
};
use nokhwa::{
    Buffer, Camera, NokhwaError,
    utils::{ApiBackend, CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};
use words::said;

/// A driver may refuse a format that it listed; after so many the fault is elsewhere.
const FORMATS_TO_TRY: usize = 4;

/// A time stamp older than this is no capture time: some drivers leave it unset or use another clock.
const OLDEST_PICTURE: Duration = Duration::from_secs(1);

/// The devices that deliver pictures.
pub(super) fn found() -> Vec<Found> {
    static LISTING: Listing<Vec<Found>> = Listing::new("cameras");
    LISTING.ask(|| {
        let infos = nokhwa::query(ApiBackend::Auto).unwrap_or_else(|error| {
            tracing::warn!("the cameras cannot be listed: {error}");
            Vec::new()
        });
        let found = infos.into_iter().filter_map(|info| {
            let CameraIndex::Index(number) = *info.index() else { return None };
            // What the system knows a device by, its place on the bus in it.
            let (name, bus) = (info.human_name(), info.misc());
            Some(Found { number: Some(number), path: PathBuf::new(), name, serial: None, bus })
        });
        found.collect()
    })
}

/// An open camera. Dropping it closes it. Any call may hang as long as the driver does.
pub(super) struct Device {
    camera: Camera,
    format: PictureFormat,
}

impl Device {
    pub(super) fn open(found: &Found, wanted: &VideoConfig) -> Result<Self, DeviceError> {
        let number = found.number.ok_or(DeviceError::Gone)?;
        let mut camera = open_in_any_format(number)?;
        let formats = in_order(formats(&mut camera)?, wanted);
        let format = set_first_accepted(&mut camera, &formats)?;
        camera.open_stream()?;
        Ok(Self { camera, format })
    }

    pub(super) fn opened(&self) -> Opened {
        Opened { format: self.format, stride: 0, full_range: false }
    }

    /// Waits for the next picture. None: it came damaged. nokhwa makes the buffer; the one that is given is not needed.
    pub(super) fn picture(&mut self, _: Vec<u8>) -> Result<Option<DevicePicture>, DeviceError> {
        let buffer = self.camera.frame()?;
        let captured = capture_time(&buffer);
        let length = self.picture_length(buffer.buffer());
        let bytes = buffer.buffer_bytes();
        // Then the bytes have one owner, and become a Vec without being copied.
        drop(buffer);
        Ok(length.map(|length| {
            let mut data = Vec::from(bytes);
            data.truncate(length);
            DevicePicture { opened: self.opened(), data, captured }
        }))
    }

    fn picture_length(&self, buffer: &[u8]) -> Option<usize> {
        let pixels = usize::from(self.format.width) * usize::from(self.format.height);
        match self.format.pixels {
            // One whose end is not found is shown as far as it goes.
            PixelFormat::Mjpeg => jpeg::length(buffer).or(Some(buffer.len())),
            PixelFormat::Nv12 => Some(pixels * 3 / 2),
            _ => Some(pixels * 2),
        }
        .filter(|length| *length <= buffer.len())
    }
}

/// The formats can be listed only of an open camera.
fn open_in_any_format(number: u32) -> Result<Camera, DeviceError> {
    const READABLE: [FrameFormat; 3] = [FrameFormat::YUYV, FrameFormat::NV12, FrameFormat::MJPEG];
    let request = RequestedFormat::with_formats(RequestedFormatType::None, &READABLE);
    match Camera::new(CameraIndex::Index(number), request) {
        // nokhwa's word for "none of these formats".
        Err(NokhwaError::GetPropertyError { property, .. }) if property == "CameraFormat" => Err(no_format()),
        result => Ok(result?),
    }
}

fn formats(camera: &mut Camera) -> Result<Vec<PictureFormat>, DeviceError> {
    let listed = camera.compatible_camera_formats()?;
    Ok(listed.iter().filter_map(readable).collect())
}

fn readable(format: &CameraFormat) -> Option<PictureFormat> {
    let pixels = match format.format() {
        FrameFormat::YUYV => PixelFormat::Yuyv,
        FrameFormat::NV12 => PixelFormat::Nv12,
        FrameFormat::MJPEG => PixelFormat::Mjpeg,
        FrameFormat::GRAY | FrameFormat::RAWRGB | FrameFormat::RAWBGR => return None,
    };
    let (width, height) = (format.width().try_into().ok()?, format.height().try_into().ok()?);
    Some(PictureFormat { width, height, rate: Rate::new(format.frame_rate(), 1), pixels })
}

fn set_first_accepted(camera: &mut Camera, formats: &[PictureFormat]) -> Result<PictureFormat, DeviceError> {
    let mut refusal = no_format();
    for format in formats.iter().take(FORMATS_TO_TRY) {
        let kind = match format.pixels {
            PixelFormat::Nv12 => FrameFormat::NV12,
            PixelFormat::Mjpeg => FrameFormat::MJPEG,
            _ => FrameFormat::YUYV,
        };
        let size = Resolution::new(format.width.into(), format.height.into());
        let exact = RequestedFormatType::Exact(CameraFormat::new(
            size,
            kind,
            format.rate.map_or(30, |rate| rate.thousandths() / 1000),
        ));
        match camera.set_camera_requset(RequestedFormat::with_formats(exact, &[kind])).map_err(DeviceError::from) {
            Ok(_) => return Ok(*format),
            Err(DeviceError::Other(why)) => {
                tracing::debug!("the camera lists {format} but refuses it: {why}");
                refusal = DeviceError::Other(why);
            }
            Err(error) => return Err(error),
        }
    }
    Err(refusal)
}

/// nokhwa tells the driver's time stamp as a time of day; here it becomes one of the clock that sound has, too.
fn capture_time(buffer: &Buffer) -> Instant {
    let now = Instant::now();
    let age = buffer
        .capture_timestamp()
        .and_then(|stamp| SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + stamp).ok())
        .filter(|age| *age < OLDEST_PICTURE);
    age.and_then(|age| now.checked_sub(age)).unwrap_or(now)
}

fn no_format() -> DeviceError {
    DeviceError::Other(said!("device.no_formats", device = IT))
}

impl From<NokhwaError> for DeviceError {
    fn from(error: NokhwaError) -> Self {
        from_text(&error.to_string())
    }
}

/// nokhwa keeps only the words of the system's error, but its number is the last of them: "(os error 16)".
fn from_text(text: &str) -> DeviceError {
    let number = text.rsplit_once("(os error ").and_then(|(_, rest)| rest.split_once(')')?.0.parse::<i32>().ok());
    match number {
        Some(libc::EBUSY) => DeviceError::Busy,
        Some(libc::EACCES | libc::EPERM) => DeviceError::Denied,
        Some(libc::ENODEV | libc::ENOENT | libc::ENXIO) => DeviceError::Gone,
        _ => DeviceError::Other(said!("device.error", device = IT, error = text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_error_is_read_out_of_the_librarys_words() {
        let of = |number: i32| {
            let error = std::io::Error::from_raw_os_error(number).to_string();
            DeviceError::from(NokhwaError::OpenDeviceError("0".to_owned(), format!("V4L2 Error: {error}")))
        };
        assert_eq!(of(libc::EBUSY), DeviceError::Busy);
        assert_eq!(of(libc::EACCES), DeviceError::Denied);
        assert_eq!(of(libc::ENODEV), DeviceError::Gone);
        assert!(matches!(of(libc::EIO), DeviceError::Other(_)));
        assert!(matches!(from_text("Rejected"), DeviceError::Other(_)));
    }
}
