//! Many at once, by another WebRTC implementation, which asks for no keyframe: the first picture comes by itself, and what gets lost is
//! sent again.

use crate::support::Skylark;
use ::crowd::{Codec, Options, Report};
use std::time::Duration;

/// Of a size at which two slow cores have the time for each codec.
const SMALL: [&str; 6] = ["--listen", "127.0.0.1:0", "--size", "640x360", "--bitrate", "1000k"];

const CODECS: [Codec; 3] = [Codec::H264, Codec::Vp9, Codec::Vp8];

/// So many watch for two seconds by this codec.
async fn watched(skylark: &mut Skylark, viewers: u32, codec: Codec, whole: u32, loss_percent: f64) -> Report {
    let options = Options {
        endpoint: skylark.whep(),
        viewers,
        joins_per_second: 20.0,
        watch: Duration::from_secs(2),
        sound: true,
        codec,
        whole,
        loss_percent,
        ..Options::default()
    };
    let report = ::crowd::run(options, || {}).await.expect("the crowd comes together");
    assert_eq!(report.viewers.len(), viewers as usize);
    for viewer in &report.viewers {
        assert_eq!((viewer.error.as_deref(), viewer.codec), (None, Some(codec.name())));
        assert!(viewer.first_keyframe_ms.is_some(), "{codec:?}: its picture begins with a whole keyframe");
        assert!(viewer.pictures_per_second > 0.0 && viewer.sound_packets > 0, "{codec:?}");
        assert_eq!(viewer.unauthentic, 0, "{codec:?}: every packet is sealed with the viewer's keys");
    }
    skylark.event_where("count", |count| count["watching"] == viewers).await;
    skylark.event_where("count", |count| count["watching"] == 0).await;
    report
}

#[tokio::test]
async fn thirty_viewers_see_a_whole_keyframe_and_lose_nothing_by_each_codec() {
    let mut skylark = Skylark::live_behind(&[], &SMALL).await;
    for codec in CODECS {
        for whole in [u32::MAX, 0] {
            let report = watched(&mut skylark, 30, codec, whole, 0.0).await;
            assert!(report.viewers.iter().all(|viewer| viewer.lost == 0), "{codec:?}: nothing is lost on loopback");
        }
    }
}

#[tokio::test]
async fn what_is_lost_is_sent_again_by_each_codec() {
    let mut skylark = Skylark::live_behind(&[], &SMALL).await;
    for codec in CODECS {
        let report = watched(&mut skylark, 10, codec, 0, 5.0).await;
        let repaired: u64 = report.viewers.iter().map(|viewer| viewer.repaired).sum();
        let lost: u64 = report.viewers.iter().map(|viewer| viewer.lost).sum();
        println!("{codec:?}: {repaired} packets were sent again, {lost} are missing");
        assert!(repaired > 50, "{codec:?}: {repaired} of some hundreds that were thrown away");
        // The last moment's losses have had no time to be repaired.
        assert!(lost < repaired / 5, "{codec:?}: {lost} are missing, {repaired} were repaired");
    }
}
