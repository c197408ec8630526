//! Somebody is removed until it is lifted.

use crate::support::{Browser, Skylark};

#[tokio::test]
async fn a_ban_survives_the_end_of_the_program_and_can_be_lifted() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    skylark.command(&format!(r#"{{"command":"ban","viewer":{id},"reason":"spam"}}"#)).await;
    assert_eq!(skylark.left(&id).await, "banned");
    assert_eq!(skylark.event("removed").await["viewer"]["removal"], "banned");
    viewer.is_dropped().await;
    assert_eq!(browser.refused(&skylark.whep()).await, (403, "banned".into()));
    assert_eq!(browser.get(&skylark.watch()).await.status(), 403, "the page itself says so");
    let (port, folder) = (skylark.port(), skylark.quit().await);

    let listen = format!("127.0.0.1:{port}");
    let mut skylark = Skylark::live_with(folder, &["--listen", &listen]).await;
    assert_eq!(browser.refused(&skylark.whep()).await, (403, "banned".into()), "in the next run too");
    let friend = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    friend.plays().await;

    // A ban from an earlier run has a new id: the first one given, before anybody joins.
    let friends_id = skylark.joined().await["id"].as_u64().unwrap();
    let bans_id = (0..friends_id).next_back().expect("the ban got an id before the friend did");
    skylark.command(&format!(r#"{{"command":"forgive","viewer":{bans_id}}}"#)).await;
    assert_eq!(skylark.event("forgiven").await["viewer"], bans_id);
    browser.watch(&skylark.whep()).await.plays().await;
}

#[tokio::test]
async fn a_ban_removes_nobody_else_and_never_the_host() {
    let mut skylark = Skylark::live().await;
    let (spammer, friend) = (Browser::at(&skylark.watch()).await, Browser::at(&skylark.watch()).await);
    let _banned = spammer.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    let stays = friend.watch(&skylark.whep()).await;
    stays.plays().await;
    skylark.command(&format!(r#"{{"command":"ban","viewer":{id}}}"#)).await;
    assert_eq!(skylark.left(&id).await, "banned");
    stays.plays().await;
    let newcomer = Browser::at(&skylark.watch()).await;
    newcomer.watch(&skylark.whep()).await.plays().await;
}
