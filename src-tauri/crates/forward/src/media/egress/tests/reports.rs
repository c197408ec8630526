//! Sender reports, receiver reports, and what is read from them.

use super::world::{AUDIO_SSRC, VIDEO_SSRC, World, negotiated};
use crate::media::egress::header::{AT_ONCE, WITH_SOUND};
use crate::media::egress::lip_sync::LIP_SYNC;
use std::time::{Duration, Instant};
use stream::{Rid, VideoCodec};

/// The NTP and RTP time of an SSRC's sender report in a compound packet.
fn sender_report(compound: &[u8], ssrc: u32) -> Option<(u64, u32)> {
    let mut rest = compound;
    while rest.len() >= 4 {
        let len = 4 + 4 * usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if rest[1] == 200 && rest[4..8] == ssrc.to_be_bytes() {
            let ntp = u64::from_be_bytes(rest[8..16].try_into().expect("eight bytes"));
            return Some((ntp, u32::from_be_bytes(rest[16..20].try_into().expect("four bytes"))));
        }
        rest = &rest[len..];
    }
    None
}

/// Seconds from one NTP time to another.
fn seconds(ntp: u64, since: u64) -> f64 {
    ntp.wrapping_sub(since) as i64 as f64 / 2f64.powi(32)
}

#[test]
fn reports_put_both_media_on_one_clock_and_the_sound_forty_milliseconds_later() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(5500));
    let pin = world.clock.ntp(world.start);
    let viewer = &world.viewers[viewer];
    let reports = viewer.sink.rtcp.len();
    assert!((6..=8).contains(&reports), "at the start and once a second: {reports}");
    let last = viewer.sink.rtcp.last().expect("a report");

    // A receiver takes the report's NTP time plus the difference of the RTP timestamps as a packet's capture time.
    let place = |ssrc, timestamp: u32, rate: f64| {
        let (ntp, rtp) = sender_report(last, ssrc).expect("both media are reported");
        seconds(ntp, pin) + f64::from(timestamp.wrapping_sub(rtp) as i32) / rate
    };
    let picture = viewer.shown.last().expect("shown");
    let captured = (picture.at - world.start).as_secs_f64() - 0.010;
    let placed = place(VIDEO_SSRC, picture.timestamp, 90_000.0);
    assert!((placed - captured).abs() < 0.001, "{placed} for {captured}");
    let sound = viewer.audio.last().expect("heard");
    let captured = (sound.at - world.start).as_secs_f64() - 0.025;
    let placed = place(AUDIO_SSRC, sound.timestamp, 48_000.0) - LIP_SYNC.as_secs_f64();
    assert!((placed - captured).abs() < 0.001, "{placed} for {captured}");

    // The true capture time is in abs-capture-time.
    let announced = viewer.audio.iter().rev().find(|p| p.extension(4).is_some()).expect("it is sent once a second");
    let ntp = u64::from_be_bytes(announced.extension(4).expect("found")[..8].try_into().expect("eight bytes"));
    assert!((seconds(ntp, pin) - ((announced.at - world.start).as_secs_f64() - 0.025)).abs() < 0.001);
    let key = viewer.shown.iter().rev().find(|s| s.keyframe).expect("a keyframe");
    let packet = viewer.video.iter().find(|p| p.timestamp == key.timestamp).expect("sent");
    let ntp =
        u64::from_be_bytes(packet.extension(4).expect("each keyframe has it")[..8].try_into().expect("eight bytes"));
    assert!((seconds(ntp, pin) - ((packet.at - world.start).as_secs_f64() - 0.010)).abs() < 0.001);
    assert_eq!(packet.extension(5), Some(&AT_ONCE[..]), "the picture does not wait for sound");
    assert_eq!(packet.extension(6), Some(&b"0"[..]));
}

fn receiver_report(ssrc: u32, lost: u8, jitter: u32, last_report: u32, delay: Duration) -> Vec<u8> {
    let delay = (delay.as_micros() * 65536 / 1_000_000) as u32;
    let mut out = vec![0x81, 201, 0, 7, 0, 0, 0, 1];
    out.extend(ssrc.to_be_bytes());
    out.extend([lost, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(jitter.to_be_bytes());
    out.extend(last_report.to_be_bytes());
    out.extend(delay.to_be_bytes());
    out
}

#[test]
fn round_trip_and_loss_are_read_from_the_picture_and_without_one_from_the_sound() {
    for ssrc in [VIDEO_SSRC, AUDIO_SSRC] {
        let mut world = World::new(VideoCodec::H264);
        world.round_trip = None;
        let mut wanted = negotiated(VideoCodec::H264);
        if ssrc == AUDIO_SSRC {
            wanted.video = None;
        }
        let viewer = world.join_as(&wanted, Rid::F);
        world.run(Duration::from_millis(100));
        assert_eq!(world.viewers[viewer].egress.stats(world.now).rtt_ms, None);
        let (ntp, _) = sender_report(world.viewers[viewer].sink.rtcp.last().expect("sent"), ssrc).expect("reported");
        let sent_at = world.start + Duration::from_secs_f64(seconds(ntp, world.clock.ntp(world.start)).max(0.0));
        let now: Instant = sent_at + Duration::from_millis(250);
        world.now = now;
        world.feedback(viewer, &receiver_report(ssrc, 64, 0, (ntp >> 16) as u32, Duration::from_millis(200)));
        let stats = world.viewers[viewer].egress.stats(now);
        let rtt = stats.rtt_ms.expect("known");
        assert!((rtt - 50.0).abs() < 1.0, "{rtt}");
        assert_eq!(stats.loss, 0.25);
    }
}

#[test]
fn with_jitter_sound_is_dated_ahead_by_less_and_the_picture_may_wait_for_it() {
    let mut world = World::new(VideoCodec::H264);
    world.round_trip = None;
    let viewer = world.join(Rid::F);
    let ahead = |world: &World| {
        let viewer = &world.viewers[viewer];
        let last = viewer.sink.rtcp.last().expect("a report");
        let (ntp, rtp) = sender_report(last, AUDIO_SSRC).expect("the sound is reported");
        let sound = viewer.audio.last().expect("heard");
        let placed =
            seconds(ntp, world.clock.ntp(world.start)) + f64::from(sound.timestamp.wrapping_sub(rtp) as i32) / 48_000.0;
        ((placed - ((sound.at - world.start).as_secs_f64() - 0.025)) * 1000.0).round() as i64
    };
    let playout = |world: &World| {
        let playout_delay = world.viewers[viewer].video.iter().rev().find_map(|p| p.extension(5).map(<[u8]>::to_vec));
        playout_delay.expect("each keyframe has it")
    };
    let after = |world: &mut World, jitter: u32, time| {
        world.feedback(viewer, &receiver_report(AUDIO_SSRC, 0, jitter * 48, 1, Duration::ZERO));
        world.run(time);
        (ahead(world), playout(world))
    };
    world.run(Duration::from_millis(1500));
    assert_eq!((ahead(&world), playout(&world)), (40, AT_ONCE.to_vec()));
    // Browsers report 15 ms on a path that delays packets by 0 to 60 ms.
    assert_eq!(
        after(&mut world, 15, Duration::from_secs(10)),
        (25, AT_ONCE.to_vec()),
        "the picture never waits in the first seconds"
    );
    assert_eq!(after(&mut world, 15, Duration::from_secs(3)), (25, WITH_SOUND.to_vec()));
    assert_eq!(after(&mut world, 1, Duration::from_secs(3)), (39, AT_ONCE.to_vec()));
    assert_eq!(
        world.viewers[viewer].egress.stats(world.now).rtt_ms,
        None,
        "no round trip is taken from reports about the sound"
    );
}

#[test]
fn the_rate_is_what_was_sent_in_the_last_second() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(5200));
    let sent: usize = {
        let viewer = &world.viewers[viewer];
        let since = world.now - Duration::from_secs(2);
        let recent = viewer.video.iter().chain(&viewer.audio).filter(|p| p.at >= since);
        recent.map(|p| p.header.len() + p.payload.len()).sum()
    };
    let reported = world.viewers[viewer].egress.stats(world.now).bitrate_kbps as f32;
    let truth = sent as f32 * 8.0 / 2000.0;
    assert!((reported / truth - 1.0).abs() < 0.25, "{reported} for {truth}");
}

#[test]
fn a_bye_names_every_ssrc() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(100));
    let viewer = &mut world.viewers[viewer];
    viewer.egress.bye(world.now, &mut viewer.sink);
    let last = viewer.sink.rtcp.last().expect("sent");
    let end = [&[0x82, 203, 0, 2][..], &VIDEO_SSRC.to_be_bytes(), &AUDIO_SSRC.to_be_bytes()].concat();
    assert!(last.ends_with(&end));
}
