//! Which of the layers that an engine takes it wants at the moment. Who hears of that is on another thread than who sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use stream::Rid;

/// Shared by both. All are wanted to begin with.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Those that are sent, the smallest first.
    layers: Vec<Rid>,
    bits: Arc<AtomicU8>,
}

impl Wanted {
    pub(super) fn all(layers: &[Rid]) -> Wanted {
        Wanted { layers: layers.to_vec(), bits: Arc::new(AtomicU8::new(u8::MAX)) }
    }

    pub(super) fn has(&self, rid: Rid) -> bool {
        self.bits.load(Ordering::Relaxed) & bit(rid) != 0
    }

    /// These are wanted now. Those of them that were not before: each needs a keyframe.
    pub(crate) fn set(&self, wanted: &[Rid]) -> Vec<Rid> {
        let sent: Vec<Rid> = wanted.iter().filter_map(|rid| self.instead(*rid)).collect();
        let bits = sent.iter().fold(0, |bits, rid| bits | bit(*rid));
        let before = self.bits.swap(bits, Ordering::Relaxed);
        self.layers.iter().copied().filter(|rid| bits & bit(*rid) != 0 && before & bit(*rid) == 0).collect()
    }

    /// Where a layer is not sent, the next larger one that is: nobody is to see nothing.
    fn instead(&self, rid: Rid) -> Option<Rid> {
        let larger = self.layers.iter().copied().find(|layer| at(*layer) >= at(rid));
        larger.or_else(|| self.layers.last().copied())
    }
}

fn at(rid: Rid) -> usize {
    Rid::ALL.iter().position(|known| *known == rid).unwrap_or_default()
}

fn bit(rid: Rid) -> u8 {
    1 << at(rid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(wanted: &Wanted) -> Vec<Rid> {
        Rid::ALL.into_iter().filter(|rid| wanted.has(*rid)).collect()
    }

    #[test]
    fn what_is_wanted_anew_is_told_once() {
        let wanted = Wanted::all(&Rid::ALL);
        let sends = wanted.clone();
        assert_eq!(has(&sends), Rid::ALL);
        assert_eq!(wanted.set(&[Rid::Q]), []);
        assert_eq!(has(&sends), [Rid::Q]);
        assert_eq!(wanted.set(&[Rid::F, Rid::Q]), [Rid::F]);
        assert_eq!(wanted.set(&[Rid::F, Rid::Q]), []);
        assert_eq!(wanted.set(&[]), []);
        assert_eq!(has(&sends), []);
        assert_eq!(wanted.set(&Rid::ALL), Rid::ALL);
    }

    #[test]
    fn who_wants_a_layer_that_is_not_sent_is_sent_another() {
        let two = Wanted::all(&[Rid::H, Rid::F]);
        two.set(&[Rid::Q]);
        assert_eq!(has(&two), [Rid::H]);
        let one = Wanted::all(&[Rid::H]);
        one.set(&[Rid::F]);
        assert_eq!(has(&one), [Rid::H]);
    }
}
