//! Somebody watches over a line that gets thin for a while, and over lines that lose packets.

use crate::support::{Network, PATIENCE, Skylark, Watcher};
use ::crowd::{Codec, Options, ViewerReport};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Three layers, of which the top one takes 1.5 Mbit/s: little work, as these stories share a machine with others.
const STREAM: [&str; 4] = ["--size", "640x360", "--bitrate", "1500k"];
/// Ample.
const AMPLE: u32 = 20_000;
/// Kilobits a second: 40 % of what the top layer takes.
const THIN: u32 = 600;
/// A tenth of what the top layer takes, with the sound in it.
const COLLAPSED: u32 = 200;
/// The longest the picture may stand still. The goal is half a second, on a machine that does nothing else.
const STILL: Duration = Duration::from_secs(2);

async fn watched(network: &Network, codec: Codec) -> (Skylark, Watcher) {
    let listen = format!("{}:0", Network::HOST);
    let mut options = vec!["--listen", &listen];
    options.extend(STREAM);
    let skylark = Skylark::live_behind(&network.before(), &options).await;
    let options = Options { endpoint: skylark.whep(), viewers: 1, sound: true, codec, ..Options::default() };
    let watcher = network.watch(options).await;
    (skylark, watcher)
}

/// Waits until the viewer is told to be on a layer for which this holds.
async fn on(skylark: &mut Skylark, holds: impl Fn(&str) -> bool) -> Value {
    let rid = |event: &Value| event["viewers"][0][1]["layer"]["rid"].as_str().map(str::to_owned);
    skylark.event_where("viewers", |event| rid(event).is_some_and(|rid| holds(&rid))).await
}

fn seen(watcher: &Watcher) -> ViewerReport {
    watcher.crowd.report().viewers.remove(0)
}

fn seconds(since: Instant) -> f32 {
    since.elapsed().as_secs_f32()
}

#[tokio::test]
async fn a_line_that_gets_thin_costs_size_and_not_the_picture_and_when_it_recovers_so_does_the_size() {
    thin(Codec::H264).await;
}

#[tokio::test]
async fn so_it_does_for_who_has_no_h264() {
    for codec in [Codec::Vp9, Codec::Vp8] {
        thin(codec).await;
    }
}

async fn thin(codec: Codec) {
    let Some(network) = Network::new() else { return };
    network.carry(AMPLE);
    let (mut skylark, watcher) = watched(&network, codec).await;
    on(&mut skylark, |rid| rid == "f").await;

    watcher.crowd.begin_window();
    network.carry(THIN);
    let thin = Instant::now();
    on(&mut skylark, |rid| rid != "f").await;
    let fell = seconds(thin);
    // What is to be seen of the queue is what stands there once the switch is behind it.
    tokio::time::sleep_until((thin + Duration::from_secs(2)).into()).await;
    let mut queues = Vec::new();
    while thin.elapsed() < Duration::from_secs(5) {
        queues.push(8 * network.queued() / u64::from(THIN));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    queues.sort_unstable();
    let (during, dropped) = (seen(&watcher), skylark.came("viewer_left").len());

    watcher.crowd.begin_window();
    network.carry(AMPLE);
    let recovered = Instant::now();
    on(&mut skylark, |rid| rid == "f").await;
    let climbed = seconds(recovered);
    let after = seen(&watcher);
    println!(
        "{codec:?}: 20 Mbit/s to {THIN} kbit/s: the smaller layer is told of after {fell:.1} s (goal 1 s, told once a second), the picture \
         stood still for {:.0} ms at most (500), {:.1} pictures a second, from 2 s on the queue p50 {} ms, p95 {} ms, longest {} ms \
         (100); back: the top layer is told of after {climbed:.1} s (5), still for {:.0} ms",
        during.longest_gap_ms,
        during.pictures_per_second,
        queues[queues.len() / 2],
        queues[queues.len() * 95 / 100],
        queues[queues.len() - 1],
        after.longest_gap_ms,
    );
    assert_eq!(dropped, 0, "nobody has to join anew");
    for (name, seen) in [("when it falls", &during), ("when it rises", &after)] {
        assert_eq!((seen.error.as_deref(), seen.codec), (None, Some(codec.name())));
        assert!(seen.longest_gap_ms < STILL.as_millis() as f64, "{} ms without a picture {name}", seen.longest_gap_ms);
    }
    assert!(during.kbps < f64::from(THIN), "no more than there is room for: {} kbit/s", during.kbps);
    assert!(fell < PATIENCE.as_secs_f32() && climbed < PATIENCE.as_secs_f32());
}

#[tokio::test]
async fn a_line_that_collapses_goes_on_with_the_smallest_layer_and_recovers() {
    let Some(network) = Network::new() else { return };
    network.carry(AMPLE);
    let (mut skylark, watcher) = watched(&network, Codec::H264).await;
    on(&mut skylark, |rid| rid == "f").await;

    watcher.crowd.begin_window();
    network.carry(COLLAPSED);
    let collapsed = Instant::now();
    on(&mut skylark, |rid| rid == "q").await;
    let fell = seconds(collapsed);
    tokio::time::sleep_until((collapsed + Duration::from_secs(8)).into()).await;
    let (during, dropped) = (seen(&watcher), skylark.came("viewer_left").len());

    watcher.crowd.begin_window();
    network.carry(AMPLE);
    let recovered = Instant::now();
    on(&mut skylark, |rid| rid == "f").await;
    let climbed = seconds(recovered);
    println!(
        "20 Mbit/s to {COLLAPSED} kbit/s: the smallest layer is told of after {fell:.1} s, the picture stood still for {:.0} ms at \
         most, {:.1} pictures a second, {} lost; back: the top layer is told of after {climbed:.1} s",
        during.longest_gap_ms, during.pictures_per_second, during.lost,
    );
    assert_eq!((dropped, &during.error), (0, &None), "nobody has to join anew");
    assert!(during.longest_gap_ms < 2.0 * STILL.as_millis() as f64, "{} ms without a picture", during.longest_gap_ms);
    assert!(during.kbps < f64::from(COLLAPSED), "no more than there is room for: {} kbit/s", during.kbps);
}

#[tokio::test]
async fn a_line_that_loses_packets_costs_neither_pictures_nor_size() {
    let Some(network) = Network::new() else { return };
    network.carry(AMPLE);
    let (mut skylark, watcher) = watched(&network, Codec::H264).await;
    on(&mut skylark, |rid| rid == "f").await;
    for of_a_thousand in [10, 50] {
        network.lose(of_a_thousand);
        watcher.crowd.begin_window();
        let enough = async {
            // About a thousand packets, of which some are lost by all odds.
            while seen(&watcher).packets < 1500 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(2 * PATIENCE, enough).await.expect("the picture goes on");
        let (all, dropped) = network.lost();
        // What was lost last is repaired before the numbers that may still be on their way have passed.
        let before = seen(&watcher).packets;
        while seen(&watcher).packets < before + 500 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let seen = seen(&watcher);
        println!(
            "{dropped} of {all} packets dropped, asked for {} per mille: {} repaired, {} lost in the end, still for {:.0} ms at most \
             (goal 500)",
            of_a_thousand, seen.repaired, seen.lost, seen.longest_gap_ms
        );
        assert!(dropped > 0 && all > 1000, "or this shows nothing: {dropped} of {all}");
        assert_eq!(seen.lost, 0, "of {} packets, {} were dropped on their way", seen.packets, dropped);
        assert!(seen.longest_gap_ms < STILL.as_millis() as f64, "{} ms without a picture", seen.longest_gap_ms);
    }
    on(&mut skylark, |rid| rid == "f").await;
}
