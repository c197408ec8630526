//! Who is let in: the audience, which decides about people, and the upload cap, which decides about the line.

use crate::capacity::Allotted;
use crate::elsewhere::{Elsewhere, RelayFrom};
use crate::encoder_room::May;
use crate::forwarding::Forwarding;
use crate::meter::Meter;
use crate::metrics::{self, Scrape};
use crate::profiles::Profiles;
use crate::quality::Quality;
use crate::random::random_hex;
use crate::steps::TOP_CODEC;
use crate::upload::{self, LineFull, Upload, Weighed};
use audience::{Audience, Input, Now, Output, Persisted, Refusal, Visitor};
use forward::{NoViewer, OfferError};
use media::VideoConfig;
use protocol::{RefusalCode, RelayId, Rid, SoundPreset, ViewerId};
use sdp::{Fragment, Offer};
use server::{Asks, Door, Joined, PatchError, Refused, Request, Transports};
use std::time::Instant;
use stream::{CodecSpec, Profile, VideoCodec};

/// The audience, each viewer's share of the line, what all of them can decode, and who watches at a relay.
#[derive(Debug)]
pub(crate) struct Admission {
    audience: Audience,
    upload: Upload,
    profiles: Profiles,
    quality: Quality,
    elsewhere: Elsewhere,
    /// When the audience wants to be asked again.
    timeout: Instant,
}

impl Admission {
    /// `max_upload_kbps` 0: no limit. `unfinished_joins`: of one address.
    pub(crate) fn new(
        persisted: Persisted,
        max_viewers: u32,
        max_upload_kbps: u32,
        unfinished_joins: u32,
        (video, sound): (&VideoConfig, SoundPreset),
        now: Now,
    ) -> Admission {
        let audience = Audience::new(persisted, max_viewers, now).with_unfinished_joins(unfinished_joins);
        let upload = Upload::new(max_upload_kbps, upload::rates(video, sound));
        Admission {
            audience,
            upload,
            profiles: Profiles::default(),
            quality: Quality::default(),
            elsewhere: Elsewhere::default(),
            timeout: now.instant,
        }
    }

    /// Lets the audience take in what happened. What follows is there to be polled.
    pub(crate) fn handle(&mut self, input: Input, now: Now) {
        self.audience.handle(input, now);
    }

    /// The next thing to carry out.
    pub(crate) fn poll(&mut self) -> Option<Output> {
        match self.audience.poll() {
            Output::Timeout(when) => {
                self.timeout = when;
                None
            }
            output => Some(output),
        }
    }

    /// When the audience is to be given a tick.
    pub(crate) fn timeout(&self) -> Instant {
        self.timeout
    }

    /// What there is to know about the audience.
    pub(crate) fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Lets the door answer a request, with transports of this forwarder, for codecs that are encoded or may be: the one that somebody
    /// was answered, if so. What follows is there to be polled.
    pub(crate) fn answer<F: Forwarding>(
        &mut self,
        door: &mut Door,
        request: Request,
        forwarder: &F,
        meter: &Meter,
        may_encode: &dyn Fn(VideoCodec) -> May,
        now: Now,
    ) -> Option<VideoCodec> {
        let stale = self.audience.stale_join(now);
        let (upload, profiles, elsewhere) = (&mut self.upload, &mut self.profiles, &mut self.elsewhere);
        let quality = &mut self.quality;
        let now_is = now.instant;
        let (answered, moved) = (None, Vec::new());
        let mut shares = Shares {
            upload,
            profiles,
            quality,
            elsewhere,
            stale,
            forwarder,
            meter,
            may_encode,
            answered,
            moved,
            now: now_is,
        };
        door.answer(request, &mut self.audience, &mut shares, now);
        let Shares { answered, moved, .. } = shares;
        for input in moved {
            self.audience.handle(input, now);
        }
        answered
    }

    /// Which layer each viewer holds.
    pub(crate) fn quality(&mut self) -> &mut Quality {
        &mut self.quality
    }

    /// When a viewer is to hold another layer.
    pub(crate) fn quality_timeout(&self) -> Option<Instant> {
        self.quality.timeout()
    }

    /// Who may hear of the broadcast changed: the door looks at every page again. What follows is there to be polled.
    pub(crate) fn look_again(&mut self, door: &mut Door, now: Now) {
        door.look_again(&mut self.audience, now);
    }

    /// Who waits says what it is called. What follows is there to be polled.
    pub(crate) fn waits_by_name(&mut self, visitor: &Visitor, name: &str) {
        self.audience.waits_by_name(visitor, name);
    }

    /// Who watches at a relay.
    pub(crate) fn elsewhere(&mut self) -> &mut Elsewhere {
        &mut self.elsewhere
    }

    /// How many watch at a relay.
    pub(crate) fn watching_at(&self, relay: RelayId) -> u32 {
        self.elsewhere.watching(relay)
    }

    /// When somebody who is on the way to a relay has to be there.
    pub(crate) fn elsewhere_timeout(&self) -> Option<Instant> {
        self.elsewhere.timeout()
    }

    /// Something was heard of a joiner, so that its share of the line weighs. Where there is none left, a joiner that should have
    /// finished its handshake by now gives its own. An error: there is no such one either.
    pub(crate) fn weigh(&mut self, viewer: ViewerId, now: Now) -> Result<Weighed, LineFull> {
        let weighed = self.upload.weigh(viewer, self.audience.stale_join(now))?;
        self.profiles.there(viewer);
        Ok(weighed)
    }

    /// A viewer is gone, and its share of the line free: these others may have larger layers now.
    pub(crate) fn release(&mut self, viewer: ViewerId, now: Now) -> Vec<(ViewerId, Rid)> {
        self.profiles.gone(viewer, now.instant);
        self.quality.gone(viewer);
        self.elsewhere.end(viewer);
        self.upload.release(viewer)
    }

    /// The profile that is to be encoded from now on, where that is another than before.
    pub(crate) fn profile(&mut self, now: Now) -> Option<Profile> {
        self.profiles.poll(now.instant)
    }

    /// When that may be another without anything having happened.
    pub(crate) fn profile_timeout(&self) -> Option<Instant> {
        self.profiles.timeout()
    }

    /// Engines that the stream is handed to take no more than this.
    pub(crate) fn relays_take(&mut self, profile: Profile, now: Now) {
        self.profiles.relays_take(profile, now.instant);
    }

    /// What `max_upload_kbps` leaves; none where it is not set.
    pub(crate) fn allotted(&self) -> Option<Allotted> {
        self.upload.allotted()
    }

    /// The layers that each engine is sent: these viewers' layers change with it.
    pub(crate) fn relayed(&mut self, relays: Vec<Vec<Rid>>) -> Vec<(ViewerId, Rid)> {
        self.upload.relayed(relays)
    }

    /// Who is sent to relays from now on.
    pub(crate) fn relay_from(&mut self, from: RelayFrom) {
        self.elsewhere.set_from(from);
    }

    /// The cap or the layers changed: these viewers' layers change with it.
    pub(crate) fn share_anew(
        &mut self,
        max_upload_kbps: u32,
        video: &VideoConfig,
        sound: SoundPreset,
    ) -> Vec<(ViewerId, Rid)> {
        self.upload.configure(max_upload_kbps, upload::rates(video, sound))
    }
}

/// Makes transports that have their share of the line.
struct Shares<'a, F> {
    upload: &'a mut Upload,
    profiles: &'a mut Profiles,
    quality: &'a mut Quality,
    elsewhere: &'a mut Elsewhere,
    /// A joiner whose share another one may have.
    stale: Option<ViewerId>,
    forwarder: &'a F,
    meter: &'a Meter,
    may_encode: &'a dyn Fn(VideoCodec) -> May,
    /// Which codec was in the answer.
    answered: Option<VideoCodec>,
    /// What the audience is to be told of those who go to a relay.
    moved: Vec<Input>,
    now: Instant,
}

impl<F: Forwarding> Transports for Shares<'_, F> {
    fn join(&mut self, viewer: ViewerId, visitor: &Visitor, asks: &Asks) -> Result<Option<Joined>, Refused> {
        if asks.counter_offers {
            let (upload, decodes) = (&self.upload, |codec| decodes(&asks.offer, codec));
            let relay = self.elsewhere.place(visitor.address, || upload.has_room_for_top(), decodes, self.now);
            if let Some(relay) = relay {
                self.elsewhere.admit(viewer, relay, visitor.address, self.now);
                self.moved.push(Input::Relayed { viewer, relay });
                return Ok(None);
            }
        }
        self.join_here(viewer, asks).map(Some)
    }

    fn answer(&mut self, viewer: ViewerId, answer: String) -> Result<(), PatchError> {
        // It takes a place when media flows: its checks go to the engine, and an answer is no more than a request.
        self.elsewhere.answered(viewer, answer, self.now).then_some(()).ok_or(PatchError::NotAsked)
    }

    fn patch(&mut self, viewer: ViewerId, fragment: &Fragment) -> Result<Option<String>, PatchError> {
        if self.elsewhere.has(viewer) {
            return Err(PatchError::Elsewhere);
        }
        self.forwarder.patch(viewer, fragment).map_err(|NoViewer| PatchError::NoSession)
    }

    fn asked_for(&mut self, viewer: ViewerId) {
        self.elsewhere.heard_of(viewer, self.now);
    }

    fn close(&mut self, viewer: ViewerId) {
        if self.elsewhere.has(viewer) {
            return self.elsewhere.end(viewer);
        }
        self.forwarder.close(viewer);
        self.profiles.gone(viewer, self.now);
        self.quality.gone(viewer);
        for (other, rid) in self.upload.release(viewer) {
            self.forwarder.cap(other, rid);
        }
    }

    fn metrics(&self, audience: &Audience, door: &Door, refused_before: &[(RefusalCode, u64)]) -> String {
        metrics::text(&Scrape {
            live: audience.live(),
            watching: audience.watching(),
            peak: audience.peak(),
            pages: door.pages(),
            sessions: door.sessions(),
            refused: &door.refusals().and(refused_before),
            totals: self.forwarder.totals(),
            steps: &self.meter.steps,
            turns: &self.meter.turns,
            panics: &threads::counts(),
        })
    }
}

/// An offer has that codec; what an engine makes of its details is said by its own offer.
fn decodes(offer: &Offer, codec: VideoCodec) -> bool {
    let name = CodecSpec::of(codec).rtpmap;
    let of = |media: &sdp::Media| media.payload_types.iter().any(|of| of.encoding.eq_ignore_ascii_case(name));
    offer.media.iter().filter(|media| media.kind == "video").any(of)
}

impl<F: Forwarding> Shares<'_, F> {
    fn join_here(&mut self, viewer: ViewerId, asks: &Asks) -> Result<Joined, Refused> {
        let offer = &asks.offer;
        let full = || Refused::Refusal(Refusal::new(RefusalCode::Full));
        let max = self.upload.admit(viewer, self.stale).ok_or_else(full)?;
        // Players that were made for one codec stand still where another one comes in its place.
        let suits = |codec| asks.codec_changes || !CodecSpec::of(codec).of_screens;
        let may = |codec| if suits(codec) { (self.may_encode)(codec) } else { May::No };
        let mut joined = self.forwarder.join(viewer, offer, max, &|codec| may(codec) == May::Yes);
        if matches!(joined, Err(OfferError::NoEncoder)) {
            joined = self.forwarder.join(viewer, offer, max, &|codec| may(codec) != May::No);
        }
        let joined = joined.map_err(|error| {
            self.upload.release(viewer);
            match error {
                OfferError::Unfit(said) => Refused::BadOffer(said),
                OfferError::NoMedia(said) => Refused::NoMedia(said),
                OfferError::NoEncoder => Refused::NoEncoder,
                OfferError::Overloaded => Refused::Overloaded,
                OfferError::Duplicate => unreachable!("the audience never uses an id twice"),
            }
        })?;
        match self.upload.settle(viewer, joined.codec, self.stale) {
            Some(settled) if settled != max => self.forwarder.cap(viewer, settled),
            Some(_) => {}
            None => {
                self.forwarder.close(viewer);
                return Err(full());
            }
        }
        let forward::Answered { answer, codec, takes, ice_ufrag: etag, rejected, .. } = joined;
        self.answered = codec;
        if codec == Some(TOP_CODEC) {
            self.profiles.answered(viewer, takes);
        }
        if let Some(codec) = codec {
            self.quality.answered(viewer, codec);
        }
        Ok(Joined { session: random_hex(), answer, etag, rejected })
    }
}
