//! Two streams of one microphone, and which of them is listened to.

use std::sync::atomic::{AtomicU8, Ordering};

/// Which of two streams of the same sound is listened to.
///
/// A client of a sound server asks for pieces of 10 ms by one number, and cpal gives that number for the length of the
/// server's queue as well. PipeWire makes the queue longer by itself. PulseAudio does not: with a source whose own
/// pieces are longer than 10 ms, or that is woken late, what does not fit is lost without a word (measured with a null
/// sink: half of the sound). A stream that asks for nothing has a long queue, and PulseAudio hands it every piece at
/// once, at the pace of the most urgent stream; PipeWire hands it two seconds at a time.
///
/// So there are both: an urgent one, which makes the pace, and a patient one, which loses nothing. The patient one is
/// listened to, unless the first urgent pieces come without a patient one.
#[derive(Default)]
pub(super) struct Choice(AtomicU8);

/// The first urgent pieces that may come before a patient one: the server delivers both in one go.
const URGENT_FIRST: u8 = 5;
const URGENT: u8 = URGENT_FIRST;
const PATIENT: u8 = URGENT_FIRST + 1;

impl Choice {
    /// A piece of the urgent stream came: is it listened to?
    pub(super) fn urgent_came(&self) -> bool {
        let count = |state: u8| (state < URGENT).then_some(state + 1);
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        before.unwrap_or_else(|decided| decided) == URGENT
    }

    /// A piece of the patient stream came: is it listened to?
    pub(super) fn patient_came(&self) -> bool {
        let decide = |state: u8| (state < URGENT).then_some(PATIENT);
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, decide);
        before.unwrap_or_else(|decided| decided) != URGENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_delivers_both_is_listened_to_patiently() {
        let choice = Choice::default();
        assert!(!choice.urgent_came() && !choice.urgent_came());
        assert!(choice.patient_came());
        assert!((0..100).all(|_| !choice.urgent_came() && choice.patient_came()));
    }

    #[test]
    fn a_server_that_holds_the_patient_one_back_is_listened_to_urgently() {
        let choice = Choice::default();
        assert_eq!((0..100).filter(|_| choice.urgent_came()).count(), 100 - usize::from(URGENT_FIRST));
        assert!(!choice.patient_came(), "two seconds at once would be heard twice");
        assert!(choice.urgent_came());
    }
}
