//! A viewer that checks what it is sent: sequence numbers, timestamps, picture ids, and that every picture's reference has come.

use super::world::{AUDIO_SSRC, RTX_SSRC, VIDEO_SSRC};
use crate::connection::negotiated::Negotiated;
use crate::media::egress::Egress;
use crate::media::sink::PacketSink;
use bytes::Bytes;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use stream::{Clock, Profile, Rid, VideoCodec};

/// The payload type of AV1, where that is negotiated beside another codec; and of its retransmissions.
pub(super) const AV1: u8 = 45;
pub(super) const AV1_RTX: u8 = 46;

#[derive(Clone, Debug)]
pub(super) struct Rtp {
    pub(super) at: Instant,
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) header: Vec<u8>,
    pub(super) payload: Vec<u8>,
}

impl Rtp {
    /// The value of a one-byte header extension.
    pub(super) fn extension(&self, id: u8) -> Option<&[u8]> {
        let mut rest = self.header.get(16..)?;
        while let Some((first, after)) = rest.split_first() {
            let len = usize::from(first & 15) + 1;
            match first >> 4 {
                0 => rest = after,
                found if found == id => return after.get(..len),
                _ => rest = after.get(len..)?,
            }
        }
        None
    }
}

#[derive(Default)]
pub(super) struct Recorder {
    pub(super) now: Option<Instant>,
    fresh: Vec<Rtp>,
    pub(super) rtcp: Vec<Vec<u8>>,
    run: Vec<usize>,
    pub(super) largest_run: usize,
    /// Runs whose packets, except for the last, have more than one size.
    pub(super) uneven_runs: usize,
}

impl PacketSink for Recorder {
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]) {
        let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let payload = payload.concat();
        assert_eq!(header[0] >> 6, 2, "RTP version");
        assert!(header.len() + payload.len() + 16 <= 1232, "fits every IPv6 path");
        self.run.push(header.len() + payload.len());
        self.fresh.push(Rtp {
            at: self.now.unwrap_or_else(Instant::now),
            ssrc: word(8),
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: word(4),
            marker: header[1] & 0x80 != 0,
            header: header.to_vec(),
            payload,
        });
    }

    fn rtcp(&mut self, compound: &[u8]) {
        self.rtcp.push(compound.to_vec());
    }

    fn flush_picture(&mut self) {
        let run = std::mem::take(&mut self.run);
        self.largest_run = self.largest_run.max(run.len());
        if let Some((_, same)) = run.split_last() {
            self.uneven_runs += usize::from(same.iter().any(|size| *size != same[0]));
        }
    }
}

/// One whole picture as it was received.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) codec: VideoCodec,
    pub(super) at: Instant,
    pub(super) timestamp: u32,
    pub(super) rid: Rid,
    pub(super) temporal: u8,
    pub(super) number: u64,
    pub(super) keyframe: bool,
    pub(super) profile: Profile,
}

pub(super) struct TestViewer {
    pub(super) egress: Egress,
    pub(super) sink: Recorder,
    pub(super) video: Vec<Rtp>,
    pub(super) rtx: Vec<Rtp>,
    pub(super) audio: Vec<Rtp>,
    pub(super) shown: Vec<Shown>,
    /// Packets for a link to carry, in tests with one.
    pub(super) outbox: Vec<Rtp>,
    codec: VideoCodec,
    open: Vec<Rtp>,
    decoded: HashSet<(usize, u64)>,
    /// Picture id and TL0PICIDX.
    last_descriptor: Option<(u16, u8)>,
    /// When each keyframe began for which a picture was abandoned.
    pub(super) abandoned: Vec<Instant>,
    keyframe_due: bool,
    wide: Option<u16>,
}

impl TestViewer {
    pub(super) fn new(
        n: &Negotiated,
        max: Rid,
        clock: Clock,
        seed: u64,
        round_trip: Option<Duration>,
        now: Instant,
    ) -> Self {
        Self {
            egress: Egress::new(n, max, clock, seed, round_trip, now),
            sink: Recorder { now: Some(now), ..Recorder::default() },
            video: Vec::new(),
            rtx: Vec::new(),
            audio: Vec::new(),
            shown: Vec::new(),
            outbox: Vec::new(),
            codec: n.video.as_ref().map_or(VideoCodec::H264, |v| v.codec),
            open: Vec::new(),
            decoded: HashSet::new(),
            last_descriptor: None,
            abandoned: Vec::new(),
            keyframe_due: false,
            wide: None,
        }
    }

    /// Checks and keeps what was sent since the last call.
    pub(super) fn receive(&mut self, now: Instant) {
        for mut packet in std::mem::take(&mut self.sink.fresh) {
            packet.at = now;
            if let Some(wide) = packet.extension(3) {
                let wide = u16::from_be_bytes([wide[0], wide[1]]);
                assert!(
                    self.wide.is_none_or(|last| last.wrapping_add(1) == wide),
                    "transport-wide numbers have no gap"
                );
                self.wide = Some(wide);
            }
            self.outbox.push(packet.clone());
            match packet.ssrc {
                VIDEO_SSRC => self.video_packet(packet),
                RTX_SSRC => self.rtx.push(packet),
                AUDIO_SSRC => self.audio.push(packet),
                other => panic!("unknown source {other:x}"),
            }
        }
    }

    fn video_packet(&mut self, packet: Rtp) {
        if let Some(last) = self.video.last() {
            assert_eq!(packet.sequence, last.sequence.wrapping_add(1), "sequence numbers have no gap");
            if !last.marker && packet.timestamp != last.timestamp {
                // The picture was abandoned. Browsers discard what they have of it and go on at the keyframe.
                if self.codec != VideoCodec::H264 {
                    self.last_descriptor = Some(self.follows(&self.open[0].payload));
                }
                self.open.clear();
                self.abandoned.push(packet.at);
                self.keyframe_due = true;
            }
            if last.timestamp != packet.timestamp {
                let step = packet.timestamp.wrapping_sub(last.timestamp);
                assert!(step != 0 && step < 1 << 31, "a new picture has a newer timestamp");
            } else {
                assert!(!last.marker, "a marker ends a picture");
            }
        }
        self.open.push(packet.clone());
        if packet.marker {
            let picture = std::mem::take(&mut self.open);
            self.picture(&picture);
        }
        self.video.push(packet);
    }

    fn picture(&mut self, packets: &[Rtp]) {
        let codec = if packets[0].header[1] & 0x7f == AV1 { VideoCodec::Av1 } else { self.codec };
        let data = match codec {
            VideoCodec::Av1 => {
                let payloads: Vec<_> = packets.iter().map(|p| Bytes::from(p.payload.clone())).collect();
                let obus = rtp::packetise::depacketise::av1(&payloads);
                obus.last().expect("a picture")[1..].to_vec()
            }
            VideoCodec::H264 => {
                let payloads: Vec<_> = packets.iter().map(|p| Bytes::from(p.payload.clone())).collect();
                let nals = rtp::packetise::depacketise::h264(&payloads);
                nals.last().expect("a picture")[1..].to_vec()
            }
            VideoCodec::Vp9 | VideoCodec::Vp8 => self.described(packets),
        };
        let text = String::from_utf8_lossy(&data[..data.len().min(60)]).into_owned();
        let fields: Vec<u64> =
            text.split(';').next().expect("split").split(':').map(|f| f.parse().expect("a number")).collect();
        let [layer, temporal, number, refers, keyframe, profile] = fields[..] else { panic!("{text}") };
        let layer = layer as usize;
        assert!(
            keyframe == 1 || !self.keyframe_due,
            "a picture is sent whole, or abandoned for a keyframe that follows at once"
        );
        self.keyframe_due = false;
        if keyframe == 1 {
            self.decoded.clear();
        } else {
            assert!(self.decoded.contains(&(layer, refers)), "{text} refers to a missing picture");
        }
        self.decoded.insert((layer, number));
        self.shown.push(Shown {
            codec,
            at: packets.last().expect("not empty").at,
            timestamp: packets[0].timestamp,
            rid: Rid::ALL[layer],
            temporal: temporal as u8,
            number,
            keyframe: keyframe == 1,
            profile: if profile == 0 { Profile::Baseline } else { Profile::Main },
        });
    }

    /// A picture's bytes, behind the descriptors that its codec has.
    fn described(&mut self, packets: &[Rtp]) -> Vec<u8> {
        let mut data = Vec::new();
        for (i, packet) in packets.iter().enumerate() {
            data.extend(self.descriptor(&packet.payload, i == 0, i + 1 == packets.len()).1);
        }
        self.last_descriptor = Some(self.follows(&packets[0].payload));
        data
    }

    /// What stands before the payload of one packet, and the payload.
    fn descriptor<'p>(&self, payload: &'p [u8], first: bool, last: bool) -> (&'p [u8], &'p [u8]) {
        if self.codec == VideoCodec::Vp8 {
            let (descriptor, rest) = payload.split_at(6);
            assert_eq!(descriptor[0], if first { 0x90 } else { 0x80 }, "S bit on the first packet only");
            assert_eq!(descriptor[1], 0xf0);
            return (descriptor, rest);
        }
        let (descriptor, rest) = payload.split_at(3);
        let [begins, ends] = [descriptor[0] & 0x08 != 0, descriptor[0] & 0x04 != 0];
        assert_eq!((begins, ends), (first, last), "B bit on the first packet only, E bit on the last");
        assert_eq!(descriptor[0] & 0xb1, 0x80, "a picture id, and no layers");
        // A keyframe's first packet has the scalability structure.
        if descriptor[0] & 0x02 != 0 {
            assert!(first && descriptor[0] & 0x40 == 0, "it refers to nothing");
            assert_eq!(rest[0], 0x18);
            return (descriptor, &rest[8..]);
        }
        (descriptor, rest)
    }

    /// The ids of a picture, by its first packet: the next ones after those of the picture before.
    fn follows(&self, payload: &[u8]) -> (u16, u8) {
        let (id, base) = match self.codec {
            VideoCodec::Vp8 => (&payload[2..4], Some((payload[4], payload[5] >> 6 == 0))),
            _ => (&payload[1..3], None),
        };
        let id = u16::from_be_bytes([id[0], id[1]]) & 0x7fff;
        if let Some((last_id, last_base)) = self.last_descriptor {
            assert_eq!(id, (last_id + 1) & 0x7fff, "picture ids have no gap");
            if let Some((index, is_base)) = base {
                assert_eq!(index, last_base.wrapping_add(u8::from(is_base)), "TL0PICIDX counts base pictures");
            }
        }
        (id, base.map_or(0, |(index, _)| index))
    }
}
