//! Guests' own links: one a guest, with a name, for as long and for as many devices as the broadcaster says.

use crate::guest::Guest;
use crate::{Now, Token};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use words::{Said, said};

/// Most of them at one time.
const MOST: usize = 256;

/// How many that are over are remembered, to answer them with kind words rather than "unknown".
const MOST_OVER: usize = 64;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Guests {
    /// Each with the end that it has by the clock that nobody sets.
    all: Vec<(Guest, Option<Instant>)>,
    /// The latest last.
    over: VecDeque<Token>,
}

/// Why there is no such link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoGuest {
    Taken,
    TooMany,
    Unknown,
}

impl NoGuest {
    /// The same for people.
    pub(crate) fn said(self) -> Said {
        match self {
            Self::Taken => said!("door.taken"),
            Self::TooMany => said!("door.too_many", most = MOST),
            Self::Unknown => said!("door.no_link"),
        }
    }
}

impl Guests {
    pub(crate) fn restore(all: Vec<Guest>, over: Vec<Token>, now: Now) -> Guests {
        let mut guests = Guests { all: Vec::new(), over: over.into() };
        all.into_iter().for_each(|guest| guests.add(guest, now));
        guests.tidy();
        guests
    }

    pub(crate) fn make(&mut self, guest: Guest, now: Now) -> Result<(), NoGuest> {
        if self.all.iter().any(|(other, _)| other.name == guest.name) {
            return Err(NoGuest::Taken);
        }
        if self.all.len() >= MOST {
            return Err(NoGuest::TooMany);
        }
        self.add(guest, now);
        Ok(())
    }

    pub(crate) fn revoke(&mut self, name: &str) -> Result<Token, NoGuest> {
        let at = self.all.iter().position(|(guest, _)| guest.name == name).ok_or(NoGuest::Unknown)?;
        Ok(self.end(at))
    }

    /// One whose time is over, which it is then.
    pub(crate) fn expire(&mut self, now: Now) -> Option<Guest> {
        let at = self.all.iter().position(|(guest, due)| is_over(guest, *due, now))?;
        let guest = self.all[at].0.clone();
        self.end(at);
        Some(guest)
    }

    /// When there may be one.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.all.iter().filter_map(|(_, due)| *due).min()
    }

    /// Whose link this is. All are compared, and in constant time.
    pub(crate) fn find(&self, text: &str, now: Now) -> Option<&Guest> {
        if !self.all.iter().fold(false, |found, (guest, _)| found | guest.token.matches(text)) {
            return None;
        }
        let found = self.all.iter().find(|(guest, _)| guest.token.as_str() == text);
        found.filter(|(guest, due)| !is_over(guest, *due, now)).map(|(guest, _)| guest)
    }

    /// Whether this was a guest's link, and is none any more.
    pub(crate) fn was(&self, text: &str) -> bool {
        let ended = self.over.iter().chain(self.all.iter().map(|(guest, _)| &guest.token));
        ended.fold(false, |found, token| found | token.matches(text))
    }

    pub(crate) fn by_token(&self, token: &Token) -> Option<&Guest> {
        self.all.iter().map(|(guest, _)| guest).find(|guest| guest.token == *token)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Guest> {
        self.all.iter().map(|(guest, _)| guest)
    }

    pub(crate) fn over(&self) -> impl Iterator<Item = &Token> {
        self.over.iter()
    }

    fn add(&mut self, guest: Guest, now: Now) {
        let left = |at: u64| now.instant.checked_add(Duration::from_millis(at.saturating_sub(now.unix_ms)));
        let due = guest.expires_at.and_then(left);
        self.all.push((guest, due));
    }

    fn end(&mut self, at: usize) -> Token {
        let token = self.all.remove(at).0.token;
        self.over.push_back(token.clone());
        self.tidy();
        token
    }

    fn tidy(&mut self) {
        let surplus = self.over.len().saturating_sub(MOST_OVER);
        self.over.drain(..surplus);
    }
}

/// By either clock: one of them stands still while the machine sleeps, and the other may be set back.
fn is_over(guest: &Guest, due: Option<Instant>, now: Now) -> bool {
    due.is_some_and(|due| now.instant >= due) || guest.expires_at.is_some_and(|at| now.unix_ms >= at)
}
