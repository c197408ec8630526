//! Carries out what the audience decides.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::studio::CommandError;
use audience::{Input, Now, Output};
use protocol::Event;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Lets the audience decide what is no command, and carries that out.
    pub(super) fn decide(&mut self, input: Input, now: Now) {
        self.admission.handle(input, now);
        self.carry_out_quietly(now);
    }

    pub(super) fn carry_out_quietly(&mut self, now: Now) {
        if let Err(error) = self.carry_out(now) {
            tracing::error!("the audience rejected what was no command: {error}");
        }
    }

    /// Carries out what the audience decided. An error: it was a command that cannot be carried out.
    pub(super) fn carry_out(&mut self, now: Now) -> Result<(), CommandError> {
        let mut result = Ok(());
        while let Some(output) = self.admission.poll() {
            match output {
                Output::Rejected { code, message } => result = Err(CommandError { code, message }),
                Output::Keep(persisted) => self.background.keep_audience(persisted),
                Output::Drop { viewer, .. } => {
                    if !self.admission.elsewhere().has(viewer) {
                        self.forwarder.close(viewer);
                    }
                    self.forget(viewer, now);
                }
                Output::Tell { to, message } => self.door.tell(to, message),
                Output::LookAgain => self.admission.look_again(&mut self.door, now),
                Output::Event(event) => {
                    if matches!(event, Event::Lock { .. }) {
                        self.door.lock_changed();
                    }
                    self.people_changed(&event, now);
                    self.events.tell(event);
                    self.carry_out_chat();
                }
                Output::Timeout(_) => unreachable!("the admission keeps times to itself"),
            }
        }
        while let Some((relay, wish)) = self.admission.elsewhere().poll() {
            self.background.ask_relay(relay, wish);
        }
        result
    }
}
