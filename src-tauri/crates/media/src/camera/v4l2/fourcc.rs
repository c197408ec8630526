//! The kernel's names of pixel formats, four letters each.

use crate::frame::PixelFormat;

/// Those that can be read. Some have letters of their own where each plane is in a piece of memory of its own.
const READABLE: [(&[u8; 4], PixelFormat); 38] = [
    (b"YU12", PixelFormat::I420),
    (b"YV12", PixelFormat::Yv12),
    (b"NV12", PixelFormat::Nv12),
    (b"NV21", PixelFormat::Nv21),
    (b"YM12", PixelFormat::I420),
    (b"YM21", PixelFormat::Yv12),
    (b"NM12", PixelFormat::Nv12),
    (b"NM21", PixelFormat::Nv21),
    (b"422P", PixelFormat::I422),
    (b"YM16", PixelFormat::I422),
    (b"NV16", PixelFormat::Nv16),
    (b"NM16", PixelFormat::Nv16),
    (b"NV61", PixelFormat::Nv61),
    (b"NM61", PixelFormat::Nv61),
    (b"P010", PixelFormat::P010),
    (b"YUYV", PixelFormat::Yuyv),
    (b"YVYU", PixelFormat::Yvyu),
    (b"UYVY", PixelFormat::Uyvy),
    (b"VYUY", PixelFormat::Vyuy),
    (b"RGB3", PixelFormat::Rgb24),
    (b"BGR3", PixelFormat::Bgr24),
    (b"XR24", PixelFormat::Bgrx),
    (b"AR24", PixelFormat::Bgrx),
    (b"BGR4", PixelFormat::Bgrx),
    (b"RGBP", PixelFormat::Rgb565),
    (b"RGB4", PixelFormat::Xrgb),
    (b"BX24", PixelFormat::Xrgb),
    (b"BA24", PixelFormat::Xrgb),
    (b"XB24", PixelFormat::Rgbx),
    (b"AB24", PixelFormat::Rgbx),
    (b"RX24", PixelFormat::Xbgr),
    (b"RA24", PixelFormat::Xbgr),
    (b"GREY", PixelFormat::Grey),
    (b"Y16 ", PixelFormat::Grey16),
    (b"Y12 ", PixelFormat::Grey12),
    (b"Y10 ", PixelFormat::Grey10),
    (b"MJPG", PixelFormat::Mjpeg),
    (b"JPEG", PixelFormat::Mjpeg),
];

/// How pictures of a format are to be read, if they can be.
pub(super) fn pixels(fourcc: u32) -> Option<PixelFormat> {
    READABLE.iter().find(|(letters, _)| u32::from_le_bytes(**letters) == fourcc).map(|(_, pixels)| *pixels)
}

/// The four letters, for people.
pub(super) fn letters(fourcc: u32) -> String {
    // The highest bit says that the bytes of a sample are in the other order.
    let bytes = (fourcc & 0x7fff_ffff).to_le_bytes();
    let letter = |byte: u8| if byte.is_ascii_graphic() { char::from(byte) } else { '?' };
    String::from_utf8_lossy(&bytes).trim_end().bytes().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_by_their_letters() {
        assert_eq!(pixels(u32::from_le_bytes(*b"YU12")), Some(PixelFormat::I420));
        assert_eq!(pixels(u32::from_le_bytes(*b"JPEG")), Some(PixelFormat::Mjpeg));
        assert_eq!(pixels(u32::from_le_bytes(*b"H264")), None);
        assert_eq!(letters(u32::from_le_bytes(*b"H264")), "H264");
        assert_eq!(letters(u32::from_le_bytes(*b"Y16 ") | 1 << 31), "Y16");
        assert_eq!(letters(3), "????");
    }
}
