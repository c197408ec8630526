//! What viewers say: whether it is taken, and as what.

use super::{AROUND, Chat, REACTION_PACE};
use crate::names;
use crate::pace::Rate;
use crate::people::{PersonId, Speaker};
use crate::{links, text};
use audience::Now;
use protocol::{ChatMessage, ChatMode, ChatRefusal, Event, MessageId, PageHello};
use std::time::Duration;

/// Longest message, in characters as people count them.
const MAX_CHARACTERS: usize = 500;

/// Longest message, bytes: a character of many code points is bounded by this.
const MAX_BYTES: usize = 4000;

/// A message counts as one for each so many bytes that it begins: five lines of any script are as they were, and nobody has the
/// broadcaster's line carry five of the longest to a thousand pages in a breath.
pub(super) const COUNTS_AS_ONE: usize = 1000;

/// Names and hands of one viewer.
const OTHERS: Rate = Rate { most: 10, within: Duration::from_secs(20) };

/// Reactions of one viewer.
const REACTIONS: Rate = Rate { most: 10, within: Duration::from_secs(5) };

/// Why something was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What a program tells apart.
    pub code: ChatRefusal,
    /// When it may be tried again.
    pub retry_after: Option<Duration>,
}

impl From<ChatRefusal> for Refused {
    fn from(code: ChatRefusal) -> Refused {
        Refused { code, retry_after: None }
    }
}

impl Refused {
    fn for_now(code: ChatRefusal, retry_after: Duration) -> Refused {
        Refused { code, retry_after: Some(retry_after) }
    }
}

impl Chat {
    /// A viewer writes to everybody.
    pub fn say(&mut self, speaker: Speaker, said: &str, reply_to: Option<MessageId>, now: Now) -> Result<(), Refused> {
        let id = self.may_speak(speaker, now)?;
        self.keeps_the_pace(id, said.len().div_ceil(COUNTS_AS_ONE), now)?;
        let text = worth_saying(said)?;
        if !self.links && links::has_link(&text) {
            return Err(ChatRefusal::NoLinks.into());
        }
        if self.words.is_in(&text) {
            return Err(ChatRefusal::UnwantedWord.into());
        }
        if reply_to.is_some_and(|id| self.lines.shown(id).is_none()) {
            return Err(ChatRefusal::UnknownMessage.into());
        }
        let taken = self.allowance.take(AROUND + text.len(), now.instant);
        taken.map_err(|wait| Refused::for_now(ChatRefusal::TooFast, wait))?;
        let name = self.name_of(id, speaker);
        let above = self
            .lines
            .last_shown()
            .filter(|above| !above.host && above.viewer.is_some_and(|above| self.people.of(above) != Some(id)));
        let above = above.map(|above| above.colour);
        if let Some(person) = self.people.get_mut(id) {
            person.wrote = Some(now.instant);
        }
        let message = ChatMessage {
            id: self.lines.next(),
            at: now.unix_ms,
            viewer: Some(speaker.viewer),
            name,
            host: false,
            colour: self.people.colour(id, above),
            text,
            reply_to,
        };
        let message = self.lines.add(message, Some(id));
        self.tell(message, now.instant);
        Ok(())
    }

    /// A viewer chooses a name.
    pub fn name(&mut self, speaker: Speaker, wanted: &str, now: Now) -> Result<(), Refused> {
        let id = self.meet(speaker, now)?;
        self.other(id, now)?;
        let name = names::name(wanted)?;
        if self.words.is_in(&name.shown) {
            return Err(ChatRefusal::UnwantedWord.into());
        }
        let name = self.people.call(id, name);
        self.event(Event::Name { viewer: speaker.viewer, name });
        self.tell_person(id);
        Ok(())
    }

    /// A viewer reacts to the picture.
    pub fn react(&mut self, speaker: Speaker, emoji: &str, now: Now) -> Result<(), Refused> {
        let id = self.may_speak(speaker, now)?;
        if !PageHello::REACTIONS.contains(&emoji) {
            return Err(ChatRefusal::BadReaction.into());
        }
        let person = self.people.get_mut(id).expect("whom we have just met");
        let paced = person.reactions.take(REACTIONS, now.instant);
        paced.map_err(|wait| Refused::for_now(ChatRefusal::TooFast, wait))?;
        *self.reactions.entry(emoji.to_owned()).or_default() += 1;
        self.reactions_due.get_or_insert(now.instant + REACTION_PACE);
        Ok(())
    }

    /// A viewer raises a hand, or takes it down.
    pub fn hand(&mut self, speaker: Speaker, up: bool, now: Now) -> Result<(), Refused> {
        let id = self.meet(speaker, now)?;
        self.other(id, now)?;
        if !up {
            self.put_hand_down(speaker.viewer);
        } else if !self.hands.contains(&speaker.viewer) {
            self.hands.push(speaker.viewer);
            self.event(Event::Hand { viewer: speaker.viewer, up: true });
        }
        self.tell_person(id);
        Ok(())
    }

    fn meet(&mut self, speaker: Speaker, now: Now) -> Result<PersonId, Refused> {
        if !self.live {
            return Err(ChatRefusal::NotWatching.into());
        }
        Ok(self.people.meet(speaker, now.instant))
    }

    /// May write at all, however much.
    fn may_speak(&mut self, speaker: Speaker, now: Now) -> Result<PersonId, Refused> {
        if self.live && self.mode == ChatMode::Off {
            return Err(ChatRefusal::ChatOff.into());
        }
        let id = self.meet(speaker, now)?;
        let person = self.people.get(id).expect("whom we have just met");
        if let Some(mute) = person.mute {
            let retry_after = mute.until.map(|(until, _)| until.saturating_duration_since(now.instant));
            return Err(Refused { code: ChatRefusal::Muted, retry_after });
        }
        if self.mode == ChatMode::Admitted && !person.admitted {
            return Err(ChatRefusal::NotAdmitted.into());
        }
        Ok(id)
    }

    /// Neither too much at once, nor too soon for slow mode. What is refused after this counts as well: each try is looked at.
    fn keeps_the_pace(&mut self, id: PersonId, count: usize, now: Now) -> Result<(), Refused> {
        let (limits, slow) = (self.limits, self.slow);
        let person = self.people.get_mut(id).expect("whom we have just met");
        if let Err(wait) = person.messages.take_some(count, limits.messages, now.instant) {
            if person.strikes.one_more(now.instant) {
                self.silence(id, Some(limits.mute), now);
                return Err(Refused::for_now(ChatRefusal::Muted, limits.mute));
            }
            return Err(Refused::for_now(ChatRefusal::TooFast, wait));
        }
        let next = person.wrote.map(|wrote| wrote + slow).filter(|next| *next > now.instant);
        next.map_or(Ok(()), |next| Err(Refused::for_now(ChatRefusal::SlowMode, next - now.instant)))
    }

    /// What comes seldom, and is told to the panel each time.
    fn other(&mut self, id: PersonId, now: Now) -> Result<(), Refused> {
        let person = self.people.get_mut(id).expect("whom we have just met");
        person.others.take(OTHERS, now.instant).map_err(|wait| Refused::for_now(ChatRefusal::TooFast, wait))
    }

    /// What the speaker is called; who chose nothing is a guest.
    fn name_of(&mut self, id: PersonId, speaker: Speaker) -> String {
        if let Some(name) = self.people.get(id).and_then(|person| person.name()) {
            return name.to_owned();
        }
        let guest = names::name(&format!("Guest {}", speaker.viewer)).expect("it is short, and nobody else's");
        let name = self.people.call(id, guest);
        self.event(Event::Name { viewer: speaker.viewer, name: name.clone() });
        self.tell_person(id);
        name
    }
}

/// The text as others see it.
pub(super) fn worth_saying(said: &str) -> Result<String, ChatRefusal> {
    if said.len() > MAX_BYTES {
        return Err(ChatRefusal::TooLong);
    }
    let text = text::clean(said);
    if !text::shows(&text) {
        return Err(ChatRefusal::Empty);
    }
    if text::characters(&text) > MAX_CHARACTERS {
        return Err(ChatRefusal::TooLong);
    }
    Ok(text)
}
