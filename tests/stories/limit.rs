//! As many as may.

use crate::support::{Browser, Codec, DataFolder, Joined, Skylark};

async fn with_settings(settings: &str) -> Skylark {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("skylark.toml"), settings).unwrap();
    Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await
}

#[tokio::test]
async fn the_next_one_is_told_that_it_is_full() {
    let mut skylark = with_settings("max_viewers = 2\n").await;
    let first = Browser::new().watch(&skylark.whep()).await;
    let second = Browser::new().watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    let third = Browser::new();
    let Joined::Refused(status, retry_after, body) = third.join(&skylark.whep(), Codec::H264).await else {
        panic!("three of two were let in");
    };
    assert_eq!((status.as_u16(), &body["code"]), (503, &"full".into()));
    assert!(retry_after.is_some(), "it says when to try again");
    first.leave().await;
    skylark.left(&id).await;
    third.watch(&skylark.whep()).await.plays().await;
    second.plays().await;

    skylark.command(r#"{"command":"configure","settings":{"max_viewers":0}}"#).await;
    assert_eq!(skylark.event("settings").await["settings"]["max_viewers"], 0);
    Browser::new().watch(&skylark.whep()).await.plays().await;
    let kept = std::fs::read_to_string(skylark.folder.path().join("skylark.toml")).unwrap();
    assert!(kept.contains("max_viewers = 0"), "{kept}");
}

#[tokio::test]
async fn joiners_get_smaller_layers_as_the_line_fills_then_none() {
    // The top layer at 400 kbit/s costs 545 with sound and headers, the half 209, the quarter 150.
    let mut skylark = with_settings("max_upload_kbps = 920\n").await;
    let mut heights = Vec::new();
    let mut viewers = Vec::new();
    for _ in 0..3 {
        let viewer = Browser::new().watch(&skylark.whep()).await;
        let id = skylark.joined().await["id"].clone();
        viewer.plays().await;
        let rows = skylark
            .event_where("viewers", |event| {
                let rows = event["viewers"].as_array().unwrap();
                rows.iter().any(|row| row[0] == id && row[1]["layer"].is_object())
            })
            .await;
        let row = rows["viewers"].as_array().unwrap().iter().find(|row| row[0] == id).unwrap().clone();
        heights.push(row[1]["layer"]["height"].as_u64().unwrap());
        viewers.push(viewer);
    }
    assert!(heights[0] == 180 && heights[1] == 90 && heights[2] < 90, "{heights:?}");
    assert_eq!(Browser::new().refused(&skylark.whep()).await, (503, "full".into()));
}
