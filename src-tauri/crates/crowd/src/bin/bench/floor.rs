//! The floor: what sealing and sending alone cost. No server can forward for less.
#![allow(unsafe_code)] // poll and the thread clock have no safe wrapper among our dependencies.

use anyhow::Context;
use crowd::Report;
use quinn_udp::{Transmit, UdpSocketState};
use rtc_crypto::default_provider;
use rtc_srtp::context::Context as Srtp;
use rtc_srtp::protection_profile::ProtectionProfile;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What one viewer is sent.
#[derive(Clone, Copy)]
pub(crate) struct Stream {
    pictures_per_second: f64,
    packets_per_picture: usize,
    payload: usize,
    sound_per_second: f64,
    sound_payload: usize,
}

impl Stream {
    /// The stream that a crowd received, packet for packet, so that both sides do the same work.
    pub(crate) fn like(report: &Report) -> Stream {
        let pictures = median(report.sorted(|v| Some(v.pictures_per_second))).max(1.0);
        let kbps = median(report.sorted(|v| Some(v.kbps)));
        let of_all = |value: fn(&crowd::ViewerReport) -> f64| report.viewers.iter().map(value).sum::<f64>();
        let payload = kbps_payload(&report.viewers);
        let packets_a_second = kbps * 125.0 / payload.max(1.0);
        let ratio = of_all(|v| v.sound_packets as f64) / of_all(|v| v.packets as f64).max(1.0);
        Stream {
            pictures_per_second: pictures,
            packets_per_picture: (packets_a_second / pictures).round().max(1.0) as usize,
            payload: payload.round() as usize,
            sound_per_second: ratio * packets_a_second,
            sound_payload: SOUND_PAYLOAD,
        }
    }

    pub(crate) fn packets_per_second(&self) -> f64 {
        self.pictures_per_second * self.packets_per_picture as f64 + self.sound_per_second
    }
}

/// Opus at 96 kbit/s in frames of 10 or 20 ms: 120 to 240 bytes; what a packet costs does not depend on it.
const SOUND_PAYLOAD: usize = 160;
/// RTP header with one-byte extensions: the sequence number of the path and the time of sending.
const HEADER: usize = 24;
const TAG: usize = 16;

fn kbps_payload(viewers: &[crowd::ViewerReport]) -> f64 {
    let packets: u64 = viewers.iter().map(|v| v.packets).sum();
    let bytes: u64 = viewers.iter().map(|v| v.bytes).sum();
    bytes as f64 / packets.max(1) as f64
}

fn median(sorted: Vec<f64>) -> f64 {
    crowd::percentile(&sorted, 50.0)
}

/// CPU of the sending thread, ms a viewer-second.
pub(crate) fn measure(viewers: u32, stream: Stream, time: Duration) -> anyhow::Result<f64> {
    let (readers, addresses) = readers(viewers)?;
    let stop = Arc::new(AtomicBool::new(false));
    let reading = std::thread::spawn({
        let stop = stop.clone();
        move || read_all(&readers, &stop)
    });
    let result =
        std::thread::spawn(move || send_all(&addresses, stream, time)).join().expect("the sender does not panic");
    stop.store(true, Ordering::Relaxed);
    reading.join().expect("the reader does not panic")?;
    Ok(result? / f64::from(viewers))
}

/// CPU ms a second for all viewers together.
fn send_all(addresses: &[SocketAddr], stream: Stream, time: Duration) -> anyhow::Result<f64> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let state = UdpSocketState::new((&socket).into())?;
    state.set_send_buffer_size((&socket).into(), 4 << 20).ok();
    let provider = default_provider().context("no crypto provider")?;
    let profile = ProtectionProfile::AeadAes128Gcm;
    let mut contexts = Vec::new();
    for n in 0..addresses.len() {
        let key = [n as u8; 16];
        contexts.push(Srtp::new(&key, &[7; 12], profile, None, None, provider.crypto())?);
    }
    let mut header = [0u8; HEADER];
    header[0] = 0x90;
    header[1] = 96;
    header[12..16].copy_from_slice(&[0xbe, 0xde, 0, 2]);
    let mut packet = vec![0u8; HEADER + stream.payload];
    let mut sound = vec![0u8; HEADER + stream.sound_payload];
    packet[..HEADER].copy_from_slice(&header);
    sound[..HEADER].copy_from_slice(&header);
    let mut run = Vec::with_capacity(65_000);
    // A call takes at most 64 segments and 65,507 bytes.
    let per_call = (65_000 / (packet.len() + TAG)).min(64);
    let (mut video_number, mut sound_number, mut sound_due) = (0u16, 0u16, 0.0);
    let begin = Instant::now();
    let cpu = thread_cpu_ms();
    let mut picture = 0u32;
    while begin.elapsed() < time {
        let due = begin + Duration::from_secs_f64(f64::from(picture) / stream.pictures_per_second);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        picture += 1;
        sound_due += stream.sound_per_second / stream.pictures_per_second;
        for (context, &destination) in contexts.iter_mut().zip(addresses) {
            let mut left = stream.packets_per_picture;
            let mut number = video_number;
            packet[8..12].copy_from_slice(&1u32.to_be_bytes());
            while left > 0 {
                run.clear();
                for _ in 0..left.min(per_call) {
                    packet[2..4].copy_from_slice(&number.to_be_bytes());
                    number = number.wrapping_add(1);
                    run.extend_from_slice(&context.encrypt_rtp(&packet)?);
                }
                left -= left.min(per_call);
                let segment_size = Some(packet.len() + TAG);
                // A reader that is behind loses packets, as a viewer would; the sender's work is the same.
                state
                    .try_send(
                        (&socket).into(),
                        &Transmit { destination, ecn: None, contents: &run, segment_size, src_ip: None },
                    )
                    .ok();
            }
            sound[8..12].copy_from_slice(&2u32.to_be_bytes());
            for n in 0..sound_due as u16 {
                sound[2..4].copy_from_slice(&sound_number.wrapping_add(n).to_be_bytes());
                let sealed = context.encrypt_rtp(&sound)?;
                state
                    .try_send(
                        (&socket).into(),
                        &Transmit { destination, ecn: None, contents: &sealed, segment_size: None, src_ip: None },
                    )
                    .ok();
            }
        }
        video_number = video_number.wrapping_add(stream.packets_per_picture as u16);
        sound_number = sound_number.wrapping_add(sound_due as u16);
        sound_due = sound_due.fract();
    }
    Ok((thread_cpu_ms() - cpu) / begin.elapsed().as_secs_f64())
}

fn readers(viewers: u32) -> anyhow::Result<(Vec<UdpSocket>, Vec<SocketAddr>)> {
    let mut readers = Vec::new();
    let mut addresses = Vec::new();
    for _ in 0..viewers {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        addresses.push(socket.local_addr()?);
        readers.push(socket);
    }
    Ok((readers, addresses))
}

/// Reads everything from everybody, as the crowd does: without GRO, a packet a call.
fn read_all(readers: &[UdpSocket], stop: &AtomicBool) -> anyhow::Result<()> {
    let mut polls: Vec<libc::pollfd> =
        readers.iter().map(|r| libc::pollfd { fd: r.as_raw_fd(), events: libc::POLLIN, revents: 0 }).collect();
    let mut buffer = [0u8; 2048];
    while !stop.load(Ordering::Relaxed) {
        // SAFETY: the pointer and the length are those of one living vector.
        unsafe { libc::poll(polls.as_mut_ptr(), polls.len() as libc::nfds_t, 50) };
        for (poll, reader) in polls.iter().zip(readers) {
            if poll.revents & libc::POLLIN != 0 {
                while reader.recv(&mut buffer).is_ok() {}
            }
        }
    }
    Ok(())
}

fn thread_cpu_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes into one living timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6
}
