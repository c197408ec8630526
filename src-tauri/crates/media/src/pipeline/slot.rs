//! The newest picture, between the camera's thread and the encoders'.

use crate::frame::Picture;
use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// The place between the camera and the encoders: it holds the newest picture, and what was not taken in time is gone.
#[derive(Debug, Default)]
pub(super) struct Slot {
    newest: Mutex<Newest>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Newest {
    number: u64,
    picture: Option<Arc<Picture>>,
}

/// What waiting for a picture came to.
#[derive(Debug)]
pub(super) enum Next {
    /// A picture that was not seen yet, and its number.
    New(u64, Arc<Picture>),
    /// None came in time.
    Late,
}

impl Slot {
    /// Puts a picture in the place of the one before.
    pub(super) fn put(&self, picture: Arc<Picture>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.number += 1;
        newest.picture = Some(picture);
        drop(newest);
        self.changed.notify_all();
    }

    /// The newest picture, if there ever was one.
    pub(super) fn newest(&self) -> Option<Arc<Picture>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).picture.clone()
    }

    /// Waits for a picture with a higher number than `seen`.
    pub(super) fn wait(&self, seen: u64, at_most: Duration) -> Next {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, _) = self
            .changed
            .wait_timeout_while(newest, at_most, |newest| newest.number <= seen)
            .unwrap_or_else(PoisonError::into_inner);
        match &newest.picture {
            Some(picture) if newest.number > seen => Next::New(newest.number, picture.clone()),
            _ => Next::Late,
        }
    }
}

/// Pictures that are used again once nobody looks at them: a picture of 720p is 1.4 MB, thirty times a second.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pictures: Vec<Arc<Picture>>,
}

/// One is being filled, one is in the slot, each of two encoders has one, and the preview may.
const POOL: usize = 5;

impl Pool {
    /// A picture of that size, filled by `fill`; None where that failed.
    pub(super) fn make<E>(
        &mut self,
        (width, height): (u16, u16),
        fill: impl FnOnce(&mut Picture) -> Result<(), E>,
    ) -> Result<Arc<Picture>, E> {
        let free = self.pictures.iter_mut().position(|picture| Arc::get_mut(picture).is_some());
        let mut picture = match free {
            Some(at) => self.pictures.swap_remove(at),
            None => Arc::new(Picture::black(width, height, std::time::Instant::now())),
        };
        let inner = Arc::get_mut(&mut picture).expect("it is new, or nobody else has it");
        inner.reshape(width, height);
        let filled = fill(inner);
        if self.pictures.len() < POOL {
            self.pictures.push(picture.clone());
        }
        filled.map(|()| picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_newest_picture_wins() {
        let slot = Slot::default();
        for width in [2, 4, 6] {
            slot.put(Arc::new(Picture::black(width, 2, Instant::now())));
        }
        match slot.wait(0, Duration::ZERO) {
            Next::New(3, picture) => assert_eq!(picture.width, 6),
            other => panic!("{other:?}"),
        }
        assert!(matches!(slot.wait(3, Duration::ZERO), Next::Late), "it was seen");
    }

    #[test]
    fn a_picture_that_nobody_holds_is_used_again() {
        let mut pool = Pool::default();
        let mut make = || pool.make((64, 64), |_| Ok::<_, ()>(())).expect("filling cannot fail");
        let first = make();
        let second = make();
        assert!(!Arc::ptr_eq(&first, &second), "the first is still held");
        let address = Arc::as_ptr(&first);
        drop(first);
        assert_eq!(Arc::as_ptr(&make()), address);
    }
}
