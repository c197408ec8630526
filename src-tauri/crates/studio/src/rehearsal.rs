//! A rehearsal: what was seen and heard of it, and what is found about that. Decisions only.
//!
//! What is encoded is looked at here; how it arrives is told by the pages that were opened by the private link, and by the forwarder.

mod words;

use audience::Token;
use media::{Glance, Shown, SourceChoice};
use protocol::{Finding, FindingCode, Rid, ViewerId, ViewerStats};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// A picture that is black, or stands still, for so long is no accident: between two scenes it is dark for a moment.
const LASTS: Duration = Duration::from_secs(5);

/// Speech has pauses: what counts is the loudest moment of so long.
const SPEECH: Duration = Duration::from_secs(10);

/// Softer than this, LUFS, people turn it up: broadcasts have -23 (EBU R 128), and streams up to -14.
const SOFT: f32 = -33.0;
const LOUD: f32 = -10.0;

/// Sound that is so much early or late is noticed (ITU-R BT.1359-1), milliseconds.
const EARLY_MS: f32 = 45.0;
const LATE_MS: f32 = 125.0;

/// Later than this a talk is hard, milliseconds.
const TALK_MS: f32 = 500.0;

/// With so many packets lost, of one, the picture suffers in spite of repairs.
const LOSSY: f32 = 0.03;

/// A page says every two seconds what came; one of which nothing is heard for so long is closed, or no page of ours.
const HEARD: Duration = Duration::from_secs(6);

/// What a browser has not told after so long, it does not tell.
const UNTOLD: Duration = Duration::from_secs(10);

/// Of so many measurements the median counts.
const KEPT: usize = 5;

/// What is shown, as far as it matters for what is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenery {
    /// Something that moves by itself: no two pictures of a camera are the same.
    Moves,
    /// A screen, a window or an image, which may stand still.
    Stands,
    /// A card, by choice.
    Card,
}

impl Scenery {
    /// Of that choice; `covered`: the camera is withheld.
    pub(crate) fn of(shown: &Shown, covered: bool) -> Scenery {
        let camera = shown.camera != media::CameraChoice::Off && !covered;
        match (&shown.source, shown.scene) {
            (_, Some(_)) => {
                if camera {
                    Scenery::Moves
                } else {
                    Scenery::Stands
                }
            }
            (SourceChoice::Camera(media::CameraChoice::Off), None) => Scenery::Card,
            _ if covered => Scenery::Card,
            (SourceChoice::Camera(_), None) => Scenery::Moves,
            _ => Scenery::Stands,
        }
    }
}

/// What a page says that watches: see [`protocol::PageHello::Path`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) packets: u32,
    pub(crate) pictures: Option<u32>,
    pub(crate) sound_late_ms: Option<f32>,
}

/// A rehearsal that starts or runs.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    token: Token,
    began: Option<Instant>,
    /// As of the last second.
    findings: Vec<Finding>,
    scenery: Scenery,
    print: Option<u64>,
    dark_since: Option<Instant>,
    still_since: Option<Instant>,
    /// With when it was told, the latest last.
    loudness: VecDeque<(Instant, Option<f32>)>,
    watching: BTreeMap<ViewerId, Watching>,
}

/// Who watches by the private link.
#[derive(Debug, Default)]
struct Watching {
    inside: bool,
    stats: Option<ViewerStats>,
    /// When its page said something first, and last.
    first: Option<Instant>,
    heard: Option<Instant>,
    /// Pictures, or where it does not tell packets; and when there were more of them than before.
    arrived: u32,
    grew: Option<Instant>,
    sound_late_ms: Median,
    latency_ms: Median,
}

#[derive(Debug, Default)]
struct Median(VecDeque<f32>);

impl Median {
    fn add(&mut self, value: f32) {
        if value.is_finite() {
            self.0.push_back(value);
            self.0.drain(..self.0.len().saturating_sub(KEPT));
        }
    }

    fn get(&self) -> Option<f32> {
        let mut sorted = Vec::from_iter(self.0.iter().copied());
        sorted.sort_by(f32::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

type Found = (FindingCode, Option<f32>);

impl Rehearsal {
    pub(crate) fn new(token: Token) -> Rehearsal {
        Rehearsal {
            token,
            began: None,
            findings: Vec::new(),
            scenery: Scenery::Stands,
            print: None,
            dark_since: None,
            still_since: None,
            loudness: VecDeque::new(),
            watching: BTreeMap::new(),
        }
    }

    /// Of its private link.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// What is to be said, one of each; nothing before the first second.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// A second went by. `full_kbps`: of the full picture.
    pub(crate) fn second(&mut self, glance: Glance, scenery: Scenery, full_kbps: u32, now: Instant) {
        self.look(glance, scenery, now);
        let began = *self.began.get_or_insert(now);
        let found = [
            self.picture(began, now),
            self.sound(began, now),
            self.playback(now),
            self.sync(now),
            self.late(now),
            self.upload(full_kbps),
        ];
        let finding = |(code, value): Found| {
            let (of, verdict) = code.of();
            Finding { of, verdict, code, value, message: words::message(code, value) }
        };
        self.findings = found.map(finding).into();
    }

    fn look(&mut self, glance: Glance, scenery: Scenery, now: Instant) {
        if std::mem::replace(&mut self.scenery, scenery) != scenery {
            (self.dark_since, self.still_since, self.print) = (None, None, None);
        }
        let dark = glance.picture.is_none_or(|seen| seen.dark);
        self.dark_since = dark.then(|| self.dark_since.unwrap_or(now));
        let print = glance.picture.map(|seen| seen.print);
        let same = std::mem::replace(&mut self.print, print) == print;
        self.still_since = same.then(|| self.still_since.unwrap_or(now));
        self.loudness.push_back((now, glance.loudness));
        while self.loudness.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= SPEECH) {
            self.loudness.pop_front();
        }
    }

    /// The forwarder tells how somebody does who watches; `inside`: in this computer's network.
    pub(crate) fn stats(&mut self, viewer: ViewerId, stats: ViewerStats, inside: bool) {
        let watching = self.watching.entry(viewer).or_default();
        (watching.stats, watching.inside) = (Some(stats), inside);
    }

    /// Its page tells what came.
    pub(crate) fn arrived(&mut self, viewer: ViewerId, arrived: &Arrived, now: Instant) {
        let watching = self.watching.entry(viewer).or_default();
        watching.first.get_or_insert(now);
        watching.heard = Some(now);
        let count = arrived.pictures.unwrap_or(arrived.packets);
        if std::mem::replace(&mut watching.arrived, count) < count {
            watching.grew = Some(now);
        }
        arrived.sound_late_ms.into_iter().for_each(|ms| watching.sound_late_ms.add(ms));
    }

    /// Its page measured how late the picture is.
    pub(crate) fn latency(&mut self, viewer: ViewerId, latency_ms: f32) {
        self.watching.entry(viewer).or_default().latency_ms.add(latency_ms);
    }

    /// It is gone.
    pub(crate) fn gone(&mut self, viewer: ViewerId) {
        self.watching.remove(&viewer);
    }

    fn picture(&self, began: Instant, now: Instant) -> Found {
        let lasts = |since: Option<Instant>| since.is_some_and(|since| now.saturating_duration_since(since) >= LASTS);
        let code = match self.scenery {
            Scenery::Card => FindingCode::PictureCard,
            _ if lasts(self.dark_since) => FindingCode::PictureBlack,
            Scenery::Moves if lasts(self.still_since) => FindingCode::PictureStill,
            _ if now.saturating_duration_since(began) < LASTS => FindingCode::PictureUnknown,
            _ => FindingCode::PictureGood,
        };
        (code, None)
    }

    fn sound(&self, began: Instant, now: Instant) -> Found {
        let loudest = self.loudness.iter().filter_map(|(_, loudness)| *loudness).max_by(f32::total_cmp);
        let code = match loudest {
            Some(loudest) if loudest > LOUD => FindingCode::SoundLoud,
            Some(loudest) if loudest >= SOFT => FindingCode::SoundGood,
            // Nobody may have spoken yet.
            _ if now.saturating_duration_since(began) < SPEECH => return (FindingCode::SoundUnknown, None),
            Some(_) => FindingCode::SoundSoft,
            None => FindingCode::SoundNone,
        };
        (code, loudest)
    }

    /// Those whose page is open.
    fn pages(&self, now: Instant) -> impl Iterator<Item = &Watching> {
        let lately = move |at: Option<Instant>| at.is_some_and(|at| now.saturating_duration_since(at) < HEARD);
        self.watching.values().filter(move |watching| lately(watching.heard))
    }

    fn playback(&self, now: Instant) -> Found {
        let stands = |watching: &Watching| {
            let grew = watching.grew.or(watching.first);
            grew.is_some_and(|grew| now.saturating_duration_since(grew) >= HEARD)
        };
        let shows = |watching: &Watching| watching.grew.is_some() && !stands(watching);
        let code = match () {
            () if self.pages(now).any(stands) => FindingCode::PlaybackStuck,
            () if self.pages(now).any(shows) => FindingCode::PlaybackGood,
            () => FindingCode::PlaybackUnknown,
        };
        (code, None)
    }

    /// Somebody watches for so long that its browser would have told.
    fn is_untold(&self, now: Instant) -> bool {
        let long = |first: Instant| now.saturating_duration_since(first) >= UNTOLD;
        self.pages(now).any(|watching| watching.first.is_some_and(long))
    }

    fn sync(&self, now: Instant) -> Found {
        let told = self.pages(now).filter_map(|watching| watching.sound_late_ms.get());
        // The reports by which a page reckons date the sound later than it was taken.
        let dated_later = 1000.0 * forward::LIP_SYNC.as_secs_f32();
        match told.map(|ms| ms + dated_later).max_by(|one, other| one.abs().total_cmp(&other.abs())) {
            None if self.is_untold(now) => (FindingCode::SyncUntold, None),
            None => (FindingCode::SyncUnknown, None),
            Some(ms) if ms < -EARLY_MS => (FindingCode::SyncEarly, Some(ms)),
            Some(ms) if ms > LATE_MS => (FindingCode::SyncLate, Some(ms)),
            Some(ms) => (FindingCode::SyncGood, Some(ms)),
        }
    }

    fn late(&self, now: Instant) -> Found {
        match self.pages(now).filter_map(|watching| watching.latency_ms.get()).max_by(f32::total_cmp) {
            None if self.is_untold(now) => (FindingCode::LatencyUntold, None),
            None => (FindingCode::LatencyUnknown, None),
            Some(ms) if ms > TALK_MS => (FindingCode::LatencyLate, Some(ms)),
            Some(ms) => (FindingCode::LatencyGood, Some(ms)),
        }
    }

    /// What the transports saw. What stays inside the network is on no line of its own: only that it goes badly says something.
    fn upload(&self, full_kbps: u32) -> Found {
        let all = || self.watching.values().filter_map(|watching| Some((watching.inside, watching.stats?)));
        let lost = all().map(|(_, stats)| stats.loss).fold(0.0, f32::max);
        let carries = all().filter_map(|(_, stats)| stats.line_kbps).min().filter(|kbps| *kbps < full_kbps);
        let in_full = |stats: &ViewerStats| stats.layer.is_some_and(|layer| layer.rid == Rid::F);
        let outside = all().find(|(inside, stats)| !inside && in_full(stats));
        match () {
            () if lost >= LOSSY => (FindingCode::UploadLossy, Some(100.0 * lost)),
            () if all().any(|(_, stats)| stats.capped.is_some()) => (FindingCode::UploadCapped, None),
            () if carries.is_some() => (FindingCode::UploadShort, carries.map(|kbps| kbps as f32)),
            () if outside.is_some() => (FindingCode::UploadGood, outside.map(|(_, stats)| stats.bitrate_kbps as f32)),
            () if all().any(|(_, stats)| in_full(&stats)) => (FindingCode::UploadInside, None),
            () => (FindingCode::UploadUnknown, None),
        }
    }
}

#[cfg(test)]
mod tests;
