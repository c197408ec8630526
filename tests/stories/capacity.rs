//! How many more could watch, and how it went.

use crate::support::{Browser, DataFolder, Skylark};
use serde_json::{Value, json};

fn rooms(capacity: &Value) -> Vec<u64> {
    let rooms = capacity["room"].as_array().expect("a list of layers");
    rooms.iter().map(|room| room["more"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn what_the_cap_leaves_is_said_and_is_what_who_comes_is_given() {
    // The top layer at 400 kbit/s costs 545 with sound and headers, the half 209, the quarter 150.
    let folder = DataFolder::with("max_upload_kbps = 920\n");
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let capacity = skylark.event("capacity").await["capacity"].clone();
    assert_eq!((&capacity["known_by"], rooms(&capacity)), (&json!("max_upload"), vec![1, 4, 6]));
    assert!(capacity["message"].as_str().is_some_and(|words| words.starts_with("Room for 1 more at 180p, 4 at 90p, ")));
    let first = Browser::new().watch(&skylark.whep()).await;
    let left = skylark.event_where("capacity", |event| rooms(&event["capacity"]) == [0, 1, 2]).await;
    assert!(
        left["capacity"]["message"].as_str().is_some_and(|words| words.starts_with("Room for 1 more at 90p, 2 at "))
    );
    let second = Browser::new().watch(&skylark.whep()).await;
    skylark.event_where("capacity", |event| rooms(&event["capacity"]) == [0, 0, 1]).await;
    let third = Browser::new().watch(&skylark.whep()).await;
    let full = skylark.event_where("capacity", |event| rooms(&event["capacity"]) == [0, 0, 0]).await;
    let words = "The upload that is set is used up: nobody more can be let in.";
    assert_eq!(full["capacity"]["message"], words);
    assert_eq!(Browser::new().refused(&skylark.whep()).await, (503, "full".into()), "as was said");
    drop((first, second, third));
    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event_where("capacity", |event| event["capacity"].is_null()).await;
}

#[tokio::test]
async fn how_it_went_is_told_and_written_when_somebody_asks() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    // A point: five seconds, and the one that began it.
    skylark.event_where("stats", |event| event["stats"]["elapsed_ms"].as_u64() > Some(7000)).await;
    assert!(skylark.came("history").is_empty(), "nobody asked");
    skylark.command(r#"{"command":"history"}"#).await;
    let told = skylark.event("history").await;
    let points = told["points"].as_array().expect("a list");
    let last = points.last().expect("there is one");
    assert_eq!((&last["watching"], &last["left_out"].is_u64()), (&json!(1), &true));
    for (key, most) in [("sent_kbps", 20_000.0), ("encoded_kbps", 20_000.0), ("fps", 61.0), ("cpu", 1.0)] {
        let value = last[key].as_f64().expect(key);
        assert!(value > 0.0 && value <= most, "{key}: {value}");
    }
    let at = last["at"].as_u64().expect("milliseconds");
    let since = |at| json!({ "command": "history", "since": at }).to_string();
    skylark.command(&since(at - 1)).await;
    assert_eq!(skylark.event("history").await["points"][0], *last, "what came after");
    skylark.command(&since(at)).await;
    let after = skylark.event("history").await;
    assert!(after["points"].as_array().is_some_and(|points| !points.contains(last)), "and only that: {after}");

    let file = skylark.folder.path().join("evening.csv");
    let save = json!({ "command": "save_history", "path": file }).to_string();
    skylark.command(&save).await;
    let saved = skylark.event("history_saved").await;
    let text = std::fs::read_to_string(&file).expect("it is there");
    let rows: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!(rows[0], "time,viewers,sent_kbps,encoded_kbps,fps,cpu_percent,left_out,latency_ms");
    assert_eq!(json!(rows.len() - 1), saved["points"]);
    assert!(rows.iter().all(|row| row.split(',').count() == 8), "{text}");
    skylark.command(&save).await;
    let error = skylark.event("error").await;
    assert_eq!((&error["code"], error["message"].as_str().unwrap().contains("already")), (&json!("storage"), true));
    assert!(!viewer.plays().await.closed);
}

#[cfg(target_os = "linux")]
mod measured {
    use super::rooms;
    use crate::support::{Network, Skylark};
    use ::crowd::Options;
    use serde_json::Value;

    /// Four of 1.7 Mbit/s each, with sound and headers.
    const VIEWERS: u8 = 4;
    /// Less than half of what they take.
    const THIN: u32 = 3000;

    #[tokio::test]
    async fn a_line_is_known_by_what_arrives_and_when_viewers_are_short_of_it() {
        let Some(network) = Network::new() else { return };
        network.carry(THIN);
        let listen = format!("{}:0", Network::HOST);
        let options = ["--listen", &listen, "--size", "640x360", "--bitrate", "1500k"];
        let mut skylark = Skylark::live_behind(&network.before(), &options).await;
        let mut watchers = Vec::new();
        for n in 0..VIEWERS {
            // Four houses.
            network.speak_as(&format!("10.78.0.{}", 20 + n));
            let options = Options { endpoint: skylark.whep(), viewers: 1, sound: true, ..Options::default() };
            watchers.push(network.watch(options).await);
        }
        let carries = |event: &Value| event["capacity"]["carries_kbps"].as_u64().unwrap_or_default();
        let is = |event: &Value, by: &str| event["capacity"]["known_by"] == by;
        let carried = skylark.event_where("capacity", |event| carries(event) > 0).await;
        assert!(is(&carried, "carried"), "who has just come is short of nothing: {carried}");
        assert_eq!(carried["capacity"]["line"], "network", "they are in this one");

        // The broadcast is fifteen seconds older: they had the time to climb.
        let age = |event: &Value| event["stats"]["elapsed_ms"].as_u64().unwrap_or_default();
        let now = skylark.came("stats").into_iter().map(age).max().unwrap_or_default();
        skylark.event_where("stats", |event| age(event) >= now + 15_000).await;
        let full = skylark.event_where("capacity", |event| is(event, "full")).await;
        // A tenth more is what its queue took in within three seconds.
        assert!((1000..=u64::from(THIN * 11 / 10)).contains(&carries(&full)), "{full}");
        assert_eq!(rooms(&full["capacity"]), [0, 0, 0], "those who watch take what there is: {full}");
        let words = full["capacity"]["message"].as_str().expect("words");
        assert!(words.starts_with("The line carries no more"), "{words}");

        // All but one leave, and there is room for a small picture or two beside its large one.
        watchers.truncate(1);
        let small = |event: &Value| rooms(&event["capacity"]).last().copied();
        let left = skylark.event_where("capacity", |event| is(event, "full") && small(event) > Some(0)).await;
        assert!(rooms(&left["capacity"])[0] <= 1, "no more than arrived: {left}");
        drop(watchers);
        skylark.command(r#"{"command":"quit"}"#).await;
    }
}
