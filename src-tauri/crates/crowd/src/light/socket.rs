//! Datagrams of one socket, many a call, each with the time that the kernel gives.
//!
//! Without UDP_GRO: a run that the sender handed over in one call is taken apart on its way into the socket, as it is
//! for a browser, and over loopback that is the sender's work.
#![allow(unsafe_code)] // recvmmsg with ancillary data has no safe wrapper among our dependencies.

use socket2::SockRef;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Datagrams a call: two pictures' worth.
const BATCH: usize = 32;
/// More than any packet on a path with an MTU of 1500.
const ROOM: usize = 2048;
/// Room for one SCM_TIMESTAMPNS message.
const CONTROL: usize = 64;
/// What libwebrtc gives a socket that receives pictures (`kVideoRtpRecvBufferSize`).
const KERNEL_BUFFER: usize = 256 * 1024;
/// A datagram that nobody could take for longer than this is dated as if it had come so long ago: a wall clock that is
/// set in between must not move it further.
const MAX_WAITED: Duration = Duration::from_millis(200);

/// A socket as all light viewers have one.
pub(super) fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    SockRef::from(&socket).set_recv_buffer_size(KERNEL_BUFFER)?;
    let on: libc::c_int = 1;
    // SAFETY: the pointer and the length are those of one living integer.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_TIMESTAMPNS,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(socket)
}

/// The buffers of one reading thread.
pub(super) struct Receiver {
    parts: Box<[Part; BATCH]>,
}

/// What one datagram is received into.
#[repr(align(8))]
struct Part {
    data: [u8; ROOM],
    control: [u8; CONTROL],
    from: libc::sockaddr_storage,
}

/// Who sent a datagram; read only where it matters.
pub(super) struct From<'a>(&'a libc::sockaddr_storage);

impl Receiver {
    pub(super) fn new() -> Receiver {
        // SAFETY: bytes and socket addresses of zeros are valid values.
        Receiver { parts: Box::new(std::array::from_fn(|_| unsafe { std::mem::zeroed() })) }
    }

    /// Takes what has arrived; false if there may be more.
    pub(super) fn receive(
        &mut self,
        socket: BorrowedFd<'_>,
        mut each: impl FnMut(&mut [u8], &From<'_>, Instant),
    ) -> io::Result<bool> {
        // SAFETY: message headers of zeros are valid values: no buffers.
        let mut messages: [libc::mmsghdr; BATCH] = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        let mut vectors: [libc::iovec; BATCH] = unsafe { std::mem::zeroed() };
        for ((message, vector), part) in messages.iter_mut().zip(&mut vectors).zip(self.parts.iter_mut()) {
            vector.iov_base = part.data.as_mut_ptr().cast();
            vector.iov_len = ROOM;
            message.msg_hdr.msg_name = (&raw mut part.from).cast();
            message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            message.msg_hdr.msg_iov = vector;
            message.msg_hdr.msg_iovlen = 1;
            message.msg_hdr.msg_control = part.control.as_mut_ptr().cast();
            message.msg_hdr.msg_controllen = CONTROL as _;
        }
        // SAFETY: every header points into parts and vectors that live until the call has returned.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                messages.as_mut_ptr(),
                BATCH as _,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::WouldBlock { Ok(true) } else { Err(error) };
        };
        let (now, wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        for (message, part) in messages.iter().zip(self.parts.iter_mut()).take(count) {
            let waited = timestamp(&message.msg_hdr).map_or(Duration::ZERO, |came| wall.saturating_sub(came));
            each(&mut part.data[..message.msg_len as usize], &From(&part.from), now - waited.min(MAX_WAITED));
        }
        Ok(count < BATCH)
    }
}

/// When the kernel took the datagram from the network, since 1970.
fn timestamp(header: &libc::msghdr) -> Option<Duration> {
    // SAFETY: the kernel filled the control buffer that the header points to, and it still lives.
    unsafe {
        let control = libc::CMSG_FIRSTHDR(header);
        if control.is_null()
            || (*control).cmsg_level != libc::SOL_SOCKET
            || (*control).cmsg_type != libc::SCM_TIMESTAMPNS
        {
            return None;
        }
        let time: libc::timespec = std::ptr::read_unaligned(libc::CMSG_DATA(control).cast());
        Some(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }
}

impl From<'_> {
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match i32::from(self.0.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says that the storage holds an IPv4 address.
                let v4: libc::sockaddr_in = unsafe { std::ptr::read((&raw const *self.0).cast()) };
                Some((Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)), u16::from_be(v4.sin_port)).into())
            }
            libc::AF_INET6 => {
                // SAFETY: the family says that the storage holds an IPv6 address.
                let v6: libc::sockaddr_in6 = unsafe { std::ptr::read((&raw const *self.0).cast()) };
                Some((Ipv6Addr::from(v6.sin6_addr.s6_addr), u16::from_be(v6.sin6_port)).into())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn datagrams_come_with_their_time_and_sender() {
        let receiver = open("127.0.0.1:0".parse().expect("an address")).expect("a socket");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let before = Instant::now();
        for n in 0..40u8 {
            sender.send_to(&vec![n; 10 + usize::from(n)], receiver.local_addr().expect("bound")).expect("loopback");
        }
        let mut buffers = Receiver::new();
        let mut came = Vec::new();
        let mut each = |data: &mut [u8], from: &From<'_>, at: Instant| {
            assert_eq!(from.address(), sender.local_addr().ok());
            // The two clocks are read one after the other.
            assert!(at + Duration::from_millis(1) >= before && at <= Instant::now());
            came.push((data[0], data.len()));
        };
        assert!(!buffers.receive(receiver.as_fd(), &mut each).expect("it is open"), "there is more");
        assert!(buffers.receive(receiver.as_fd(), &mut each).expect("it is open"));
        assert_eq!(came, (0..40).map(|n| (n, 10 + usize::from(n))).collect::<Vec<_>>());
    }
}
