use super::flow::Flow;
use super::header::{Extras, Header};
use crate::history::History;
use crate::negotiated::{Extensions, NegotiatedVideo};
use crate::rewrite::Sent;
use crate::sink::PacketSink;
use protocol::VideoCodec;
use std::time::{Duration, Instant};

/// Repairs take at most this part of what a viewer is sent: beyond, the path is full, and repeating makes it worse.
const SHARE: f32 = 0.15;
/// So that the first packets can be repaired, before anything was earned: as many as are sent in one call.
const FIRST_CREDIT: f32 = 16.0 * 1200.0;
/// A burst of loss may be repaired at once with what was saved up.
const MOST_CREDIT: f32 = 32.0 * 1200.0;
/// A repair on its way is not sent again, even where the round trip is shorter or not yet known.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(10);
/// Repairs remembered, by the last bits of the sequence number.
const SLOTS: usize = 64;

/// Sends again what was lost, as RFC 4588 retransmissions where they were agreed on.
pub(super) struct Repairs {
    header: Option<Header>,
    sequence: u16,
    credit: f32,
    recent: Box<[Option<(u16, Instant)>; SLOTS]>,
}

impl Repairs {
    pub(super) fn new(n: &NegotiatedVideo, sequence: u16) -> Self {
        let extensions =
            Extensions { twcc: n.extensions.twcc, abs_send_time: n.extensions.abs_send_time, ..Extensions::default() };
        Self {
            header: n.rtx_pt.map(|pt| Header::new(pt, n.rtx_ssrc, extensions, "")),
            sequence,
            credit: FIRST_CREDIT,
            recent: Box::new([None; SLOTS]),
        }
    }

    /// `bytes` of picture were sent.
    pub(super) fn earn(&mut self, bytes: usize) {
        self.credit = (self.credit + SHARE * bytes as f32).min(MOST_CREDIT);
    }

    /// Send one packet again, unless it is too old, too often asked for, or too much.
    #[expect(clippy::too_many_arguments, reason = "all that one packet needs, from four owners")]
    pub(super) fn repair(
        &mut self,
        sequence: u16,
        codec: VideoCodec,
        sent: &Sent,
        plain: &mut Header,
        h: &History,
        round_trip: Duration,
        abs_send_time: u32,
        now: Instant,
        flow: &mut Flow,
        out: &mut impl PacketSink,
    ) {
        let slot = &mut self.recent[usize::from(sequence) % SLOTS];
        let patience = round_trip.max(SHORTEST_PATIENCE);
        if slot.is_some_and(|(s, at)| s == sequence && now.saturating_duration_since(at) < patience) {
            return;
        }
        let found = sent.find(sequence).and_then(|(picture, index)| {
            let shared = h.layer(codec, picture.rid).find(picture.number)?;
            Some((picture.name, index, shared))
        });
        let Some((name, index, picture)) = found else {
            flow.totals.repairs_refused += 1;
            return;
        };
        let payload = &picture.packets[index];
        if self.credit < payload.len() as f32 {
            flow.totals.repairs_refused += 1;
            return;
        }
        self.credit -= payload.len() as f32;
        *slot = Some((sequence, now));
        flow.totals.repairs += 1;
        let marker = index + 1 == picture.packets.len();
        let descriptor = name.descriptor_of(index);
        let descriptor = if codec == VideoCodec::Vp8 { &descriptor[..] } else { &[] };
        let original = sequence.to_be_bytes();
        match &mut self.header {
            Some(header) => {
                header.begin(name.timestamp, abs_send_time, Extras::default());
                let wide = flow.next(header.is_numbered(), payload.len() + 32);
                out.rtp(header.packet(self.sequence, marker, wide), &[&original, descriptor, payload]);
                self.sequence = self.sequence.wrapping_add(1);
            }
            // The very packet again. It was sent without extensions (see `VideoEgress::new`), so that it is the same to the
            // last bit: sealing another packet under the same number would give SRTP's keystream away.
            None => {
                plain.begin(name.timestamp, abs_send_time, Extras::default());
                flow.next(false, payload.len() + 12);
                out.rtp(plain.packet(sequence, marker, 0), &[descriptor, payload]);
            }
        }
    }
}
