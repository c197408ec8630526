//! Two questions to a V4L2 driver that nokhwa does not ask.
//!
//! They are ioctls, which only libc can make.
#![allow(unsafe_code)]

use std::{
    fs::{File, OpenOptions},
    io,
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
};

/// Whether a node delivers pictures. A camera has several nodes, one of which carries no picture but data about it; other
/// nodes belong to decoders. A node that does not answer may be one.
pub(super) fn captures(number: u32) -> bool {
    /// `struct v4l2_capability`.
    #[repr(C)]
    #[derive(Default)]
    struct Capability {
        names: [[u8; 16]; 5],
        version: u32,
        capabilities: u32,
        device_caps: u32,
        reserved: [u32; 3],
    }
    const VIDIOC_QUERYCAP: libc::c_ulong = 0x8068_5600;
    const VIDEO_CAPTURE: u32 = 1;
    const DEVICE_CAPS: u32 = 0x8000_0000;

    let mut capability = Capability::default();
    if open(number).and_then(|device| ask(&device, VIDIOC_QUERYCAP, &mut capability)).is_err() {
        return true;
    }
    let known = capability.capabilities & DEVICE_CAPS != 0;
    let of_node = if known { capability.device_caps } else { capability.capabilities };
    of_node & VIDEO_CAPTURE != 0
}

/// Asks for 30 pictures a second. nokhwa cannot open a device whose rate at that moment is a fraction, which is only the
/// rate that the last program left it at (7.5 in a dark room).
pub(super) fn leave_fractional_rate(number: u32) -> io::Result<()> {
    /// `struct v4l2_streamparm` for capture.
    #[repr(C)]
    struct StreamParameters {
        kind: u32,
        capability: u32,
        mode: u32,
        numerator: u32,
        denominator: u32,
        rest: [u32; 46],
    }
    const VIDIOC_S_PARM: libc::c_ulong = 0xc0cc_5616;
    const VIDEO_CAPTURE: u32 = 1;

    let mut parameters =
        StreamParameters { kind: VIDEO_CAPTURE, capability: 0, mode: 0, numerator: 1, denominator: 30, rest: [0; 46] };
    ask(&open(number)?, VIDIOC_S_PARM, &mut parameters)
}

fn open(number: u32) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(format!("/dev/video{number}"))
}

fn ask<T>(device: &File, request: libc::c_ulong, argument: &mut T) -> io::Result<()> {
    // The size of the argument is part of the request's number.
    debug_assert_eq!((request >> 16) as usize & 0x3fff, size_of::<T>(), "the kernel writes as much as the number says");
    // SAFETY: the argument is as large as the request says, and lives until the call returns.
    match unsafe { libc::ioctl(device.as_raw_fd(), request as _, std::ptr::from_mut(argument)) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
