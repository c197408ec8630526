//! What the owner knows, for whoever has just begun to listen.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use protocol::Snapshot;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Everything as it is now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let audience = self.admission.audience();
        Snapshot {
            phase: self.broadcast.phase(),
            rehearsal: self.shown_rehearsal(),
            links: Some(self.reachability.links().clone()),
            viewers: audience.viewers(),
            removed: audience.removed(),
            watching: audience.watching(),
            peak: audience.peak(),
            locked: audience.locked(),
            passcode: audience.has_passcode(),
            waiting_room: audience.has_waiting_room(),
            knocks: audience.knocks(),
            guest_links: self.guest_links(),
            outside: self.door.outside_told(),
            camera: self.devices.camera().clone(),
            screen: self.devices.screen().clone(),
            microphone: self.devices.microphone().clone(),
            headphones: self.headphones.clone(),
            strips: self.strips(),
            sound: self.devices.sound(),
            controls: self.withheld.asked(),
            devices: self.devices.known().clone(),
            relays: self.relays.shown(),
            settings: self.configuration.meant().shown(),
            stats: self.broadcast.stats(),
            capacity: self.figures.capacity().cloned(),
            recording: self.recording.shown(),
            unfinished_recordings: self.recording.unfinished(),
            chat: self.chat.snapshot(|viewer| audience.is_watching(viewer)),
        }
    }
}
