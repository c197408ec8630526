//! The memory of a device's buffers, as this program sees it.
#![allow(unsafe_code)] // Only libc can map memory; it is unmapped where it is dropped.

use super::ioctl::{self, Kind};
use std::{
    fs::File,
    io,
    os::fd::AsRawFd,
    ptr::{self, NonNull},
};

/// A buffer's memory, which the driver fills and this program reads.
pub(super) struct Mapping {
    at: NonNull<u8>,
    length: usize,
}

// SAFETY: it is memory, and belongs to no thread.
unsafe impl Send for Mapping {}

impl Mapping {
    /// A piece of memory of the device's buffer of that index.
    pub(super) fn of(device: &File, kind: Kind, index: u32, piece: usize) -> io::Result<Mapping> {
        let (offset, length) = ioctl::placed(device, kind, index, piece)?;
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        // SAFETY: the kernel chooses a place that is free. It is unmapped when this is dropped, and not used after that.
        let at = unsafe {
            libc::mmap(ptr::null_mut(), length as usize, protection, flags, device.as_raw_fd(), offset.into())
        };
        match NonNull::new(at.cast::<u8>()) {
            Some(at) if at.as_ptr().cast() != libc::MAP_FAILED => Ok(Mapping { at, length: length as usize }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// What is in it. The driver writes there while the buffer is queued, so that is asked of one only that is not.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the mapping is as long as that, and lives as long as this.
        unsafe { std::slice::from_raw_parts(self.at.as_ptr(), self.length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and nothing refers to it any more.
        unsafe { libc::munmap(self.at.as_ptr().cast(), self.length) };
    }
}
