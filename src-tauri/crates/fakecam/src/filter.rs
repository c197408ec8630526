//! Which system calls stop and ask: a seccomp filter, and the descriptor on which they ask.
#![allow(unsafe_code)] // The kernel takes the filter by a pointer.

use libc::{sock_filter, sock_fprog};
use std::{io, os::fd::RawFd};

#[cfg(target_arch = "x86_64")]
const MACHINE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const MACHINE: u32 = 0xc000_00b7;

/// A poll of more descriptors than this is none of a camera's.
const MOST_POLLED: u32 = 4;

/// Where `seccomp_data` has the call's number, the machine, and the lower half of its second argument.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const SECOND: u32 = 24;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const ABOVE: u16 = (libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

const ASK: sock_filter = step(RETURN, libc::SECCOMP_RET_USER_NOTIF, 0, 0);
const GO_ON: sock_filter = step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);

const fn step(code: u16, k: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter { code, jt: yes, jf: no, k }
}

/// Opening, ioctls of V4L2 (their type is `V`), and polls of a few descriptors.
fn program() -> Vec<sock_filter> {
    let mut program = vec![step(LOAD, ARCH, 0, 0), step(EQUAL, MACHINE, 1, 0), GO_ON, step(LOAD, NUMBER, 0, 0)];
    for call in opening() {
        program.extend([step(EQUAL, call, 0, 1), ASK]);
    }
    let ioctl = [step(LOAD, SECOND, 0, 0), step(AND, 0xff00, 0, 0), step(EQUAL, 0x5600, 0, 1), ASK, GO_ON];
    program.push(step(EQUAL, libc::SYS_ioctl as u32, 0, ioctl.len() as u8));
    program.extend(ioctl);
    for call in polling() {
        let few = [step(LOAD, SECOND, 0, 0), step(ABOVE, MOST_POLLED, 1, 0), ASK, GO_ON];
        program.push(step(EQUAL, call, 0, few.len() as u8));
        program.extend(few);
    }
    program.push(GO_ON);
    program
}

fn opening() -> Vec<u32> {
    vec![
        libc::SYS_openat as u32,
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open as u32),
    ]
}

pub(crate) fn polling() -> Vec<u32> {
    vec![
        libc::SYS_ppoll as u32,
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_poll as u32),
    ]
}

/// The filter, made ready for a process that may not allocate any more.
pub(crate) struct Filter(Vec<sock_filter>);

impl Filter {
    pub(crate) fn new() -> Filter {
        Filter(program())
    }

    /// Puts the calling process under it; answers the descriptor on which its calls ask, which is closed when it becomes another
    /// program.
    pub(crate) fn install(&self) -> io::Result<RawFd> {
        let program = sock_fprog { len: self.0.len() as u16, filter: self.0.as_ptr().cast_mut() };
        // SAFETY: the kernel reads the program during the call, and it lives as long.
        let listener = unsafe {
            if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
                return Err(io::Error::last_os_error());
            }
            let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
            libc::syscall(libc::SYS_seccomp, mode, flags, &program)
        };
        if listener < 0 { Err(io::Error::last_os_error()) } else { Ok(listener as RawFd) }
    }
}
