//! A poll in which a camera takes part. The memory that stands in for a node is always readable, so the kernel cannot say when a picture
//! is there.

use crate::{
    device::{Due, Handle},
    notification::{self, Call},
};
use std::{
    io,
    os::fd::{AsRawFd, OwnedFd},
    time::{Duration, Instant},
};

/// What a program polls, and for how long.
pub(crate) struct Polled {
    entries: Vec<Entry>,
    /// None: for ever.
    pub(crate) until: Option<Instant>,
}

struct Entry {
    events: i16,
    of: Of,
}

enum Of {
    Camera(Handle),
    /// A copy of the program's own descriptor.
    Other(OwnedFd),
    /// Nothing, to be left out.
    Nothing,
}

/// Bytes of a `pollfd`: the descriptor, what is asked, what is answered.
const ENTRY: usize = 8;

impl Polled {
    /// None: no camera takes part.
    pub(crate) fn of(call: &Call, handle: impl Fn(i32) -> Option<Handle>) -> Option<Polled> {
        let [address, count, timeout, ..] = call.arguments;
        let mut bytes = vec![0; count as usize * ENTRY];
        call.read(address, &mut bytes).ok()?;
        let asked = bytes.chunks_exact(ENTRY).map(|entry| {
            let number = i32::from_ne_bytes(entry[..4].try_into().expect("four bytes"));
            (number, i16::from_ne_bytes([entry[4], entry[5]]), handle(number))
        });
        let asked: Vec<_> = asked.collect();
        if asked.iter().all(|(.., handle)| handle.is_none()) {
            return None;
        }
        let entries = asked.into_iter().map(|(number, events, handle)| {
            let of = match handle {
                Some(handle) => Of::Camera(handle),
                None => call.descriptor(number).map_or(Of::Nothing, Of::Other),
            };
            Entry { events, of }
        });
        Some(Polled { entries: entries.collect(), until: patience(call, timeout).map(|wait| Instant::now() + wait) })
    }

    pub(crate) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.entries.iter().filter_map(|entry| match entry.of {
            Of::Camera(handle) => Some(handle),
            _ => None,
        })
    }

    /// Those that the kernel can watch.
    pub(crate) fn others(&self) -> Vec<libc::pollfd> {
        self.entries.iter().filter_map(Entry::other).collect()
    }

    /// What is answered for each; none while there is nothing to say.
    pub(crate) fn ready(&self, due: impl Fn(Handle) -> Due, now: Instant) -> Option<Vec<i16>> {
        let answers: Vec<i16> = self
            .entries
            .iter()
            .map(|entry| match &entry.of {
                Of::Camera(handle) => match due(*handle) {
                    Due::At(at) if at <= now => entry.events & (libc::POLLIN | libc::POLLRDNORM),
                    Due::At(_) | Due::Never => 0,
                    Due::Failed(libc::ENODEV) => libc::POLLERR | libc::POLLHUP,
                    Due::Failed(_) => libc::POLLERR,
                },
                Of::Other(_) => entry.other().map_or(0, |mut other| {
                    notification::poll(std::slice::from_mut(&mut other), 0);
                    other.revents
                }),
                Of::Nothing => 0,
            })
            .collect();
        let over = self.until.is_some_and(|until| until <= now);
        (over || answers.iter().any(|answer| *answer != 0)).then_some(answers)
    }

    /// Writes the answers where the program finds them; how many are no zeroes.
    pub(crate) fn write(&self, call: &Call, answers: &[i16]) -> io::Result<i64> {
        for (at, answer) in answers.iter().enumerate() {
            call.write(call.arguments[0] + (at * ENTRY + 6) as u64, &answer.to_ne_bytes())?;
        }
        Ok(answers.iter().filter(|answer| **answer != 0).count() as i64)
    }
}

impl Entry {
    fn other(&self) -> Option<libc::pollfd> {
        match &self.of {
            Of::Other(copy) => Some(libc::pollfd { fd: copy.as_raw_fd(), events: self.events, revents: 0 }),
            _ => None,
        }
    }
}

/// How long the program waits: milliseconds for `poll`, the address of a `timespec` for `ppoll`.
fn patience(call: &Call, timeout: u64) -> Option<Duration> {
    if i64::from(call.number) != libc::SYS_ppoll {
        return u64::try_from(timeout as i32).ok().map(Duration::from_millis);
    }
    let mut bytes = [0; 16];
    if timeout == 0 || call.read(timeout, &mut bytes).is_err() {
        return None;
    }
    let [seconds, nanos] = [&bytes[..8], &bytes[8..]].map(|half| i64::from_ne_bytes(half.try_into().expect("eight")));
    Some(Duration::new(seconds.max(0) as u64, nanos.clamp(0, 999_999_999) as u32))
}
