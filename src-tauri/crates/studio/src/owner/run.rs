//! The owner task: everything that can wake the owner, and its end.

use super::Owner;
use crate::background::Threads;
use crate::encoding::Encoders;
use crate::happened::Happened;
use crate::processor_time;
use crate::studio::{Ask, Last};
use crate::turns::Cause;
use audience::Now;
use forward::Forwarder;
use server::Request;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use threads::Died;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout};

/// How often stats are told.
const SECOND: Duration = Duration::from_secs(1);

/// How long the goodbye to viewers and pages may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(3);

/// How long the encoders may take for their last picture, and a disk for the last write, when the program ends.
const LAST_WORK: Duration = Duration::from_secs(3);

/// What wakes the owner, and whom it tells of its end.
pub(crate) struct Wires {
    /// From the handles.
    pub(crate) asks: mpsc::Receiver<Ask>,
    /// From the HTTP side.
    pub(crate) requests: mpsc::Receiver<Request>,
    /// From other threads.
    pub(crate) happened: mpsc::UnboundedReceiver<Happened>,
    /// The HTTP side, and how it is told to end.
    pub(crate) server: JoinHandle<Result<(), Died>>,
    pub(crate) shutdown: watch::Sender<bool>,
    /// Told when all is over.
    pub(crate) last: watch::Sender<Option<Box<Last>>>,
}

/// Runs until `quit`, or until nobody holds a handle any more.
pub(crate) async fn run(mut owner: Owner<Forwarder, Encoders, Threads>, mut wires: Wires) {
    let mut second = interval(SECOND);
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !owner.is_quitting() {
        // In this order, so that a kick never waits behind a thousand joins.
        tokio::select! {
            biased;
            ask = wires.asks.recv() => match ask {
                Some(ask) => turn(&mut owner, Cause::Command, |owner| owner.asked(ask, now())),
                None => owner.quit(),
            },
            Some(happened) = wires.happened.recv() => {
                turn(&mut owner, Cause::Event, |owner| owner.happened(happened, now()));
            }
            () = sleep_until(owner.timeout().into()) => turn(&mut owner, Cause::Time, |owner| owner.timed_out(now())),
            _ = second.tick() => turn(&mut owner, Cause::Time, |owner| owner.second(now())),
            Some(request) = wires.requests.recv() => {
                turn(&mut owner, Cause::Request, |owner| owner.requested(request, now()));
            }
        }
    }
    owner.quit_recording();
    owner.end(now());
    // The server closes the pages' sockets once they have heard.
    let _ = wires.shutdown.send(true);
    if timeout(GOODBYE, wires.server).await.is_err() {
        tracing::warn!("some connections did not close in time");
    }
    let silent = async {
        while !owner.is_silent() {
            let Some(happened) = wires.happened.recv().await else { return };
            owner.happened(happened, now());
        }
    };
    if timeout(LAST_WORK, silent).await.is_err() {
        tracing::warn!("an encoder did not stop in time, or the disk did not take the last of a recording");
    }
    if timeout(LAST_WORK, owner.background.finish()).await.is_err() {
        tracing::warn!("the last change could not be written in time");
    }
    // What could not be written is told before the end is.
    while let Ok(happened) = wires.happened.try_recv() {
        owner.happened(happened, now());
    }
    let last = Last { snapshot: owner.snapshot(), failed: owner.failed().cloned() };
    // Whoever holds a handle holds the outputs too, and the first of them holds the forwarder.
    owner.encoders.outputs.close();
    // The forwarder's threads end here, before anybody is told that it is over.
    drop(owner);
    let _ = wires.last.send(Some(Box::new(last)));
}

/// Has the owner do one thing, and measures how long that keeps it. Nothing in it waits, so it is all on one thread.
fn turn<F, E, B>(owner: &mut Owner<F, E, B>, cause: Cause, act: impl FnOnce(&mut Owner<F, E, B>)) {
    let begun = processor_time::of_this_thread();
    act(owner);
    owner.meter.turns.count(cause, processor_time::of_this_thread().saturating_sub(begun));
}

pub(crate) fn now() -> Now {
    let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    Now { instant: Instant::now(), unix_ms }
}
