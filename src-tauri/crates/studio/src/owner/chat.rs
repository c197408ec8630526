//! The chat's part of the owner: what pages say, what the broadcaster does about it, and who is told.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::studio::CommandError;
use ::chat::{Output, Refused, Rejected, Speaker};
use audience::{Now, To};
use protocol::{ChatRefusal, Command, ErrorCode, Event, PageHello, PageMessage, ViewerId};
use server::PageId;
use std::path::PathBuf;
use words::{Said, said};

/// What a message takes on its way besides its words, bytes.
const AROUND: usize = 160;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A page says something that concerns the chat. Who says it is who holds the session that the page named, and nothing else that it
    /// may say of itself; who was not let in, or was removed, is told nothing.
    pub(super) fn page_chats(&mut self, page: PageId, hello: PageHello, now: Now) {
        if let (PageHello::Name { name }, Some(visitor)) = (&hello, self.door.waits(page).cloned()) {
            if let Some(name) = ::chat::name_to_show(name) {
                self.admission.waits_by_name(&visitor, &name);
                self.carry_out_quietly(now);
            }
            return;
        }
        let act = hello.act();
        let said = self.said_in_chat(page, hello, now);
        self.carry_out_chat();
        if let (Err(Refused { code, retry_after }), Some(of)) = (said, act) {
            if self.door.viewer_of(page).is_some_and(|viewer| self.chat.has_untold_of(viewer)) {
                self.door.tell_ahead(page, self.chat.untold());
            }
            let retry_after_s = retry_after.map(|wait| wait.as_secs_f32().ceil() as u32);
            self.door.tell_page(page, PageMessage::Refused { code, of, retry_after_s });
        }
    }

    fn said_in_chat(&mut self, page: PageId, hello: PageHello, now: Now) -> Result<(), Refused> {
        if hello == PageHello::ChatClosed {
            self.door.show_chat(page, false);
            return Ok(());
        }
        let let_in = self.door.viewer_of(page).ok_or(ChatRefusal::NotWatching)?;
        let speaker = self.speaker(let_in).ok_or(ChatRefusal::NotWatching)?;
        if let PageHello::ChatSince { message } = hello {
            let may = self.door.asks_for_chat(page, now);
            may.map_err(|wait| Refused { code: ChatRefusal::TooFast, retry_after: Some(wait) })?;
            let answer = self.chat.since(message, Some(speaker));
            self.door.told_of_chat(page, weight(&answer), now);
            answer.into_iter().for_each(|message| self.door.tell_page(page, message));
            self.door.show_chat(page, true);
            self.door.is_ahead(page, self.chat.untold());
            return Ok(());
        }
        if !self.admission.audience().is_watching(let_in) {
            return Err(ChatRefusal::NotWatching.into());
        }
        match hello {
            PageHello::Say { text, reply_to } => self.chat.say(speaker, &text, reply_to, now),
            PageHello::Name { name } => self.chat.name(speaker, &name, now),
            PageHello::React { emoji } => self.chat.react(speaker, &emoji, now),
            PageHello::Hand { up } => self.chat.hand(speaker, up, now),
            PageHello::ChatSince { .. }
            | PageHello::ChatClosed
            | PageHello::Watching { .. }
            | PageHello::Quality { .. }
            | PageHello::Path { .. }
            | PageHello::Latency { .. } => Ok(()),
        }
    }

    /// The broadcaster does something about the chat.
    pub(super) fn moderate(&mut self, command: Command, now: Now) -> Result<(), CommandError> {
        let done = match command {
            Command::Say { text, reply_to } => self.chat.say_as_host(&text, reply_to, now),
            Command::DeleteMessage { message } => self.chat.delete(&[message]),
            Command::DeleteMessages { viewer } => self.chat.delete_of(viewer, self.speaker(viewer)),
            Command::RestoreMessages { messages } => self.chat.restore(&messages),
            Command::Mute { viewer, seconds } => self.chat.mute(viewer, self.speaker(viewer), seconds, now),
            Command::Unmute { viewer } => self.chat.unmute(viewer, self.speaker(viewer), now),
            Command::SlowMode { seconds } => self.chat.slow_mode(seconds),
            Command::Chat { mode } => {
                self.chat.set_mode(mode);
                Ok(())
            }
            Command::Pin { message } => self.chat.pin(message),
            Command::UnwantedWords { words } => self.chat.set_words(words),
            Command::LinksInChat { on } => {
                self.chat.set_links(on);
                Ok(())
            }
            Command::LowerHand { viewer } => self.chat.lower_hand(viewer),
            Command::SaveChat { path, format } => {
                if std::mem::replace(&mut self.saving_chat, true) {
                    let message = said!("now.saving");
                    return Err(CommandError { code: ErrorCode::WrongState, message });
                }
                self.background.save_chat(path.map(PathBuf::from), format, self.chat.transcript());
                Ok(())
            }
            other => unreachable!("{other:?} does not concern the chat"),
        };
        self.carry_out_chat();
        done.map_err(|Rejected { code, message }| CommandError { code, message })
    }

    /// The chat was saved, or could not be.
    pub(super) fn chat_saved(&mut self, saved: Result<(String, u32), Said>, now: Now) {
        self.saving_chat = false;
        match saved {
            Ok((path, messages)) => self.events.tell(Event::ChatSaved { path, messages }),
            Err(message) => self.events.complain(ErrorCode::Storage, message, now.instant),
        }
    }

    /// What the panel is about to be told of a viewer may concern what it said.
    pub(super) fn people_changed(&mut self, event: &Event, now: Now) {
        match event {
            Event::ViewerJoined { viewer } => {
                if let Some(speaker) = self.speaker(viewer.id) {
                    self.chat.joined(speaker, now);
                }
            }
            Event::ViewerLeft { viewer, .. } => self.chat.left(*viewer),
            Event::Removed { viewer } => self.chat.removed(viewer.id, self.speaker(viewer.id)),
            Event::Forgiven { viewer } => self.chat.forgiven(*viewer),
            _ => {}
        }
    }

    /// Something in the chat may fall due.
    pub(super) fn chat_is_due(&mut self, now: Now) {
        if self.chat.timeout().is_some_and(|due| now.instant >= due) {
            self.chat.tick(now);
            self.carry_out_chat();
        }
    }

    /// Tells pages and panel what follows from what was said or done.
    pub(super) fn carry_out_chat(&mut self) {
        while let Some(output) = self.chat.poll() {
            match output {
                Output::Pages(message) => self.door.tell_chatting(message),
                Output::Page(viewer, message) => self.door.tell(To::Viewer(viewer), message),
                Output::Event(event) => self.events.tell(*event),
            }
        }
    }

    /// As whom a viewer speaks: one that was let in, or left a moment ago.
    fn speaker(&self, viewer: ViewerId) -> Option<Speaker> {
        let visitor = self.admission.audience().visitor(viewer)?;
        Some(Speaker { viewer, cookie: visitor.cookie })
    }
}

/// About how many bytes a page is sent.
fn weight(answer: &[PageMessage]) -> usize {
    let of = |message: &PageMessage| match message {
        PageMessage::Chat { messages } => {
            messages.iter().map(|message| AROUND + message.name.len() + message.text.len()).sum()
        }
        PageMessage::ChatDeleted { messages } => AROUND + 16 * messages.len(),
        _ => AROUND,
    };
    answer.iter().map(of).sum()
}
