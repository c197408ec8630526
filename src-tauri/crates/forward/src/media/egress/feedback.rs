//! What a viewer's RTCP says, and what its egress does about it.

use super::Egress;
use super::context::Context;
use super::sound::SoundEgress;
use super::video::VideoEgress;
use crate::media::history::History;
use crate::media::sink::PacketSink;
use rtp::rtcp::{MOST_NUMBERS, Message, ReportBlock};
use std::time::{Duration, Instant};

/// The RTP clock rate of Opus (RFC 7587 section 4.1).
const SOUND_CLOCK: f64 = 48_000.0;

/// What a viewer's RTCP says to others than its egress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RtcpOutcome {
    /// It had a BYE.
    pub(crate) bye: bool,
    /// A part of it could not be read. The rest was used.
    pub(crate) malformed: bool,
    /// It asked for more than one compound may: a second transport-wide feedback, or too many lost packets. The rest was used.
    pub(crate) excessive: bool,
}

impl Egress {
    /// Takes the messages of a compound RTCP packet, which was decrypted and authenticated. It may have been queued since it `arrived`.
    pub(crate) fn rtcp<'a>(
        &mut self,
        messages: impl Iterator<Item = Message<'a>>,
        arrived: Instant,
        h: &History,
        now: Instant,
        out: &mut impl PacketSink,
    ) -> RtcpOutcome {
        let mut outcome = RtcpOutcome::default();
        let mut path_reported = false;
        let mut congested = false;
        // A browser's datagram has one transport-wide feedback at most, and its viewer was charged for one.
        let mut told = false;
        let mut numbers = MOST_NUMBERS;
        for message in messages {
            let cx = &mut Context::new(&self.clock, &mut self.flow, now, out);
            match message {
                Message::Reports(blocks) => {
                    for block in blocks {
                        let Some(loss) = self.reported(block, arrived) else { continue };
                        let cx = &mut Context::new(&self.clock, &mut self.flow, now, out);
                        congested |= self.adaptation.report(loss, cx);
                        path_reported = true;
                    }
                }
                Message::Remb(bits) => (path_reported, congested) = (true, congested | self.adaptation.remb(bits, cx)),
                Message::Wide(_) if std::mem::replace(&mut told, true) => outcome.excessive = true,
                Message::Wide(feedback) => {
                    (path_reported, congested) = (true, congested | self.adaptation.feedback(&feedback, cx))
                }
                Message::Bye => outcome.bye = true,
                Message::Malformed => outcome.malformed = true,
                Message::Other => {}
                of_picture => {
                    if let Some(video) = self.video.as_mut().filter(|_| self.started) {
                        let trip = self.round_trip.unwrap_or_default();
                        outcome.excessive |= picture_feedback(of_picture, video, &mut numbers, trip, h, cx);
                    }
                }
            }
        }
        if let Some(video) = self.video.as_mut().filter(|_| self.started && path_reported) {
            let sound = self.sound.as_ref().map_or(0.0, SoundEgress::rate);
            let cx = &mut Context::new(&self.clock, &mut self.flow, now, out);
            self.adaptation.adapt(congested, sound, video, h, cx);
        }
        outcome
    }

    /// Takes a report block. If it is about the picture, or about the sound of a viewer without a picture, this returns how many
    /// packets it covers and the fraction that was lost.
    fn reported(&mut self, block: ReportBlock, now: Instant) -> Option<(f32, f32)> {
        let of_video = self.video.as_ref().is_some_and(|v| v.ssrc() == block.ssrc);
        let of_sound = self.sound.as_ref().is_some_and(|s| s.ssrc() == block.ssrc);
        if !of_video && !of_sound {
            return None;
        }
        if of_sound && self.video.is_some() {
            // No round trip is taken from it, as the sound's sender reports are dated ahead.
            self.lip_sync.jitter(Duration::from_secs_f64(f64::from(block.jitter) / SOUND_CLOCK), now);
            let waits = self.lip_sync.picture_waits();
            self.video.iter_mut().for_each(|video| video.picture_waits(waits));
            return None;
        }
        if let Some(trip) = block.round_trip(self.clock.ntp(now)) {
            let trip = Duration::from_secs_f64(f64::from(trip) / 65536.0);
            self.round_trip = Some(self.round_trip.map_or(trip, |old| (old * 7 + trip) / 8));
        }
        let (pictures, sounds) = self.sent();
        Some(self.loss.take(block, if of_video { pictures } else { sounds }, now))
    }
}

/// Acts on what is about the picture. `numbers` is how many lost packets may still be looked up; true if there were more.
fn picture_feedback<S: PacketSink>(
    message: Message<'_>,
    video: &mut VideoEgress,
    numbers: &mut usize,
    round_trip: Duration,
    h: &History,
    cx: &mut Context<'_, S>,
) -> bool {
    match message {
        Message::Nack { ssrc, lost } if ssrc == video.ssrc() => return video.nack(lost, numbers, round_trip, h, cx),
        Message::Pli { ssrc } if ssrc == video.ssrc() => video.picture_lost(h, cx),
        Message::Fir(sources) if sources.asks(video.ssrc()) => video.picture_lost(h, cx),
        _ => {}
    }
    false
}
