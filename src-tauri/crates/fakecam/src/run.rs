//! Starting a program that has the cameras.
#![allow(unsafe_code)] // A child between fork and exec, and a descriptor that goes from process to process.

use crate::{filter::Filter, kind::Kind, notification::Listener, room::Room, supervisor::Supervisor};
use std::{
    fmt, io,
    mem::zeroed,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::{net::UnixDatagram, process::CommandExt},
    },
    path::PathBuf,
    process::{Child, Command, ExitStatus},
    ptr, thread,
};

/// A program with cameras.
pub struct Running {
    child: Child,
    /// Removed when the program has ended.
    _folder: tempfile::TempDir,
}

/// Why there is no program with cameras.
#[derive(Debug)]
pub enum Refused {
    /// This machine does not let this user have a /dev of their own, or answer another program's calls.
    Rights(io::Error),
    /// The program cannot be started, whoever asks.
    Program(io::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Rights(error) => write!(
                f,
                "cameras made of nothing need Linux 5.14, and root or user namespaces, and this machine gives none ({error})"
            ),
            Refused::Program(error) => write!(f, "the program cannot be started: {error}"),
        }
    }
}

impl std::error::Error for Refused {}

/// Starts a program whose /dev has a kind's cameras. `control` is a file that says what happens to them.
pub fn spawn(kind: Kind, control: Option<PathBuf>, mut command: Command) -> Result<Running, Refused> {
    let room = Room::of(&kind).map_err(Refused::Rights)?;
    let (ours, theirs) = UnixDatagram::pair().map_err(Refused::Rights)?;
    let filter = Filter::new();
    let room = std::sync::Arc::new(room);
    let entered = room.clone();
    // SAFETY: what runs between fork and exec makes system calls only, with what was made ready before.
    unsafe {
        command.pre_exec(move || {
            // A test that is killed leaves nothing behind.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
            entered.enter()?;
            send(&theirs, filter.install()?)
        });
    }
    let spawned = command.spawn();
    // It holds the other end of the pair, and the room.
    drop(command);
    let listener = receive(&ours);
    let child = match (spawned, &listener) {
        (Ok(child), _) => child,
        (Err(error), Ok(_)) => return Err(Refused::Program(error)),
        (Err(error), Err(_)) => return Err(Refused::Rights(error)),
    };
    let listener = Listener(listener.map_err(Refused::Rights)?);
    let supervisor = Supervisor::new(listener, kind, control, child.id());
    let started = thread::Builder::new().name("cameras".to_owned()).spawn(move || supervisor.run());
    started.map_err(Refused::Rights)?;
    let room = std::sync::Arc::into_inner(room).expect("the command that shared it is gone");
    Ok(Running { child, _folder: room.into_folder() })
}

impl Running {
    /// The program's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

/// Room for one descriptor and its header.
const CONTROL: usize = 64;

fn send(socket: &UnixDatagram, descriptor: RawFd) -> io::Result<()> {
    // SAFETY: the message and what it points to live until the call returns.
    unsafe {
        let (mut byte, mut control) = ([1_u8], [0_u64; CONTROL / 8]);
        let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
        let mut message: libc::msghdr = zeroed();
        (message.msg_iov, message.msg_iovlen) = (&mut part, 1);
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
        let header = libc::CMSG_FIRSTHDR(&message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
        ptr::copy_nonoverlapping(&descriptor, libc::CMSG_DATA(header).cast(), 1);
        if libc::sendmsg(socket.as_raw_fd(), &message, 0) < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// What was sent; the child has either sent it or failed by now.
fn receive(socket: &UnixDatagram) -> io::Result<OwnedFd> {
    // SAFETY: as above; the kernel fills them during the call.
    unsafe {
        let (mut byte, mut control) = ([0_u8], [0_u64; CONTROL / 8]);
        let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
        let mut message: libc::msghdr = zeroed();
        (message.msg_iov, message.msg_iovlen) = (&mut part, 1);
        (message.msg_control, message.msg_controllen) = (control.as_mut_ptr().cast(), CONTROL as _);
        if libc::recvmsg(socket.as_raw_fd(), &mut message, libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC) < 0 {
            return Err(io::Error::last_os_error());
        }
        let header = libc::CMSG_FIRSTHDR(&message);
        if header.is_null() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut descriptor: RawFd = -1;
        ptr::copy_nonoverlapping(libc::CMSG_DATA(header).cast(), &mut descriptor, 1);
        Ok(OwnedFd::from_raw_fd(descriptor))
    }
}
