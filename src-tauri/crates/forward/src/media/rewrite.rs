//! Rewriting: the sequence numbers, timestamps and picture ids that one viewer sees have no gaps, whatever layer its pictures come
//! from and whatever was left out.

use rtp::packetise::Picture;
use rtp::prefetch;
use std::collections::VecDeque;
use stream::{CodecSpec, Descriptor, PacketDescriptor, PictureIds, Rid, VideoCodec};

/// One picture's sequence number, timestamp and descriptor towards one viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureNumbers {
    /// The first packet's.
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    /// That of all its packets. It means nothing for a codec without descriptors.
    pub(crate) descriptor: Descriptor,
}

impl PictureNumbers {
    /// What stands before the payload of packet `index` of the picture's `packets`, for a codec that has it.
    pub(crate) fn descriptor_of(&self, codec: VideoCodec, index: usize, packets: usize) -> Option<PacketDescriptor> {
        CodecSpec::of(codec).descriptor.as_ref().map(|kind| kind.of_packet(self.descriptor, index, packets))
    }
}

/// Numbers pictures in the order in which they are sent.
pub(crate) struct Numbering {
    sequence: u16,
    timestamp_offset: u32,
    last_timestamp: Option<u32>,
    picture_id: u16,
    base_index: u8,
    key_index: u8,
}

impl Numbering {
    /// `sequence` should be below 2^15, so that a receiver that misses the start cannot take the first rollover for another
    /// (RFC 3711 section 3.3.1).
    pub(crate) fn new(sequence: u16, timestamp_offset: u32, picture_id: u16) -> Self {
        Self {
            sequence,
            timestamp_offset,
            last_timestamp: None,
            picture_id: picture_id & 0x7fff,
            base_index: picture_id as u8,
            key_index: 0,
        }
    }

    /// The viewer's timestamp for a stream timestamp, 90 kHz.
    pub(crate) fn timestamp(&self, stream: u32) -> u32 {
        stream.wrapping_add(self.timestamp_offset)
    }

    /// The last one assigned.
    pub(crate) fn last_timestamp(&self) -> Option<u32> {
        self.last_timestamp
    }

    /// Number the next picture. `timestamp` is a viewer's; it is moved on by a tick where it would not be newer than the last:
    /// the same instant in two layers.
    pub(crate) fn assign(&mut self, picture: &Picture, timestamp: u32) -> PictureNumbers {
        let timestamp = match self.last_timestamp {
            Some(last) if !newer(timestamp, last) => last.wrapping_add(1),
            _ => timestamp,
        };
        self.last_timestamp = Some(timestamp);
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(picture.packets.len() as u16);
        let kind = CodecSpec::of(picture.codec).descriptor.as_ref();
        let descriptor = kind.map(|kind| kind.of_picture(&self.ids(picture))).unwrap_or_default();
        PictureNumbers { sequence, timestamp, descriptor }
    }

    /// So many packets of the last picture are not sent, and the next picture takes their sequence numbers. It has to be a keyframe,
    /// which refers to nothing before it.
    pub(crate) fn give_back(&mut self, unsent: u16) {
        self.sequence = self.sequence.wrapping_sub(unsent);
    }

    fn ids(&mut self, picture: &Picture) -> PictureIds {
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        if picture.temporal == 0 {
            self.base_index = self.base_index.wrapping_add(1);
        }
        if picture.keyframe {
            self.key_index = (self.key_index + 1) & 0x1f;
        }
        PictureIds {
            picture_id: self.picture_id,
            base_index: self.base_index,
            key_index: self.key_index,
            keyframe: picture.keyframe,
            temporal: picture.temporal,
            step_up: picture.step_up,
        }
    }
}

/// Whether timestamp `a` is newer than `b`, modulo 2^32.
pub(crate) fn newer(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 31
}

/// How many pictures can be asked for again: 2 s at 30 pictures a second, which is more than the history keeps.
const REMEMBERED: usize = 64;
/// The same where keyframes are rare, so that who begins is sent more at once: 6 s, and a little more.
const REMEMBERED_OF_SCREENS: usize = 192;

/// Finds the picture that a sequence number belonged to, so that NACKs are answered from the history without a copy of the packets.
#[derive(Default)]
pub(crate) struct SentPictures {
    pictures: VecDeque<SentPicture>,
}

/// A picture as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentPicture {
    pub(crate) numbers: PictureNumbers,
    pub(crate) codec: VideoCodec,
    pub(crate) rid: Rid,
    pub(crate) number: u64,
    /// How many of its packets were sent or will be.
    pub(crate) packets: u16,
}

impl SentPictures {
    pub(crate) fn remember(&mut self, picture: &Picture, numbers: PictureNumbers) {
        let most = if CodecSpec::of(picture.codec).of_screens { REMEMBERED_OF_SCREENS } else { REMEMBERED };
        while self.pictures.len() >= most {
            self.pictures.pop_front();
        }
        let packets = picture.packets.len() as u16;
        let Picture { codec, rid, number, .. } = *picture;
        self.pictures.push_back(SentPicture { numbers, codec, rid, number, packets });
    }

    /// The last picture was abandoned after so many packets.
    pub(crate) fn cut(&mut self, packets: u16) {
        if let Some(last) = self.pictures.back_mut() {
            last.packets = packets;
        }
    }

    /// Starts to load the entry of the next picture into the cache.
    pub(crate) fn prefetch(&self) {
        // In a full ring the next picture takes the place of the oldest.
        if let Some(oldest) = self.pictures.front() {
            prefetch(oldest);
        }
    }

    /// None of the pictures sent so far is to be sent again.
    pub(crate) fn forget(&mut self) {
        self.pictures.clear();
    }

    /// The last picture.
    pub(crate) fn last(&self) -> Option<SentPicture> {
        self.pictures.back().copied()
    }

    /// The picture that a sequence number belonged to, and the packet's index in it.
    pub(crate) fn find(&self, sequence: u16) -> Option<(SentPicture, usize)> {
        let oldest = self.pictures.front()?.numbers.sequence;
        let distance = sequence.wrapping_sub(oldest);
        let after = self.pictures.partition_point(|p| p.numbers.sequence.wrapping_sub(oldest) <= distance);
        let picture = self.pictures.get(after.checked_sub(1)?)?;
        let index = sequence.wrapping_sub(picture.numbers.sequence);
        (index < picture.packets).then_some((*picture, usize::from(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::time::Instant;

    fn picture(temporal: u8, keyframe: bool, packets: usize) -> Picture {
        Picture {
            codec: VideoCodec::Vp8,
            rid: Rid::F,
            temporal,
            profile: stream::Profile::Baseline,
            keyframe,
            step_up: false,
            screen: false,
            captured: Instant::now(),
            rtp_timestamp: 0,
            number: 0,
            height: 720,
            packets: vec![Bytes::from_static(&[0; 10]); packets],
            bytes: 10 * packets,
        }
    }

    #[test]
    fn sequence_numbers_and_picture_ids_roll_over_without_a_gap() {
        let mut numbering = Numbering::new(0xfffe, 0, 0x7fff);
        let first = numbering.assign(&picture(0, true, 3), 5);
        let second = numbering.assign(&picture(1, false, 1), 5);
        assert_eq!((first.sequence, second.sequence), (0xfffe, 1));
        assert_eq!(first.descriptor[2..4], [0x80, 0], "15 bits of picture id");
        assert_eq!(second.descriptor[2..4], [0x80, 1]);
        assert_eq!(second.descriptor[4], first.descriptor[4], "only base pictures move TL0PICIDX");
        assert_eq!((first.timestamp, second.timestamp), (5, 6), "never the same twice");
        assert_eq!(first.descriptor_of(VideoCodec::Vp8, 0, 3).map(|d| d[0]), Some(0x90));
        assert_eq!(first.descriptor_of(VideoCodec::Vp8, 1, 3).map(|d| d[0]), Some(0x80));
        assert_eq!(first.descriptor_of(VideoCodec::H264, 0, 3), None);
    }

    #[test]
    fn what_is_left_of_an_abandoned_picture_gives_its_numbers_to_the_keyframe_after_it() {
        let mut numbering = Numbering::new(0xfffe, 0, 7);
        let mut sent = SentPictures::default();
        let large = picture(0, false, 50);
        let numbers = numbering.assign(&large, 0);
        sent.remember(&large, numbers);
        numbering.give_back(45);
        sent.cut(5);
        let keyframe = picture(0, true, 3);
        let after = numbering.assign(&keyframe, 0);
        assert_eq!(after.sequence, numbers.sequence.wrapping_add(5), "no gap");
        assert_eq!(sent.find(after.sequence), None, "not the abandoned picture's any more");
        sent.remember(&keyframe, after);
        assert_eq!(sent.find(after.sequence).map(|(found, index)| (found.packets, index)), Some((3, 0)));
        assert_eq!(sent.find(numbers.sequence.wrapping_add(4)).map(|(_, index)| index), Some(4));
        assert_eq!(after.timestamp, numbers.timestamp + 1);
        assert_eq!(after.descriptor[3], numbers.descriptor[3] + 1, "its picture id stays used");
        assert_eq!(after.descriptor[4], numbers.descriptor[4] + 1, "and its TL0PICIDX");
    }

    #[test]
    fn what_was_sent_is_found_across_the_rollover_until_it_is_forgotten() {
        let mut numbering = Numbering::new(0xfff0, 0, 0);
        let mut sent = SentPictures::default();
        assert_eq!(sent.find(0xfff0), None);
        for i in 0..40 {
            let mut picture = picture(0, false, 2);
            picture.number = i;
            let numbers = numbering.assign(&picture, 0);
            sent.remember(&picture, numbers);
        }
        let (found, index) = sent.find(5).expect("packet 21 was sent");
        assert_eq!((found.number, index), (10, 1));
        assert_eq!(sent.find(0xffef), None, "before the first");
        assert_eq!(sent.find(0xfff0u16.wrapping_add(80)), None, "not yet sent");
        for _ in 0..REMEMBERED {
            let picture = picture(0, false, 2);
            let numbers = numbering.assign(&picture, 0);
            sent.remember(&picture, numbers);
        }
        assert_eq!(sent.find(5), None, "long ago");
    }
}
