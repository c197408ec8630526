//! Many at once, by another WebRTC implementation, which asks for no keyframe: the first picture comes by itself.

use crate::support::Skylark;
use ::crowd::Options;
use std::time::Duration;

#[tokio::test]
async fn thirty_viewers_see_a_whole_keyframe_and_lose_nothing() {
    let mut skylark = Skylark::live().await;
    for (whole, vp8) in [(u32::MAX, false), (u32::MAX, true), (0, false)] {
        let options = Options {
            endpoint: skylark.whep(),
            viewers: 30,
            joins_per_second: 20.0,
            watch: Duration::from_secs(2),
            sound: true,
            vp8,
            whole,
            ..Options::default()
        };
        let report = ::crowd::run(options, || {}).await.expect("the crowd comes together");
        assert_eq!(report.viewers.len(), 30);
        for viewer in &report.viewers {
            assert_eq!(viewer.error, None);
            assert!(viewer.first_keyframe_ms.is_some(), "its picture begins with a whole keyframe");
            assert!(viewer.pictures_per_second > 0.0 && viewer.sound_packets > 0);
            assert_eq!(viewer.lost, 0, "nothing is lost on loopback");
            assert_eq!(viewer.unauthentic, 0, "every packet is sealed with the viewer's keys");
        }
        skylark.event_where("count", |count| count["watching"] == 30).await;
        skylark.event_where("count", |count| count["watching"] == 0).await;
    }
}
