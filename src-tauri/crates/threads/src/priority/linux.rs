//! Linux: what the process may take it takes, by the rights of its user (RLIMIT_RTPRIO, RLIMIT_NICE); for the rest RealtimeKit is asked.

mod kernel;
mod rtkit;

use super::Priority;
use super::budget::{Budget, Verdict};
use kernel::Place;
use std::cell::RefCell;
use std::sync::Once;
use std::time::Instant;

/// Between sound servers' own threads, above, and what has no priority. RealtimeKit gives up to 20.
const SOUND: i32 = 10;
const SENDING: i32 = 9;

/// PulseAudio asks for as much for itself; RealtimeKit gives up to 15.
const NICE: i32 = -11;

/// RealtimeKit gives a user 25 threads and sound is to have some: a machine with more sending threads than this has cores to spare.
const MOST_SENDING: usize = 8;

thread_local! {
    static ASKED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// What this thread asked for.
enum Asked {
    Nice,
    RealTime {
        priority: i32,
        /// Given back with the thread.
        place: Place,
        budget: Budget,
    },
    /// Too many did before.
    None,
}

pub(super) fn ask_for(priority: Priority) {
    // A thread that is ending asks for nothing.
    let _ = ASKED.try_with(|asked| {
        if let Ok(mut asked) = asked.try_borrow_mut() {
            asked.get_or_insert_with(|| ask(priority));
        }
    });
}

fn ask(priority: Priority) -> Asked {
    let priority = match priority {
        Priority::Pictures => {
            if let Err(error) = kernel::nice(NICE) {
                rtkit::ask(rtkit::Ask::Nice { thread: kernel::this_thread(), nice: NICE }, &error);
            }
            return Asked::Nice;
        }
        Priority::Sound => SOUND,
        Priority::Sending => SENDING,
    };
    let most = if priority == SENDING { MOST_SENDING } else { usize::MAX };
    // The place first: from the moment that it has real time the handler must know of it.
    let Some(place) = kernel::Place::take(priority, most) else { return Asked::None };
    real_time(priority);
    Asked::RealTime { priority, place, budget: Budget::new(Instant::now(), kernel::used()) }
}

fn real_time(priority: i32) {
    // Not without the limit: what hangs would take its core from everybody.
    let given = kernel::guard().and_then(|()| kernel::real_time(priority));
    if let Err(error) = given {
        rtkit::ask(rtkit::Ask::RealTime { thread: kernel::this_thread(), priority }, &error);
    }
}

pub(super) fn turn() {
    let _ = ASKED.try_with(|asked| {
        let Ok(mut asked) = asked.try_borrow_mut() else { return };
        let Some(Asked::RealTime { priority, place, budget }) = asked.as_mut() else { return };
        let now = Instant::now();
        if place.was_stopped() && !budget.is_resting() {
            tracing::debug!("real time was taken from the threads: one ran for too long without a pause");
            budget.rests(now);
        }
        if !budget.is_due(now) {
            return;
        }
        match budget.used(now, kernel::used()) {
            Verdict::Goes => {}
            Verdict::GivesUp => {
                tracing::debug!("this thread has much to do, and gives real time up for a while");
                kernel::no_real_time();
            }
            Verdict::Asks => real_time(*priority),
        }
    });
}

/// Said once: a container, or a system without RealtimeKit, gives none, and that is no fault of anybody's.
fn gave_none(why: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| tracing::info!("the system gives threads no priority ({why}): all goes on without"));
}
