//! Answering NACKs: lost packets are sent again from the history, within a budget.

use super::context::Context;
use super::header::{Extras, Header};
use super::payload_types::PayloadTypes;
use crate::connection::negotiated::{Extensions, NegotiatedVideo};
use crate::media::history::History;
use crate::media::rewrite::{PictureNumbers, SentPicture, SentPictures};
use crate::media::sink::PacketSink;
use rtp::packetise::Picture;
use std::time::{Duration, Instant};

/// Retransmissions are at most this part of what a viewer is sent. More loss means a full path, which they would make fuller.
const SHARE: f32 = 0.15;
/// The bucket at the start, in bytes: enough to repair the whole first picture, which may be the largest keyframe.
const FIRST_TOKENS: f32 = 64.0 * 1200.0;
/// The least in the bucket at the start of a smaller layer.
const RESTART_TOKENS: f32 = 16.0 * 1200.0;
/// The size of the bucket, which a burst of loss may take at once.
const MOST_TOKENS: f32 = 32.0 * 1200.0;
/// A packet is not sent again within this time, even where the round trip is shorter or not known yet.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
/// A packet whose retransmission was lost as well is sent this many times at once, so that it hardly ever needs a third request.
const COPIES: usize = 2;
/// With a longer queueing delay than this it is sent only once, as the retransmission may be in the queue still.
const SHORT_QUEUE: Duration = Duration::from_millis(50);
/// Retransmissions that are remembered, by the last bits of the sequence number.
const SLOTS: usize = 64;

/// Answers one viewer's NACKs, with RFC 4588 retransmissions where those were negotiated. A token bucket limits it.
pub(super) struct NackResponder {
    payload_types: PayloadTypes,
    header: Option<Header>,
    sequence: u16,
    tokens: f32,
    recent: Box<[Option<(u16, Instant)>; SLOTS]>,
}

impl NackResponder {
    pub(super) fn new(n: &NegotiatedVideo, sequence: u16) -> Self {
        let extensions =
            Extensions { twcc: n.extensions.twcc, abs_send_time: n.extensions.abs_send_time, ..Extensions::default() };
        Self {
            payload_types: PayloadTypes::new(n),
            header: n.rtx_pt.map(|pt| Header::new(pt, n.rtx_ssrc, extensions, "")),
            sequence,
            tokens: FIRST_TOKENS,
            recent: Box::new([None; SLOTS]),
        }
    }

    /// Fills the bucket: `bytes` of picture were sent.
    pub(super) fn earn(&mut self, bytes: usize) {
        self.tokens = (self.tokens + SHARE * bytes as f32).min(MOST_TOKENS.max(self.tokens));
    }

    /// A start of a smaller layer follows, which has to arrive.
    pub(super) fn start_over(&mut self) {
        self.tokens = self.tokens.max(RESTART_TOKENS);
    }

    /// Sends one packet again, unless it is too old or was sent again just now. False if the bucket is empty. `plain` is the
    /// picture's own header, and the path has this round trip and queueing delay.
    pub(super) fn repair<S: PacketSink>(
        &mut self,
        sequence: u16,
        sent: &SentPictures,
        plain: &mut Header,
        (round_trip, queue): (Duration, Duration),
        h: &History,
        cx: &mut Context<'_, S>,
    ) -> bool {
        #[cfg(test)]
        (cx.flow.looked_up += 1);
        let slot = &mut self.recent[usize::from(sequence) % SLOTS];
        let interval = round_trip.max(SHORTEST_INTERVAL);
        let last = slot.filter(|(s, _)| *s == sequence).map(|(_, at)| cx.now.saturating_duration_since(at));
        if last.is_some_and(|ago| ago < interval) {
            return true;
        }
        let found =
            sent.find(sequence).and_then(|(picture, index)| Some((picture.numbers, index, self.shared(&picture, h)?)));
        let Some((numbers, index, picture)) = found else {
            cx.flow.totals.repairs_refused += 1;
            return true;
        };
        if self.tokens < picture.packets[index].len() as f32 {
            cx.flow.totals.repairs_refused += 1;
            return false;
        }
        self.recent[usize::from(sequence) % SLOTS] = Some((sequence, cx.now));
        // The last retransmission was lost, and browsers ask only every 100 ms: the picture is frozen until this one arrives.
        let copies = if last.is_some() && queue < SHORT_QUEUE { COPIES } else { 1 };
        for _ in 0..copies {
            if self.tokens < picture.packets[index].len() as f32 {
                return false;
            }
            self.tokens -= picture.packets[index].len() as f32;
            cx.flow.totals.repairs += 1;
            if self.header.is_some() {
                self.retransmit(numbers, index, picture, cx);
            } else {
                self.resend(numbers, index, picture, plain, cx);
            }
        }
        true
    }

    /// Whether padding can be sent: retransmissions are negotiated, and feedback covers them.
    pub(super) fn can_pad(&self) -> bool {
        self.header.as_ref().is_some_and(Header::is_numbered)
    }

    /// Repeats packets of the last picture as padding, `bytes` or a little more. Returns how much was sent.
    pub(super) fn pad<S: PacketSink>(
        &mut self,
        bytes: usize,
        sent: &SentPictures,
        h: &History,
        cx: &mut Context<'_, S>,
    ) -> usize {
        let Some(last) = sent.last().filter(|_| self.can_pad()) else { return 0 };
        let Some(picture) = self.shared(&last, h).filter(|picture| !picture.packets.is_empty()) else { return 0 };
        let mut gone = 0;
        let packets = picture.packets.len().min(usize::from(last.packets));
        for index in (0..packets).cycle() {
            if gone >= bytes {
                break;
            }
            gone += self.retransmit(last.numbers, index, picture, cx).max(1);
            cx.flow.totals.padding += 1;
        }
        gone
    }

    fn shared<'h>(&self, picture: &SentPicture, h: &'h History) -> Option<&'h Picture> {
        h.layer(picture.codec, picture.rid).find(picture.number).map(AsRef::as_ref)
    }

    /// Sends an RFC 4588 retransmission (section 4): it has its own SSRC, sequence numbers and payload type, and the original
    /// sequence number before the payload. Returns its size.
    fn retransmit<S: PacketSink>(
        &mut self,
        numbers: PictureNumbers,
        index: usize,
        picture: &Picture,
        cx: &mut Context<'_, S>,
    ) -> usize {
        let (_, Some(payload_type)) = self.payload_types.of(picture.codec) else { return 0 };
        let Some(header) = &mut self.header else { return 0 };
        header.set_payload_type(payload_type);
        let payload = &picture.packets[index];
        let original = numbers.sequence.wrapping_add(index as u16).to_be_bytes();
        let descriptor = numbers.descriptor_of(picture.codec, index, picture.packets.len());
        let descriptor = descriptor.as_deref().unwrap_or_default();
        header.begin(numbers.timestamp, cx.abs_send_time(), Extras::default());
        let bytes = header.len() + original.len() + descriptor.len() + payload.len();
        let transport_seq = cx.flow.next(header.is_numbered(), bytes);
        let marker = index + 1 == picture.packets.len();
        cx.out.rtp(header.packet(self.sequence, marker, transport_seq), &[&original, descriptor, payload]);
        self.sequence = self.sequence.wrapping_add(1);
        bytes
    }

    /// Sends the same packet again, bit for bit. Another packet under the same sequence number would reuse SRTP's keystream, so a
    /// viewer without RTX is sent no header extensions, which would differ (see `VideoEgress::new`).
    fn resend<S: PacketSink>(
        &self,
        numbers: PictureNumbers,
        index: usize,
        picture: &Picture,
        plain: &mut Header,
        cx: &mut Context<'_, S>,
    ) {
        let payload = &picture.packets[index];
        let descriptor = numbers.descriptor_of(picture.codec, index, picture.packets.len());
        let descriptor = descriptor.as_deref().unwrap_or_default();
        plain.set_payload_type(self.payload_types.of(picture.codec).0);
        plain.begin(numbers.timestamp, 0, Extras::default());
        cx.flow.next(false, plain.len() + descriptor.len() + payload.len());
        let marker = index + 1 == picture.packets.len();
        cx.out.rtp(plain.packet(numbers.sequence.wrapping_add(index as u16), marker, 0), &[descriptor, payload]);
    }
}
