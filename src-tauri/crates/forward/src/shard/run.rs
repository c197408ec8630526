//! The run: packets of one viewer, sealed one after the other into one buffer and given to the kernel in one call.

use crate::sink::PacketSink;
use crate::totals::Counters;
use port::{MAX_RUN, Path, Socket};
use rtp::srtp::{RTCP_OVERHEAD, RTP_OVERHEAD, Sealer};
use std::sync::Arc;

/// A shard's send buffer, reused for every viewer and never shared by two: a run has one destination.
pub(super) struct Run {
    socket: Arc<Socket>,
    buffer: Box<[u8]>,
    len: usize,
    /// The size of all packets in the run but the last, which may be shorter and then ends it.
    segment: usize,
    packets: u64,
    counted: Counted,
}

/// Counted here and added to the shared counters once a wake-up.
#[derive(Default)]
struct Counted {
    packets: u64,
    bytes: u64,
    sends: u64,
    unsent: u64,
}

/// The run of one viewer.
pub(super) struct Sink<'a> {
    run: &'a mut Run,
    sealer: &'a mut Sealer,
    path: &'a Path,
    /// The kernel refused a run: what is left of the picture would only be refused as well, or arrive with a hole before it.
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

    /// A datagram that is sealed already.
    pub(super) fn send_alone(&mut self, path: &Path, datagram: &[u8]) {
        if let Err(error) = self.socket.send(path, datagram, datagram.len().max(1)) {
            tracing::debug!(%error, "a last word was not sent");
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
    /// Makes room for a packet of at most `len` bytes behind those there are.
    fn make_room(&mut self, len: usize) {
        let run = &*self.run;
        let full = run.len + len > MAX_RUN || run.packets as usize >= self.run.socket.max_segments();
        if run.packets > 0 && (full || len > run.segment) {
            self.flush();
        }
    }

    /// A packet of `len` bytes was sealed behind those there are.
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
        // A packet above a datagram's limit cannot be sent by anybody.
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
