//! The owner of the broadcast's state: it holds the parts, and says what each thing that happens means to which of them.

use words::{Said, said};

mod card;
mod carry_out;
mod chat;
mod commands;
mod controls;
mod figures;
mod guests;
mod headphones;
mod life;
mod media_told;
mod microphones;
mod mixer;
mod passcode;
mod place;
mod quality;
mod recording;
mod rehearsal;
mod relays;
mod run;
mod shares;
mod snapshot;
mod sources;
mod suited;
#[cfg(test)]
mod tests;

pub(crate) use run::{Wires, now, run};

use crate::admission::Admission;
use crate::background::Background;
use crate::broadcast::{Broadcast, Running};
use crate::configuration::Configuration;
use crate::controls::Withheld;
use crate::devices::Devices;
use crate::encoder_room::EncoderRoom;
use crate::encoding::Encoding;
use crate::events::Events;
use crate::forwarding::Forwarding;
use crate::happened::Happened;
use crate::meter::Meter;
use crate::on_demand::OnDemand;
use crate::reachability::{Reachability, Surroundings};
use crate::recording::Recording;
use crate::rehearsal::Rehearsal;
use crate::relays::Relays;
use crate::relief::Relief;
use crate::steps::TOP_CODEC;
use crate::thinning::Thinning;
use ::chat::Chat;
use audience::{Input, Now};
use card::OwnCard;
use figures::Figures;
use forward::Gone;
use media::MoreMicrophones;
use protocol::{ErrorCode, Headphones, LeaveReason, PageHello, StripId};
use server::{CookieKey, Door, PublicUrl, Request};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use threads::After;
use tokio::sync::{mpsc, watch};

/// The one owner of the broadcast's state. It waits for nothing and has no clock: what takes time is asked of the
/// forwarder, of the encoders or of a thread in the background, and comes back as [`Happened`].
pub(crate) struct Owner<F, E, B> {
    forwarder: F,
    encoders: E,
    background: B,
    /// Given along with questions whose answers come later.
    tell: mpsc::UnboundedSender<Happened>,

    events: Events,
    configuration: Configuration,
    reachability: Reachability,
    /// Tells the HTTP side where the pages are outside.
    public_url: watch::Sender<Option<PublicUrl>>,
    admission: Admission,
    door: Door,
    chat: Chat,
    /// The chat is being written into a file.
    saving_chat: bool,
    devices: Devices,
    withheld: Withheld,
    headphones: Headphones,
    /// The strips that the broadcaster listens to alone.
    solo: [bool; StripId::ALL.len()],
    broadcast: Broadcast,
    /// One that starts or runs.
    rehearsal: Option<Rehearsal>,
    on_demand: OnDemand,
    thinning: Thinning,
    encoder_room: EncoderRoom,
    figures: Figures,
    relief: Relief,
    recording: Recording,
    /// Where recordings go when nobody says; none where there is no home folder.
    recordings: Option<PathBuf>,
    relays: Relays,
    /// Written by the encoders' threads.
    meter: Arc<Meter>,
    /// Makes what stands for a passcode.
    cookie_key: CookieKey,

    /// Broadcasts whose encoders have yet to stop.
    encoding: u32,
    /// The sending threads have not told yet how the viewers do.
    stats_asked: bool,
    /// Nobody has told yet which addresses the machine has.
    looking: bool,
    /// The image that is to be shown if it can be.
    looked_at: Option<PathBuf>,
    card: OwnCard,
    quitting: bool,
    /// The program has to end, because of this: for a person.
    failed: Option<Said>,
}

/// What an owner is made of.
pub(crate) struct Parts<F, E, B> {
    pub(crate) forwarder: F,
    pub(crate) encoders: E,
    pub(crate) background: B,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
    pub(crate) events: Events,
    pub(crate) configuration: Configuration,
    pub(crate) reachability: Reachability,
    pub(crate) public_url: watch::Sender<Option<PublicUrl>>,
    pub(crate) admission: Admission,
    pub(crate) devices: Devices,
    pub(crate) recordings: Option<PathBuf>,
    pub(crate) relays: Relays,
    pub(crate) relief: Relief,
    pub(crate) meter: Arc<Meter>,
    pub(crate) cookie_key: CookieKey,
}

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Nothing is live. `complaints`: about what was kept and set.
    pub(crate) fn new(
        parts: Parts<F, E, B>,
        surroundings: Surroundings,
        complaints: Vec<(ErrorCode, Said)>,
        now: Now,
    ) -> Owner<F, E, B> {
        let chat = Chat::new(parts.configuration.meant().limits.of_chat());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let door = Door::new(parts.configuration.meant().link_preview.has_still());
        let mut owner = Owner {
            forwarder: parts.forwarder,
            encoders: parts.encoders,
            background: parts.background,
            tell: parts.tell,
            events: parts.events,
            configuration: parts.configuration,
            reachability: parts.reachability,
            public_url: parts.public_url,
            admission: parts.admission,
            door,
            chat,
            saving_chat: false,
            devices: parts.devices,
            withheld: Withheld::default(),
            headphones: Headphones::default(),
            solo: Default::default(),
            broadcast: Broadcast::default(),
            rehearsal: None,
            on_demand: OnDemand::default(),
            thinning: Thinning::default(),
            encoder_room: EncoderRoom::new(cores),
            figures: Figures::new(cores),
            relief: parts.relief,
            recording: Recording::default(),
            recordings: parts.recordings,
            relays: parts.relays,
            meter: parts.meter,
            cookie_key: parts.cookie_key,
            encoding: 0,
            stats_asked: false,
            looking: false,
            looked_at: None,
            card: OwnCard::default(),
            quitting: false,
            failed: None,
        };
        owner.mix();
        let more = owner.configuration.meant().more_microphones();
        if more != MoreMicrophones::default() {
            owner.encoders.set_more_microphones(more);
        }
        if let Some(program) = owner.configuration.meant().desktop_program.clone() {
            owner.encoders.set_program(Some(program));
        }
        owner.admission.relay_from(owner.configuration.meant().relay_from);
        owner.looked_around(surroundings, now);
        owner.decide(Input::SetTitle(owner.configuration.meant().title.to_string()), now);
        owner.speak_first();
        owner.have_card();
        for (code, complaint) in complaints {
            tracing::warn!("{complaint}");
            owner.events.complain(code, complaint, now.instant);
        }
        owner
    }

    /// Something happened elsewhere.
    pub(crate) fn happened(&mut self, happened: Happened, now: Now) {
        match happened {
            Happened::Forward(event) => self.forwarded(event, now),
            Happened::Stats(stats) => {
                self.stats_asked = false;
                match self.broadcast.running() {
                    Running::Live => self.viewers_do(stats, now),
                    _ => self.rehearsal_stats(&stats),
                }
            }
            Happened::NoStats => self.stats_asked = false,
            Happened::Media(event) => self.media_told(event, now),
            Happened::FirstPicture(broadcast) => self.first_picture(broadcast, now),
            Happened::KeyframeWanted(codec, rid) => self.encoders.request_keyframe(codec, rid),
            Happened::EncodersStopped => {
                self.encoding -= 1;
                // Who went live again meanwhile may be away from that broadcast.
                if self.encoding == 0 {
                    self.nobody_waits(now);
                }
            }
            Happened::LookedAround(surroundings) => {
                self.looking = false;
                self.looked_around(surroundings, now);
            }
            Happened::LookedAtImage(file, looked) => self.looked_at_image(&file, looked, now),
            Happened::CardRead(file, read) => self.card_read(&file, read, now),
            Happened::Listed(devices) => self.listed(Some(devices)),
            Happened::NotListed => self.listed(None),
            Happened::Resolved(number, answer) => self.resolved(number, answer, now),
            Happened::Relay(relay, state) => self.relay_told(relay, state, now),
            Happened::AtRelay(relay, viewer, said) => self.said_at_relay(relay, viewer, said, now),
            Happened::NotLooked => self.looking = false,
            Happened::ChatSaved(saved) => self.chat_saved(saved, now),
            Happened::HistorySaved(saved) => self.history_saved(saved, now),
            Happened::Unwritten(message) => self.events.complain(ErrorCode::Storage, message, now.instant),
            Happened::Recording(news) => self.recording_news(news, now),
            Happened::Panicked(panicked) => {
                let message = crate::panicked(&panicked);
                if panicked.after == After::Ends {
                    self.failed.get_or_insert_with(|| message.clone());
                    self.quit();
                }
                self.events.complain(ErrorCode::ThreadFailed, message, now.instant);
            }
        }
    }

    /// The HTTP side asks something.
    pub(crate) fn requested(&mut self, request: Request, now: Now) {
        let request = match request {
            Request::PageSaid { page, hello, reply } if self.said_in_rehearsal(page, &hello, now) => {
                let _ = reply.send(());
                return;
            }
            Request::PageSaid { page, hello, reply } if hello.is_of_chat() => {
                self.page_chats(page, hello, now);
                let _ = reply.send(());
                return;
            }
            Request::PageSaid { page, hello: said @ (PageHello::Quality { .. } | PageHello::Path { .. }), reply } => {
                self.page_says_of_picture(page, &said, now);
                let _ = reply.send(());
                return;
            }
            request => request,
        };
        let runs = |codec| codec == TOP_CODEC || self.on_demand.runs_or_will(codec, now.instant);
        let may_encode = |codec| self.encoder_room.may(codec, &runs, now.instant);
        let (door, forwarder) = (&mut self.door, &self.forwarder);
        if let Some(codec) = self.admission.answer(door, request, forwarder, &self.meter, &may_encode, now) {
            self.on_demand.answered(codec, now.instant);
        }
        self.carry_out_quietly(now);
    }

    /// The earliest time at which something is to be done.
    pub(crate) fn timeout(&self) -> Instant {
        let others =
            [self.on_demand.timeout(), self.broadcast.timeout(), self.admission.profile_timeout(), self.chat.timeout()];
        let others = others.into_iter().chain([self.admission.elsewhere_timeout(), self.admission.quality_timeout()]);
        others.flatten().fold(self.admission.timeout(), Instant::min)
    }

    /// That time has come.
    pub(crate) fn timed_out(&mut self, now: Now) {
        if now.instant >= self.admission.timeout() {
            self.decide(Input::Tick, now);
        }
        for (codec, rids) in self.on_demand.expire(now.instant) {
            self.encoders.set_layers(codec, &rids);
        }
        self.expire_at_relays(now);
        self.suit_encoder(now);
        self.chat_is_due(now);
        self.hold_what_is_due(now);
        if self.broadcast.timeout().is_some_and(|timeout| now.instant >= timeout) {
            self.start_failed(said!("encoder.none"));
        }
    }

    /// The program is to end.
    pub(crate) fn is_quitting(&self) -> bool {
        self.quitting
    }

    /// Why it has to, if nobody asked for it.
    pub(crate) fn failed(&self) -> Option<&Said> {
        self.failed.as_ref()
    }

    fn forwarded(&mut self, event: forward::Event, now: Now) {
        match event {
            forward::Event::Checked(viewer) => {
                self.decide(Input::Checked { viewer }, now);
                self.weigh(viewer, now);
            }
            forward::Event::Connected(viewer) => {
                self.weigh(viewer, now);
                self.decide(Input::Connected { viewer }, now);
                self.door.connected(viewer);
            }
            forward::Event::Gone(viewer, why) => {
                self.forget(viewer, now);
                let reason = match why {
                    Gone::Closed => LeaveReason::Left,
                    Gone::Timeout | Gone::Failed => LeaveReason::Timeout,
                };
                self.decide(Input::Gone { viewer, reason }, now);
            }
            forward::Event::KeyframeWanted { codec, rid } => self.encoders.wish_keyframe(codec, rid, now.instant),
            forward::Event::LayersWanted { codec, rids } => {
                if let Some(rids) = self.on_demand.wanted(codec, &rids, now.instant) {
                    self.encoders.set_layers(codec, &rids);
                }
            }
        }
    }
}
