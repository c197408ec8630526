//! The hook that the language calls at each panic: it logs, counts and tells.

use crate::guard;
use crate::panicked::Panicked;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::BTreeMap;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

type Listener = Arc<dyn Fn(&Panicked) + Send + Sync>;

struct Record {
    counts: BTreeMap<String, u64>,
    listeners: Vec<(u64, Listener)>,
    next: u64,
}

static RECORD: Mutex<Record> = Mutex::new(Record { counts: BTreeMap::new(), listeners: Vec::new(), next: 0 });

/// Names that are counted apart. Our own are fewer; a library may name its threads as it likes, and those beyond are
/// counted as [`OTHERS`].
const NAMES: usize = 64;

/// The threads beyond [`NAMES`].
const OTHERS: &str = "others";

/// Characters of a library's thread's name.
const NAME: usize = 32;

static HOOK: Once = Once::new();

/// Whoever listens does so until this is dropped.
#[must_use = "nobody listens once it is dropped"]
pub struct Listening(u64);

/// Tells `listener` of each panic from now on, on the thread that panicked: it must not block, nor panic.
pub fn listen(listener: impl Fn(&Panicked) + Send + Sync + 'static) -> Listening {
    watch();
    let mut record = record();
    let id = record.next;
    record.next += 1;
    record.listeners.push((id, Arc::new(listener)));
    Listening(id)
}

impl Drop for Listening {
    fn drop(&mut self) {
        let before = {
            let mut record = record();
            let at = record.listeners.iter().position(|(id, _)| *id == self.0);
            at.map(|at| record.listeners.swap_remove(at))
        };
        // What goes with it goes after the lock.
        drop(before);
    }
}

/// How many panics each thread or task had, by its name; those that had none are not there.
pub fn counts() -> Vec<(String, u64)> {
    record().counts.iter().map(|(name, count)| (name.clone(), *count)).collect()
}

/// From now on a panic is logged, as everything is, and not printed to stderr besides. For a program that has set up its log.
pub fn say_nothing_else() {
    panic::set_hook(Box::new(|_| ()));
    watch();
}

/// Sets the hook, once; the one that was there is called behind it.
fn watch() {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            told(info);
            before(info);
        }));
    });
}

fn told(info: &PanicHookInfo<'_>) {
    let said = guard::said(info.payload());
    let what = info.location().map_or_else(|| said.to_owned(), |place| format!("{said}, at {place}"));
    let panicked = Panicked { thread: label(&guard::name()), what, after: guard::after() };
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => tracing::error!("{panicked}\n{backtrace}"),
        _ => tracing::error!("{panicked}"),
    }
    let listeners: Vec<Listener> = {
        let mut record = record();
        let known = record.counts.contains_key(&panicked.thread) || record.counts.len() < NAMES;
        let name = if known { panicked.thread.as_str() } else { OTHERS };
        *record.counts.entry(name.to_owned()).or_default() += 1;
        record.listeners.iter().map(|(_, listener)| listener.clone()).collect()
    };
    listeners.iter().for_each(|listener| listener(&panicked));
    guard::keep(panicked);
}

/// A name that can stand in a metric's label.
fn label(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.:".contains(c) { c } else { '_' };
    name.chars().take(NAME).map(plain).collect()
}

/// What is behind the lock is changed by single calls, so a panic elsewhere left it whole.
fn record() -> MutexGuard<'static, Record> {
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{After, Died, caught, restarted, task, vital};
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    const SOON: Duration = Duration::from_secs(10);

    fn count(name: &str) -> u64 {
        counts().into_iter().find(|(known, _)| known == name).map_or(0, |(_, count)| count)
    }

    /// What was told of one thread; other tests of this process panic on purpose too.
    fn listen_to(name: &'static str) -> (Listening, mpsc::Receiver<Panicked>) {
        let (tell, told) = mpsc::channel();
        let listening = listen(move |panicked| {
            if panicked.thread == name {
                let _ = tell.send(panicked.clone());
            }
        });
        (listening, told)
    }

    #[test]
    fn a_thread_that_is_to_live_is_run_again_with_what_it_had() {
        let (_listening, told) = listen_to("try-restarted");
        let (done, runs) = mpsc::channel();
        let mut left = 2;
        let thread = restarted("try-restarted", move || {
            done.send(left).expect("the test listens");
            left -= 1;
            assert!(left <= 0, "not yet");
        });
        thread.expect("there is room").join().expect("it is caught");
        assert_eq!(runs.iter().collect::<Vec<_>>(), [2, 1], "again after a panic, and not after an end");
        let told: Vec<_> = told.try_iter().collect();
        assert_eq!((told.len(), told[0].after, count("try-restarted")), (1, After::Restarts, 1));
        assert!(told[0].what.starts_with("not yet, at ") && told[0].what.contains("panics.rs"), "{told:?}");
        assert!(told[0].to_string().contains("\"try-restarted\", failed"), "{}", told[0]);
    }

    #[test]
    fn the_end_of_a_vital_thread_is_told_as_one() {
        let (_listening, told) = listen_to("try-vital");
        let thread = vital("try-vital", || panic!("{}", 1 + 1)).expect("there is room");
        assert_eq!(told.recv_timeout(SOON).expect("it is told").after, After::Ends);
        thread.join().expect("it is caught");
    }

    #[test]
    fn a_task_that_panics_drops_what_it_held_and_says_so_to_who_waits() {
        let (_listening, told) = listen_to("try-task");
        let (held, dropped) = mpsc::channel::<()>();
        let mut polled = false;
        let future = std::future::poll_fn(move |_| {
            let _held = &held;
            assert!(!std::mem::replace(&mut polled, true), "the second time");
            Poll::<()>::Pending
        });
        let mut task = pin!(task("try-task", After::Lost, future));
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(task.as_mut().poll(&mut cx), Poll::Pending);
        assert!(matches!(task.as_mut().poll(&mut cx), Poll::Ready(Err(Died(_)))));
        assert_eq!(told.try_recv().expect("it is told").after, After::Lost);
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected), "by the time that somebody hears of it");
    }

    #[test]
    fn what_is_caught_leaves_the_thread_as_it_was() {
        let (_listening, told) = listen_to("try-work");
        let work = caught("try-work", || -> u8 { panic!("on purpose") });
        let Err(Died(panicked)) = work() else { panic!("it cannot have ended well") };
        assert_eq!(told.try_recv().expect("it is told"), panicked);
        assert_eq!(guard::name(), std::thread::current().name().unwrap(), "no work is left over on this thread");
        assert_eq!(caught("try-work", || 7)(), Ok(7));
    }

    #[test]
    fn who_listens_no_more_is_told_no_more() {
        let (listening, told) = listen_to("try-silence");
        drop(listening);
        assert!(caught("try-silence", || panic!("on purpose"))().is_err());
        assert_eq!((told.try_recv(), count("try-silence")), (Err(mpsc::TryRecvError::Disconnected), 1));
    }

    #[test]
    fn a_strange_name_is_a_label_all_the_same() {
        assert_eq!(label("pool \"1\"\n{a=b}"), "pool__1___a_b_");
        assert_eq!(label(&"x".repeat(100)).len(), NAME);
    }
}
