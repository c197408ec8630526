//! The floor: what sealing and sending alone cost. No server can forward for less.
//!
//! It sends the very stream that a viewer of the server received: the same sizes, picture by picture, at the same times, to
//! as many sockets, which are read as the viewers' are. It chooses nothing, hears nothing and keeps nothing.

use crate::proc::thread_cpu_ms;
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use crowd::{Discard, Trace};
use quinn_udp::{Transmit, UdpSocketState};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// RTP header with one-byte extensions: the transport-wide number and the time of sending.
const HEADER: usize = 24;
const TAG: usize = 16;
/// A call takes at most so many packets, and so many bytes (UDP over IPv4).
const MAX_SEGMENTS: usize = 64;
const MAX_RUN: usize = 65_507;
/// As the server's: room for the pictures of some hundred viewers.
const SEND_BUFFER: usize = 4 << 20;

/// CPU of the sending thread, ms a viewer-second, in each slice of time.
pub(crate) fn measure(viewers: u32, trace: &Trace, slices: u32, slice: Duration) -> anyhow::Result<Vec<f64>> {
    let (_readers, addresses) = Discard::start(viewers)?;
    let trace = trace.clone();
    let sending = std::thread::spawn(move || -> anyhow::Result<Vec<f64>> {
        let mut sender = Sender::new(&addresses)?;
        let mut replay = Replay::new(&trace);
        // Sockets and caches warm up.
        replay.run(&mut sender, WARM_UP);
        (0..slices)
            .map(|_| {
                let (cpu, begin) = (thread_cpu_ms(), Instant::now());
                replay.run(&mut sender, slice);
                Ok((thread_cpu_ms() - cpu) / begin.elapsed().as_secs_f64() / f64::from(viewers))
            })
            .collect()
    });
    sending.join().expect("the sender does not panic")
}

const WARM_UP: Duration = Duration::from_millis(500);

/// Where in the trace the sending is.
struct Replay<'a> {
    trace: &'a Trace,
    begin: Instant,
    next: usize,
    rounds: u32,
}

impl Replay<'_> {
    fn new(trace: &Trace) -> Replay<'_> {
        Replay { trace, begin: Instant::now(), next: 0, rounds: 0 }
    }

    fn run(&mut self, sender: &mut Sender, time: Duration) {
        let end = Instant::now() + time;
        while let Some(batch) = self.trace.batches.get(self.next) {
            let due = self.begin + self.trace.period * self.rounds + batch.due;
            if due >= end {
                std::thread::sleep(end.saturating_duration_since(Instant::now()));
                return;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            sender.send(&batch.bytes);
            self.next += 1;
            if self.next == self.trace.batches.len() {
                (self.next, self.rounds) = (0, self.rounds + 1);
            }
        }
    }
}

struct Sender {
    socket: UdpSocket,
    state: UdpSocketState,
    viewers: Vec<(SocketAddr, LessSafeKey)>,
    sent: u64,
    header: [u8; HEADER],
    payload: Vec<u8>,
    run: Vec<u8>,
}

impl Sender {
    fn new(addresses: &[SocketAddr]) -> anyhow::Result<Sender> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let state = UdpSocketState::new((&socket).into())?;
        state.set_send_buffer_size((&socket).into(), SEND_BUFFER).ok();
        let key = |n: usize| {
            let key = UnboundKey::new(&AES_128_GCM, &[n as u8; 16]).expect("the key has 16 bytes");
            LessSafeKey::new(key)
        };
        let mut header = [0; HEADER];
        header[..2].copy_from_slice(&[0x90, 96]);
        header[12..16].copy_from_slice(&[0xbe, 0xde, 0, 2]);
        Ok(Sender {
            socket,
            state,
            viewers: addresses.iter().enumerate().map(|(n, address)| (*address, key(n))).collect(),
            sent: 0,
            header,
            payload: (0..2048).map(|n| n as u8).collect(),
            run: Vec::with_capacity(MAX_RUN),
        })
    }

    /// One picture, or one packet of sound, to everybody.
    fn send(&mut self, sizes: &[u16]) {
        let first = self.sent;
        self.sent += sizes.len() as u64;
        for (destination, key) in &self.viewers {
            let mut number = first;
            for sizes in runs(sizes) {
                self.run.clear();
                for &size in sizes {
                    seal(&mut self.run, &mut self.header, &self.payload, usize::from(size), key, number);
                    number += 1;
                }
                let segment_size = (sizes.len() > 1).then(|| usize::from(sizes[0]));
                let transmit =
                    Transmit { destination: *destination, ecn: None, contents: &self.run, segment_size, src_ip: None };
                // A reader that is behind loses packets, as a viewer would; the sender's work is the same.
                self.state.try_send((&self.socket).into(), &transmit).ok();
            }
        }
    }
}

/// Appends one sealed packet of `size` bytes (RFC 7714): straight into the run, without another copy or an allocation.
fn seal(run: &mut Vec<u8>, header: &mut [u8; HEADER], payload: &[u8], size: usize, key: &LessSafeKey, number: u64) {
    header[2..4].copy_from_slice(&(number as u16).to_be_bytes());
    let mut nonce = [7; 12];
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    run.extend_from_slice(header);
    let start = run.len();
    run.extend_from_slice(&payload[..size.saturating_sub(HEADER + TAG)]);
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&*header), &mut run[start..])
        .expect("a packet is not too long to seal");
    run.extend_from_slice(tag.as_ref());
}

/// Packets that may go in one call: of one size, only the last one shorter.
fn runs(sizes: &[u16]) -> impl Iterator<Item = &[u16]> {
    let mut left = sizes;
    std::iter::from_fn(move || {
        let segment = *left.first()?;
        let most = MAX_SEGMENTS.min(MAX_RUN / usize::from(segment)).max(1);
        let same = left.iter().take(most).take_while(|size| **size == segment).count();
        let shorter = same < most && left.get(same).is_some_and(|size| *size < segment);
        let (run, rest) = left.split_at(same + usize::from(shorter));
        left = rest;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_with_the_first_shorter_packet_and_at_the_kernels_limits() {
        let lens = |sizes: &[u16]| runs(sizes).map(<[u16]>::len).collect::<Vec<_>>();
        assert_eq!(lens(&[1000, 1000, 400]), [3]);
        assert_eq!(lens(&[1000, 400, 400, 900]), [2, 1, 1]);
        assert_eq!(lens(&[100; 70]), [64, 6]);
        assert_eq!(lens(&[1200; 60]), [54, 6], "54 x 1200 bytes are below 65,507");
        assert_eq!(lens(&[]), [0; 0]);
    }

    #[test]
    fn what_is_sent_has_the_traces_sizes() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        receiver.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
        let mut sender = Sender::new(&[receiver.local_addr().expect("bound")]).expect("a socket");
        sender.send(&[1100, 1100, 700]);
        sender.send(&[200]);
        let mut buffer = [0; 2048];
        let came: Vec<usize> = (0..4).map(|_| receiver.recv(&mut buffer).expect("loopback")).collect();
        assert_eq!(came, [1100, 1100, 700, 200]);
    }
}
