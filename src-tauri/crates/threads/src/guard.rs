//! What this thread does, and what becomes of it after a panic.

use crate::panicked::{After, Panicked};
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// It panicked, which was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Died(pub Panicked);

/// What a thread does at the moment.
#[derive(Clone, Copy)]
struct Doing {
    /// Of a task, or of work on a thread that is lent; a thread of our own has the name itself.
    name: Option<&'static str>,
    after: After,
}

thread_local! {
    static DOING: Cell<Option<Doing>> = const { Cell::new(None) };
    /// The last panic here, from the hook to the place that catches it.
    static LAST: Cell<Option<Panicked>> = const { Cell::new(None) };
}

/// Runs this as a thread's or, where a name is given, a task's work.
pub(crate) fn run<T>(name: Option<&'static str>, after: After, work: impl FnOnce() -> T) -> Result<T, Died> {
    let _before = Restore(DOING.replace(Some(Doing { name, after })));
    let work = || {
        crate::fault();
        work()
    };
    // Whatever the work had half done is dropped with it, or is behind locks whose users take them after a panic too.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let told = LAST.take();
        Died(told.unwrap_or_else(|| Panicked { thread: self::name(), what: said(&*payload).to_owned(), after }))
    })
}

/// Puts back what the thread did before, also after a panic.
struct Restore(Option<Doing>);

impl Drop for Restore {
    fn drop(&mut self) {
        DOING.set(self.0);
    }
}

/// The name of the task that runs here, or else of the thread.
pub(crate) fn name() -> String {
    let task = DOING.get().and_then(|doing| doing.name).map(str::to_owned);
    task.unwrap_or_else(|| thread::current().name().unwrap_or("unnamed").to_owned())
}

/// What becomes of it. A library's own thread is lost.
pub(crate) fn after() -> After {
    DOING.get().map_or(After::Lost, |doing| doing.after)
}

/// Keeps a panic for the place that catches it.
pub(crate) fn keep(panicked: Panicked) {
    LAST.set(Some(panicked));
}

/// What a panic said.
pub(crate) fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("it did not say why")
}
