//! Batches of datagrams out of the kernel, each with its path and when it came.

use crate::Path;
use crate::socket::MAX_RUN;
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSockRef, UdpSocketState};
use std::io::{self, IoSliceMut};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The buffers of the thread that receives.
pub(super) struct Receiver {
    state: UdpSocketState,
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
}

impl Receiver {
    pub(super) fn new(io: &mio::net::UdpSocket) -> io::Result<Receiver> {
        let state = UdpSocketState::new(UdpSockRef::from(io))?;
        // One run that the kernel joined may fill a datagram's greatest length.
        let buffers = vec![vec![0; MAX_RUN + 28]; BATCH_SIZE];
        Ok(Receiver { state, buffers, metas: vec![RecvMeta::default(); BATCH_SIZE] })
    }

    /// Takes one batch: each datagram with its path, along which one comes soon, and when it came, by the kernel's word where it
    /// tells.
    pub(super) fn receive(
        &mut self,
        io: &mio::net::UdpSocket,
        mut each: impl FnMut(Path, Option<Path>, &mut [u8], Instant),
    ) -> io::Result<Batch> {
        let mut buffers = self.buffers.iter_mut();
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(buffers.next().expect("there is one for each")));
        let count = match io.try_io(|| self.state.recv(UdpSockRef::from(io), &mut slices, &mut self.metas)) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Batch::default()),
            Err(error) => return Err(error),
        };
        let (now, wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let (mut datagrams, mut bytes) = (0, 0);
        for (n, (meta, buffer)) in self.metas.iter().zip(&mut self.buffers).take(count).enumerate() {
            let (path, soon) = (path_of(meta), self.metas[..count].get(n + 2).map(path_of));
            // A wall clock that was set in between must not move a datagram further than it can have waited.
            let waited = meta.timestamp.map_or(Duration::ZERO, |came| wall.saturating_sub(came).min(MAX_WAITED));
            bytes += meta.len;
            for datagram in buffer[..meta.len].chunks_mut(meta.stride.max(1)) {
                each(path, soon, datagram, now - waited);
                datagrams += 1;
            }
        }
        Ok(Batch { datagrams, bytes, full: count == BATCH_SIZE })
    }
}

fn path_of(meta: &RecvMeta) -> Path {
    Path::udp(meta.addr, meta.dst_ip)
}

/// What one call received.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Batch {
    pub(super) datagrams: usize,
    /// Of all of them together.
    pub(super) bytes: usize,
    /// There may be more.
    pub(super) full: bool,
}

/// A datagram that the thread could not take for longer than this is dated as if it had come so long ago.
const MAX_WAITED: Duration = Duration::from_millis(50);
