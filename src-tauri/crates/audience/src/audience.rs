//! The state machine: what happens on each input.

mod guests;
mod joins;
mod knocks;
mod passcodes;
mod rehearsal;
mod removing;

use crate::asks::Asks;
use crate::attempts::Attempts;
use crate::count::CountPace;
use crate::failed_joins::FailedJoins;
use crate::guests::Guests;
use crate::link::Link;
use crate::removal::{Door, Removals};
use crate::tries::Tries;
use crate::viewers::Viewers;
use crate::waiting_room::WaitingRoom;
use crate::{Input, Now, Output, Passcode, Persisted, Refusal, To, Token, Visitor};
use protocol::{Controls, ErrorCode, Event, LeaveReason, PageMessage, RemovedViewer, Rid, Viewer, ViewerId};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use words::{Said, said};

/// The timeout named while nothing is due. Nothing happens then; it only spares the owner an `Option`.
const IDLE: Duration = Duration::from_secs(3600);

/// Longest latency that a page is believed to have measured, milliseconds.
const MAX_LATENCY_MS: f32 = 60_000.0;

/// Who may watch, who is watching, who was removed. See the crate's page for its contract.
#[derive(Debug)]
pub struct Audience {
    pub(crate) link: Link,
    pub(crate) guests: Guests,
    pub(crate) viewers: Viewers,
    pub(crate) removals: Removals,
    pub(crate) live: bool,
    pub(crate) locked: bool,
    pub(crate) max_viewers: u32,
    pub(crate) passcode: Option<Passcode>,
    /// Of the private link of the rehearsal that runs, and of the last one before. Neither outlives the program.
    rehearsal: Option<Token>,
    rehearsed: Option<Token>,
    tries: Tries,
    pub(crate) waiting_room: WaitingRoom,
    title: String,
    controls: Controls,
    count: CountPace,
    attempts: Attempts,
    failed_joins: FailedJoins,
    next_id: u32,
    outputs: VecDeque<Output>,
    idle_until: Instant,
}

impl Audience {
    /// Nothing is live yet. `max_viewers` as in [`Input::SetMaxViewers`].
    pub fn new(persisted: Persisted, max_viewers: u32, now: Now) -> Self {
        let mut next_id = 1;
        let Persisted { token, retired, bans, passcode, waiting_room, guests, ended_guests } = persisted;
        Self {
            link: Link::new(token, retired),
            guests: Guests::restore(guests, ended_guests, now),
            viewers: Viewers::default(),
            removals: Removals::restore(bans, || take_id(&mut next_id)),
            live: false,
            locked: false,
            max_viewers,
            passcode,
            rehearsal: None,
            rehearsed: None,
            tries: Tries::default(),
            waiting_room: WaitingRoom::new(waiting_room),
            title: String::new(),
            controls: Controls::default(),
            count: CountPace::new(),
            attempts: Attempts::default(),
            failed_joins: FailedJoins::default(),
            next_id,
            outputs: VecDeque::new(),
            idle_until: now.instant + IDLE,
        }
    }

    /// The same, with another bound than 64 on the joins of one address whose first check came and whose handshake is not
    /// finished. Loopback is exempt.
    #[must_use]
    pub fn with_unfinished_joins(mut self, most_of_one_address: u32) -> Self {
        self.viewers.joining.set_max_checked_of_one(most_of_one_address);
        self
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Now) {
        // Places that viewers leave are told by the count, once a second: a crowd that comes and goes is no flood of messages.
        let opens = matches!(input, Input::Lock(false) | Input::SetMaxViewers(_)) && self.shut();
        match input {
            Input::GoLive => self.go_live(now),
            Input::Rehearse { token } => self.rehearse(token),
            Input::EndRehearsal => self.end_rehearsal(now),
            Input::End => self.end_broadcast(now),
            Input::JoinFailed { viewer } => self.join_failed(viewer, now),
            Input::OfferRefused { viewer, reason } => self.offer_refused(viewer, reason, now),
            Input::BadOffer { visitor, reason } => self.bad_offer(&visitor, reason, now),
            Input::PageFailed { token, visitor, viewer, code } => self.page_failed(&token, &visitor, viewer, code, now),
            Input::Answered { viewer, rejected } => self.viewers.answered(viewer, rejected),
            Input::Relayed { viewer, relay } => self.viewers.relayed(viewer, relay),
            Input::Checked { viewer } => self.checked(viewer, now),
            Input::Connected { viewer } => self.connected(viewer, now),
            Input::Gone { viewer, reason } => self.gone(viewer, reason, now),
            Input::Kick { viewer, reason } => self.remove(viewer, reason, LeaveReason::Kicked, now),
            Input::Ban { viewer, reason } => self.remove(viewer, reason, LeaveReason::Banned, now),
            Input::Block { address } => self.block(address.to_canonical(), now),
            Input::Forgive { viewer } => self.forgive(viewer, now),
            Input::Lock(on) => self.lock(on, now),
            Input::NewLink { token } => self.new_link(token, now),
            Input::SetWaitingRoom(on) => self.set_waiting_room(on, now),
            Input::Admit { viewer } => self.admit(viewer),
            Input::AdmitAll { known_only } => self.admit_all(known_only),
            Input::Refuse { viewer, reason } => self.refuse(viewer, reason, now),
            Input::MakeGuest(guest) => self.make_guest(guest, now),
            Input::RevokeGuest { name } => self.revoke_guest(&name, now),
            Input::SetPasscode(passcode) => self.set_passcode(passcode, now),
            Input::SetMaxViewers(max) => self.max_viewers = max,
            Input::SetTitle(title) => self.set_title(title),
            Input::SetControls(controls) => self.set_controls(controls),
            Input::HostAddresses(addresses) => self.removals.set_hosts(addresses),
            Input::Latency { viewer, latency_ms } => self.latency(viewer, latency_ms),
            Input::Held { viewer, layer } => self.held(viewer, layer),
            Input::Stats(stats) => self.stats(stats),
            Input::Tick => {}
        }
        if opens && !self.shut() {
            self.tell(To::All, PageMessage::Room);
        }
        self.end_silent_knocks(now);
        self.expire_guests(now);
        if self.count.take(now.instant) {
            self.tell(To::All, PageMessage::Count { watching: self.watching() });
        }
        self.idle_until = now.instant + IDLE;
    }

    /// May this visitor be shown the watch page? Also while nothing is live: the page waits. Without a cookie the visitor
    /// will be given one, so a kick that goes by address and User-Agent does not count. Holds nothing.
    pub fn visit(&self, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        self.may(Asks::Page, token, visitor, now)
    }

    /// May this visitor join? Asked before an offer is read, and answered as [`Audience::join`] would be, but holds nothing.
    pub fn knock(&self, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        self.may(Asks::Knock, token, visitor, now)
    }

    /// The next thing to do; [`Output::Timeout`] when there is no more.
    pub fn poll(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| {
            let due = [self.count.due(), self.waiting_room.due(), self.guests.due()];
            Output::Timeout(due.into_iter().flatten().fold(self.idle_until, Instant::min))
        })
    }

    /// Who is watching, in the order they were let in.
    pub fn viewers(&self) -> Vec<Viewer> {
        self.viewers.shown().cloned().collect()
    }

    /// Who was removed and can be forgiven, the latest first.
    pub fn removed(&self) -> Vec<RemovedViewer> {
        self.removals.shown().cloned().collect()
    }

    /// The oldest join that should have finished its handshake by now: it makes room, where that is missing.
    pub fn stale_join(&self, now: Now) -> Option<ViewerId> {
        self.viewers.joining.stale(now.instant)
    }

    /// How many are watching.
    pub fn watching(&self) -> u32 {
        self.viewers.watching()
    }

    /// Who is watching.
    pub fn watchers(&self) -> impl Iterator<Item = &Visitor> {
        self.viewers.watchers()
    }

    /// The glass-to-glass latencies that pages of those who watch measured last, milliseconds.
    pub fn latencies(&self) -> impl Iterator<Item = f32> {
        self.viewers.latencies()
    }

    /// The most at one time in this broadcast.
    pub fn peak(&self) -> u32 {
        self.viewers.peak()
    }

    /// Who a viewer is: one that was let in, or one that left a moment ago.
    pub fn visitor(&self, viewer: ViewerId) -> Option<&Visitor> {
        self.viewers.visitor(viewer)
    }

    /// The layer that this viewer holds; none: it is sent what its line carries.
    pub fn held_layer(&self, viewer: ViewerId) -> Option<Rid> {
        self.viewers.held_layer(viewer)
    }

    /// Media flows to this viewer.
    pub fn is_watching(&self, viewer: ViewerId) -> bool {
        self.viewers.is_watching(viewer)
    }

    /// Whether this visitor was removed: it waits for nothing but to be forgiven.
    pub fn is_removed(&self, visitor: &Visitor) -> bool {
        self.removals.refuses(visitor, Door::Join).is_some()
    }

    /// Nobody new is let in.
    pub fn locked(&self) -> bool {
        self.locked
    }

    /// Who comes is asked for a word.
    pub fn has_passcode(&self) -> bool {
        self.passcode.is_some()
    }

    /// A broadcast runs.
    pub fn live(&self) -> bool {
        self.live
    }

    /// Of the current link.
    pub fn token(&self) -> &Token {
        self.link.current()
    }

    /// What has to outlive the program, as [`Output::Keep`] tells it whenever it changes.
    pub fn persisted(&self) -> Persisted {
        Persisted {
            token: self.link.current().clone(),
            retired: self.link.retired().cloned().collect(),
            bans: self.removals.bans(),
            passcode: self.passcode.clone(),
            waiting_room: self.waiting_room.on,
            guests: self.guests.all().cloned().collect(),
            ended_guests: self.guests.over().cloned().collect(),
        }
    }

    /// The broadcaster's words for the stream; may be empty. Whoever has the link may know them.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the broadcaster withholds.
    pub(crate) fn controls(&self) -> Controls {
        self.controls
    }

    /// Whether there is something to watch, in a page's words.
    pub(crate) fn page_state(&self) -> PageMessage {
        PageMessage::State { live: self.live, title: self.title.clone() }
    }

    fn go_live(&mut self, now: Now) {
        if self.live {
            return self.reject(ErrorCode::WrongState, said!("now.live"));
        }
        self.end_rehearsal(now);
        self.live = true;
        self.viewers.begin();
        for viewer in self.removals.end_kicks() {
            self.event(Event::Forgiven { viewer });
        }
        self.count_changed();
        self.tell(To::All, self.page_state());
    }

    fn end_broadcast(&mut self, now: Now) {
        if !self.live {
            return self.reject(ErrorCode::WrongState, said!("now.not_live"));
        }
        self.live = false;
        self.tell(To::All, PageMessage::Ended);
        for viewer in self.viewers.ids() {
            self.drop_viewer(viewer, LeaveReason::Ended, now);
        }
        self.lock(false, now);
        self.waiting_room.forget_admitted();
        if self.waiting_room.on {
            self.outputs.push_back(Output::LookAgain);
        }
        self.count_changed();
    }

    fn lock(&mut self, on: bool, now: Now) {
        if self.locked == on {
            return;
        }
        self.locked = on;
        if on {
            self.viewers.keep_at_lock(now);
            let strangers = self.viewers.joining_where(|visitor| !self.viewers.may_pass_the_lock(visitor, now));
            self.turn_away(strangers, LeaveReason::Left, now);
        }
        self.event(Event::Lock { on });
    }

    fn new_link(&mut self, token: Token, now: Now) {
        self.link.replace(token);
        self.viewers.keep_at_new_link(now);
        let strangers = self.viewers.joining_where(|visitor| visitor.guest.is_none() && !self.may_stay(visitor, now));
        self.turn_away(strangers, LeaveReason::Left, now);
        self.tries.forget_links(|link| link.is_none());
        self.outputs.push_back(Output::LookAgain);
        self.keep();
    }

    fn set_title(&mut self, title: String) {
        if self.title != title {
            self.title = title;
            self.tell(To::All, self.page_state());
            self.tell_rehearsal(&self.rehearsal_state());
        }
    }

    fn set_controls(&mut self, controls: Controls) {
        if self.controls != controls {
            self.controls = controls;
            self.tell(To::All, PageMessage::Controls(controls));
            self.tell_rehearsal(&PageMessage::Controls(controls));
        }
    }

    fn latency(&mut self, viewer: ViewerId, latency_ms: f32) {
        if (0.0..=MAX_LATENCY_MS).contains(&latency_ms) {
            self.viewers.latency(viewer, latency_ms);
        }
    }

    fn held(&mut self, viewer: ViewerId, layer: Option<Rid>) {
        if self.viewers.held(viewer, layer) {
            self.event(Event::Quality { viewer, layer });
        }
    }

    fn stats(&mut self, stats: Vec<(ViewerId, protocol::ViewerStats)>) {
        let viewers = self.viewers.stats(stats);
        if !viewers.is_empty() {
            self.event(Event::Viewers { viewers });
        }
    }

    fn count_changed(&mut self) {
        self.count.changed();
        self.event(Event::Count { watching: self.viewers.watching(), peak: self.viewers.peak() });
    }

    fn unknown(&mut self, viewer: ViewerId) {
        self.reject(ErrorCode::UnknownViewer, said!("viewer.none", viewer = viewer.0));
    }

    fn reject(&mut self, code: ErrorCode, message: Said) {
        self.outputs.push_back(Output::Rejected { code, message });
    }

    fn keep(&mut self) {
        self.outputs.push_back(Output::Keep(self.persisted()));
    }

    fn tell(&mut self, to: To, message: PageMessage) {
        self.outputs.push_back(Output::Tell { to, message });
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}

fn take_id(next: &mut u32) -> ViewerId {
    let id = ViewerId(*next);
    *next += 1;
    id
}
