//! The state machine: what is said, what comes of it, and what falls due.

mod moderation;
mod says;

pub use moderation::{HOST, Rejected};
pub use says::Refused;

use crate::lines::{CATCH_UP, Gone, Lines};
use crate::pace::{Allowance, Rate};
use crate::people::{Mute, People, Person, PersonId, Speaker};
use crate::words::Words;
use audience::Now;
use protocol::{
    ChatMode, ChatSnapshot, Event, MessageId, MutedViewer, PageMessage, SharedMessage, ViewerId, ViewerName,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

/// What is said within so long of a frame goes into the next one: a busy second is twenty frames to each page, and nobody sees it.
const FRAME_PACE: Duration = Duration::from_millis(50);

/// Most messages in one frame.
pub const FRAME: usize = 100;

/// Most bytes in one frame. A page has five seconds to take each, or is not there any more: a line of 64 kbit/s carries so much.
const FRAME_BYTES: usize = 32 * 1024;

/// Who was away is given no more bytes of what came meanwhile, nor is anybody of what is there again: as many as find room in frames at
/// once where a page waits for them.
const CATCH_UP_BYTES: usize = 384 * 1024;

/// What a message takes on its way besides its name and its words, bytes.
const AROUND: usize = 160;

/// Reactions are counted for so long before they are told.
const REACTION_PACE: Duration = Duration::from_millis(250);

/// All viewers together may have as much told as so many that write on and on, each message as long as counts as one. It goes to each
/// page that shows the chat, by the line that pictures need, and who writes may be as many viewers as they like.
const WRITERS: f64 = 64.0;

/// How much a viewer may write, and what becomes of who writes on and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one viewer.
    pub messages: Rate,
    /// Who goes on all the same is muted for this.
    pub mute: Duration,
}

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Tell the pages that show the chat.
    Pages(PageMessage),
    /// Tell the page of this viewer.
    Page(ViewerId, PageMessage),
    /// Tell the panel and scripts.
    Event(Box<Event>),
}

/// What people say. See the crate's page for its contract.
#[derive(Debug)]
pub struct Chat {
    limits: Limits,
    /// Of all viewers.
    allowance: Allowance,
    live: bool,
    mode: ChatMode,
    slow: Duration,
    links: bool,
    words: Words,
    pinned: Option<SharedMessage>,
    lines: Lines,
    people: People,
    /// Up, in the order in which they were raised.
    hands: Vec<ViewerId>,
    /// Who was removed, by the id that undoes it.
    removed: HashMap<ViewerId, PersonId>,
    /// When mutes end.
    mutes: BTreeSet<(Instant, PersonId)>,
    /// Said, and not told yet.
    waiting: Vec<SharedMessage>,
    told: Option<Instant>,
    reactions: BTreeMap<String, u32>,
    reactions_due: Option<Instant>,
    outputs: VecDeque<Output>,
}

impl Chat {
    /// Nothing is live, so nobody may write.
    pub fn new(limits: Limits) -> Chat {
        let Rate { most, within } = limits.messages;
        let of_one = f64::from(most) / within.as_secs_f64().max(1.0) * says::COUNTS_AS_ONE as f64;
        Chat {
            limits,
            allowance: Allowance::new(WRITERS * of_one.max(1.0)),
            live: false,
            mode: ChatMode::Everyone,
            slow: Duration::ZERO,
            links: true,
            words: Words::default(),
            pinned: None,
            lines: Lines::new(0, None),
            people: People::default(),
            hands: Vec::new(),
            removed: HashMap::new(),
            mutes: BTreeSet::new(),
            waiting: Vec::new(),
            told: None,
            reactions: BTreeMap::new(),
            reactions_due: None,
            outputs: VecDeque::new(),
        }
    }

    /// A broadcast begins, with an empty chat. The rules are what they were.
    pub fn begin(&mut self, now: Now) {
        self.live = true;
        self.lines = Lines::new(now.unix_ms, Some(&self.lines));
        self.people = People::default();
        self.pinned = None;
        self.hands.clear();
        self.removed.clear();
        self.mutes.clear();
        self.waiting.clear();
        self.reactions.clear();
        self.tell_state();
    }

    /// The broadcast is over: nobody is told anything more of it. What was said can be saved until the next begins.
    pub fn end(&mut self) {
        self.flush(None);
        self.live = false;
        self.reactions.clear();
        self.reactions_due = None;
    }

    /// Media flows to a viewer; it may be somebody who was here before.
    pub fn joined(&mut self, speaker: Speaker, now: Now) {
        if self.live && self.people.with(speaker).is_some() {
            let person = self.people.meet(speaker, now.instant);
            if let Some(name) = self.people.get(person).and_then(|person| person.name()) {
                let event = Event::Name { viewer: speaker.viewer, name: name.to_owned() };
                self.event(event);
            }
        }
    }

    /// A viewer is gone.
    pub fn left(&mut self, viewer: ViewerId) {
        self.put_hand_down(viewer);
    }

    /// A viewer was removed: what it wrote goes with it. `speaker`: where it is known who that was.
    pub fn removed(&mut self, viewer: ViewerId, speaker: Option<Speaker>) {
        let Some(person) = self.find(viewer, speaker).filter(|_| self.live) else { return };
        self.removed.insert(viewer, person);
        self.flush(None);
        let deleted = self.lines.delete_of(person, Gone::Removed);
        self.tell_deleted(deleted);
    }

    /// The removal was undone: what the viewer wrote is there again.
    pub fn forgiven(&mut self, viewer: ViewerId) {
        let Some(person) = self.removed.remove(&viewer) else { return };
        let back = self.lines.restore_of(person);
        self.tell_again(back);
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Chat::tick`] is to be called.
    pub fn timeout(&self) -> Option<Instant> {
        let frame = self.told.filter(|_| !self.waiting.is_empty()).map(|told| told + FRAME_PACE);
        let mute = self.mutes.first().map(|(until, _)| *until);
        [frame, mute, self.reactions_due].into_iter().flatten().min()
    }

    /// That time has come.
    pub fn tick(&mut self, now: Now) {
        if self.told.is_none_or(|told| now.instant >= told + FRAME_PACE) {
            self.flush(Some(now.instant));
        }
        if self.reactions_due.take_if(|due| now.instant >= *due).is_some() {
            let counts = std::mem::take(&mut self.reactions);
            self.outputs.push_back(Output::Pages(PageMessage::Reactions { counts: counts.clone() }));
            self.event(Event::Reactions { counts });
        }
        while let Some((until, person)) = self.mutes.first().copied().filter(|(until, _)| now.instant >= *until) {
            self.mutes.pop_first();
            let over = |mute: &Mute| mute.until.is_some_and(|(over, _)| over == until);
            if self.people.get(person).and_then(|person| person.mute).is_some_and(|mute| over(&mute)) {
                self.mute_is_over(person);
            }
        }
    }

    /// What was said, and the pages that show the chat are told with the next frame, however many ask for it before.
    pub fn untold(&self) -> &[SharedMessage] {
        &self.waiting
    }

    /// Some of that is this viewer's. Before it is told that something was not taken, it is to hear what was: so it knows by the order
    /// which of its messages that is.
    pub fn has_untold_of(&self, viewer: ViewerId) -> bool {
        self.waiting.iter().any(|message| message.viewer == Some(viewer))
    }

    /// What a page is told that begins to show the chat, having this message as its newest: then it is to be told what comes. What is
    /// [untold](Chat::untold) to others is among it.
    pub fn since(&self, newest: Option<MessageId>, speaker: Option<Speaker>) -> Vec<PageMessage> {
        let mut answer = vec![self.state()];
        if self.live {
            let missed = self.lines.since(newest);
            if !missed.deleted.is_empty() {
                answer.push(PageMessage::ChatDeleted { messages: missed.deleted });
            }
            answer.extend(frames(lately(&missed.messages)));
        }
        answer.push(self.you(speaker));
        answer
    }

    /// Everything as it is now; the names of those of whom `watches` is true.
    pub fn snapshot(&self, watches: impl Fn(ViewerId) -> bool) -> ChatSnapshot {
        let named = |viewer: ViewerId, name: &str| ViewerName { viewer, name: name.to_owned() };
        let of_one = |person: &Person| {
            let name = person.name().unwrap_or_default().to_owned();
            person
                .viewers()
                .filter(|viewer| watches(*viewer))
                .map(move |viewer| named(viewer, &name))
                .collect::<Vec<_>>()
        };
        let mut names: Vec<_> = self.people.all().filter(|person| person.name().is_some()).flat_map(of_one).collect();
        names.sort_by_key(|name| name.viewer);
        let muted = self.people.all().filter_map(|person| {
            let until = person.mute?.until.map(|(_, unix_ms)| unix_ms);
            Some(MutedViewer { viewer: person.viewer()?, until })
        });
        let mut muted: Vec<_> = muted.collect();
        muted.sort_by_key(|muted| muted.viewer);
        ChatSnapshot {
            mode: self.mode,
            slow_s: self.slow.as_secs() as u32,
            links: self.links,
            unwanted_words: self.words.written().to_vec(),
            pinned: self.pinned.clone(),
            messages: self.lines.history(),
            names,
            muted,
            hands: self.hands.clone(),
        }
    }

    /// All that was said in this broadcast, or the one before while none runs.
    pub fn transcript(&self) -> Vec<SharedMessage> {
        self.lines.all().cloned().collect()
    }

    /// Tells the pages what was said and they were not told yet.
    fn flush(&mut self, now: Option<Instant>) {
        if !self.waiting.is_empty() {
            let messages = std::mem::take(&mut self.waiting);
            self.outputs.extend(frames(&messages).map(Output::Pages));
            self.told = now.or(self.told);
        }
    }

    /// A message is said. What waits is one frame at most: who is told it before the others is told it at once.
    fn tell(&mut self, message: SharedMessage, now: Instant) {
        self.event(Event::Chat { message: message.clone() });
        if self.waiting.iter().chain([&message]).map(weight).sum::<usize>() > FRAME_BYTES {
            self.flush(Some(now));
        }
        self.waiting.push(message);
        if self.waiting.len() >= FRAME || self.told.is_none_or(|told| now >= told + FRAME_PACE) {
            self.flush(Some(now));
        }
    }

    /// Messages are there again. What nobody would be told any more who was away is not told to others either.
    fn tell_again(&mut self, messages: Vec<SharedMessage>) {
        let messages = lately(&messages);
        self.outputs.extend(frames(messages).map(Output::Pages));
        messages.iter().for_each(|message| self.event(Event::Chat { message: message.clone() }));
    }

    fn tell_deleted(&mut self, messages: Vec<MessageId>) {
        if messages.is_empty() {
            return;
        }
        if self.pinned.as_ref().is_some_and(|pinned| messages.contains(&pinned.id)) {
            self.pinned = None;
            self.tell_state();
        }
        self.outputs.push_back(Output::Pages(PageMessage::ChatDeleted { messages: messages.clone() }));
        self.event(Event::ChatDeleted { messages });
    }

    fn tell_state(&mut self) {
        let state = self.state();
        self.outputs.push_back(Output::Pages(state));
        self.event(Event::ChatState {
            mode: self.mode,
            slow_s: self.slow.as_secs() as u32,
            links: self.links,
            pinned: self.pinned.clone(),
            unwanted_words: self.words.written().to_vec(),
        });
    }

    fn state(&self) -> PageMessage {
        PageMessage::ChatState {
            mode: self.mode,
            slow_s: self.slow.as_secs() as u32,
            links: self.links,
            pinned: self.pinned.clone().filter(|_| self.live),
            first: self.lines.first(),
        }
    }

    /// What somebody is in the chat.
    fn you(&self, speaker: Option<Speaker>) -> PageMessage {
        let person = speaker.and_then(|speaker| self.people.with(speaker)).and_then(|id| self.people.get(id));
        self.is(speaker.map(|speaker| speaker.viewer), person)
    }

    fn is(&self, viewer: Option<ViewerId>, person: Option<&Person>) -> PageMessage {
        let mute = person.and_then(|person| person.mute);
        PageMessage::You {
            viewer,
            name: person.and_then(|person| person.name()).map(str::to_owned),
            muted: mute.is_some(),
            until: mute.and_then(|mute| mute.until).map(|(_, unix_ms)| unix_ms),
            hand: viewer.is_some_and(|viewer| self.hands.contains(&viewer)),
        }
    }

    /// Tells each page of a person what it is.
    fn tell_person(&mut self, id: PersonId) {
        let Some(person) = self.people.get(id) else { return };
        let told: Vec<_> = person.viewers().map(|viewer| (viewer, self.is(Some(viewer), Some(person)))).collect();
        self.outputs.extend(told.into_iter().map(|(viewer, message)| Output::Page(viewer, message)));
    }

    fn find(&self, viewer: ViewerId, speaker: Option<Speaker>) -> Option<PersonId> {
        self.people.of(viewer).or_else(|| speaker.and_then(|speaker| self.people.with(speaker)))
    }

    fn put_hand_down(&mut self, viewer: ViewerId) -> bool {
        let raised = self.hands.len();
        self.hands.retain(|hand| *hand != viewer);
        let was_up = self.hands.len() < raised;
        if was_up {
            self.event(Event::Hand { viewer, up: false });
        }
        was_up
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(Box::new(event)));
    }
}

/// The last of them, as many as are told to who was away.
fn lately(messages: &[SharedMessage]) -> &[SharedMessage] {
    let mut bytes = 0;
    let fits = |message: &&SharedMessage| {
        bytes += weight(message);
        bytes <= CATCH_UP_BYTES
    };
    let many = messages.iter().rev().take(CATCH_UP).take_while(fits).count();
    &messages[messages.len() - many..]
}

/// All of them, in frames.
fn frames(messages: &[SharedMessage]) -> impl Iterator<Item = PageMessage> {
    let mut rest = messages;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |message: &&SharedMessage| {
            bytes += weight(message);
            bytes <= FRAME_BYTES
        };
        let many = rest.iter().take(FRAME).take_while(fits).count().max(1);
        let (frame, others) = rest.split_at_checked(many)?;
        rest = others;
        Some(PageMessage::Chat { messages: frame.to_vec() })
    })
}

fn weight(message: &SharedMessage) -> usize {
    AROUND + message.name.len() + message.text.len()
}
