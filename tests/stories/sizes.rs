//! Pictures of other shapes than 16:9: a laptop's screen, a phone held upright.

use crate::support::{Browser, Codec, DataFolder, Seen, Skylark, soon};
use serde_json::json;

/// Sizes, and the level of H.264 that each needs at 15 frames a second and the usual bitrate, times ten.
const SIZES: [(u64, u64, u8); 4] = [(1366, 768, 32), (1080, 1920, 40), (720, 720, 31), (640, 480, 22)];

#[tokio::test]
async fn odd_and_upright_sizes_are_sent_at_their_own_level() {
    let mut skylark = Skylark::live_with(
        DataFolder::new(),
        &["--listen", "127.0.0.1:0", "--camera", "pattern", "--size", "1366x768", "--fps", "15"],
    )
    .await;
    for (width, height, level) in SIZES {
        let size = format!("{width}x{height}");
        let settings = json!({"command": "configure", "settings": {"size": size}});
        skylark.command(&settings.to_string()).await;
        let whep = skylark.whep();
        skylark
            .event_where("stats", |event| event["stats"]["width"] == width && event["stats"]["height"] == height)
            .await;

        let viewer = Browser::new().watch(&whep).await;
        let said = format!("profile-level-id=42e0{level:02x}");
        assert!(viewer.answer.contains(&said), "{size}: {said} in\n{}", viewer.answer);
        // A viewer starts small, and goes up to the whole picture: each layer's keyframe says a level, the top one this.
        let seen = viewer
            .sees(&size, |seen| seen.pictures.iter().filter_map(|picture| picture.level).max() == Some(level))
            .await;
        assert_eq!((seen.missing, seen.closed), (0, false), "{size}");
        viewer.plays().await;
        assert_eq!(viewer.leave().await, 200);
        for codec in [Codec::Vp9, Codec::Vp8] {
            let eye = Browser::new().watch_in(&whep, codec).await;
            soon("another codec of that size", eye.plays()).await;
            assert_eq!(eye.leave().await, 200);
        }
    }
}

#[tokio::test]
async fn every_size_can_have_60_frames_a_second_at_the_level_that_they_need() {
    let fast = ["--listen", "127.0.0.1:0", "--camera", "pattern", "--size", "1366x768", "--fps", "60", "--no-relief"];
    let skylark = Skylark::live_with(DataFolder::new(), &fast).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    assert!(viewer.answer.contains("profile-level-id=42e02a"), "{}", viewer.answer);
    let top = |seen: &Seen| seen.pictures.iter().filter_map(|picture| picture.level).max();
    let seen = viewer.sees("the top layer", |seen| top(seen) == Some(42)).await;
    assert_eq!((seen.missing, seen.closed), (0, false));
    assert_eq!(viewer.leave().await, 200);
}

#[tokio::test]
async fn a_size_that_cannot_be_is_refused_with_one_that_can() {
    let mut skylark = Skylark::live().await;
    for (size, remedy) in [("1367x769", "1366x768"), ("1920x1200", "1920x1080"), ("1080x2000", "1080x1920")] {
        skylark.command(&json!({"command": "configure", "settings": {"size": size}}).to_string()).await;
        let error = skylark.event("error").await;
        assert_eq!(error["code"], "bad_setting");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(remedy)), "{error}");
    }
}
