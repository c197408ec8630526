//! Tasks, and work on threads that are lent: for those who start them on a runtime of their own.

use crate::guard::{self, Died};
use crate::panicked::After;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A task that tells when it panics. To be given to what starts tasks.
#[must_use = "nothing is done until it is waited for"]
pub struct Task<F> {
    name: &'static str,
    after: After,
    /// None once it is over, so that what it held is free before anybody hears of it.
    future: Option<Pin<Box<F>>>,
}

/// Makes a task of a future.
pub fn task<F: Future>(name: &'static str, after: After, future: F) -> Task<F> {
    Task { name, after, future: Some(Box::pin(future)) }
}

impl<F: Future> Future for Task<F> {
    type Output = Result<F::Output, Died>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (name, after) = (self.name, self.after);
        let future = self.future.as_mut().expect("nobody waits again for what is over");
        let polled = match guard::run(Some(name), after, || future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(done)) => Ok(done),
            Err(died) => Err(died),
        };
        self.future = None;
        Poll::Ready(polled)
    }
}

/// Makes a task, and after each panic another in its place, once `rest` is over.
pub async fn remade<F: Future, R: Future>(
    name: &'static str,
    rest: impl Fn() -> R,
    mut make: impl FnMut() -> F,
) -> F::Output {
    loop {
        match task(name, After::Restarts, make()).await {
            Ok(done) => return done,
            Err(_) => drop(rest().await),
        }
    }
}

/// A piece of work for a runtime's blocking threads whose answer somebody waits for: `tell` is called whichever way it ends.
pub fn answered<T>(name: &'static str, work: impl FnOnce() -> T, tell: impl FnOnce(Result<T, Died>)) -> impl FnOnce() {
    move || tell(guard::run(Some(name), After::Lost, work))
}

/// A piece of work, such as a runtime's blocking threads take, that tells when it panics.
pub fn caught<T>(name: &'static str, work: impl FnOnce() -> T) -> impl FnOnce() -> Result<T, Died> {
    move || guard::run(Some(name), After::Lost, work)
}
