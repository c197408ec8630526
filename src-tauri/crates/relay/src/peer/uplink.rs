//! From frames to packets of a peer connection. It may wait, so it is called on a thread that nobody waits for.

use super::{Ssrcs, Wanted};
use crate::answer::{Taken, name};
use bytes::Bytes;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;
use rtp::packetise::{Packetiser, Picture};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream::{AudioFrame, Clock, CodecSpec, Frame, PictureIds, Profile, Rid, VideoCodec, VideoFrame};
use tokio::runtime::Handle;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

pub(super) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(super) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

/// How often the engine is told how the times of picture and sound belong together (RFC 3550 section 6.4.1).
const REPORT: Duration = Duration::from_secs(1);

/// What stands in each packet's header besides its numbers.
pub(super) struct Tags {
    /// The extension's number, and what the medium is called.
    pub(super) mid: Option<(u8, String)>,
    /// The number of the extension that names the layer.
    pub(super) rid: Option<u8>,
}

/// Sends the stream to an engine that took it. A frame waits until the connection takes it; once that is over frames go nowhere.
pub struct Uplink {
    runtime: Handle,
    picture: Arc<TrackLocalStaticRTP>,
    sound: Arc<TrackLocalStaticRTP>,
    clock: Clock,
    packetiser: Packetiser,
    codec: VideoCodec,
    profile: Profile,
    payload_type: u8,
    mid: Option<(u8, Bytes)>,
    layers: Vec<Layer>,
    wanted: Wanted,
    sound_payload_type: Option<u8>,
    sounds: Sending,
}

/// One layer of the picture.
struct Layer {
    rid: Rid,
    tag: Option<(u8, Bytes)>,
    /// A keyframe was sent, and nothing left out since.
    follows: bool,
    base_index: u8,
    key_index: u8,
    sending: Sending,
}

/// What one SSRC has sent.
struct Sending {
    ssrc: u32,
    next: u16,
    packets: u32,
    bytes: u32,
    reported: Option<Instant>,
}

impl Uplink {
    /// Of a connection in the runtime that this is called in.
    pub(super) fn new(
        picture: Arc<TrackLocalStaticRTP>,
        sound: Arc<TrackLocalStaticRTP>,
        taken: &Taken,
        ssrcs: Ssrcs,
        tags: Tags,
        clock: Clock,
    ) -> Uplink {
        let layer = |rid: &Rid| Layer {
            rid: *rid,
            tag: tags.rid.map(|id| (id, Bytes::from_static(name(*rid).as_bytes()))),
            follows: false,
            base_index: 0,
            key_index: 0,
            sending: Sending::new(ssrcs.layer(*rid)),
        };
        Uplink {
            runtime: Handle::current(),
            picture,
            sound,
            clock,
            packetiser: Packetiser::new(clock),
            codec: taken.codec,
            profile: taken.profile,
            payload_type: taken.payload_type,
            mid: tags.mid.map(|(id, mid)| (id, Bytes::from(mid))),
            layers: taken.layers.iter().map(layer).collect(),
            wanted: Wanted::all(&taken.layers),
            sound_payload_type: taken.sound,
            sounds: Sending::new(ssrcs.sound),
        }
    }

    /// The layers that it wants to be given.
    pub fn layers(&self) -> Vec<(VideoCodec, Rid)> {
        self.layers.iter().map(|layer| (self.codec, layer.rid)).collect()
    }

    /// What is sent, and by what it is told which layers of it are wanted.
    pub(crate) fn wanted(&self) -> (VideoCodec, Wanted) {
        (self.codec, self.wanted.clone())
    }

    /// Sends a frame, and waits until it is on its way.
    pub fn take(&mut self, frame: &Frame) {
        match frame {
            Frame::Video(frame) => self.video(frame),
            Frame::Audio(frame) => self.audio(frame),
        }
    }

    /// The next frame of each layer that is sent is a keyframe: something is missing before it.
    pub fn interrupted(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.follows = false);
    }

    fn video(&mut self, frame: &VideoFrame) {
        let Some(layer) = self.layers.iter_mut().find(|layer| layer.rid == frame.rid) else { return };
        if frame.codec != self.codec {
            return;
        }
        layer.follows &= frame.profile <= self.profile && self.wanted.has(frame.rid);
        layer.follows |= frame.keyframe && frame.profile <= self.profile && self.wanted.has(frame.rid);
        if !layer.follows {
            return;
        }
        let picture = self.packetiser.video(frame);
        let descriptors = layer.descriptors(&picture);
        let report = layer.sending.report(self.clock.ticks(Instant::now(), 90_000), self.clock);
        let count = picture.packets.len();
        let packets: Vec<Packet> = picture
            .packets
            .iter()
            .enumerate()
            .map(|(at, payload)| {
                let payload = descriptors.of_packet(at, count, payload);
                let last = at + 1 == count;
                let mut header = layer.sending.header(self.payload_type, picture.rtp_timestamp, last, payload.len());
                for (id, value) in self.mid.iter().chain(&layer.tag) {
                    // A number that the engine answered, and a value of a few bytes: it fits.
                    let _ = header.set_extension(*id, value.clone());
                }
                Packet { header, payload }
            })
            .collect();
        self.runtime.block_on(write(&self.picture, packets, report));
    }

    fn audio(&mut self, frame: &AudioFrame) {
        let Some(payload_type) = self.sound_payload_type else { return };
        let sound = self.packetiser.sound(frame);
        let since = Instant::now().saturating_duration_since(sound.captured);
        let now = sound.rtp_timestamp.wrapping_add((since.as_micros() * 48 / 1000) as u32);
        let report = self.sounds.report(now, self.clock);
        let header = self.sounds.header(payload_type, sound.rtp_timestamp, false, sound.payload.len());
        let packet = Packet { header, payload: sound.payload.clone() };
        self.runtime.block_on(write(&self.sound, vec![packet], report));
    }
}

/// Hands packets to the connection, and before them the report that is due. Errors say that the connection is over.
async fn write(track: &TrackLocalStaticRTP, packets: Vec<Packet>, report: Option<SenderReport>) {
    if let Some(report) = report {
        let _ = track.write_rtcp(vec![Box::new(report)]).await;
    }
    for packet in packets {
        if track.write_rtp(packet).await.is_err() {
            return;
        }
    }
}

/// The payload descriptors of one picture's packets.
struct Descriptors(Option<(stream::PayloadDescriptor, stream::Descriptor)>);

impl Layer {
    fn descriptors(&mut self, picture: &Picture) -> Descriptors {
        let spec = CodecSpec::of(picture.codec);
        self.base_index = self.base_index.wrapping_add(u8::from(picture.temporal == 0));
        self.key_index = (self.key_index + u8::from(picture.keyframe)) % 32;
        let ids = PictureIds {
            picture_id: (picture.number & 0x7fff) as u16,
            base_index: self.base_index,
            key_index: self.key_index,
            keyframe: picture.keyframe,
            temporal: picture.temporal,
            step_up: picture.step_up,
        };
        Descriptors(spec.descriptor.map(|descriptor| (descriptor, descriptor.of_picture(&ids))))
    }
}

impl Descriptors {
    fn of_packet(&self, at: usize, count: usize, payload: &Bytes) -> Bytes {
        match &self.0 {
            None => payload.clone(),
            Some((descriptor, of_picture)) => {
                let first = descriptor.of_packet(*of_picture, at, count);
                [&first[..], payload].concat().into()
            }
        }
    }
}

impl Sending {
    fn new(ssrc: u32) -> Sending {
        Sending { ssrc, next: rand::random(), packets: 0, bytes: 0, reported: None }
    }

    fn header(&mut self, payload_type: u8, timestamp: u32, marker: bool, bytes: usize) -> Header {
        let sequence_number = self.next;
        self.next = self.next.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes as u32);
        Header { version: 2, marker, payload_type, sequence_number, timestamp, ssrc: self.ssrc, ..Header::default() }
    }

    /// The report that is due; `rtp_time`: what a packet's timestamp would be now.
    fn report(&mut self, rtp_time: u32, clock: Clock) -> Option<SenderReport> {
        let now = Instant::now();
        if self.reported.is_some_and(|reported| now < reported + REPORT) {
            return None;
        }
        self.reported = Some(now);
        Some(SenderReport {
            ssrc: self.ssrc,
            ntp_time: clock.ntp(now),
            rtp_time,
            packet_count: self.packets,
            octet_count: self.bytes,
            ..SenderReport::default()
        })
    }
}

impl fmt::Debug for Uplink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uplink").field("layers", &self.layers()).finish_non_exhaustive()
    }
}
