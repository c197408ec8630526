//! What was said, in order: for who comes late, for who was away, and for the file.

use crate::people::PersonId;
use protocol::{ChatMessage, MessageId, SharedMessage};
use std::collections::VecDeque;

/// Who comes late is given so many.
pub const HISTORY: usize = 100;

/// Who was away is given what came meanwhile, but no more than this: an evening that was slept through is the history again.
pub const CATCH_UP: usize = 1000;

/// Kept for the file and for undo; older ones go.
const MAX_LINES: usize = 20_000;

/// Most text that is kept, bytes.
const MAX_BYTES: usize = 8 << 20;

/// Why a line is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It was deleted.
    Deleted,
    /// Who wrote it was removed.
    Removed,
}

#[derive(Debug)]
struct Line {
    message: SharedMessage,
    /// None: the broadcaster.
    person: Option<PersonId>,
    gone: Option<Gone>,
    /// The newest message at the time when this one was taken out or put back last.
    changed: Option<MessageId>,
}

/// All lines of a broadcast.
#[derive(Debug)]
pub(crate) struct Lines {
    lines: VecDeque<Line>,
    bytes: usize,
    first: MessageId,
    next: MessageId,
}

/// What a page that was away has missed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Missed {
    /// The oldest first.
    pub(crate) messages: Vec<SharedMessage>,
    /// What it may have and was taken out.
    pub(crate) deleted: Vec<MessageId>,
}

impl Lines {
    /// None yet. Ids begin with the time, so that no two broadcasts share one.
    pub(crate) fn new(unix_ms: u64, before: Option<&Lines>) -> Lines {
        let first = MessageId(before.map_or(1, |before| before.next.0).max(unix_ms));
        Lines { lines: VecDeque::new(), bytes: 0, first, next: first }
    }

    /// The id of the first message of this broadcast.
    pub(crate) fn first(&self) -> MessageId {
        self.first
    }

    /// The id that the next message has.
    pub(crate) fn next(&self) -> MessageId {
        self.next
    }

    /// Adds a message, which bears the id that was next.
    pub(crate) fn add(&mut self, message: ChatMessage, person: Option<PersonId>) -> SharedMessage {
        debug_assert_eq!(message.id, self.next);
        self.next.0 += 1;
        self.bytes += message.text.len();
        let message = SharedMessage::from(message);
        self.lines.push_back(Line { message: message.clone(), person, gone: None, changed: None });
        while self.lines.len() > MAX_LINES || self.bytes > MAX_BYTES {
            if let Some(oldest) = self.lines.pop_front() {
                self.bytes -= oldest.message.text.len();
            }
        }
        message
    }

    /// A message that is shown.
    pub(crate) fn shown(&self, id: MessageId) -> Option<&SharedMessage> {
        self.at(id).map(|at| &self.lines[at]).filter(|line| line.gone.is_none()).map(|line| &line.message)
    }

    /// The newest that is shown.
    pub(crate) fn last_shown(&self) -> Option<&ChatMessage> {
        self.all().next_back().map(|message| &**message)
    }

    /// All that are shown, the oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &SharedMessage> {
        self.lines.iter().filter(|line| line.gone.is_none()).map(|line| &line.message)
    }

    /// The last of them.
    pub(crate) fn history(&self) -> Vec<SharedMessage> {
        let mut last: Vec<_> = self.all().rev().take(HISTORY).cloned().collect();
        last.reverse();
        last
    }

    /// What came, went and came back since this message was the newest that a page had.
    pub(crate) fn since(&self, newest: Option<MessageId>) -> Missed {
        let Some(newest) = newest.filter(|id| (self.first.0..self.next.0).contains(&id.0)) else {
            return Missed { messages: self.history(), deleted: Vec::new() };
        };
        let mut missed = Missed::default();
        for line in self.lines.iter().rev().take(CATCH_UP) {
            let id = line.message.id;
            let came = id > newest;
            let changed = line.changed.is_some_and(|changed| changed >= newest);
            match line.gone {
                None if came || changed => missed.messages.push(line.message.clone()),
                Some(_) if !came && changed => missed.deleted.push(id),
                _ => {}
            }
        }
        missed.messages.reverse();
        missed.deleted.reverse();
        missed
    }

    /// Takes out those that are shown of these; answers with them.
    pub(crate) fn delete(&mut self, ids: &[MessageId]) -> Vec<MessageId> {
        let found: Vec<usize> = ids.iter().filter_map(|id| self.at(*id)).collect();
        self.take_out(found, Gone::Deleted)
    }

    /// Takes out all that a person wrote and that are shown.
    pub(crate) fn delete_of(&mut self, person: PersonId, gone: Gone) -> Vec<MessageId> {
        let found = (0..self.lines.len()).filter(|at| self.lines[*at].person == Some(person)).collect();
        self.take_out(found, gone)
    }

    fn take_out(&mut self, found: Vec<usize>, gone: Gone) -> Vec<MessageId> {
        let newest = self.newest();
        let found = found.into_iter().filter(|at| self.lines[*at].gone.is_none()).collect::<Vec<_>>();
        let taken = found.into_iter().map(|at| {
            let line = &mut self.lines[at];
            (line.gone, line.changed) = (Some(gone), newest);
            line.message.id
        });
        taken.collect()
    }

    /// Puts those back of these that were deleted; answers with them.
    pub(crate) fn restore(&mut self, ids: &[MessageId]) -> Vec<SharedMessage> {
        let found: Vec<usize> = ids.iter().filter_map(|id| self.at(*id)).collect();
        self.put_back(found, Gone::Deleted)
    }

    /// Puts back what was taken out as this person was removed.
    pub(crate) fn restore_of(&mut self, person: PersonId) -> Vec<SharedMessage> {
        let found = (0..self.lines.len()).filter(|at| self.lines[*at].person == Some(person)).collect();
        self.put_back(found, Gone::Removed)
    }

    fn put_back(&mut self, found: Vec<usize>, why: Gone) -> Vec<SharedMessage> {
        let newest = self.newest();
        let mut back = Vec::new();
        for at in found {
            let line = &mut self.lines[at];
            if line.gone == Some(why) {
                (line.gone, line.changed) = (None, newest);
                back.push(line.message.clone());
            }
        }
        back
    }

    fn newest(&self) -> Option<MessageId> {
        self.lines.back().map(|line| line.message.id)
    }

    fn at(&self, id: MessageId) -> Option<usize> {
        let oldest = self.lines.front()?.message.id;
        id.0.checked_sub(oldest.0).map(|at| at as usize).filter(|at| *at < self.lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ViewerId;

    fn add(lines: &mut Lines, text: &str) -> MessageId {
        let viewer = Some(ViewerId(1));
        let (id, name) = (lines.next(), "Anna".to_owned());
        let message =
            ChatMessage { id, at: 0, viewer, name, host: false, colour: 0, text: text.to_owned(), reply_to: None };
        lines.add(message, Some(PersonId(1))).id
    }

    fn texts(missed: &Missed) -> Vec<&str> {
        missed.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn who_comes_late_is_given_the_last_hundred_and_who_was_away_what_it_missed() {
        let mut lines = Lines::new(1000, None);
        let ids: Vec<_> = (0..250).map(|n| add(&mut lines, &n.to_string())).collect();
        assert_eq!(ids[0], MessageId(1000));
        assert_eq!((lines.since(None).messages.len(), lines.since(None).messages[0].text.as_str()), (100, "150"));
        assert_eq!(texts(&lines.since(Some(ids[247]))), ["248", "249"]);
        assert_eq!(lines.since(Some(ids[9])).messages.len(), 240);
        assert_eq!(lines.since(Some(ids[249])), Missed::default());
        for odd in [MessageId(0), MessageId(999), MessageId(1250), MessageId(u64::MAX)] {
            assert_eq!(lines.since(Some(odd)).messages.len(), 100, "of another broadcast: {odd}");
        }
    }

    #[test]
    fn a_page_that_was_away_hears_what_went_and_what_came_back() {
        let mut lines = Lines::new(0, None);
        let ids: Vec<_> = ["a", "b", "c"].map(|text| add(&mut lines, text)).to_vec();
        lines.delete(&ids[..1]);
        let d = add(&mut lines, "d");
        assert_eq!(lines.since(Some(ids[2])).deleted, ids[..1]);
        assert_eq!(lines.since(Some(d)), Missed::default(), "it went before this page was away");
        assert_eq!(texts(&lines.since(None)), ["b", "c", "d"]);
        lines.restore(&ids[..2]);
        assert_eq!(texts(&lines.since(Some(d))), ["a"], "b was never gone");
        assert!(lines.since(Some(d)).deleted.is_empty());
    }

    #[test]
    fn what_went_with_a_viewer_comes_back_with_it_and_nothing_else_does() {
        let mut lines = Lines::new(0, None);
        let ids: Vec<_> = ["a", "b"].map(|text| add(&mut lines, text)).to_vec();
        lines.delete(&ids[..1]);
        assert_eq!(lines.delete_of(PersonId(1), Gone::Removed), ids[1..]);
        assert!(lines.restore(&ids[1..]).is_empty(), "its writer is not here");
        assert_eq!(lines.restore_of(PersonId(1)).len(), 1);
        assert!(lines.shown(ids[0]).is_none(), "the broadcaster deleted it");
    }

    #[test]
    fn no_two_broadcasts_share_an_id() {
        let mut before = Lines::new(5000, None);
        add(&mut before, "a");
        let after = Lines::new(4000, Some(&before));
        assert_eq!(after.first(), MessageId(5001), "though the clock was set back");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut lines = Lines::new(0, None);
        let text = "x".repeat(2000);
        (0..6000).for_each(|_| _ = add(&mut lines, &text));
        assert!(lines.bytes <= MAX_BYTES && lines.lines.len() == MAX_BYTES / 2000);
        assert!(lines.shown(MessageId(1)).is_none() && lines.shown(MessageId(6000)).is_some());
        (0..30_000).for_each(|_| _ = add(&mut lines, "y"));
        assert_eq!(lines.lines.len(), MAX_LINES);
    }
}
