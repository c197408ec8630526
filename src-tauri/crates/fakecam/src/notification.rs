//! A call that stopped and asks, and how it is answered.
#![allow(unsafe_code)] // The kernel's interface is ioctls on structures.

use std::{
    ffi::CString,
    fs::File,
    io,
    mem::zeroed,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::fs::FileExt,
    },
    ptr,
};

const RECEIVE: libc::c_ulong = 0xc050_2100;
const SEND: libc::c_ulong = 0xc018_2101;
const IS_VALID: libc::c_ulong = 0x4008_2102;
const ADD_DESCRIPTOR: libc::c_ulong = 0x4018_2103;
/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`: as if nobody had asked.
const CONTINUE: u32 = 1;
/// `SECCOMP_ADDFD_FLAG_SEND`: the new descriptor's number is the call's result.
const AND_SEND: u32 = 2;

/// The descriptor on which calls ask.
pub(crate) struct Listener(pub(crate) OwnedFd);

/// A call that waits for its answer.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    id: u64,
    /// The thread.
    pub(crate) thread: u32,
    pub(crate) number: u32,
    pub(crate) arguments: [u64; 6],
}

impl Listener {
    /// The next call. An error: nobody is left who could ask.
    pub(crate) fn receive(&self) -> io::Result<Call> {
        // SAFETY: the kernel asks for zeroes and fills the whole structure.
        let notice: libc::seccomp_notif = unsafe {
            let mut notice = zeroed();
            if libc::ioctl(self.0.as_raw_fd(), RECEIVE, &mut notice) != 0 {
                return Err(io::Error::last_os_error());
            }
            notice
        };
        let data = notice.data;
        Ok(Call { id: notice.id, thread: notice.pid, number: data.nr as u32, arguments: data.args })
    }

    /// It still waits for its answer.
    pub(crate) fn waits(&self, call: &Call) -> bool {
        // SAFETY: the ioctl reads a number.
        unsafe { libc::ioctl(self.0.as_raw_fd(), IS_VALID, &call.id) == 0 }
    }

    pub(crate) fn go_on(&self, call: &Call) {
        self.send(call, 0, 0, CONTINUE);
    }

    pub(crate) fn succeed(&self, call: &Call, value: i64) {
        self.send(call, value, 0, 0);
    }

    pub(crate) fn fail(&self, call: &Call, error: i32) {
        self.send(call, 0, -error, 0);
    }

    /// Whoever asked may be gone: then there is nobody to be answered.
    fn send(&self, call: &Call, val: i64, error: i32, flags: u32) {
        let mut answer = libc::seccomp_notif_resp { id: call.id, val, error, flags };
        // SAFETY: the structure is the one that the ioctl takes.
        unsafe { libc::ioctl(self.0.as_raw_fd(), SEND, &mut answer) };
    }

    /// Answers with a descriptor of a file of ours; its number there.
    pub(crate) fn hand_over(&self, call: &Call, file: &File, close_on_exec: bool) -> io::Result<i32> {
        let newfd_flags = if close_on_exec { libc::O_CLOEXEC as u32 } else { 0 };
        let srcfd = file.as_raw_fd() as u32;
        let mut add = libc::seccomp_notif_addfd { id: call.id, flags: AND_SEND, srcfd, newfd: 0, newfd_flags };
        // SAFETY: as above.
        let number = unsafe { libc::ioctl(self.0.as_raw_fd(), ADD_DESCRIPTOR, &mut add) };
        if number < 0 { Err(io::Error::last_os_error()) } else { Ok(number) }
    }
}

impl Call {
    fn memory(&self) -> io::Result<File> {
        File::options().read(true).write(true).open(format!("/proc/{}/mem", self.thread))
    }

    /// Bytes of the asking process.
    pub(crate) fn read(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.memory()?.read_exact_at(bytes, address)
    }

    pub(crate) fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        self.memory()?.write_all_at(bytes, address)
    }

    /// A path of the asking process; none where it is longer than any of a camera.
    pub(crate) fn path(&self, address: u64) -> Option<Vec<u8>> {
        let memory = self.memory().ok()?;
        let mut bytes = [0; 256];
        // It may end at the end of what is mapped.
        let read = memory.read_at(&mut bytes, address).ok()?;
        let end = bytes[..read].iter().position(|byte| *byte == 0)?;
        Some(bytes[..end].to_vec())
    }

    /// The file that a path leads to in the asking process's own tree: device and inode.
    pub(crate) fn inode(&self, path: &[u8]) -> Option<(u64, u64)> {
        let root = File::open(format!("/proc/{}/root", self.thread)).ok()?;
        let path = CString::new(path).ok()?;
        // SAFETY: the structures are those that the calls take, and are read or filled during them.
        unsafe {
            let mut how: libc::open_how = zeroed();
            how.flags = (libc::O_PATH | libc::O_CLOEXEC) as u64;
            how.resolve = libc::RESOLVE_IN_ROOT;
            let size = size_of::<libc::open_how>();
            let found = libc::syscall(libc::SYS_openat2, root.as_raw_fd(), path.as_ptr(), &how, size);
            if found < 0 {
                return None;
            }
            let found = OwnedFd::from_raw_fd(found as i32);
            let mut stat: libc::stat = zeroed();
            (libc::fstat(found.as_raw_fd(), &mut stat) == 0).then_some((stat.st_dev, stat.st_ino))
        }
    }

    /// A descriptor of the asking process as one of ours.
    pub(crate) fn descriptor(&self, number: i32) -> Option<OwnedFd> {
        // SAFETY: both calls answer a new descriptor or an error.
        unsafe {
            let process = libc::syscall(libc::SYS_pidfd_open, process(self.thread)?, 0);
            if process < 0 {
                return None;
            }
            let process = OwnedFd::from_raw_fd(process as i32);
            let copy = libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0);
            (copy >= 0).then(|| OwnedFd::from_raw_fd(copy as i32))
        }
    }
}

/// The process that a thread belongs to.
pub(crate) fn process(thread: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok())
}

/// Memory that is a file, under a name that `/proc` shows.
pub(crate) fn memory_file(name: &str) -> io::Result<File> {
    let name = CString::new(name).map_err(io::Error::other)?;
    // SAFETY: it answers a new descriptor or an error.
    unsafe {
        match libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) {
            -1 => Err(io::Error::last_os_error()),
            descriptor => Ok(File::from_raw_fd(descriptor)),
        }
    }
}

/// Whoever reads from the file does not wait.
pub(crate) fn set_nonblocking(file: &File) {
    // SAFETY: it takes a number.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFL, libc::O_RDWR | libc::O_NONBLOCK) };
}

pub(crate) fn is_nonblocking(file: &File) -> bool {
    // SAFETY: it takes nothing.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFL) & libc::O_NONBLOCK != 0 }
}

/// Waits for the first of these to be ready, for so many milliseconds at most.
pub(crate) fn poll(descriptors: &mut [libc::pollfd], ms: i32) {
    // SAFETY: the structures are filled during the call. An interruption is as good as time that has passed.
    unsafe { libc::poll(descriptors.as_mut_ptr(), descriptors.len() as libc::nfds_t, ms) };
}

/// The clock of buffers' timestamps.
pub(crate) fn monotonic() -> std::time::Duration {
    // SAFETY: the structure is filled during the call.
    let now = unsafe {
        let mut now: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_MONOTONIC, ptr::from_mut(&mut now));
        now
    };
    std::time::Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
