//! Which devices a thread of this program is inside of: one thread a device, so that one whose driver hangs holds one thread
//! and no more, however often somebody asks for it.

use super::names::Found;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The program's.
pub(super) static CLAIMS: Claims = Claims::new();

/// The devices that threads are inside of.
pub(super) struct Claims {
    inside: Mutex<BTreeMap<PathBuf, Option<Found>>>,
    left: Condvar,
}

/// A thread's right to call into a device's driver. The thread holds it as long as it may be in there.
pub(super) struct Claim {
    claims: &'static Claims,
    device: PathBuf,
}

impl Claims {
    const fn new() -> Claims {
        Claims { inside: Mutex::new(BTreeMap::new()), left: Condvar::new() }
    }

    /// A claim on the device, if need be once the thread that is inside has left it; None where it does not leave in time.
    /// `known` is what others may be told of the device meanwhile.
    pub(super) fn claim(&'static self, device: &Path, known: Option<Found>, patience: Duration) -> Option<Claim> {
        let waited = self.left.wait_timeout_while(self.lock(), patience, |inside| inside.contains_key(device));
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if inside.contains_key(device) {
            return None;
        }
        inside.insert(device.to_owned(), known);
        Some(Claim { claims: self, device: device.to_owned() })
    }

    /// What the one that has the claim knows of the device.
    #[cfg(target_os = "linux")]
    pub(super) fn known(&self, device: &Path) -> Option<Found> {
        self.lock().get(device).cloned().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Option<Found>>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().remove(&self.device);
        self.claims.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_a_device_and_the_next_when_it_has_left() {
        static CLAIMS: Claims = Claims::new();
        let (camera, other) = (Path::new("/dev/video0"), Path::new("/dev/video1"));
        let first = CLAIMS.claim(camera, None, Duration::ZERO).expect("nobody is inside");
        assert!(CLAIMS.claim(camera, None, Duration::ZERO).is_none(), "one is inside");
        assert!(CLAIMS.claim(other, None, Duration::ZERO).is_some(), "that is another device");
        let leaves = std::thread::spawn(move || drop(first));
        assert!(CLAIMS.claim(camera, None, Duration::from_secs(10)).is_some(), "it is waited for");
        leaves.join().expect("it has nothing to fail at");
    }
}
