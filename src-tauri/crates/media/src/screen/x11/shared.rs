//! Memory that the server writes pixels into.

#![allow(unsafe_code)] // Memory is mapped here; it is read only while nobody writes into it.

use super::trouble::Trouble;
use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr::{self, NonNull},
    slice,
};
use x11rb::{connection::Connection, protocol::shm::ConnectionExt as _, rust_connection::RustConnection};

/// Memory of ours that the server has too, as large as was needed so far.
#[derive(Default)]
pub(super) struct Shared {
    mapped: Option<(Mapped, u32)>,
}

impl Shared {
    /// The server's number for it, with room for so many bytes.
    pub(super) fn of(&mut self, connection: &RustConnection, length: usize) -> Result<u32, Trouble> {
        if let Some((mapped, segment)) = &self.mapped {
            if mapped.length >= length {
                return Ok(*segment);
            }
            connection.shm_detach(*segment)?;
            self.mapped = None;
        }
        let (mapped, file) = Mapped::new(length).map_err(|_| Trouble::Refused)?;
        let segment = connection.generate_id()?;
        connection.shm_attach_fd(segment, file, false)?.check()?;
        self.mapped = Some((mapped, segment));
        Ok(segment)
    }

    /// What the server wrote. To be called when it has answered, and before it is asked again.
    pub(super) fn bytes(&self) -> &[u8] {
        self.mapped.as_ref().map_or(&[], |(mapped, _)| mapped.bytes())
    }
}

struct Mapped {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: it is memory that belongs to nobody else in this program.
unsafe impl Send for Mapped {}

impl Mapped {
    /// Memory of a file without a name, and that file, to be handed over.
    fn new(length: usize) -> io::Result<(Self, OwnedFd)> {
        // SAFETY: it takes a text that ends with a zero, and gives a new file or -1.
        let file = unsafe { libc::memfd_create(c"skylark-screen".as_ptr(), libc::MFD_CLOEXEC) };
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it is new, and nobody else's.
        let file = unsafe { OwnedFd::from_raw_fd(file) };
        // SAFETY: it takes numbers.
        if unsafe { libc::ftruncate(file.as_raw_fd(), length as libc::off_t) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: it maps a file of that length wherever there is room.
        let start = unsafe { libc::mmap(ptr::null_mut(), length, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        match NonNull::new(start.cast::<u8>()) {
            Some(mapped) if start != libc::MAP_FAILED => Ok((Self { start: mapped, length }, file)),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: so much is mapped as long as this lives, and the server, which was handed the file, writes only when it is asked.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: it was mapped by `new`, and is not used after this.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}
