//! How many more could watch: what a line was seen to carry, against what each layer costs now. Decisions only.
//!
//! Nothing is guessed. `max_upload_kbps` says it where it is set. Else a line is known by what went through it: when viewers behind
//! several other lines are short of it at one time, the end that they share is this one, and what arrived then is what it carries.
//! Until that happened it is known to carry as much as arrived, and perhaps more. Viewers on this computer say nothing about any line.

mod costs;
mod line;
#[cfg(test)]
mod tests;

pub(crate) use costs::Made;

use costs::Costs;
use line::{Carries, Line, Second};
use protocol::{KnownBy, Network, Rid, SharedLine, ViewerId, ViewerStats};
use std::collections::VecDeque;
use std::time::Instant;

/// What one more viewer of each layer takes, kbit/s on the wire, by [`Rid::index`]; none: nobody can be sent it now.
pub(crate) type Rates = [Option<u32>; Rid::ALL.len()];

/// A part of the packets that is lost on the way: so much shows.
const LOSES: f32 = 0.03;

/// The temporal layer that has every picture.
const EVERY_PICTURE: u8 = 2;

/// Seconds in which a viewer who came climbs to what its path carries: until then it is sent less without being short of anything.
const CLIMBS: usize = 15;

/// What is known of the lines.
#[derive(Debug, Default)]
pub(crate) struct Capacity {
    costs: Costs,
    uplink: Line,
    network: Line,
    /// What has been told of since the last second.
    seen: [Second; 2],
    /// The newest viewer of each of the last seconds, the longest ago first: ids only grow.
    newest: VecDeque<ViewerId>,
}

/// What `max_upload_kbps` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allotted {
    pub(crate) cap_kbps: u32,
    pub(crate) allotted_kbps: u32,
    /// What admission reckons that each layer costs.
    pub(crate) costs: [u32; Rid::ALL.len()],
}

/// How many more could watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) by: KnownBy,
    pub(crate) line: SharedLine,
    pub(crate) carries_kbps: u32,
    pub(crate) used_kbps: u32,
    /// By [`Rid::index`].
    pub(crate) more: [Option<u32>; Rid::ALL.len()],
}

impl Capacity {
    /// A broadcast begins, or what is encoded is set otherwise: what layers cost is measured anew.
    pub(crate) fn encoded_anew(&mut self) {
        self.costs = Costs::default();
    }

    /// Other engines are sent the stream beside the viewers: what is left of the line for those is another thing than before.
    pub(crate) fn relays_changed(&mut self) {
        self.uplink = Line::default();
    }

    /// How a viewer does, who is at that address of a network; none: on this computer. `held`: the layer that it chose; `inside`: in this
    /// computer's own network.
    pub(crate) fn seen(
        &mut self,
        viewer: ViewerId,
        stats: &ViewerStats,
        held: Option<Rid>,
        network: Option<Network>,
        inside: bool,
    ) {
        let settled = self.newest.len() > CLIMBS && self.newest.front().is_some_and(|newest| viewer <= *newest);
        if let Some(newest) = self.newest.back_mut() {
            *newest = viewer.max(*newest);
        }
        let Some(network) = network else { return };
        // By what it is sent, not by what its path seems to carry: each who shares a line measures it at another moment, and all together
        // measure more than there is.
        let thin = stats.line_kbps.is_some() && sees_less(stats, held);
        let sent = f64::from(stats.bitrate_kbps);
        let arrived = sent * f64::from(1.0 - stats.loss.clamp(0.0, 1.0));
        let short = settled.then(|| (thin || stats.loss >= LOSES).then_some(network));
        self.seen[usize::from(inside)].add(sent, arrived, short);
    }

    /// All viewers were seen, a second after the last time.
    pub(crate) fn second(&mut self, now: Instant) {
        let newest = self.newest.back().copied().unwrap_or(ViewerId(0));
        self.newest.push_back(newest);
        self.newest.drain(..self.newest.len().saturating_sub(CLIMBS + 1));
        let [outside, inside] = std::mem::take(&mut self.seen);
        self.uplink.second(&outside, now);
        self.network.second(&inside, now);
    }

    /// The encoders made this until now.
    pub(crate) fn made(&mut self, made: Made, now: Instant) {
        self.costs.made(made, now);
    }

    /// How many more could watch; none where nothing is known. `places`: so many more may, where their number is limited.
    pub(crate) fn known(&self, allotted: Option<Allotted>, places: Option<u32>) -> Option<Known> {
        let allotted = allotted.map(|Allotted { cap_kbps, allotted_kbps, costs }| {
            let (by, line, costs) = (KnownBy::MaxUpload, SharedLine::Uplink, costs.map(Some));
            reckon(by, line, (cap_kbps, allotted_kbps), costs, places)
        });
        let measured = |line: &Line, which| {
            let (by, carries) = match line.carries()? {
                Carries::Exactly(kbps) => (KnownBy::Full, kbps),
                Carries::AtLeast(kbps) => (KnownBy::Carried, kbps),
            };
            let costs = self.costs.rates();
            // Who watches there gets what is left before anybody who comes.
            let used = if line.is_short() { carries } else { line.used() };
            Some(reckon(by, which, (carries, used), costs, places))
        };
        let uplink = measured(&self.uplink, SharedLine::Uplink);
        match (allotted, uplink) {
            // What was set is more than the line has.
            (Some(allotted), Some(full)) if full.by == KnownBy::Full && full.is_less_than(&allotted) => Some(full),
            (Some(allotted), _) => Some(allotted),
            (None, Some(uplink)) => Some(uplink),
            (None, None) => measured(&self.network, SharedLine::Network),
        }
    }
}

/// Is sent a smaller layer, or fewer pictures of it, than was allotted and chosen.
fn sees_less(stats: &ViewerStats, held: Option<Rid>) -> bool {
    let most = stats.capped.unwrap_or(Rid::F).min(held.unwrap_or(Rid::F));
    stats.layer.is_some_and(|layer| layer.rid < most || layer.temporal < EVERY_PICTURE)
}

impl Known {
    fn is_less_than(&self, other: &Known) -> bool {
        let left = |of: &Known| of.carries_kbps.saturating_sub(of.used_kbps);
        left(self) < left(other)
    }

    /// To two digits, so that it is not told again for nothing.
    pub(crate) fn rounded(self) -> Known {
        // What was set and allotted is not measured, and is as it is.
        if self.by == KnownBy::MaxUpload {
            return self;
        }
        Known { carries_kbps: two_digits(self.carries_kbps), used_kbps: two_digits(self.used_kbps), ..self }
    }
}

fn reckon(
    by: KnownBy,
    line: SharedLine,
    (carries_kbps, used_kbps): (u32, u32),
    costs: Rates,
    places: Option<u32>,
) -> Known {
    let left = carries_kbps.saturating_sub(used_kbps);
    let more = |cost: u32| (left / cost.max(1)).min(places.unwrap_or(u32::MAX));
    Known { by, line, carries_kbps, used_kbps, more: costs.map(|cost| cost.map(more)) }
}

fn two_digits(kbps: u32) -> u32 {
    let step = 10u32.pow(kbps.max(1).ilog10().saturating_sub(1));
    (kbps + step / 2) / step * step
}
