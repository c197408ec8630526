//! What pages heard: how late, and whether each message came once and in its turn.

use super::frame;

/// Since the last [`Tally::begin`].
#[derive(Default)]
pub(super) struct Tally {
    /// Microseconds from the writing of a message to its reading, one for each page and message.
    pub(super) late: Vec<u32>,
    /// Messages that a page never had, although it had a later one.
    pub(super) lost: u64,
    /// Messages that a page had before.
    pub(super) doubled: u64,
    /// What the server said of a message that it did not take.
    pub(super) refused: u64,
    /// Pages whose socket ended.
    pub(super) closed: u64,
    /// The newest message of each page, by its id.
    newest: Vec<Option<u64>>,
    /// What the first page heard, and when, in microseconds since the bench began.
    pub(super) trace: Vec<(u64, Vec<u8>)>,
}

impl Tally {
    pub(super) fn new(pages: usize) -> Tally {
        Tally { newest: vec![None; pages], ..Tally::default() }
    }

    /// Counts anew. Which message is each page's newest is kept: what is lost between two windows is lost too.
    pub(super) fn begin(&mut self) {
        let newest = std::mem::take(&mut self.newest);
        *self = Tally { newest, closed: self.closed, ..Tally::default() };
    }

    pub(super) fn heard(&mut self, page: usize, payload: &[u8], micros: u64) {
        if payload.starts_with(b"{\"type\":\"refused\"") {
            self.refused += 1;
            return;
        }
        if !payload.starts_with(b"{\"type\":\"chat\",") {
            return;
        }
        if page == 0 {
            self.trace.push((micros, payload.to_vec()));
        }
        for (id, said) in frame::messages(payload) {
            match self.newest[page] {
                Some(newest) if id <= newest => self.doubled += 1,
                newest => {
                    self.lost += newest.map_or(0, |newest| id - newest - 1);
                    self.newest[page] = Some(id);
                    self.late.push(u32::try_from(micros.saturating_sub(said)).unwrap_or(u32::MAX));
                }
            }
        }
    }

    /// How many messages have come, over all pages.
    pub(super) fn delivered(&self) -> usize {
        self.late.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(ids: &[u64]) -> Vec<u8> {
        let said: Vec<String> =
            ids.iter().map(|id| format!(r#"{{"id":{id},"at":7,"text":"{}"}}"#, frame::stamp(100))).collect();
        format!(r#"{{"type":"chat","messages":[{}]}}"#, said.join(",")).into_bytes()
    }

    #[test]
    fn what_is_missing_and_what_comes_twice_is_counted_by_page() {
        let mut tally = Tally::new(2);
        tally.heard(0, &chat(&[5, 6]), 250);
        tally.heard(1, &chat(&[5]), 300);
        tally.heard(1, &chat(&[7]), 400);
        tally.heard(0, &chat(&[6]), 500);
        tally.heard(0, br#"{"type":"refused","code":"too_fast","of":"say"}"#, 600);
        assert_eq!((tally.lost, tally.doubled, tally.refused), (1, 1, 1));
        assert_eq!(tally.late, [150, 150, 200, 300]);
        tally.begin();
        tally.heard(0, &chat(&[9]), 700);
        assert_eq!((tally.lost, tally.delivered()), (2, 1), "7 and 8 were lost between the windows");
    }
}
