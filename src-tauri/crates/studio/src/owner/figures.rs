//! What is measured each second, and what follows of it: how many more could watch, and how it went.

use super::Owner;
use crate::background::Background;
use crate::broadcast::{Running, wrong_state};
use crate::capacity::{Capacity, Known};
use crate::elsewhere::is_inside;
use crate::encoder_room::Load;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::happened::Happened;
use crate::history::{History, Second, median};
use crate::steps::TOP_CODEC;
use crate::studio::CommandError;
use audience::{Input, Now};
use media::VideoConfig;
use protocol::{ErrorCode, Event, KnownBy, Network, Rid, RoomFor, StreamStats, ViewerId, ViewerStats};
use std::path::PathBuf;
use stream::CODECS;
use words::{Said, Value, said};

/// How it goes, in figures.
#[derive(Debug)]
pub(super) struct Figures {
    capacity: Capacity,
    /// As it was told.
    told: Option<protocol::Capacity>,
    history: History,
    /// It is being written into a file.
    saving: bool,
    /// The layers that each relay was sent.
    relays: Vec<Vec<Rid>>,
}

impl Figures {
    /// On a computer with so many cores.
    pub(super) fn new(cores: usize) -> Figures {
        let (capacity, history) = (Capacity::default(), History::new(cores));
        Figures { capacity, told: None, history, saving: false, relays: Vec::new() }
    }

    /// How many more could watch.
    pub(super) fn capacity(&self) -> Option<&protocol::Capacity> {
        self.told.as_ref()
    }

    /// What is encoded is set otherwise.
    pub(super) fn encoded_anew(&mut self) {
        self.capacity.encoded_anew();
    }

    /// Each relay is sent these layers now.
    pub(super) fn relayed(&mut self, relays: &[Vec<Rid>]) {
        if self.relays != relays {
            self.relays = relays.to_vec();
            self.capacity.relays_changed();
        }
    }
}

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A second went by.
    pub(crate) fn second(&mut self, now: Now) {
        if !std::mem::replace(&mut self.looking, true) {
            self.background.look_around();
        }
        self.ask_name(now);
        self.count_at_relays(now);
        self.second_of_recording();
        self.second_of_rehearsal(now);
        let totals = self.forwarder.totals();
        self.relieve_encoder(now);
        let (encoding_us, left_out) = (self.meter.steps.encoding_us(), totals.left_out);
        let short = self.relief.is_short();
        self.encoder_room.measured(Load { at: now.instant, encoding_us, left_out, short });
        self.suit_encoder(now);
        if let Some(outside) = self.door.outside(self.admission.audience()) {
            self.events.tell(Event::Outside { outside });
        }
        let reading = self.meter.read(&totals, now.instant);
        let second_encoder =
            CODECS.iter().any(|spec| spec.codec != TOP_CODEC && !spec.of_screens && self.on_demand.runs(spec.codec));
        let video = &self.configuration.meant().video;
        let given_up = self.relief.given_up();
        let stats = self.broadcast.second(reading, video, second_encoder, given_up);
        let Some(stats) = stats else { return self.nothing_goes_out() };
        self.events.tell(Event::Stats { stats });
        match self.broadcast.running() {
            Running::Live => self.count(&stats, now),
            // What is rehearsed is no part of how it went.
            _ => self.nothing_goes_out(),
        }
        if !std::mem::replace(&mut self.stats_asked, true) {
            let tell = self.tell.clone();
            // The owner is gone only when the program ends.
            self.forwarder.ask_stats(move |stats| drop(tell.send(stats.map_or(Happened::NoStats, Happened::Stats))));
        }
    }

    /// How the viewers do, each second while live.
    pub(super) fn viewers_do(&mut self, stats: Vec<(ViewerId, ViewerStats)>, now: Now) {
        let (audience, here) = (self.admission.audience(), self.reachability.here());
        for (viewer, stats) in &stats {
            let Some(visitor) = audience.visitor(*viewer) else { continue };
            // Who watches on this computer is on no line, by whichever of its addresses.
            let network = Network::of(visitor.address).filter(|_| !here.contains(&visitor.address));
            let (held, inside) = (audience.held_layer(*viewer), is_inside(visitor.address, &here));
            self.figures.capacity.seen(*viewer, stats, held, network, inside);
        }
        self.figures.capacity.second(now.instant);
        self.decide(Input::Stats(stats), now);
    }

    /// Tells how it went.
    pub(super) fn tell_history(&mut self, since: Option<u64>) {
        let points = self.figures.history.since(since);
        self.events.tell(Event::History { points });
    }

    /// Has that written into a file.
    pub(super) fn save_history(&mut self, path: Option<String>) -> Result<(), CommandError> {
        if std::mem::replace(&mut self.figures.saving, true) {
            return Err(wrong_state(said!("now.saving_history")));
        }
        self.background.save_history(path.map(PathBuf::from), self.figures.history.since(None));
        Ok(())
    }

    /// It was written, or could not be.
    pub(super) fn history_saved(&mut self, saved: Result<(String, u32), Said>, now: Now) {
        self.figures.saving = false;
        match saved {
            Ok((path, points)) => self.events.tell(Event::HistorySaved { path, points }),
            Err(message) => self.events.complain(ErrorCode::Storage, message, now.instant),
        }
    }

    /// A second of a broadcast.
    fn count(&mut self, stats: &StreamStats, now: Now) {
        let audience = self.admission.audience();
        let second = Second {
            at: now.instant,
            unix_ms: now.unix_ms,
            watching: audience.watching(),
            sent_kbps: stats.sent_kbps,
            encoded_kbps: stats.encoded_kbps,
            fps: stats.fps,
            left_out: stats.left_out,
            processor_time: self.background.processor_time(),
        };
        let point = self.figures.history.second(&second, || median(audience.latencies().collect()));
        self.figures.capacity.made(self.meter.made(), now.instant);
        let settings = self.configuration.meant();
        let most = settings.max_viewers;
        let places = (most > 0).then(|| most.saturating_sub(audience.watching()));
        let known = self.figures.capacity.known(self.admission.allotted(), places);
        let capacity = known.map(|known| shown(&known.rounded(), places, &settings.video));
        // What is measured moves a little each second; what is set and allotted changes only when somebody does something.
        let is_set = |capacity: &Option<protocol::Capacity>| {
            capacity.as_ref().is_none_or(|capacity| capacity.known_by == KnownBy::MaxUpload)
        };
        if point || is_set(&self.figures.told) || is_set(&capacity) {
            self.tell_capacity(capacity);
        }
    }

    fn nothing_goes_out(&mut self) {
        self.figures.history.ended();
        self.figures.encoded_anew();
        self.tell_capacity(None);
    }

    fn tell_capacity(&mut self, capacity: Option<protocol::Capacity>) {
        if self.figures.told != capacity {
            self.figures.told.clone_from(&capacity);
            self.events.tell(Event::Capacity { capacity });
        }
    }
}

fn shown(known: &Known, places: Option<u32>, video: &VideoConfig) -> protocol::Capacity {
    let layers = Rid::ALL.into_iter().rev();
    let room: Vec<_> = layers
        .filter_map(|rid| Some(RoomFor { rid, height: video.layer_size(rid).1, more: known.more[rid.index()]? }))
        .collect();
    protocol::Capacity {
        known_by: known.by,
        line: known.line,
        carries_kbps: known.carries_kbps,
        used_kbps: known.used_kbps,
        message: sentence(known, places, &room),
        room,
    }
}

/// "Room for 14 more at 720p, 61 at 360p."
fn sentence(known: &Known, places: Option<u32>, room: &[RoomFor]) -> Said {
    let mut some = room.iter().filter(|room| room.more > 0);
    let Some(RoomFor { more, height, .. }) = some.next() else {
        return match known.by {
            _ if places == Some(0) => said!("capacity.places"),
            KnownBy::MaxUpload => said!("capacity.set"),
            KnownBy::Full => said!("capacity.full"),
            KnownBy::Carried => {
                said!("capacity.least", rate = Value::tenths(f64::from(known.carries_kbps) / 1000.0))
            }
        };
    };
    let mut list = format!("{more} more at {height}p");
    for RoomFor { more, height, .. } in some {
        list += &format!(", {more} at {height}p");
    }
    // The panel says this by the numbers beside it.
    let least = if known.by == KnownBy::Carried { "at least " } else { "" };
    format!("Room for {least}{list}.").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::SharedLine;

    fn said(by: KnownBy, more: [Option<u32>; 3], places: Option<u32>) -> String {
        let (line, carries_kbps, used_kbps) = (SharedLine::Uplink, 30_000, 12_000);
        let known = Known { by, line, carries_kbps, used_kbps, more };
        shown(&known, places, &VideoConfig::default()).message.to_string()
    }

    #[test]
    fn it_is_said_in_one_sentence() {
        for (by, more, places, sentence) in [
            (
                KnownBy::MaxUpload,
                [Some(141), Some(61), Some(14)],
                None,
                "Room for 14 more at 720p, 61 at 360p, 141 at 180p.",
            ),
            (KnownBy::Full, [Some(141), Some(61), Some(0)], None, "Room for 61 more at 360p, 141 at 180p."),
            (KnownBy::Carried, [Some(9), Some(2), None], None, "Room for at least 2 more at 360p, 9 at 180p."),
            (
                KnownBy::Full,
                [Some(0); 3],
                None,
                "The line carries no more: who comes makes everybody's picture smaller.",
            ),
            (KnownBy::MaxUpload, [Some(0); 3], None, "The upload that is set is used up: nobody more can be let in."),
            (KnownBy::MaxUpload, [Some(0); 3], Some(0), "As many watch as may."),
            (
                KnownBy::Carried,
                [Some(0); 3],
                None,
                "The line carries 30.0 Mbit/s at least; whether there is room for more is not known.",
            ),
        ] {
            assert_eq!(said(by, more, places), sentence);
        }
    }
}
