//! From frames to numbered packets, whatever carries them to an engine. It may wait, so it is called on a thread that nobody waits for.

mod wanted;

pub(crate) use wanted::Wanted;

use crate::answer::Taken;
use bytes::Bytes;
use rtp::packetise::{Packetiser, Picture};
use rtp::rtcp::SenderReport;
use std::fmt;
use std::time::{Duration, Instant};
use stream::{AudioFrame, Clock, CodecSpec, Frame, PictureIds, Profile, Rid, VideoCodec, VideoFrame};

/// How often the engine is told how the times of picture and sound, and of the layers, belong together (RFC 3550 section 6.4.1). Some engines move
/// nobody from one layer to another before they were told of both.
const REPORT: Duration = Duration::from_millis(500);

/// What a packet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Layer(Rid),
    Sound,
}

/// What stands in one packet.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    pub(crate) number: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Bytes,
}

/// What takes packets to an engine.
pub(crate) trait Carrier: Send {
    /// Sends the packets of one frame, and before them the report that is due, and waits until they are on their way. Once the connection is over
    /// they go nowhere.
    fn carry(&mut self, source: Source, packets: Vec<Packet>, report: Option<SenderReport>);
}

/// Numbers of what is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ssrcs {
    /// In the order of [`Rid::ALL`].
    layers: [u32; 3],
    pub(crate) sound: u32,
}

impl Ssrcs {
    pub(crate) fn fresh() -> Ssrcs {
        let first: u32 = rand::random_range(1..u32::MAX - 4);
        Ssrcs { layers: [first, first + 1, first + 2], sound: first + 3 }
    }

    /// What is no part of the stream, and shows where it comes from.
    pub(crate) fn knock(&self) -> u32 {
        self.sound + 1
    }

    pub(crate) fn layer(&self, rid: Rid) -> u32 {
        let at = Rid::ALL.iter().position(|known| *known == rid);
        self.layers[at.expect("these are all layers")]
    }

    /// Whose number it is.
    pub(crate) fn source(&self, ssrc: u32) -> Option<Source> {
        let layer = self.layers.iter().position(|known| *known == ssrc).map(|at| Source::Layer(Rid::ALL[at]));
        layer.or((ssrc == self.sound).then_some(Source::Sound))
    }
}

/// Sends the stream to an engine that took it. A frame waits until the connection takes it; once that is over frames go nowhere.
pub struct Uplink {
    carrier: Box<dyn Carrier>,
    clock: Clock,
    packetiser: Packetiser,
    codec: VideoCodec,
    profile: Profile,
    payload_type: u8,
    layers: Vec<Layer>,
    wanted: Wanted,
    sound_payload_type: Option<u8>,
    sounds: Sending,
}

/// One layer of the picture.
struct Layer {
    rid: Rid,
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
    pub(crate) fn new(carrier: Box<dyn Carrier>, taken: &Taken, ssrcs: Ssrcs, clock: Clock) -> Uplink {
        let layer = |rid: &Rid| Layer {
            rid: *rid,
            follows: false,
            base_index: 0,
            key_index: 0,
            sending: Sending::new(ssrcs.layer(*rid)),
        };
        Uplink {
            carrier,
            clock,
            packetiser: Packetiser::new(clock),
            codec: taken.codec,
            profile: taken.profile,
            payload_type: taken.payload_type,
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
                layer.sending.packet(self.payload_type, picture.rtp_timestamp, at + 1 == count, payload)
            })
            .collect();
        self.carrier.carry(Source::Layer(frame.rid), packets, report);
    }

    fn audio(&mut self, frame: &AudioFrame) {
        let Some(payload_type) = self.sound_payload_type else { return };
        let sound = self.packetiser.sound(frame);
        let since = Instant::now().saturating_duration_since(sound.captured);
        let now = sound.rtp_timestamp.wrapping_add((since.as_micros() * 48 / 1000) as u32);
        let report = self.sounds.report(now, self.clock);
        let packet = self.sounds.packet(payload_type, sound.rtp_timestamp, false, sound.payload.clone());
        self.carrier.carry(Source::Sound, vec![packet], report);
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

    fn packet(&mut self, payload_type: u8, timestamp: u32, marker: bool, payload: Bytes) -> Packet {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(payload.len() as u32);
        Packet { ssrc: self.ssrc, payload_type, number, timestamp, marker, payload }
    }

    /// The report that is due; `rtp_time`: what a packet's timestamp would be now.
    fn report(&mut self, rtp_time: u32, clock: Clock) -> Option<SenderReport> {
        let now = Instant::now();
        if self.reported.is_some_and(|reported| now < reported + REPORT) {
            return None;
        }
        self.reported = Some(now);
        let (ntp, packets, octets) = (clock.ntp(now), self.packets, self.bytes);
        Some(SenderReport { ssrc: self.ssrc, ntp, rtp: rtp_time, packets, octets })
    }
}

impl fmt::Debug for Uplink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uplink").field("layers", &self.layers()).finish_non_exhaustive()
    }
}
