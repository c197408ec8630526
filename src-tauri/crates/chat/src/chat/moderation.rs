//! What the broadcaster does with the chat.

use super::{Chat, says};
use crate::people::{Mute, PersonId, Speaker};
use crate::words::{MAX_WORD, MAX_WORDS, Words};
use audience::Now;
use protocol::{ChatMessage, ChatMode, ChatRefusal, ErrorCode, Event, MessageId, ViewerId};
use std::time::Duration;
use words::{Said, said};

/// What the broadcaster is called on the wire; pages say it in their own language, by `host`.
pub const HOST: &str = "Broadcaster";

/// The longest mute that has an end, and the slowest slow mode: a day.
const LONGEST: u32 = 24 * 3600;

/// A command that cannot be carried out; nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What a program tells apart.
    pub code: ErrorCode,
    /// For people: the cause and the remedy.
    pub message: Said,
}

fn rejected(code: ErrorCode, message: Said) -> Rejected {
    Rejected { code, message }
}

impl Chat {
    /// The broadcaster writes to everybody. Rules and rates are for viewers.
    pub fn say_as_host(&mut self, said: &str, reply_to: Option<MessageId>, now: Now) -> Result<(), Rejected> {
        if !self.live {
            return Err(rejected(ErrorCode::WrongState, said!("now.nobody_reads")));
        }
        if self.mode == ChatMode::Off {
            return Err(rejected(ErrorCode::WrongState, said!("now.chat_off")));
        }
        let text = says::worth_saying(said).map_err(|refusal| match refusal {
            ChatRefusal::TooLong => rejected(ErrorCode::BadMessage, said!("chat.long")),
            _ => rejected(ErrorCode::BadMessage, said!("chat.empty")),
        })?;
        if let Some(id) = reply_to {
            self.is_shown(id)?;
        }
        let (id, at, name) = (self.lines.next(), now.unix_ms, HOST.to_owned());
        let message = ChatMessage { id, at, viewer: None, name, host: true, colour: 0, text, reply_to };
        let message = self.lines.add(message, None);
        self.tell(message, now.instant);
        Ok(())
    }

    /// Takes messages out.
    pub fn delete(&mut self, ids: &[MessageId]) -> Result<(), Rejected> {
        ids.iter().try_for_each(|id| self.is_shown(*id))?;
        self.flush(None);
        let deleted = self.lines.delete(ids);
        self.tell_deleted(deleted);
        Ok(())
    }

    /// Takes all out that a viewer wrote.
    pub fn delete_of(&mut self, viewer: ViewerId, speaker: Option<Speaker>) -> Result<(), Rejected> {
        let Some(person) = self.find(viewer, speaker) else {
            // Somebody who watches and wrote nothing has nothing to be deleted.
            return speaker.map(|_| ()).ok_or_else(|| unknown(viewer));
        };
        self.flush(None);
        let deleted = self.lines.delete_of(person, crate::lines::Gone::Deleted);
        self.tell_deleted(deleted);
        Ok(())
    }

    /// Puts deleted messages back.
    pub fn restore(&mut self, ids: &[MessageId]) -> Result<(), Rejected> {
        let back = self.lines.restore(ids);
        if back.is_empty() {
            return Err(rejected(ErrorCode::UnknownMessage, said!("chat.undeleted")));
        }
        self.tell_again(back);
        Ok(())
    }

    /// Lets a viewer read only, for so many seconds or until unmuted. `speaker`: where it is known who that is.
    pub fn mute(
        &mut self,
        viewer: ViewerId,
        speaker: Option<Speaker>,
        seconds: Option<u32>,
        now: Now,
    ) -> Result<(), Rejected> {
        if seconds.is_some_and(|seconds| !(1..=LONGEST).contains(&seconds)) {
            return Err(rejected(ErrorCode::BadSetting, said!("chat.mute", most = LONGEST)));
        }
        let person = self.known(viewer, speaker, now)?;
        self.silence(person, seconds.map(|seconds| Duration::from_secs(seconds.into())), now);
        Ok(())
    }

    /// Lets a viewer write. `speaker`: where it is known who that is.
    pub fn unmute(&mut self, viewer: ViewerId, speaker: Option<Speaker>, now: Now) -> Result<(), Rejected> {
        let person = self.known(viewer, speaker, now)?;
        self.let_speak(person);
        Ok(())
    }

    /// Least time between two messages of a viewer.
    pub fn slow_mode(&mut self, seconds: u32) -> Result<(), Rejected> {
        if seconds > LONGEST {
            return Err(rejected(ErrorCode::BadSetting, said!("chat.slow", most = LONGEST)));
        }
        self.slow = Duration::from_secs(seconds.into());
        self.tell_state();
        Ok(())
    }

    /// Who may write.
    pub fn set_mode(&mut self, mode: ChatMode) {
        if mode == ChatMode::Admitted && self.mode != mode {
            self.people.all_mut().for_each(|person| person.admitted |= person.wrote.is_some());
        }
        self.mode = mode;
        self.tell_state();
    }

    /// Whether viewers may send links.
    pub fn set_links(&mut self, on: bool) {
        self.links = on;
        self.tell_state();
    }

    /// What viewers may not write.
    pub fn set_words(&mut self, words: Vec<String>) -> Result<(), Rejected> {
        if words.len() > MAX_WORDS || words.iter().any(|word| word.len() > MAX_WORD) {
            let message = said!("chat.words", most = MAX_WORDS, long = MAX_WORD);
            return Err(rejected(ErrorCode::BadSetting, message));
        }
        self.words = Words::new(words);
        self.tell_state();
        Ok(())
    }

    /// Has one message stand above all others, or none.
    pub fn pin(&mut self, id: Option<MessageId>) -> Result<(), Rejected> {
        if let Some(id) = id {
            self.is_shown(id)?;
        }
        self.pinned = id.and_then(|id| self.lines.shown(id).cloned());
        self.tell_state();
        Ok(())
    }

    /// Takes a viewer's hand down.
    pub fn lower_hand(&mut self, viewer: ViewerId) -> Result<(), Rejected> {
        if !self.put_hand_down(viewer) {
            return Err(rejected(ErrorCode::UnknownViewer, said!("viewer.no_hand", viewer = viewer.0)));
        }
        if let Some(person) = self.people.of(viewer) {
            self.tell_person(person);
        }
        Ok(())
    }

    /// Nothing more is heard of a person, for so long or until unmuted.
    pub(super) fn silence(&mut self, id: PersonId, how_long: Option<Duration>, now: Now) {
        let until = how_long.map(|long| (now.instant + long, now.unix_ms + long.as_millis() as u64));
        let Some(person) = self.people.get_mut(id) else { return };
        person.mute = Some(Mute { until });
        if let Some((until, _)) = until {
            self.mutes.insert((until, id));
        }
        if let Some(viewer) = self.people.get(id).and_then(|person| person.viewer()) {
            self.event(Event::Muted { viewer, until: until.map(|(_, unix_ms)| unix_ms) });
        }
        self.tell_person(id);
    }

    /// The broadcaster says that a person may write: also while only those may who were admitted.
    fn let_speak(&mut self, id: PersonId) {
        if let Some(person) = self.people.get_mut(id) {
            person.admitted = true;
        }
        self.mute_is_over(id);
    }

    /// The time of a mute is over. Nobody was admitted by that.
    pub(super) fn mute_is_over(&mut self, id: PersonId) {
        let Some(person) = self.people.get_mut(id) else { return };
        person.mute = None;
        if let Some(viewer) = person.viewer() {
            self.event(Event::Unmuted { viewer });
        }
        self.tell_person(id);
    }

    /// The person, who is known from now on if it watches.
    fn known(&mut self, viewer: ViewerId, speaker: Option<Speaker>, now: Now) -> Result<PersonId, Rejected> {
        let found = self.find(viewer, speaker);
        let person = found.or_else(|| speaker.map(|speaker| self.people.meet(speaker, now.instant)));
        person.ok_or_else(|| unknown(viewer))
    }

    fn is_shown(&self, id: MessageId) -> Result<(), Rejected> {
        let there = self.lines.shown(id).map(|_| ());
        there.ok_or_else(|| rejected(ErrorCode::UnknownMessage, said!("chat.no_message", id = id.0)))
    }
}

fn unknown(viewer: ViewerId) -> Rejected {
    rejected(ErrorCode::UnknownViewer, said!("viewer.none", viewer = viewer.0))
}
