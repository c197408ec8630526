//! Somebody opens the link and watches.

use crate::support::{Browser, Codec, Picture, Seen, Skylark, soon};
use std::time::Duration;

#[tokio::test]
async fn a_viewer_sees_and_hears() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    let joined = skylark.joined().await;
    assert_eq!(joined["address"], "127.0.0.1");
    assert_eq!(joined["browser"], "Firefox, Linux");
    skylark.event_where("count", |count| count["watching"] == 1 && count["peak"] == 1).await;

    let seen = viewer.plays().await;
    assert!(seen.pictures.iter().all(|picture| !picture.nals.is_empty()), "each picture holds slices");
    assert_eq!(seen.missing, 0, "nothing is lost on loopback, and no number is left out");
    let pace: Vec<_> = seen.pictures.windows(2).map(|two| two[1].timestamp.wrapping_sub(two[0].timestamp)).collect();
    assert!(pace.iter().all(|&step| step > 0 && step < 90_000), "the clock goes forward: {pace:?}");

    let stats = skylark.event_where("stats", |event| event["stats"]["sent_kbps"].as_u64() > Some(0)).await;
    assert_eq!((&stats["stats"]["width"], &stats["stats"]["height"]), (&320.into(), &180.into()));
    let rows = skylark.event_where("viewers", |event| event["viewers"][0][1]["layer"].is_object()).await;
    assert_eq!(rows["viewers"][0][0], joined["id"]);
    assert_eq!(rows["viewers"][0][1]["layer"]["codec"], "h264");
}

#[tokio::test]
async fn a_late_joiner_sees_the_same() {
    let mut skylark = Skylark::live().await;
    let early = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    early.plays().await;
    let late = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    late.sees("a picture that can be decoded", |seen| !seen.pictures.is_empty()).await;
    late.plays().await;
    early.plays().await;
    assert_eq!(skylark.event_where("count", |count| count["watching"] == 2).await["peak"], 2);
}

#[tokio::test]
async fn who_has_no_h264_gets_vp9_and_who_has_neither_vp8() {
    for (codec, name) in [(Codec::Vp9, "vp9"), (Codec::Vp8, "vp8")] {
        let mut skylark = Skylark::live().await;
        let viewer = Browser::at(&skylark.watch()).await.watch_in(&skylark.whep(), codec).await;
        let seen = viewer.plays().await;
        assert!(seen.pictures[0].vp_key && seen.pictures.iter().all(|picture| picture.codec == Some(codec)), "{name}");
        assert_eq!(seen.missing, 0, "nothing is lost on loopback, and no number is left out");
        let rows = skylark.event_where("viewers", |event| event["viewers"][0][1]["layer"].is_object()).await;
        assert_eq!(rows["viewers"][0][1]["layer"]["codec"], name);
        skylark.event_where("stats", |event| event["stats"]["second_encoder"] == true).await;
        let other = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
        other.plays().await;
        let late = Browser::at(&skylark.watch()).await.watch_in(&skylark.whep(), codec).await;
        let seen = late.plays().await;
        assert!(seen.pictures[0].vp_key, "a late joiner of {name} begins with a keyframe");
        viewer.plays().await;
    }
}

#[tokio::test]
async fn main_is_sent_until_one_comes_who_takes_baseline() {
    let skylark = Skylark::live().await;
    let whep = skylark.whep();
    let (baseline, main) = ((Some(66), Some(false)), (Some(77), Some(true)));
    let is = |picture: &Picture| (picture.profile, picture.arithmetic);
    let keyframes =
        |seen: &Seen| -> Vec<_> { seen.pictures.iter().map(is).filter(|(profile, _)| profile.is_some()).collect() };

    let best = Browser::at(&skylark.watch()).await.watch_in(&whep, Codec::H264Main).await;
    assert!(best.answer.contains("profile-level-id=4d00"), "{}", best.answer);
    let seen = best.plays().await;
    assert!(keyframes(&seen).iter().all(|said| *said == main), "{:?}", keyframes(&seen));

    let least = Browser::new().watch(&whep).await;
    assert!(least.answer.contains("profile-level-id=42e0"), "{}", least.answer);
    least.plays().await;
    best.sees("baseline", |seen| keyframes(seen).last() == Some(&baseline)).await;
    assert_eq!(least.leave().await, 200);
    // The next one finds it in the history, as it stays a while.
    let next = Browser::new().watch(&whep).await;
    next.plays().await;
    let others = [best.plays().await, next.plays().await];
    let [of_best, of_next] = others.each_ref().map(keyframes);
    assert!(of_next.iter().all(|said| *said == baseline), "never anything else: {of_next:?}");
    let changed = of_best.iter().position(|said| *said == baseline).expect("it was seen before");
    assert!(of_best[..changed].iter().all(|said| *said == main), "{of_best:?}");
    assert!(of_best[changed..].iter().all(|said| *said == baseline), "it changed once: {of_best:?}");
    assert!(others.iter().all(|seen| seen.missing == 0 && !seen.closed), "nobody misses anything");
}

#[tokio::test]
async fn who_wants_sound_only_gets_that() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch_in(&skylark.whep(), Codec::None).await;
    skylark.joined().await;
    let seen = viewer.sees("a second of sound", |seen| seen.sounds >= 50).await;
    assert_eq!((seen.pictures.len(), seen.missing), (0, 0));
}

#[tokio::test]
async fn ten_viewers_see_the_same() {
    let mut skylark = Skylark::live().await;
    let mut viewers = Vec::new();
    for _ in 0..10 {
        viewers.push(Browser::new().watch(&skylark.whep()).await);
    }
    for viewer in &viewers {
        viewer.plays().await;
    }
    assert_eq!(skylark.event_where("count", |count| count["watching"] == 10).await["peak"], 10);
    for viewer in viewers {
        soon("a viewer leaves", viewer.leave()).await;
    }
    skylark.event_where("count", |count| count["watching"] == 0).await;
    tokio::time::timeout(Duration::from_secs(1), skylark.quit()).await.expect("an end without viewers takes no time");
}
