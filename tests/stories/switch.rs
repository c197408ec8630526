//! Cameras and microphones come and go while the broadcast goes on.

use crate::support::{Browser, DataFolder, Skylark};

#[tokio::test]
async fn sources_can_be_switched_while_live_in_the_same_session() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    skylark.command(r#"{"command":"set_camera","camera":"off"}"#).await;
    skylark.event_where("camera", |event| event["state"]["state"] == "off").await;
    viewer.plays().await;
    skylark.command(r#"{"command":"set_microphone","microphone":"off"}"#).await;
    skylark.event_where("microphone", |event| event["state"]["state"] == "off").await;
    viewer.plays().await;
    skylark.command(r#"{"command":"set_camera","camera":"pattern"}"#).await;
    skylark
        .event_where("camera", |event| event["state"]["id"] == "pattern" && event["state"]["state"] == "running")
        .await;
    skylark.command(r#"{"command":"set_microphone","microphone":"tone"}"#).await;
    let seen = viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false));
}

#[tokio::test]
async fn a_camera_that_is_not_there_is_a_slate_and_a_message() {
    let mut skylark =
        Skylark::live_with(DataFolder::new(), &["--listen", "127.0.0.1:0", "--camera", "No such camera"]).await;
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "no_device");
    assert!(error["message"].as_str().unwrap().contains("No such camera"), "{error}");
    // The slate is a picture.
    Browser::new().watch(&skylark.whep()).await.plays().await;
}

#[tokio::test]
async fn another_size_takes_effect_while_live() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    skylark.command(r#"{"command":"configure","settings":{"size":"640x360","fps":15}}"#).await;
    skylark.event_where("stats", |event| event["stats"]["width"] == 640).await;
    viewer.plays().await;
    skylark.event_where("viewers", |event| event["viewers"][0][1]["layer"]["height"] == 360).await;
}
