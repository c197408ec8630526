use super::*;
use crate::frame::VideoFrame;
use crate::packetise::Packetiser;
use bytes::Bytes;
use std::net::UdpSocket;
use std::time::SystemTime;

#[test]
fn a_shard_that_is_behind_leaves_out_upper_layers_first_and_then_all() {
    let now = Instant::now() + Duration::from_secs(10);
    let socket = Socket::new(UdpSocket::bind("127.0.0.1:0").expect("a port")).expect("a socket");
    let announcer = Arc::new(Announcer::new(|_| {}, 1));
    let clock = Clock::new(now, SystemTime::UNIX_EPOCH);
    let mut shard = Shard::new(0, Arc::default(), Arc::new(socket), announcer.clone(), clock, now);
    let mut packetiser = Packetiser::new(clock);
    let mut left_out = |behind_ms: u64, temporal: u8| {
        let picture = packetiser.video(VideoFrame {
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal,
            keyframe: temporal == 0,
            captured: now,
            width: 16,
            height: 16,
            data: Bytes::from_static(&[0, 0, 0, 1, 0x65, 1, 2, 3]),
            layer_sync: false,
        });
        let before = announcer.counters.totals().dropped_late;
        shard.handle(Input::Picture(picture, now - Duration::from_millis(behind_ms)), now);
        announcer.counters.totals().dropped_late > before
    };
    assert!(!left_out(0, 2) && !left_out(120, 2));
    assert!(left_out(130, 2) && left_out(130, 1) && !left_out(130, 0) && !left_out(240, 0));
    assert!(left_out(260, 0), "nothing waits longer than 250 ms");
}

#[test]
fn a_full_inbox_takes_no_more_media() {
    let inbox = Inbox::default();
    let now = Instant::now();
    let mut packetiser = Packetiser::new(Clock::new(now, SystemTime::UNIX_EPOCH));
    let mut sound = |position| {
        packetiser.sound(crate::frame::AudioFrame {
            captured: now,
            position,
            samples: 960,
            data: Bytes::from_static(&[1, 2, 3]),
        })
    };
    let taken = (0..1000).filter(|n| inbox.sound(sound(n * 960), now)).count();
    assert_eq!(taken, inbox::MAX_MEDIA, "a shard that does not move is given no more");
}
