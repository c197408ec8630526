//! The floor: the same frames, written by a bare loop to as many sockets. No server can tell them for less.

use super::frame;
use super::pages::{Pages, pairs};
use crate::proc::thread_cpu_ms;
use std::io::Write;
use std::time::{Duration, Instant};

/// What the bare loop took.
pub(super) struct Floor {
    /// CPU of the writing thread, microseconds a message and page.
    pub(super) cpu_us: f64,
    /// Microseconds from the beginning of a frame's writing to its reading.
    pub(super) late: Vec<u32>,
}

/// Writes what one page heard, at the times at which it did, to as many pages.
pub(super) fn measure(pages: usize, trace: Vec<(u64, Vec<u8>)>, epoch: Instant) -> anyhow::Result<Floor> {
    let (mut writes, reads) = pairs(pages)?;
    let reading = Pages::read(reads, epoch)?;
    let writing = std::thread::spawn(move || -> anyhow::Result<(f64, usize)> {
        let (cpu, begin) = (thread_cpu_ms(), Instant::now());
        let first = trace.first().map_or(0, |(at, _)| *at);
        let mut messages = 0;
        for (at, payload) in trace {
            let due = begin + Duration::from_micros(at - first);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            messages += frame::messages(&payload).count();
            let mut frame = frame::of_server(&String::from_utf8(payload)?);
            frame::restamp(&mut frame, super::micros(epoch));
            for page in &mut writes {
                page.write_all(&frame)?;
            }
        }
        Ok(((thread_cpu_ms() - cpu) * 1000.0, messages))
    });
    let (cpu_us, messages) = writing.join().expect("the writer does not panic")?;
    super::until(Duration::from_secs(5), || reading.tally().delivered() >= messages * pages);
    let late = std::mem::take(&mut reading.tally().late);
    Ok(Floor { cpu_us: cpu_us / (messages * pages).max(1) as f64, late })
}
