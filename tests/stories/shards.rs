//! Two threads send, each to its share of the viewers, who see the same whatever happens to the others.

use crate::support::{Browser, DataFolder, PATIENCE, Relay, Skylark, Viewer, metric};
use ::crowd::{Crowd, Options};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Light viewers beside the browsers: enough that both threads have work all the time, few enough for a busy machine.
const CROWD: u32 = 24;
/// What is looked at in one piece.
const WINDOW: Duration = Duration::from_secs(2);
const ENCODED: &str = "skylark_pictures_encoded_total";
const SENT: &str = "skylark_pictures_sent_total";

async fn live() -> Skylark {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("skylark.toml"), "sending_threads = 2\n").expect("the folder is ours");
    Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await
}

async fn crowd(skylark: &Skylark) -> Crowd {
    let options =
        Options { endpoint: skylark.whep(), viewers: CROWD, whole: 0, joins_per_second: 100.0, ..Options::default() };
    Crowd::join(&options).await.expect("the crowd comes together")
}

/// Pictures that threads had no time for: a machine that does something else, which these stories are not about.
async fn left_out(skylark: &Skylark) -> u64 {
    let dropped = async |reason| metric(skylark, &format!("skylark_dropped_total{{reason=\"{reason}\"}}")).await;
    dropped("left_out").await + dropped("late").await + dropped("unsent").await
}

/// A window of the crowd in which the machine had time for everything. Nobody may have lost anything in any window.
async fn undisturbed(skylark: &Skylark, crowd: &Crowd) {
    let begin = Instant::now();
    loop {
        let before = left_out(skylark).await;
        crowd.begin_window();
        tokio::time::sleep(WINDOW).await;
        let report = crowd.report();
        for viewer in &report.viewers {
            assert_eq!(viewer.error, None);
            assert_eq!((viewer.lost, viewer.twice, viewer.unauthentic), (0, 0, 0), "of {} packets", viewer.packets);
        }
        if left_out(skylark).await == before {
            let rates = report.sorted(|viewer| Some(viewer.pictures_per_second * WINDOW.as_secs_f64()));
            let (least, most) = (rates[0], rates[rates.len() - 1]);
            assert!(least > 0.0 && most - least < 4.0, "all see the same pictures, but for those under way: {rates:?}");
            return;
        }
        assert!(begin.elapsed() < 3 * PATIENCE, "the machine never had time for all pictures");
    }
}

/// A browser with a cookie, by which it can be told from the others, watches; and who it is to the program.
async fn watches(skylark: &mut Skylark) -> (Viewer, Value) {
    let viewer = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;
    (viewer, id)
}

#[tokio::test]
async fn two_threads_send_every_picture_once_and_who_comes_goes_or_moves_disturbs_nobody_else() {
    let mut skylark = live().await;
    // One on each thread, as all the pairs here: who joins is given to the thread that has fewer viewers.
    let (mut one, mut two) = (Relay::to(skylark.port()).await, Relay::to(skylark.port()).await);
    let moving = [
        Browser::new().watch_through(&skylark.whep(), &one).await,
        Browser::new().watch_through(&skylark.whep(), &two).await,
    ];
    for viewer in &moving {
        skylark.joined().await;
        viewer.plays().await;
    }
    let begin = [metric(&skylark, ENCODED).await, metric(&skylark, SENT).await];
    moving[0].plays().await;
    moving[1].plays().await;
    let (encoded, sent) = (metric(&skylark, ENCODED).await - begin[0], metric(&skylark, SENT).await - begin[1]);
    assert!(sent > encoded * 3 / 2, "a picture counts once for each thread that sends it: {sent} of {encoded}");

    let (removed, id) = watches(&mut skylark).await;
    let (leaving, _) = watches(&mut skylark).await;
    let staying = [watches(&mut skylark).await.0, watches(&mut skylark).await.0];
    let crowd = crowd(&skylark).await;
    skylark.event_where("count", |count| count["watching"] == CROWD + 6).await;
    undisturbed(&skylark, &crowd).await;
    let missing = || staying.each_ref().map(|viewer| viewer.look().missing);
    let before = missing();

    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    assert_eq!(skylark.left(&id).await, "kicked");
    removed.is_dropped().await;
    leaving.leave().await;
    skylark.event_where("count", |count| count["watching"] == CROWD + 4).await;
    undisturbed(&skylark, &crowd).await;

    one.move_away();
    two.move_away();
    for viewer in moving.iter().chain(&staying) {
        viewer.plays().await;
    }
    assert_eq!(metric(&skylark, "skylark_paths_changed_total").await, 2);
    for viewer in &staying {
        assert_eq!(
            viewer.patch(Some("*"), "a=ice-ufrag:neww\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n").await.status(),
            200
        );
        viewer.plays().await;
    }
    let more = [watches(&mut skylark).await.0, watches(&mut skylark).await.0];
    undisturbed(&skylark, &crowd).await;
    assert_eq!(missing(), before, "who stayed lost nothing");
    assert!(moving.iter().chain(&staying).chain(&more).all(|viewer| !viewer.look().closed));

    let seen = crowd.leave().await.expect("nobody panicked");
    assert!(seen.viewers.iter().all(|viewer| viewer.error.is_none()));
}
