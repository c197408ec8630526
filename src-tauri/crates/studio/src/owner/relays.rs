//! What the owner does about relays.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::random::random_hex;
use crate::relays::Do;
use crate::steps::TOP_CODEC;
use crate::studio::CommandError;
use audience::{Input, Now, To};
use protocol::{Event, LeaveReason, PageMessage, RelayId, RelaySecrets, ViewerId};
use relay::{Said, State, Wish};
use server::{CounterOffer, Refused};
use stream::CODECS;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// The stream is to go there too.
    pub(super) fn relay(&mut self, url: &str, secrets: RelaySecrets, now: Now) -> Result<(), CommandError> {
        let todo = self.relays.add(url, secrets)?;
        self.carry_out_for_relays(todo, now);
        Ok(())
    }

    /// The stream is not to go there any more.
    pub(super) fn stop_relay(&mut self, relay: RelayId, now: Now) -> Result<(), CommandError> {
        let todo = self.relays.stop(relay)?;
        self.carry_out_for_relays(todo, now);
        Ok(())
    }

    /// The broadcast begins or ends.
    pub(super) fn relays_live(&mut self, live: bool, now: Now) {
        let todo = self.relays.live(live);
        self.carry_out_for_relays(todo, now);
    }

    /// A relay tells how far it is.
    pub(super) fn relay_told(&mut self, relay: RelayId, state: State, now: Now) {
        let todo = self.relays.told(relay, state);
        self.carry_out_for_relays(todo, now);
        match self.relays.takes_viewers(relay) {
            Some(codec) => {
                let (steps, elsewhere) = (self.relays.steps(relay), self.admission.elsewhere());
                let begins = elsewhere.runs(relay, codec);
                elsewhere.steps(relay, steps);
                if begins {
                    // Who was told that this stream is full.
                    self.door.tell(To::All, PageMessage::Room);
                }
            }
            None => self.give_back(relay, now),
        }
        for spec in CODECS.iter().filter(|spec| spec.codec != TOP_CODEC) {
            let layers = self.relays.layers(spec.codec);
            if let Some(rids) = self.on_demand.relayed(spec.codec, &layers, now.instant) {
                self.encoders.set_layers(spec.codec, &rids);
            }
        }
        let sent = self.relays.sent();
        self.figures.relayed(&sent);
        for (viewer, rid) in self.admission.relayed(sent) {
            self.forwarder.cap(viewer, rid);
        }
        self.admission.relays_take(self.relays.profile(TOP_CODEC), now);
        self.suit_encoder(now);
    }

    /// The engine of a relay says something of a viewer.
    pub(super) fn said_at_relay(&mut self, relay: RelayId, viewer: ViewerId, said: Said, now: Now) {
        match said {
            Said::Offers(offer) => {
                let counter = CounterOffer { session: random_hex(), offer };
                let wanted = self.admission.elsewhere().offered(viewer, now.instant);
                if !wanted {
                    // It went meanwhile, and the engine may not know yet.
                    self.background.ask_relay(relay, Wish::Kick(viewer));
                } else if !self.door.counter_offer(viewer, counter) {
                    self.gone_at_relay(viewer, LeaveReason::Left, now);
                }
            }
            Said::Takes => self.door.answer_taken(viewer, true),
            Said::Flows => {
                if self.admission.elsewhere().flows(viewer, now.instant) {
                    self.decide(Input::Connected { viewer }, now);
                    self.door.connected(viewer);
                }
            }
            Said::Gone => {
                if self.admission.elsewhere().has(viewer) {
                    self.gone_at_relay(viewer, LeaveReason::Left, now);
                }
            }
            Said::Refuses(why) => {
                self.door.refuse(viewer, Refused::Overloaded);
                if self.admission.elsewhere().refused(viewer, now.instant) {
                    tracing::warn!("relay {relay} does not let viewer {viewer} in: {why}");
                    self.failed_at_relay(viewer, now);
                } else {
                    // Anybody with the link can have this said, as often as they like.
                    tracing::debug!("relay {relay} does not take what viewer {viewer} answers: {why}");
                    self.gone_at_relay(viewer, LeaveReason::Left, now);
                }
            }
        }
    }

    /// Those who are on the way to a relay for too long.
    pub(super) fn expire_at_relays(&mut self, now: Now) {
        for viewer in self.admission.elsewhere().expired(now.instant) {
            self.door.refuse(viewer, Refused::Overloaded);
            self.gone_at_relay(viewer, LeaveReason::Timeout, now);
        }
    }

    /// How many watch at each, where that changed.
    pub(super) fn count_at_relays(&mut self, now: Now) {
        let admission = &self.admission;
        let todo = self.relays.watching(|relay| admission.watching_at(relay));
        self.carry_out_for_relays(todo, now);
    }

    /// A relay takes no viewers any more. The pages of those there see it, and come back: here, as far as there is room, or to another one.
    fn give_back(&mut self, relay: RelayId, now: Now) {
        for viewer in self.admission.elsewhere().stopped(relay) {
            self.failed_at_relay(viewer, now);
        }
    }

    /// A viewer at a relay is gone, or to be.
    fn gone_at_relay(&mut self, viewer: ViewerId, reason: LeaveReason, now: Now) {
        self.door.answer_taken(viewer, false);
        self.forget(viewer, now);
        self.decide(Input::Gone { viewer, reason }, now);
    }

    /// A relay is the cause that a viewer is gone: who was on the way did not try in vain by any doing of its own, and its address is not told of.
    fn failed_at_relay(&mut self, viewer: ViewerId, now: Now) {
        if self.admission.audience().is_watching(viewer) {
            return self.gone_at_relay(viewer, LeaveReason::Timeout, now);
        }
        self.door.answer_taken(viewer, false);
        self.forget(viewer, now);
        self.decide(Input::JoinFailed { viewer }, now);
    }

    fn carry_out_for_relays(&mut self, todo: Vec<Do>, now: Now) {
        for todo in todo {
            match todo {
                Do::Open(relay, target) => self.background.open_relay(relay, *target),
                Do::Close(relay) => {
                    // Now, and not when it has taken leave, which a server that hangs draws out.
                    self.give_back(relay, now);
                    self.background.close_relay(relay);
                }
                Do::Tell(relay) => self.events.tell(Event::Relay(relay)),
            }
        }
    }
}
