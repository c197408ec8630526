//! What the owner does about relays.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::relays::Do;
use crate::steps::TOP_CODEC;
use crate::studio::CommandError;
use audience::Now;
use protocol::{Event, RelayId, RelaySecrets};
use relay::State;
use stream::CODECS;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// The stream is to go there too.
    pub(super) fn relay(&mut self, url: &str, secrets: RelaySecrets) -> Result<(), CommandError> {
        let todo = self.relays.add(url, secrets)?;
        self.carry_out_for_relays(todo);
        Ok(())
    }

    /// The stream is not to go there any more.
    pub(super) fn stop_relay(&mut self, relay: RelayId) -> Result<(), CommandError> {
        let todo = self.relays.stop(relay)?;
        self.carry_out_for_relays(todo);
        Ok(())
    }

    /// The broadcast begins or ends.
    pub(super) fn relays_live(&mut self, live: bool) {
        let todo = self.relays.live(live);
        self.carry_out_for_relays(todo);
    }

    /// A relay tells how far it is.
    pub(super) fn relay_told(&mut self, relay: RelayId, state: State, now: Now) {
        let todo = self.relays.told(relay, state);
        self.carry_out_for_relays(todo);
        for spec in CODECS.iter().filter(|spec| spec.codec != TOP_CODEC) {
            let layers = self.relays.layers(spec.codec);
            if let Some(rids) = self.on_demand.relayed(spec.codec, &layers, now.instant) {
                self.encoders.set_layers(spec.codec, &rids);
            }
        }
        self.admission.relays_take(self.relays.profile(TOP_CODEC), now);
        self.suit_profile(now);
    }

    fn carry_out_for_relays(&mut self, todo: Vec<Do>) {
        for todo in todo {
            match todo {
                Do::Open(relay, target) => self.background.open_relay(relay, *target),
                Do::Close(relay) => self.background.close_relay(relay),
                Do::Tell(relay) => self.events.tell(Event::Relay(relay)),
            }
        }
    }
}
