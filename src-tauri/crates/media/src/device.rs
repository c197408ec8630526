//! What cameras and microphones have in common: a driver or a sound server may hang in any call, so each open device lives
//! in a thread of its own, and whoever wants its pictures or its sound waits beside it, never longer than a time-out.

use crate::source::SourceError;
use protocol::ErrorCode;
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use words::{Said, said};

/// A device that delivers nothing for so long has failed: the slowest picture rate is one a second.
pub(crate) const DELIVERY_TIMEOUT: Duration = Duration::from_secs(1);

/// When nobody wants a device any more it should be free for the next to open it; one that hangs is left behind.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeviceError {
    /// Another program has it.
    Busy,
    /// The system refused it.
    Denied,
    /// It is not, or no longer, there.
    Gone,
    /// Anything else, as a sentence of the table about [`IT`], whose place the device takes; without a full stop.
    Other(Said),
    /// It cannot be had here, and no plug changes that: the whole sentence about [`IT`], with the remedy.
    Impossible(Said),
    /// As [`SourceError::Said`].
    Said(ErrorCode, Said),
}

/// The device of a sentence, where it is not known yet what people call it.
pub(crate) const IT: &str = "It";

impl DeviceError {
    /// Of a device that was to be opened. `subject` names it as a sentence does: `The camera "HD Webcam"`.
    pub(crate) fn opening(self, subject: &Said) -> SourceError {
        match self {
            Self::Gone => SourceError::NotFound(subject.clone()),
            error => error.delivering(subject),
        }
    }

    /// Of a device that was open.
    pub(crate) fn delivering(self, subject: &Said) -> SourceError {
        let subject = subject.clone();
        match self {
            Self::Busy => SourceError::Busy(subject),
            Self::Denied => SourceError::Denied(subject),
            Self::Gone => SourceError::Lost(subject),
            Self::Other(what) => SourceError::Failed(what.with("device", subject)),
            Self::Impossible(said) => SourceError::Said(ErrorCode::DeviceFailed, said.with("device", subject)),
            Self::Said(code, message) => SourceError::Said(code, message),
        }
    }
}

/// Buffers of pictures that were converted, to be filled again: 1.8 MB, thirty times a second.
#[derive(Clone, Default)]
pub(crate) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

/// One is being filled while another is being converted.
const MOST_SPARE: usize = 2;

impl Spare {
    pub(crate) fn take(&self) -> Vec<u8> {
        self.lock().pop().unwrap_or_default()
    }

    pub(crate) fn give(&self, data: Vec<u8>) {
        let mut spare = self.lock();
        if spare.len() < MOST_SPARE {
            spare.push(data);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device that its thread is opening. Dropping it gives that up: nobody waits for a driver.
pub(crate) struct Opening<F, T> {
    /// None once it is open.
    handover: Option<Arc<Handover<F, T>>>,
}

impl<F: Clone + Send + 'static, T: Send + 'static> Opening<F, T> {
    /// Runs `drive` in a thread: it opens the device, calls [`Handover::opened`], hands over what the device delivers
    /// until [`Handover::is_stopped`], and closes the device when it returns. At most `capacity` pieces wait to be
    /// taken; beyond that the oldest are dropped.
    pub(crate) fn begin(
        thread: &str,
        capacity: usize,
        drive: impl FnOnce(&Arc<Handover<F, T>>) -> Result<(), DeviceError> + Send + 'static,
    ) -> Result<Self, DeviceError> {
        let handover = Arc::new(Handover::new(capacity));
        let closing = CloseOnDrop(Arc::clone(&handover));
        let run = move || {
            if let Err(error) = drive(&closing.0) {
                closing.0.end(error);
            }
        };
        threads::replaced(thread, run)
            .map_err(|error| DeviceError::Other(said!("device.unread", device = IT, error)))?;
        Ok(Self { handover: Some(handover) })
    }

    /// Waits until it is open, or cannot be, so long at most. None: it takes longer.
    pub(crate) fn wait(&mut self, patience: Duration) -> Option<Result<OpenDevice<F, T>, DeviceError>> {
        let opened = self.handover.as_ref()?.wait_opened(patience)?;
        let handover = self.handover.take()?;
        Some(opened.map(|format| OpenDevice { format, handover, close: CLOSE_TIMEOUT }))
    }
}

impl<F, T> Drop for Opening<F, T> {
    fn drop(&mut self) {
        if let Some(handover) = &self.handover {
            handover.change(|state| state.stopped = true);
        }
    }
}

/// An open device in its thread: it delivers `T`, in a format that `F` describes. Dropping it closes the device.
pub(crate) struct OpenDevice<F, T> {
    format: F,
    handover: Arc<Handover<F, T>>,
    /// How long it is waited for when it is dropped.
    close: Duration,
}

impl<F: Clone + Send + 'static, T: Send + 'static> OpenDevice<F, T> {
    pub(crate) fn format(&self) -> &F {
        &self.format
    }

    /// Others may have it at the same time: nobody waits for it to be closed.
    pub(crate) fn is_shared(&mut self) {
        self.close = Duration::ZERO;
    }

    /// Waits for the next piece, at most about a second. None where nothing came in that time, which at first need not be a failure.
    pub(crate) fn next(&self) -> Option<Result<T, DeviceError>> {
        self.next_within(DELIVERY_TIMEOUT)
    }

    /// The same, so long at most.
    pub(crate) fn next_within(&self, patience: Duration) -> Option<Result<T, DeviceError>> {
        self.handover.wait(patience, |state| match state.waiting.pop_front() {
            Some(piece) => Some(Ok(piece)),
            None => state.ended.clone().map(Err),
        })
    }
}

impl<F, T> Drop for OpenDevice<F, T> {
    fn drop(&mut self) {
        self.handover.change(|state| state.stopped = true);
        let _ = self.handover.wait(self.close, |state| state.closed.then_some(()));
    }
}

/// The place between a device's thread and the one that wants what it delivers.
pub(crate) struct Handover<F, T> {
    state: Mutex<State<F, T>>,
    changed: Condvar,
    capacity: usize,
}

struct State<F, T> {
    opened: Option<F>,
    waiting: VecDeque<T>,
    /// Nothing more will come.
    ended: Option<DeviceError>,
    /// Nobody wants any more.
    stopped: bool,
    /// The thread has let go of the device.
    closed: bool,
}

impl<F: Clone, T> Handover<F, T> {
    /// The device is open and will deliver this.
    pub(crate) fn opened(&self, format: F) {
        self.change(|state| state.opened = Some(format));
    }

    fn wait_opened(&self, patience: Duration) -> Option<Result<F, DeviceError>> {
        self.wait(patience, |state| match (&state.ended, &state.opened) {
            (Some(error), _) => Some(Err(error.clone())),
            (None, Some(format)) => Some(Ok(format.clone())),
            (None, None) => None,
        })
    }
}

impl<F, T> Handover<F, T> {
    fn new(capacity: usize) -> Self {
        let state = State { opened: None, waiting: VecDeque::new(), ended: None, stopped: false, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), capacity }
    }

    /// Hands over one piece.
    pub(crate) fn put(&self, piece: T) {
        self.change(|state| {
            if state.waiting.len() >= self.capacity {
                state.waiting.pop_front();
            }
            state.waiting.push_back(piece);
        });
    }

    /// No more will come. Only the first reason counts.
    pub(crate) fn end(&self, reason: DeviceError) {
        self.change(|state| {
            state.ended.get_or_insert(reason);
        });
    }

    /// Nobody wants any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Waits until nobody wants any more or no more will come.
    #[cfg(test)]
    pub(crate) fn wait_over(&self) {
        while !self.wait_over_within(Duration::MAX) {}
    }

    /// Waits until nobody wants any more or no more will come, so long at most; whether it is over.
    pub(crate) fn wait_over_within(&self, patience: Duration) -> bool {
        self.wait(patience, |state| (state.stopped || state.ended.is_some()).then_some(())).is_some()
    }

    fn wait<R>(&self, timeout: Duration, mut look: impl FnMut(&mut State<F, T>) -> Option<R>) -> Option<R> {
        let mut found = None;
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| {
            found = look(state);
            found.is_none()
        });
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        found
    }

    fn change(&self, change: impl FnOnce(&mut State<F, T>)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<F, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whatever ends a device's thread, a panic of its library included, is told.
struct CloseOnDrop<F, T>(Arc<Handover<F, T>>);

impl<F, T> Drop for CloseOnDrop<F, T> {
    fn drop(&mut self) {
        self.0.end(DeviceError::Other(said!("device.let_go", device = IT)));
        self.0.change(|state| state.closed = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const SOON: Duration = Duration::from_secs(10);

    fn opened<F: Clone + Send + 'static, T: Send + 'static>(
        capacity: usize,
        drive: impl FnOnce(&Arc<Handover<F, T>>) -> Result<(), DeviceError> + Send + 'static,
    ) -> Result<OpenDevice<F, T>, DeviceError> {
        Opening::begin("test", capacity, drive)?.wait(SOON).expect("it does not hang")
    }

    #[test]
    fn the_oldest_is_dropped_and_the_last_comes_before_the_end() {
        let device = opened(2, |handover| {
            (1..=3).for_each(|piece| handover.put(piece));
            handover.end(DeviceError::Gone);
            handover.opened(());
            Ok(())
        });
        // It had ended before it was asked for.
        assert_eq!(device.err(), Some(DeviceError::Gone));

        let handover = Handover::<(), u8>::new(2);
        (1..=3).for_each(|piece| handover.put(piece));
        handover.end(DeviceError::Gone);
        handover.end(DeviceError::Busy);
        let device = OpenDevice { format: (), handover: Arc::new(handover), close: CLOSE_TIMEOUT };
        assert_eq!(
            [device.next(), device.next(), device.next()],
            [Some(Ok(2)), Some(Ok(3)), Some(Err(DeviceError::Gone))]
        );
        device.handover.change(|state| state.closed = true);
    }

    #[test]
    fn a_library_that_panics_is_an_end() {
        let (go, wait) = mpsc::channel::<()>();
        let device = opened::<(), u8>(1, move |handover| {
            handover.opened(());
            let _ = wait.recv();
            panic!("on purpose");
        });
        let device = device.expect("it opened");
        drop(go);
        assert!(matches!(device.next(), Some(Err(DeviceError::Other(_)))));
    }

    #[test]
    fn a_device_that_is_being_opened_may_be_looked_at_again_or_given_up() {
        let begin = || {
            let ((go, wait), (left, gone)) = (mpsc::channel::<()>(), mpsc::channel());
            let opening = Opening::<u8, u8>::begin("test", 1, move |handover| {
                let _ = wait.recv();
                handover.opened(3);
                handover.wait_over();
                let _ = left.send(handover.is_stopped());
                Ok(())
            });
            (opening.expect("there is room for a thread"), go, gone)
        };
        let (mut opening, go, gone) = begin();
        assert!(opening.wait(Duration::ZERO).is_none(), "it takes longer");
        drop(go);
        let device = opening.wait(SOON).expect("in time").expect("it opens in the end");
        assert_eq!(*device.format(), 3);
        drop(device);
        assert_eq!(gone.recv_timeout(SOON), Ok(true));
        let (opening, go, gone) = begin();
        drop(opening);
        drop(go);
        assert_eq!(gone.recv_timeout(SOON), Ok(true), "nobody wants it any more");
    }

    #[test]
    fn dropping_waits_for_the_device_to_be_closed() {
        let closed = Arc::new(Mutex::new(false));
        let told = Arc::clone(&closed);
        let device = opened::<(), u8>(1, move |handover| {
            handover.opened(());
            handover.wait_over();
            *told.lock().unwrap() = true;
            Ok(())
        });
        drop(device.expect("it opened"));
        assert!(*closed.lock().unwrap(), "the next to open it would find it busy");
    }
}
