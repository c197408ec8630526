//! A broadcast in virtual time: an encoder, and the viewers of it.

use super::viewer::TestViewer;
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedAudio, NegotiatedVideo};
use crate::media::history::History;
use bytes::Bytes;
use rtp::packetise::{Packetiser, Picture};
use rtp::rtcp::messages;
use std::{
    sync::Arc,
    time::{Duration, Instant, UNIX_EPOCH},
};
use stream::{AudioFrame, Clock, Profile, Rid, VideoCodec, VideoFrame};

pub(super) const VIDEO_SSRC: u32 = 0x0a0a_0a0a;
pub(super) const RTX_SSRC: u32 = 0x0b0b_0b0b;
pub(super) const AUDIO_SSRC: u32 = 0x0c0c_0c0c;
/// 30 frames a second, in whole milliseconds.
pub(super) const FRAME: Duration = Duration::from_millis(33);
pub(super) const GOP: u64 = 60;

pub(super) fn negotiated(codec: VideoCodec) -> Negotiated {
    let extensions = Extensions {
        twcc: Some(3),
        abs_send_time: Some(2),
        abs_capture_time: Some(4),
        playout_delay: Some(5),
        mid: Some(6),
    };
    Negotiated {
        video: Some(NegotiatedVideo {
            codec,
            screens: None,
            takes: Profile::Main,
            pt: 102,
            rtx_pt: Some(103),
            ssrc: VIDEO_SSRC,
            rtx_ssrc: RTX_SSRC,
            nack: true,
            pli: true,
            fir: true,
            remb: true,
            transport_cc: true,
            mid: "0".into(),
            extensions,
        }),
        audio: Some(NegotiatedAudio {
            pt: 111,
            ssrc: AUDIO_SSRC,
            nack: false,
            transport_cc: true,
            mid: "1".into(),
            extensions,
        }),
        cname: "skylark".into(),
    }
}

pub(super) struct World {
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) clock: Clock,
    pub(super) history: History,
    pub(super) viewers: Vec<TestViewer>,
    packetiser: Packetiser,
    codec: VideoCodec,
    pub(super) layers: Vec<Rid>,
    frame: u64,
    next_frame: Instant,
    next_sound: Instant,
    position: u64,
    number: [u64; 3],
    last_lower: [[u64; 3]; 3],
    /// Bytes of keyframes and of others, by layer.
    pub(super) sizes: [(usize, usize); 3],
    pub(super) keyframe_asked: Vec<(Instant, Rid)>,
    pub(super) force_keyframe: bool,
    /// How much of the codec is used from the next keyframe on.
    pub(super) profile: Profile,
    /// What is shown is a screen, and so many pictures of it came from the encoder for screens, if there is one.
    pub(super) screen: bool,
    pub(super) of_screen: Option<u64>,
    /// Bytes of its keyframes and of others.
    pub(super) screen_sizes: (usize, usize),
    /// The round trip of the handshakes. Unless a test sets it, it is that of a good path.
    pub(super) round_trip: Option<Duration>,
}

impl World {
    pub(super) fn new(codec: VideoCodec) -> Self {
        let start = Instant::now() + Duration::from_secs(1000);
        let clock = Clock::new(start, UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        Self {
            start,
            now: start,
            clock,
            history: History::new(),
            viewers: Vec::new(),
            packetiser: Packetiser::new(clock),
            codec,
            layers: vec![Rid::F, Rid::H, Rid::Q],
            frame: 0,
            next_frame: start,
            next_sound: start,
            position: 0,
            number: [0; 3],
            last_lower: [[0; 3]; 3],
            sizes: [(6_000, 600), (16_000, 2_000), (50_000, 9_500)],
            keyframe_asked: Vec::new(),
            force_keyframe: false,
            profile: Profile::Baseline,
            screen: false,
            of_screen: None,
            screen_sizes: (60_000, 900),
            round_trip: Some(Duration::from_millis(1)),
        }
    }

    /// A viewer joins now. Returns its index.
    pub(super) fn join(&mut self, max: Rid) -> usize {
        self.join_as(&negotiated(self.codec), max)
    }

    pub(super) fn join_as(&mut self, n: &Negotiated, max: Rid) -> usize {
        let seed = 0x5eed + self.viewers.len() as u64;
        let mut viewer = TestViewer::new(n, max, self.clock, seed, self.round_trip, self.now);
        viewer.egress.start(&self.history, self.now, &mut viewer.sink);
        viewer.receive(self.now);
        self.viewers.push(viewer);
        self.viewers.len() - 1
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            if self.now >= self.next_frame {
                self.next_frame += FRAME;
                self.encode(|_, _| true);
            }
            if self.now >= self.next_sound {
                self.next_sound += Duration::from_millis(20);
                self.hear();
            }
            self.timers();
            self.now += Duration::from_millis(1);
        }
    }

    /// Encodes one frame of every layer, and gives each picture to the viewers for which `given` is true.
    pub(super) fn encode(&mut self, given: impl Fn(usize, &Picture) -> bool) {
        let keyframe = self.frame.is_multiple_of(GOP) || std::mem::take(&mut self.force_keyframe);
        if keyframe {
            self.frame = 0;
        }
        let temporal = if self.codec == VideoCodec::Vp9 { 0 } else { [0, 2, 1, 2][self.frame as usize % 4] };
        self.frame += 1;
        let mut frames: Vec<VideoFrame> =
            self.layers.clone().into_iter().map(|rid| self.video_frame(rid, temporal, keyframe)).collect();
        frames.extend(self.screen_frame());
        for frame in frames {
            let picture = self.packetiser.video(&frame);
            self.history.add(Arc::clone(&picture));
            for (i, viewer) in self.viewers.iter_mut().enumerate() {
                if given(i, &picture) {
                    viewer.egress.picture(&picture, &self.history, self.now, &mut viewer.sink);
                    viewer.receive(self.now);
                }
            }
        }
        self.collect_wants();
    }

    /// A frame whose bytes say which picture it is and which one it refers to.
    fn video_frame(&mut self, rid: Rid, temporal: u8, keyframe: bool) -> VideoFrame {
        let i = rid.index();
        let number = self.number[i];
        self.number[i] += 1;
        let level = usize::from(temporal);
        let refers = if keyframe {
            number
        } else if temporal == 0 {
            self.last_lower[i][0]
        } else {
            self.last_lower[i][..level].iter().copied().max().unwrap_or(0)
        };
        if keyframe {
            self.last_lower[i] = [number; 3];
        }
        self.last_lower[i][level] = number;
        let (of_key, of_other) = self.sizes[i];
        let text = format!("{i}:{temporal}:{number}:{refers}:{}:{};", u8::from(keyframe), self.profile as u8);
        let mut body = text.into_bytes();
        body.resize(if keyframe { of_key } else { of_other }, b'x');
        let data = match self.codec {
            VideoCodec::H264 => {
                let kind = if keyframe { 0x65 } else { 0x41 };
                let mut data = if keyframe { b"\0\0\0\x01\x67spsspssps\0\0\0\x01\x68pps".to_vec() } else { Vec::new() };
                data.extend([0, 0, 0, 1, kind]);
                data.extend(body);
                data
            }
            VideoCodec::Vp9 | VideoCodec::Vp8 | VideoCodec::Av1 => body,
        };
        // A picture of the highest temporal layer refers to the base picture only if there was none of the middle one in between.
        let layer_sync = temporal > 0 && refers == self.last_lower[i][0];
        VideoFrame {
            codec: self.codec,
            rid,
            temporal,
            profile: self.profile,
            keyframe,
            captured: self.now - Duration::from_millis(10),
            way: stream::Way::at(self.now - Duration::from_millis(10)),
            width: 0,
            height: [180, 360, 720][i],
            data: Bytes::from(data),
            layer_sync,
            screen: self.screen,
        }
    }

    /// The same in AV1, of which there is one layer.
    fn screen_frame(&mut self) -> Option<VideoFrame> {
        let number = self.of_screen.filter(|_| self.screen)?;
        self.of_screen = Some(number + 1);
        let keyframe = number == 0;
        let mut body = format!("2:0:{number}:{}:{}:0;", number.saturating_sub(1), u8::from(keyframe)).into_bytes();
        let (of_key, of_other) = self.screen_sizes;
        body.resize(if keyframe { of_key } else { of_other }, b'x');
        let size = [body.len() as u8 & 0x7f | 0x80, (body.len() >> 7) as u8 & 0x7f | 0x80, (body.len() >> 14) as u8];
        const FRAME_WITH_SIZE: u8 = 6 << 3 | 2;
        Some(VideoFrame {
            codec: VideoCodec::Av1,
            rid: Rid::F,
            temporal: 0,
            profile: Profile::Baseline,
            keyframe,
            captured: self.now - Duration::from_millis(10),
            way: stream::Way::at(self.now - Duration::from_millis(10)),
            width: 0,
            height: 720,
            data: Bytes::from([&[FRAME_WITH_SIZE], &size[..], &body].concat()),
            layer_sync: true,
            screen: true,
        })
    }

    fn hear(&mut self) {
        let frame = AudioFrame {
            captured: self.now - Duration::from_millis(25),
            position: self.position,
            samples: 960,
            data: Bytes::from_static(&[7; 200]),
        };
        self.position += 960;
        let sound = self.packetiser.sound(&frame);
        for viewer in &mut self.viewers {
            viewer.egress.sound(&sound, self.now, &mut viewer.sink);
            viewer.receive(self.now);
        }
    }

    pub(super) fn timers(&mut self) {
        for viewer in &mut self.viewers {
            if viewer.egress.poll_timeout().is_some_and(|at| at <= self.now) {
                viewer.egress.handle_timeout(&self.history, self.now, &mut viewer.sink);
                viewer.receive(self.now);
                let next = viewer.egress.poll_timeout();
                assert!(next.is_none_or(|at| at > self.now), "a timer that was handled is due later");
            }
        }
        self.collect_wants();
    }

    /// A viewer's RTCP arrives.
    pub(super) fn feedback(&mut self, viewer: usize, compound: &[u8]) {
        let viewer = &mut self.viewers[viewer];
        let outcome = viewer.egress.rtcp(messages(compound), self.now, &self.history, self.now, &mut viewer.sink);
        assert!(!outcome.malformed);
        viewer.receive(self.now);
        self.collect_wants();
    }

    fn collect_wants(&mut self) {
        for viewer in &mut self.viewers {
            if let Some((_, rid)) = viewer.egress.wants_keyframe() {
                self.keyframe_asked.push((self.now, rid));
            }
        }
    }
}

pub(super) fn nack(sequences: &[u16]) -> Vec<u8> {
    let mut out = vec![0x81, 205];
    out.extend((2 + sequences.len() as u16).to_be_bytes());
    out.extend([0, 0, 0, 1]);
    out.extend(VIDEO_SSRC.to_be_bytes());
    for sequence in sequences {
        out.extend(sequence.to_be_bytes());
        out.extend([0, 0]);
    }
    out
}

pub(super) fn pli() -> Vec<u8> {
    [&[0x81, 206, 0, 2, 0, 0, 0, 1][..], &VIDEO_SSRC.to_be_bytes()].concat()
}
