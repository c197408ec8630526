//! The broadcast ends, and comes back; the program ends.

use crate::support::{Browser, Codec, Joined, Skylark};

#[tokio::test]
async fn viewers_leave_when_it_ends_and_return_when_it_is_back_on_the_same_link() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;

    skylark.command(r#"{"command":"end"}"#).await;
    assert_eq!(skylark.left(&id).await, "ended");
    skylark.event("ended").await;
    viewer.is_dropped().await;
    let Joined::Refused(status, retry_after, body) = browser.join(&skylark.whep(), Codec::H264).await else {
        panic!("nothing is live, and yet it was let in");
    };
    assert_eq!((status.as_u16(), &body["code"]), (409, &"not_live".into()));
    assert!(retry_after.is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "it says when to try again");
    assert_eq!(browser.get(&skylark.watch()).await.status(), 200, "the page waits");

    skylark.command(r#"{"command":"end"}"#).await;
    assert_eq!(skylark.event("error").await["code"], "wrong_state");

    skylark.command(r#"{"command":"go_live"}"#).await;
    let live = skylark.event("live").await;
    assert_eq!(live, skylark.live, "the same link");
    browser.watch(&skylark.whep()).await.plays().await;
    skylark.command(r#"{"command":"go_live"}"#).await;
    assert_eq!(skylark.event("error").await["code"], "wrong_state");
}

#[tokio::test]
async fn quit_ends_the_broadcast_first() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    skylark.command(r#"{"command":"quit"}"#).await;
    assert_eq!(skylark.ended().await.code(), Some(0));
    assert_eq!(skylark.left(&id).await, "ended");
    assert_eq!(skylark.came("ended").len(), 1);
    viewer.is_dropped().await;
}

#[cfg(unix)]
#[tokio::test]
async fn sigint_and_sigterm_are_clean_ends() {
    for signal in ["-INT", "-TERM"] {
        let mut skylark = Skylark::live().await;
        let viewer = Browser::new().watch(&skylark.whep()).await;
        viewer.plays().await;
        let kill = std::process::Command::new("kill").arg(signal).arg(skylark.process().to_string()).status();
        assert!(kill.expect("there is a kill").success());
        assert_eq!(skylark.ended().await.code(), Some(0), "{signal}");
        assert_eq!(skylark.came("ended").len(), 1, "{signal}");
        viewer.is_dropped().await;
    }
}

#[tokio::test]
async fn the_port_is_free_again_and_pages_find_the_next_run() {
    let skylark = Skylark::live().await;
    let (port, watch, whep) = (skylark.port(), skylark.watch(), skylark.whep());
    let browser = Browser::at(&watch).await;
    browser.watch(&whep).await.plays().await;
    let folder = skylark.quit().await;
    let again = Skylark::live_with(folder, &["--listen", &format!("127.0.0.1:{port}")]).await;
    assert_eq!(again.watch(), watch);
    browser.watch(&whep).await.plays().await;
}
