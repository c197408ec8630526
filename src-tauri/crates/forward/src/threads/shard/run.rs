//! A run: packets of one viewer, encrypted one after the other into one buffer, and given to the kernel in one call (GSO).

use crate::media::sink::PacketSink;
use crate::threads::totals::Counters;
use port::{MAX_RUN, Path, Socket};
use rtp::srtp::{RTCP_OVERHEAD, RTP_OVERHEAD, Sealer};
use std::sync::Arc;

/// A shard's send buffer. It is reused for every viewer, but a run has the packets of only one, as it has one destination.
pub(super) struct Run {
    socket: Arc<Socket>,
    buffer: Box<[u8]>,
    len: usize,
    /// The size of all packets in the run. Only the last one may be shorter, and it ends the run.
    segment: usize,
    packets: u64,
    counted: Counted,
}

/// Counted here, and added to the shared counters once each time the thread wakes.
#[derive(Default)]
struct Counted {
    packets: u64,
    bytes: u64,
    sends: u64,
    unsent: u64,
}

/// Takes one viewer's packets.
pub(super) struct Sink<'a> {
    run: &'a mut Run,
    sealer: &'a mut Sealer,
    path: &'a Path,
    /// The kernel refused a run, so the rest of the picture is dropped: it would be refused too, or be incomplete anyway.
    refused: bool,
}

impl Run {
    pub(super) fn new(socket: Arc<Socket>) -> Run {
        let buffer = vec![0; MAX_RUN].into_boxed_slice();
        Run { socket, buffer, len: 0, segment: 0, packets: 0, counted: Counted::default() }
    }

    pub(super) fn sink<'a>(&'a mut self, sealer: &'a mut Sealer, path: &'a Path) -> Sink<'a> {
        Sink { run: self, sealer, path, refused: false }
    }

    /// Sends a datagram that is encrypted already.
    pub(super) fn send_alone(&mut self, path: &Path, datagram: &[u8]) {
        if let Err(error) = self.socket.send(path, datagram, datagram.len().max(1)) {
            tracing::debug!(%error, "a last datagram was not sent");
        }
    }

    pub(super) fn count(&mut self, counters: &Counters) {
        let counted = std::mem::take(&mut self.counted);
        counters.packets_sent.add(counted.packets);
        counters.bytes_sent.add(counted.bytes);
        counters.sends.add(counted.sends);
        counters.dropped_unsent.add(counted.unsent);
    }
}

impl Sink<'_> {
    /// Makes room for one more packet of at most `len` bytes.
    fn make_room(&mut self, len: usize) {
        let run = &*self.run;
        let full = run.len + len > MAX_RUN || run.packets as usize >= self.run.socket.max_segments();
        if run.packets > 0 && (full || len > run.segment) {
            self.flush();
        }
    }

    /// A packet of `len` bytes was written at the end of the run.
    fn push(&mut self, len: usize) {
        if self.run.packets == 0 {
            self.run.segment = len;
        }
        self.run.packets += 1;
        self.run.len += len;
        if len < self.run.segment {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let run = &mut *self.run;
        let (len, packets) = (std::mem::take(&mut run.len), std::mem::take(&mut run.packets));
        if packets == 0 {
            return;
        }
        let result =
            if self.refused { None } else { Some(run.socket.send(self.path, &run.buffer[..len], run.segment)) };
        match result {
            Some(Ok(calls)) => {
                run.counted.packets += packets;
                run.counted.bytes += len as u64;
                run.counted.sends += calls;
            }
            Some(Err(error)) => {
                tracing::trace!(%error, "the kernel did not take a run");
                run.counted.unsent += packets;
                self.refused = true;
            }
            None => run.counted.unsent += packets,
        }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) {
        self.flush();
    }
}

impl PacketSink for Sink<'_> {
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]) {
        let plain = header.len() + payload.iter().map(|part| part.len()).sum::<usize>();
        // A packet above the limit of a datagram cannot be sent.
        if plain + RTP_OVERHEAD > MAX_RUN {
            return;
        }
        self.make_room(plain + self.sealer.rtp_overhead());
        let at = self.run.len;
        let len = self.sealer.rtp(header, payload, &mut self.run.buffer[at..]);
        self.push(len);
    }

    fn rtcp(&mut self, compound: &[u8]) {
        if compound.len() + RTCP_OVERHEAD > MAX_RUN {
            return;
        }
        self.make_room(compound.len() + RTCP_OVERHEAD);
        let at = self.run.len;
        let len = self.sealer.rtcp(compound, &mut self.run.buffer[at..]);
        if len > 0 {
            self.push(len);
        }
    }

    fn flush_picture(&mut self) {
        self.flush();
        self.refused = false;
    }
}
