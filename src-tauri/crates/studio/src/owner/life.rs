//! How a broadcast begins and ends, and how a rehearsal becomes one.

use super::Owner;
use crate::background::Background;
use crate::broadcast::{Running, wrong_state};
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::random::fresh_token;
use crate::rehearsal::Rehearsal;
use crate::studio::CommandError;
use audience::{Input, Now};
use protocol::{ErrorCode, Event};
use words::{Said, said};

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Starts the encoders; the broadcast is live with their first picture. Where they run already, for a rehearsal, it is live now.
    pub(super) fn go_live(&mut self, now: Now) -> Result<(), CommandError> {
        match self.broadcast.running() {
            Running::Rehearsing => {
                self.encoders.open_up();
                self.is_live(now);
            }
            Running::Starting if self.broadcast.rehearses() => {
                self.rehearsal = None;
                self.broadcast.means_live();
                self.encoders.open_up();
            }
            Running::No | Running::Starting | Running::Live => {
                let number = self.broadcast.start(false, now.instant)?;
                self.tell_phase();
                self.encoding += 1;
                self.encode_whole();
                self.encoders.go_live(number);
            }
        }
        Ok(())
    }

    /// Starts the encoders for who has a private link and nobody else; or ends that.
    pub(super) fn rehearse(&mut self, on: bool, now: Now) -> Result<(), CommandError> {
        match (on, self.broadcast.rehearses()) {
            (true, true) => Ok(()),
            (true, false) => {
                let number = self.broadcast.start(true, now.instant)?;
                self.rehearsal = Some(Rehearsal::new(fresh_token()));
                self.tell_phase();
                self.encoding += 1;
                self.encode_whole();
                self.encoders.rehearse(number);
                Ok(())
            }
            (false, true) => {
                self.end(now);
                Ok(())
            }
            (false, false) => Err(wrong_state(said!("now.no_rehearsal"))),
        }
    }

    /// The history holds a first picture: whoever joins from now on sees something at once.
    pub(super) fn first_picture(&mut self, broadcast: u64, now: Now) {
        if !self.broadcast.waits_for(broadcast) {
            return;
        }
        // The encoders of the broadcast before are done, whoever started these before that was told: what was withheld ended with it.
        self.nobody_waits(now);
        let Some(rehearsal) = &self.rehearsal else { return self.is_live(now) };
        let token = rehearsal.token().clone();
        let reading = self.meter.read(&self.forwarder.totals(), now.instant);
        self.decide(Input::Rehearse { token }, now);
        self.broadcast.is_on(true, reading, now);
        self.tell_phase();
        self.tell_rehearsal();
    }

    /// There are pictures, and all may come.
    fn is_live(&mut self, now: Now) {
        let rehearsed = self.rehearsal.take();
        let reading = self.meter.read(&self.forwarder.totals(), now.instant);
        self.door.broadcast_begins();
        // Who watches a rehearsal is gone before anybody is told that it is live.
        self.decide(Input::GoLive, now);
        self.broadcast.is_on(false, reading, now);
        self.relays_live(true, now);
        if rehearsed.is_some() {
            self.tell_rehearsal();
        }
        self.tell_phase();
        self.chat.begin(now);
        self.carry_out_chat();
        let links = self.reachability.links();
        self.events.tell(Event::Live { watch: links.watch.clone(), whep: links.whep.clone(), port: links.port });
    }

    /// Ends the broadcast, or the rehearsal, if one runs: viewers and pages are told, transports closed.
    pub(crate) fn end(&mut self, now: Now) {
        match self.broadcast.running() {
            Running::No => {}
            Running::Starting => {
                self.rehearsal = None;
                self.encoders.end();
                self.broadcast.ended();
                self.tell_phase();
            }
            Running::Rehearsing => {
                self.rehearsal = None;
                self.decide(Input::EndRehearsal, now);
                self.encoders.end();
                self.broadcast.ended();
                self.tell_rehearsal();
                self.tell_phase();
            }
            Running::Live => {
                self.broadcast.ending();
                self.tell_phase();
                // While those who are to hear the last of it watch.
                self.chat.end();
                self.carry_out_chat();
                self.decide(Input::End, now);
                self.relays_live(false, now);
                self.encoders.end();
                self.events.tell(Event::Ended);
                self.broadcast.ended();
                self.tell_phase();
            }
        }
    }

    pub(super) fn start_failed(&mut self, message: Said) {
        self.rehearsal = None;
        self.encoders.end();
        self.events.tell(Event::Error { code: ErrorCode::EncoderFailed, message: message.clone() });
        self.broadcast.failed(message);
        self.tell_phase();
    }

    pub(super) fn tell_phase(&mut self) {
        self.events.tell(Event::Phase { phase: self.broadcast.phase() });
    }
}
