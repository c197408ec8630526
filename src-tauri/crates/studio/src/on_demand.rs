//! Which layers of codecs on demand are encoded: those that are watched, and for a while those that were. Decisions only.

use std::time::{Duration, Instant};
use stream::{CODECS, LAYERS, Rid, VideoCodec, layer_index};

/// How long a layer goes on being encoded unwatched: longer than it takes to reload a page, or to come back from a lost
/// network, so that whoever does finds a first picture in the history.
const LINGER: Duration = Duration::from_secs(30);

/// How long an answer counts as a viewer of its codec: longer than a handshake takes, and short for one that never comes.
const PROMISED: Duration = Duration::from_secs(5);

/// What viewers want, by codec and layer.
#[derive(Debug, Default)]
pub(crate) struct OnDemand {
    layers: [Demand; LAYERS],
    viewers: [bool; LAYERS],
    relays: [bool; LAYERS],
    /// Until when somebody who was answered each codec is expected.
    promised: [Option<Instant>; CODECS.len()],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Demand {
    #[default]
    None,
    Watched,
    Lingering {
        until: Instant,
    },
}

impl OnDemand {
    /// Viewers want these layers of a codec now. Some: encode these from now on.
    pub(crate) fn wanted(&mut self, codec: VideoCodec, rids: &[Rid], now: Instant) -> Option<Vec<Rid>> {
        Rid::ALL.iter().for_each(|rid| self.viewers[layer_index(codec, *rid)] = rids.contains(rid));
        self.settle(codec, now)
    }

    /// Engines that the stream is handed to are sent these layers of a codec. Some: encode these from now on.
    pub(crate) fn relayed(&mut self, codec: VideoCodec, rids: &[Rid], now: Instant) -> Option<Vec<Rid>> {
        Rid::ALL.iter().for_each(|rid| self.relays[layer_index(codec, *rid)] = rids.contains(rid));
        self.settle(codec, now)
    }

    fn settle(&mut self, codec: VideoCodec, now: Instant) -> Option<Vec<Rid>> {
        let before = self.encoded(codec);
        for rid in Rid::ALL {
            let index = layer_index(codec, rid);
            let demand = &mut self.layers[index];
            if self.viewers[index] || self.relays[index] {
                *demand = Demand::Watched;
            } else if *demand == Demand::Watched {
                *demand = Demand::Lingering { until: now + LINGER };
            }
        }
        Some(self.encoded(codec)).filter(|after| *after != before)
    }

    /// Whether any layer of it is encoded.
    pub(crate) fn runs(&self, codec: VideoCodec) -> bool {
        !self.encoded(codec).is_empty()
    }

    /// Somebody was answered this codec, and may want layers of it in a moment.
    pub(crate) fn answered(&mut self, codec: VideoCodec, now: Instant) {
        self.promised[codec as usize] = Some(now + PROMISED);
    }

    /// Whether any layer of it is encoded, or will be as somebody was answered it.
    pub(crate) fn runs_or_will(&self, codec: VideoCodec, now: Instant) -> bool {
        self.runs(codec) || self.promised[codec as usize].is_some_and(|until| now < until)
    }

    /// When [`OnDemand::expire`] has something to do.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.layers
            .iter()
            .filter_map(|demand| match demand {
                Demand::Lingering { until } => Some(*until),
                Demand::None | Demand::Watched => None,
            })
            .min()
    }

    /// Time went by. Of these codecs encode these layers from now on.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<(VideoCodec, Vec<Rid>)> {
        let codecs = CODECS.map(|spec| spec.codec);
        let before = codecs.map(|codec| self.encoded(codec));
        for demand in &mut self.layers {
            if matches!(demand, Demand::Lingering { until } if *until <= now) {
                *demand = Demand::None;
            }
        }
        let after = codecs.into_iter().map(|codec| (codec, self.encoded(codec)));
        after.zip(before).filter(|((_, after), before)| after != before).map(|(changed, _)| changed).collect()
    }

    fn encoded(&self, codec: VideoCodec) -> Vec<Rid> {
        Rid::ALL.into_iter().filter(|rid| self.layers[layer_index(codec, *rid)] != Demand::None).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODEC: VideoCodec = VideoCodec::Vp8;

    #[test]
    fn the_first_viewer_starts_it_and_it_outlives_the_last_by_30_s() {
        let start = Instant::now();
        let mut on_demand = OnDemand::default();
        assert!(!on_demand.runs(CODEC));
        assert_eq!(on_demand.wanted(CODEC, &[Rid::F], start), Some(vec![Rid::F]));
        assert!(on_demand.runs(CODEC));
        assert_eq!(on_demand.timeout(), None);
        assert_eq!(on_demand.wanted(CODEC, &[], start), None, "it goes on for now");
        assert_eq!(on_demand.timeout(), Some(start + LINGER));
        assert_eq!(on_demand.expire(start + LINGER - Duration::from_millis(1)), []);
        assert_eq!(on_demand.expire(start + LINGER), [(CODEC, vec![])]);
        assert_eq!(on_demand.timeout(), None);
    }

    #[test]
    fn who_comes_back_in_time_finds_it_running() {
        let start = Instant::now();
        let mut on_demand = OnDemand::default();
        on_demand.wanted(CODEC, &[Rid::F], start);
        on_demand.wanted(CODEC, &[], start);
        assert_eq!(on_demand.wanted(CODEC, &[Rid::F], start + Duration::from_secs(10)), None);
        assert_eq!(on_demand.expire(start + LINGER), [], "it is watched again");
    }

    #[test]
    fn what_an_engine_is_sent_is_encoded_though_nobody_watches_here() {
        let start = Instant::now();
        let mut on_demand = OnDemand::default();
        assert_eq!(on_demand.relayed(CODEC, &[Rid::F], start), Some(vec![Rid::F]));
        assert_eq!(on_demand.wanted(CODEC, &[Rid::F], start), None);
        assert_eq!(on_demand.wanted(CODEC, &[], start), None);
        assert_eq!(on_demand.timeout(), None, "it is sent on");
        assert_eq!(on_demand.relayed(CODEC, &[], start), None);
        assert_eq!(on_demand.expire(start + LINGER), [(CODEC, vec![])]);
    }

    #[test]
    fn who_was_answered_counts_until_it_should_have_come() {
        let start = Instant::now();
        let mut on_demand = OnDemand::default();
        on_demand.answered(CODEC, start);
        assert!(!on_demand.runs(CODEC));
        assert!(on_demand.runs_or_will(CODEC, start + PROMISED - Duration::from_millis(1)));
        assert!(!on_demand.runs_or_will(VideoCodec::Vp9, start), "it is another");
        assert!(!on_demand.runs_or_will(CODEC, start + PROMISED));
        on_demand.wanted(CODEC, &[Rid::F], start + PROMISED);
        assert!(on_demand.runs_or_will(CODEC, start + 2 * PROMISED));
    }

    #[test]
    fn each_layer_lingers_for_itself() {
        let start = Instant::now();
        let mut on_demand = OnDemand::default();
        assert_eq!(on_demand.wanted(CODEC, &[Rid::H, Rid::F], start), Some(vec![Rid::H, Rid::F]));
        assert_eq!(on_demand.wanted(CODEC, &[Rid::F], start), None);
        assert_eq!(on_demand.expire(start + LINGER), [(CODEC, vec![Rid::F])]);
    }
}
