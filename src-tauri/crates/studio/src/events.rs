//! What the panel and scripts are told.

use protocol::{ErrorCode, Event};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use words::Said;

/// The one way out for events.
#[derive(Debug)]
pub(crate) struct Events {
    sender: broadcast::Sender<Event>,
    /// What happened before anybody could hear of it: a file that could not be read, a camera that failed at once.
    untold: Option<Vec<Event>>,
    last_complaint: Option<(Said, Instant)>,
}

/// The same error is not told again within this: an encoder that fails does so with every picture.
const SILENCE: Duration = Duration::from_secs(5);

impl Events {
    pub(crate) fn new(sender: broadcast::Sender<Event>) -> Events {
        Events { sender, untold: Some(Vec::new()), last_complaint: None }
    }

    /// Tells one, or keeps it until somebody listens.
    pub(crate) fn tell(&mut self, event: Event) {
        match &mut self.untold {
            Some(untold) => untold.push(event),
            // Without a receiver nobody wants to know.
            None => drop(self.sender.send(event)),
        }
    }

    /// Tells an error, but not the same one again and again.
    pub(crate) fn complain(&mut self, code: ErrorCode, message: Said, now: Instant) {
        let said = |(last, at): &(Said, Instant)| *last == message && now.saturating_duration_since(*at) < SILENCE;
        if !self.last_complaint.as_ref().is_some_and(said) {
            self.last_complaint = Some((message.clone(), now));
            self.tell(Event::Error { code, message });
        }
    }

    /// Somebody listens from now on.
    pub(crate) fn somebody_listens(&mut self) {
        for event in self.untold.take().into_iter().flatten() {
            self.tell(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(receiver: &mut broadcast::Receiver<Event>) -> usize {
        std::iter::from_fn(|| receiver.try_recv().ok()).count()
    }

    #[test]
    fn what_happened_before_anybody_listened_is_told_then() {
        let (sender, mut receiver) = broadcast::channel(8);
        let mut events = Events::new(sender);
        events.tell(Event::Ended);
        assert_eq!(told(&mut receiver), 0);
        events.somebody_listens();
        events.tell(Event::Ended);
        assert_eq!(told(&mut receiver), 2);
    }

    #[test]
    fn the_same_error_is_told_once_in_five_seconds() {
        let (sender, mut receiver) = broadcast::channel(64);
        let (mut events, start) = (Events::new(sender), Instant::now());
        events.somebody_listens();
        for tenth in 0..100 {
            events.complain(ErrorCode::EncoderFailed, "it failed".into(), start + Duration::from_millis(100 * tenth));
        }
        assert_eq!(told(&mut receiver), 2, "in ten seconds");
        events.complain(ErrorCode::Storage, "another".into(), start + Duration::from_secs(10));
        assert_eq!(told(&mut receiver), 1, "another error is told at once");
    }
}
