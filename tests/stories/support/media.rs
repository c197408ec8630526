//! What a story's viewer received, and waiting for it to receive something.

use super::Codec;
use std::sync::Mutex;
use tokio::sync::Notify;

/// What a viewer has received so far, written by the peer's tasks and waited for by the story.
#[derive(Default)]
pub(crate) struct Watching {
    seen: Mutex<Seen>,
    changed: Notify,
}

/// What a viewer has received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Whole pictures, in the order of their packets, from the first keyframe on, before which a decoder can do nothing.
    pub(crate) pictures: Vec<Picture>,
    /// Packets of sound.
    pub(crate) sounds: usize,
    /// Bytes in them.
    pub(crate) sound_bytes: usize,
    /// Sequence numbers that were never seen, of pictures and of sound.
    pub(crate) missing: usize,
    /// The connection was closed.
    pub(crate) closed: bool,
    building: Option<Picture>,
    last_video: Option<u16>,
    last_sound: Option<u16>,
}

/// One picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picture {
    /// By its payload type.
    pub(crate) codec: Option<Codec>,
    /// Of the 90 kHz clock.
    pub(crate) timestamp: u32,
    /// Bytes of payload.
    pub(crate) bytes: usize,
    /// H.264 only: the NAL unit types in it.
    pub(crate) nals: Vec<u8>,
    /// H.264 only, in keyframes: `profile_idc` of its parameter set, and whether its slices are coded arithmetically (CABAC).
    pub(crate) profile: Option<u8>,
    pub(crate) arithmetic: Option<bool>,
    /// H.264 only, in keyframes: the level that its parameter set says, times ten.
    pub(crate) level: Option<u8>,
    /// VP8 and VP9 only: the keyframe bit of the frame's first byte.
    pub(crate) vp_key: bool,
}

impl Watching {
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        let result = change(&mut self.seen.lock().expect("nobody panics while holding it"));
        self.changed.notify_waiters();
        result
    }

    pub(crate) fn look<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.seen.lock().expect("nobody panics while holding it"))
    }

    pub(crate) async fn until(&self, holds: impl Fn(&Seen) -> bool) -> Seen {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(seen) = self.look(|seen| holds(seen).then(|| seen.clone())) {
                return seen;
            }
            changed.await;
        }
    }
}

impl Seen {
    pub(crate) fn sound(&mut self, sequence: u16, payload: &[u8]) {
        self.missing += gap(&mut self.last_sound, sequence);
        self.sounds += 1;
        self.sound_bytes += payload.len();
    }

    /// Takes a packet. True: the picture it completes cannot be decoded, so that a keyframe must be asked for. The async
    /// `webrtc` peer drops what comes in the moment between the handshake's last message and its own readiness, which is
    /// often the start of the first picture.
    pub(crate) fn video(&mut self, codec: Codec, sequence: u16, timestamp: u32, last: bool, payload: &[u8]) -> bool {
        self.missing += gap(&mut self.last_video, sequence);
        if payload.is_empty() {
            return false;
        }
        let picture = self.building.get_or_insert_with(Picture::default);
        if picture.bytes == 0 {
            (picture.timestamp, picture.codec) = (timestamp, Some(codec));
            picture.vp_key = match codec {
                Codec::Vp8 => vp8_key(payload),
                Codec::Vp9 => vp9_key(payload),
                Codec::H264 | Codec::H264Main | Codec::None => false,
            };
        }
        picture.bytes += payload.len();
        for nal in nals(payload).into_iter().filter(|_| matches!(codec, Codec::H264 | Codec::H264Main)) {
            picture.nals.push(nal[0] & 0x1f);
            // Profile, constraints and level follow a sequence parameter set's type.
            if let [0x67 | 0x27 | 0x47, profile, _, level, ..] = nal {
                (picture.profile, picture.level) = (Some(*profile), Some(*level));
            }
            // Two ids of a picture parameter set come first, each as ue(v); those of a stream of its own are 0 to 2.
            if let [0x68 | 0x28 | 0x48, bits, ..] = nal {
                let id = |bits: u8| if bits & 0x80 != 0 { bits << 1 } else { bits << 3 };
                picture.arithmetic = Some(id(id(*bits)) & 0x80 != 0);
            }
        }
        let Some(whole) = self.building.take_if(|_| last) else { return false };
        let decodable = !self.pictures.is_empty() || whole.is_keyframe();
        if decodable {
            self.pictures.push(whole);
        }
        !decodable
    }
}

impl Picture {
    /// It refers to none before it. H.264: it comes with its parameter sets.
    pub(crate) fn is_keyframe(&self) -> bool {
        self.vp_key || [7, 8, 5].iter().all(|nal| self.nals.contains(nal))
    }
}

/// How many numbers were left out since the last; a number from before it closes a gap again, which is not counted back.
fn gap(last: &mut Option<u16>, sequence: u16) -> usize {
    let step = last.map_or(1, |last| sequence.wrapping_sub(last));
    if step == 0 || step > u16::MAX / 2 {
        return 0;
    }
    *last = Some(sequence);
    usize::from(step - 1)
}

/// The NAL units that begin in an H.264 payload (RFC 6184 5.2), each from the byte on that says its type; none is empty.
fn nals(payload: &[u8]) -> Vec<&[u8]> {
    match payload[0] & 0x1f {
        24 => {
            let (mut found, mut rest) = (Vec::new(), &payload[1..]);
            while let [high, low, unit @ ..] = rest {
                let Some((nal, others)) = unit.split_at_checked(u16::from_be_bytes([*high, *low]).into()) else {
                    break;
                };
                found.extend(Some(nal).filter(|nal| !nal.is_empty()));
                rest = others;
            }
            found
        }
        28 => payload.get(1..).filter(|fu| fu.first().is_some_and(|fu| fu & 0x80 != 0)).into_iter().collect(),
        _ => vec![payload],
    }
}

/// Whether a VP9 payload (RFC 9628 4.2) begins a keyframe, by its descriptor and by the frame's own header behind that.
fn vp9_key(payload: &[u8]) -> bool {
    // A picture id (I), no reference (P), the frame's start (B), a scalability structure (V).
    if payload[0] & 0b1100_1010 != 0b1000_1010 {
        return false;
    }
    // A picture id of two bytes, and a structure of one layer with its size and one reference.
    let [_, high, _, structure, .., frame] = payload.first_chunk::<12>().copied().unwrap_or_default();
    high & 0x80 != 0 && structure == 0x18 && frame & 0b1111_1100 == 0b1000_0000
}

/// Whether a VP8 payload (RFC 7741 4.2) begins a keyframe.
fn vp8_key(payload: &[u8]) -> bool {
    let mut at = 1;
    if payload[0] & 0x80 != 0 {
        let extension = payload.get(1).copied().unwrap_or_default();
        at = 2;
        if extension & 0x80 != 0 {
            at += if payload.get(at).is_some_and(|id| id & 0x80 != 0) { 2 } else { 1 };
        }
        at += usize::from(extension & 0x40 != 0);
        at += usize::from(extension & 0x30 != 0);
    }
    payload.get(at).is_some_and(|first| first & 1 == 0)
}
