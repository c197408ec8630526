//! A chat, its time, and the pages that listen to it.

use audience::{Now, VisitorCookie};
use chat::{Chat, Limits, Output, Rate, Refused, Speaker};
use protocol::{ChatMessage, ChatRefusal, Event, MessageId, PageMessage, ViewerId};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

/// Five in five seconds, and a minute of silence.
pub(crate) const LIMITS: Limits =
    Limits { messages: Rate { most: 5, within: Duration::from_secs(5) }, mute: Duration::from_secs(60) };

/// A viewer with a browser of its own, of the same number.
pub(crate) fn speaker(n: u32) -> Speaker {
    Speaker { viewer: ViewerId(n), cookie: Some(VisitorCookie::from_random(u128::from(n).to_be_bytes())) }
}

/// What one page has on its screen, as a page keeps it.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) listens: bool,
    pub(crate) lines: BTreeMap<MessageId, ChatMessage>,
    /// The newest that it ever had.
    pub(crate) newest: Option<MessageId>,
    /// Ids that it was told while it had them.
    pub(crate) doubled: Vec<MessageId>,
    /// What it was told before the others are: that is not told it again.
    pub(crate) ahead: HashSet<MessageId>,
}

impl Page {
    pub(crate) fn hear(&mut self, message: &PageMessage) {
        match message {
            PageMessage::Chat { messages } => {
                for message in messages.iter().filter(|message| !self.ahead.remove(&message.id)) {
                    if self.lines.insert(message.id, (**message).clone()).is_some() {
                        self.doubled.push(message.id);
                    }
                    self.newest = self.newest.max(Some(message.id));
                }
            }
            PageMessage::ChatDeleted { messages } => messages.iter().for_each(|id| drop(self.lines.remove(id))),
            PageMessage::ChatState { first, .. } => self.lines = self.lines.split_off(first),
            _ => {}
        }
    }
}

pub(crate) struct Stage {
    pub(crate) chat: Chat,
    pub(crate) now: Now,
    pub(crate) pages: Vec<Page>,
    pub(crate) events: Vec<Event>,
    /// What single viewers' pages were told.
    pub(crate) told: Vec<(ViewerId, PageMessage)>,
    pub(crate) frames: usize,
    said: HashSet<MessageId>,
    /// Messages that were said, taken out and put back.
    pub(crate) put_back: HashSet<MessageId>,
}

impl Stage {
    /// Live.
    pub(crate) fn live() -> Stage {
        let now = Now { instant: Instant::now(), unix_ms: 1_796_000_000_000 };
        let chat = Chat::new(LIMITS);
        let (pages, events, told) = (Vec::new(), Vec::new(), Vec::new());
        let (said, put_back) = Default::default();
        let mut stage = Stage { chat, now, pages, events, told, frames: 0, said, put_back };
        stage.act(|chat, now| chat.begin(now));
        stage.events.clear();
        stage
    }

    /// Does something, and carries out what follows.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Chat, Now) -> T) -> T {
        let done = act(&mut self.chat, self.now);
        self.carry_out();
        done
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.chat.poll() {
            match output {
                Output::Pages(message) => {
                    self.frames += 1;
                    self.pages.iter_mut().filter(|page| page.listens).for_each(|page| page.hear(&message));
                }
                Output::Page(viewer, message) => self.told.push((viewer, message)),
                Output::Event(event) => {
                    if let Event::Chat { message } = &*event
                        && !self.said.insert(message.id)
                    {
                        self.put_back.insert(message.id);
                    }
                    self.events.push(*event);
                }
            }
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        let end = self.now.instant + by;
        while let Some(due) = self.chat.timeout().filter(|due| *due <= end) {
            self.pass(due.saturating_duration_since(self.now.instant));
            self.act(|chat, now| chat.tick(now));
        }
        self.pass(end - self.now.instant);
    }

    fn pass(&mut self, by: Duration) {
        self.now.instant += by;
        self.now.unix_ms += by.as_millis() as u64;
    }

    /// A page begins to listen, or does so again.
    pub(crate) fn listen(&mut self, page: usize) -> Vec<PageMessage> {
        while self.pages.len() <= page {
            self.pages.push(Page::default());
        }
        let newest = self.pages[page].newest;
        let answer = self.chat.since(newest, Some(speaker(1000 + page as u32)));
        self.pages[page].ahead.clear();
        answer.iter().for_each(|message| self.pages[page].hear(message));
        self.pages[page].ahead = self.chat.untold().iter().map(|message| message.id).collect();
        self.pages[page].listens = true;
        answer
    }

    pub(crate) fn say(&mut self, who: u32, text: &str) -> Result<(), ChatRefusal> {
        self.reply(who, text, None).map_err(|refused| refused.code)
    }

    pub(crate) fn reply(&mut self, who: u32, text: &str, to: Option<MessageId>) -> Result<(), Refused> {
        self.act(|chat, now| chat.say(speaker(who), text, to, now))
    }

    pub(crate) fn name(&mut self, who: u32, name: &str) -> Result<(), ChatRefusal> {
        self.act(|chat, now| chat.name(speaker(who), name, now)).map_err(|refused| refused.code)
    }

    /// The texts that a page shows.
    pub(crate) fn texts(&self, page: usize) -> Vec<&str> {
        self.pages[page].lines.values().map(|line| line.text.as_str()).collect()
    }

    /// The last message that was told.
    pub(crate) fn last(&self) -> ChatMessage {
        let said = |event: &Event| match event {
            Event::Chat { message } => Some((**message).clone()),
            _ => None,
        };
        self.events.iter().rev().find_map(said).expect("something was said")
    }

    pub(crate) fn told_of(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}
