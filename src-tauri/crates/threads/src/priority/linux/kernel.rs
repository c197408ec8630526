//! The calls, and what the kernel does to a thread of real time that runs for too long.

use super::super::RUN;
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Threads that may be in real time at once; those beyond ask for none.
const PLACES: usize = 24;

/// The threads that asked for real time, for the handler: a thread's id and its priority, 0 where there is none.
static THREADS: [AtomicI32; PLACES] = [const { AtomicI32::new(0) }; PLACES];
static PRIORITIES: [AtomicI32; PLACES] = [const { AtomicI32::new(0) }; PLACES];
/// How often the handler took real time from each.
static STOPPED: [AtomicU32; PLACES] = [const { AtomicU32::new(0) }; PLACES];
/// The limit as the handler sets it again, and the largest that it can be, in microseconds: a `rlimit64`.
static LIMIT: [AtomicU64; 2] = [const { AtomicU64::new(u64::MAX) }; 2];

/// One thread's.
pub(super) struct Place {
    at: usize,
    stopped: u32,
}

impl Place {
    /// A place for this thread, unless so many of this priority have one.
    pub(super) fn take(priority: i32, most: usize) -> Option<Place> {
        let same = |(id, of): &(&AtomicI32, &AtomicI32)| {
            id.load(Ordering::Relaxed) != 0 && of.load(Ordering::Relaxed) == priority
        };
        if THREADS.iter().zip(&PRIORITIES).filter(same).count() >= most {
            return None;
        }
        let this = this_thread();
        let free = |id: &AtomicI32| id.compare_exchange(0, this, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        let at = THREADS.iter().position(free)?;
        PRIORITIES[at].store(priority, Ordering::Relaxed);
        Some(Place { at, stopped: STOPPED[at].load(Ordering::Relaxed) })
    }

    /// Whether the handler took its real time since it was asked for the last time.
    pub(super) fn was_stopped(&mut self) -> bool {
        let stopped = STOPPED[self.at].load(Ordering::Relaxed);
        std::mem::replace(&mut self.stopped, stopped) != stopped
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        THREADS[self.at].store(0, Ordering::Release);
    }
}

pub(super) fn this_thread() -> i32 {
    rustix::thread::gettid().as_raw_nonzero().get()
}

/// The processor's time that this thread had.
pub(super) fn used() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), used.tv_nsec.unsigned_abs() as u32)
}

/// On Linux a priority of this kind is a thread's, though the call speaks of a process.
pub(super) fn nice(nice: i32) -> io::Result<()> {
    setpriority_process(Some(rustix::thread::gettid()), nice).map_err(io::Error::from)
}

/// This thread is of real time from now on; what it starts is not.
pub(super) fn real_time(priority: i32) -> io::Result<()> {
    schedule(0, libc::SCHED_RR, priority)
}

pub(super) fn no_real_time() {
    drop(schedule(0, libc::SCHED_OTHER, 0));
}

/// By the kernel's own call, as it is for a thread, and may be made in a signal's handler.
#[allow(unsafe_code)]
fn schedule(thread: i32, policy: i32, priority: i32) -> io::Result<()> {
    // Who has no rights may not take the flag back either.
    let policy = policy | libc::SCHED_RESET_ON_FORK;
    // All bytes of it are the one field, also where a C library has more of them.
    let param = [priority, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: the kernel reads one number of a living array, which is longer.
    let done = unsafe { libc::syscall(libc::SYS_sched_setscheduler, thread, policy, param.as_ptr()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Sets the limit of time without a pause, and the handler, once. RealtimeKit gives nothing without that limit.
pub(super) fn guard() -> io::Result<()> {
    static SET: OnceLock<Result<(), io::ErrorKind>> = OnceLock::new();
    SET.get_or_init(|| set_guard().map_err(|error| error.kind())).map_err(io::Error::from)
}

#[allow(unsafe_code)]
fn set_guard() -> io::Result<()> {
    // The handler before the limit, whose signal ends a program without one.
    // SAFETY: all zeros are a whole `sigaction`; what is set in it is a living function that does only what a handler may.
    let set = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = take_real_time as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGXCPU, &action, std::ptr::null_mut())
    };
    if set != 0 {
        return Err(io::Error::last_os_error());
    }
    let least = |wanted: Duration, limit: Option<u64>| {
        let wanted = wanted.as_micros() as u64;
        Some(limit.map_or(wanted, |limit| limit.min(wanted)))
    };
    let before = getrlimit(Resource::Rttime);
    let maximum = least(2 * RUN, before.maximum);
    let current = least(RUN, maximum);
    for (kept, limit) in LIMIT.iter().zip([current, maximum]) {
        kept.store(limit.unwrap_or(u64::MAX), Ordering::Relaxed);
    }
    setrlimit(Resource::Rttime, Rlimit { current, maximum }).map_err(io::Error::from)
}

/// A thread ran for [`RUN`] without a pause: it, and all others of real time with it, go on as ordinary ones, since who hangs may be
/// any of them. Only what a signal's handler may do: one call of the kernel for each, one for the limit, and single numbers.
extern "C" fn take_real_time(_: libc::c_int) {
    let before = errno::get();
    for (id, stopped) in THREADS.iter().zip(&STOPPED) {
        let id = id.load(Ordering::Acquire);
        if id != 0 && schedule(id, libc::SCHED_OTHER, 0).is_ok() {
            stopped.fetch_add(1, Ordering::Relaxed);
        }
    }
    limit_again();
    errno::set(before);
}

/// With each SIGXCPU the kernel moves the limit on by a second (`check_thread_timers`), beyond the time after which it kills: without this
/// the next thread that hangs would have no signal before that.
#[allow(unsafe_code)]
fn limit_again() {
    let limit = [LIMIT[0].load(Ordering::Relaxed), LIMIT[1].load(Ordering::Relaxed)];
    // SAFETY: the kernel reads two numbers of a living array, and is asked for none.
    unsafe { libc::syscall(libc::SYS_prlimit64, 0, libc::RLIMIT_RTTIME, limit.as_ptr(), std::ptr::null_mut::<u64>()) };
}

/// What the interrupted call left must be there afterwards.
mod errno {
    #[allow(unsafe_code)]
    pub(super) fn get() -> i32 {
        // SAFETY: it is this thread's own number, which is always there.
        unsafe { *libc::__errno_location() }
    }

    #[allow(unsafe_code)]
    pub(super) fn set(number: i32) {
        // SAFETY: the same.
        unsafe { *libc::__errno_location() = number }
    }
}
