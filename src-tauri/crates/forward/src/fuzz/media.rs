//! Any bytes for what reads RTCP.

use super::pieces;
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedVideo};
use crate::media::egress::Egress;
use crate::media::history::History;
use crate::media::sink::PacketSink;
use crate::threads::shard::{Inbox, Reports};
use bytes::Bytes;
use protocol::ViewerId;
use rtp::packetise::Packetiser;
use rtp::rtcp::{Message, messages};
use std::time::{Duration, Instant, SystemTime};
use stream::{Clock, Rid, VideoCodec, VideoFrame, Way};

/// Compound packets of a viewer that holds the keys: read, and acted on by the one who sends it pictures.
pub fn rtcp(data: &[u8]) {
    let mut now = Instant::now();
    let clock = Clock::new(now, SystemTime::UNIX_EPOCH);
    let (mut packetiser, mut history) = (Packetiser::new(clock), History::new());
    let mut egress = Egress::new(&negotiated(), Rid::F, clock, 1, None, now);
    let mut sent = Count::default();
    for bytes in [20_000, 3_000, 3_000] {
        let mut frame = frame(VideoCodec::H264, now, [&[0, 0, 1, 0x65][..], &vec![9; bytes]].concat().into());
        frame.keyframe = bytes > 3_000;
        let picture = packetiser.video(&frame);
        history.add(picture.clone());
        egress.start(&history, now, &mut sent);
        egress.picture(&picture, &history, now, &mut sent);
        now += Duration::from_millis(33);
        egress.handle_timeout(&history, now, &mut sent);
    }
    let inbox = Inbox::default();
    for compound in pieces(data).take(32) {
        for message in messages(compound) {
            match message {
                Message::Reports(blocks) => assert!(blocks.count() <= 31),
                Message::Nack { lost, .. } => assert!(lost.count() <= 17 * compound.len() / 4),
                Message::Wide(feedback) => assert!(feedback.arrivals().count() <= 4096),
                _ => {}
            }
        }
        let mut reports = Reports::default();
        reports.push(ViewerId(1), compound, now);
        inbox.reports(reports);
        egress.rtcp(messages(compound), now, &history, now, &mut sent);
        now += Duration::from_millis(20);
        egress.handle_timeout(&history, now, &mut sent);
    }
    assert!(sent.packets < 2_000, "{} packets for 26 kB of pictures and 32 reports", sent.packets);
}

fn frame(codec: VideoCodec, captured: Instant, data: Bytes) -> VideoFrame {
    VideoFrame {
        profile: stream::Profile::Baseline,
        codec,
        rid: Rid::F,
        temporal: 0,
        keyframe: true,
        captured,
        way: Way::at(captured),
        width: 1280,
        height: 720,
        data,
        layer_sync: false,
        screen: false,
    }
}

fn negotiated() -> Negotiated {
    let video = NegotiatedVideo {
        screens: None,
        codec: VideoCodec::H264,
        takes: stream::Profile::Main,
        pt: 96,
        rtx_pt: Some(97),
        // Small numbers, which a fuzzer finds.
        ssrc: 1,
        rtx_ssrc: 2,
        nack: true,
        pli: true,
        fir: true,
        remb: true,
        transport_cc: true,
        mid: "0".to_owned(),
        extensions: Extensions { twcc: Some(1), ..Extensions::default() },
    };
    Negotiated { video: Some(video), audio: None, cname: "cname".to_owned() }
}

#[derive(Default)]
struct Count {
    packets: usize,
}

impl PacketSink for Count {
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]) {
        let len = header.len() + payload.iter().map(|part| part.len()).sum::<usize>();
        assert!((12..=1232 - 16).contains(&len), "a packet of {len} bytes");
        self.packets += 1;
    }

    fn rtcp(&mut self, compound: &[u8]) {
        assert!(messages(compound).all(|message| !matches!(message, Message::Malformed)), "what is written reads back");
    }

    fn flush_picture(&mut self) {}
}
